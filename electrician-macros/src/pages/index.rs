//! The pages come in; the list of them goes out, as a reader finds it in `index.md` and the compiler in `mod.rs`.

use std::{env, fs, path::Path};

use super::{PAGES, Page, source::read};

/// The first two digits of a code, and what they say.
const FAMILIES: [(&str, &str); 11] = [
    ("01", "syntax: what could not be read"),
    ("02", "names: unknown, doubled, or of no use"),
    ("03", "groups: how many stages, and how many arguments"),
    (
        "04",
        "wiring: ways out of a stage, and where arrows may lead",
    ),
    ("05", "circles: stages that feed themselves"),
    (
        "06",
        "failure: failures that nobody handles, and protections that lack a part",
    ),
    ("07", "values: what cannot stand where it is"),
    (
        "08",
        "signatures: functions that the attributes do not take",
    ),
    ("09", "types: items that do not fit"),
    ("10", "liveness: graphs that would stand still"),
    ("11", "resilience: protections that do not help"),
];

/// The pages of one family.
fn family<'p>(pages: &'p [Page], digits: &str) -> impl Iterator<Item = &'p Page> {
    pages
        .iter()
        .filter(move |page| page.code[1..].starts_with(digits))
}

/// The list of a reader: a heading for each family that has a page, a line for each page.
pub(super) fn lines(pages: &[Page]) -> String {
    let listed = FAMILIES
        .iter()
        .filter(|(digits, _)| family(pages, digits).next().is_some());
    let lists = listed.map(|(digits, what)| {
        let lines = family(pages, digits).map(|Page { code, title, .. }| {
            format!("- [`{code}`]({}): {title}\n", code.to_lowercase())
        });
        format!("\n## {digits}, {what}\n\n{}", lines.collect::<String>())
    });
    lists.collect()
}

/// The list of the compiler: a line for each family.
pub(super) fn modules(pages: &[Page]) -> String {
    let lines = FAMILIES.iter().map(|(digits, _)| {
        let names = family(pages, digits).map(|page| format!(" {}", page.code.to_lowercase()));
        let names: String = names.collect();
        if names.is_empty() {
            names
        } else {
            format!("   {names}\n")
        }
    });
    lines.collect::<String>() + "}\n"
}

/// Compares the end of a file, behind a marker, with what it should be; writes it where the environment says so.
pub(super) fn ends(file: &str, marker: &str, real: &str) {
    let path = Path::new(PAGES).join(file);
    let text = read(&path);
    let (start, end) = text.split_once(marker).expect("the file has the marker");
    if env::var_os("UPDATE_DIAGNOSTICS").is_some() {
        fs::write(&path, format!("{start}{marker}{real}")).expect("the file can be written");
    } else {
        assert!(
            end == real,
            "write `{file}` with `UPDATE_DIAGNOSTICS=1 cargo test -p electrician-macros pages`"
        );
    }
}
