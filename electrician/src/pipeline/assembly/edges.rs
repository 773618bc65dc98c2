//! A port comes in, which says what is carried; the two ends of an edge between tasks go out, or of one from or to the outside.

use std::{hash::DefaultHasher, sync::Arc};

use super::{Assembly, EdgeRecord};
use crate::{
    edge::{EdgeOptions, Merge, Receiver, Sender, edge},
    pipeline::{EdgePlan, Input, Output},
    stage::{Head, Intake, LaneEnds, Lanes, Port, Settings, hand_over},
};

/// What goes from task to task is `Send`. A port of something else derefs to [`Unfit`](crate::stage::Unfit): what is wrong with it is said
/// where it leaves a stage, or comes in, and not here.
impl<T: Send + 'static> Port<T> {
    /// An edge that carries what enters by this port.
    pub fn edge(self, run: &mut Assembly, plan: EdgePlan) -> (Sender<T>, Receiver<T>) {
        run.heads(&Vec::<T>::new(), plan).carrying()
    }

    /// An edge whose items are divided by their key, a lane for each worker.
    pub fn lanes<K: Fn(&T, &mut DefaultHasher)>(
        self,
        run: &mut Assembly,
        plan: EdgePlan,
        key: K,
    ) -> (Lanes<T, K>, Arc<LaneEnds<T>>) {
        let plan = run.checked(plan);
        let count = plan.receivers;
        let each = EdgePlan {
            buffer: plan.buffer.div_ceil(count),
            receivers: 1,
            ..plan
        };
        let mut ends = (Vec::new(), Vec::new());
        for _ in 0..count {
            let (sender, receiver) = run.heads(&Vec::<T>::new(), each.clone()).carrying();
            ends.0.push(sender);
            ends.1.push(receiver);
        }
        (Lanes::new(ends.0, key), Arc::new(LaneEnds::new(ends.1)))
    }

    /// The way in of an `input`.
    pub fn enter(
        self,
        run: &mut Assembly,
        input: &Input<T>,
        name: &'static str,
        buffer: usize,
    ) -> Merge<T> {
        let buffer = run.at_least_one(name, "buffer", buffer);
        if let Some(receivers) = input.fed() {
            return receivers;
        }
        run.source(name);
        let options = EdgeOptions {
            capacity: buffer,
            senders: 4,
            ..EdgeOptions::default()
        };
        let (sender, receiver, probe) = edge(options);
        let (from, to) = (String::from("outside"), vec![run.path(name)]);
        run.edges.push(EdgeRecord {
            from,
            port: "send",
            to,
            probe: Some(probe.clone()),
        });
        let link = Arc::clone(&run.control);
        run.control.on_close(move || probe.close());
        input.bind(sender, link);
        Merge::of(receiver)
    }

    /// The way out of an `output`.
    pub fn leave(
        self,
        run: &mut Assembly,
        output: &Output<T>,
        name: &'static str,
        edges: Merge<T>,
    ) {
        let cell = run.stage(name, &Settings::<std::convert::Infallible>::default());
        let tally = cell.tally();
        let mut intake = Intake::new(edges, &cell, &tally);
        let Some(mut next) = output.piped() else {
            output.bind(intake, tally);
            return;
        };
        run.island(name, false, async move {
            while crate::stage::flushing(intake.fill(), &mut [&mut next]).await {
                while let Some(item) = intake.pop() {
                    tally.completed.add(1);
                    tally.emitted.add(1);
                    next.push(item);
                }
                if next.is_full() {
                    hand_over(&mut [&mut next]).await;
                }
                intake.enough_if(next.is_sated());
            }
            hand_over(&mut [&mut next]).await;
        });
    }
}
