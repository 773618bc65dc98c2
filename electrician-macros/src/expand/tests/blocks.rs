//! Ten real blocks, between them everything that the language has: to be cut off, and to be torn.

pub(super) const BLOCKS: [&str; 10] = [
    CHECKOUT, EVERYTHING, LIMITS, SMOOTHING, FAILURES, LOOPED, BATCHED, WORKERS, NAMES, INNER,
];

const CHECKOUT: &str = "
    /// Charges orders and stores the receipts.
    pub Checkout(feed: Feed, gateway: Gateway, db: Pool) {
        generator orders  = poll_orders(feed) { on_error: stop };
        handler   parse   = parse_order { workers: 4 };
        handler   charge  = charge_order(gateway) {
            workers:    32,
            rate_limit: { rate: 500/s, burst: 50 },
            bulkhead:   16,
            breaker:    { failure_rate: 0.5, window: 10s, min_calls: 20, cooldown: 30s, probes: 3 },
            retry:      { attempts: 4, backoff: 50ms..2s, idempotent },
            timeout:    2s,
        };
        handler   store   = store_receipt(db) { on_error: stop };
        handler   defer   = park_order(db)    { on_error: skip };
        handler   rejects = log_reject;
        orders -> parse -> charge -> store;
        parse.error    -> rejects;
        charge.error   -> rejects;
        charge.neutral -> defer;
    }";

const EVERYTHING: &str = "
    pub(crate) Everything<T: Clone>(feed: Feed<T>, limit: u64, pause: Duration) where T: Send + 'static {
        #![crate_path = wires]
        defaults { on_error: skip, timeout: 2s, on_panic: { restarts: 5, within: 1min, backoff: 100ms..5s } }
        generator orders = poll(feed, &config.url) { on_error: stop };
        handler parse = parse_order { workers: 4, ordered };
        handler later = async |item: T| -> Result<(), E> { wait(*limit).await };
        input more: T;
        output done: Receipt;
        [orders, more] -> parse -> match {
            Order { total, .. } if total > *limit => total -> again,
            Order::Cancelled => _,
            _ => later,
        };
        handler again = (|total| total + *limit) { workers: 2, key: |t| *t % *limit, timeout: *pause };
        again -> filter(|t| t < limit) -> distinct(|t| t.id) -> batch(10, 1s) -> flatten() -> done;
    }";

const LIMITS: &str = "
    Keyed(faults: Faults<Broken>, stored: Recorder<u32>, spilt: Recorder<u32>, digits: u32) {
        input items: u32 { buffer: 8 };
        handler call = faulty_ref(faults) {
            workers:    4,
            deadline:   10s,
            rate_limit: { rate: 1/s, key: |item| item % *digits, keys: 100 },
            breaker:    { consecutive: 3, cooldown: 1s..4s, slow_call: 500ms, slow_rate: 1, ramp: 1s, when_open: reject },
            retry:      { attempts: 2, budget: 0.5, when: |error| error.code > *digits, idempotent },
            fallback:   |item| item + 500,
        };
        handler store = record(stored);
        handler spill = record(spilt);
        items -> call -> store;
        call.overflow -> spill;
    }";

const SMOOTHING: &str = "
    Smoothed(faults: Faults<Broken>, capacity: usize, closed: Arc<AtomicBool>, stored: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            rate_limit: { rate: 10/s, blackout: || closed.load(Relaxed), queue: { capacity: *capacity, priority: urgency } },
            hedge:      { after: p95, idempotent },
            chaos:      Chaos::new().fail(0.5),
            on_error:   skip,
        };
        handler store = record(stored);
        items -> call -> store;
    }";

const FAILURES: &str = "
    Refusing(input: Script<u32>, rejected: Recorder<Failure<u32, Broken>>, any: Recorder<AnyFailure>) {
        generator source = scripted(input);
        handler   plain  = refuse;
        handler   pooled = refuse { workers: 4, keep_item };
        handler   left   = keep(rejected);
        handler   right  = keep_any(any);
        source -> [plain, pooled];
        plain -> _;
        pooled -> _;
        plain.error -> left;
        pooled.error -> right with { buffer: 100 };
    }";

const LOOPED: &str = "
    Looped(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count / 2);
        handler   round  = run_lap::<u64, Vec<u8>>(count.max(1), vec![5s]);
        handler   back   = |lap: Lap| lap;
        handler   store  = add_up(sum);
        source -> map(|item| (item, 3)) -> round -> match {
            (item, 0) => item -> store,
            _ => back,
        };
        back -> round with { feedback, buffer: 256, overflow: drop_newest };
    }";

const BATCHED: &str = "
    Paired(turns: Arc<Turns>, many: usize) {
        generator left  = numbers(*many);
        generator right = numbers(*many);
        handler   work  = toil(turns, WORK) { blocking };
        zip [left, right] -> map(|(left, _)| left) -> work -> throttle(100/s) -> scan(0, |state, item| { *state += item; Some(*state) })
            -> window(1s) -> _;
    }";

const WORKERS: &str = "
    #![inspect]
    Balanced(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   left   = same { workers: { let twice = 2; twice * 4 }, ordered };
        handler   right  = same_async { buffer: 3, overflow: drop_oldest };
        handler   store  = add_by_key([None; 16], sum);
        source -> any [left, right] -> store;
    }";

const NAMES: &str = "
    r#Type(feed: Feed) {
        input r#match: Vec<(u8, T)>;
        handler filter(feed) { workers: 2 };
        handler with = deep::path::<T>::of(&feed.name, |x: &u8| -> u8 { *x });
        output any: Box<dyn Fn(u8) -> u8 + Send>;
        r#match -> filter -> with -> any;
    }";

const INNER: &str = "
    Outer(limit: u64) {
        generator source = numbers(limit);
        pipeline inner = Inner(limit.pow(2), None) { buffer: 8 };
        source -> inner -> _;
    }
    Inner(limit: u64, other: Option<u64>) {
        input items: u64;
        output kept: u64;
        items -> filter(|item| item < limit) -> map(|item| item + other.unwrap_or(0)) -> kept;
    }";
