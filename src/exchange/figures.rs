//! Numbers as people read them. Digits are made from integers: the standard library's formatting of floating point
//! numbers would add five kilobytes to the page.

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

/// A number with some decimal places.
fn decimal(value: f64, places: usize) -> String {
    let scale = 10u64.pow(places as u32);
    let scaled = (value * scale as f64).round() as u64;
    let (whole, rest) = (scaled / scale, scaled % scale);
    match places {
        0 => grouped(&whole.to_string()),
        _ => format!("{}.{rest:0places$}", grouped(&whole.to_string())),
    }
}

/// A share in per cent; a share below 1 % also as "1 in 269".
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent == 0.0 {
        return "none".to_owned();
    }
    if percent >= 99.95 {
        let all = if share >= 1.0 { "all" } else { "nearly all" };
        return all.to_owned();
    }
    if percent >= 1.0 {
        return format!("{} %", decimal(percent, usize::from(percent < 10.0)));
    }
    let one_in = decimal(100.0 / percent, 0);
    // As many places as two significant digits need.
    let (mut places, mut first) = (1, percent * 10.0);
    while first < 10.0 && places < 7 {
        (places, first) = (places + 1, first * 10.0);
    }
    match places {
        7 => format!("1 in {one_in}"),
        _ => format!("{} % (1 in {one_in})", decimal(percent, places)),
    }
}

/// A quantity that may be infinite.
pub fn amount(value: f64) -> String {
    match value {
        _ if value.is_infinite() => "without end".to_owned(),
        _ if value == value.round() || value >= 100.0 => decimal(value, 0),
        _ => decimal(value, 2),
    }
}

/// Millions, with one decimal place.
pub fn millions(value: f64) -> String {
    decimal(value / 1e6, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        assert_eq!(grouped("0"), "0");
        assert_eq!(grouped("999"), "999");
        assert_eq!(grouped("557931"), "557,931");
        assert_eq!(grouped("100000000000000"), "100,000,000,000,000");
        assert_eq!(grouped("2310000000000000"), "2.31 \u{d7} 10^15");
    }

    #[test]
    fn shares_say_something_however_small() {
        assert_eq!(percent(0.0), "none");
        assert_eq!(percent(1.0), "all");
        assert_eq!(percent(0.999_99), "nearly all");
        assert_eq!(percent(0.831), "83 %");
        assert_eq!(percent(0.062), "6.2 %");
        assert_eq!(percent(1.0 / 269.0), "0.37 % (1 in 269)");
        assert_eq!(percent(1.0 / 2048.0), "0.049 % (1 in 2,048)");
        assert_eq!(percent(1e-12), "1 in 1,000,000,000,000");
    }

    #[test]
    fn amounts_are_short() {
        assert_eq!(amount(0.0), "0");
        assert_eq!(amount(4.4), "4.40");
        assert_eq!(amount(4096.0), "4,096");
        assert_eq!(amount(123.4), "123");
        assert_eq!(amount(f64::INFINITY), "without end");
        assert_eq!(millions(2_130_000.0), "2.1");
    }
}
