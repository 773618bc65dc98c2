//! What the compiler says: one mistake a file, and beside it the words that a user reads.
//!
//! `TRYBUILD=overwrite cargo test -p tests --test ui` writes the words anew; read them as a user would.

mod ui {
    mod mistakes;
}

/// Mistakes in a block or a signature: every word of these is ours.
#[test]
fn every_mistake_is_said_once_and_on_its_token() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}

/// Mistakes between types: the compiler words these, in terms of stages and items.
#[test]
fn types_that_do_not_fit_are_told_apart() {
    trybuild::TestCases::new().compile_fail("ui/types/*.rs");
}

/// What a newcomer gets wrong in the first program of the README.
#[test]
fn the_first_mistakes_are_told_well_enough_to_mend_them() {
    trybuild::TestCases::new().compile_fail("ui/mistakes/*.rs");
}

/// One mistake in a block, and code around it that uses all that the block makes: nothing is said of that.
#[test]
fn what_is_around_a_wrong_block_still_compiles() {
    trybuild::TestCases::new().compile_fail("ui/around/*.rs");
}
