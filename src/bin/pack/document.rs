//! What every plain page is made of: its head, its style and its elements as text.

use stable_pages::machine::crc32c;
use stable_pages::view::{Attr, Element, Node, el};

/// The style sheet of the plain pages, with the same colours as the page with the program.
pub const STYLE: &str = concat!(
    include_str!("../../../style/tokens.css"),
    include_str!("../../../style/plain.css"),
);

/// The Content-Security-Policy of the plain pages: no program, and nothing from other hosts.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/// A plain page.
pub struct Document<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its description for search engines, in a sentence or two.
    pub about: &'a str,
    /// The address of the page with the program.
    pub home: &'a str,
    /// The other links of its head: address and text of each.
    pub ways: &'a [(&'a str, &'a str)],
    /// The style sheet.
    pub style: &'a str,
    /// Its content, as HTML.
    pub main: &'a str,
}

/// The text of a plain page. It is well-formed XML too, since the tests read it as XML.
pub fn document(it: &Document) -> String {
    let mut top = el("header", "").child(link("brand", it.home).text("Stable Pages"));
    for (to, name) in it.ways {
        top = top.child(link("", to).text(name));
    }
    let [title, about] = [it.title, it.about].map(escaped);
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<title>{title} · Stable Pages</title>
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta name="description" content="{about}" />
<meta property="og:title" content="{title}" />
<meta property="og:description" content="{about}" />
<meta property="og:type" content="article" />
<meta property="og:image" content="../share.png" />
<meta http-equiv="Content-Security-Policy" content="{POLICY}" />
<link rel="icon" href="../icons/favicon.svg" type="image/svg+xml" />
<link rel="stylesheet" href="{}?{:08x}" />
</head>
<body>
{}
{}
</body>
</html>
"#,
        it.style,
        crc32c(STYLE.as_bytes()),
        html(&top),
        it.main,
    )
}

/// An element as HTML.
pub fn html(it: &Element) -> String {
    let mut text = format!("<{}", it.tag);
    for (name, value) in &it.attrs {
        text += &format!(" {}=\"{}\"", name.name(), escaped(value));
    }
    text += ">";
    for node in &it.children {
        match node {
            Node::Text(it) => text += &escaped(it),
            Node::Element(it) => text += &html(it),
        }
    }
    text + &format!("</{}>", it.tag)
}

/// A text escaped so that it can be the content or an attribute of an element.
pub fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

pub fn link(class: &str, to: &str) -> Element {
    el("a", class).attr(Attr::Href, to)
}
