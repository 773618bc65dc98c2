//! A payment gateway's address comes in, a provider that charges orders there goes out.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use electrician::provider::{BoxError, Health, Metadata, Provider, Registry, RequestResponse};
use serde::Deserialize;
use serde_json::Value;

use crate::gateway::{Gateway, GatewayError, charge_order};
use crate::order::{Order, Receipt};

/// A payment gateway behind the interface of all backends.
#[derive(Debug)]
pub struct Bank {
    name: String,
    gateway: Gateway,
    diary: Diary,
}

/// What is written of a bank in a configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    name: String,
    address: SocketAddr,
}

/// What has happened to banks, in the order in which it did. Clones are the same diary.
#[derive(Debug, Clone, Default)]
pub struct Diary(Arc<Mutex<Vec<String>>>);

/// The kinds of bank that there are: `http`, with a `name` and an `address`.
pub fn kinds(diary: &Diary) -> Registry<Bank, Value> {
    let diary = diary.clone();
    let mut kinds = Registry::new();
    kinds.configured("http", move |settings: Settings| {
        Ok::<_, BoxError>(Bank {
            name: settings.name,
            gateway: Gateway::at(settings.address),
            diary: diary.clone(),
        })
    });
    kinds
}

impl Provider for Bank {
    fn name(&self) -> &str {
        &self.name
    }

    fn metadata(&self) -> Metadata {
        Metadata::default().label("protocol", "http/1.1")
    }

    async fn health(&self) -> Health {
        match self.gateway.probe().await {
            Ok(()) => Health::Healthy,
            Err(error) => Health::unavailable(error.to_string()),
        }
    }

    async fn init(&self) -> Result<(), BoxError> {
        self.gateway.probe().await?;
        self.diary.write("opened", &self.name);
        Ok(())
    }

    async fn close(&self) -> Result<(), BoxError> {
        self.diary.write("closed", &self.name);
        Ok(())
    }
}

impl RequestResponse<Order> for Bank {
    type Response = Receipt;
    type Error = GatewayError;

    async fn call(&self, order: Order) -> Result<Receipt, GatewayError> {
        charge_order(&order, &self.gateway).await
    }
}

impl Diary {
    /// What was written.
    pub fn read(&self) -> Vec<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.clone()
    }

    /// A line is written whole or not at all, so a panic elsewhere does not spoil them.
    fn write(&self, what: &str, name: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(format!("{what} {name}"));
    }
}
