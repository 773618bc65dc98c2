//! A number of files comes in, a tree of them on the disk goes out, with the sums that a survey of it must find.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use super::tally::Total;

/// Files in one directory.
const CROWD: u64 = 250;

/// What was planted, added up while it was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Planted {
    /// The sums over all files.
    pub total: Total,
    /// Files in Rust.
    pub rust: u64,
    /// Contents that occur more than once.
    pub duplicates: u64,
}

/// Plants a tree of `files` small files below `root`, the same each time.
///
/// Of any 100 files, one is empty, one is binary, one is not UTF-8, two hold the contents of the file before
/// them, and the others are Rust, Markdown and TOML with a number of lines that varies.
///
/// # Errors
///
/// Whatever the system refuses while the files are written.
pub fn plant(root: &Path, files: u64) -> io::Result<Planted> {
    let mut planted = Planted::default();
    for number in 0..files {
        let directory = root.join(format!(
            "{:03}/{:03}",
            number / CROWD / 20,
            number / CROWD % 20
        ));
        if number % CROWD == 0 {
            fs::create_dir_all(&directory)?;
        }
        let leaf = grow(number);
        fs::write(
            directory.join(format!("f{number:06}.{}", leaf.extension)),
            &leaf.bytes,
        )?;
        planted.count(number, &leaf);
    }
    Ok(planted)
}

/// One file, and what is known of it because it was made so.
struct Leaf {
    extension: &'static str,
    bytes: Vec<u8>,
    lines: u64,
    blank: u64,
    words: u64,
    longest: u64,
    invalid: u64,
}

fn grow(number: u64) -> Leaf {
    match number % 100 {
        0 => Leaf::bare("txt", Vec::new()),
        1 => Leaf::bare("dat", number.to_le_bytes().repeat(50)),
        2 => Leaf {
            lines: 1,
            words: 2,
            longest: 6 + digits(number),
            invalid: 1,
            ..Leaf::bare(
                "txt",
                [b"caf\xe9 ".as_slice(), format!("n{number}\n").as_bytes()].concat(),
            )
        },
        copy @ (51 | 71) => Leaf {
            extension: if copy == 51 { "rs" } else { "md" },
            ..text("", number - 1)
        },
        rest if rest % 3 == 0 => text("md", number),
        rest if rest % 3 == 1 => text("toml", number),
        _ => text("rs", number),
    }
}

/// Lines of two words, with a blank one after every fifth, and no newline at the end where the number is odd.
fn text(extension: &'static str, number: u64) -> Leaf {
    let lines = 1 + number * 7 % 40;
    let mut leaf = Leaf {
        lines,
        words: lines * 2,
        ..Leaf::bare(extension, Vec::new())
    };
    let mut text = String::new();
    for line in 0..lines {
        let _ = writeln!(text, "line{line} of{number}");
        leaf.longest = leaf.longest.max(7 + digits(line) + digits(number));
        if line % 5 == 4 {
            text.push('\n');
            leaf.blank += 1;
        }
    }
    leaf.lines += leaf.blank;
    if number % 2 == 1 && !text.ends_with("\n\n") {
        text.pop();
    }
    leaf.bytes = text.into_bytes();
    leaf
}

fn digits(number: u64) -> u64 {
    u64::from(number.checked_ilog10().unwrap_or(0)) + 1
}

impl Leaf {
    fn bare(extension: &'static str, bytes: Vec<u8>) -> Self {
        Self {
            extension,
            bytes,
            lines: 0,
            blank: 0,
            words: 0,
            longest: 0,
            invalid: 0,
        }
    }
}

impl Planted {
    fn count(&mut self, number: u64, leaf: &Leaf) {
        let total = &mut self.total;
        total.files += 1;
        total.bytes += leaf.bytes.len() as u64;
        total.counts.lines += leaf.lines;
        total.counts.blank += leaf.blank;
        total.counts.words += leaf.words;
        total.counts.longest = total.counts.longest.max(leaf.longest);
        total.counts.invalid += leaf.invalid;
        self.rust += u64::from(leaf.extension == "rs");
        self.duplicates += u64::from(matches!(number % 100, 51 | 71));
    }
}
