//! Items that are sent in from outside, and taken out.

use std::time::Duration;

use electrician::{Running, prelude::*};
use futures_util::StreamExt;
use tokio::{join, runtime::Runtime};

use super::parts::source;

const PATIENCE: Duration = Duration::from_mins(1);

pipeline! {
    /// In, and out again.
    Through {
        input from: u64;
        output to: u64;

        from -> map(|n| n + 1) -> to;
    }
}

pub(super) fn through(runtime: &Runtime, count: u64) -> u64 {
    runtime.block_on(async {
        let running = Running::start(Through).expect("it starts");
        let (input, output) = (running.from.clone(), running.to.clone());
        let sent = async {
            for n in source(count) {
                input.send(n).await.expect("it runs");
            }
            running.drain(PATIENCE).await
        };
        let taken = output.fold(0, async |sum: u64, n| sum.wrapping_add(n));
        join!(sent, taken).1
    })
}
