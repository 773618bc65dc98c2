//! A script comes in, a payment gateway that fails by it goes out, on a port of this machine.

mod script;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

pub use script::{Outage, Script};

use crate::order::{Order, Receipt};
use script::{Answer, Plot};

/// The longest order that is read.
const ORDER_MAX: usize = 4 << 10;

/// A payment gateway that fails by a script. Dropping it closes its port and its connections.
#[derive(Debug)]
pub struct Flaky {
    address: SocketAddr,
    desk: Arc<Desk>,
    server: AbortHandle,
}

/// What a gateway has done so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Requests that came in.
    pub requests: u64,
    /// Requests that were refused by the script.
    pub refused: u64,
    /// Orders that were asked for again after they had been charged.
    pub repeated: u64,
    /// What each order was charged, once, by its number.
    pub charged: BTreeMap<u64, u64>,
}

/// Where all connections come together.
#[derive(Debug)]
struct Desk {
    latency: Duration,
    books: Mutex<Books>,
    door: watch::Sender<Door>,
}

/// Whether answers go out, and how many wait for that.
#[derive(Debug, Default)]
struct Door {
    is_shut: bool,
    waiting: usize,
}

#[derive(Debug)]
struct Books {
    plot: Plot,
    seen: Seen,
    receipts: BTreeMap<u64, Receipt>,
}

impl Flaky {
    /// Starts one on a free port.
    ///
    /// # Errors
    ///
    /// Whatever the system says when it has no port for us.
    pub async fn start(script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let books = Books {
            plot: Plot::new(script),
            seen: Seen::default(),
            receipts: BTreeMap::new(),
        };
        let desk = Arc::new(Desk {
            latency: script.latency,
            books: Mutex::new(books),
            door: watch::Sender::default(),
        });
        let server = tokio::spawn(serve(listener, Arc::clone(&desk))).abort_handle();
        Ok(Self {
            address,
            desk,
            server,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers nothing from here on, until it is told to [`let_go`](Self::let_go).
    pub fn hold(&self) {
        self.desk.door.send_modify(|door| door.is_shut = true);
    }

    /// Waits until it holds so many requests.
    pub async fn holds(&self, requests: usize) {
        let mut door = self.desk.door.subscribe();
        // it cannot fail: the desk, which sends, is held here
        drop(door.wait_for(|door| door.waiting >= requests).await);
    }

    /// Answers what it holds, and what comes.
    pub fn let_go(&self) {
        self.desk.door.send_modify(|door| door.is_shut = false);
    }

    /// What it has done so far.
    pub fn seen(&self) -> Seen {
        self.desk.books().seen.clone()
    }
}

impl Drop for Flaky {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Connections live in the set, so they end with the server.
async fn serve(listener: TcpListener, desk: Arc<Desk>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let desk = Arc::clone(&desk);
        let service = service_fn(move |request| answer(request, Arc::clone(&desk)));
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(
    request: Request<Incoming>,
    desk: Arc<Desk>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let order = read_order(request).await;
    tokio::time::sleep(desk.latency).await;
    desk.pass().await;
    Ok(desk.books().answer(order, Instant::now()))
}

async fn read_order(request: Request<Incoming>) -> Option<Order> {
    let bytes = Limited::new(request.into_body(), ORDER_MAX)
        .collect()
        .await
        .ok()?
        .to_bytes();
    str::from_utf8(&bytes).ok()?.parse().ok()
}

impl Desk {
    /// Waits while the door is shut.
    async fn pass(&self) {
        self.door.send_modify(|door| door.waiting += 1);
        let mut door = self.door.subscribe();
        drop(door.wait_for(|door| !door.is_shut).await);
        self.door.send_modify(|door| door.waiting -= 1);
    }

    /// The books are whole at every step, so a panic elsewhere does not spoil them.
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn answer(&mut self, order: Option<Order>, now: Instant) -> Response<Full<Bytes>> {
        self.seen.requests += 1;
        match (self.plot.answer(now), order) {
            (Answer::Refuse { retry_after }, _) => {
                self.seen.refused += 1;
                refuse(StatusCode::SERVICE_UNAVAILABLE, retry_after)
            }
            (Answer::Serve, None) => refuse(StatusCode::BAD_REQUEST, None),
            (Answer::Serve, Some(order)) => {
                Response::new(Full::from(self.charge(order).to_string()))
            }
        }
    }

    /// The same order gets the same receipt, and is charged once.
    fn charge(&mut self, order: Order) -> Receipt {
        if let Some(receipt) = self.receipts.get(&order.id) {
            self.seen.repeated += 1;
            return *receipt;
        }
        let receipt = Receipt {
            order: order.id,
            number: self.receipts.len() as u64 + 1,
        };
        self.receipts.insert(order.id, receipt);
        self.seen.charged.insert(order.id, order.cents);
        receipt
    }
}

/// `Retry-After` counts whole seconds, so a part of one is rounded up.
fn refuse(status: StatusCode, retry_after: Option<Duration>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    if let Some(wait) = retry_after {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::{Gateway, GatewayError, charge_order};

    async fn flaky(script: Script) -> (Flaky, Gateway) {
        let flaky = Flaky::start(script).await.expect("a free port");
        let gateway = Gateway::at(flaky.address());
        (flaky, gateway)
    }

    #[tokio::test]
    async fn charges_each_order_once() {
        let (flaky, gateway) = flaky(Script::default()).await;
        let order = Order { id: 7, cents: 1250 };
        let first = charge_order(&order, &gateway).await.expect("charged");
        let again = charge_order(&order, &gateway)
            .await
            .expect("charged before");
        assert_eq!(
            (first, again),
            (
                Receipt {
                    order: 7,
                    number: 1
                },
                first
            )
        );
        let expected = Seen {
            requests: 2,
            refused: 0,
            repeated: 1,
            charged: [(7, 1250)].into(),
        };
        assert_eq!(flaky.seen(), expected);
    }

    #[tokio::test]
    async fn fails_first_and_then_recovers() {
        let (flaky, gateway) = flaky(Script {
            fail_first: 2,
            ..Script::default()
        })
        .await;
        let order = Order { id: 1, cents: 1 };
        for _ in 0..2 {
            let error = charge_order(&order, &gateway)
                .await
                .expect_err("the script says so");
            assert!(matches!(
                error,
                GatewayError::Refused {
                    status: 503,
                    retry_after: None
                }
            ));
            assert!(error.is_transient());
        }
        charge_order(&order, &gateway).await.expect("recovered");
        assert_eq!((flaky.seen().requests, flaky.seen().refused), (3, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn outage_begins_and_ends_by_the_script() {
        let outage = Outage {
            after: 1,
            lasts: Duration::from_millis(2500),
        };
        let (flaky, gateway) = flaky(Script {
            outage: Some(outage),
            ..Script::default()
        })
        .await;
        let order = Order { id: 1, cents: 1 };
        charge_order(&order, &gateway)
            .await
            .expect("before the outage");
        let error = charge_order(&order, &gateway)
            .await
            .expect_err("it has begun");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
        tokio::time::advance(Duration::from_secs(3)).await;
        charge_order(&order, &gateway)
            .await
            .expect("after the outage");
        assert_eq!(flaky.seen().refused, 1);
    }

    #[tokio::test]
    async fn closed_port_is_unreachable_and_transient() {
        let (flaky, gateway) = flaky(Script::default()).await;
        drop(flaky);
        tokio::task::yield_now().await;
        let error = charge_order(&Order { id: 1, cents: 1 }, &gateway)
            .await
            .expect_err("nobody listens");
        assert!(matches!(error, GatewayError::Unreachable(_)));
        assert!(error.is_transient());
    }

    #[test]
    fn what_is_no_order_is_refused_for_good() {
        let mut books = Books {
            plot: Plot::new(Script::default()),
            seen: Seen::default(),
            receipts: BTreeMap::new(),
        };
        assert_eq!(
            books.answer(None, Instant::now()).status(),
            StatusCode::BAD_REQUEST
        );
        assert!(
            !GatewayError::Refused {
                status: 400,
                retry_after: None
            }
            .is_transient()
        );
        assert!(books.seen.charged.is_empty());
    }
}
