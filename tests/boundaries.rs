//! Each layer uses only those to its right: app → view → lesson → exchange → explore → scenario → protocol → machine. No
//! files import each other in a ring.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, ItemMod, ItemUse, Macro, UseTree};

const LAYERS: [&str; 7] = [
    "machine", "protocol", "scenario", "explore", "exchange", "lesson", "view",
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

/// A module by the names on the way to it from `src`.
type ModulePath = Vec<String>;

/// The other files that each file needs.
type Needs = BTreeMap<ModulePath, BTreeSet<ModulePath>>;

/// What one file names of this package.
#[derive(Default)]
struct Imports {
    /// What a name that a `use` item binds stands for.
    bound: BTreeMap<String, ModulePath>,
    /// Every path of the package in it, from `src`.
    named: Vec<ModulePath>,
}

/// Reads the paths of one file. A path of the package begins with `crate`, `super` or `self`, with the
/// library's name, or with a module that the file declares.
struct Reader {
    /// Where `crate` is: `src` itself, or the folder of a binary.
    root: ModulePath,
    /// The module that is being read; longer than the file's own within a `mod` in braces.
    within: ModulePath,
    declared: BTreeSet<String>,
    imports: Imports,
}

impl Reader {
    fn read(text: &str, root: ModulePath, within: ModulePath) -> Imports {
        let file = syn::parse_file(text).expect("Rust");
        let declared = file.items.iter().filter_map(|item| match item {
            syn::Item::Mod(it) => Some(it.ident.to_string()),
            _ => None,
        });
        let mut reader = Reader {
            root,
            within,
            declared: declared.collect(),
            imports: Imports::default(),
        };
        reader.visit_file(&file);
        reader.imports
    }

    /// The same path from `src`; none for what is not of this package.
    fn absolute(&self, path: &[String]) -> Option<ModulePath> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some([&self.root, rest].concat()),
            "stable_pages" => Some(rest.to_vec()),
            "self" => Some([&self.within, rest].concat()),
            "super" => {
                let up = path.iter().take_while(|it| *it == "super").count();
                let base = &self.within[..self.within.len().checked_sub(up)?];
                Some([base, &path[up..]].concat())
            }
            name if self.declared.contains(name) => Some([&self.within, path].concat()),
            _ => None,
        }
    }

    fn name(&mut self, path: &[String]) {
        let absolute = self.absolute(path);
        self.imports.named.extend(absolute);
    }

    fn use_tree(&mut self, prefix: &[String], tree: &UseTree) {
        let with = |ident: &syn::Ident| [prefix, &[ident.to_string()]].concat();
        let (path, binds) = match tree {
            UseTree::Path(it) => return self.use_tree(&with(&it.ident), &it.tree),
            UseTree::Group(it) => {
                return it.items.iter().for_each(|it| self.use_tree(prefix, it));
            }
            UseTree::Name(it) if it.ident == "self" => (prefix.to_vec(), prefix.last().cloned()),
            UseTree::Name(it) => (with(&it.ident), Some(it.ident.to_string())),
            UseTree::Rename(it) => (with(&it.ident), Some(it.rename.to_string())),
            UseTree::Glob(_) => (prefix.to_vec(), None),
        };
        if let Some(absolute) = self.absolute(&path) {
            if let Some(name) = binds {
                self.imports.bound.insert(name, absolute.clone());
            }
            self.imports.named.push(absolute);
        }
    }

    /// What a macro is given need not be Rust, so its paths are looked for among its tokens.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(it) => {
                    if colons != 2 {
                        self.name(&std::mem::take(&mut path));
                    }
                    path.push(it.to_string());
                    colons = 0;
                }
                TokenTree::Punct(it) if it.as_char() == ':' => colons += 1,
                TokenTree::Group(it) => {
                    colons = 0;
                    self.tokens(it.stream());
                }
                _ => colons = 0,
            }
        }
        self.name(&path);
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_use(&mut self, it: &'ast ItemUse) {
        self.use_tree(&[], &it.tree);
    }

    fn visit_path(&mut self, it: &'ast syn::Path) {
        let segments: Vec<_> = it.segments.iter().map(|it| it.ident.to_string()).collect();
        self.name(&segments);
        visit::visit_path(self, it);
    }

    fn visit_macro(&mut self, it: &'ast Macro) {
        self.tokens(it.tokens.clone());
    }

    /// Unit tests may look at whatever they compare their file with.
    fn visit_item_mod(&mut self, it: &'ast ItemMod) {
        let is_test = |it: &Attribute| {
            it.path().is_ident("cfg") && it.parse_args::<Ident>().is_ok_and(|it| it == "test")
        };
        if it.attrs.iter().any(is_test) {
            return;
        }
        self.within.push(it.ident.to_string());
        visit::visit_item_mod(self, it);
        self.within.pop();
    }
}

/// The file in which what a path names stands. Where a file only hands it on (`pub use`), that is the
/// file which it is from.
fn file_of(files: &BTreeMap<ModulePath, Imports>, path: &[String], hops: usize) -> ModulePath {
    let splits = (0..=path.len()).rev().map(|at| path.split_at(at));
    let longest = splits.into_iter().find(|it| files.contains_key(it.0));
    let Some((module, rest)) = longest else {
        return Vec::new();
    };
    let handed_on = rest.first().and_then(|it| files[module].bound.get(it));
    match handed_on {
        Some(from) if hops > 0 => file_of(files, &[from, &rest[1..]].concat(), hops - 1),
        _ => module.to_vec(),
    }
}

/// The other files that each file needs. Those above it do not count: submodules may share what
/// stands in the file of their folder.
fn needs(sources: &[(String, String)]) -> Needs {
    let mut files = BTreeMap::new();
    for (name, text) in sources {
        let name = name.strip_prefix("src/").expect("in src");
        let name = name.strip_suffix(".rs").expect("Rust");
        let mut path: ModulePath = name.split('/').map(str::to_owned).collect();
        let root = match path.as_slice() {
            [bin, name, _, ..] if bin == "bin" => vec![bin.clone(), name.clone()],
            _ => Vec::new(),
        };
        path.pop_if(|it| it == "mod" || it == "main");
        let imports = Reader::read(text, root, path.clone());
        files.insert(path, imports);
    }
    let needed = |(file, imports): (&ModulePath, &Imports)| {
        let others = imports.named.iter().map(|it| file_of(&files, it, 8));
        let others = others.filter(|it| !file.starts_with(it));
        (file.clone(), others.collect())
    };
    files.iter().map(needed).collect()
}

/// A shortest way from a file back to itself; none if it is in no ring.
fn way_back<'a>(needs: &'a Needs, start: &'a ModulePath) -> Option<Vec<&'a ModulePath>> {
    let mut seen = BTreeSet::new();
    let mut ways = VecDeque::from([vec![start]]);
    while let Some(way) = ways.pop_front() {
        for next in &needs[way[way.len() - 1]] {
            let longer = [way.as_slice(), &[next]].concat();
            if next == start {
                return Some(longer);
            }
            if seen.insert(next) {
                ways.push_back(longer);
            }
        }
    }
    None
}

/// A shortest ring of files, each of which needs the next, as text; none if there is no ring.
fn ring(needs: &Needs) -> Option<String> {
    let rings = needs.keys().filter_map(|start| way_back(needs, start));
    let shortest = rings.min_by_key(Vec::len)?;
    let names: Vec<String> = shortest.iter().map(|it| it.join("/")).collect();
    Some(names.join(" → "))
}

#[test]
fn no_files_import_each_other_in_a_ring() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    // These two declare the layers and the page, and have nothing else.
    files.retain(|(name, _)| name != "src/lib.rs" && name != "src/main.rs");
    let needs = needs(&files);
    let arrows: usize = needs.values().map(BTreeSet::len).sum();
    assert!(arrows > 500, "only {arrows} imports found");
    if let Some(ring) = ring(&needs) {
        panic!("files that import each other in a ring: {ring}");
    }
}

/// The test above sees a ring in whatever way its files name each other, and nothing else.
#[test]
fn rings_are_found() {
    let ring_of = |texts: &[(&str, &str)]| {
        let owned = |(name, text): &(&str, &str)| (format!("src/{name}.rs"), text.to_string());
        ring(&needs(&texts.iter().map(owned).collect::<Vec<_>>()))
    };
    let facade = (
        "l/mod",
        "mod a; mod b; pub use a::{A, f}; pub use b::B as C; struct Other;",
    );
    let b = ("l/b", "use super::A; struct B;");
    for a in [
        "use super::b::B; struct A;",
        "use super::{C, Other}; struct A;",
        "use crate::{l::{C as D, self}}; struct A;",
        "fn f() -> stable_pages::l::b::B { todo() }",
        "fn f() { println!(\"{}\", (1, super::b::B::new)); }",
        "mod inner { use super::super::b; }",
        "use super::b::*;",
    ] {
        let found = ring_of(&[facade, ("l/a", a), b]);
        assert_eq!(found.as_deref(), Some("l/a → l/b → l/a"), "{a}");
    }
    for a in [
        "use super::*; struct A;",
        "use super::{A, Other}; use std::b::B;",
        "#[cfg(test)] mod tests { use super::super::b; }",
        "/* use super::b::B; */ const B: &str = \"super::b\";",
    ] {
        assert_eq!(ring_of(&[facade, ("l/a", a), b]), None, "{a}");
    }
    let through_a_submodule = [
        facade,
        ("l/a", "mod deep; use deep::E;"),
        ("l/a/deep", "use super::super::C; use super::A;"),
        b,
    ];
    let found = ring_of(&through_a_submodule);
    assert_eq!(found.as_deref(), Some("l/a → l/a/deep → l/b → l/a"));
    let of_a_binary = [
        ("bin/x/main", "mod a; mod b;"),
        ("bin/x/a", "use crate::b::B;"),
        ("bin/x/b", "use super::a::A;"),
    ];
    let found = ring_of(&of_a_binary);
    assert_eq!(found.as_deref(), Some("bin/x/a → bin/x/b → bin/x/a"));
}
