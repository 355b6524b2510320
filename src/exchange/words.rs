//! How actors, pages, sectors and what one sleeps on are called in texts.

use std::fmt::Display;

use crate::machine::{
    ActorId, BioId, LockId, Model, PageId, Resource, SectorId, SpaceId, StoreId, Through, Which,
    World,
};
use crate::protocol::{Era, renamed};
use crate::scenario::{Scenario, Verdict};

/// Names of actors that need no article.
const PROPER: [&str; 8] = [
    "chown",
    "dio",
    "fsync",
    "gc",
    "kjournald",
    "kswapd",
    "kworker",
    "sync",
];

/// "the flusher", or "P2": names that begin with a capital or end with a digit need no article, nor do those of `PROPER`.
pub(super) fn the(scenario: &Scenario, actor: ActorId) -> String {
    let Some(cast) = scenario.cast.get(actor.index()) else {
        return "nobody".to_owned();
    };
    let name = &cast.name;
    let capital = name.starts_with(|c: char| c.is_ascii_uppercase());
    let digit = name.ends_with(|c: char| c.is_ascii_digit());
    if capital || digit || PROPER.contains(&name.as_str()) {
        return name.clone();
    }
    format!("the {name}")
}

/// A text at the beginning of a sentence: with a capital, unless it begins with an actor's own name.
pub(super) fn begin(text: &str) -> String {
    let words = [
        "the ",
        "sector",
        "page ",
        "at step ",
        "a bio ",
        "a checksum ",
    ];
    if !words.iter().any(|it| text.starts_with(it)) {
        return text.to_owned();
    }
    let (first, rest) = text.split_at(1);
    format!("{}{rest}", first.to_ascii_uppercase())
}

/// Whether the scenario has more than one page.
pub(super) fn several(scenario: &Scenario) -> bool {
    scenario.model.geometry.pages > 1
}

/// "the page", or "page 1" where there are several.
pub(super) fn page(scenario: &Scenario, page: PageId) -> String {
    match several(scenario) {
        true => format!("page {page}"),
        false => "the page".to_owned(),
    }
}

/// "", or " of page 1" where there are several.
pub(super) fn of_page(scenario: &Scenario, page: PageId) -> String {
    match several(scenario) {
        true => format!(" of page {page}"),
        false => String::new(),
    }
}

/// "", or " of pages 0 and 2" where there are several.
pub(super) fn of_pages(scenario: &Scenario, pages: &[PageId]) -> String {
    match pages {
        [one] => of_page(scenario, *one),
        _ => {
            let numbers: Vec<u8> = pages.iter().map(|it| it.0).collect();
            format!(" of pages {}", list(&numbers))
        }
    }
}

/// "0 and 2", "1 to 7".
pub(super) fn list<T: Copy + Into<usize> + Display>(numbers: &[T]) -> String {
    if let [first, _, .., last] = *numbers
        && last.into() - first.into() + 1 == numbers.len()
    {
        return format!("{first} to {last}");
    }
    let mut text = String::new();
    for (at, number) in numbers.iter().enumerate() {
        text += match at {
            0 => "",
            _ if at + 1 == numbers.len() => " and ",
            _ => ", ",
        };
        text += &number.to_string();
    }
    text
}

/// "sector 3", "sectors 3 and 4 of page 1", or "the sector" where a page has only one.
pub(super) fn sectors(scenario: &Scenario, page: PageId, which: &[SectorId]) -> String {
    let of = of_page(scenario, page);
    match which {
        _ if scenario.model.geometry.sectors() == 1 => format!("the sector{of}"),
        [one] => format!("sector {one}{of}"),
        _ => {
            let numbers: Vec<u8> = which.iter().map(|it| it.0).collect();
            format!("sectors {}{of}", list(&numbers))
        }
    }
}

/// The sectors that have a bit in a mask, in order.
pub(super) fn listed(model: &Model, mask: u8) -> Vec<SectorId> {
    let sectors = model.sector_ids();
    sectors.filter(|it| mask & it.bit() != 0).collect()
}

/// "the bio", "the bio of pages 0 and 1" where there are several pages, or "the bio of sectors 0 to 3" where pages go out
/// in parts.
pub(crate) fn bio(scenario: &Scenario, world: &World, bio: BioId) -> String {
    let model = &scenario.model;
    let inside: Vec<u8> = (model.page_ids())
        .filter(|it| model.sectors_in(world, bio, *it) != 0)
        .map(|it| it.0)
        .collect();
    match &inside[..] {
        [one] if model.in_parts() => {
            let page = PageId(*one);
            let mine = listed(model, model.sectors_in(world, bio, page));
            format!("the bio of {}", sectors(scenario, page, &mine))
        }
        _ if !several(scenario) => "the bio".to_owned(),
        [] => "the bio".to_owned(),
        [one] => format!("the bio of page {one}"),
        _ => format!("the bio of pages {}", list(&inside)),
    }
}

/// "", or " in A's mm" where there are several address spaces.
pub(super) fn in_space(scenario: &Scenario, space: SpaceId) -> String {
    match scenario.spaces.get(space.index()) {
        Some(name) if scenario.spaces.len() > 1 => match name.starts_with("mm") {
            true => format!(" in {name}"),
            false => format!(" in {name}'s mm"),
        },
        _ => String::new(),
    }
}

/// "the PTE of page 1 in A's mm".
pub(super) fn pte(scenario: &Scenario, page: PageId, space: SpaceId) -> String {
    format!(
        "the PTE{}{}",
        of_page(scenario, page),
        in_space(scenario, space)
    )
}

/// What the scenario calls one of its locks.
pub(super) fn lock_name(scenario: &Scenario, lock: LockId) -> &str {
    scenario.locks.get(lock.index()).map_or("", String::as_str)
}

/// Whether what is waited for is a named counter, completion or flag, which nobody holds.
pub(super) fn is_counter(scenario: &Scenario, which: Which) -> bool {
    let Which::Lock(lock) = which else {
        return false;
    };
    let lock = scenario.model.locks.get(lock.index());
    lock.is_some_and(|it| !it.kind.is_held())
}

/// What a sleeper sleeps on: a lock, a bit or an I/O, "`PG_locked` of page 1".
pub(super) fn thing(scenario: &Scenario, on: Resource, which: Which) -> String {
    if let Which::Lock(lock) = which {
        return format!("`{}`", lock_name(scenario, lock));
    }
    let name = match on {
        Resource::PageLock => "`PG_locked`",
        Resource::Writeback => "`PG_writeback`",
        Resource::Bio => "the earlier bio",
        Resource::BufferLock => "the buffer lock",
        Resource::Shadow => "`BH_Shadow`",
        Resource::PteLock => "the page table lock",
        Resource::Handle => "the journal handle",
        Resource::Commit => "the journal commit",
        Resource::Mutex => "`mmap_lock`",
        Resource::Named => "the lock",
    };
    let of = match which {
        Which::Space(space) => in_space(scenario, space),
        Which::Page(page) if on.of_page() => of_page(scenario, page),
        Which::Page(_) | Which::Lock(_) => String::new(),
    };
    format!("{name}{of}")
}

/// A store in words. The only id beyond the model's own stores is that of storing a block's checksum into the block.
pub(super) fn store(scenario: &Scenario, store: StoreId) -> String {
    let shown = scenario.stores.get(store.index());
    shown.map_or("the block's checksum".to_owned(), String::clone)
}

/// Through which mapping a store reached its page.
pub(super) fn way(through: Through) -> &'static str {
    match through {
        Through::Tlb => "through its cached, writable TLB entry, past the page table",
        Through::PageTable => "through its writable PTE",
        Through::Kernel => "through the kernel's own mapping, past every user PTE",
        Through::Dma => "by DMA to the physical address, past every lock and PTE",
    }
}

/// A text with the kernel's functions in it, of whichever release, by the names that they have in one: `folio_unlock` for
/// `unlock_page`.
pub(super) fn release_words(text: &str, era: Era) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(from) = rest.find(part) {
        let (before, at) = rest.split_at(from);
        let (word, after) = at.split_at(at.find(|c| !part(c)).unwrap_or(at.len()));
        said += before;
        let function = word.contains('_').then(|| renamed(word, era)).flatten();
        said += function.as_deref().unwrap_or(word);
        rest = after;
    }
    said + rest
}

/// A verdict with its article, if it takes one: "a guard error", "an assertion".
pub(super) fn a(verdict: Verdict) -> String {
    let words = verdict.words();
    match verdict {
        Verdict::SilentCorruption => words.to_owned(),
        Verdict::Assertion | Verdict::UnstableWrite | Verdict::ExposedPage => format!("an {words}"),
        _ => format!("a {words}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_the_article_it_takes() {
        for verdict in Verdict::ALL {
            let words = verdict.words();
            let vowel = words.starts_with(['a', 'e', 'i', 'o', 'u']);
            let article = if vowel { "an" } else { "a" };
            let with = format!("{article} {words}");
            let without = verdict == Verdict::SilentCorruption;
            assert_eq!(a(verdict), if without { words.to_owned() } else { with });
        }
    }
}
