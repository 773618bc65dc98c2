//! Contents come in, a fingerprint that tells equal ones goes out.

use xxhash_rust::xxh3::xxh3_128;

/// The fingerprint of a file's contents: its length and a 128-bit hash of it.
///
/// Use it to find what occurs twice. It is no defence against somebody who makes two contents agree on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    /// Bytes.
    pub size: u64,
    hash: u128,
}

impl Digest {
    /// The fingerprint of these contents.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            size: bytes.len() as u64,
            hash: xxh3_128(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_contents_agree_and_others_do_not() {
        assert_eq!(Digest::of(b"same"), Digest::of(b"same"));
        assert_ne!(Digest::of(b"same"), Digest::of(b"sane"));
        assert_ne!(Digest::of(b""), Digest::of(b"\0"));
    }
}
