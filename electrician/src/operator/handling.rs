//! A `#[handler]` function as a worker: a message comes in as its item, what it gives goes out as the reply.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{Job, Worker, worker};
use crate::stage::{AsTaken, BoxError, Handler, Hold, Outputs, Place, Takes, parameter};

/// A worker that handles messages with a `#[handler]` function, the same that a pipeline names.
///
/// A message is the function's item. The reply is what it gives: `None` where a filter gives nothing, and from a sink. What
/// stands behind the item is given as a tuple: shared where the function takes `&A`, cloned where it takes `A`, and a worker's
/// own where it takes `&mut A`, made anew by a clone when the worker starts.
///
/// A function that gives many items has no single reply, and one that is `blocking` needs a thread of its own: the compiler
/// refuses both.
///
/// # Examples
/// ```
/// use electrician::{handler, operator::{Operator, handling}};
/// use std::time::Duration;
///
/// #[handler]
/// async fn greet(name: &str, greeting: &String, greeted: &mut u32) -> String {
///     *greeted += 1;
///     format!("{greeting}, {name}, number {greeted}")
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let operator = Operator::new();
/// let greeter = operator.add("greeter", handling(greet {}, (String::from("hello"), 0)))?;
/// operator.start("greeter")?;
///
/// let reply = greeter.request("Ada".into(), Duration::from_secs(1)).await?;
/// assert_eq!(reply.as_deref(), Some("hello, Ada, number 1"));
/// # Ok(())
/// # }
/// ```
///
/// Many items are no reply:
/// ```compile_fail,E0080
/// use electrician::{handler, operator::handling};
///
/// #[handler]
/// fn words(line: String) -> impl Iterator<Item = String> {
///     line.split(' ').map(String::from).collect::<Vec<_>>().into_iter()
/// }
///
/// let job = handling(words {}, ());
/// ```
pub fn handling<H, In, Out, Err, A>(
    handler: H,
    arguments: A,
) -> Job<Handling<H, In, Out, Err, A::Places>>
where
    A: Arguments,
    H: Handler<In, Out, Err, A::Places> + Takes<In>,
    AsTaken: Hold<H::Mode, In>,
    In: Send + 'static,
    Out: Send + 'static,
    Err: Into<BoxError> + Send + 'static,
{
    const {
        assert!(
            H::ONE,
            "a handler that gives many items has no single reply"
        );
        assert!(!H::BLOCKING, "a `blocking` handler cannot be a worker");
    }
    let places = arguments.places();
    worker(move || Handling {
        slot: handler.slot(&places),
        types: PhantomData,
    })
}

type Types<In, Out, Err, Args> = PhantomData<fn(In, Args) -> Result<Out, Err>>;

/// Calls a `#[handler]` function: what [`handling`] registers.
pub struct Handling<H: Handler<In, Out, Err, Args>, In: 'static, Out, Err, Args> {
    slot: H::Slot,
    types: Types<In, Out, Err, Args>,
}

impl<H, In, Out, Err, Args> Worker for Handling<H, In, Out, Err, Args>
where
    H: Handler<In, Out, Err, Args>,
    AsTaken: Hold<H::Mode, In>,
    In: Send + 'static,
    Out: Send + 'static,
    Err: Into<BoxError> + Send + 'static,
    Args: 'static,
{
    type Message = In;
    type Reply = Option<Out>;

    const RUNS: bool = false;

    async fn receive(&mut self, message: In) -> Result<Option<Out>, BoxError> {
        let mut held = None;
        let given = <AsTaken as Hold<H::Mode, In>>::hand(message, &mut held);
        let outputs = H::call(given, &mut self.slot).await;
        outputs.map(Outputs::one).map_err(Into::into)
    }
}

impl<H, In, Out, Err, Args> fmt::Debug for Handling<H, In, Out, Err, Args>
where
    H: Handler<In, Out, Err, Args>,
    In: 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handling").finish_non_exhaustive()
    }
}

/// What stands behind the item of a handler: a tuple of up to six values.
pub trait Arguments {
    /// The values, as a pipeline would lend them.
    #[doc(hidden)]
    type Places: Send + Sync + 'static;

    #[doc(hidden)]
    fn places(self) -> Self::Places;
}

macro_rules! arguments {
    ($($value:ident)*) => {
        impl<$($value: Send + Sync + 'static),*> Arguments for ($($value,)*) {
            type Places = ($(Place<$value, $value>,)*);

            #[allow(non_snake_case, clippy::unused_unit, reason = "a variable has the name of its type")]
            fn places(self) -> Self::Places {
                let ($($value,)*) = self;
                ($(parameter(&Arc::new($value), |value| value),)*)
            }
        }
    };
}

arguments!();
arguments!(A);
arguments!(A B);
arguments!(A B C);
arguments!(A B C D);
arguments!(A B C D E);
arguments!(A B C D E F);
