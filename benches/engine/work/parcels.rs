//! Goal 16: fifty async stages of which few calls wait, over items with something on the heap, beside tokio's channels.

use std::sync::{Arc, atomic::AtomicU64};

use electrician::prelude::*;
use tokio::runtime::Runtime;

use super::{
    channels,
    parts::{Sum, run, source, suspend},
};
use crate::{
    bench::Bench,
    duel::Duel,
    row::{Limit::OneIn, Row},
};

/// An item of 48 bytes, and some more on the heap.
#[derive(Debug)]
pub(crate) struct Parcel {
    id: u64,
    mark: u64,
    calls: u64,
    label: Option<String>,
}

fn parcels_of(count: u64) -> impl Iterator<Item = Parcel> + use<> {
    source(count).map(|id| Parcel {
        id,
        mark: id.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        calls: 0,
        label: Some(String::from("handle with care")),
    })
}

impl Parcel {
    fn touch(&mut self) {
        self.calls += 1;
        self.mark = self
            .mark
            .wrapping_mul(0xd134_2543_de82_ef95)
            .wrapping_add(1);
    }

    /// One in 1024.
    fn must_wait(&self) -> bool {
        self.mark >> 54 == 0
    }

    fn weigh(self) -> u64 {
        let label = self.label.map_or(0, |label| label.len() as u64);
        self.id
            .wrapping_add(self.mark)
            .wrapping_add(self.calls)
            .wrapping_add(label)
    }
}

#[generator]
fn parcels(count: &u64) -> impl Iterator<Item = Parcel> {
    parcels_of(*count)
}

#[handler]
async fn touch(mut parcel: Parcel) -> Parcel {
    parcel.touch();
    if parcel.must_wait() {
        suspend().await;
    }
    parcel
}

#[handler]
fn weigh(parcel: Parcel, sum: &mut Sum) {
    sum.add(parcel.weigh());
}

pipeline! {
    /// Fifty stages.
    Parcels(count: u64, total: Arc<AtomicU64>) {
        generator parcels = parcels(count);
        handler s01 = touch; handler s02 = touch; handler s03 = touch; handler s04 = touch; handler s05 = touch;
        handler s06 = touch; handler s07 = touch; handler s08 = touch; handler s09 = touch; handler s10 = touch;
        handler s11 = touch; handler s12 = touch; handler s13 = touch; handler s14 = touch; handler s15 = touch;
        handler s16 = touch; handler s17 = touch; handler s18 = touch; handler s19 = touch; handler s20 = touch;
        handler s21 = touch; handler s22 = touch; handler s23 = touch; handler s24 = touch; handler s25 = touch;
        handler s26 = touch; handler s27 = touch; handler s28 = touch; handler s29 = touch; handler s30 = touch;
        handler s31 = touch; handler s32 = touch; handler s33 = touch; handler s34 = touch; handler s35 = touch;
        handler s36 = touch; handler s37 = touch; handler s38 = touch; handler s39 = touch; handler s40 = touch;
        handler s41 = touch; handler s42 = touch; handler s43 = touch; handler s44 = touch; handler s45 = touch;
        handler s46 = touch; handler s47 = touch; handler s48 = touch; handler s49 = touch; handler s50 = touch;
        handler weigh = weigh(Sum::into(total));

        parcels -> s01 -> s02 -> s03 -> s04 -> s05 -> s06 -> s07 -> s08 -> s09 -> s10
                -> s11 -> s12 -> s13 -> s14 -> s15 -> s16 -> s17 -> s18 -> s19 -> s20
                -> s21 -> s22 -> s23 -> s24 -> s25 -> s26 -> s27 -> s28 -> s29 -> s30
                -> s31 -> s32 -> s33 -> s34 -> s35 -> s36 -> s37 -> s38 -> s39 -> s40
                -> s41 -> s42 -> s43 -> s44 -> s45 -> s46 -> s47 -> s48 -> s49 -> s50
                -> weigh;
    }
}

fn expected(count: u64) -> u64 {
    let touched = parcels_of(count).map(|mut parcel| {
        (0..50).for_each(|_| parcel.touch());
        parcel.weigh()
    });
    touched.fold(0, u64::wrapping_add)
}

fn over_tokio(runtime: &Runtime, count: u64) -> u64 {
    runtime.block_on(async {
        let sent = channels::feed(parcels_of(count));
        let touched = (0..50).fold(sent, |input, _| channels::then(input, touch));
        channels::sum(touched, Parcel::weigh).await
    })
}

pub(super) fn rows(bench: &Bench) -> Vec<Row> {
    let work = "50 async stages, 48 bytes and a string, 0.1 % of calls wait";
    let pipeline = |runtime: &Runtime, count| run(runtime, |total| Parcels { count, total });
    let tokio = ("tokio mpsc, a task a stage", over_tokio);
    vec![Duel::new(16, work, OneIn(6.0), pipeline, tokio, expected).fight(bench)]
}
