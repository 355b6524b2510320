//! What the page tells of real kernels (`assets/lab/results.json`).

use stable_pages::exchange::{Held, all_seen, seen, seen_words};
use stable_pages::scenario::{Device, Variant, find, load_variant};

#[test]
fn what_was_seen_is_told_of_the_orderings_that_it_was_seen_of() {
    assert!(all_seen().count() > 20);
    for it in all_seen() {
        assert!(find(it.slug).is_some(), "{}", it.slug);
        let fails = it.failures > 0;
        assert_eq!(it.held == Held::Failed, fails, "{it:?}");
        assert!(it.operations >= it.failures && it.operations > 0, "{it:?}");
    }
    let scenario = |slug: &str, variant: &Variant| {
        load_variant(slug, find(slug).expect("there").text, variant).expect("loads")
    };
    let as_written = scenario("mkwrite-no-wait", &Variant::default());
    let found = seen(&as_written);
    assert!(found.iter().all(|it| it.series == "6.1"), "{found:?}");
    let words = seen_words(&found);
    assert!(words.starts_with("Seen on Linux 6.1: "), "{words}");
    assert!(words.contains("fsyncs failed, with E"), "{words}");
    let words = seen_words(&seen(&scenario("baseline-five-step", &Variant::default())));
    assert!(words.contains("Held against Linux 6.12: of "), "{words}");
    assert!(words.contains("none failed"), "{words}");
    // Nobody has seen what is changed here.
    let unchanged = Variant {
        unchanged: true,
        ..Variant::default()
    };
    assert!(seen(&scenario("mkwrite-no-wait", &unchanged)).is_empty());
    let device = Variant {
        device: Device::ALL.into_iter().find(|it| it.word() == "none"),
        ..Variant::default()
    };
    assert!(seen(&scenario("mkwrite-no-wait", &device)).is_empty());
}
