//! The usual way: a spawned task for each stage, and a tokio channel of 1024 before it.

use std::future::Future;

use tokio::{
    spawn,
    sync::mpsc::{self, Receiver},
};

pub(super) const CAPACITY: usize = 1024;

/// A task that sends what an iterator gives.
pub(super) fn feed<T: Send + 'static>(
    items: impl Iterator<Item = T> + Send + 'static,
) -> Receiver<T> {
    let (output, input) = mpsc::channel(CAPACITY);
    spawn(async move {
        for item in items {
            if output.send(item).await.is_err() {
                return;
            }
        }
    });
    input
}

/// A task that calls a function for each item.
pub(super) fn map<T: Send + 'static, U: Send + 'static>(
    mut input: Receiver<T>,
    call: impl Fn(T) -> U + Send + 'static,
) -> Receiver<U> {
    let (output, next) = mpsc::channel(CAPACITY);
    spawn(async move {
        while let Some(item) = input.recv().await {
            if output.send(call(item)).await.is_err() {
                return;
            }
        }
    });
    next
}

/// A task that calls a function for each item, and sends what it keeps.
pub(super) fn filter_map<T: Send + 'static, U: Send + 'static>(
    mut input: Receiver<T>,
    call: impl Fn(T) -> Option<U> + Send + 'static,
) -> Receiver<U> {
    let (output, next) = mpsc::channel(CAPACITY);
    spawn(async move {
        while let Some(item) = input.recv().await {
            if let Some(item) = call(item)
                && output.send(item).await.is_err()
            {
                return;
            }
        }
    });
    next
}

/// A task that awaits an async function for each item.
pub(super) fn then<T: Send + 'static, F>(
    mut input: Receiver<T>,
    call: impl Fn(T) -> F + Send + 'static,
) -> Receiver<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let (output, next) = mpsc::channel(CAPACITY);
    spawn(async move {
        while let Some(item) = input.recv().await {
            if output.send(call(item).await).await.is_err() {
                return;
            }
        }
    });
    next
}

/// A task that awaits an async function for each item, and sends what it keeps.
pub(super) fn filter_then<T: Send + 'static, U: Send + 'static, F>(
    mut input: Receiver<T>,
    call: impl Fn(T) -> F + Send + 'static,
) -> Receiver<U>
where
    F: Future<Output = Option<U>> + Send + 'static,
{
    let (output, next) = mpsc::channel(CAPACITY);
    spawn(async move {
        while let Some(item) = input.recv().await {
            if let Some(item) = call(item).await
                && output.send(item).await.is_err()
            {
                return;
            }
        }
    });
    next
}

/// A task that sums up what a function reads from the items.
pub(super) async fn sum<T: Send + 'static>(
    mut input: Receiver<T>,
    read: impl Fn(T) -> u64 + Send + 'static,
) -> u64 {
    let task = spawn(async move {
        let mut sum = 0_u64;
        while let Some(item) = input.recv().await {
            sum = sum.wrapping_add(read(item));
        }
        sum
    });
    task.await.expect("it does not panic")
}
