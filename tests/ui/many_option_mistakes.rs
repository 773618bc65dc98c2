use electrician::pipeline;

pipeline! {
    Shop(feed: u8, db: u8) {
        generator orders = poll(feed) { workers: 2 };
        handler charge {
            workers: 0,
            timeout: 2,
            retry: { attempts: 3, backoff: 2s..50ms },
            breaker: { failure_rate: 2.0, probe: 3 },
        };
        handler store { ordered, key: |order| order.customer, on_eror: skip };
        orders -> charge -> store with { bufer: 16 };
    }
}

fn main() {}
