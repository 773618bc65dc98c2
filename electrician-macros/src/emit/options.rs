//! The options of a handler, as calls on its draft.

use proc_macro2::{Ident, Span, TokenStream};
use syn::spanned::Spanned;

use super::names::Emitter;
use crate::ast::{HedgeDelay, OnPanic, StageOptions, WhenLimited, WhenOpen};
use crate::graph::Stage;

/// All of them.
pub(super) fn options(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let options = &stage.options;
    let mut calls = TokenStream::new();
    let retried = options.retry.as_ref().map(|retry| retry.span);
    let kept = retried.or(fallback_of_item(options)).or(options.keep_item);
    if let Some(span) = kept {
        calls.extend(ours_at!(span => .kept()));
    }
    if let Some(chaos) = &options.chaos {
        let span = options.names.span("chaos").unwrap_or(chaos.span);
        let chaos = emitter.value(chaos);
        calls.extend(ours_at!(span => .chaos(#chaos)));
    }
    if let Some(limit) = &options.timeout {
        let (span, limit) = (options.names.span("timeout"), emitter.value(limit));
        calls.extend(if let Some(span) = span {
            ours_at!(span => .timeout(#limit))
        } else {
            ours!(.timeout_by_default(#limit))
        });
    }
    if let Some(limit) = &options.deadline {
        let limit = emitter.value(limit);
        calls.extend(ours!(.deadline(#limit)));
    }
    rate_limit(emitter, stage, &mut calls);
    if let Some(limit) = &options.bulkhead {
        let limit = emitter.value(limit);
        calls.extend(ours!(.bulkhead(#limit)));
    }
    retry(emitter, options, &mut calls);
    breaker(emitter, stage, &mut calls);
    match &options.on_panic {
        None => {}
        Some(OnPanic::Fail) => calls.extend(ours!(.on_panic(__rt::OnPanic::fail()))),
        Some(OnPanic::Restart {
            restarts,
            within,
            backoff,
            ..
        }) => {
            let (restarts, within) = (emitter.value(restarts), emitter.value(within));
            let backoff = backoff.as_ref().map(|backoff| emitter.value(backoff));
            let backoff = backoff.map(|backoff| ours!(.backoff(#backoff)));
            calls.extend(ours!(.on_panic(__rt::OnPanic::restart(#restarts, #within) #backoff)));
        }
    }
    fallback(emitter, options, &mut calls);
    hedge(emitter, options, &mut calls);
    calls
}

/// Where a fallback is named that is made from the item.
fn fallback_of_item(options: &StageOptions) -> Option<Span> {
    let fallback = options.fallback.as_ref()?;
    is_closure(&fallback.expr).then(|| options.names.span("fallback"))?
}

fn is_closure(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Paren(inner) => is_closure(&inner.expr),
        expr => matches!(expr, syn::Expr::Closure(_)),
    }
}

fn fallback(emitter: &Emitter, options: &StageOptions, calls: &mut TokenStream) {
    let Some(fallback) = &options.fallback else {
        return;
    };
    let value = emitter.operand(&fallback.expr);
    calls.extend(if is_closure(&fallback.expr) {
        ours_at!(fallback.span => .fallback(#value))
    } else {
        ours_at!(fallback.span => .fallback_value(#value))
    });
}

/// The last of the calls, because it changes what handles the item.
fn hedge(emitter: &Emitter, options: &StageOptions, calls: &mut TokenStream) {
    let Some(hedge) = &options.hedge else { return };
    let made = match &hedge.after {
        None => return,
        Some(HedgeDelay::After(delay)) => {
            let delay = emitter.value(delay);
            ours!(after(#delay))
        }
        Some(HedgeDelay::Percentile(share)) => ours!(percentile(#share)),
    };
    calls.extend(ours_at!(hedge.span => .hedge(__rt::Hedge::#made)));
}

fn rate_limit(emitter: &Emitter, stage: &Stage, calls: &mut TokenStream) {
    let Some(limit) = &stage.options.rate_limit else {
        return;
    };
    let Some(rate) = limit.rate.as_ref().map(|rate| emitter.value(rate)) else {
        return;
    };
    let burst = limit.burst.as_ref().map(|burst| {
        let burst = emitter.value(burst);
        ours!(.burst(#burst))
    });
    let blackout = limit.blackout.as_ref().map(|blackout| {
        let times = emitter.operand(&blackout.expr);
        if is_closure(&blackout.expr) {
            ours!(.blackout(__rt::Blackout::when(#times)))
        } else {
            ours!(.blackout(#times))
        }
    });
    let when = match limit.when_limited {
        _ if stage.overflow.is_wired() => ours!(Overflow),
        Some((WhenLimited::Reject, _)) => ours!(Reject),
        Some((WhenLimited::Wait, _)) | None => ours!(Wait),
    };
    calls.extend(
        ours!(.rate_limit(__rt::RateLimit::from(#rate) #burst #blackout, __rt::WhenLimited::#when)),
    );
    queue(emitter, stage, calls);
    if let Some((key, keys)) = &limit.keyed {
        let (key, keys) = (emitter.hasher(key), emitter.value(keys));
        calls.extend(ours!(.rate_keys(#keys, #key)));
    }
}

fn queue(emitter: &Emitter, stage: &Stage, calls: &mut TokenStream) {
    let Some(queue) = stage.options.queue() else {
        return;
    };
    let capacity = queue.capacity.as_ref().map(|items| emitter.value(items));
    let times = [("ageing", &queue.ageing), ("ttl", &queue.ttl)];
    let times = times.into_iter().filter_map(|(name, time)| {
        let (name, time) = (
            Ident::new(name, Span::mixed_site()),
            emitter.value(time.as_ref()?),
        );
        Some(ours!(.#name(#time)))
    });
    let smoothing = ours!(__rt::Smoothing::up_to(#capacity) #(#times)*);
    let priority = match &queue.priority {
        None => ours!(|_| 0),
        Some(priority) => emitter.operand(priority),
    };
    calls.extend(ours!(.rate_queue(#smoothing, #priority)));
}

fn retry(emitter: &Emitter, options: &StageOptions, calls: &mut TokenStream) {
    let Some(retry) = &options.retry else { return };
    let attempts = retry
        .attempts
        .as_ref()
        .map(|attempts| emitter.value(attempts));
    let attempts = attempts.unwrap_or_else(|| ours!(3));
    let backoff = retry.backoff.as_ref().map(|backoff| emitter.value(backoff));
    let backoff = backoff.map(|backoff| ours!(.backoff(#backoff)));
    let total = retry.total.as_ref().map(|total| emitter.value(total));
    let total = total.map(|total| ours!(.total(#total)));
    calls.extend(ours!(.retry(__rt::Retry::up_to(#attempts) #backoff #total)));
    if let Some(budget) = &retry.budget {
        let budget = emitter.value(budget);
        calls.extend(ours!(.retry_budget(#budget)));
    }
    if let Some(when) = &retry.when {
        let (place, when) = (when.span(), emitter.operand(when));
        calls.extend(ours_at!(place => .retry_when(#when)));
    }
    if let Some(after) = &retry.after {
        let (place, after) = (after.span(), emitter.operand(after));
        calls.extend(ours_at!(place => .retry_after(#after)));
    }
}

fn breaker(emitter: &Emitter, stage: &Stage, calls: &mut TokenStream) {
    let Some(breaker) = &stage.options.breaker else {
        return;
    };
    let settings = breaker.settings.iter().map(|(name, value)| {
        let name = Ident::new(name, Span::mixed_site());
        let value = emitter.value(value);
        ours!(.#name(#value))
    });
    let when_open = match breaker.when_open {
        _ if stage.neutral.is_wired() => ours!(Neutral),
        Some((WhenOpen::Wait, _)) => ours!(Wait),
        Some((WhenOpen::Reject, _)) | None => ours!(Reject),
    };
    calls.extend(
        ours!(.breaker(__rt::Breaker::default() #(#settings)*, __rt::WhenOpen::#when_open)),
    );
    if let Some((key, keys)) = &breaker.keyed {
        let (key, keys) = (emitter.hasher(key), emitter.value(keys));
        calls.extend(ours!(.breaker_keys(#keys, #key)));
    }
    if let Some(when) = &breaker.when {
        let (place, when) = (when.span(), emitter.operand(when));
        calls.extend(ours_at!(place => .breaker_when(#when)));
    }
    if let Some(when) = &breaker.when_output {
        let (place, when) = (when.span(), emitter.operand(when));
        calls.extend(ours_at!(place => .breaker_when_output(#when)));
    }
}
