//! What a visitor's changes come to against the ordering without them, and orderings to be mended as a challenge. The checker
//! decides; nothing here knows an answer.

use crate::exchange::{Worth, worth};
use crate::explore::Mending;
use crate::scenario::find;

use super::super::msg::Msg;
use super::super::vdom::{Attr, Element, button, el, note, rich};
use super::edit;
use super::state::EditMsg;

/// A broken ordering to be mended.
pub struct Fix {
    /// The ordering's name.
    pub slug: &'static str,
    /// What is asked for.
    pub goal: &'static str,
    /// The changes of the best mending known, as links have them; `tests/fixes.rs` proves that they mend it.
    pub best: &'static str,
}

/// The orderings to be mended.
pub const FIXES: [Fix; 6] = [
    Fix {
        slug: "unlock-gap",
        goal: "The lock is given back too early.",
        best: "move.writepage.unlock_page.after.set_page_writeback",
    },
    Fix {
        slug: "mkwrite-no-wait",
        goal: "The fault does not look whether the page is on its way to the disk.",
        best: "insert.do_wp_page.pte_mkwrite.before.wait_on_page_writeback",
    },
    Fix {
        slug: "mkclean-skipped",
        goal: "Somebody can store without asking.",
        best: "insert.writepage.TestClearPageDirty.before.page_mkclean",
    },
    Fix {
        slug: "mkclean-without-flush",
        goal: "The PTE is read-only, and a store goes through all the same.",
        best: "insert.writepage.pte_wrprotect.after.flush_tlb_page~20A",
    },
    Fix {
        slug: "write2-no-wait",
        goal: "write(2) changes bytes that the disk is reading.",
        best: "insert.generic_perform_write.copy_from_user.before.wait_on_page_writeback",
    },
    Fix {
        slug: "mkclean-no-redirty",
        goal: "A store is forgotten.",
        best: "insert.writepage.TestClearPageDirty.before.redirty_if_cleaned",
    },
];

/// The name of the file that a protocol is designed in.
pub(super) const DESIGN: &str = "design-it";

/// The challenges.
pub fn face() -> Element {
    let mut list = el("ul", "");
    for fix in &FIXES {
        let title = find(fix.slug).map_or(fix.slug, |entry| entry.title);
        let open = button(
            "link",
            "",
            title,
            false,
            Msg::GoToLink(format!("{}/see-editor", fix.slug)),
        );
        list = list.child(
            el("li", "")
                .child(open)
                .child(el("small", "").text(fix.goal)),
        );
    }
    let design = edit(EditMsg::Design);
    el("div", "kept")
        .attr(Attr::Part, "fixes")
        .child(el("h3", "").text("Fix it"))
        .child(note("small", "Each of these fails. Make it safe by as few changes as you can, with writers asleep as little as possible. Not writing, not checking or not storing is no fix: the checker tells."))
        .child(list)
        .child(el("h3", "").text("Design it"))
        .child(note("small", "A flusher that only writes, a fault that only lets store. From page lock, PG_writeback, the PTEs and a wait build a protocol that is safe on a disk with DIX and DIF."))
        .child(el("div", "moves").child(button("", "", "Begin", false, design)))
}

/// What the changes come to.
pub fn rating(slug: &str, many: usize, mending: &Mending) -> Element {
    let (worth, words) = worth(&mending.after, mending.before);
    let design = slug == DESIGN;
    let whose = match (design, many) {
        (true, _) => "Your protocol, against Mason's".to_owned(),
        (_, 1) => "Your change".to_owned(),
        (_, many) => format!("Your {many} changes"),
    };
    let best = FIXES.iter().find(|it| it.slug == slug);
    let par = best.map(|it| 1 + it.best.matches('/').count());
    let words = match (worth, par) {
        (Worth::Safe, _) if design => match mending.after.safety.as_ref() {
            Some(it) if it.does_all() => {
                "it is safe, and all is stored, checked and written that was".to_owned()
            }
            _ => words,
        },
        (Worth::Mends, Some(par)) => {
            let s = if par == 1 { "" } else { "s" };
            format!("{words}. The best mending known takes {par} change{s}")
        }
        _ => words,
    };
    let slept = match mending.slept {
        Some((before, after)) => {
            format!(" Writers sleep {after:.1} steps on average with that, {before:.1} without.")
        }
        None => String::new(),
    };
    let (class, sign) = match worth {
        Worth::Mends | Worth::Safe => ("good", "\u{2713} "),
        Worth::Fails => ("bad", "\u{2715} "),
        Worth::Unseen => ("unseen", "\u{25cc} "),
        Worth::Unknown => ("", "? "),
    };
    rich(
        el("p", &format!("rating {class}"))
            .attr(Attr::Part, "rating")
            .text(sign),
        &format!("{whose}: {words}.{slept}"),
    )
}
