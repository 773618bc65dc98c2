//! A few expansions, as a reader would see them.

mod generators;
mod handlers;

use super::expand;

fn draws(source: &str) -> String {
    let file = syn::parse2(expand(source)).expect("an expansion is items");
    prettyplease::unparse(&file)
}
