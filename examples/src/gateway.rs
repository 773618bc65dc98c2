//! An order comes in, a request goes to the payment gateway, a receipt or the gateway's refusal goes out.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use electrician::handler;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response, StatusCode, Uri, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::order::{Order, Receipt};

/// The longest answer that is read.
const ANSWER_MAX: usize = 4 << 10;

/// A payment gateway, and the connections kept to it. Clones share them.
#[derive(Debug, Clone)]
pub struct Gateway {
    client: Client<HttpConnector, Full<Bytes>>,
    charges: Uri,
}

/// Why an order was not charged, as far as we know.
#[derive(Debug)]
pub enum GatewayError {
    /// The gateway answered, and did not charge.
    Refused {
        /// Its HTTP status.
        status: u16,
        /// When to ask again, if it said so.
        retry_after: Option<Duration>,
    },
    /// No answer came. The order may have been charged.
    Unreachable(Box<dyn std::error::Error + Send + Sync>),
    /// An answer came that is no receipt. The order may have been charged.
    Garbled,
}

impl Gateway {
    /// The gateway that listens there.
    ///
    /// # Panics
    ///
    /// Never: an address is always a valid part of a URI.
    pub fn at(address: SocketAddr) -> Self {
        let charges = format!("http://{address}/charges")
            .parse()
            .expect("an address is a valid authority");
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            charges,
        }
    }

    /// Asks whether it serves: an order that is none is refused as such, not for want of service.
    ///
    /// # Errors
    ///
    /// [`GatewayError`], as from a charge.
    pub async fn probe(&self) -> Result<(), GatewayError> {
        let request = Request::post(&self.charges)
            .body(Full::default())
            .map_err(GatewayError::unreachable)?;
        let response = self.client.request(request).await;
        let response = response.map_err(GatewayError::unreachable)?;
        match response.status() {
            StatusCode::BAD_REQUEST => Ok(()),
            _ => Err(refusal(&response)),
        }
    }
}

/// Charges an order.
///
/// The order's number goes with it as the `Idempotency-Key`, so asking again does not charge twice.
///
/// # Errors
///
/// [`GatewayError`]; ask [`GatewayError::is_transient`] whether another attempt makes sense.
///
/// # Cancel safety
///
/// Dropped before it is ready, it may or may not have charged. Ask again, with the same order.
#[handler]
pub async fn charge_order(order: &Order, gateway: &Gateway) -> Result<Receipt, GatewayError> {
    let request = Request::post(&gateway.charges)
        .header("idempotency-key", order.id)
        .body(Full::from(order.to_string()))
        .map_err(GatewayError::unreachable)?;
    let response = gateway
        .client
        .request(request)
        .await
        .map_err(GatewayError::unreachable)?;
    if !response.status().is_success() {
        return Err(refusal(&response));
    }
    read_receipt(response, order).await
}

fn refusal(response: &Response<Incoming>) -> GatewayError {
    let seconds = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    GatewayError::Refused {
        status: response.status().as_u16(),
        retry_after: seconds.map(Duration::from_secs),
    }
}

async fn read_receipt(
    response: Response<Incoming>,
    order: &Order,
) -> Result<Receipt, GatewayError> {
    let body = Limited::new(response.into_body(), ANSWER_MAX);
    let bytes = body
        .collect()
        .await
        .map_err(GatewayError::Unreachable)?
        .to_bytes();
    let text = str::from_utf8(&bytes).map_err(|_| GatewayError::Garbled)?;
    text.parse()
        .ok()
        .filter(|receipt: &Receipt| receipt.order == order.id)
        .ok_or(GatewayError::Garbled)
}

impl GatewayError {
    fn unreachable(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unreachable(Box::new(error))
    }

    /// Whether another attempt may succeed.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::Unreachable(_) => true,
            Self::Garbled => false,
        }
    }

    /// When the gateway wants to be asked again, if it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Unreachable(_) | Self::Garbled => None,
        }
    }
}

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, .. } => write!(f, "the gateway refused with status {status}"),
            Self::Unreachable(error) => write!(f, "the gateway cannot be reached: {error}"),
            Self::Garbled => f.write_str("the gateway's answer is no receipt for this order"),
        }
    }
}

impl std::error::Error for GatewayError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreachable(error) => Some(&**error),
            Self::Refused { .. } | Self::Garbled => None,
        }
    }
}
