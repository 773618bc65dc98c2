//! One item of each input, in order: comes in by two to six edges, goes out as tuples.
//!
//! ```text
//! zip [orders, prices] -> bill        (Order, Price)
//! ```

use std::{
    convert::Infallible,
    fmt,
    future::poll_fn,
    marker::PhantomData,
    sync::Arc,
    task::{Context, Poll},
};

use super::{Cell, Intake, Pass, Port, Settings, Tally, unfit};
use crate::{edge::Merge, pipeline::Assembly};

/// A zip at work: what its island takes its tuples from.
///
/// It ends when an input has ended and its items are used up: the others are told that no more is needed, and what is
/// still on its way there is taken and booked as dropped. The items of a tuple are completed one by one, and the tuple is
/// emitted once. What waits for its counterparts when the zip is dropped is booked as dropped, too.
pub struct Zip<S> {
    sides: S,
    tally: Arc<Tally>,
    cell: Arc<Cell>,
    ending: bool,
}

/// The inputs of a zip: a tuple of intakes.
pub trait Sides: Send {
    /// An item of each input.
    type Item;
    /// How many inputs there are.
    const COUNT: u64;
    /// Whether each input has an item; `false` when one has none and will have none.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<bool>;
    /// An item of each input, if each has one.
    fn pop(&mut self) -> Option<Self::Item>;
    /// Whether an input has no item at hand.
    fn is_empty(&self) -> bool;
    /// Drops a chunk of each input and says how many items; none is the end of all.
    fn poll_clear(&mut self, cx: &mut Context<'_>) -> Poll<u64>;
    /// Says upstream that no more is needed.
    fn enough(&mut self);
    /// Says that what was popped is done.
    fn settle(&mut self);
}

impl<S: Sides> Zip<S> {
    fn new(sides: S, tally: Arc<Tally>, cell: Arc<Cell>) -> Self {
        Self {
            sides,
            tally,
            cell,
            ending: false,
        }
    }

    /// Waits until each input has an item; `false` is the end.
    ///
    /// Everything popped before is done, and what was made of it was handed over.
    pub async fn fill(&mut self) -> bool {
        tokio::task::coop::consume_budget().await;
        self.sides.settle();
        if !self.ending && poll_fn(|cx| self.sides.poll_ready(cx)).await {
            return true;
        }
        self.ending = true;
        self.sides.enough();
        self.clear().await;
        false
    }

    async fn clear(&mut self) {
        loop {
            let dropped = poll_fn(|cx| self.sides.poll_clear(cx)).await;
            if dropped == 0 {
                return;
            }
            self.tally.dropped.add(dropped);
            self.sides.settle();
            tokio::task::coop::consume_budget().await;
        }
    }

    /// The next tuple.
    pub fn pop(&mut self) -> Option<S::Item> {
        let item = self.sides.pop()?;
        self.tally.completed.add(S::COUNT);
        self.tally.emitted.add(1);
        Some(item)
    }

    /// Whether an input has no item at hand.
    pub fn is_empty(&self) -> bool {
        self.sides.is_empty()
    }

    /// Says upstream that no more is needed. What is on its way is still taken.
    pub fn enough_if(&mut self, sated: bool) {
        if sated {
            self.sides.enough();
        }
    }

    /// The passes of the island that this zip feeds.
    pub fn pass(&self) -> Pass {
        Pass::new(&self.cell, &self.tally)
    }

    /// The zip's counters.
    pub fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }
}

impl<S> fmt::Debug for Zip<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zip")
            .field("stage", &self.cell.path)
            .finish_non_exhaustive()
    }
}

/// A zip that is a part of a pipeline; `T` is its tuple.
pub struct ZipDefinition<T> {
    cell: Arc<Cell>,
    types: PhantomData<fn() -> T>,
}

unfit!(ZipDefinition<T>);

impl<T> ZipDefinition<T> {
    fn install(name: &'static str, run: &mut Assembly) -> Self {
        let cell = run.stage(name, &Settings::<Infallible>::default());
        Self {
            cell,
            types: PhantomData,
        }
    }

    /// The type of the output.
    pub fn output(&self) -> Port<T> {
        Port::new()
    }

    /// What the zip shares with the report.
    pub fn cell(&self) -> &Arc<Cell> {
        &self.cell
    }
}

impl<T> fmt::Debug for ZipDefinition<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZipDefinition")
            .field("stage", &self.cell.path)
            .finish_non_exhaustive()
    }
}

/// The zip of so many inputs.
macro_rules! zip {
    ($zip:ident, $count:literal, $words:literal, $($T:ident $side:ident $at:tt),+) => {
        #[doc = concat!("Makes a zip of ", $words, " inputs a part of the pipeline.")]
        #[allow(clippy::too_many_arguments, reason = "up to six ports, a name and the run")]
        pub fn $zip<$($T),+>(
            $($side: Port<$T>,)+
            name: &'static str,
            run: &mut Assembly,
        ) -> ZipDefinition<($($T,)+)> {
            $(let _ = $side;)+
            ZipDefinition::install(name, run)
        }

        impl<$($T),+> ZipDefinition<($($T,)+)> {
            /// The types of the inputs.
            pub fn inputs(&self) -> ($(Port<$T>,)+) {
                ($(Port::<$T>::new(),)+)
            }
        }

        impl<$($T: Send + 'static),+> ZipDefinition<($($T,)+)> {
            /// The zip at work: the edges that lead to each of its inputs.
            pub fn intake(self, edges: ($(Merge<$T>,)+)) -> Zip<($(Intake<$T>,)+)> {
                let tally = self.cell.tally();
                let sides = ($(Intake::new(edges.$at, &self.cell, &tally),)+);
                Zip::new(sides, tally, self.cell)
            }
        }

        impl<$($T: Send),+> Sides for ($(Intake<$T>,)+) {
            type Item = ($($T,)+);
            const COUNT: u64 = $count;

            fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
                let sides = [$(self.$at.poll_ready(cx)),+];
                if sides.contains(&Poll::Ready(false)) {
                    Poll::Ready(false)
                } else if sides.contains(&Poll::Pending) {
                    Poll::Pending
                } else {
                    Poll::Ready(true)
                }
            }

            fn pop(&mut self) -> Option<Self::Item> {
                if self.is_empty() {
                    return None;
                }
                Some(($(self.$at.pop()?,)+))
            }

            fn is_empty(&self) -> bool {
                $(self.$at.is_empty())||+
            }

            fn poll_clear(&mut self, cx: &mut Context<'_>) -> Poll<u64> {
                let sides = [$(self.$at.poll_clear(cx)),+];
                let dropped = sides.iter().map(|side| if let Poll::Ready(dropped) = side { *dropped } else { 0 }).sum();
                if dropped == 0 && sides.contains(&Poll::Pending) { Poll::Pending } else { Poll::Ready(dropped) }
            }

            fn enough(&mut self) {
                $(self.$at.enough_if(true);)+
            }

            fn settle(&mut self) {
                $(self.$at.settle();)+
            }
        }
    };
}

zip!(zip2, 2, "two", A a 0, B b 1);
zip!(zip3, 3, "three", A a 0, B b 1, C c 2);
zip!(zip4, 4, "four", A a 0, B b 1, C c 2, D d 3);
zip!(zip5, 5, "five", A a 0, B b 1, C c 2, D d 3, E e 4);
zip!(zip6, 6, "six", A a 0, B b 1, C c 2, D d 3, E e 4, F f 5);

#[cfg(test)]
mod tests;
