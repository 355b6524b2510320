//! Drawings of other people: what each of their lines becomes, and what they come to.

use std::fmt::Write;

use stable_pages::exchange::drawing::{Drawing, Wish};
use stable_pages::scenario::words;

fn told(text: &str) -> String {
    let mut out = String::new();
    let drawing = match Drawing::of(text, &Wish::default()) {
        Ok(drawing) => drawing,
        Err(error) => return format!("{error}\n"),
    };
    let (placed, of) = drawing.placed();
    let _ = writeln!(out, "columns: {}", drawing.labels.join(" | "));
    let _ = writeln!(out, "lines with a call: {of}, placed: {placed}\n");
    for line in &drawing.lines {
        let column = " ".repeat(2 * line.column);
        let _ = writeln!(
            out,
            "{:>3} {column}{} | {} | {} | {:?}",
            line.number, line.column, line.text, line.words, line.reached
        );
    }
    let _ = writeln!(out);
    for it in &drawing.assumed {
        let _ = writeln!(out, "assumed: {}", it.words());
    }
    let judged = drawing.judge();
    let answer = drawing.answer(&judged);
    let _ = writeln!(out, "{:?}: {}", answer.tone, answer.headline);
    for it in &answer.sentences {
        let _ = writeln!(out, "  {it}");
    }
    let all: Vec<_> = judged.all.iter().collect();
    let _ = writeln!(out, "drawn: {}", words(&judged.drawn));
    let _ = writeln!(
        out,
        "every order: {} ({} states)",
        words(&all),
        judged.states
    );
    for (verdict, run) in &judged.shortest {
        let _ = writeln!(out, "  {} after {} steps", verdict.words(), run.len());
    }
    for it in &judged.devices {
        let all: Vec<_> = it.all.iter().collect();
        let (device, drawn) = (it.device.word(), words(&it.drawn));
        let _ = writeln!(
            out,
            "on {device}: drawn {drawn}; every order {}",
            words(&all)
        );
    }
    if let Some(found) = judged.at_once {
        let found: Vec<_> = found.iter().collect();
        let _ = writeln!(out, "where the bio goes out at once: {}", words(&found));
    }
    for mend in &judged.mends {
        let _ = writeln!(out, "mended by: {}", mend.words);
    }
    let _ = writeln!(out, "\n{}", drawing.text);
    out
}

#[test]
fn print_one() {
    let Ok(one) = std::env::var("DRAWING") else {
        return;
    };
    for path in std::fs::read_dir(std::env::var("FROM").unwrap_or("tests/drawings".into())).unwrap()
    {
        let path = path.unwrap().path();
        if path.to_string_lossy().contains(&one) {
            println!(
                "=== {}\n{}",
                path.display(),
                told(&std::fs::read_to_string(&path).unwrap())
            );
        }
    }
}
