use super::*;

struct Loop {
    cycle: Cycle,
    entry: (Sender<u32>, Receiver<u32>, Probe),
    feedback: (Sender<u32>, Receiver<u32>, Probe),
}

fn feedback_loop() -> Loop {
    let cycle = Cycle::new();
    let part = |role| {
        edge(EdgeOptions {
            capacity: 64,
            cycle: Some(CyclePlace {
                cycle: cycle.clone(),
                role,
            }),
            ..EdgeOptions::default()
        })
    };
    let feedback = part(CycleRole::Feedback);
    let entry = part(CycleRole::Entry);
    Loop {
        cycle,
        entry,
        feedback,
    }
}

#[test]
fn loop_ends_when_nothing_is_under_way() {
    let Loop {
        cycle,
        entry: (mut outside, mut input, _),
        feedback: (mut back, mut again, _),
    } = feedback_loop();
    let task = Task::default();
    push(&mut outside, [2]);
    drop(outside);
    assert_eq!(cycle.outstanding(), 1);
    assert!(
        task.fill(&mut again).is_pending(),
        "the item may come around"
    );

    assert_eq!(take_all(&mut input), [2]);
    push(&mut back, [1]);
    back.flush_now();
    input.settle();
    assert_eq!(cycle.outstanding(), 1);
    assert_eq!(task.wakes(), 1);

    assert_eq!(take_all(&mut again), [1]);
    assert!(task.fill(&mut again).is_pending(), "the item is in hand");
    again.settle();
    assert_eq!(task.wakes(), 1);
    assert!(cycle.is_over());
    assert_eq!(task.fill(&mut again), Poll::Ready(None));
    assert_eq!(task.fill(&mut input), Poll::Ready(None));
}

#[test]
fn loop_stays_open_while_an_outside_head_is() {
    let Loop {
        entry: (outside, mut input, entry),
        feedback: (_back, mut again, _),
        ..
    } = feedback_loop();
    let task = Task::default();
    let other = outside.clone();
    drop(outside);
    assert!(task.fill(&mut again).is_pending());
    entry.close();
    assert_eq!(task.wakes(), 1, "a closed entry is no way in");
    assert_eq!(task.fill(&mut again), Poll::Ready(None));
    assert_eq!(take_all(&mut input), []);
    drop(other);
}

#[test]
fn dropped_consumer_settles_what_it_had() {
    let Loop {
        cycle,
        entry: (mut outside, mut input, _),
        feedback: (_back, mut again, _),
    } = feedback_loop();
    let task = Task::default();
    push(&mut outside, 0..3);
    outside.flush_now();
    assert_eq!(input.take_now().map(|chunk| chunk.len), Some(3));
    push(&mut outside, 0..2);
    drop(outside);
    assert_eq!(cycle.outstanding(), 5);
    assert!(task.fill(&mut again).is_pending());
    input.pop();
    drop(input);
    assert_eq!(cycle.outstanding(), 0);
    assert_eq!(task.wakes(), 1);
    assert_eq!(task.fill(&mut again), Poll::Ready(None));
}

#[test]
fn overflow_settles_at_once() {
    for overflow in [Overflow::DropNewest, Overflow::DropOldest, Overflow::Fail] {
        let cycle = Cycle::new();
        let (mut sender, mut receiver, _probe) = edge(EdgeOptions {
            capacity: 1,
            overflow,
            cycle: Some(CyclePlace {
                cycle: cycle.clone(),
                role: CycleRole::Inside,
            }),
            ..EdgeOptions::default()
        });
        push(&mut sender, 0..5);
        assert!(Task::default().flush(&mut sender));
        assert_eq!(cycle.outstanding(), 1, "{overflow}");
        assert_eq!(take_all(&mut receiver).len(), 1);
        receiver.settle();
        assert_eq!(cycle.outstanding(), 0, "{overflow}");
    }
}

/// A stage that sends every item around the loop until it has come down to zero.
async fn countdown(mut input: Merge<u32>, mut back: Sender<u32>) -> u32 {
    let mut turns = 0;
    loop {
        input.settle();
        if input.fill().await.is_none() {
            return turns;
        }
        while let Some(item) = input.pop() {
            turns += 1;
            if item > 0 {
                back.push(item - 1);
            }
        }
        back.flush().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loop_runs_dry_and_ends_by_itself() {
    for _ in 0..50 {
        let Loop {
            cycle,
            entry: (mut outside, input, _),
            feedback: (back, again, _),
        } = feedback_loop();
        let stage = tokio::spawn(countdown(Merge::of(input).and(again), back));
        for start in 0..10 {
            outside.send_now(start).await;
        }
        drop(outside);
        assert_eq!(stage.await.expect("the loop ends"), 55);
        assert!(cycle.is_over());
    }
}
