//! The order of items and failures, and what is booked of them.

use std::pin::pin;

use super::*;
use crate::{pipeline::Control, stage::TryIterated};

const GIVEN: [Result<u32, &str>; 5] = [Ok(1), Ok(2), Err("no"), Ok(3), Err("never")];

fn cell() -> Arc<Cell> {
    Cell::new("source", "source".into(), Control::new(), None, None)
}

fn source(cell: &Arc<Cell>) -> Source<impl Outputs<u32, &'static str>, u32, &'static str> {
    let outputs = TryIterated::new(GIVEN.into_iter());
    Source::new(outputs, Outlet::new(), cell, (false, false))
}

#[tokio::test]
async fn a_failure_stands_behind_what_came_before_it() {
    let cell = cell();
    let mut source = pin!(source(&cell));
    for (items, error) in [(vec![1, 2], "no"), (vec![3], "never")] {
        assert!(source.fill(9).await);
        let chunk: Vec<_> = std::iter::from_fn(|| source.pop()).collect();
        assert_eq!(chunk, items);
        let failure = source.failed().expect("it has failed");
        assert_eq!(failure.error(), Some(&error));
        assert!(source.failed().is_none());
    }
    assert!(!source.fill(9).await);
    let stats = cell.stats();
    assert_eq!((stats.received, stats.emitted, stats.failed), (5, 3, 2));
}

#[tokio::test]
async fn what_was_given_and_is_not_taken_is_booked_as_dropped() {
    let cell = cell();
    {
        let mut source = pin!(source(&cell));
        assert!(source.fill(9).await);
    }
    let stats = cell.stats();
    assert_eq!((stats.received, stats.dropped), (3, 3));
}
