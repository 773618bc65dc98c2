//! The call that everything stands around, and a way of making it again and again.

use std::{
    fmt,
    hint::black_box,
    sync::{Barrier, Mutex, PoisonError},
    thread,
    time::Duration,
};

use tokio::runtime::Builder;

use crate::{
    rounds::{Cost, interleave, items_within, timed_here},
    row::{Limit, Row},
};

/// How long one side of a round should take.
const ROUND: Duration = Duration::from_millis(60);

/// It is ready at once and succeeds, and nobody knows that beforehand.
pub(crate) async fn call() -> Result<u64, Down> {
    black_box(Ok(1))
}

/// Why the call fails, which it never does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Down;

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("down")
    }
}

impl std::error::Error for Down {}

/// A way of making calls, on as many threads as are asked for.
pub(crate) struct Way {
    name: &'static str,
    run: Box<dyn Fn(u64) + Send + Sync>,
}

impl Way {
    /// `caller` is asked on each thread, and gives what makes the calls there, one after the other. Each of them gives 1.
    pub(crate) fn new<C: AsyncFnMut() -> u64>(
        name: &'static str,
        caller: impl Fn() -> C + Send + Sync + 'static,
    ) -> Self {
        let run = move |calls| {
            let runtime = Builder::new_current_thread().enable_time().build();
            let done = runtime.expect("a runtime can be built").block_on(async {
                let mut call = caller();
                let mut done = 0;
                for _ in 0..calls {
                    done += call().await;
                }
                done
            });
            assert_eq!(done, calls, "{name}");
        };
        let run = Box::new(run);
        Self { name, run }
    }

    /// Makes so many calls on this thread.
    pub(crate) fn run(&self, calls: u64) {
        (self.run)(calls);
    }

    /// What a call costs each of so many threads; the mean of them.
    #[allow(clippy::cast_precision_loss, reason = "a handful of threads")]
    fn cost(&self, threads: usize, calls: u64) -> Cost {
        let start = Barrier::new(threads);
        let costs = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    start.wait();
                    let cost = timed_here(calls, || self.run(calls));
                    let mut costs = costs.lock().unwrap_or_else(PoisonError::into_inner);
                    costs.push(cost);
                });
            }
        });
        let costs = costs.into_inner().expect("no thread has panicked");
        let mean = |each: fn(&Cost) -> f64| costs.iter().map(each).sum::<f64>() / threads as f64;
        Cost {
            wall: mean(|cost| cost.wall),
            cpu: mean(|cost| cost.cpu),
        }
    }

    /// What runs it for a round on so many threads: nanoseconds of a call, wall and CPU.
    fn prepare(&self, threads: usize) -> impl Fn() -> [f64; 2] + use<'_> {
        let calls = items_within(ROUND, |calls| self.cost(threads, calls));
        move || {
            let cost = self.cost(threads, calls);
            [cost.wall, cost.cpu]
        }
    }
}

/// A row that holds a way against another one.
pub(crate) struct Duel<'a> {
    pub(crate) goal: u8,
    pub(crate) work: &'a str,
    pub(crate) limit: Limit,
    pub(crate) rounds: usize,
}

impl Duel<'_> {
    /// On one thread and on two.
    pub(crate) fn on_both(&self, ours: &Way, theirs: &Way) -> Row {
        let [one, two] = [1, 2].map(|threads| self.on(threads, ours, theirs));
        Row {
            figures: [one.figures[0], two.figures[1]],
            costs: [one.costs[0], two.costs[1]],
            ..one
        }
    }

    /// On so many threads, 1 or 2.
    pub(crate) fn on(&self, threads: usize, ours: &Way, theirs: &Way) -> Row {
        self.fight(threads, ours, (theirs, threads))
    }

    /// On two threads, against one thread that does the same.
    pub(crate) fn against_one_thread(&self, ours: &Way) -> Row {
        self.fight(2, ours, (ours, 1))
    }

    fn fight(&self, threads: usize, ours: &Way, (theirs, their_threads): (&Way, usize)) -> Row {
        let compared = interleave(
            self.rounds,
            ours.prepare(threads),
            theirs.prepare(their_threads),
        );
        let mut row = Row {
            goal: self.goal,
            work: self.work.to_owned(),
            baseline: theirs.name.to_owned(),
            limit: self.limit,
            figures: [None; 2],
            costs: [None; 2],
        };
        let costs = [compared.contender, compared.baseline];
        row.figures[threads - 1] = Some(compared.ratio[0]);
        row.costs[threads - 1] = Some(costs.map(|[wall, cpu]| Cost { wall, cpu }));
        row
    }
}
