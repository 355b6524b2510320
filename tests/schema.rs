//! The schemas of our JSON: the published ones are those of the types that are written
//! (`UPDATE_EXPECT=1 cargo test --no-default-features --test schema` writes them anew), and they
//! keep what version 2 promised when it began (`tests/golden/schema`, which is never changed).
//!
//! That exports are as their schema says is tested where they are made: `exports.rs`,
//! `check_command.rs`; that of `check` is compared with its types in `src/bin/check/json.rs`.

use std::collections::BTreeSet;
use std::fs;

use expect_test::expect_file;
use serde_json::{Value, json};
use stable_pages::exchange::run_schema;

fn read(path: &str) -> Value {
    let text = fs::read_to_string(path).expect("there");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_published_schema_of_runs_is_derived() {
    expect_file!["../assets/schema/run-2.json"].assert_eq(&run_schema());
}

/// One of the things that a value may be: a constant, or a type with all that is said of it.
struct Alternative<'a> {
    /// The schema that says so.
    schema: &'a Value,
    /// The constant, or the type's name.
    is: Value,
}

/// A schema with the document that its references are of.
#[derive(Clone, Copy)]
struct Part<'a> {
    document: &'a Value,
    schema: &'a Value,
}

impl<'a> Part<'a> {
    fn at(self, schema: &'a Value) -> Part<'a> {
        Part { schema, ..self }
    }

    /// Whether it, or what it refers to, is described in words.
    fn is_described(self) -> bool {
        let several = self.schema["anyOf"].as_array().into_iter().flatten();
        self.schema["description"].is_string()
            || self.referred().is_some_and(|it| it.is_described())
            || several.into_iter().any(|it| self.at(it).is_described())
    }

    fn referred(self) -> Option<Part<'a>> {
        let name = self.schema["$ref"].as_str()?.strip_prefix('#')?;
        self.document.pointer(name).map(|it| self.at(it))
    }

    /// All that a value may be.
    fn alternatives(self) -> Vec<Alternative<'a>> {
        if let Some(it) = self.referred() {
            return it.alternatives();
        }
        let one = |is: &Value| Alternative {
            schema: self.schema,
            is: is.clone(),
        };
        let list = |name: &str| self.schema[name].as_array().into_iter().flatten();
        let several = list("oneOf").chain(list("anyOf"));
        let mut all: Vec<_> = several.flat_map(|it| self.at(it).alternatives()).collect();
        match &self.schema["const"] {
            Value::Null if self.schema["enum"].is_array() => all.extend(list("enum").map(one)),
            Value::Null => match &self.schema["type"] {
                Value::Array(types) => all.extend(types.iter().map(one)),
                Value::Null => {}
                name => all.push(one(name)),
            },
            constant => all.push(one(constant)),
        }
        all
    }
}

/// What `old` said and `new` does not say any more, by places in the document.
fn lost(old: Part, new: Part, at: &str) -> Vec<String> {
    let mut lost = Vec::new();
    if old.is_described() && !new.is_described() {
        lost.push(format!("{at}: its description"));
    }
    let offered = new.alternatives();
    for alternative in old.alternatives() {
        let same = offered.iter().filter(|it| {
            // Where words had no list, they may have got one.
            let listed = alternative.is == "string" && it.schema["type"] == "string";
            it.is == alternative.is || listed
        });
        let all = same.map(|it| lost_of_one(old.at(alternative.schema), new.at(it.schema), at));
        match all.min_by_key(Vec::len) {
            _ if alternative.is == "null" && offered.iter().any(|it| it.is == "null") => {}
            Some(least) => lost.extend(least),
            None => lost.push(format!("{at}: {}", alternative.is)),
        }
    }
    lost
}

/// The same of one alternative that both have.
fn lost_of_one(old: Part, new: Part, at: &str) -> Vec<String> {
    let mut lost = Vec::new();
    if old.is_described() && !new.is_described() {
        lost.push(format!("{at}: its description"));
    }
    for (name, member) in old.schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        match new.schema["properties"].get(name) {
            Some(it) => lost.extend(self::lost(old.at(member), new.at(it), &at)),
            None => lost.push(at),
        }
    }
    let required = |part: Part| -> BTreeSet<String> {
        let names = part.schema["required"].as_array().into_iter().flatten();
        names
            .map(|it| it.as_str().expect("a name").to_owned())
            .collect()
    };
    let optional = required(old);
    for name in optional.difference(&required(new)) {
        lost.push(format!("{at}.{name}: that it is required"));
    }
    if old.schema["items"].is_object() {
        let items = (old.at(&old.schema["items"]), new.at(&new.schema["items"]));
        lost.extend(self::lost(items.0, items.1, &format!("{at}[]")));
    }
    if let Some(pattern) = old.schema.get("pattern")
        && let Some(words) = new.schema["enum"].as_array()
    {
        let kept = json!({ "pattern": pattern });
        let all = words
            .iter()
            .filter(|word| !jsonschema::is_valid(&kept, word));
        lost.extend(all.map(|word| format!("{at}: {word} is not as it was said")));
    } else if old.schema["pattern"].is_string() && old.schema["pattern"] != new.schema["pattern"] {
        lost.push(format!("{at}: pattern"));
    }
    for said in ["additionalProperties", "minItems", "maxItems"] {
        if !old.schema[said].is_null() && old.schema[said] != new.schema[said] {
            lost.push(format!("{at}: {said}"));
        }
    }
    for (bound, is_held) in [
        ("minimum", f64::le as fn(&f64, &f64) -> bool),
        ("maximum", f64::ge),
    ] {
        if let Some(old) = old.schema[bound].as_f64() {
            let new = new.schema[bound].as_f64();
            if !new.is_some_and(|new| is_held(&old, &new)) {
                lost.push(format!("{at}: {bound}"));
            }
        }
    }
    lost
}

fn lost_from(old: &Value, new: &Value) -> Vec<String> {
    let whole = |document| Part {
        document,
        schema: document,
    };
    lost(whole(old), whole(new), "")
}

#[test]
fn nothing_of_version_2_is_lost() {
    for name in ["run-2", "check-2"] {
        let old = read(&format!("tests/golden/schema/{name}.json"));
        let new = read(&format!("assets/schema/{name}.json"));
        jsonschema::meta::validate(&new).expect("a schema");
        for said in ["$schema", "$id", "title", "description"] {
            assert_eq!(old[said], new[said], "{name}: {said}");
        }
        let lost = lost_from(&old, &new);
        assert!(lost.is_empty(), "{name} has lost\n{}", lost.join("\n"));
    }
}

/// The comparison above sees what is taken away, wherever it stands.
#[test]
fn losses_are_seen() {
    let old = read("tests/golden/schema/run-2.json");
    let new = read("assets/schema/run-2.json");
    let run = |name: &str| format!("/properties/{name}");
    let page = |name: &str| format!("/$defs/Page/{name}");
    for (place, value, expected) in [
        (page("properties/pins"), None, ".initial.pages[].pins"),
        (
            page("required"),
            Some(json!([])),
            ".initial.pages[].bio: that it is required",
        ),
        (
            page("additionalProperties"),
            None,
            ".initial.pages[]: additionalProperties",
        ),
        (
            page("properties/memory/items"),
            Some(json!({"type": "string"})),
            ".initial.pages[].memory[]",
        ),
        (
            "/$defs/Guard/pattern".to_owned(),
            None,
            ".contents[]: pattern",
        ),
        (
            "/$defs/Access/maximum".to_owned(),
            None,
            ".steps[].effects[].Cleaned.was: maximum",
        ),
        (
            "/$defs/Stage/oneOf/0".to_owned(),
            None,
            ".initial.pages[].bio_stage: \"Free\"",
        ),
        (run("end/anyOf/1"), None, ".end: \"null\""),
        (run("link/description"), None, ".link: its description"),
        (
            "/$defs/VerdictWord/enum/0".to_owned(),
            None,
            ".verdicts[]: \"guard error\"",
        ),
    ] {
        let mut less = new.clone();
        let (parent, name) = place.rsplit_once('/').expect("a place");
        let parent = less.pointer_mut(parent).expect(&place);
        match (parent, value) {
            (Value::Array(all), None) => drop(all.remove(name.parse().expect("a number"))),
            (Value::Object(all), None) => drop(all.remove(name).expect(&place)),
            (parent, Some(value)) => parent[name] = value,
            _ => panic!("{place}"),
        }
        let lost = lost_from(&old, &less);
        let found = lost.iter().any(|it| it.starts_with(expected));
        assert!(found, "{place}: {}", lost.join("\n"));
    }
}
