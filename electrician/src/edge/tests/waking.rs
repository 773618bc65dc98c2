use super::*;

fn crowd(capacity: usize, receivers: usize) -> (Sender<u32>, Vec<Receiver<u32>>, Probe) {
    let (sender, receiver, probe) = edge(EdgeOptions {
        capacity,
        receivers,
        ..EdgeOptions::default()
    });
    let mut heads: Vec<_> = (1..receivers).map(|_| receiver.clone()).collect();
    heads.insert(0, receiver);
    (sender, heads, probe)
}

/// One task for each head; all of them wait for items.
fn all_wait(heads: &mut [Receiver<u32>]) -> Vec<Task> {
    let wait = |head| {
        let task = Task::default();
        assert!(task.fill(head).is_pending());
        task
    };
    heads.iter_mut().map(wait).collect()
}

fn woken(tasks: &[Task]) -> Vec<usize> {
    tasks.iter().map(Task::wakes).collect()
}

#[test]
fn one_receiver_is_called_for_each_chunk() {
    let (mut sender, mut heads, _probe) = crowd(64 * 16, 4);
    let tasks = all_wait(&mut heads);
    push(&mut sender, [0]);
    sender.flush_now();
    assert_eq!(woken(&tasks), [1, 0, 0, 0]);
    push(&mut sender, 1..16);
    sender.flush_now();
    assert_eq!(
        woken(&tasks),
        [0, 0, 0, 0],
        "the one that was called takes 16"
    );
    push(&mut sender, 16..40);
    sender.flush_now();
    assert_eq!(woken(&tasks), [0, 1, 1, 0]);
}

#[test]
fn called_receiver_that_goes_passes_the_call_on() {
    let (mut sender, mut heads, _probe) = crowd(64, 2);
    let tasks = all_wait(&mut heads);
    push(&mut sender, [0]);
    sender.flush_now();
    assert_eq!(woken(&tasks), [1, 0]);
    heads.remove(0);
    assert_eq!(woken(&tasks), [0, 1]);
    assert_eq!(take_all(&mut heads[0]), [0]);
}

#[test]
fn receiver_that_finds_nothing_keeps_its_place() {
    let (mut sender, mut heads, _probe) = crowd(64, 2);
    let tasks = all_wait(&mut heads);
    push(&mut sender, [0]);
    sender.flush_now();
    assert_eq!(woken(&tasks), [1, 0]);
    assert_eq!(take_all(&mut heads[1]), [0], "somebody else was quicker");
    assert!(tasks[1].fill(&mut heads[1]).is_pending());
    assert!(tasks[0].fill(&mut heads[0]).is_pending());
    push(&mut sender, [1]);
    sender.flush_now();
    assert_eq!(woken(&tasks), [1, 0]);
}

#[test]
fn end_wakes_every_receiver() {
    let (sender, mut heads, _probe) = crowd(64, 3);
    let tasks = all_wait(&mut heads);
    drop(sender);
    assert_eq!(woken(&tasks), [1, 1, 1]);
}

#[test]
fn waker_is_replaced_and_not_doubled() {
    let (mut sender, mut receiver, _probe) = holding(8);
    let (before, after) = (Task::default(), Task::default());
    assert!(before.fill(&mut receiver).is_pending());
    assert!(before.fill(&mut receiver).is_pending());
    assert!(after.fill(&mut receiver).is_pending());
    push(&mut sender, [1]);
    sender.flush_now();
    assert_eq!((before.wakes(), after.wakes()), (0, 1));
    assert!(sender.woke());
    assert!(!sender.woke(), "it is told once");
}

/// Three senders that wait at an edge which holds one item.
fn queue_up() -> (Vec<Sender<u32>>, Vec<Task>, Receiver<u32>, Probe) {
    let (mut sender, receiver, probe) = edge(EdgeOptions {
        capacity: 1,
        senders: 3,
        ..EdgeOptions::default()
    });
    push(&mut sender, [9]);
    sender.flush_now();
    let mut senders = vec![sender.clone(), sender.clone(), sender];
    let tasks = vec![Task::default(); 3]
        .into_iter()
        .map(|_| Task::default())
        .collect::<Vec<_>>();
    for (item, (sender, task)) in (0..).zip(senders.iter_mut().zip(&tasks)) {
        push(sender, [item]);
        assert!(!task.flush(sender));
    }
    (senders, tasks, receiver, probe)
}

#[test]
fn senders_are_served_in_the_order_in_which_they_came() {
    let (mut senders, tasks, mut receiver, _probe) = queue_up();
    let expected = [vec![9], vec![0], vec![1], vec![2]];
    for (turn, items) in expected.into_iter().enumerate() {
        assert_eq!(take_all(&mut receiver), items);
        if turn < 3 {
            let mut one = [0, 0, 0];
            one[turn] = 1;
            assert_eq!(woken(&tasks), one);
            assert!(tasks[turn].flush(&mut senders[turn]));
        }
    }
}

/// Two senders that were called for a part of what they offer, and had to wait again, used to change places.
#[test]
fn senders_that_wait_again_keep_their_order() {
    let (mut sender, mut receiver, _probe) = edge(EdgeOptions {
        capacity: 2,
        senders: 2,
        receivers: 2,
        ..EdgeOptions::default()
    });
    let mut senders = [sender.clone(), sender.clone()];
    let tasks = [Task::default(), Task::default()];
    push(&mut sender, [8, 9]);
    sender.flush_now();
    let flush_in_vain = |senders: &mut [Sender<u32>]| {
        for (sender, task) in senders.iter_mut().zip(&tasks) {
            assert!(!task.flush(sender));
        }
    };
    let take_one = |receiver: &mut Receiver<u32>| {
        assert_eq!(receiver.take_now().map(|chunk| chunk.len), Some(1));
        receiver.pop();
    };
    for sender in &mut senders {
        push(sender, 0..5);
    }
    flush_in_vain(&mut senders);
    take_one(&mut receiver);
    take_one(&mut receiver);
    assert_eq!(woken(&tasks), [1, 1], "there is room for an item of each");
    flush_in_vain(&mut senders);
    take_one(&mut receiver);
    assert_eq!(woken(&tasks), [1, 0]);
}

#[test]
fn newcomer_does_not_take_the_room_of_a_called_sender() {
    let (mut senders, tasks, mut receiver, _probe) = queue_up();
    let mut newcomer = senders[0].clone();
    assert_eq!(take_all(&mut receiver), [9]);
    push(&mut newcomer, [7]);
    newcomer.flush_now();
    assert_eq!(newcomer.len(), 1);
    assert!(
        !tasks[1].flush(&mut senders[1]),
        "the second in the line has to wait, too"
    );
    assert!(tasks[0].flush(&mut senders[0]));
}

#[test]
fn called_sender_that_goes_passes_the_call_on() {
    let (mut senders, tasks, mut receiver, probe) = queue_up();
    assert_eq!(take_all(&mut receiver), [9]);
    assert_eq!(woken(&tasks), [1, 0, 0]);
    drop(senders.remove(0));
    assert_eq!(
        woken(&tasks),
        [0, 0, 0],
        "it handed its item over while it could"
    );
    assert_eq!(take_all(&mut receiver), [0]);
    assert_eq!(woken(&tasks), [0, 1, 0]);
    senders[0].flush_now();
    assert!(senders[0].is_empty());
    counters(&probe);
}

#[tokio::test(start_paused = true)]
async fn given_up_waits_pass_the_call_on() {
    let (mut sender, mut heads, _probe) = crowd(64, 2);
    let second = Task::default();
    let (one, two) = heads.split_at_mut(1);
    {
        let mut fill = std::pin::pin!(one[0].fill());
        let first = Task::default();
        assert!(
            fill.as_mut()
                .poll(&mut Context::from_waker(&first.waker()))
                .is_pending()
        );
        assert!(second.fill(&mut two[0]).is_pending());
        push(&mut sender, [1]);
        sender.flush_now();
        assert_eq!((first.wakes(), second.wakes()), (1, 0));
    }
    assert_eq!(second.wakes(), 1);
    assert_eq!(take_all(&mut two[0]), [1]);
}

#[test]
fn dropping_a_waiting_head_leaves_the_line_intact() {
    let (mut senders, tasks, mut receiver, probe) = queue_up();
    drop(senders.remove(1));
    assert_eq!(counters(&probe), (4, 0, 1, 3));
    assert_eq!(take_all(&mut receiver), [9]);
    assert!(tasks[0].flush(&mut senders[0]));
    assert_eq!(take_all(&mut receiver), [0]);
    assert_eq!(woken(&tasks), [1, 0, 1]);
}

#[test]
fn idle_receiver_is_called_while_another_is_busy() {
    let (mut sender, mut heads, _probe) = crowd(64, 2);
    let tasks = all_wait(&mut heads);
    push(&mut sender, [0]);
    sender.flush_now();
    assert!(tasks[0].fill(&mut heads[0]).is_ready());
    assert_eq!(woken(&tasks), [1, 0]);
    push(&mut sender, [1]);
    sender.flush_now();
    assert_eq!(woken(&tasks), [0, 1]);
}

#[test]
fn sender_is_called_for_a_whole_chunk_and_nobody_slips_in_before() {
    let (mut sender, mut receiver, _probe) = edge(EdgeOptions {
        capacity: 1024,
        senders: 2,
        receivers: 2,
        ..EdgeOptions::default()
    });
    let (task, mut newcomer) = (Task::default(), sender.clone());
    push(&mut sender, 0..2000);
    sender.flush_now();
    push(&mut newcomer, [7]);
    assert!(!task.flush(&mut sender));
    for wakes in [0, 0, 0, 1] {
        assert_eq!(receiver.take_now().map(|chunk| chunk.len), Some(16));
        receiver.drain().for_each(drop);
        assert_eq!(task.wakes(), wakes);
        newcomer.flush_now();
        assert_eq!(newcomer.len(), 1, "the room is not for a newcomer");
    }
}
