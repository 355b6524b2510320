//! The kernel dossier (`docs/kernel/`): every section that the sources cite exists, in its files and on the plain pages.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use roxmltree::Document;
use stable_pages::exchange::Link;
use stable_pages::protocol::{heading_key, references, section_page};
use stable_pages::scenario::catalogue;

const FOLDER: &str = "docs/kernel";

/// The files below a folder whose names end in one of `ends`.
fn files(folder: &Path, ends: &[&str], into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("a folder can be listed").path();
        let name = path.to_string_lossy();
        if path.is_dir() {
            files(&path, ends, into);
        } else if ends.iter().any(|end| name.ends_with(end)) {
            into.push(path);
        }
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The numbers of all sections, with the file of each.
fn sections() -> HashMap<String, PathBuf> {
    let mut sections = HashMap::new();
    let mut paths = Vec::new();
    files(Path::new(FOLDER), &[".md"], &mut paths);
    for path in paths {
        for line in read(&path).lines() {
            let heading = line.trim_start_matches('#');
            if heading.len() == line.len() || !heading.starts_with(' ') {
                continue;
            }
            if let Some(key) = heading_key(heading.trim()) {
                let twice = sections.insert(key.to_owned(), path.clone());
                assert_eq!(twice, None, "{}: {key}", path.display());
            }
        }
    }
    sections
}

/// The page knows on which page of the dossier a section stands without having the dossier.
#[test]
fn sections_are_on_the_pages_where_links_look_for_them() {
    for (key, path) in sections() {
        let name = path.file_stem().expect("a name").to_string_lossy();
        let name = if name == "README" { "index" } else { &*name };
        let page = section_page(&key);
        assert_eq!(page.split_once(".html#").expect("a page").0, name, "{key}");
    }
}

#[test]
fn references_are_found_in_running_text() {
    let cases: [(&str, &[&str]); 14] = [
        (
            "the dossier, 3.5; include/linux/mmap_lock.h (6.19)",
            &["3.5"],
        ),
        ("(The dossier's 3.3 and 4.)", &["3.3", "4"]),
        (
            "The dossier's section 8.4 (`sd.c`, 6.19) and 7.1.",
            &["8.4"],
        ),
        (
            "Dossier 1.2 and 5.4 R4 (S10): a store",
            &["1.2", "5.4", "S10"],
        ),
        ("section 8.7 of the dossier", &["8.7"]),
        ("sections 2.5, 3.4 and 5.1; 6.19", &["2.5", "3.4", "5.1"]),
        ("see section\n13.10", &["13.10"]),
        ("chapters 13 to 17", &["13", "17"]),
        ("section 3.3, 6.19", &["3.3"]),
        ("appendix A, a vector", &["A"]),
        ("S34a, but not S3, XS04 or S04_", &["S34"]),
        ("the dossier: 3 files; a section of 3.9.6", &[]),
        ("Section 2.6.39", &[]),
        ("dossier-11-3", &[]),
    ];
    for (text, expected) in cases {
        let found = references(text);
        let named: Vec<&str> = found.iter().map(|it| &text[it.range.clone()]).collect();
        assert_eq!(named, expected, "{text}");
        assert!(found.iter().all(|it| text[it.range.clone()] == it.section));
    }
}

/// A source text without comment marks and line ends, so that a reference broken into two lines is found.
fn without_comment_marks(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        line.trim_start_matches(['/', '!', '#']).trim_start()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_reference_names_a_section() {
    let sections = sections();
    let mut paths = Vec::new();
    for folder in ["src", "tests", "benches", "assets", "docs"] {
        let ends = [".rs", ".toml", ".md", ".mjs"];
        files(Path::new(folder), &ends, &mut paths);
    }
    // This file is left out, since it has examples of references that do not exist, and so are node modules.
    paths.retain(|it| *it != Path::new(file!()) && !it.to_string_lossy().contains("node_modules"));
    for file in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "build.rs",
    ] {
        paths.push(file.into());
    }
    let mut cited = HashSet::new();
    for path in paths {
        for reference in references(&without_comment_marks(&read(&path))) {
            let section = reference.section;
            assert!(
                sections.contains_key(&section),
                "{} names {section} of the dossier, and {FOLDER} has no such section",
                path.display()
            );
            cited.insert(section);
        }
    }
    for well_known in ["3.5", "8.4", "9.1", "10", "13.3", "S04", "S36"] {
        assert!(cited.contains(well_known), "nobody cites {well_known}");
    }
}

/// What `pack` writes: paths from the folder of the page, with the texts of pages.
fn packed() -> &'static HashMap<String, String> {
    static PACKED: LazyLock<HashMap<String, String>> = LazyLock::new(pack);
    &PACKED
}

fn pack() -> HashMap<String, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dossier");
    let run = Command::new(env!("CARGO_BIN_EXE_pack"))
        .arg(&folder)
        .output();
    let run = run.expect("pack is there");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let mut paths = Vec::new();
    files(&folder, &[""], &mut paths);
    let pages = paths.iter().map(|path| {
        let name = path.strip_prefix(&folder).expect("below it");
        let text = match path.extension().is_some_and(|it| it == "html") {
            true => read(path).replace("<!doctype html>", ""),
            false => String::new(),
        };
        (name.to_string_lossy().into_owned(), text)
    });
    pages.collect()
}

/// A link from a file of a folder directly below the page's, as path and fragment.
fn target<'a>(folder: &str, file: &str, link: &'a str) -> (String, &'a str) {
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let path = path.split('?').next().unwrap_or_default();
    let path = match (path, path.strip_prefix("../")) {
        ("", _) => format!("{folder}/{file}"),
        (_, Some(above)) => above.to_owned(),
        _ => format!("{folder}/{path}"),
    };
    (path, fragment)
}

#[test]
fn plain_pages_lead_to_each_other() {
    let packed = packed();
    let mut documents = HashMap::new();
    for (name, text) in packed.iter().filter(|(name, _)| name.ends_with(".html")) {
        let document = Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        documents.insert(name.as_str(), document);
    }
    let slugs: HashSet<&str> = catalogue().map(|it| it.slug).collect();
    let many = |folder: &str| fs::read_dir(folder).expect("there").count();
    // The list of orderings; that of lessons, and the page for teachers.
    let others = 1 + 2;
    assert_eq!(
        documents.len(),
        slugs.len() + many(FOLDER) + many("assets/lessons") + others
    );
    let has_id = |page: &str, id: &str| {
        let document = documents.get(page);
        document.is_some_and(|it| {
            it.descendants()
                .any(|node| node.attribute("id") == Some(id))
        })
    };
    for (name, document) in &documents {
        let (folder, file) = name.split_once('/').expect("in a folder");
        let (mut to_sections, mut outside) = (0, 0);
        for node in document.descendants() {
            let Some(link) = node.attribute("href") else {
                continue;
            };
            if link.starts_with("https://") {
                outside += 1;
                assert_eq!(node.attribute("rel"), Some("noreferrer noopener"), "{name}");
                let referrer = node.attribute("referrerpolicy");
                assert_eq!(referrer, Some("no-referrer"), "{name}: {link}");
                continue;
            }
            let (path, fragment) = target(folder, file, link);
            match path.as_str() {
                // The page with the program, where a fragment is a scenario's name, a link to a run, or a beat of a lesson.
                "" if fragment.starts_with("lesson/") => {
                    let beat = fragment.trim_start_matches("lesson/");
                    let (lesson, beat) = beat.split_once('/').expect("a beat");
                    let handout = format!("lessons/{lesson}.html");
                    assert!(has_id(&handout, &format!("beat-{beat}")), "{name}: {link}");
                }
                "" => {
                    let run = Link::parse(fragment);
                    let known = run.is_ok_and(|it| slugs.contains(it.slug.as_str()));
                    assert!(fragment.is_empty() || known, "{name}: {link}");
                }
                "icons/favicon.svg" => assert!(Path::new("assets/icons/favicon.svg").exists()),
                _ => {
                    assert!(packed.contains_key(&path), "{name}: {link} leads nowhere");
                    let found = fragment.is_empty() || has_id(&path, fragment);
                    assert!(found, "{name}: {link} is not on that page");
                }
            }
            to_sections += usize::from(path.starts_with("kernel/") && !fragment.is_empty());
        }
        let few = [
            "scenarios/index.html",
            "scenarios/unlucky-collision.html",
            "kernel/index.html",
            "kernel/diagrams.html",
            "kernel/invariants.html",
            "lessons/index.html",
            "lessons/teachers.html",
            "lessons/challenges.html",
            "lessons/fool-the-guard.html",
            "lessons/guess-the-odds.html",
            "lessons/who-is-hurt.html",
        ];
        assert!(
            outside > 0 || few.contains(name),
            "{name} leads nowhere else"
        );
        let lists = [
            "scenarios/index.html",
            "lessons/index.html",
            "lessons/teachers.html",
        ];
        if !lists.contains(name) {
            assert!(to_sections > 0, "{name} leads to no section of the dossier");
        }
    }
    // Addresses that other sites may link to must stay as they are.
    for (page, id) in [
        ("kernel/protocol.html", "s3-5"),
        ("kernel/orderings.html", "S04"),
        ("kernel/orderings.html", "s9-1"),
        ("kernel/linux-7.html", "s13-3"),
        ("kernel/linux-7.html", "S37"),
        ("kernel/reference.html", "sA"),
    ] {
        assert!(has_id(page, id), "{page}#{id}");
    }
}

/// Every section has a fragment of its own, and HTML in a file is not taken as markup.
#[test]
fn the_dossier_is_all_on_its_pages() {
    const ELEMENTS: [&str; 27] = [
        "html", "head", "meta", "title", "link", "body", "header", "main", "div", "h1", "h2", "h3",
        "p", "ul", "ol", "li", "a", "strong", "em", "code", "pre", "table", "thead", "tbody", "tr",
        "th", "td",
    ];
    let packed = packed();
    let mut ids = HashSet::new();
    for (name, text) in packed
        .iter()
        .filter(|(name, _)| name.starts_with("kernel/"))
    {
        let document = Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        for node in document.descendants().filter(|it| it.is_element()) {
            let tag = node.tag_name().name();
            assert!(ELEMENTS.contains(&tag), "{name}: <{tag}>");
            assert_eq!(node.attribute("style"), None, "{name}: <{tag}>");
            if let Some(id) = node.attribute("id") {
                assert!(ids.insert(id.to_owned()), "{name}: #{id} is there twice");
            }
        }
    }
    assert_eq!(ids.len(), sections().len());
}
