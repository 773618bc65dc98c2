use super::*;

const ITEMS: u64 = 1_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_items_pass_three_senders_and_three_receivers() {
    let (sender, receiver, probe) = edge(EdgeOptions {
        senders: 3,
        receivers: 3,
        ..EdgeOptions::default()
    });
    let producers = (0..3).map(|first| {
        let mut sender = sender.clone();
        tokio::spawn(async move {
            for item in (first..ITEMS).step_by(3) {
                sender.send(item).await;
            }
            sender.flush().await;
        })
    });
    let producers: Vec<_> = producers.collect();
    let consumers = (0..3).map(|_| {
        let mut receiver = receiver.clone();
        tokio::spawn(async move {
            let (mut sum, mut last) = (0, [None; 3]);
            while receiver.fill().await.is_some() {
                for item in receiver.drain() {
                    let lane = usize::try_from(item % 3).unwrap();
                    assert!(last[lane] < Some(item), "each producer's order is kept");
                    last[lane] = Some(item);
                    sum += item;
                }
            }
            sum
        })
    });
    let consumers: Vec<_> = consumers.collect();
    drop((sender, receiver));
    for producer in producers {
        producer.await.expect("a producer ends");
    }
    let mut sum = 0;
    for consumer in consumers {
        sum += consumer.await.expect("a consumer ends");
    }
    assert_eq!(sum, ITEMS * (ITEMS - 1) / 2);
    assert_eq!(counters(&probe), (ITEMS, ITEMS, 0, 0));
}
