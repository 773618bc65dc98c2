//! Family 06: failures that nobody handles, and protections that lack a part.

pub(crate) fn retry_without_attempts() -> String {
    "[E0601] `retry` needs to know when to give up; write `attempts: 3`".to_owned()
}

pub(crate) fn retry_without_idempotent() -> String {
    "[E0602] a retry calls the handler again after a call that may have done its work; where that does no harm, say so \
     with `idempotent` beside `attempts`"
        .to_owned()
}

pub(crate) fn hedge_without_idempotent() -> String {
    "[E0606] a hedge calls the handler a second time while the first call still works; where that does no harm, say so with \
     `hedge: { after: 50ms, idempotent }`"
        .to_owned()
}

pub(crate) fn slow_rate_without_slow_call() -> String {
    "[E0605] `slow_rate` is a share of slow calls, and nothing says when a call is slow; write `slow_call: 2s` beside it"
        .to_owned()
}

pub(crate) fn unhandled_failure(stage: &str, cause: &str) -> String {
    format!(
        "[E0603] `{cause}` makes `{stage}` fail, and nobody handles its failures; write `{stage}.error -> stage`, or \
         `on_error: skip` (or `stop`, or `fail`) beside it"
    )
}

pub(crate) fn error_handled_twice(stage: &str) -> String {
    format!(
        "[E0604] the failures of `{stage}` have two ways to go, `{stage}.error` and `on_error`; keep one of them"
    )
}
