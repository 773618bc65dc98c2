//! A backend of which everything is told beforehand, and asked afterwards.

use crate::provider::{
    BoxError, BoxStream, Duplex, Health, Metadata, Provider, RequestResponse, RequestStream,
    SendHalf,
};
use futures_util::{StreamExt, stream};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};
use tokio::sync::Semaphore;

/// A call failed, as it was told to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) &'static str);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Broken {}

/// What a backend is told, and what happened to it. Clones are the same backend.
#[derive(Clone)]
pub(crate) struct Lab(Arc<Facts>);

pub(crate) struct Facts {
    pub(crate) name: &'static str,
    pub(crate) out: AtomicBool,
    pub(crate) fails: AtomicBool,
    pub(crate) init_fails: AtomicBool,
    pub(crate) close_fails: AtomicBool,
    pub(crate) close_panics: AtomicBool,
    pub(crate) health: Mutex<Health>,
    pub(crate) inits: AtomicUsize,
    pub(crate) closes: AtomicUsize,
    pub(crate) calls: AtomicUsize,
    pub(crate) after_close: AtomicUsize,
    /// Calls and inits wait for one of these; there are plenty unless they were taken.
    pub(crate) gate: Semaphore,
}

pub(crate) fn lab(name: &'static str) -> Lab {
    Lab(Arc::new(Facts {
        name,
        out: AtomicBool::default(),
        fails: AtomicBool::default(),
        init_fails: AtomicBool::default(),
        close_fails: AtomicBool::default(),
        close_panics: AtomicBool::default(),
        health: Mutex::default(),
        inits: AtomicUsize::default(),
        closes: AtomicUsize::default(),
        calls: AtomicUsize::default(),
        after_close: AtomicUsize::default(),
        gate: Semaphore::new(1 << 20),
    }))
}

impl std::ops::Deref for Lab {
    type Target = Facts;
    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl Lab {
    /// From here on, nothing goes on before [`let_go`](Self::let_go).
    pub(crate) fn shut(&self) -> &Self {
        self.gate.forget_permits(usize::MAX);
        self
    }

    pub(crate) fn let_go(&self) {
        self.gate.add_permits(1 << 20);
    }

    pub(crate) fn set(&self, flag: impl Fn(&Facts) -> &AtomicBool) -> Self {
        flag(&self.0).store(true, SeqCst);
        self.clone()
    }

    pub(crate) fn is(&self, health: Health) {
        *self.health.lock().unwrap() = health;
    }

    pub(crate) fn count(&self, what: impl Fn(&Facts) -> &AtomicUsize) -> usize {
        what(&self.0).load(SeqCst)
    }

    async fn pass(&self) {
        self.gate.acquire().await.expect("never closed").forget();
        self.gate.add_permits(1);
    }
}

impl Provider for Lab {
    fn name(&self) -> &str {
        self.0.name
    }

    fn metadata(&self) -> Metadata {
        Metadata::version("7").label("room", self.0.name)
    }

    fn is_available(&self) -> bool {
        !self.out.load(SeqCst)
    }

    async fn health(&self) -> Health {
        self.pass().await;
        self.health.lock().unwrap().clone()
    }

    async fn init(&self) -> Result<(), BoxError> {
        self.inits.fetch_add(1, SeqCst);
        self.pass().await;
        if self.init_fails.swap(false, SeqCst) {
            Err("no connection".into())
        } else {
            Ok(())
        }
    }

    async fn close(&self) -> Result<(), BoxError> {
        self.closes.fetch_add(1, SeqCst);
        assert!(!self.close_panics.load(SeqCst), "the floor gave way");
        if self.close_fails.load(SeqCst) {
            Err("still warm".into())
        } else {
            Ok(())
        }
    }
}

/// Twice the number, once the gate lets it through.
impl RequestResponse<u32> for Lab {
    type Response = u32;
    type Error = Broken;

    async fn call(&self, request: u32) -> Result<u32, Broken> {
        self.calls.fetch_add(1, SeqCst);
        self.pass().await;
        self.after_close
            .fetch_add(usize::from(self.count(|it| &it.closes) > 0), SeqCst);
        if self.fails.load(SeqCst) {
            Err(Broken("out of paper"))
        } else {
            Ok(request * 2)
        }
    }
}

impl RequestResponse<String> for Lab {
    type Response = ();
    type Error = Broken;

    async fn call(&self, _line: String) -> Result<(), Broken> {
        RequestResponse::<u32>::call(self, 0).await.map(drop)
    }
}

/// The numbers up to the request; a multiple of ten is an error.
impl RequestStream<u32> for Lab {
    type Item = u32;
    type Error = Broken;
    type Stream = BoxStream<Result<u32, Broken>>;

    async fn open(&self, request: u32) -> Result<Self::Stream, Broken> {
        RequestResponse::<u32>::call(self, 0).await?;
        let items = (1..=request).map(|n| match n % 10 {
            0 => Err(Broken("a knot")),
            _ => Ok(n),
        });
        Ok(stream::iter(items).boxed())
    }
}

/// Each number comes back.
impl Duplex<u32> for Lab {
    type Item = u32;
    type Error = Broken;
    type Sender = Back;
    type Receiver = BoxStream<Result<u32, Broken>>;

    async fn connect(&self) -> Result<(Back, Self::Receiver), Broken> {
        RequestResponse::<u32>::call(self, 0).await?;
        let (sender, receiver) = tokio::sync::mpsc::channel(16);
        let items = stream::unfold(receiver, async |mut receiver| {
            Some((Ok(receiver.recv().await?), receiver))
        });
        Ok((Back(Some(sender)), items.boxed()))
    }
}

pub(crate) struct Back(Option<tokio::sync::mpsc::Sender<u32>>);

impl SendHalf<u32> for Back {
    type Error = Broken;

    async fn send(&mut self, item: u32) -> Result<(), Broken> {
        let sender = self.0.as_ref().ok_or(Broken("said goodbye"))?;
        let sent = sender.send(item).await;
        sent.map_err(|_| Broken("nobody listens"))
    }

    async fn finish(&mut self) -> Result<(), Broken> {
        self.0 = None;
        Ok(())
    }
}
