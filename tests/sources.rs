//! Every source that the page shows can be looked up: it leads to a kernel file in a release, a commit, a mail, a page
//! of the documentation or the dossier, or names a standard by its number.

use stable_pages::exchange::capture::Rule;
use stable_pages::machine::Invariant;
use stable_pages::protocol::{
    ASSUMPTIONS, Era, GROUPS, MEANINGS, OPS, TERMS, Target, pieces, term_meaning, unfollowed,
};
use stable_pages::scenario::{Device, catalogue, load, never_existed};

/// Every source with who has it; `since` counts as one.
fn all() -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |who: String, source: &str| {
        if !source.is_empty() {
            all.push((who, source.to_owned()));
        }
    };
    for (row, of) in OPS.iter().zip(&MEANINGS) {
        add(format!("step {}", row.key), of.source);
        add(format!("since when step {}", row.key), of.since);
    }
    for row in &GROUPS {
        add(format!("composite {}", row.key), row.source);
    }
    for (at, term) in TERMS.iter().enumerate() {
        let of = term_meaning(at).expect("each has a meaning");
        add(format!("term {}", term.name), of.source);
    }
    for era in Era::ALL {
        add(format!("kernel {}", era.word()), era.source());
        for device in Device::ALL {
            let fact = never_existed(device, era);
            let source = fact.map_or("", |it| it.source);
            add(format!("{} under {}", device.word(), era.word()), source);
        }
    }
    for it in &ASSUMPTIONS {
        add(format!("assumption {}", it.about), it.source);
    }
    for it in Rule::ALL {
        add(format!("rule \"{}\"", it.words()), it.source());
    }
    for it in Invariant::ALL {
        add(format!("invariant {}", it.name().0), it.source());
    }
    for entry in catalogue() {
        let scenario = load(entry.slug, entry.text).expect("loads");
        assert!(!scenario.sources.is_empty(), "{} has none", entry.slug);
        for source in &scenario.sources {
            add(format!("scenario {}", entry.slug), source);
        }
    }
    all
}

#[test]
fn every_source_can_be_looked_up() {
    let mut wrong = Vec::new();
    for (who, source) in all() {
        if let Some(part) = unfollowed(&source) {
            wrong.push(format!("{who}: {part}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file alone does not say where in it to look.
#[test]
fn every_file_comes_with_a_function() {
    let mut wrong = Vec::new();
    for (who, source) in all() {
        let pieces = pieces(&source);
        for (at, piece) in pieces.iter().enumerate() {
            let Some(Target::File { path, .. }) = &piece.target else {
                continue;
            };
            let before = at.checked_sub(1).map_or("", |at| pieces[at].text);
            // What follows another file, or is a release behind one, has the name before that.
            let first = piece.text == *path && before.rsplit("; ").next() != Some("");
            let named = before.ends_with(", ") || before.ends_with(" in ");
            if piece.text == *path && !(first && named) {
                wrong.push(format!("{who}: {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The kernels that the page shows, those read beside them, and no others: a release that does not exist leads nowhere.
#[test]
fn releases_are_those_that_were_read() {
    const READ: [&str; 7] = ["2.6.39", "3.0", "3.9", "3.9.6", "6.1", "6.19", "7.1.5"];
    for (who, source) in all() {
        for piece in pieces(&source) {
            if let Some(Target::File { path, release }) = piece.target {
                assert!(READ.contains(&release), "{who}: {path} in {release}");
            }
        }
    }
}

#[test]
fn links_lead_to_known_hosts() {
    const HOSTS: [&str; 6] = [
        "git.kernel.org",
        "docs.kernel.org",
        "lore.kernel.org",
        "lwn.net",
        "www.spinics.net",
        "man7.org",
    ];
    let mut seen = std::collections::BTreeSet::new();
    for (who, source) in all() {
        for target in pieces(&source).into_iter().filter_map(|it| it.target) {
            let address = target.address();
            if matches!(target, Target::Dossier(_)) {
                assert!(address.starts_with("kernel/"), "{who}: {address}");
                continue;
            }
            let host = address.strip_prefix("https://").expect("a secure address");
            let host = host.split('/').next().expect("a host").to_owned();
            assert!(HOSTS.contains(&host.as_str()), "{who}: {address}");
            let plain = address
                .bytes()
                .all(|it| it.is_ascii_graphic() && it != b'"');
            assert!(plain, "{who}: {address}");
            seen.insert(host);
        }
    }
    assert_eq!(seen.len(), HOSTS.len(), "{seen:?}");
}
