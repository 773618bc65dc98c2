//! What leaves a stage by its error port: the item, the typed error, and how it came to that.

use std::{convert::Infallible, error::Error, fmt, time::Duration};

use crate::resilience::chain::Refusal;

/// Why a call gave no output.
#[derive(Debug, Clone)]
pub enum Cause<E> {
    /// The handler returned an error.
    Error(E),
    /// The attempt took longer than the stage's `timeout`.
    TimedOut(Duration),
    /// The handler panicked, with this message.
    Panicked(String),
    /// It was not called: the rate limit was reached, the bulkhead full, or the breaker open.
    Refused(Refusal),
    /// The whole, waits and retries included, took longer than the stage's `deadline`.
    Late(Duration),
}

impl<E> Cause<E> {
    fn error(&self) -> Option<&E> {
        match self {
            Self::Error(error) => Some(error),
            _ => None,
        }
    }

    fn map<F>(self, map: impl FnOnce(E) -> F) -> Cause<F> {
        match self {
            Self::Error(error) => Cause::Error(map(error)),
            Self::TimedOut(limit) => Cause::TimedOut(limit),
            Self::Panicked(message) => Cause::Panicked(message),
            Self::Refused(refusal) => Cause::Refused(refusal),
            Self::Late(limit) => Cause::Late(limit),
        }
    }
}

impl<E: fmt::Display> fmt::Display for Cause<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::TimedOut(limit) => write!(f, "took longer than {limit:?}"),
            Self::Panicked(message) => write!(f, "panicked: {message}"),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Late(limit) => write!(f, "the whole took longer than {limit:?}"),
        }
    }
}

/// An item that a stage could not handle, on its way out of the `error` port.
///
/// `T` is the item where the handler takes it by reference (or the stage says `keep_item`), and `()` where the call took
/// it. `E` is the error of the handler, typed as it was returned.
///
/// # Examples
/// ```
/// use electrician::{Cause, Failure};
///
/// fn worth_a_second_look(failure: &Failure<String, std::num::ParseIntError>) -> bool {
///     matches!(failure.cause, Cause::Error(_)) && !failure.item.is_empty()
/// }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Failure<T, E> {
    /// The item that failed.
    pub item: T,
    /// Why it failed.
    pub cause: Cause<E>,
    /// How many times the handler was called for it.
    pub attempts: u32,
    /// The stage that failed.
    pub stage: &'static str,
    /// The error of the attempt before, where what ended the last one is not itself an error of the handler: what is wrong
    /// when a refusal or a deadline cuts retries short.
    pub last: Option<E>,
}

impl<T, E> Failure<T, E> {
    pub(crate) fn new(item: T, cause: Cause<E>, attempts: u32, stage: &'static str) -> Self {
        Self {
            item,
            cause,
            attempts,
            stage,
            last: None,
        }
    }

    /// With the error of the attempt before, unless it was followed by another one.
    pub(crate) fn after(mut self, last: Option<E>) -> Self {
        self.last = last.filter(|_| self.cause.error().is_none());
        self
    }

    /// What the handler itself said: the error that failed the item, or the one before.
    pub fn error(&self) -> Option<&E> {
        self.cause.error().or(self.last.as_ref())
    }
}

impl<T, E: fmt::Display> fmt::Display for Failure<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        said(
            f,
            self.stage,
            &self.cause,
            self.attempts,
            self.last.as_ref(),
        )
    }
}

fn said<E: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    stage: &str,
    cause: &Cause<E>,
    attempts: u32,
    last: Option<&E>,
) -> fmt::Result {
    write!(f, "stage `{stage}` failed: {cause}")?;
    if attempts > 1 {
        write!(f, " (after {attempts} attempts)")?;
    }
    match last {
        Some(last) => write!(f, "; before that: {last}"),
        None => Ok(()),
    }
}

/// A boxed error.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The failure of any stage, without its item: one handler of these can take the failures of many stages.
///
/// # Examples
/// ```
/// use electrician::prelude::*;
///
/// #[handler]
/// fn log_reject(failure: AnyFailure) {
///     eprintln!("{failure}");
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct AnyFailure {
    /// Why the item failed.
    pub cause: Cause<BoxError>,
    /// How many times the handler was called for it.
    pub attempts: u32,
    /// The stage that failed.
    pub stage: &'static str,
    /// As [`Failure::last`].
    pub last: Option<BoxError>,
}

impl<T, E: Into<BoxError>> From<Failure<T, E>> for AnyFailure {
    fn from(failure: Failure<T, E>) -> Self {
        let Failure {
            cause,
            attempts,
            stage,
            last,
            ..
        } = failure;
        Self {
            cause: cause.map(Into::into),
            attempts,
            stage,
            last: last.map(Into::into),
        }
    }
}

impl fmt::Display for AnyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        said(
            f,
            self.stage,
            &self.cause,
            self.attempts,
            self.last.as_ref(),
        )
    }
}

impl Error for AnyFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let error = self.cause.error().or(self.last.as_ref())?;
        Some(error.as_ref())
    }
}

/// The error of a handler or generator that cannot fail.
#[diagnostic::on_unimplemented(
    message = "[E0906] this stage can fail with `{Self}`, and nothing is said of its failures",
    label = "the failures of this stage are not handled",
    note = "wire them, `stage.error -> handler`, or say `on_error: skip`, `stop` or `fail` on the stage or in `defaults`"
)]
pub trait Unfailing: Send + 'static {
    /// There is no such error.
    fn never<T>(self) -> T;
}

#[diagnostic::do_not_recommend]
impl Unfailing for Infallible {
    fn never<T>(self) -> T {
        match self {}
    }
}

/// The error of a stage.
#[diagnostic::on_unimplemented(
    message = "[E0918] the error `{Self}` cannot leave this stage: a part of it is not `Send`",
    label = "the failures of this stage go from task to task",
    note = "use an `Arc` in the place of an `Rc`, and a `Mutex` in that of a `RefCell`"
)]
pub trait Escapes: Send {}

#[diagnostic::do_not_recommend]
impl<E: Send> Escapes for E {}

/// The error of a stage whose failures end the pipeline.
#[diagnostic::on_unimplemented(
    message = "[E0917] the report of the pipeline cannot carry `{Self}`, which is no `std::error::Error`",
    label = "a failure that ends the pipeline is told in its report",
    note = "implement `std::error::Error` for it, which is `Send`, `Sync` and `'static` here; or wire `stage.error -> handler`, or say `on_error: skip`"
)]
pub trait Reported: Into<BoxError> {}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> Reported for E {}

/// The two types inside a `Result`, for signatures that name it by an alias.
pub trait ResultOf {
    /// What it gives.
    type Ok;
    /// How it fails.
    type Err;
}

impl<T, E> ResultOf for Result<T, E> {
    type Ok = T;
    type Err = E;
}
