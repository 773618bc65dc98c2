//! Pipelines wherever an item may stand, over types of any visibility.

use electrician::prelude::*;
use electrician::test::{Recorder, Script, assert_clean, record, run_to_end, scripted};

#[tokio::test(start_paused = true)]
async fn stands_in_a_function_with_its_handlers() {
    #[derive(Debug, Clone, PartialEq)]
    struct Local(u64);

    #[handler]
    fn localized(item: u64) -> Local {
        Local(item)
    }

    pipeline! {
        Inside(items: Script<u64>, out: Recorder<Local>) {
            generator items = scripted(items);
            handler localized;
            handler out = record(out);
            items -> localized -> out;
        }
    }
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Inside {
            items: Script::items([1]),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.items(), [Local(1)]);
}

mod deep {
    pub(super) mod deeper {
        use electrician::prelude::*;
        use electrician::test::{Recorder, record};

        #[derive(Debug, Clone, PartialEq)]
        struct Hidden(u64);

        #[generator]
        #[allow(private_interfaces)]
        pub fn hidden() -> impl Iterator<Item = Hidden> {
            [Hidden(1), Hidden(2)].into_iter()
        }

        #[handler]
        #[allow(private_interfaces)]
        pub fn shown(item: &Hidden, state: &mut Hidden) -> u64 {
            state.0 += item.0;
            state.0
        }

        pipeline! {
            pub(in crate::hygiene) Deep(out: Recorder<u64>) {
                generator hidden;
                handler shown = shown(Hidden(10));
                handler out = record(out);
                hidden -> shown -> out;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn private_types_pass_through_public_functions() {
    let out = Recorder::new();
    assert_clean(&run_to_end(deep::deeper::Deep { out: out.clone() }).await);
    assert_eq!(out.items(), [11, 13]);
}

struct Host;

impl Host {
    const LIMIT: u64 = 2;

    async fn run() -> Vec<u64> {
        pipeline! {
            Within(items: Script<u64>, out: Recorder<u64>) {
                generator items = scripted(items);
                handler out = record(out);
                items -> filter(|n| *n >= Host::LIMIT) -> out;
            }
        }
        let out = Recorder::new();
        assert_clean(
            &run_to_end(Within {
                items: Script::items(0..4),
                out: out.clone(),
            })
            .await,
        );
        out.take()
    }
}

#[tokio::test(start_paused = true)]
async fn stands_in_a_method() {
    assert_eq!(Host::run().await, [2, 3]);
}

#[tokio::test(start_paused = true)]
async fn two_pipelines_of_one_name_live_in_two_functions() {
    async fn one() -> u64 {
        pipeline! {
            Same {
                generator items = electrician::test::scripted(Script::<u64>::items(0..1));
                items -> _;
            }
        }
        run_to_end(Same).await.stages[0].stats.emitted
    }
    async fn two() -> u64 {
        pipeline! {
            Same {
                generator items = electrician::test::scripted(Script::<u64>::items(0..2));
                items -> _;
            }
        }
        run_to_end(Same).await.stages[0].stats.emitted
    }
    assert_eq!((one().await, two().await), (1, 2));
}
