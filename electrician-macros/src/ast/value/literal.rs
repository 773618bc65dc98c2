//! An expression comes in; its value goes out, where it is a literal that we understand.

use std::time::Duration;

/// A value that is known when the code is generated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Literal {
    Int(u64),
    Float(f64),
    Duration(Duration),
    Range(Duration, Duration),
    Rate { count: u64, per: Duration },
}

/// The units of time, and their nanoseconds.
const UNITS: [(&str, u64); 9] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// Other words for the units, which are refused with a hint.
const NICKNAMES: [(&str, &str); 20] = [
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("S", "s"),
    ("m", "min"),
    ("mins", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
    ("msec", "ms"),
    ("millis", "ms"),
    ("micros", "us"),
    ("usec", "us"),
    ("nanos", "ns"),
];

/// The suffixes that belong to Rust.
const RUST: [&str; 16] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f16",
    "f32", "f64", "f128",
];

/// What the suffix of a number makes of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Suffix {
    /// None, or one of Rust's.
    Rust,
    Time(Duration),
    /// A unit, but more of it than a `Duration` is good for.
    TooLong,
    Unknown(String),
}

pub(super) fn suffix(lit: &syn::Lit) -> Suffix {
    let (suffix, digits) = match lit {
        syn::Lit::Int(int) => (int.suffix(), int.base10_digits()),
        syn::Lit::Float(float) => (float.suffix(), float.base10_digits()),
        _ => return Suffix::Rust,
    };
    if suffix.is_empty() || RUST.contains(&suffix) {
        return Suffix::Rust;
    }
    match unit(suffix) {
        None => Suffix::Unknown(suffix.to_owned()),
        Some(nanos) => times(digits, nanos).map_or(Suffix::TooLong, |nanos| {
            Suffix::Time(Duration::from_nanos(nanos))
        }),
    }
}

/// The nanoseconds of a unit.
pub(super) fn unit(name: &str) -> Option<u64> {
    UNITS
        .iter()
        .find(|(unit, _)| *unit == name)
        .map(|(_, nanos)| *nanos)
}

/// The unit that was probably meant.
pub(super) fn unit_like(written: &str) -> Option<&'static str> {
    let nickname = NICKNAMES
        .iter()
        .find(|(name, _)| *name == written)
        .map(|(_, unit)| *unit);
    nickname.or_else(|| crate::diagnostics::suggest(written, UNITS.map(|(name, _)| name)))
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
    (product.is_finite() && product < u64::MAX as f64).then(|| product.round() as u64)
}

/// The value of `expr`, seen through parentheses.
pub(super) fn of(expr: &syn::Expr) -> Option<Literal> {
    match expr {
        syn::Expr::Paren(paren) => of(&paren.expr),
        syn::Expr::Group(group) => of(&group.expr),
        syn::Expr::Lit(lit) => number(&lit.lit),
        syn::Expr::Binary(binary) => rate(binary),
        syn::Expr::Range(range) if matches!(range.limits, syn::RangeLimits::HalfOpen(_)) => {
            match (of(range.start.as_deref()?)?, of(range.end.as_deref()?)?) {
                (Literal::Duration(from), Literal::Duration(to)) => Some(Literal::Range(from, to)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn number(lit: &syn::Lit) -> Option<Literal> {
    match (suffix(lit), lit) {
        (Suffix::Time(time), _) => Some(Literal::Duration(time)),
        (Suffix::Rust, syn::Lit::Int(int)) => int.base10_parse().ok().map(Literal::Int),
        (Suffix::Rust, syn::Lit::Float(float)) => float.base10_parse().ok().map(Literal::Float),
        _ => None,
    }
}

/// `500/s`
pub(super) fn rate(binary: &syn::ExprBinary) -> Option<Literal> {
    let (syn::BinOp::Div(_), syn::Expr::Lit(left), syn::Expr::Path(right)) =
        (binary.op, &*binary.left, &*binary.right)
    else {
        return None;
    };
    let Literal::Int(count) = number(&left.lit)? else {
        return None;
    };
    let unit = unit(&right.path.get_ident()?.to_string())?;
    Some(Literal::Rate {
        count,
        per: Duration::from_nanos(unit),
    })
}

pub(super) fn show(time: Duration) -> String {
    let nanos = time.as_nanos();
    let fits = |(_, unit): &&(&str, u64)| {
        nanos >= u128::from(*unit) && nanos.is_multiple_of(u128::from(*unit))
    };
    match UNITS.iter().rev().find(fits) {
        Some((name, unit)) => format!("{}{name}", nanos / u128::from(*unit)),
        None => "0s".to_owned(),
    }
}
