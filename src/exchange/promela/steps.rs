//! What each step does, and when it is possible.

use super::variables::single;
use super::writer::{Names, Place, Writer};
use crate::machine::{ActorId, EndIo, Instr, Op, PageId, Resource, SpaceId, StableWait};

/// One way to make a step.
pub(super) struct Way {
    /// When it is possible, in addition to the end of what the step waits for.
    pub(super) when: Option<String>,
    pub(super) branches: Vec<Branch>,
}

/// One outcome of a way. It comes where its condition holds and none before it does, if they lead to different places; else
/// their conditions exclude each other.
pub(super) struct Branch {
    /// Its condition; none where no other branch's holds.
    pub(super) when: Option<String>,
    pub(super) does: Vec<String>,
    pub(super) then: Then,
}

/// Where the actor goes on after a step.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Then {
    /// At the next instruction.
    On,
    /// Where the step leads if it answers *no*.
    No,
    /// At the same instruction again.
    Stay,
    /// At the end of its program.
    Leave,
    /// In its fault handler.
    Fault,
    Bug,
    Trap,
}

pub(super) fn branch(when: impl Into<String>, does: &[&str], then: Then) -> Branch {
    Branch {
        when: Some(when.into()),
        does: (does.iter().filter(|it| !it.is_empty()))
            .map(|it| (*it).to_owned())
            .collect(),
        then,
    }
}

pub(super) fn or_else(does: &[&str], then: Then) -> Branch {
    Branch {
        when: None,
        ..branch("", does, then)
    }
}

pub(super) fn way(branches: Vec<Branch>) -> Vec<Way> {
    let when = None;
    vec![Way { when, branches }]
}

/// What a step waits for, and who must act before it comes.
pub(super) struct Sleep {
    /// The condition under which it need not sleep.
    pub(super) until: String,
    /// The actor that must act, or `NOBODY`.
    pub(super) holder: String,
    /// Of a named lock, the set of all actors that may have to act, one bit each.
    pub(super) behind: Option<String>,
}

impl Writer<'_> {
    /// The variable for the owner of a resource.
    fn owner(&self, resource: Resource, instr: Instr, names: &Names) -> String {
        let page = &names.page;
        match resource {
            Resource::BufferLock => format!("BH_Lock[{page}]"),
            Resource::Shadow => format!("BH_Shadow[{page}]"),
            Resource::PteLock => format!("pte_lock[{}]", instr.space()),
            Resource::PageLock => format!("PG_locked[{page}]"),
            Resource::Writeback => format!("PG_writeback[{page}]"),
            it => single(it).to_owned(),
        }
    }

    /// What a step waits for.
    pub(super) fn sleep(&mut self, instr: Instr, names: &Names) -> Option<Sleep> {
        let (p, page) = (&*names.page, instr.page);
        let waits = match self.model.rules.wait {
            StableWait::Never => false,
            StableWait::Always => true,
            StableWait::IfRequired => self.model.stable,
        };
        let mut behind = None;
        let (until, holder) = match instr.op {
            Op::Lock(step) => return self.sleep_on_lock(step, instr, &names.lock),
            Op::LockPage | Op::WaitPageUnlocked => (
                format!("PG_locked[{p}] == NOBODY"),
                self.lock_holder(page, p, &mut behind),
            ),
            Op::Take(it) | Op::Await(it) => {
                let owner = self.owner(it, instr, names);
                let holder = match it {
                    Resource::BufferLock | Resource::Shadow => {
                        behind = self.io_holders(page, &owner);
                        self.io_holder(p, &owner)
                    }
                    _ => owner.clone(),
                };
                (format!("{owner} == NOBODY"), holder)
            }
            Op::GetWriteAccess | Op::FileShadow => {
                let owner = self.owner(Resource::Shadow, instr, names);
                behind = self.io_holders(page, &owner);
                (format!("{owner} == NOBODY"), self.io_holder(p, &owner))
            }
            Op::PteWrprotect | Op::PteRevoke | Op::PteMkwrite | Op::ZapPte | Op::ForkPte
                if self.model.has(Resource::PteLock) =>
            {
                let owner = self.owner(Resource::PteLock, instr, names);
                (format!("({owner} == NOBODY || {owner} == me)"), owner)
            }
            Op::WaitWriteback | Op::WaitStable if instr.op == Op::WaitWriteback || waits => {
                let owner = format!("PG_writeback[{p}]");
                behind = self.io_holders(page, &owner);
                (format!("{owner} == NOBODY"), self.io_holder(p, &owner))
            }
            Op::WaitOnce => (
                "(sleeps_on[me] == 0 || woken[me])".to_owned(),
                self.who(Op::BioEndio),
            ),
            Op::BioAdd => {
                let own = &self.own_bio;
                let free: Vec<String> = (self.places_of(instr, names).iter())
                    .map(|it| format!("(bio_of[{it}] == 0 || bio_of[{it}] == {own})"))
                    .collect();
                behind = self.io_holders(page, "NOBODY");
                (free.join(" && "), self.io_holder(p, "NOBODY"))
            }
            Op::WaitBio => {
                let free: Vec<String> = (self.bio_places(page, p).iter())
                    .map(|it| format!("bio_of[{it}] == 0"))
                    .collect();
                behind = self.io_holders(page, "NOBODY");
                (free.join(" && "), self.io_holder(p, "NOBODY"))
            }
            _ => return None,
        };
        Some(Sleep {
            until,
            holder,
            behind,
        })
    }

    /// The places where the bios are kept of the sectors that an instruction names; of all, if it names none.
    pub(super) fn places_of(&self, instr: Instr, names: &Names) -> Vec<String> {
        match instr.sectors() {
            Some(some) if self.has.parts => (self.model.sector_ids())
                .filter(|it| some & it.bit() != 0)
                .map(|it| self.bio_place(instr.page, it).to_string())
                .collect(),
            _ => self.bio_places(instr.page, &names.page),
        }
    }

    /// The first actor with such a step; `NOBODY` if none has.
    pub(super) fn who(&self, op: Op) -> String {
        let found = self.model.actor_ids().find(|it| self.uses(*it, &[op]));
        found.map_or("NOBODY".to_owned(), |it| it.to_string())
    }

    /// A way for each bio that is at a stage.
    fn each_bio(&self, stage: &str, branches: impl Fn(usize) -> Vec<Branch>) -> Vec<Way> {
        let bios = 1..=self.bios;
        bios.map(|bio| Way {
            when: Some(format!("bio_stage[{bio}] == {stage}")),
            branches: branches(bio),
        })
        .collect()
    }

    /// The element of an array that has a row for all pages of each of some things.
    fn in_row(&self, array: &str, row: usize, page: &str) -> String {
        match row {
            0 => format!("{array}[{page}]"),
            row => format!("{array}[{} + {page}]", row * self.pages),
        }
    }

    fn pte(&self, space: SpaceId, page: &str) -> String {
        self.in_row("pte", space.index(), page)
    }

    /// The TLB entries of an address space for a page.
    fn tlbs_of(&self, space: SpaceId, page: &str) -> Vec<String> {
        let tlbs = self.model.tlb_ids().zip(&self.model.tlb_spaces);
        tlbs.filter(|(_, its)| **its == space)
            .map(|(tlb, _)| self.in_row("tlb", tlb.index(), page))
            .collect()
    }

    /// What a step does, op by op.
    pub(super) fn ways(&mut self, place: Place, names: &Names) -> Vec<Way> {
        let (instr, actor) = (place.instr, place.actor);
        let (p, n) = (&*names.page, &*names.sector);
        let pte = self.pte(instr.space(), p);
        let does = |statement: &str| way(vec![or_else(&[statement], Then::On)]);
        let not_mine = format!("PG_locked[{p}] != me");
        let bug_if = |when: String, statement: &str| {
            way(vec![
                branch(when, &[], Then::Bug),
                or_else(&[statement], Then::On),
            ])
        };
        let no_if = |when: String, statements: &[&str]| {
            way(vec![
                branch(when, &[], Then::No),
                or_else(statements, Then::On),
            ])
        };
        match instr.op {
            Op::LockPage => does(&format!("PG_locked[{p}] = me")),
            Op::TrylockPage => no_if(
                format!("PG_locked[{p}] != NOBODY"),
                &[&format!("PG_locked[{p}] = me")],
            ),
            Op::UnlockPage => bug_if(not_mine, &format!("PG_locked[{p}] = NOBODY")),
            Op::Take(it) => does(&format!("{} = me", self.owner(it, instr, names))),
            Op::Release(it) => {
                let owner = self.owner(it, instr, names);
                bug_if(format!("{owner} != me"), &format!("{owner} = NOBODY"))
            }
            Op::Lock(step) => self.lock_step(step, instr, &names.lock),
            Op::Read(step) => self.read_step(step, instr, names),
            // These steps do nothing but wait.
            Op::Await(_) | Op::WaitPageUnlocked | Op::WaitWriteback | Op::WaitStable => does(""),
            // These steps change nothing that the Promela model has.
            Op::WaitBio | Op::Pause | Op::HbaInsert | Op::Goto => does(""),
            Op::TestPageDirty => no_if(format!("!PG_dirty[{p}]"), &[]),
            Op::TagTowrite => {
                let tags = (0..self.pages).map(|it| {
                    format!("tag_towrite[{it}] = tag_towrite[{it}] || PG_dirty[{it}];\n")
                });
                does(&(tags.collect::<String>() + "tagged = true"))
            }
            Op::FindTagged => no_if(
                format!("!(tagged -> tag_towrite[{p}] : PG_dirty[{p}])"),
                &[&format!("tag_towrite[{p}] = false")],
            ),
            Op::PteWrprotect => way(vec![
                branch(&not_mine, &[], Then::Bug),
                branch(
                    format!("!({pte} & PRESENT) || !({pte} & (WRITE | DIRTY))"),
                    &[],
                    Then::No,
                ),
                or_else(&[&format!("{pte} = PRESENT"), "cleaned = true"], Then::On),
            ]),
            Op::PteRevoke => no_if(
                format!("!({pte} & PRESENT) || !({pte} & WRITE)"),
                &[&format!("{pte} = {pte} & ~WRITE")],
            ),
            Op::FlushTlb => {
                let all = self.tlbs_of(instr.space(), p).into_iter();
                let all: Vec<String> = all.map(|it| it + " = 0").collect();
                does(&all.join("; "))
            }
            Op::RedirtyIfCleaned => {
                let dirty = self.set_page_dirty(p);
                way(vec![
                    branch("cleaned", &["cleaned = false", &dirty], Then::On),
                    or_else(&[], Then::On),
                ])
            }
            Op::TestClearPageDirty => way(vec![
                branch(&not_mine, &[], Then::Bug),
                branch(format!("!PG_dirty[{p}]"), &[], Then::No),
                or_else(&[&format!("PG_dirty[{p}] = false")], Then::On),
            ]),
            Op::SetPageDirty => does(&self.set_page_dirty(p)),
            Op::ClearDirtyBuffers => match (self.has.buffers, instr.sectors()) {
                (true, Some(some)) => does(&format!(
                    "io_mask[{p}] = (io_mask[{p}] & ~{some}) | (BH_Dirty[{p}] & {some}); BH_Dirty[{p}] = BH_Dirty[{p}] & ~{some}"
                )),
                (true, None) => does(&format!("io_mask[{p}] = BH_Dirty[{p}]; BH_Dirty[{p}] = 0")),
                (false, _) => does(""),
            },
            Op::SetPageWriteback => {
                let lock = match self.model.rules.writeback_asserts_lock {
                    true => format!(" || {not_mine}"),
                    false => String::new(),
                };
                bug_if(
                    format!("PG_writeback[{p}] != NOBODY{lock}"),
                    &format!("PG_writeback[{p}] = me"),
                )
            }
            Op::SetBlocksWriteback => {
                let all = (self.model.sector_ids()).fold(0, |all, it| all | it.bit());
                let mask = instr.sectors().unwrap_or(all) & all;
                let mark = format!("block_writeback[{p}] = block_writeback[{p}] | {mask}");
                let clear = format!("PG_writeback[{p}] == NOBODY");
                let begin = format!("PG_writeback[{p}] = me");
                let mut all = Vec::new();
                if self.model.rules.writeback_asserts_lock {
                    all.push(branch(format!("{clear} && {not_mine}"), &[], Then::Bug));
                }
                all.push(branch(&clear, &[&mark, &begin], Then::On));
                all.push(or_else(&[&mark], Then::On));
                way(all)
            }
            Op::EndIo(EndIo::Blocks) => {
                let release = self.release_from_bio(actor, p);
                let wake = self.wake_up_page(p);
                let left = self.left_of_blocks(instr.page, p);
                let mark = format!("block_writeback[{p}] = {left}");
                let end = format!("PG_writeback[{p}] = NOBODY");
                way(vec![
                    branch(
                        format!("{left} == 0 && PG_writeback[{p}] == NOBODY"),
                        &[],
                        Then::Bug,
                    ),
                    branch(
                        format!("{left} == 0"),
                        &[&mark, &end, &release, &wake],
                        Then::On,
                    ),
                    or_else(&[&mark, &release], Then::On),
                ])
            }
            Op::WaitOnce => way(vec![
                branch(
                    "woken[me]",
                    &["sleeps_on[me] = 0", "woken[me] = false"],
                    Then::On,
                ),
                branch(format!("PG_writeback[{p}] == NOBODY"), &[], Then::On),
                or_else(&[&format!("sleeps_on[me] = {p} + 1")], Then::Stay),
            ]),
            Op::AssertNoWriteback => bug_if(format!("PG_writeback[{p}] != NOBODY"), ""),
            Op::ClearWriteback | Op::EndIo(EndIo::Writeback) => {
                let mut all = vec![
                    format!("PG_writeback[{p}] = NOBODY"),
                    self.release_from_bio(actor, p),
                ];
                if instr.op != Op::ClearWriteback {
                    all.push(self.wake_up_page(p));
                }
                all.retain(|it| !it.is_empty());
                bug_if(format!("PG_writeback[{p}] == NOBODY"), &all.join(";\n"))
            }
            Op::WakeUpPage => does(&self.wake_up_page(p)),
            Op::EndIo(what) => {
                let given = match what {
                    EndIo::Buffer => format!("BH_Lock[{p}] = NOBODY;\n"),
                    EndIo::Shadow => format!("BH_Shadow[{p}] = NOBODY;\n"),
                    EndIo::Writeback | EndIo::Blocks | EndIo::Direct | EndIo::Part => String::new(),
                };
                does(&(given + &self.release_from_bio(actor, p)))
            }
            Op::Choose => [Then::On, Then::No]
                .map(|then| Way {
                    when: None,
                    branches: vec![or_else(&[], then)],
                })
                .into(),
            Op::BioAdd => does(&self.bio_add_page(instr, names)),
            Op::GenerateGuard | Op::SampleFirst => {
                does(&format!("sealed[{n}] = {}", self.source(n)))
            }
            Op::BounceCopy => does(&self.copies(p, true)),
            Op::CopySector => does(&format!("copy[{n}] = memory[{n}]")),
            Op::QueueBio => does(&self.queue_bio()),
            Op::HandOver => {
                let own = &self.own_bio;
                does(&format!(
                    "b = {own}; bio_stage[b] = PASSED; bio_owner[b] = NOBODY"
                ))
            }
            Op::TakeOver => self.each_bio("PASSED", |bio| {
                vec![or_else(
                    &[&format!(
                        "bio_stage[{bio}] = BUILDING; bio_owner[{bio}] = me"
                    )],
                    Then::On,
                )]
            }),
            Op::TakeRequest => self.each_bio("QUEUED", |bio| {
                vec![or_else(
                    &[&format!("bio_stage[{bio}] = IN_DEVICE; at_hand = {bio}")],
                    Then::On,
                )]
            }),
            Op::DmaSector => {
                let fetch = format!("wire[{n}] = {}", self.source(n));
                if !self.has.promise {
                    return does(&fetch);
                }
                let copied = match self.has.copy {
                    true => format!(" && copy[{n}] == 0"),
                    false => String::new(),
                };
                let fresh = format!("fresh[{p}] = fresh[{p}] | (1 << ({}))", names.nth);
                way(vec![
                    branch(
                        format!("promise[{n}] != 0{copied}"),
                        &[&fetch, &fresh],
                        Then::On,
                    ),
                    or_else(&[&fetch], Then::On),
                ])
            }
            Op::HbaVerify | Op::TargetVerify => {
                let (table, tuple) = (&self.guard_tag, self.tuple(n, &names.place));
                way(vec![
                    branch(
                        format!("{table}[{tuple}] != {table}[wire[{n}]]"),
                        &["bio_failed[at_hand] = true", "broke(GUARD_ERROR)"],
                        Then::No,
                    ),
                    or_else(&[], Then::On),
                ])
            }
            Op::CommitMedia => does(&self.commit_media()),
            Op::Requeue => no_if(
                "!bio_failed[at_hand] || bio_requeues[at_hand] >= 5".to_owned(),
                &[&self.requeue()],
            ),
            Op::CompleteRequest => does(&self.complete_request()),
            Op::BioEndio => self.each_bio("DONE", |bio| {
                let take = format!("at_hand = {bio}");
                vec![
                    branch(format!("bio_failed[{bio}]"), &[&take], Then::On),
                    or_else(&[&take], Then::No),
                ]
            }),
            Op::MappingSetError => does("AS_EIO = true; failed_once = true"),
            Op::Store => self.user_store(actor, instr, names),
            Op::Load => {
                let Some((pte, tlb)) = self.mapping(actor, instr, names) else {
                    return does("");
                };
                way(vec![
                    branch(
                        format!("{tlb} == 0"),
                        &[
                            &format!("{pte} = ({pte} & PRESENT -> {pte} : PRESENT)"),
                            &format!("{tlb} = {pte}"),
                        ],
                        Then::On,
                    ),
                    or_else(&[], Then::On),
                ])
            }
            Op::PteMkwrite => no_if(
                format!("{pte} != orig_pte"),
                &[&format!("{pte} = PRESENT | WRITE | DIRTY")],
            ),
            Op::KernelStore => {
                let store = self.store(instr.store());
                match self.has.read_only {
                    true => way(vec![
                        branch(format!("kernel_ro[{p}]"), &[], Then::Trap),
                        or_else(&[&store], Then::On),
                    ]),
                    false => does(&store),
                }
            }
            Op::DmaStore => does(&self.store(instr.store())),
            Op::ZapPte => way(vec![
                branch(
                    format!("{pte} & PRESENT"),
                    &[
                        &format!("cleaned = cleaned || ({pte} & DIRTY)"),
                        &format!("{pte} = 0"),
                    ],
                    Then::On,
                ),
                or_else(&[], Then::No),
            ]),
            Op::ForkPte => {
                let parent = self.model.actors[actor.index()].space.unwrap_or_default();
                // The child's mm is new: no TLB has anything of it.
                let cold = self.tlbs_of(instr.space(), p).into_iter();
                let cold: Vec<String> = cold.map(|it| format!("; {it} = 0")).collect();
                let copied = format!("{pte} = {} & ~DIRTY", self.pte(parent, p));
                does(&(copied + &cold.concat()))
            }
            Op::CheckMapping => match self.has.gone {
                true => no_if(format!("gone[{p}]"), &[]),
                false => does(""),
            },
            Op::CheckVma => no_if(format!("!({pte} & PRESENT)"), &[]),
            Op::CancelDirty => {
                let tag = match self.has.towrite {
                    true => format!("; tag_towrite[{p}] = false"),
                    false => String::new(),
                };
                does(&format!("PG_dirty[{p}] = false{tag}"))
            }
            Op::RemoveFromCache => bug_if(not_mine, &format!("gone[{p}] = true")),
            Op::Sigbus => way(vec![or_else(&[], Then::Leave)]),
            Op::Pin => does(&format!("pins[{p}] = (pins[{p}] < 7 -> pins[{p}] + 1 : 7)")),
            Op::Unpin => does(&format!("pins[{p}] = (pins[{p}] > 0 -> pins[{p}] - 1 : 0)")),
            Op::FsyncBegin => does(&self.fsync_begin()),
            Op::FsyncReturn => does(&self.fsync_return()),
            Op::SetMemoryRo => does(&format!("kernel_ro[{p}] = true")),
            Op::SetMemoryRw => does(&format!("kernel_ro[{p}] = false")),
            Op::GetWriteAccess => {
                let copies = self.copies(p, false);
                let first = match self.sectors {
                    1 => p.to_owned(),
                    many => format!("{p} * {many}"),
                };
                way(vec![
                    branch(
                        format!("BJ_Metadata[{p}] && copy[{first}] == 0"),
                        &[&copies],
                        Then::On,
                    ),
                    or_else(&[], Then::On),
                ])
            }
            Op::FileShadow => does(&format!("BH_Shadow[{p}] = me; BJ_Metadata[{p}] = false")),
            Op::ReadChecksum => match self.block() {
                Some(block) => does(&format!("at_hand = memory[{block}]")),
                None => does("at_hand = 0"),
            },
            Op::StoreChecksum => does(&self.csum_store()),
        }
    }

    /// An expression for the writeback marks of a page's blocks without those of the bio at hand.
    fn left_of_blocks(&self, page: PageId, p: &str) -> String {
        let mine: Vec<String> = (self.model.sector_ids())
            .map(|sector| {
                let place = self.bio_place(page, sector);
                format!("(bio_of[{place}] == at_hand -> {} : 0)", sector.bit())
            })
            .collect();
        format!("(block_writeback[{p}] & ~({}))", mine.join(" | "))
    }

    /// A PTE and the TLB entry of an actor, for the page of a store.
    fn mapping(&self, actor: ActorId, instr: Instr, names: &Names) -> Option<(String, String)> {
        let it = &self.model.actors[actor.index()];
        let page = self.model.stores.get(instr.store().index())?.page;
        let page = match page == instr.page {
            true => names.page.clone(),
            false => page.to_string(),
        };
        let tlb = self.in_row("tlb", it.tlb?.index(), &page);
        Some((self.pte(it.space?, &page), tlb))
    }

    /// A store as the hardware does it: a writable and dirty TLB entry lets it through whatever the page table says;
    /// without one, the PTE decides.
    fn user_store(&mut self, actor: ActorId, instr: Instr, names: &Names) -> Vec<Way> {
        let store = self.store(instr.store());
        let Some((pte, tlb)) = self.mapping(actor, instr, names) else {
            return way(vec![or_else(&[], Then::On)]);
        };
        let cached = format!("({tlb} & (WRITE | DIRTY)) == (WRITE | DIRTY)");
        let writable = format!("({pte} & (PRESENT | WRITE)) == (PRESENT | WRITE)");
        way(vec![
            branch(&cached, &[&store], Then::On),
            branch(
                &writable,
                &[
                    &format!("{pte} = PRESENT | WRITE | DIRTY; {tlb} = {pte}"),
                    &store,
                ],
                Then::On,
            ),
            or_else(&[&format!("{tlb} = 0; orig_pte = {pte}")], Then::Fault),
        ])
    }
}
