//! Family 08: every sentence that a user of `#[handler]` and `#[generator]` can be told, one function each, with its code.

pub(super) fn not_a_function(attribute: &str) -> String {
    format!("[E0801] `#[{attribute}]` marks a function; write it above an `fn` or an `async fn`")
}

pub(super) fn method(attribute: &str) -> String {
    format!(
        "[E0802] `#[{attribute}]` marks a free function, and `self` makes this a method; move it out of its `impl`, and take `self` as an argument: `this: &Type`"
    )
}

pub(super) fn qualified(word: &str, attribute: &str) -> String {
    format!(
        "[E0803] a {attribute} is called by safe Rust code while the pipeline runs, so it cannot be `{word} fn`; write `fn` or `async fn`, and call the `{word}` function inside"
    )
}

pub(super) fn variadic() -> String {
    "[E0804] a pipeline passes a fixed number of arguments; take a slice, `&[T]`, in place of `...`"
        .to_owned()
}

pub(super) fn argument(attribute: &str, detail: &str) -> String {
    format!("[E0805] this is no argument of `#[{attribute}]`: {detail}")
}

pub(super) fn unknown(
    word: &str,
    attribute: &str,
    nearest: Option<&str>,
    known: &[&str],
) -> String {
    let hint = nearest
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default();
    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "[E0806] `{word}` is no argument of `#[{attribute}]`{hint} (there are {})",
        known.join(", ")
    )
}

pub(super) fn twice(word: &str) -> String {
    format!("[E0807] `{word}` is written twice; once is enough")
}

pub(super) fn clash(left: &str, right: &str) -> String {
    format!("[E0808] `{left}` and `{right}` cannot both be meant; leave one of them out")
}

pub(super) fn period_missing() -> String {
    "[E0809] `every` needs a period; write `every = \"1s\"`".to_owned()
}

pub(super) fn period_unclear(written: &str) -> String {
    format!(
        "[E0810] `{written}` is no period; write a number and a unit, such as `\"250ms\"`, of `ns`, `us`, `ms`, `s`, `min`, `h` and `d`"
    )
}

pub(super) fn period_zero() -> String {
    "[E0811] a period cannot be zero; write `\"1ms\"`, or push items through an `Outlet`".to_owned()
}

pub(super) fn no_item() -> String {
    "[E0812] a handler takes an item, and this function takes nothing; write `fn name(item: T)` or `fn name(item: &T)`"
        .to_owned()
}

pub(super) fn mutable_item() -> String {
    "[E0813] an item is lent or moved, never lent to be changed; take it by value, `mut item: T`, and return it"
        .to_owned()
}

pub(super) fn opaque_item() -> String {
    "[E0814] `impl Trait` leaves the type of the item without a name; write a generic: `fn name<T: Trait>(item: T)`"
        .to_owned()
}

pub(super) fn opaque_argument() -> String {
    "[E0815] `impl Trait` leaves the type of the argument without a name; write a generic: `fn name<A: Trait>(item: T, argument: &A)`".to_owned()
}

pub(super) fn outlet_in_handler() -> String {
    "[E0816] an `Outlet` belongs to a generator; a handler gives many items as `-> impl Iterator<Item = T>` or `-> impl Stream<Item = T>`".to_owned()
}

pub(super) fn unsized_state() -> String {
    "[E0817] a worker owns its state, so the state has a size; take `&mut Vec<T>`, `&mut String` or `&mut Box<dyn Trait>`".to_owned()
}

pub(super) fn borrowed_state() -> String {
    "[E0818] a worker's own state outlives every call, so it cannot hold what a call is lent; let it own its data"
        .to_owned()
}

pub(super) fn borrowed_output(attribute: &str) -> String {
    let call = if attribute == "handler" {
        "its input or arguments"
    } else {
        "its arguments"
    };
    format!(
        "[E0819] what a {attribute} gives goes on to another stage, so it cannot borrow from {call}; give an owned value, such as `String` for `&str`"
    )
}

pub(super) fn opaque() -> String {
    "[E0820] the type of an item or an error needs a name here; write the type itself, `-> impl Iterator<Item = T>` or `-> impl Stream<Item = T>` for many, and `async fn` in place of `impl Future`".to_owned()
}

pub(super) fn nameless_items() -> String {
    "[E0821] say what the items are: `impl Iterator<Item = T>`".to_owned()
}

pub(super) fn never(attribute: &str) -> String {
    let form = if attribute == "handler" {
        "`-> ()` for a sink, or `-> Result<(), E>`"
    } else {
        "`-> Result<(), E>`"
    };
    format!("[E0822] a {attribute} that never returns cannot be drained; write {form}")
}

pub(super) fn boxed() -> String {
    "[E0823] this is one boxed source of many items; write `#[handler(many)]` to give its items, or `#[handler(item)]` if the box is the item".to_owned()
}

pub(super) fn result_as_item() -> String {
    "[E0824] this item is a `Result` whose error nobody would handle; put the `Result` outside, `Result<T, E>` or `Result<Option<T>, E>`, or write `#[handler(item)]` if the whole is the item".to_owned()
}

pub(super) fn hidden_result(attribute: &str) -> String {
    format!(
        "[E0825] this alias hides a `Result`; write `#[{attribute}(fallible)]`, or `#[{attribute}(item)]` if the result is the item"
    )
}

pub(super) fn hidden_option(fallible: bool) -> String {
    let item = if fallible { "fallible, item" } else { "item" };
    format!(
        "[E0826] this alias hides an `Option`; write `#[handler(optional)]`, or `#[handler({item})]` if the option is the item"
    )
}

pub(super) fn undetermined(name: &str) -> String {
    format!(
        "[E0827] nothing that the pipeline passes says what `{name}` is; let the item, an argument or the output mention it, or write a concrete type"
    )
}

pub(super) fn not_a_source() -> String {
    "[E0828] a generator gives many items; write `-> impl Iterator<Item = T>` or `-> impl Stream<Item = T>`, take an `Outlet<T>`, or write `#[generator(every = \"1s\")]`".to_owned()
}

pub(super) fn async_source() -> String {
    "[E0829] an `async fn` gives its items through an outlet; take `mut out: Outlet<T>`, write `fn` to return an iterator or a stream, or `#[generator(every = \"1s\")]` to be asked".to_owned()
}

pub(super) fn fallible_source() -> String {
    "[E0830] a source that may fail to open says so in its items; write `-> impl Iterator<Item = Result<T, E>>`, or `async fn` with an `Outlet<T>` and `-> Result<(), E>`".to_owned()
}

pub(super) fn sync_outlet() -> String {
    "[E0831] sending waits while the pipeline is full, so a function with an `Outlet` is `async fn`; a plain `fn` returns `impl Iterator<Item = T>`".to_owned()
}

pub(super) fn nameless_outlet() -> String {
    "[E0832] say what goes out: `Outlet<T>`".to_owned()
}

pub(super) fn borrowed_outlet() -> String {
    "[E0833] a generator owns its outlet; write `mut out: Outlet<T>`".to_owned()
}

pub(super) fn two_outlets() -> String {
    "[E0834] a generator has one outlet; send an enum, and route it in the pipeline".to_owned()
}

pub(super) fn outlet_and_every() -> String {
    "[E0835] a generator pushes through an outlet or is asked once a period, not both; leave out the `Outlet`, or `every`".to_owned()
}

pub(super) fn pushed_return() -> String {
    "[E0836] a generator with an outlet sends its items and returns nothing else; write `-> Result<(), E>`, or no return type".to_owned()
}

pub(super) fn polled_return() -> String {
    "[E0837] a generator that is asked gives one item or none; write `-> Option<T>`, `-> Result<Option<T>, E>`, `-> Work<T>` or `-> Work<T, E>`".to_owned()
}
