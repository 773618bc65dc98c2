//! What is registered: a worker, made anew whenever it starts, and its options.

use std::{
    convert::Infallible, fmt, future::Future, marker::PhantomData, num::NonZeroUsize, sync::Arc,
    time::Duration,
};

use super::{
    Handle, Ran, Worker,
    mailbox::Mailbox,
    member::{Member, Place, Register},
    options::Options,
    rounds::Rounds,
};
use crate::{
    resilience::{BadValue, Restart},
    stage::BoxError,
};

/// Makes a worker.
pub(super) type Make<W> = Arc<dyn Fn() -> W + Send + Sync>;

/// A worker that is to be registered, and its options.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `grace` | a duration | none | any |
/// | `restart` | see [`Restart`] | 5 within a minute, after `100ms..10s` | see [`Restart`] |
/// | `mailbox` | messages | 64 | 1 or more |
#[must_use = "a job does nothing before it is added to an operator"]
pub struct Job<W: Worker> {
    make: Make<W>,
    options: Options,
    mailbox: usize,
}

/// A worker of this type. `make` is called at each start, and after each panic.
pub fn worker<W: Worker>(make: impl Fn() -> W + Send + Sync + 'static) -> Job<W> {
    Job {
        make: Arc::new(make),
        options: Options::with_grace(Duration::ZERO),
        mailbox: 64,
    }
}

/// A worker that calls an async function again and again, at once or when it says.
///
/// # Examples
/// ```
/// use electrician::operator::{Operator, Ran, polling};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let operator = Operator::new();
/// operator.add("sweep", polling(async || Ran::Idle(Duration::from_secs(60))))?;
/// operator.start("sweep")?;
/// tokio::time::sleep(Duration::from_secs(90)).await;
/// assert_eq!(operator.status("sweep")?.runs, 2);
/// # Ok(())
/// # }
/// ```
pub fn polling<F, Run>(run: F) -> Job<Polling<F>>
where
    F: Fn() -> Run + Send + Sync + 'static,
    Run: Future<Output = Ran> + Send,
{
    let run = Arc::new(run);
    worker(move || Polling(Arc::clone(&run)))
}

/// A worker that answers messages with an async function.
///
/// # Examples
/// ```
/// use electrician::operator::{NoReply, Operator, answering};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let operator = Operator::new();
/// let parser = operator.add("parser", answering(async |text: String| text.parse::<u64>()))?;
/// operator.start("parser")?;
///
/// let deadline = Duration::from_secs(1);
/// assert_eq!(parser.request("12".into(), deadline).await?, 12);
/// assert!(matches!(parser.request("twelve".into(), deadline).await, Err(NoReply::Failed(_))));
/// # Ok(())
/// # }
/// ```
///
/// The types are the compiler's business, not the message's:
///
/// ```compile_fail
/// # use electrician::operator::{Operator, answering};
/// # let operator = Operator::new();
/// let parser = operator.add("parser", answering(async |text: String| text.parse::<u64>())).unwrap();
/// parser.try_send(12); // a number is no text
/// ```
pub fn answering<F, M, R, E, Reply>(answer: F) -> Job<Answering<F, M, Result<R, E>>>
where
    F: Fn(M) -> Reply + Send + Sync + 'static,
    Reply: Future<Output = Result<R, E>> + Send,
    M: Send + 'static,
    R: Send + 'static,
    E: Into<BoxError> + 'static,
{
    let answer = Arc::new(answer);
    worker(move || Answering {
        answer: Arc::clone(&answer),
        types: PhantomData,
    })
}

impl<W: Worker> Job<W> {
    /// How much time a stop gives what is under way and what waits in the mailbox. When it is over, what is under way is dropped
    /// at its next await.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.options.grace = grace;
        self
    }

    /// How often it is restarted when it panics. Past that it has failed.
    pub fn restart(mut self, restart: Restart) -> Self {
        self.options.restart = restart;
        self
    }

    /// How many messages may wait.
    pub fn mailbox(mut self, capacity: usize) -> Self {
        self.mailbox = capacity;
        self
    }
}

impl<W: Worker> Register for Job<W> {
    type Handle = Handle<W::Message, W::Reply>;

    fn register(self, at: Place) -> Result<(Member, Self::Handle), BadValue> {
        let Some(capacity) = NonZeroUsize::new(self.mailbox) else {
            return Err(BadValue::new("mailbox", "must be at least 1"));
        };
        let desk = at.desk(self.options)?;
        let mailbox = Arc::new(Mailbox::new(capacity));
        let handle = Handle::new(&desk, &mailbox);
        let member = Member::new(Arc::clone(&desk), move || {
            let rounds = Rounds::new(&desk, &self.make, &mailbox);
            Ok(Box::pin(rounds.go()))
        });
        Ok((member, handle))
    }
}

impl<W: Worker> fmt::Debug for Job<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("options", &self.options)
            .field("mailbox", &self.mailbox)
            .finish_non_exhaustive()
    }
}

/// Calls an async function: what [`polling`] registers.
#[derive(Debug)]
pub struct Polling<F>(Arc<F>);

impl<F, Run> Worker for Polling<F>
where
    F: Fn() -> Run + Send + Sync + 'static,
    Run: Future<Output = Ran> + Send,
{
    type Message = Infallible;
    type Reply = Infallible;

    fn run(&mut self) -> impl Future<Output = Ran> + Send {
        (self.0)()
    }

    async fn receive(&mut self, message: Infallible) -> Result<Infallible, BoxError> {
        match message {}
    }
}

/// Answers messages with an async function: what [`answering`] registers.
pub struct Answering<F, M, R> {
    answer: Arc<F>,
    types: PhantomData<fn(M) -> R>,
}

impl<F, M, R, E, Reply> Worker for Answering<F, M, Result<R, E>>
where
    F: Fn(M) -> Reply + Send + Sync + 'static,
    Reply: Future<Output = Result<R, E>> + Send,
    M: Send + 'static,
    R: Send + 'static,
    E: Into<BoxError> + 'static,
{
    type Message = M;
    type Reply = R;

    const RUNS: bool = false;

    fn receive(&mut self, message: M) -> impl Future<Output = Result<R, BoxError>> + Send {
        let reply = (self.answer)(message);
        async { reply.await.map_err(Into::into) }
    }
}

impl<F, M, R> fmt::Debug for Answering<F, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answering").finish_non_exhaustive()
    }
}
