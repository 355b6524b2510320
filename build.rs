//! Lists the scenario files for `scenario::catalogue`, so that adding one to the folder is all it takes.
//! Native builds get their texts too; the page fetches them, packed.
//! Lists what the kernel lab saw, for the checker, which tells of it.
//! Names the build, so that scenarios packed by another build are told apart.
//! For WebAssembly, keeps the section that tools need although symbols are stripped.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs};

use toml::de::{DeTable, DeValue};

fn main() {
    let folder = Path::new("assets/scenarios");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=build.rs");
    let page = env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm");
    // The page itself knows only the files' names; the checker, which draws the list, has all of it.
    let listed = !page || env::var_os("CARGO_FEATURE_WORKER").is_some();
    let mut rows = Vec::new();
    for entry in fs::read_dir(folder).expect("assets/scenarios is part of the source") {
        let path = entry.expect("a folder can be listed").path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        println!("cargo::rerun-if-changed={}", path.display());
        let slug = path.file_stem().and_then(|stem| stem.to_str());
        let slug = slug.expect("a scenario's name is UTF-8").to_owned();
        let text = fs::read_to_string(&path).expect("a scenario file is UTF-8");
        rows.push(row(slug, text, page, listed));
    }
    rows.sort();
    let lines = rows.iter().map(|(_, _, line, _)| line.clone() + "\n");
    let list: String = lines.collect();
    let texts: Vec<String> = rows.into_iter().map(|(.., text)| text).collect();
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("scenarios.rs");
    let source = format!("const LIST: &str = {list:?};\nstatic TEXTS: &[&str] = &{texts:?};\n");
    fs::write(out, source).expect("OUT_DIR is writable");

    let lessons = Path::new("assets/lessons");
    println!("cargo::rerun-if-changed={}", lessons.display());
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("lessons.rs");
    // Only the checker draws their list.
    let list = if listed {
        list_of(lessons)
    } else {
        String::new()
    };
    fs::write(out, format!("const LESSONS: &str = {list:?};\n")).expect("OUT_DIR is writable");

    let results = Path::new("assets/lab/results.json");
    println!("cargo::rerun-if-changed={}", results.display());
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("seen.rs");
    // Only the checker draws what was seen of real kernels.
    let seen = if listed {
        seen(&fs::read_to_string(results).expect("assets/lab/results.json is part of the source"))
    } else {
        String::new()
    };
    fs::write(out, format!("const SEEN: &str = {seen:?};\n")).expect("OUT_DIR is writable");

    println!("cargo::rustc-env=SCENARIO_BUILD={:08x}", build());

    if page {
        println!("cargo::rustc-link-arg-bins=--keep-section=target_features");
    }
}

/// The order, the slug, the line of the list and the text of one entry. A file that is no TOML is listed
/// without a title; the tests say what is wrong with it.
fn row(slug: String, text: String, page: bool, listed: bool) -> (i64, String, String, String) {
    let table = DeTable::parse(&text).map(|table| table.into_inner());
    let table = table.unwrap_or_else(|_| DeTable::new());
    let value = |key: &str| table.get(key).map(|value| value.get_ref());
    let word = |key: &str| match value(key) {
        Some(DeValue::String(text)) => text.clone().into_owned(),
        _ => String::new(),
    };
    let order = match value("order") {
        Some(DeValue::Integer(digits)) => digits.as_str().parse().unwrap_or(65535),
        _ => 65535,
    };
    let expect = match value("expect") {
        Some(DeValue::Table(expect)) => expect.get(word("device").as_str()),
        _ => None,
    };
    let verdicts: Vec<String> = match expect.map(|value| value.get_ref()) {
        Some(DeValue::Array(all)) => all
            .iter()
            .filter_map(|verdict| match verdict.get_ref() {
                DeValue::String(text) => Some(text.clone().into_owned()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    // Steps and programs that the file names: what it changes, and what it has of its own.
    let mut named: Vec<String> = Vec::new();
    for part in ["edit", "program"] {
        let Some(DeValue::Array(all)) = value(part) else {
            continue;
        };
        let tables = all.iter().filter_map(|it| match it.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => None,
        });
        for value in tables.flat_map(|table| table.values()) {
            if let DeValue::String(text) = value.get_ref() {
                let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let names = words.filter(|it| it.contains('_') || it.len() > 5);
                named.extend(names.map(str::to_owned));
            }
        }
    }
    named.sort();
    named.dedup();
    let named = named.join(" ");
    let (section, group, title) = (word("section"), word("group"), word("title"));
    let verdicts = verdicts.join(", ");
    // One text of all lines compresses better than many texts, and takes no table of where each stands.
    let line = match listed {
        true => format!("{slug}\t{section}\t{group}\t{title}\t{order}\t{verdicts}\t{named}"),
        false => slug.clone(),
    };
    let text = if page { String::new() } else { text };
    (order, slug, line, text)
}

/// A line for each lesson: name, number, minutes, how many beats, title. What lies beyond the lessons comes last.
fn list_of(folder: &Path) -> String {
    let mut rows = Vec::new();
    for entry in fs::read_dir(folder).expect("assets/lessons is part of the source") {
        let path = entry.expect("a folder can be listed").path();
        if path.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        println!("cargo::rerun-if-changed={}", path.display());
        let slug = path.file_stem().and_then(|stem| stem.to_str());
        let slug = slug.expect("a lesson's name is UTF-8").to_owned();
        let text = fs::read_to_string(&path).expect("a lesson is UTF-8");
        // A file that is no lesson is listed without a title; the tests say what is wrong with it.
        let front = text.split("+++").nth(1).unwrap_or_default();
        let table = DeTable::parse(front).map(|table| table.into_inner());
        let table = table.unwrap_or_else(|_| DeTable::new());
        let word = |key: &str| match table.get(key).map(|value| value.get_ref()) {
            Some(DeValue::String(text)) => text.clone().into_owned(),
            Some(DeValue::Integer(digits)) => digits.as_str().to_owned(),
            _ => String::new(),
        };
        let number: u8 = word("number").parse().unwrap_or(0);
        let beats = text.lines().filter(|line| line.starts_with("## ")).count();
        let (minutes, title) = (word("minutes"), word("title"));
        let line = format!("{slug}\t{number}\t{minutes}\t{beats}\t{title}\n");
        rows.push((number == 0, number, line));
    }
    rows.sort();
    rows.into_iter().map(|(.., line)| line).collect()
}

/// A line for each experiment of the kernel lab that an ordering of the catalogue models as it is written: the fields of
/// `exchange::Seen`. A file of another shape gives none; a test says what is wrong with it.
fn seen(text: &str) -> String {
    let results: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let mut lines = String::new();
    for kernel in results["kernels"].as_array().into_iter().flatten() {
        for row in kernel["experiments"].as_array().into_iter().flatten() {
            let model = &row["model"];
            if model["edited"] != false || model["unchanged"] != false {
                continue;
            }
            let text = |value: &serde_json::Value| match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Array(all) => {
                    let all = all.iter().filter_map(|it| it.as_str());
                    all.collect::<Vec<&str>>().join(", ")
                }
                serde_json::Value::Object(all) => {
                    all.keys().cloned().collect::<Vec<String>>().join(" or ")
                }
                serde_json::Value::Null => String::new(),
                other => other.to_string(),
            };
            let fields = [
                &kernel["series"],
                &kernel["package_version"],
                &kernel["date"],
                &kernel["repeat"],
                &model["slug"],
                &model["device"],
                &model["era"],
                &model["verdicts"],
                &row["about"],
                &row["counts"],
                &row["failing"],
                &row["operations"],
                &row["failures"],
                &row["errno"],
                &row["outcome"],
                &model["why"],
            ];
            lines += &(fields.map(text).join("\t") + "\n");
        }
    }
    lines
}

/// The build's number: a hash over the sources that say what packed scenarios and lessons consist of, their texts, and the versions of the crates that turn them into bytes. It is the same for each
/// target. So what the page asks for by this number is always the same bytes, however long a cache
/// keeps them.
fn build() -> u32 {
    let mut files = vec![PathBuf::from("Cargo.lock")];
    for folder in [
        "assets/lessons",
        "assets/scenarios",
        "src/lesson",
        "src/machine",
        "src/protocol",
        "src/scenario",
        "src/view",
    ] {
        println!("cargo::rerun-if-changed={folder}");
        sources(Path::new(folder), &mut files);
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        // A lock file that is missing is written by cargo before it builds.
        fs::read(file).unwrap_or_default().hash(&mut hasher);
    }
    hasher.finish() as u32
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("a folder can be listed").path();
        match path.is_dir() {
            true => sources(&path, into),
            false => into.push(path),
        }
    }
}
