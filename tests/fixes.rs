//! "Fix it": each ordering fails, and the best mending known mends it, as exhaustive search has it, by no more changes than are counted.

use stable_pages::exchange::{Link, Worth, worth};
use stable_pages::explore::mending;
use stable_pages::scenario::{Variant, find, load_variant};
use stable_pages::view::FIXES;

#[test]
fn the_best_mending_known_mends() {
    for fix in FIXES {
        let text = find(fix.slug).expect("it is in the catalogue").text;
        let link = Link::parse(&format!("{}/{}", fix.slug, fix.best));
        let link = link.unwrap_or_else(|error| panic!("{}: {error}", fix.slug));
        assert_eq!(link.damage, "", "{}", fix.slug);
        assert_eq!(link.edits.len(), 1 + fix.best.matches('/').count());
        let variant = Variant {
            edits: link.edits,
            ..Variant::default()
        };
        if let Err(error) = load_variant(fix.slug, text, &variant) {
            panic!("{}: {error}", fix.slug);
        }
        let found = mending(fix.slug, text, &variant).expect("small enough to know");
        assert!(!found.before.safe(), "{} does not fail", fix.slug);
        let (worth, words) = worth(&found.after, found.before);
        assert_eq!(worth, Worth::Mends, "{}: {words}", fix.slug);
    }
}

#[test]
fn what_only_hides_a_failure_is_called_that() {
    let unseen = [
        ("unlock-gap", "drop.writepage.bio_integrity_prep"),
        ("unlock-gap", "drop.writer.store"),
    ];
    for (slug, edit) in unseen {
        let text = find(slug).expect("it is in the catalogue").text;
        let link = Link::parse(&format!("{slug}/{edit}")).expect("an edit");
        let variant = Variant {
            edits: link.edits,
            ..Variant::default()
        };
        if let Err(error) = load_variant(slug, text, &variant) {
            panic!("{slug}: {error}");
        }
        let found = mending(slug, text, &variant).expect("small enough to know");
        let (worth, words) = worth(&found.after, found.before);
        assert_eq!(worth, Worth::Unseen, "{slug}/{edit}: {words}");
    }
}
