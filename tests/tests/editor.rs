//! What rust-analyzer knows of a block, whole and half typed: it is started, and asked as an editor asks it.

#![allow(missing_docs)]

mod editor {
    mod analyzer;
    mod answers;
}
