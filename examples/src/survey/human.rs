//! Numbers come in, the way people write them goes out.

use std::path::Path;
use std::time::Duration;

/// `1,234,567`
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `512 B`, `1.5 KiB`
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    scaled(u128::from(bytes), 1024, &UNITS)
}

/// `420 ns`, `1.5 µs`, `2.0 s`
pub(super) fn time(time: Duration) -> String {
    const UNITS: [&str; 3] = ["µs", "ms", "s"];
    if time.as_nanos() < 1000 {
        return format!("{} ns", time.as_nanos());
    }
    scaled(time.as_nanos(), 1000, &UNITS)
}

/// With one digit after the point, in the first unit that leaves less than a `step` before it.
fn scaled(amount: u128, step: u128, units: &[&str]) -> String {
    let (mut scale, mut units) = (step, units);
    loop {
        let tenths = (amount * 10 + scale / 2) / scale;
        match units {
            [_, rest @ ..] if tenths >= step * 10 && !rest.is_empty() => units = rest,
            _ => return format!("{}.{} {}", tenths / 10, tenths % 10, units[0]),
        }
        scale *= step;
    }
}

/// A path that can do nothing to a terminal: control characters are escaped.
pub(super) fn path(path: &Path) -> String {
    let mut text = String::new();
    for c in path.to_string_lossy().chars() {
        if c.is_control() {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_000), "1,000");
        assert_eq!(number(1_234_567), "1,234,567");
    }

    #[test]
    fn sizes_round_into_the_next_unit() {
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(1024 * 1024 - 1), "1.0 MiB");
        assert_eq!(size(u64::MAX), "16.0 EiB");
    }

    #[test]
    fn times_have_a_unit() {
        assert_eq!(time(Duration::from_nanos(7)), "7 ns");
        assert_eq!(time(Duration::from_micros(1500)), "1.5 ms");
        assert_eq!(time(Duration::from_secs(90)), "90.0 s");
        assert_eq!(time(Duration::from_secs(5000)), "5000.0 s");
    }

    #[test]
    fn paths_cannot_steer_a_terminal() {
        assert_eq!(path(Path::new("a\u{1b}[31m\nß")), "a\\u{1b}[31m\\nß");
    }
}
