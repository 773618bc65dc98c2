//! Generated code in hostile rooms: whatever the names around it mean, it does what the block says.

#![allow(missing_docs, unreachable_pub, non_camel_case_types, non_snake_case)]

mod hygiene {
    mod hostile;
    mod names;
    mod places;
    mod produced;
    mod renamed;
}
