//! Each layer uses only those to its right: app → view → exchange → explore → scenario → protocol → machine.

use std::fs;
use std::path::Path;

const LAYERS: [&str; 6] = [
    "machine", "protocol", "scenario", "explore", "exchange", "view",
];

fn sources(folder: &Path, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).expect("readable");
            into.push((path.display().to_string(), text));
        }
    }
}

/// The modules of the crate that a text names.
fn named(text: &str) -> Vec<&'static str> {
    let named = |layer: &&&str| {
        text.contains(&format!("crate::{layer}"))
            || text.contains(&format!("stable_pages::{layer}"))
    };
    LAYERS.iter().filter(named).copied().collect()
}

#[test]
fn each_layer_knows_only_those_below() {
    let mut looked_at = 0;
    for (height, layer) in LAYERS.iter().enumerate() {
        let mut files = Vec::new();
        sources(&Path::new("src").join(layer), &mut files);
        for (name, text) in files {
            for other in named(&text) {
                let below = LAYERS.iter().position(|it| *it == other).expect("a layer");
                assert!(below <= height, "{name} reaches up to {other}");
            }
            for browser in ["leptos", "web_sys", "wasm_bindgen", "gloo"] {
                assert!(
                    !text.contains(browser),
                    "{name} knows the browser: {browser}"
                );
            }
            looked_at += 1;
        }
    }
    assert!(looked_at >= 20, "only {looked_at} files looked at");
}

/// The machine has no clock, no randomness, no input and no output.
#[test]
fn the_machine_is_pure() {
    let mut files = Vec::new();
    sources(Path::new("src/machine"), &mut files);
    for (name, text) in files {
        for word in [
            "std::time",
            "std::fs",
            "std::env",
            "use rand",
            "println",
            "unsafe",
            "static mut",
        ] {
            assert!(!text.contains(word), "{name} contains {word}");
        }
    }
}
