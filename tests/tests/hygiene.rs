//! Generated code in hostile rooms: whatever the names around it mean, it does what the block says.

#![allow(missing_docs, unreachable_pub, non_snake_case)]
#![allow(clippy::trivially_copy_pass_by_ref, clippy::unused_async)]

mod hygiene {
    mod hostile;
    mod names;
    mod places;
    mod produced;
    mod renamed;
}
