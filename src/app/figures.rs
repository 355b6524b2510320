//! Numbers as people read them.

/// Digits in groups of three; numbers of more than fifteen digits as a power of ten.
pub fn grouped(digits: &str) -> String {
    if digits.len() > 15 {
        let (first, rest) = digits.split_at(1);
        return format!("{first}.{} \u{d7} 10^{}", &rest[..2], digits.len() - 1);
    }
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share in per cent; a small one also as one in so many.
pub fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "none".to_owned(),
        100.0 => "all".to_owned(),
        it if it > 99.9 => "nearly all (over 99.9 %)".to_owned(),
        it if it >= 10.0 => format!("{it:.0} %"),
        it if it >= 1.0 => format!("{it:.1} %"),
        it => {
            let one_in = grouped(&format!("{:.0}", 100.0 / it));
            format!("{} (1 in {one_in})", few_digits(it))
        }
    }
}

/// Two digits that say something, in per cent.
fn few_digits(percent: f64) -> String {
    let places = (-percent.log10()).ceil().max(0.0) as usize + 1;
    match places {
        0..=6 => format!("{percent:.places$} %"),
        _ => "under 0.000001 %".to_owned(),
    }
}

/// A quantity that may be infinite.
pub fn amount(value: f64) -> String {
    if value.is_infinite() {
        return "without end".to_owned();
    }
    match value == value.round() {
        true => grouped(&format!("{value:.0}")),
        false if value < 10.0 => format!("{value:.2}"),
        false => grouped(&format!("{value:.0}")),
    }
}
