//! The bytes of a text come in, the numbers of its lines and words go out.

/// What is counted in a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines, the last one included where no newline ends it.
    pub lines: u64,
    /// Lines without anything but white space.
    pub blank: u64,
    /// Runs of characters that are not white space.
    pub words: u64,
    /// Characters in the longest line, without what ends it.
    pub longest: u64,
    /// Places that are not UTF-8. Each counts as one character that is not white space.
    pub invalid: u64,
}

/// Counts a text, whatever its bytes are.
///
/// A line ends with `\n` or `\r\n`. A byte order mark at the beginning is no part of the text.
pub fn count_lines(bytes: &[u8]) -> Counts {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    text.split_inclusive(|&byte| byte == b'\n')
        .map(count_line)
        .fold(Counts::default(), Counts::and)
}

/// Counts one line, which may still have its end.
fn count_line(line: &[u8]) -> Counts {
    let line = match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => line,
    };
    let (mut characters, mut words, mut invalid, mut in_word) = (0, 0, 0, false);
    let mut see = |is_space: bool| {
        characters += 1;
        words += u64::from(!is_space && !in_word);
        in_word = !is_space;
    };
    for chunk in line.utf8_chunks() {
        chunk.valid().chars().for_each(|c| see(c.is_whitespace()));
        if !chunk.invalid().is_empty() {
            see(false);
            invalid += 1;
        }
    }
    Counts {
        lines: 1,
        blank: u64::from(words == 0),
        words,
        longest: characters,
        invalid,
    }
}

impl Counts {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            lines: self.lines + other.lines,
            blank: self.blank + other.blank,
            words: self.words + other.words,
            longest: self.longest.max(other.longest),
            invalid: self.invalid + other.invalid,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(text: &[u8], [lines, blank, words, longest, invalid]: [u64; 5]) {
        let expected = Counts {
            lines,
            blank,
            words,
            longest,
            invalid,
        };
        assert_eq!(
            count_lines(text),
            expected,
            "{:?}",
            text.escape_ascii().to_string()
        );
    }

    #[test]
    fn counts_what_it_says() {
        counts(b"", [0, 0, 0, 0, 0]);
        counts(b"\n", [1, 1, 0, 0, 0]);
        counts(b"one", [1, 0, 1, 3, 0]);
        counts(b"one\n", [1, 0, 1, 3, 0]);
        counts(b"one two\r\n\r\n  \t\nthree", [4, 2, 3, 7, 0]);
    }

    #[test]
    fn characters_are_not_bytes() {
        counts("grüße\u{3000}日本\n".as_bytes(), [1, 0, 2, 8, 0]);
        counts(b"\xef\xbb\xbfmark\n", [1, 0, 1, 4, 0]);
    }

    #[test]
    fn invalid_utf8_is_counted_and_goes_on() {
        counts(b"caf\xe9 au lait\n\xff", [2, 0, 4, 12, 2]);
        counts(b"cut \xe2\x82\nshort", [2, 0, 3, 5, 1]);
    }

    /// The same in the obvious way, over a copy of the whole text.
    fn obviously(bytes: &[u8]) -> Counts {
        let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
        let width = |number: usize| u64::try_from(number).expect("fits");
        Counts {
            lines: width(text.lines().count()),
            blank: width(text.lines().filter(|line| line.trim().is_empty()).count()),
            words: width(text.split_whitespace().count()),
            longest: width(
                text.lines()
                    .map(|line| line.chars().count())
                    .max()
                    .unwrap_or(0),
            ),
            invalid: bytes
                .utf8_chunks()
                .filter(|chunk| !chunk.invalid().is_empty())
                .count() as u64,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_obvious_way(bytes in prop::collection::vec(
            prop::sample::select(&b"ab \t\r\n\x0b\xc3\xa9\xe2\x80\x83\xff\xef\xbb\xbf"[..]), 0..60,
        )) {
            prop_assert_eq!(count_lines(&bytes), obviously(&bytes));
        }
    }
}
