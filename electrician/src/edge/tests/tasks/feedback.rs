//! Feedback loops with several workers at each stage, some of which go before the end.
//!
//! ```text
//! producers -> first -> second -> sink
//!                ^--------+
//! ```

use super::*;

/// How often an item has yet to go around.
type Turns = usize;

#[derive(Debug, Clone)]
struct Shape {
    capacity: usize,
    back: (usize, Overflow),
    producers: usize,
    firsts: usize,
    seconds: usize,
    stays: bool,
}

fn shapes() -> impl Strategy<Value = Shape> {
    // a loop that blocks must hold all that comes around
    let back = prop_oneof![
        2 => Just((10_000, Overflow::Block)),
        1 => (1..9_usize).prop_map(|capacity| (capacity, Overflow::DropNewest)),
        1 => (1..9_usize).prop_map(|capacity| (capacity, Overflow::DropOldest)),
    ];
    let heads = || 1..4_usize;
    (1..40_usize, back, heads(), heads(), heads(), any::<bool>()).prop_map(
        |(capacity, back, producers, firsts, seconds, stays)| Shape {
            capacity,
            back,
            producers,
            firsts,
            seconds,
            stays,
        },
    )
}

struct Loop {
    fate: Fate,
    stays: bool,
    /// Items that were with a worker that went.
    lost: RefCell<usize>,
    finished: RefCell<usize>,
}

impl Loop {
    async fn produce(self: Rc<Self>, mut outside: Sender<Turns>) {
        for _ in 0..20 {
            let turns = self.fate.below(5);
            outside.push(turns);
            self.fate.perhaps(outside.flush()).await;
            self.fate.rest(3).await;
        }
        outside.flush().await;
        self.fate.rest(200).await;
    }

    async fn first(self: Rc<Self>, mut input: Merge<Turns>, mut output: Sender<Turns>) {
        while self.next(&mut input).await {
            while let Some(item) = input.pop() {
                output.send(item).await;
            }
            output.flush().await;
            if self.goes() {
                return;
            }
        }
    }

    async fn second(self: Rc<Self>, input: Receiver<Turns>, mut back: Sender<Turns>) {
        let mut input = Merge::of(input);
        while self.next(&mut input).await {
            while let Some(item) = input.pop() {
                if item == 0 {
                    *self.finished.borrow_mut() += 1;
                } else {
                    back.push(item - 1);
                }
                if self.goes() {
                    *self.lost.borrow_mut() += input.len();
                    return;
                }
            }
            back.flush().await;
        }
    }

    async fn next(&self, input: &mut Merge<Turns>) -> bool {
        loop {
            input.settle();
            match self.fate.perhaps(input.fill()).await {
                Some(filled) => return filled.is_some(),
                None => self.fate.rest(2).await,
            }
        }
    }

    fn goes(&self) -> bool {
        !self.stays && self.fate.once_in(50)
    }
}

fn run(shape: &Shape, seed: u64) {
    let fate = Fate::of(seed);
    let cycle = Cycle::new();
    let part = |role, senders, receivers| EdgeOptions {
        capacity: shape.capacity,
        senders,
        receivers,
        cycle: Some(CyclePlace {
            cycle: cycle.clone(),
            role,
        }),
        ..EdgeOptions::default()
    };
    let (outside, entry, entry_probe) = edge(part(CycleRole::Entry, shape.producers, shape.firsts));
    let (inside, between, inside_probe) =
        edge(part(CycleRole::Inside, shape.firsts, shape.seconds));
    let (back, again, back_probe) = edge(EdgeOptions {
        capacity: shape.back.0,
        overflow: shape.back.1,
        ..part(CycleRole::Feedback, shape.seconds, shape.firsts)
    });
    let stages = Rc::new(Loop {
        fate: fate.clone(),
        stays: shape.stays,
        lost: RefCell::default(),
        finished: RefCell::default(),
    });
    for _ in 0..shape.producers {
        fate.spawn(Rc::clone(&stages).produce(outside.clone()));
    }
    for _ in 0..shape.firsts {
        let input = Merge::of(entry.clone()).and(again.clone());
        fate.spawn(Rc::clone(&stages).first(input, inside.clone()));
    }
    for _ in 0..shape.seconds {
        fate.spawn(Rc::clone(&stages).second(between.clone(), back.clone()));
    }
    drop((outside, entry, inside, between, back, again));
    fate.run();

    assert!(cycle.is_over(), "{cycle:?}");
    let probes = [entry_probe, inside_probe, back_probe];
    let dropped: u64 = probes.iter().map(|probe| counters(probe).2).sum();
    assert!(probes.iter().all(|probe| counters(probe).3 == 0));
    let finished = *stages.finished.borrow() as u64;
    let lost = *stages.lost.borrow() as u64;
    assert_eq!(
        finished + lost + dropped,
        20 * shape.producers as u64,
        "each item comes to an end, once"
    );
    if shape.stays && shape.back.1 == Overflow::Block {
        assert_eq!(dropped, 0);
    }
}

proptest! {
    #![proptest_config(model::cases(500))]

    #[test]
    fn loop_of_workers_ends_by_itself(shape in shapes(), seed: u64) {
        run(&shape, seed);
    }
}
