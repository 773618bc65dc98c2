//! One request comes in and goes to many backends; what enough of them answer goes out.

use crate::{
    provider::{
        BoxError, CloseError, CloseFailure, Health, Provider, RequestResponse, RequestStream,
        panics::guarded, together::Together,
    },
    resilience::BadValue,
};
use futures_core::Stream;
use std::{
    error::Error,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

/// Calls all its backends at the same time, each with a clone of the request, and gives the responses of as many as are
/// needed, in the backends' order.
///
/// - Once enough have answered, the calls that are left are dropped.
/// - A backend that fails or panics stops no other; if not enough are left, all outcomes are reported, by name.
/// - A stream gives the items of all that were opened as they come; an error in one of them stops no other.
/// - It is available while enough of its backends are. Initialised, they all are or none is; closed, each is, in reverse
///   order, and every error is reported.
///
/// Use it where an answer is worth more from several: replicas that all have to know, the quickest of two mirrors, a quorum. Do not
/// use it to spread load: that is a [`Manager`](crate::provider::Manager) with a selector. A retry belongs inside, around each
/// backend: outside, it calls those again that had succeeded.
///
/// Cancel safety: dropping the call drops those of all backends.
///
/// ```
/// use electrician::provider::{FanOut, RequestResponse, from_fn};
/// use std::convert::Infallible;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// let add = |by| from_fn("add", move |n: u32| async move { Ok::<_, Infallible>(n + by) });
///
/// let all = FanOut::all("adders", [add(1), add(2), add(3)]);
/// assert_eq!(all.call(10).await.unwrap(), [11, 12, 13]);
///
/// let two = FanOut::quorum("adders", 2, [add(1), add(2), add(3)]).unwrap();
/// assert_eq!(two.call(10).await.unwrap(), [11, 12]);
///
/// let refused = FanOut::quorum("adders", 4, [add(1)]).unwrap_err();
/// assert_eq!(refused.to_string(), "`quorum` must be from 1 to the number of backends, 1");
/// # });
/// ```
#[derive(Debug)]
pub struct FanOut<P> {
    name: String,
    members: Vec<P>,
    needed: usize,
}

/// Not enough backends have answered.
#[derive(Debug)]
pub struct FanOutError<R, E> {
    /// How many were needed.
    pub needed: usize,
    /// What came of each of those that have ended, by name.
    pub outcomes: Vec<(String, Result<R, E>)>,
    /// Those that have panicked, and what they said.
    pub panics: Vec<(String, String)>,
}

impl<P> FanOut<P> {
    /// Needs them all. Of none, it succeeds at once.
    pub fn all(name: impl Into<String>, members: impl IntoIterator<Item = P>) -> Self {
        let members: Vec<P> = members.into_iter().collect();
        Self {
            name: name.into(),
            needed: members.len(),
            members,
        }
    }

    /// Needs one: the first that succeeds.
    pub fn first(name: impl Into<String>, members: impl IntoIterator<Item = P>) -> Self {
        Self {
            needed: 1,
            ..Self::all(name, members)
        }
    }

    /// Needs so many.
    ///
    /// # Errors
    ///
    /// A number that is not in `1..=members`.
    pub fn quorum(
        name: impl Into<String>,
        needed: usize,
        members: impl IntoIterator<Item = P>,
    ) -> Result<Self, BadValue> {
        let all = Self::all(name, members);
        let most = all.members.len();
        if (1..=most).contains(&needed) {
            Ok(Self { needed, ..all })
        } else {
            let why = format!("must be from 1 to the number of backends, {most}");
            Err(BadValue::new("quorum", why))
        }
    }
}

impl<P: Provider> FanOut<P> {
    /// Runs one future for each member until enough have succeeded; what they gave comes with their places, in order.
    async fn gather<R, E, F>(
        &self,
        futures: impl IntoIterator<Item = F>,
    ) -> Result<Vec<(usize, R)>, FanOutError<R, E>>
    where
        F: Future<Output = Result<R, E>>,
    {
        let mut running = Together::new(futures.into_iter().map(guarded));
        let (mut given, mut failed, mut panics) = (Vec::new(), Vec::new(), Vec::new());
        while given.len() < self.needed {
            match running.next().await {
                Some((place, Ok(Ok(response)))) => given.push((place, response)),
                Some((place, Ok(Err(error)))) => failed.push((place, error)),
                Some((place, Err(panic))) => panics.push((self.called(place), panic)),
                None => return Err(self.fell_short(given, failed, panics)),
            }
        }
        given.sort_by_key(|(place, _)| *place);
        Ok(given)
    }

    fn fell_short<R, E>(
        &self,
        given: Vec<(usize, R)>,
        failed: Vec<(usize, E)>,
        panics: Vec<(String, String)>,
    ) -> FanOutError<R, E> {
        let given = given
            .into_iter()
            .map(|(place, response)| (place, Ok(response)));
        let failed = failed.into_iter().map(|(place, error)| (place, Err(error)));
        let mut outcomes: Vec<_> = given.chain(failed).collect();
        outcomes.sort_by_key(|(place, _)| *place);
        let outcomes = outcomes.into_iter();
        FanOutError {
            needed: self.needed,
            outcomes: outcomes
                .map(|(place, it)| (self.called(place), it))
                .collect(),
            panics,
        }
    }

    fn called(&self, place: usize) -> String {
        self.members[place].name().to_owned()
    }
}

impl<P: Provider> Provider for FanOut<P> {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_available(&self) -> bool {
        let available = self.members.iter().filter(|member| member.is_available());
        available.count() >= self.needed
    }

    async fn health(&self) -> Health {
        let healths = Together::new(self.members.iter().map(Provider::health));
        let names = self.members.iter().map(|member| member.name().to_owned());
        let healths: Vec<_> = names.zip(healths.all().await).collect();
        Health::of_group(&healths, self.needed)
    }

    async fn init(&self) -> Result<(), BoxError> {
        let begun = Together::new(self.members.iter().map(Provider::init)).all();
        let (mut ready, mut errors) = (Vec::new(), Vec::new());
        for (member, begun) in self.members.iter().zip(begun.await) {
            match begun {
                Ok(()) => ready.push(member),
                Err(error) => errors.push(format!("`{}`: {error}", member.name())),
            }
        }
        if errors.is_empty() {
            return Ok(());
        }
        let unclosed = close(ready).await.err();
        errors.extend(unclosed.map(|error| error.to_string()));
        Err(errors.join(", ").into())
    }

    async fn close(&self) -> Result<(), BoxError> {
        Ok(close(&self.members).await?)
    }
}

/// Closes each, the last one first.
async fn close<'p, P: Provider>(
    members: impl IntoIterator<Item = &'p P, IntoIter: DoubleEndedIterator + Send>,
) -> Result<(), CloseError> {
    let mut failures = Vec::new();
    for member in members.into_iter().rev() {
        if let Err(error) = member.close().await {
            failures.push(CloseFailure {
                name: member.name().to_owned(),
                error: Some(error),
            });
        }
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(CloseError { failures })
    }
}

impl<Req, P> RequestResponse<Req> for FanOut<P>
where
    Req: Clone + Send + Sync,
    P: RequestResponse<Req>,
{
    type Response = Vec<P::Response>;
    type Error = FanOutError<P::Response, P::Error>;

    async fn call(&self, request: Req) -> Result<Self::Response, Self::Error> {
        let calls = self.members.iter().map(|member| (member, request.clone()));
        // within the future, so that a panic on the way to it is the member's, too
        let calls = calls.map(|(member, request)| async move { member.call(request).await });
        let given = self.gather(calls).await?;
        Ok(given.into_iter().map(|(_, response)| response).collect())
    }
}

impl<Req, P> RequestStream<Req> for FanOut<P>
where
    Req: Clone + Send + Sync,
    P: RequestStream<Req>,
{
    type Item = P::Item;
    type Error = FanOutError<(), P::Error>;
    type Stream = Merged<P::Stream>;

    async fn open(&self, request: Req) -> Result<Merged<P::Stream>, Self::Error> {
        let openings = self.members.iter().map(|member| (member, request.clone()));
        let openings = openings.map(|(member, request)| async move { member.open(request).await });
        let opened = self
            .gather(openings)
            .await
            .map_err(FanOutError::without_responses)?;
        let streams = opened
            .into_iter()
            .map(|(place, stream)| (self.called(place), Box::pin(stream)));
        Ok(Merged {
            streams: streams.collect(),
            turn: 0,
        })
    }
}

/// The items of many streams, as they come, each stream in its turn.
#[derive(Debug)]
pub struct Merged<S> {
    streams: Vec<(String, Pin<Box<S>>)>,
    turn: usize,
}

impl<T, E, S: Stream<Item = Result<T, E>>> Stream for Merged<S> {
    type Item = Result<T, FanOutError<(), E>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let mut waiting = 0;
        while waiting < this.streams.len() {
            this.turn = (this.turn + 1) % this.streams.len();
            let (name, stream) = &mut this.streams[this.turn];
            match stream.as_mut().poll_next(cx) {
                Poll::Pending => waiting += 1,
                Poll::Ready(Some(item)) => {
                    let item = item.map_err(|error| FanOutError::of_one(name, error));
                    return Poll::Ready(Some(item));
                }
                // The last one takes its place and has not been asked, or has been and is asked again.
                Poll::Ready(None) => drop(this.streams.swap_remove(this.turn)),
            }
        }
        if this.streams.is_empty() {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }
}

impl<R, E> FanOutError<R, E> {
    fn without_responses(self) -> FanOutError<(), E> {
        let outcomes = self.outcomes.into_iter();
        FanOutError {
            needed: self.needed,
            outcomes: outcomes.map(|(name, it)| (name, it.map(drop))).collect(),
            panics: self.panics,
        }
    }
}

impl<E> FanOutError<(), E> {
    fn of_one(name: &str, error: E) -> Self {
        Self {
            needed: 1,
            outcomes: vec![(name.to_owned(), Err(error))],
            panics: Vec::new(),
        }
    }
}

impl<R, E: fmt::Display> fmt::Display for FanOutError<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let succeeded = self.outcomes.iter().filter(|(_, it)| it.is_ok()).count();
        write!(f, "{succeeded} of {} backends have answered", self.needed)?;
        let failures = (self.outcomes.iter())
            .filter_map(|(name, it)| Some((name, it.as_ref().err()? as &dyn fmt::Display)));
        let panics = (self.panics.iter()).map(|(name, said)| (name, said as &dyn fmt::Display));
        for (at, (name, why)) in failures.chain(panics).enumerate() {
            let joint = if at == 0 { ": " } else { ", " };
            write!(f, "{joint}`{name}`: {why}")?;
        }
        Ok(())
    }
}

impl<R: fmt::Debug, E: Error> Error for FanOutError<R, E> {}
