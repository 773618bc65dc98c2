//! The same calls for an island whose handlers are all plain: a chunk goes through them in one function, without a
//! future.

use proc_macro2::TokenStream;

use super::body::settled;
use super::line::{Line, fails};
use super::ways::way;
use crate::ast::{Class, OnPanic};
use crate::graph::{Port, PortName, Stage, StageKind};

/// Whether the island is plain, and the loop over a chunk if it is.
pub(super) fn items(line: &Line) -> Option<(TokenStream, TokenStream)> {
    let calls = line.calls();
    let head_fails = fails(line.head()) && matches!(line.head().kind, StageKind::Generator(_));
    let has_each = !matches!(
        line.head().kind,
        StageKind::Zip
            | StageKind::Operator {
                class: Class::Timed,
                ..
            }
    );
    if calls.is_empty() || head_fails || !has_each || !calls.iter().all(|stage| may_be_plain(stage))
    {
        return None;
    }
    let vars: Vec<_> = calls
        .iter()
        .map(|stage| line.emitter.stage(stage))
        .collect();
    let is_plain = ours!(#(#vars.is_plain())&&*);
    let (intake, work) = (line.intake(), chain(line));
    let booked = calls.iter().map(|stage| booked(line, stage));
    let (goes_on, hand_over) = match line.is_full() {
        None => (ours!(true), TokenStream::new()),
        Some(full) => {
            let hand_over = line.hand_over();
            (ours!(!(#full)), ours!(if #full { #hand_over }))
        }
    };
    let each = ours!(while !#intake.is_empty() {
        let mut pass = #intake.each(|item| { #work #goes_on });
        #(#booked)*
        pass.end();
        #hand_over
    });
    Some((is_plain, each))
}

/// A panic that interrupted the pass in a stage, and what the stage has counted.
fn booked(line: &Line, stage: &Stage) -> TokenStream {
    let (var, miss) = (line.emitter.stage(stage), miss(line, stage));
    ours!(
        if let __rt::Some(miss) = #var.interrupted(&mut pass) { #miss }
        #var.passed(&mut pass);
    )
}

/// A stage that waits for nothing but its handler.
fn may_be_plain(stage: &Stage) -> bool {
    let options = &stage.options;
    let backs_off = matches!(
        options.on_panic,
        Some(OnPanic::Restart {
            backoff: Some(_),
            ..
        })
    );
    options.retry.is_none() && options.timeout.is_none() && options.breaker.is_none() && !backs_off
}

/// One call after the other; an item that ends early returns.
fn chain(line: &Line) -> TokenStream {
    let calls = line.calls();
    let mut work = TokenStream::new();
    for stage in calls {
        let (var, miss) = (line.emitter.stage(stage), miss(line, stage));
        let call = ours!(#var.plain(item));
        let is_sink = matches!(stage.output, Port::Unwired);
        if is_sink {
            work.extend(ours!(if let __rt::Err(miss) = #call { #miss }));
            return work;
        }
        work.extend(ours!(
            let item = match #call {
                __rt::Ok(__rt::Some(item)) => item,
                __rt::Ok(__rt::None) => return true,
                __rt::Err(miss) => {
                    #miss
                    return true;
                }
            };
        ));
    }
    let last = calls[calls.len() - 1];
    work.extend(way(line, last, PortName::Output));
    work
}

fn miss(line: &Line, stage: &Stage) -> TokenStream {
    let var = line.emitter.stage(stage);
    if !fails(stage) {
        return ours!(#var.lose_plain(miss););
    }
    settled(line, stage, &ours!(#var.settle_plain(miss)))
}
