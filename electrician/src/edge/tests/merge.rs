use super::*;

fn inputs(count: usize) -> (Vec<Sender<u32>>, Merge<u32>) {
    let (senders, receivers): (_, Vec<_>) = (0..count)
        .map(|_| holding(64))
        .map(|(sender, receiver, _)| (sender, receiver))
        .unzip();
    (senders, merged(receivers))
}

fn poll(merge: &mut Merge<u32>, task: &Task) -> Poll<Option<Filled>> {
    merge.poll_fill(&mut Context::from_waker(&task.waker()))
}

#[test]
fn each_input_has_its_turn() {
    let (mut senders, mut merge) = inputs(3);
    let mut order = Vec::new();
    for round in 0..3 {
        for (input, sender) in (0..).zip(&mut senders) {
            push(sender, [10 * input + round]);
            sender.flush_now();
        }
    }
    for round in 3..5 {
        assert!(merge.take_now().is_some());
        order.extend(merge.drain());
        push(&mut senders[0], [round]);
        senders[0].flush_now();
    }
    while merge.take_now().is_some() {
        order.extend(merge.drain());
    }
    assert_eq!(
        order,
        [0, 1, 2, 10, 11, 12, 20, 21, 22, 3, 4],
        "a busy input does not push itself before the others"
    );
}

#[test]
fn any_input_wakes_and_the_last_one_ends() {
    let (mut senders, mut merge) = inputs(2);
    let task = Task::default();
    assert!(poll(&mut merge, &task).is_pending());
    push(&mut senders[1], [1]);
    senders[1].flush_now();
    assert_eq!(task.wakes(), 1);
    assert_eq!(
        poll(&mut merge, &task),
        Poll::Ready(Some(Filled { first: 0, len: 1 }))
    );
    assert_eq!(merge.pop(), Some(1));
    senders.pop();
    assert!(poll(&mut merge, &task).is_pending());
    senders.pop();
    assert_eq!(task.wakes(), 1);
    assert_eq!(poll(&mut merge, &task), Poll::Ready(None));
}

/// A worker that waited at two edges and found work at one used to stay in the line of the other: an item there
/// called the busy worker while an idle one slept.
#[test]
fn busy_merge_is_not_called_for_its_other_inputs() {
    let build = || {
        edge::<u32>(EdgeOptions {
            capacity: 64,
            receivers: 2,
            ..EdgeOptions::default()
        })
    };
    let ((mut left, left_one, _), (mut right, right_one, _)) = (build(), build());
    let mut idle = Merge::of(left_one.clone()).and(right_one.clone());
    let mut busy = Merge::of(left_one).and(right_one);
    let (one, other) = (Task::default(), Task::default());
    assert!(poll(&mut busy, &one).is_pending());
    assert!(poll(&mut idle, &other).is_pending());
    push(&mut left, [1]);
    left.flush_now();
    assert_eq!((one.wakes(), other.wakes()), (1, 0));
    push(&mut right, [2]);
    right.flush_now();
    assert_eq!((one.wakes(), other.wakes()), (1, 0));
    assert!(poll(&mut busy, &one).is_ready());
    assert_eq!(other.wakes(), 1);
    assert!(poll(&mut idle, &other).is_ready());
    assert_eq!((busy.pop(), idle.pop()), (Some(1), Some(2)));
}

#[test]
fn merge_that_found_nothing_at_an_input_leaves_its_line_too() {
    let build = || {
        edge::<u32>(EdgeOptions {
            capacity: 64,
            receivers: 2,
            ..EdgeOptions::default()
        })
    };
    let ((mut left, left_one, _), (mut right, right_one, _)) = (build(), build());
    let mut idle = left_one.clone();
    let mut busy = Merge::of(left_one).and(right_one);
    let (one, other) = (Task::default(), Task::default());
    assert!(poll(&mut busy, &one).is_pending());
    assert!(other.fill(&mut idle).is_pending());
    push(&mut right, [2]);
    right.flush_now();
    assert!(poll(&mut busy, &one).is_ready());
    push(&mut left, [1]);
    left.flush_now();
    assert_eq!(other.wakes(), 1);
}

#[tokio::test]
async fn merge_delivers_everything_in_each_inputs_order() {
    let (senders, mut merge) = inputs(3);
    for (input, mut sender) in (0..).zip(senders) {
        tokio::spawn(async move {
            for item in 0..1000 {
                sender.send(input * 1000 + item).await;
            }
            sender.flush().await;
        });
    }
    let mut next = [0, 1000, 2000];
    while merge.fill().await.is_some() {
        for item in merge.drain() {
            let input = usize::try_from(item / 1000).unwrap();
            assert_eq!(item, next[input]);
            next[input] += 1;
        }
    }
    assert_eq!(next, [1000, 2000, 3000]);
}
