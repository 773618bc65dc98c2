//! `"1s"` or `1s` comes in; nanoseconds go out.

use syn::Lit;

use super::message;

const UNITS: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// The nanoseconds of a period, or what is wrong with it.
pub(super) fn read(literal: &Lit) -> Result<u64, String> {
    let written = match literal {
        Lit::Str(string) => string.value(),
        other => quote::ToTokens::to_token_stream(other).to_string(),
    };
    let compact = written.replace(['_', ' '], "");
    let end = compact
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(compact.len());
    let (digits, unit) = compact.split_at(end);
    let known = UNITS.iter().find(|(name, _)| *name == unit);
    let nanos = known.and_then(|(_, nanos)| times(digits, *nanos));
    match nanos {
        Some(0) => Err(message::period_zero()),
        Some(nanos) => Ok(nanos),
        None => Err(message::period_unclear(&written)),
    }
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)] // bounded above
fn times(digits: &str, nanos: u64) -> Option<u64> {
    if let Ok(whole) = digits.parse::<u64>() {
        return whole.checked_mul(nanos);
    }
    let product = digits.parse::<f64>().ok()? * nanos as f64;
    (product < u64::MAX as f64).then(|| product.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(written: &str) -> Option<u64> {
        read(&syn::parse_str(written).unwrap()).ok()
    }

    #[test]
    fn reads_every_unit_as_a_string_or_as_a_literal() {
        for (written, expected) in [
            ("\"1s\"", 1_000_000_000),
            ("1s", 1_000_000_000),
            ("\"1.5s\"", 1_500_000_000),
            ("\"250 ms\"", 250_000_000),
            ("\"10us\"", 10_000),
            ("\"7ns\"", 7),
            ("\"2min\"", 120_000_000_000),
            ("\"1h\"", 3_600_000_000_000),
            ("\"1d\"", 86_400_000_000_000),
        ] {
            assert_eq!(nanos(written), Some(expected), "{written}");
        }
    }

    #[test]
    fn refuses_what_is_no_period() {
        for written in [
            "\"0s\"",
            "\"1\"",
            "\"s\"",
            "\"1m\"",
            "1",
            "\"1.2.3s\"",
            "\"99999999999999d\"",
        ] {
            assert_eq!(nanos(written), None, "{written}");
        }
    }
}
