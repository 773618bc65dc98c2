//! A survey comes in, the report that people read goes out.

use std::fmt::Write as _;

use Side::{Left, Right};

use super::human;
use super::language::Language;
use super::tally::{Survey, Total};

/// How many duplicates and troubles are shown.
const SHOWN: usize = 10;

/// The whole report, each part only where there is something to say.
pub fn render(survey: &Survey) -> String {
    let facts = &survey.facts;
    let slowest = survey
        .slowest
        .iter()
        .map(|file| [human::time(file.measure), human::path(&file.path)]);
    let largest = facts
        .largest
        .iter()
        .map(|file| [human::size(file.measure), human::path(&file.path)]);
    let troubles = facts
        .troubles
        .iter()
        .map(|trouble| [human::path(&trouble.path), trouble.reason.clone()]);

    let mut text = languages(survey);
    section(
        &mut text,
        "slowest files",
        slowest.len(),
        &grid(slowest.collect(), [Right, Left]),
    );
    section(
        &mut text,
        "largest files",
        largest.len(),
        &grid(largest.collect(), [Right, Left]),
    );
    section(
        &mut text,
        "duplicates",
        facts.duplicates.len(),
        &duplicates(survey),
    );
    section(
        &mut text,
        "errors",
        facts.troubles.len(),
        &grid(troubles.take(SHOWN).collect(), [Left, Left]),
    );
    text
}

fn languages(survey: &Survey) -> String {
    let heads = [
        "language",
        "files",
        "lines",
        "blank",
        "words",
        "longest",
        "not UTF-8",
        "size",
    ];
    let mut totals: Vec<(Language, Total)> = survey
        .facts
        .languages
        .iter()
        .map(|(l, t)| (*l, *t))
        .collect();
    totals.sort_by_key(|(language, total)| (std::cmp::Reverse(total.counts.lines), *language));

    let mut rows = vec![heads.map(str::to_owned)];
    rows.extend(
        totals
            .iter()
            .map(|(language, total)| row(language.name(), total)),
    );
    rows.push(row("total", &survey.facts.total()));
    grid(
        rows,
        [Left, Right, Right, Right, Right, Right, Right, Right],
    )
}

fn row(
    name: &str,
    Total {
        files,
        bytes,
        counts,
    }: &Total,
) -> [String; 8] {
    let [files, lines, blank, words, longest, invalid] = [
        *files,
        counts.lines,
        counts.blank,
        counts.words,
        counts.longest,
        counts.invalid,
    ]
    .map(human::number);
    [
        name.to_owned(),
        files,
        lines,
        blank,
        words,
        longest,
        invalid,
        human::size(*bytes),
    ]
}

/// Each group under a line that says what it wastes.
fn duplicates(survey: &Survey) -> String {
    let mut text = String::new();
    for group in survey.facts.duplicates.iter().take(SHOWN) {
        let (copies, wasted) = (group.paths.len(), human::size(group.wasted()));
        let _ = writeln!(text, "{copies} copies, {wasted} more than one would take");
        for path in group.paths.iter().take(SHOWN) {
            let _ = writeln!(text, "  {}", human::path(path));
        }
        if copies > SHOWN {
            let _ = writeln!(text, "  and {} more", copies - SHOWN);
        }
    }
    text
}

fn section(text: &mut String, title: &str, entries: usize, body: &str) {
    if entries > 0 {
        let _ = write!(
            text,
            "\n{title} ({})\n{body}",
            human::number(entries as u64)
        );
    }
}

/// Where the cells of a column are aligned.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

/// Columns as wide as their widest cell, without spaces at the ends of lines.
fn grid<const N: usize>(rows: Vec<[String; N]>, sides: [Side; N]) -> String {
    let mut widths = [0; N];
    for (column, width) in widths.iter_mut().enumerate() {
        *width = rows
            .iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0);
    }
    let mut text = String::new();
    for row in rows {
        let cells = row
            .iter()
            .zip(widths)
            .zip(sides)
            .map(|((cell, width), side)| match side {
                Left => format!("{cell:<width$}"),
                Right => format!("{cell:>width$}"),
            });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::kind::sort_source;
    use super::super::read::Source;
    use super::super::record::record_kind;
    use super::super::tally::{Tally, Trouble};
    use super::*;

    fn survey(files: &[(&str, &[u8])], troubles: &[(&str, &str)]) -> Survey {
        let mut tally = Tally::default();
        for (path, bytes) in files {
            let took = Duration::from_micros(bytes.len() as u64);
            tally.add(record_kind(sort_source(Source {
                path: path.into(),
                bytes: bytes.to_vec(),
                took,
            })));
        }
        for (path, reason) in troubles {
            tally.note(Trouble {
                path: path.into(),
                reason: (*reason).to_owned(),
            });
        }
        tally.finish()
    }

    #[test]
    fn draws_every_part() {
        let files: [(&str, &[u8]); 4] = [
            ("a.rs", b"fn main() {\n\n}\n"),
            ("b.md", b"caf\xe9"),
            ("c.md", b"caf\xe9"),
            ("d.png", &[0; 2048]),
        ];
        let expected = "\
language  files  lines  blank  words  longest  not UTF-8     size
Rust          1      3      1      4       11          0     15 B
Markdown      2      2      0      2        4          2      8 B
(binary)      1      0      0      0        0          0  2.0 KiB
total         4      5      1      6       11          2  2.0 KiB

slowest files (4)
 2.0 ms  d.png
15.0 µs  a.rs
 4.0 µs  b.md
 4.0 µs  c.md

largest files (4)
2.0 KiB  d.png
   15 B  a.rs
    4 B  b.md
    4 B  c.md

duplicates (1)
2 copies, 4 B more than one would take
  b.md
  c.md

errors (2)
gone        cannot be read
ha\\u{7}rsh  not a regular file
";
        let troubles = [
            ("ha\u{7}rsh", "not a regular file"),
            ("gone", "cannot be read"),
        ];
        assert_eq!(render(&survey(&files, &troubles)), expected);
    }

    #[test]
    fn empty_tree_is_one_line_of_nothing() {
        let text = render(&survey(&[], &[]));
        assert_eq!(text.lines().count(), 2);
        assert!(
            text.lines()
                .nth(1)
                .expect("a total")
                .starts_with("total         0")
        );
    }

    #[test]
    fn long_lists_are_cut_and_counted() {
        let names: Vec<String> = (0..30).map(|number| format!("{number:02}.txt")).collect();
        let files: Vec<(&str, &[u8])> = names
            .iter()
            .map(|name| (name.as_str(), b"same".as_slice()))
            .collect();
        let troubles: Vec<_> = names.iter().map(|name| (name.as_str(), "gone")).collect();
        let text = render(&survey(&files, &troubles));
        assert!(text.contains("  and 20 more\n"), "{text}");
        assert!(text.contains("\nerrors (30)\n"), "{text}");
        assert_eq!(text.matches("gone").count(), SHOWN);
    }
}
