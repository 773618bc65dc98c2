//! No prelude, and names that mean something else.

#[derive(Debug)]
pub struct Refused;

/// Nothing of the prelude is at hand here.
mod bare {
    #![no_implicit_prelude]

    use ::electrician::test::{Recorder, Script, record, scripted};
    use ::electrician::{generator, handler, pipeline};

    #[handler]
    fn halved(item: &u64) -> ::std::result::Result<::std::option::Option<u64>, super::Refused> {
        match *item {
            0 => ::std::result::Result::Err(super::Refused),
            1 => ::std::result::Result::Ok(::std::option::Option::None),
            n => ::std::result::Result::Ok(::std::option::Option::Some(n / 2)),
        }
    }

    #[generator(every = "1s")]
    fn polled(count: &mut u64) -> ::electrician::Work<u64> {
        *count += 1;
        if *count < 3 {
            ::electrician::Work::Item(*count)
        } else {
            ::electrician::Work::Done
        }
    }

    pipeline! {
        pub(super) Bare(items: Script<u64>, limit: u64, out: Recorder<u64>, failed: Recorder<u64>) {
            generator items = scripted(items);
            generator polled = polled(0);
            handler halved { workers: 2, ordered, retry: { attempts: 2, backoff: 1ms, idempotent } };
            handler slow = async |n: u64| -> ::std::result::Result<u64, super::Refused> { ::std::result::Result::Ok(n + *limit) };
            handler out = record(out);
            handler failed = record(failed);
            [items, polled] -> halved -> filter(|n| *n < 100) -> slow;
            slow -> match {
                n if n > *limit => [n, n] -> both,
                _ => _,
            };
            handler both = |items: [u64; 2]| items;
            both -> flatten() -> out;
            halved.error -> map(|failure| failure.item) -> failed;
            slow.error -> _;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn needs_no_prelude() {
    use electrician::test::{Recorder, Script, assert_clean, run_to_end};
    let (out, failed) = (Recorder::new(), Recorder::new());
    let bare = bare::Bare {
        items: Script::items([0, 1, 8]),
        limit: 0,
        out: out.clone(),
        failed: failed.clone(),
    };
    assert_clean(&run_to_end(bare).await);
    let mut items = out.items();
    items.sort_unstable();
    assert_eq!((items, failed.items()), (vec![1, 1, 4, 4], vec![0]));
}

/// The names of the prelude mean something else here.
mod taken {
    #![allow(dead_code)]

    use electrician::test::{record, scripted};
    use electrician::{generator, handler, pipeline};

    pub struct Result;
    pub struct Option;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub struct Vec;
    pub struct String;
    pub struct Box;
    pub struct Arc;
    pub struct Duration;
    pub struct Running;
    pub struct Error;
    pub trait Send {}
    pub trait Sync {}
    pub trait Clone {
        fn clone(&self) {}
    }
    pub trait Iterator {}
    pub trait Into {}
    pub trait Pipeline {}
    pub trait Handler {}
    pub mod core {}
    pub mod std {}
    pub mod electrician_runtime {}
    impl<T> Clone for T {}

    #[allow(unused_macros)]
    macro_rules! vec {
        ($($anything:tt)*) => {
            compile_error!("the user's own `vec!`")
        };
    }
    #[allow(unused_imports)]
    pub(crate) use vec;

    #[derive(Debug, PartialEq, ::core::clone::Clone)]
    pub struct Item(pub u64);

    #[handler]
    fn grown(item: &Item, own: &mut u64) -> Item {
        *own += 1;
        Item(item.0 + *own)
    }

    #[generator]
    fn own(count: u64) -> impl ::core::iter::Iterator<Item = Item> {
        (0..count).map(Item)
    }

    pipeline! {
        pub(super) Taken(items: ::electrician::test::Script<Item>, out: ::electrician::test::Recorder<Item>, count: u64) {
            generator items = scripted(items);
            generator own = own(count);
            handler grown = grown(0);
            handler spread = grown(10) { workers: 2, ordered, on_error: skip };
            handler out = record(out);
            [items, own] -> grown -> spread -> inspect(|_| ()) -> out;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn names_of_the_prelude_may_be_taken() {
    use electrician::test::{Recorder, Script, assert_clean, run_to_end};
    let out = Recorder::new();
    let taken = taken::Taken {
        items: Script::items([taken::Item(7)]),
        out: out.clone(),
        count: 2,
    };
    let report = run_to_end(taken).await;
    assert_clean(&report);
    assert_eq!(out.len(), 3);
}
