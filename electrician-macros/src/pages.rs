//! Each code that a user can be told has a sentence, a page, a line in the index, and a case in `tests/ui`: this keeps them in step.

mod example;
mod index;
mod source;

use std::{collections::BTreeSet, path::Path};

use source::{ROOT, codes, files, read};

/// Where the pages are.
const PAGES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../electrician/src/diagnostics"
);

/// Sentences that the compiler comes to, when it knows the types: no expansion shows them.
fn is_told_by_types(code: &str) -> bool {
    code.starts_with("E09") || ["E0825", "E0826"].contains(&code)
}

/// A page, taken apart; what is wrong with its form is the error.
struct Page {
    code: String,
    title: String,
    failing: String,
    mended: String,
}

impl Page {
    fn read(path: &Path) -> Result<Page, String> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = read(path);
        Page::parse(&name.to_uppercase(), &text).ok_or(format!(
            "`{name}.md` is not `# CODE: title`, words, a `compile_fail` block, `## Mended` and a block"
        ))
    }

    fn parse(code: &str, text: &str) -> Option<Page> {
        let (title, rest) = text
            .strip_prefix(&format!("# {code}: "))?
            .split_once("\n\n")?;
        let (words, rest) = rest.split_once("\n\n```compile_fail\n")?;
        let (failing, rest) = rest.split_once("```\n\n## Mended\n\n```")?;
        let (_, rest) = rest.split_once('\n')?;
        let mended = rest.strip_suffix("```\n")?;
        let is_whole = !words.is_empty() && !failing.contains("```") && !mended.contains("```");
        is_whole.then(|| Page {
            code: code.to_owned(),
            title: title.to_owned(),
            failing: example::whole(failing),
            mended: example::whole(mended),
        })
    }

    /// What the two examples of this page report beside what they should.
    fn wrong(&self) -> Vec<String> {
        let told = (!is_told_by_types(&self.code)).then(|| self.code.clone());
        let cases = [
            ("failing", &self.failing, told),
            ("mended", &self.mended, None),
        ];
        let wrong = cases.into_iter().filter_map(|(which, example, expected)| {
            let found = example::reported(example);
            let is_right = matches!(&found, Ok(codes) if codes.iter().eq(&expected));
            (!is_right).then(|| format!("{}, {which}: {found:?}", self.code))
        });
        wrong.collect()
    }
}

/// The pages of the codes, which are all but three.
fn pages() -> Vec<Page> {
    let mut pages = files(PAGES, "md");
    pages.retain(|path| {
        !["index.md", "compared.md", "rustc.md"]
            .iter()
            .any(|other| path.ends_with(other))
    });
    let pages: Result<Vec<Page>, String> = pages.iter().map(|path| Page::read(path)).collect();
    pages.unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The codes of all sentences.
fn told() -> BTreeSet<String> {
    let sources = ["electrician-macros/src", "electrician/src"];
    sources.into_iter().flat_map(source::sentences).collect()
}

#[test]
fn no_two_sentences_of_the_macros_share_a_code() {
    let mut seen = BTreeSet::new();
    for code in source::sentences("electrician-macros/src") {
        assert!(
            seen.insert(code.clone()),
            "`{code}` is at the head of two sentences"
        );
    }
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages: BTreeSet<String> = pages().into_iter().map(|page| page.code).collect();
    let told = told();
    let missing: Vec<_> = told.difference(&pages).collect();
    let extra: Vec<_> = pages.difference(&told).collect();
    assert!(
        missing.is_empty(),
        "no page in `electrician/src/diagnostics`: {missing:?}"
    );
    assert!(extra.is_empty(), "a page, and no sentence: {extra:?}");
}

#[test]
fn the_index_and_the_module_list_every_page() {
    let pages = pages();
    index::ends("index.md", "# The codes\n", &index::lines(&pages));
    index::ends("mod.rs", "    compared rustc\n", &index::modules(&pages));
}

#[test]
fn every_family_is_known() {
    let all = pages();
    let listed = index::lines(&all).matches("\n- ").count();
    assert_eq!(listed, all.len(), "`pages/index.rs` lacks a family");
}

#[test]
fn every_code_is_shown_by_a_case() {
    let shown = files(format!("{ROOT}/tests/ui"), "stderr");
    let shown: BTreeSet<String> = shown.iter().flat_map(|path| codes(&read(path))).collect();
    let missing: Vec<_> = told()
        .into_iter()
        .filter(|code| !shown.contains(code))
        .collect();
    assert!(
        missing.is_empty(),
        "in no `.stderr` of `tests/ui`: {missing:?}"
    );
}

#[test]
fn every_page_fails_with_its_code_alone_and_is_mended() {
    let wrong: Vec<String> = pages().iter().flat_map(Page::wrong).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
