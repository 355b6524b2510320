//! A line of the kernel's trace buffer as text, in the forms of tracefs (`trace`, `trace_pipe`), of `trace-cmd report` and of `perf script`.
//!
//! `TASK-PID [CPU] flags seconds.fraction: what`: kernel/trace/trace_output.c, `trace_print_context` (7.1.5). The task's name may hold blanks,
//! dashes and brackets; thread groups in parentheses and the flags may be missing.

/// A line taken apart; all texts are bytes of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub task: &'a [u8],
    pub pid: u32,
    pub cpu: u16,
    /// Whether the flags say that an interrupt is being served; not the task's own doing then.
    pub interrupt: bool,
    /// Nanoseconds; of a clock without a point, its count.
    pub time: u64,
    /// The event's or function's name.
    pub name: &'a [u8],
    /// What stands behind the name.
    pub rest: &'a [u8],
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read<'a> {
    Line(Line<'a>),
    /// A heading or a remark of the tracer.
    Remark(&'a [u8]),
    /// So many events are missing here; none where the number is not said.
    Lost(Option<u64>),
    /// Nothing stands in it.
    Blank,
    /// Something else, and why it is none of these.
    Foreign(&'static str),
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\r', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' ' | b'\t' | b'\r'] = text {
        text = rest;
    }
    text
}

/// A number at the beginning of a text, and what follows it.
pub(super) fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|it| it.is_ascii_digit()).count();
    if digits == 0 || digits > 19 {
        return None;
    }
    let value = text[..digits].iter().fold(0u64, |sum, it| {
        sum.wrapping_mul(10).wrapping_add(u64::from(it - b'0'))
    });
    Some((value, &text[digits..]))
}

/// A number in hexadecimal digits, with or without 0x, at the beginning of a text.
pub(super) fn hex(text: &[u8]) -> Option<u64> {
    let text = text.strip_prefix(b"0x").unwrap_or(text);
    let digits = text.iter().take_while(|it| it.is_ascii_hexdigit()).count();
    if digits == 0 || digits > 16 {
        return None;
    }
    let value = |it: &u8| match it {
        b'0'..=b'9' => it - b'0',
        b'a'..=b'f' => it - b'a' + 10,
        _ => it - b'A' + 10,
    };
    Some(
        text[..digits]
            .iter()
            .fold(0, |sum, it| sum << 4 | u64::from(value(it))),
    )
}

/// The value of `name=` in a text.
pub(super) fn field<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|it| *it == b'=') {
        let at = from + at;
        let starts = at.checked_sub(name.len());
        if let Some(start) = starts
            && &text[start..at] == name
            && (start == 0 || text[start - 1] == b' ')
        {
            return Some(&text[at + 1..]);
        }
        from = at + 1;
    }
    None
}

/// A decimal number behind `name=`.
pub(super) fn decimal(text: &[u8], name: &[u8]) -> Option<u64> {
    number(field(text, name)?).map(|it| it.0)
}

/// What a request's line says: whether it writes, its sector and sectors, and what stands in the last brackets.
pub(super) fn request(text: &[u8]) -> Option<(bool, u64, u64, i64)> {
    let mut words = text.split(|it| *it == b' ').filter(|it| !it.is_empty());
    let writes = words.nth(1)?.contains(&b'W');
    let plus = text.windows(3).position(|it| it == b" + ")?;
    let before = text[..plus].rsplit(|it| *it == b' ').next()?;
    let (sector, _) = number(before)?;
    let (sectors, _) = number(&text[plus + 3..])?;
    let inner = text
        .iter()
        .rposition(|it| *it == b'[')
        .map_or(&[][..], |at| &text[at + 1..]);
    let error = match inner {
        [b'-', digits @ ..] => number(digits).map_or(0, |it| -i64::try_from(it.0).unwrap_or(0)),
        _ => 0,
    };
    Some((writes, sector, sectors, error))
}

/// Where `[CPU]` stands, from a byte on: its first byte, the number, and the byte behind it.
fn cpu(text: &[u8], mut from: usize) -> Option<(usize, u16, usize)> {
    loop {
        let open = from + text[from..].iter().position(|it| *it == b'[')?;
        if let Some((value, rest)) = number(&text[open + 1..])
            && let [b']', b' ' | b'\t', ..] = rest
            && let Ok(value) = u16::try_from(value)
        {
            return Some((open, value, text.len() - rest.len() + 1));
        }
        from = open + 1;
    }
}

/// `seconds.fraction:`, and what follows it.
fn time(text: &[u8]) -> Option<(u64, &[u8])> {
    let (whole, rest) = number(text)?;
    match rest {
        [b':', rest @ ..] => Some((whole, rest)),
        [b'.', rest @ ..] => {
            let (fraction, behind) = number(rest)?;
            let digits = rest.len() - behind.len();
            let scale = 10u64.pow(9u32.checked_sub(digits.try_into().ok()?)?);
            let behind = behind.strip_prefix(b":")?;
            let time = whole
                .checked_mul(1_000_000_000)?
                .checked_add(fraction * scale)?;
            Some((time, behind))
        }
        _ => None,
    }
}

/// `TASK-PID`, perhaps with the thread group in parentheses behind it; of perf `TASK PID` or `TASK PID/TID`.
fn task(text: &[u8]) -> Option<(&[u8], u32)> {
    let mut text = trim(text);
    if let [inner @ .., b')'] = text {
        let open = inner.iter().rposition(|it| *it == b'(')?;
        text = trim(&text[..open]);
    }
    let digits = text
        .iter()
        .rev()
        .take_while(|it| it.is_ascii_digit())
        .count();
    let (before, pid) = text.split_at(text.len() - digits);
    let pid = u32::try_from(number(pid)?.0).ok()?;
    let before = match before {
        [before @ .., b'/'] => {
            let group = before
                .iter()
                .rev()
                .take_while(|it| it.is_ascii_digit())
                .count();
            &before[..before.len() - group]
        }
        _ => before,
    };
    let (name, mark) = before.split_at(before.len().checked_sub(1)?);
    let name = trim(name);
    (matches!(mark, b"-" | b" ") && !name.is_empty()).then_some((name, pid))
}

/// The event's name and what follows it. The function tracer writes `function <-caller`, and trace-cmd writes
/// `function: function <-- caller`; perf puts the event's group before its name.
fn event(text: &[u8]) -> (&[u8], &[u8]) {
    let text = trim(text);
    let end = |text: &[u8]| {
        let stops = |it: &u8| matches!(it, b':' | b' ' | b'\t');
        text.iter().position(stops).unwrap_or(text.len())
    };
    let at = end(text);
    let (name, rest) = (
        &text[..at],
        text[at..].strip_prefix(b":").unwrap_or(&text[at..]),
    );
    if let [first, ..] = rest
        && (first.is_ascii_alphanumeric() || *first == b'_')
        && text.get(at) == Some(&b':')
    {
        return event(rest);
    }
    let rest = trim(rest);
    if name == b"function" {
        let at = end(rest);
        return (&rest[..at], trim(&rest[at..]));
    }
    (name, rest)
}

/// Takes a line apart.
pub(super) fn read(text: &[u8]) -> Read<'_> {
    let trimmed = trim(text);
    match trimmed {
        [] => return Read::Blank,
        [b'#', ..] => return Read::Remark(trimmed),
        _ => {}
    }
    let (mut from, mut why) = (0, None);
    // A task's name may have brackets of its own.
    while let Some((open, cpu, behind)) = cpu(text, from) {
        match with_cpu(&text[..open], cpu, &text[behind..]) {
            Ok(line) => return Read::Line(line),
            Err(wrong) => _ = why.get_or_insert(wrong),
        }
        from = open + 1;
    }
    match why {
        Some(why) => Read::Foreign(why),
        None => without_cpu(trimmed),
    }
}

/// The line around `[CPU]`.
fn with_cpu<'a>(before: &'a [u8], cpu: u16, behind: &'a [u8]) -> Result<Line<'a>, &'static str> {
    let Some((task, pid)) = task(before) else {
        return Err("no task and number stand before the CPU in brackets");
    };
    let rest = trim(behind);
    let first = rest.iter().position(|it| *it == b' ').unwrap_or(rest.len());
    let (flags, (time, rest)) = match time(rest) {
        Some(it) => (&b""[..], it),
        None => match time(trim(&rest[first..])) {
            Some(it) => (&rest[..first], it),
            None => return Err("no time stands behind the CPU in brackets"),
        },
    };
    let (name, rest) = event(rest);
    if name.is_empty() {
        return Err("nothing stands behind the time");
    }
    // irqs-off, need-resched, then hardirq/softirq: kernel/trace/trace_output.c, trace_print_lat_fmt.
    let interrupt = matches!(flags.get(2), Some(b'h' | b'H' | b's' | b'z' | b'Z'));
    Ok(Line {
        task,
        pid,
        cpu,
        interrupt,
        time,
        name,
        rest,
    })
}

fn without_cpu(text: &[u8]) -> Read<'_> {
    let starts = |with: &str| text.starts_with(with.as_bytes());
    if let Some(at) = text.windows(6).position(|it| it == b"[LOST ") {
        return Read::Lost(number(&text[at + 6..]).map(|it| it.0));
    }
    // Headings of trace-cmd report.
    if starts("cpus=") || starts("version =") || starts("CPU ") || starts("CPU:") {
        return Read::Remark(text);
    }
    Read::Foreign("it has no CPU in brackets")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line<'_> {
        match read(text.as_bytes()) {
            Read::Line(it) => it,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn all_forms_of_a_line_are_read() {
        let it = line(
            "            race-161     [001] d..1.    46.570928: folio_unlock: (folio_unlock+0x0/0x20) folio=0xff index=1 ino=12",
        );
        assert_eq!(
            (it.task, it.pid, it.cpu, it.time),
            (&b"race"[..], 161, 1, 46_570_928_000)
        );
        assert_eq!((it.name, it.interrupt), (&b"folio_unlock"[..], false));
        let it = line(
            "          <idle>-0       [000] .Ns1.    46.679762: block_rq_complete: 8,0 WS () 17026 + 128 [0]",
        );
        assert_eq!((it.task, it.interrupt), (&b"<idle>"[..], true));
        assert_eq!(it.rest, b"8,0 WS () 17026 + 128 [0]");
        // The function tracer, without flags, with a thread group, with a name that has blanks, dashes and brackets.
        let it = line(" a [1] b-c-7  (   7) [012]  5.000000001: unlock_page <-ext4_bio_write_page");
        assert_eq!(
            (it.task, it.pid, it.cpu, it.time),
            (&b"a [1] b-c"[..], 7, 12, 5_000_000_001)
        );
        assert_eq!(
            (it.name, it.rest),
            (&b"unlock_page"[..], &b"<-ext4_bio_write_page"[..])
        );
        // trace-cmd report.
        let it = line(
            "   kworker/0:2H-221   [000]  8.687508: function:             folio_unlock <-- ext4_bio_write_folio",
        );
        assert_eq!(
            (it.name, it.task),
            (&b"folio_unlock"[..], &b"kworker/0:2H"[..])
        );
        // perf script.
        let it = line(
            "race  160/161 [001]    46.570928:  probe:folio_unlock: (ffffffff812) folio=0xff index=1 ino=12",
        );
        assert_eq!(
            (it.name, it.task, it.pid),
            (&b"folio_unlock"[..], &b"race"[..], 161)
        );
        let it = line(
            "kworker/0:2H   221 [000]     8.687508: writeback:writeback_dirty_folio: bdi 8:0: ino=12 index=1",
        );
        assert_eq!(
            (it.name, it.task, it.pid),
            (&b"writeback_dirty_folio"[..], &b"kworker/0:2H"[..], 221)
        );
        assert_eq!(read(b"cpus=2"), Read::Remark(b"cpus=2"));
        assert_eq!(read(b"CPU:1 [LOST 512 EVENTS]"), Read::Lost(Some(512)));
        assert_eq!(read(b"\r"), Read::Blank);
    }

    #[test]
    fn other_lines_say_why() {
        let why = |text: &str| match read(text.as_bytes()) {
            Read::Foreign(why) => why,
            other => panic!("{text}: {other:?}"),
        };
        assert!(why(" 1)   0.123 us    |  folio_unlock();").contains("no CPU"));
        assert!(why("race [001] 5.0: x").contains("no task"));
        assert!(why("race-1 [001] x").contains("no time"));
        assert!(why("race-1 [001] 99999999999999999999.5: x").contains("no time"));
    }
}
