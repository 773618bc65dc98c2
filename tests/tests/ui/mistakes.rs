//! What a newcomer gets wrong in the first program, and what is said to it: `ui/mistakes.md` shows it, and this keeps it true.
//!
//! `UPDATE_MISTAKES=1 cargo test -p tests --test ui` writes the document anew from the cases and their `.stderr` files.

use std::{env, fs, path::Path};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// What stands above the mistakes.
const HEAD: &str = "# The first mistakes\n\n\
    The first program of the README, and what one gets wrong in it: the lines that differ, and the first message.\n";

/// One program, and what is said to it.
struct Mistake {
    title: String,
    program: String,
    said: String,
}

impl Mistake {
    fn read(path: &Path) -> Mistake {
        let source = text(path);
        let (title, program) = source
            .split_once("\n\n")
            .expect("a case starts with its title");
        Mistake {
            title: title
                .trim_start_matches("//! ")
                .trim_end_matches('.')
                .to_owned(),
            program: program.to_owned(),
            said: text(&path.with_extension("stderr")),
        }
    }

    /// The section of the document.
    fn section(&self, number: usize, right: &str) -> String {
        let Mistake { title, program, .. } = self;
        let changed = difference(right, program);
        let first = self
            .said
            .split("\n\n")
            .next()
            .unwrap_or_default()
            .trim_end();
        let more = match self
            .said
            .lines()
            .filter(|line| line.starts_with("error"))
            .count()
        {
            0 | 1 => String::new(),
            2 => "\nThere is one more message.\n".to_owned(),
            all => format!("\nThere are {} more messages.\n", all - 1),
        };
        format!("\n## {number}. {title}\n\n```diff\n{changed}```\n\n```text\n{first}\n```\n{more}")
    }
}

/// The lines that are only in one of two texts, in their order.
fn difference(right: &str, wrong: &str) -> String {
    let (right, wrong): (Vec<&str>, Vec<&str>) = (right.lines().collect(), wrong.lines().collect());
    let (mut right, mut wrong, mut changed) = (&right[..], &wrong[..], String::new());
    while !right.is_empty() || !wrong.is_empty() {
        let (removed, added) = next_common(right, wrong);
        changed.extend(right[..removed].iter().map(|line| format!("-{line}\n")));
        changed.extend(wrong[..added].iter().map(|line| format!("+{line}\n")));
        right = right.get(removed + 1..).unwrap_or_default();
        wrong = wrong.get(added + 1..).unwrap_or_default();
    }
    changed
}

/// How many lines of each text stand before the first one that both have.
fn next_common(left: &[&str], right: &[&str]) -> (usize, usize) {
    let places = (0..left.len()).flat_map(|at| (0..right.len()).map(move |other| (at, other)));
    let common = places.filter(|(at, other)| left[*at] == right[*other]);
    common
        .min_by_key(|(at, other)| at + other)
        .unwrap_or((left.len(), right.len()))
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_document_of_the_first_mistakes_says_what_is_said() {
    let root = Path::new(HERE);
    let quickstart = text(&root.join("../examples/src/bin/quickstart.rs"));
    let (_, right) = quickstart
        .split_once('\n')
        .expect("a title, and the program");
    let entries = fs::read_dir(root.join("ui/mistakes")).expect("there are mistakes");
    let mut cases: Vec<_> = entries
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    cases.sort();
    let mistakes = cases.iter().map(|path| Mistake::read(path));
    let sections = mistakes
        .enumerate()
        .map(|(at, mistake)| mistake.section(at + 1, right));
    let real: String = std::iter::once(HEAD.to_owned()).chain(sections).collect();
    let path = root.join("ui/mistakes.md");
    if env::var_os("UPDATE_MISTAKES").is_some() {
        fs::write(&path, &real).expect("the document can be written");
    }
    assert!(
        text(&path) == real,
        "write it with `UPDATE_MISTAKES=1 cargo test -p tests --test ui`"
    );
}
