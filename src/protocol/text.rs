//! The small language programs are written in, and its expansion into trees of steps.
//!
//! A program is a list of indented lines: a step by its key, a composite (`name:` and deeper
//! lines), another program by its name, `each sector|mapping|page`, labels (`name>`), `goto name`
//! and `end`. `?word` in front makes a line depend on the era or the device.
//! `ARCHITECTURE.md` documents it for whoever writes scenario files.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use crate::machine::{
    LockId, LockKind, Op, Operand, OperandKind, PageId, Protection, SectorId, SpaceId, StoreId,
};

use super::era::Era;
use super::library::{library, sections};
use super::ops::{OPS, op_number};
use super::source::{Source, SourceLine, Token, labels, lines, sentence};
use super::suggest::{did_you_mean, unknown_step};
use super::tree::{Mark, Step, What};

/// What a program must know of the machine it runs on.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Counts the scopes of labels given out so far.
    pub scopes: Cell<usize>,
    /// Pages.
    pub pages: u8,
    /// Protection intervals in a page.
    pub sectors: u8,
    /// The names of the address spaces that map the file.
    pub spaces: Vec<String>,
    /// The stores, each with its name, its page and how it is shown.
    pub stores: Vec<(String, PageId, String)>,
    /// The locks, counters and flags that the scenario declares, each with its name.
    pub locks: Vec<(String, LockKind)>,
    /// Whether pages have buffers.
    pub buffers: bool,
    /// How many sectors a block has; 1 where pages have no buffers.
    pub block_sectors: u8,
    /// The device.
    pub protection: Protection,
    /// The kernel.
    pub era: Era,
    /// Programs that the scenario brings along.
    pub own: Vec<Source>,
    /// What the programs expanded so far have named.
    pub named: RefCell<Named>,
}

/// What programs name while they are expanded; a definition that nobody names is unused.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The programs that are called.
    pub programs: BTreeSet<String>,
    /// The stores that are made or read.
    pub stores: BTreeSet<StoreId>,
    /// The named locks that a step works on.
    pub locks: BTreeSet<LockId>,
    /// The address spaces in which somebody stores, loads or works on a PTE; the rounds of `each
    /// mapping`, which visit all there are, excepted.
    pub spaces: BTreeSet<SpaceId>,
    /// The labels of the file, by place: name, and whether a step goes there.
    pub labels: BTreeMap<usize, (String, bool)>,
}

/// A program text that cannot be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct TextError {
    /// What is wrong and what would be right.
    pub reason: String,
    /// The place of the word that is wrong; of a program of the library, the place of the word
    /// that calls it.
    pub at: Option<usize>,
    /// The place of what stands there already, of a word that must not stand there twice.
    pub before: Option<usize>,
}

/// What the lines of one program refer to if they do not name it themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The page.
    pub page: PageId,
    /// The sector, in a round of `each sector`.
    pub sector: Option<SectorId>,
    /// Some of the page's sectors, one bit each; none for all of them.
    pub sectors: Option<u8>,
    /// The store.
    pub store: Option<StoreId>,
    /// The named lock.
    pub lock: Option<LockId>,
    /// The address space: that of the actor that runs the program, or that of the round of `each
    /// mapping`.
    pub space: Option<SpaceId>,
}

/// A program of the library, or of the scenario.
pub fn source(shape: &Shape, name: &str) -> Option<Source> {
    let own = shape.own.iter().find(|source| source.name == name);
    own.cloned().or_else(|| in_library(name))
}

fn in_library(name: &str) -> Option<Source> {
    let (header, body) = sections().find(|(header, _)| header.split(' ').next() == Some(name))?;
    Some(Source {
        name: name.to_owned(),
        forever: header.ends_with(" forever"),
        lines: lines(body, |_| None),
    })
}

/// The names of all programs that a scenario can call: its own and the library's.
pub fn program_names(shape: &Shape) -> impl Iterator<Item = &str> {
    let own = shape.own.iter().map(|source| &source.name[..]);
    own.chain(library().map(|name| name as &str))
}

/// The step that is any call at all, without a meaning here.
pub(super) const UNMODELLED: &str = "call";

/// Most steps a program may expand to: far more than the machine has room for.
const MOST_STEPS: usize = 2000;
/// Deepest nesting of programs, composites and loops.
const DEEPEST: usize = 12;

/// Expands a program.
///
/// # Errors
/// [`TextError`] when a line is none of the language, or names what does not exist.
pub fn expand(shape: &Shape, program: &Source, frame: Frame) -> Result<Vec<Step>, TextError> {
    expand_among(shape, program, frame, &[])
}

/// Expands a program whose steps can also go to these labels of the program around it, each by its name and the number of its
/// scope; of one name the first is meant.
pub(super) fn expand_among(
    shape: &Shape,
    program: &Source,
    frame: Frame,
    around: &[String],
) -> Result<Vec<Step>, TextError> {
    let mut expander = Expander {
        shape,
        around,
        scopes: Vec::new(),
        calls: Vec::new(),
        caller: None,
        in_mapping: false,
        steps: 0,
        depth: 0,
    };
    expander.program(program, frame)
}

struct Expander<'a> {
    shape: &'a Shape,
    /// The labels of the program in which the lines are to stand.
    around: &'a [String],
    /// Labels that can be reached from here, innermost last.
    scopes: Vec<Scope>,
    /// The programs whose lines are being expanded, outermost first.
    calls: Vec<String>,
    /// The innermost word of the scenario file that called a program: the place of all that is
    /// wrong in a program without places.
    caller: Option<usize>,
    /// Whether the lines stand below `each mapping`.
    in_mapping: bool,
    steps: usize,
    depth: usize,
}

/// The labels of a program, or of a round of a loop.
struct Scope {
    labels: Vec<Token>,
    /// Whether the scope is a program's; a program also has an end that steps can go to.
    program: bool,
    /// A number that no other scope of the scenario has: labels of one name in programs that are
    /// compiled together stay apart by it.
    number: usize,
}

/// What the arguments of a line name, each with its word.
#[derive(Default)]
struct Arguments<'a> {
    page: Option<(PageId, &'a Token)>,
    store: Option<(StoreId, &'a Token)>,
    space: Option<(SpaceId, &'a Token)>,
    lock: Option<(LockId, &'a Token)>,
    sectors: Option<(u8, &'a Token)>,
}

impl Expander<'_> {
    fn wrong<T>(&self, word: &Token, reason: String) -> Result<T, TextError> {
        let at = word.at.or(self.caller);
        Err(TextError {
            reason,
            at,
            before: None,
        })
    }

    fn program(&mut self, program: &Source, frame: Frame) -> Result<Vec<Step>, TextError> {
        let number = self.open(labels(&program.lines), true)?;
        let mut steps = self.body(&program.lines, frame)?;
        steps.push(self.kept(What::Label(format!("end@{number}")), None));
        self.scopes.pop();
        Ok(steps)
    }

    /// Opens a scope of labels.
    fn open(&mut self, labels: Vec<Token>, program: bool) -> Result<usize, TextError> {
        for (index, label) in labels.iter().enumerate() {
            let name = &label.text;
            if name.is_empty() {
                return self.wrong(label, "a label has a name in front of its \">\"".to_owned());
            }
            if name == "end" {
                let reason = "\"end>\" cannot be a label: \"end\" is where the program ends; choose another name";
                return self.wrong(label, reason.to_owned());
            }
            if let Some(first) = labels[..index].iter().find(|other| other.text == *name) {
                let reason = format!(
                    "there is another label \"{name}>\" in this program (each round of a loop has labels of its own); choose another name"
                );
                return self.wrong(label, reason).map_err(|error| TextError {
                    before: first.at,
                    ..error
                });
            }
            if let Some(at) = label.at {
                let mut named = self.shape.named.borrow_mut();
                named.labels.entry(at).or_insert((name.clone(), false));
            }
        }
        let number = self.shape.scopes.get() + 1;
        self.shape.scopes.set(number);
        self.scopes.push(Scope {
            labels,
            program,
            number,
        });
        Ok(number)
    }

    fn body(&mut self, lines: &[SourceLine], frame: Frame) -> Result<Vec<Step>, TextError> {
        let mut steps = Vec::new();
        let mut next = 0;
        self.depth += 1;
        while let Some(line) = lines.get(next) {
            let after = &lines[next + 1..];
            let deeper = after.iter().take_while(|other| other.indent > line.indent);
            let children = &after[..deeper.count()];
            if self.depth > DEEPEST {
                let reason = format!(
                    "programs, composites and loops are more than {DEEPEST} deep here; call fewer inside each other"
                );
                return self.wrong(&line.words[0], reason);
            }
            steps.extend(self.line(&line.words, children, frame)?);
            next += 1 + children.len();
        }
        self.depth -= 1;
        Ok(steps)
    }

    fn line(
        &mut self,
        words: &[Token],
        children: &[SourceLine],
        frame: Frame,
    ) -> Result<Vec<Step>, TextError> {
        let mut words = words;
        let mut mark = Mark::Kept;
        while let [word, rest @ ..] = words
            && let Some(condition) = word.text.strip_prefix('?')
        {
            let unmet = self.condition(condition, word)?;
            if mark == Mark::Kept {
                mark = unmet.unwrap_or(mark);
            }
            words = rest;
        }
        let mut steps = Vec::new();
        if let [word, rest @ ..] = words
            && let Some(name) = word.text.strip_suffix('>')
        {
            let label = self.label(name).map(|(label, _)| What::Label(label));
            steps.extend(label.map(|label| self.kept(label, word.at)));
            words = rest;
        }
        let Some(head) = words.first() else {
            return Ok(steps);
        };
        let made = if head.text == "each" {
            self.each(words, children, frame)?
        } else if let (Some(key), 1) = (head.text.strip_suffix(':'), words.len()) {
            let inner = self.body(children, frame)?;
            vec![self.kept(What::Group(key.to_owned(), inner), head.at)]
        } else if !children.is_empty() {
            let text = sentence(words);
            let reason =
                format!("\"{text}\" has deeper lines below; a composite is written \"{text}:\"");
            return self.wrong(head, reason);
        } else {
            self.call(words, frame)?
        };
        self.steps += made.len();
        if self.steps > MOST_STEPS {
            return self.wrong(head, format!("a program has at most {MOST_STEPS} steps"));
        }
        for mut step in made {
            if mark != Mark::Kept {
                step.mark = mark;
            }
            steps.push(step);
        }
        Ok(steps)
    }

    /// The mark that an unmet condition gives to the steps of its line; none where the condition is met.
    fn condition(&self, condition: &str, word: &Token) -> Result<Option<Mark>, TextError> {
        const DEVICES: [&str; 9] = [
            "guards", "checked", "insert", "csum", "parity", "mirror", "nvme", "stable", "buffers",
        ];
        let protection = self.shape.protection;
        let holds = match condition {
            "guards" => protection.guards(),
            "checked" => matches!(protection, Protection::DixDif | Protection::HbaInsert),
            "insert" => protection == Protection::HbaInsert,
            "csum" => protection == Protection::FsChecksum,
            "parity" => protection == Protection::Parity,
            "mirror" => protection == Protection::Mirror,
            "nvme" => protection == Protection::Nvme,
            "stable" => protection.wants_stable(),
            "buffers" => self.shape.buffers,
            _ => {
                let (era, since) = match condition.strip_suffix('+') {
                    Some(era) => (era, true),
                    None => (condition.strip_suffix('-').unwrap_or(condition), false),
                };
                let Some(era) = Era::ALL.into_iter().find(|known| known.word() == era) else {
                    let eras = Era::ALL.map(Era::word);
                    let reason = format!(
                        "unknown condition \"?{condition}\"{}; there are ?{}, and eras such as ?3.0+ and ?3.0- (of {})",
                        did_you_mean(condition, DEVICES.into_iter().chain(eras)),
                        DEVICES.join(", ?"),
                        eras.join(", ")
                    );
                    return self.wrong(word, reason);
                };
                let now = self.shape.era;
                return Ok(match (since, condition.ends_with('-')) {
                    (true, _) => (now < era).then_some(Mark::NotYet),
                    (_, true) => (now > era).then_some(Mark::Elsewhere),
                    _ => (now != era).then_some(Mark::Elsewhere),
                });
            }
        };
        Ok((!holds).then_some(Mark::Elsewhere))
    }

    /// The name of the innermost label that can be reached from here, with the number of its
    /// scope; and the label itself, which the end of a program has not.
    fn label(&self, name: &str) -> Option<(String, Option<&Token>)> {
        self.scopes.iter().rev().find_map(|scope| {
            let label = scope.labels.iter().find(|label| label.text == name);
            let found = label.is_some() || scope.program && name == "end";
            found.then(|| (format!("{name}@{}", scope.number), label))
        })
    }

    /// The label that a step goes to, as a word asks for it.
    fn target(&self, name: &str, word: &Token) -> Result<String, TextError> {
        if let Some((target, label)) = self.label(name) {
            let mut named = self.shape.named.borrow_mut();
            let place = label.and_then(|label| label.at);
            if let Some((_, used)) = place.and_then(|at| named.labels.get_mut(&at)) {
                *used = true;
            }
            return Ok(target);
        }
        let plain = |label: &'_ String| label.split('@').next() == Some(name) && name != "end";
        if let Some(target) = self.around.iter().find(|it| plain(it)) {
            return Ok(target.clone());
        }
        let labels = self.scopes.iter().rev().flat_map(|scope| &scope.labels);
        let mut known: Vec<&str> = labels.map(|label| label.text.as_str()).collect();
        known.push("end");
        let reason = format!(
            "there is no label \"{name}>\" to go to in this program{}; one can go to {}",
            did_you_mean(name, known.iter().copied()),
            known.join(", ")
        );
        self.wrong(word, reason)
    }

    fn each(
        &mut self,
        words: &[Token],
        children: &[SourceLine],
        frame: Frame,
    ) -> Result<Vec<Step>, TextError> {
        let loops = [
            ("sector", self.shape.sectors.into()),
            ("mapping", self.shape.spaces.len()),
            ("page", self.shape.pages.into()),
        ];
        let round = match words {
            [_, what] => loops.into_iter().find(|(word, _)| *word == what.text),
            _ => None,
        };
        let Some((what, rounds)) = round else {
            let reason = "a loop is \"each sector\", \"each mapping\" or \"each page\"";
            return self.wrong(words.get(1).unwrap_or(&words[0]), reason.to_owned());
        };
        let mut steps = Vec::new();
        let outside = self.in_mapping;
        self.in_mapping |= what == "mapping";
        for number in 0..rounds {
            let mut frame = frame;
            if what == "sector" && frame.sectors.is_some_and(|some| some >> number & 1 == 0) {
                continue;
            }
            match what {
                "mapping" => frame.space = Some(SpaceId::at(number)),
                "page" => frame.page = PageId::at(number),
                _ => frame.sector = Some(SectorId::at(number)),
            }
            self.open(labels(children), false)?;
            steps.extend(self.body(children, frame)?);
            self.scopes.pop();
        }
        self.in_mapping = outside;
        Ok(steps)
    }

    /// The steps of a line that is an op, a jump or the call of a program.
    fn call(&mut self, words: &[Token], frame: Frame) -> Result<Vec<Step>, TextError> {
        if let [head, text @ ..] = words
            && head.text == UNMODELLED
        {
            return Ok(vec![self.unmodelled(head, text, frame)?]);
        }
        let (words, no) = match words {
            [word, _] if word.text == "else" => {
                let reason = "a step is missing before \"else\"";
                return self.wrong(word, reason.to_owned());
            }
            [most @ .., word, label] if word.text == "else" => (most, Some(label)),
            _ => (words, None),
        };
        let Some((head, arguments)) = words.split_first() else {
            return Ok(Vec::new());
        };
        if let ("goto" | "end", [] | [_]) = (head.text.as_str(), arguments) {
            let word = arguments.first().unwrap_or(head);
            let label = arguments.first().map(|label| label.text.clone());
            let what = What::Op {
                row: op_number("goto").unwrap_or(0),
                page: frame.page,
                operand: Operand::None,
                no: Some(self.target(label.as_deref().unwrap_or("end"), word)?),
                shown: label,
            };
            return Ok(vec![self.kept(what, head.at)]);
        }
        if let Some(row) = op_number(&head.text) {
            if matches!(OPS[row].op, Op::Store | Op::Load | Op::ForkPte) {
                // Whatever its operand, the step goes through the page table of its actor.
                let mut named = self.shape.named.borrow_mut();
                named.spaces.extend(frame.space);
            }
            let frame = self.operands(OPS[row].op.operand(), head, arguments, frame)?;
            let no = match no {
                Some(label) if !OPS[row].op.can_answer_no() => {
                    let reason = format!("\"{}\" has one outcome, so no \"else\"", head.text);
                    return self.wrong(label, reason);
                }
                Some(label) => Some(self.target(&label.text, label)?),
                None => None,
            };
            return Ok(vec![self.op(row, head, frame, no)?]);
        }
        let Some(source) = source(self.shape, &head.text) else {
            let programs: Vec<&str> = program_names(self.shape).collect();
            return self.wrong(head, unknown_step(&programs, &head.text));
        };
        if let Some(label) = no {
            let reason = format!(
                "a program (\"{}\") cannot answer no; \"else\" stands behind a step",
                head.text
            );
            return self.wrong(label, reason);
        }
        if self.calls.contains(&source.name) {
            let mut round = self.calls.clone();
            round.push(source.name);
            let reason = format!(
                "\"{}\" would run itself without end: {}; go back with a label and \"goto\"",
                head.text,
                round.join(" > ")
            );
            return self.wrong(head, reason);
        }
        let frame = self.arguments(arguments, "")?.over(self.shape, frame);
        let caller = self.caller;
        self.caller = head.at.or(caller);
        let mut named = self.shape.named.borrow_mut();
        named.programs.insert(source.name.clone());
        drop(named);
        self.calls.push(source.name.clone());
        let inner = self.program(&source, frame)?;
        self.calls.pop();
        self.caller = caller;
        Ok(vec![self.kept(What::Group(source.name, inner), head.at)])
    }

    /// A call that the model does not interpret: the rest of its line, as it is.
    fn unmodelled(&self, head: &Token, text: &[Token], frame: Frame) -> Result<Step, TextError> {
        let shown = sentence(text);
        if shown.is_empty() {
            let reason = "the call is missing: \"call\" stands before any line of source, as in \"call ext4_map_blocks(inode)\"";
            return self.wrong(head, reason.to_owned());
        }
        let what = What::Op {
            row: op_number(UNMODELLED).unwrap_or(0),
            page: frame.page,
            operand: Operand::None,
            shown: Some(shown),
            no: None,
        };
        Ok(self.kept(what, head.at))
    }

    /// Reads arguments: a number is a page, a range such as `0-3` sectors, a name a store, an address space or a named lock.
    /// `hint` is added where a page does not exist.
    fn arguments<'a>(&self, words: &'a [Token], hint: &str) -> Result<Arguments<'a>, TextError> {
        let mut found = Arguments::default();
        for word in words {
            let (stores, spaces) = (&self.shape.stores, &self.shape.spaces);
            let store = stores.iter().position(|(name, ..)| *name == word.text);
            let space = spaces.iter().position(|name| *name == word.text);
            let locks = &self.shape.locks;
            let lock = locks.iter().position(|(name, _)| *name == word.text);
            let (what, again) = if let Some((first, last)) = range(&word.text) {
                let sectors = (self.range(word, first, last)?, word);
                (
                    "ranges of sectors",
                    found.sectors.replace(sectors).is_some(),
                )
            } else if let Ok(page) = word.text.parse::<u8>() {
                if page >= self.shape.pages {
                    let reason = format!(
                        "there is no page {page} (a number is a page, counted from 0; this scenario has {}){hint}",
                        self.shape.pages
                    );
                    return self.wrong(word, reason);
                }
                let page = (PageId(page), word);
                ("pages", found.page.replace(page).is_some())
            } else if let Some(store) = store {
                let store = (StoreId::at(store), word);
                ("stores", found.store.replace(store).is_some())
            } else if let Some(space) = space {
                let space = (SpaceId::at(space), word);
                ("address spaces", found.space.replace(space).is_some())
            } else if let Some(lock) = lock {
                let lock = (LockId::at(lock), word);
                ("locks", found.lock.replace(lock).is_some())
            } else {
                let known = stores.iter().map(|(name, ..)| name).chain(spaces);
                let known = known.chain(locks.iter().map(|(name, _)| name));
                let reason = format!(
                    "\"{}\" is neither a page's number nor a store nor an address space{}{}; {}",
                    word.text,
                    if locks.is_empty() { "" } else { " nor a lock" },
                    did_you_mean(&word.text, known.map(String::as_str)),
                    self.known_names()
                );
                return self.wrong(word, reason);
            };
            if again {
                let reason = format!("two {what} in one line; a line is about one");
                return self.wrong(word, reason);
            }
        }
        if let (Some((page, word)), Some((store, _))) = (found.page, found.store) {
            let (name, own, _) = &self.shape.stores[store.index()];
            if page != *own {
                let reason = format!("store \"{name}\" goes to page {own}; leave the number out");
                return self.wrong(word, reason);
            }
        }
        Ok(found)
    }

    /// The sectors of a range, one bit each. A page with buffers goes out in whole blocks.
    fn range(&self, word: &Token, first: u8, last: u8) -> Result<u8, TextError> {
        let text = &word.text;
        let many = self.shape.sectors;
        if first > last || last >= many {
            let reason = format!(
                "\"{text}\" is no range of sectors: a page has sectors 0 to {}, and a range names its first and its last",
                many - 1
            );
            return self.wrong(word, reason);
        }
        let of_block = self.shape.block_sectors;
        let cuts = |at: u8| !at.is_multiple_of(of_block);
        if cuts(first) || cuts(last + 1) {
            let reason = format!(
                "\"{text}\" cuts a block in two: a block of this scenario has {of_block} sectors"
            );
            return self.wrong(word, reason);
        }
        Ok((first..=last).fold(0, |some, it| some | SectorId(it).bit()))
    }

    /// The stores, address spaces and named locks there are, in words.
    fn known_names(&self) -> String {
        let list = |what: &str, names: Vec<&str>| match names.is_empty() {
            true => format!("there are no {what}"),
            false => format!("{what} are {}", names.join(", ")),
        };
        let stores = self.shape.stores.iter().map(|(name, ..)| name.as_str());
        let spaces = self.shape.spaces.iter().map(String::as_str);
        let stores = list("stores", stores.collect());
        let spaces = list("address spaces", spaces.collect());
        let locks = self.shape.locks.iter().map(|(name, _)| name.as_str());
        match self.shape.locks.is_empty() {
            true => format!("{stores}, {spaces}"),
            false => format!("{stores}, {spaces}, {}", list("locks", locks.collect())),
        }
    }

    /// What a step works on: what its arguments say, else what its program was called with.
    fn operands(
        &self,
        operand: OperandKind,
        head: &Token,
        words: &[Token],
        frame: Frame,
    ) -> Result<Frame, TextError> {
        let hint = match operand {
            OperandKind::Sector => "; sectors are not numbered, they come from \"each sector\"",
            _ => "",
        };
        let arguments = self.arguments(words, hint)?;
        let key = &head.text;
        let takes = match operand {
            OperandKind::None => "on a page, by its number",
            OperandKind::Sector => {
                "on a sector of a page: that of the round of \"each sector\" it stands below"
            }
            OperandKind::Space => "in an address space",
            OperandKind::Store => "on a store",
            OperandKind::Lock => "on a lock that a [[lock]] declares",
            OperandKind::Sectors => "on a page, or on a range of its sectors",
        };
        let unfit = |what: &str, word: &Token| {
            let reason = format!("\"{key}\" works {takes}; \"{}\" is {what}", word.text);
            self.wrong(word, reason)
        };
        if let Some((_, word)) = arguments.sectors
            && operand != OperandKind::Sectors
        {
            return unfit("a range of sectors", word);
        }
        match (arguments.store, arguments.space, arguments.lock) {
            (Some((_, word)), ..) if operand != OperandKind::Store => unfit("a store", word),
            (_, Some((_, word)), _) if operand != OperandKind::Space => {
                unfit("an address space", word)
            }
            (.., Some((_, word))) if operand != OperandKind::Lock => unfit("a lock", word),
            _ => Ok(arguments.over(self.shape, frame)),
        }
    }

    fn op(
        &self,
        row: usize,
        head: &Token,
        frame: Frame,
        no: Option<String>,
    ) -> Result<Step, TextError> {
        let op = OPS[row].op;
        let key = OPS[row].key;
        let (operand, shown) = match op.operand() {
            OperandKind::None => (Operand::None, None),
            OperandKind::Sectors => (frame.sectors.map_or(Operand::None, Operand::Sectors), None),
            OperandKind::Sector => match frame.sector {
                Some(sector) => {
                    let shown = match self.shape.pages {
                        1 => sector.to_string(),
                        _ => format!("{sector} of page {}", frame.page),
                    };
                    (Operand::Sector(sector), Some(shown))
                }
                None => {
                    let reason = format!(
                        "\"{key}\" works on one sector of a page: write it below \"each sector\""
                    );
                    return self.wrong(head, reason);
                }
            },
            OperandKind::Space => match frame.space {
                Some(space) => {
                    let shown = self.shape.spaces.get(space.index()).cloned();
                    (Operand::Space(space), Some(shown.unwrap_or_default()))
                }
                None => {
                    let reason = format!(
                        "\"{key}\" needs an address space: below \"each mapping\", by name, or that of an actor with \"mm\""
                    );
                    return self.wrong(head, reason);
                }
            },
            OperandKind::Store => match frame.store {
                Some(store) => {
                    let shown = &self.shape.stores[store.index()].2;
                    // A load shows only where it reads: `"new!" at 0x600` without the bytes.
                    let place = shown.rfind("\" at ").filter(|_| op == Op::Load);
                    let shown = place.map_or(&shown[..], |at| &shown[at + "\" at ".len()..]);
                    (Operand::Store(store), Some(shown.to_owned()))
                }
                None => {
                    let reason = format!(
                        "\"{key}\" needs the name of a store, here or where its program is called; {}",
                        self.known_names()
                    );
                    return self.wrong(head, reason);
                }
            },
            OperandKind::Lock => match (frame.lock, OPS[row].lock_kind()) {
                (Some(lock), Some(wanted)) => {
                    let (name, kind) = &self.shape.locks[lock.index()];
                    if *kind != wanted {
                        let reason = format!(
                            "\"{key}\" works on a {}; \"{name}\" is a {}",
                            wanted.word(),
                            kind.word()
                        );
                        return self.wrong(head, reason);
                    }
                    (Operand::Lock(lock), Some(name.clone()))
                }
                (_, wanted) => {
                    let reason = format!(
                        "\"{key}\" needs the name of a {}, declared by a [[lock]], here or where its program is called",
                        wanted.map_or("lock", LockKind::word)
                    );
                    return self.wrong(head, reason);
                }
            },
        };
        let mut named = self.shape.named.borrow_mut();
        match operand {
            Operand::Lock(lock) => _ = named.locks.insert(lock),
            Operand::Store(store) => _ = named.stores.insert(store),
            Operand::Space(space) if !self.in_mapping => _ = named.spaces.insert(space),
            _ => {}
        }
        // A store goes to its own page.
        let page = match operand {
            Operand::Store(store) => self.shape.stores[store.index()].1,
            _ => frame.page,
        };
        let what = What::Op {
            row,
            page,
            operand,
            shown,
            no,
        };
        Ok(self.kept(what, head.at))
    }

    /// A step marked as standing where the correct ordering has it.
    fn kept(&self, what: What, at: Option<usize>) -> Step {
        Step {
            what,
            mark: Mark::Kept,
            at: at.or(self.caller),
            edit: None,
        }
    }
}

/// The ends of a range: `0-3`.
fn range(text: &str) -> Option<(u8, u8)> {
    let (first, last) = text.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

impl Arguments<'_> {
    /// What a line with these arguments refers to; `frame` holds for what they do not name.
    fn over(&self, shape: &Shape, mut frame: Frame) -> Frame {
        if let Some((store, _)) = self.store {
            frame.store = Some(store);
            frame.page = shape.stores[store.index()].1;
        }
        frame.page = self.page.map_or(frame.page, |(page, _)| page);
        frame.space = self.space.map(|(space, _)| space).or(frame.space);
        frame.lock = self.lock.map(|(lock, _)| lock).or(frame.lock);
        frame.sectors = self.sectors.map(|(some, _)| some).or(frame.sectors);
        frame
    }
}
