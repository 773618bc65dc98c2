//! Lines come in, orders and receipts go out, and the other way round.

use std::fmt;
use std::str::FromStr;

/// Something to be paid. Written as `id cents`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order {
    /// Which order it is.
    pub id: u64,
    /// What it costs.
    pub cents: u64,
}

/// That an order was paid. Written as `order number`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Receipt {
    /// The order that was paid.
    pub order: u64,
    /// Which receipt it is.
    pub number: u64,
}

/// A line that is not two numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    line: String,
}

impl FromStr for Order {
    type Err = ParseError;

    fn from_str(line: &str) -> Result<Self, ParseError> {
        two_numbers(line).map(|(id, cents)| Self { id, cents })
    }
}

impl FromStr for Receipt {
    type Err = ParseError;

    fn from_str(line: &str) -> Result<Self, ParseError> {
        two_numbers(line).map(|(order, number)| Self { order, number })
    }
}

fn two_numbers(line: &str) -> Result<(u64, u64), ParseError> {
    line.split_once(' ')
        .and_then(|(first, second)| Some((first.parse().ok()?, second.parse().ok()?)))
        .ok_or_else(|| ParseError {
            line: line.to_owned(),
        })
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.cents)
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.order, self.number)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected two numbers, found {:?}", self.line)
    }
}

impl std::error::Error for ParseError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let order = Order { id: 7, cents: 1250 };
        assert_eq!(order.to_string().parse(), Ok(order));
        let receipt = Receipt {
            order: 7,
            number: 1,
        };
        assert_eq!(receipt.to_string().parse(), Ok(receipt));
    }

    #[test]
    fn anything_else_is_quoted_back() {
        for line in ["", "7", "7 ", "7 x", "-7 1", "7 1 2"] {
            let error = line.parse::<Order>().expect_err(line);
            assert_eq!(
                error.to_string(),
                format!("expected two numbers, found {line:?}")
            );
        }
    }
}
