//! Several producers at several edges, and consumers that merge them all.

use std::collections::HashMap;

use super::*;

/// The producer's number, and the count of its items so far.
type Item = (usize, u32);

/// What became of the items of one edge.
#[derive(Default)]
struct Book {
    pushed: u64,
    arrived: Vec<Item>,
    lost: u64,
}

type Books = Rc<RefCell<Vec<Book>>>;

struct Producer {
    head: Sender<Item>,
    edge: usize,
    number: usize,
    made: u32,
    books: Books,
    fate: Fate,
    stays: bool,
}

impl Producer {
    async fn run(mut self, items: u32) {
        while self.made < items && !self.head.is_sated() {
            self.act().await;
            self.fate.clone().rest(1).await;
        }
        if self.stays || self.fate.below(4) > 0 {
            self.head.flush().await;
        }
    }

    async fn act(&mut self) {
        let fate = self.fate.clone();
        let item = self.make();
        match fate.below(6) {
            0 => {
                self.count(1);
                fate.perhaps(self.head.send(item)).await;
            }
            1 => {
                self.count(1);
                fate.perhaps(self.head.send_now(item)).await;
            }
            2 => match fate.perhaps(self.head.offer(item)).await {
                Some(Ok(())) => self.count(1),
                Some(Err(back)) => assert_eq!(back, item),
                None => {}
            },
            3 => {
                let more: Vec<Item> = (0..fate.below(9)).map(|_| self.make()).collect();
                self.count(1 + more.len() as u64);
                self.head.push(item);
                self.head.extend(more);
                fate.perhaps(self.head.flush()).await;
            }
            4 => {
                self.count(1);
                self.head.push(item);
                self.head.flush_now();
            }
            _ => {
                self.count(1);
                self.head.push(item);
                if !self.head.has_room() {
                    self.head.flush().await;
                }
            }
        }
    }

    fn make(&mut self) -> Item {
        self.made += 1;
        (self.number, self.made)
    }

    fn count(&self, items: u64) {
        self.books.borrow_mut()[self.edge].pushed += items;
    }
}

/// Takes what comes, to the end, unless it goes before.
async fn consume(
    mut input: Merge<Item>,
    edges: HashMap<usize, usize>,
    books: Books,
    fate: Fate,
    stays: bool,
) {
    let mut last = HashMap::new();
    loop {
        let Some(filled) = fate.perhaps(input.fill()).await else {
            fate.rest(2).await;
            continue;
        };
        if filled.is_none() {
            return;
        }
        let some = if fate.once_in(3) {
            fate.below(8)
        } else {
            usize::MAX
        };
        for item in input.drain().take(some) {
            assert!(
                last.insert(item.0, item.1) < Some(item.1),
                "each producer's order is kept"
            );
            books.borrow_mut()[edges[&item.0]].arrived.push(item);
        }
        if !stays && fate.once_in(20) {
            input.enough();
        }
        if !stays && fate.once_in(40) {
            for item in input.drain() {
                books.borrow_mut()[edges[&item.0]].lost += 1;
            }
            return;
        }
        fate.rest(1).await;
    }
}

/// How the edges of a run are, and whether all heads stay to the end.
#[derive(Debug, Clone)]
struct Shape {
    edges: usize,
    options: EdgeOptions,
    stays: bool,
}

fn shapes() -> impl Strategy<Value = Shape> {
    let overflow = prop_oneof![
        3 => Just(Overflow::Block),
        1 => Just(Overflow::DropNewest),
        1 => Just(Overflow::DropOldest),
        1 => Just(Overflow::Fail),
    ];
    let capacity = prop_oneof![1..4_usize, 1..80_usize];
    let heads = || 1..4_usize;
    (
        1..4_usize,
        capacity,
        overflow,
        heads(),
        heads(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(edges, capacity, overflow, senders, receivers, single, stays)| Shape {
                edges,
                options: EdgeOptions {
                    capacity,
                    overflow,
                    senders,
                    receivers,
                    single,
                    ..EdgeOptions::default()
                },
                stays,
            },
        )
}

fn run(shape: &Shape, seed: u64) {
    let fate = Fate::of(seed);
    let books: Books = Rc::default();
    let (mut probes, mut heads, mut edges) = (Vec::new(), Vec::new(), HashMap::new());
    for number in 0..shape.edges {
        let (sender, receiver, probe) = edge(shape.options.clone());
        books.borrow_mut().push(Book::default());
        for lane in 0..shape.options.senders {
            let producer = Producer {
                head: sender.clone(),
                edge: number,
                number: number * 10 + lane,
                made: 0,
                books: books.clone(),
                fate: fate.clone(),
                stays: shape.stays,
            };
            edges.insert(producer.number, number);
            fate.spawn(producer.run(60));
        }
        heads.push(receiver);
        probes.push(probe);
    }
    for _ in 0..shape.options.receivers {
        let input = merged(heads.clone());
        fate.spawn(consume(
            input,
            edges.clone(),
            books.clone(),
            fate.clone(),
            shape.stays,
        ));
    }
    drop(heads);
    if !shape.stays {
        let (closed, chance) = (probes[0].clone(), fate.clone());
        fate.spawn(async move {
            chance.rest(400).await;
            closed.close();
        });
    }
    fate.run();
    for (probe, book) in probes.iter().zip(books.take()) {
        judge(shape, probe, book);
    }
}

fn judge(shape: &Shape, probe: &Probe, mut book: Book) {
    let (sent, taken, dropped, queued) = counters(probe);
    assert_eq!((sent, queued), (book.pushed, 0));
    assert_eq!(taken, book.arrived.len() as u64 + book.lost);
    book.arrived.sort_unstable();
    let all = book.arrived.len();
    book.arrived.dedup();
    assert_eq!(book.arrived.len(), all, "an item arrives once");
    if shape.stays && shape.options.overflow == Overflow::Block {
        assert_eq!((book.lost, dropped), (0, 0));
    }
}

proptest! {
    #![proptest_config(model::cases(500))]

    #[test]
    fn crowd_at_several_edges_ends_and_balances(shape in shapes(), seed: u64) {
        run(&shape, seed);
    }
}
