//! A generator that pushes, as those do that read from a connection.

use std::sync::{Arc, atomic::AtomicU64};

use electrician::prelude::*;
use tokio::runtime::Runtime;

use super::parts::{self, Sum, run, source};

#[generator]
async fn pushes(count: &u64, mut out: Outlet<u64>) -> Result<(), Stopped> {
    for n in source(*count) {
        out.send(n).await?;
    }
    Ok(())
}

pipeline! {
    /// What is pushed, summed up in one island.
    Pushed(count: u64, total: Arc<AtomicU64>) {
        generator pushes = pushes(count) { on_error: stop };
        handler   add    = parts::sum_up(Sum::into(total));

        pushes -> add;
    }
}

pub(super) fn pipeline(runtime: &Runtime, count: u64) -> u64 {
    run(runtime, |total| Pushed { count, total })
}
