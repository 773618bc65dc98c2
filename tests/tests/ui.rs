//! What the compiler says: one mistake a file, and beside it the words that a user reads.

/// Mistakes in a block or a signature, in our own words.
#[test]
fn every_mistake_is_said_once_and_on_its_token() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*.rs");
    cases.compile_fail("ui/types/*.rs");
}
