//! The kernel dossier (`docs/kernel/*.md`) as plain pages, and links to its sections.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::{fs, io};

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use stable_pages::protocol::{evidence, heading_key, references, section_anchor};
use stable_pages::scenario::Entry;

use crate::document::{Document, document, escaped};

/// Where the plain pages of scenarios find those of the dossier.
pub const FROM_SCENARIOS: &str = "../kernel/";

/// The page of the file that lists the others.
const INDEX: &str = "index";

/// Elements in whose text references stay plain text: links themselves, headings and code.
const UNLINKED: [&str; 6] = ["a", "h1", "h2", "h3", "pre", "code"];

/// The dossier's files, and where its sections are.
pub struct Dossier {
    files: Vec<File>,
    /// The page and fragment of each section.
    places: BTreeMap<String, String>,
}

struct File {
    /// The file's name without its extension, as the page's address has it.
    name: String,
    text: String,
    headings: Vec<Heading>,
}

/// A heading as the file has it.
#[derive(Clone)]
struct Heading {
    level: HeadingLevel,
    text: String,
    /// The section's number, where the heading has one.
    key: Option<String>,
}

impl Heading {
    /// The heading's fragment on its page. It is made of the section's number, so that it stays when the words change.
    fn anchor(&self) -> Option<String> {
        self.key.as_deref().map(section_anchor)
    }

    /// The heading's fragment on GitHub and the like, by which the files link to each other.
    fn slug(&self) -> String {
        let lower = self.text.to_lowercase();
        let kept = lower.chars().filter_map(|it| match it {
            ' ' => Some('-'),
            '-' | '_' => Some(it),
            _ => it.is_alphanumeric().then_some(it),
        });
        kept.collect()
    }
}

impl Dossier {
    /// Reads the folder.
    ///
    /// # Errors
    /// When the folder or a file of it cannot be read, or two headings have the same number.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let stem = path.file_stem().and_then(|it| it.to_str());
            if let (Some(stem), Some("md")) = (stem, path.extension().and_then(|it| it.to_str())) {
                let name = match stem {
                    "README" => INDEX,
                    other => other,
                };
                let text = fs::read_to_string(&path)?;
                files.push(File {
                    name: name.to_owned(),
                    headings: headings(&text),
                    text,
                });
            }
        }
        files.sort_by(|one, other| one.name.cmp(&other.name));
        let mut places = BTreeMap::new();
        for file in &files {
            for heading in &file.headings {
                let (Some(key), Some(anchor)) = (&heading.key, heading.anchor()) else {
                    continue;
                };
                let place = format!("{}.html#{anchor}", file.name);
                if let Some(first) = places.insert(key.clone(), place) {
                    let fault = format!(
                        "docs/kernel: section {key} is in {} twice: {first}",
                        file.name
                    );
                    return Err(io::Error::other(fault));
                }
            }
        }
        Ok(Self { files, places })
    }

    /// The names and texts of the pages. Each ordering lists the scenarios that show it.
    ///
    /// # Errors
    /// When a link between the files leads nowhere.
    pub fn pages(&self, catalogue: &[Entry]) -> io::Result<Vec<(String, String)>> {
        let page = |file: &File| Ok((format!("{}.html", file.name), self.page(file, catalogue)?));
        self.files.iter().map(page).collect()
    }

    fn page(&self, file: &File, catalogue: &[Entry]) -> io::Result<String> {
        let mut headings = file.headings.iter();
        let mut heading = None;
        // The sections are listed below the first paragraph.
        let mut introduced = file.name == INDEX;
        let mut events = Vec::new();
        for event in parser(&file.text) {
            match event {
                // HTML in a file is shown as text.
                Event::Html(text) | Event::InlineHtml(text) => events.push(Event::Text(text)),
                Event::Start(Tag::Heading { level, .. }) => {
                    heading = headings.next();
                    events.push(Event::Start(Tag::Heading {
                        level,
                        id: heading.and_then(Heading::anchor).map(CowStr::from),
                        classes: Vec::new(),
                        attrs: Vec::new(),
                    }));
                }
                Event::End(TagEnd::Heading(level)) => {
                    events.push(Event::End(TagEnd::Heading(level)));
                    if let Some(key) = heading.and_then(|it| it.key.as_deref()) {
                        events.push(Event::Html(shown_by(key, catalogue).into()));
                    }
                }
                Event::Start(Tag::Link { dest_url, .. }) if dest_url.starts_with("https://") => {
                    events.push(Event::Html(outside(&dest_url).into()));
                }
                Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    title,
                    id,
                }) => events.push(Event::Start(Tag::Link {
                    link_type,
                    dest_url: self.target(file, &dest_url)?.into(),
                    title,
                    id,
                })),
                Event::End(TagEnd::Paragraph) if !introduced => {
                    introduced = true;
                    events.push(Event::End(TagEnd::Paragraph));
                    events.push(Event::Html(contents(&file.headings).into()));
                }
                // Tables and code may be wider than the window: each scrolls by itself, also from the keyboard.
                Event::Start(tag @ (Tag::Table(_) | Tag::CodeBlock(_))) => {
                    events.push(Event::Html(r#"<div class="wide" tabindex="0">"#.into()));
                    events.push(Event::Start(tag));
                }
                Event::End(tag @ (TagEnd::Table | TagEnd::CodeBlock)) => {
                    events.push(Event::End(tag));
                    events.push(Event::Html("</div>".into()));
                }
                other => events.push(other),
            }
        }
        let mut body = String::new();
        html::push_html(&mut body, events.into_iter());
        let title = file.headings.first().map_or("", |it| it.text.as_str());
        Ok(document(&Document {
            title,
            about: &about(&file.text),
            home: "../",
            ways: &[
                ("../scenarios/index.html", "All orderings"),
                ("index.html", "Kernel dossier"),
            ],
            style: "../scenarios/plain.css",
            main: &format!("<main>{}</main>", self.linked(&body, "")),
        }))
    }

    /// A link of a file as a link of its page.
    fn target(&self, file: &File, link: &str) -> io::Result<String> {
        let (path, slug) = link.split_once('#').unwrap_or((link, ""));
        let name = match path {
            "" => Some(file.name.as_str()),
            "README.md" => Some(INDEX),
            other => other.strip_suffix(".md"),
        };
        let target = self.files.iter().find(|it| Some(it.name.as_str()) == name);
        let place = target.and_then(|target| match slug {
            "" => Some(format!("{}.html", target.name)),
            slug => {
                let heading = target.headings.iter().find(|it| it.slug() == slug)?;
                Some(format!("{}.html#{}", target.name, heading.anchor()?))
            }
        });
        place.ok_or_else(|| {
            let fault = format!(
                "docs/kernel, page {}: no file and section {link}",
                file.name
            );
            io::Error::other(fault)
        })
    }

    /// The HTML of a page with its references to sections, and the files and commits of the dossier's tags, made links;
    /// `folder` is the dossier's folder, seen from that page.
    pub fn linked(&self, html: &str, folder: &str) -> String {
        let mut linked = String::new();
        let mut rest = html;
        // How many elements of UNLINKED the place is inside of.
        let mut closed = 0;
        while let Some(start) = rest.find('<') {
            let (text, tag) = rest.split_at(start);
            self.link_text(text, folder, closed == 0, &mut linked);
            let end = tag.find('>').map_or(tag.len(), |it| it + 1);
            let name = tag[1..end].trim_start_matches('/');
            let name = name.split([' ', '>', '/']).next().unwrap_or_default();
            if UNLINKED.contains(&name) {
                closed = if tag.starts_with("</") {
                    closed - 1
                } else {
                    closed + 1
                };
            }
            linked += &tag[..end];
            rest = &tag[end..];
        }
        self.link_text(rest, folder, closed == 0, &mut linked);
        linked
    }

    fn link_text(&self, text: &str, folder: &str, open: bool, into: &mut String) {
        let mut links: Vec<(Range<usize>, String)> = Vec::new();
        for it in references(text) {
            if let Some(place) = self.places.get(&it.section) {
                let link = format!(r#"<a href="{folder}{place}">"#);
                links.push((it.range, link));
            }
        }
        for (range, target) in evidence(text) {
            links.push((range, outside(&target.address())));
        }
        links.sort_by_key(|(range, _)| range.start);
        let mut written = 0;
        for (range, link) in links.into_iter().filter(|_| open) {
            if range.start < written {
                continue;
            }
            *into += &text[written..range.start];
            *into += &format!("{link}{}</a>", &text[range.clone()]);
            written = range.end;
        }
        *into += &text[written..];
    }
}

/// The beginning of a link to another site, which is not told where the visitor came from.
fn outside(address: &str) -> String {
    let address = escaped(address);
    format!(
        r#"<a href="{address}" target="_blank" rel="noreferrer noopener" referrerpolicy="no-referrer">"#
    )
}

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
}

fn headings(text: &str) -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    let mut inside = false;
    for event in parser(text) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                inside = true;
                headings.push(Heading {
                    level,
                    text: String::new(),
                    key: None,
                });
            }
            Event::End(TagEnd::Heading(_)) => inside = false,
            Event::Text(text) | Event::Code(text) => {
                if let (true, Some(heading)) = (inside, headings.last_mut()) {
                    heading.text += &text;
                }
            }
            _ => {}
        }
    }
    for heading in &mut headings {
        heading.key = heading_key(&heading.text).map(str::to_owned);
    }
    headings
}

/// The list of a page's sections, without the tags that name their sources.
fn contents(headings: &[Heading]) -> String {
    let items = headings.iter().filter_map(|it| {
        let anchor = it.anchor().filter(|_| it.level != HeadingLevel::H1)?;
        let class = match it.level {
            HeadingLevel::H2 => "",
            _ => r#" class="deeper""#,
        };
        let text = it.text.split(" [").next().unwrap_or_default();
        let text = escaped(text);
        Some(format!(
            r##"<li{class}><a href="#{anchor}">{text}</a></li>"##
        ))
    });
    let items: String = items.collect();
    match items.is_empty() {
        true => items,
        false => format!(r#"<ul class="contents">{items}</ul>"#),
    }
}

/// A paragraph with the scenarios that show an ordering.
fn shown_by(key: &str, catalogue: &[Entry]) -> String {
    let links = catalogue.iter().filter(|it| it.section == key).map(|it| {
        let title = escaped(&it.title.replace('`', ""));
        format!(r#"<a href="../scenarios/{}.html">{title}</a>"#, it.slug)
    });
    let links: Vec<String> = links.collect();
    match links.is_empty() {
        true => String::new(),
        false => format!(r#"<p class="small">Run by run: {}</p>"#, links.join("; ")),
    }
}

/// The first paragraph of a file, without markup.
fn about(text: &str) -> String {
    let mut about = String::new();
    let mut inside = false;
    for event in parser(text) {
        match event {
            Event::Start(Tag::Paragraph) => inside = true,
            Event::End(TagEnd::Paragraph) => break,
            Event::Text(text) | Event::Code(text) if inside => about += &text,
            Event::SoftBreak if inside => about.push(' '),
            _ => {}
        }
    }
    about
}
