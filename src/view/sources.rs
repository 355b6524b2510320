//! Sources as text with plain links: nothing is fetched until one is followed, and it then opens beside the page and
//! is not told where the visitor came from.

use crate::protocol::{Target, pieces};

use super::vdom::{Attr, Element, el};

/// A paragraph with a source.
pub fn source(text: &str) -> Element {
    cited(el("p", "source"), text)
}

/// Adds a source to an element; kernel names in it may stand between backquotes.
pub fn cited(into: Element, text: &str) -> Element {
    linked(into, text, true)
}

/// The same for a plain page, where the sections of the dossier are made links with those of all other texts.
pub fn cited_outside(into: Element, text: &str) -> Element {
    linked(into, text, false)
}

fn linked(mut into: Element, text: &str, dossier: bool) -> Element {
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            into = into.child(el("code", "").text(part));
            continue;
        }
        for piece in pieces(part) {
            into = match piece.target {
                Some(Target::Dossier(_)) if !dossier => into.text(piece.text),
                Some(target) => into.child(link(piece.text, &target)),
                None => into.text(piece.text),
            };
        }
    }
    into
}

fn link(text: &str, target: &Target) -> Element {
    let link = el("a", "")
        .attr(Attr::Href, &target.address())
        .attr(Attr::Target, "_blank")
        .attr(Attr::Rel, "noreferrer noopener")
        .attr(Attr::ReferrerPolicy, "no-referrer");
    let named = match target {
        Target::File { path, release } if text == *release => {
            link.attr(Attr::Label, &format!("{release}: {path}"))
        }
        _ => link,
    };
    named.text(text)
}
