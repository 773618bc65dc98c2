//! What the README shows beside pipelines, compiled, run, and compared with it word for word.
#![allow(clippy::unused_async, reason = "what is shown stands for what waits")]

use electrician::{
    handler,
    operator::{Operator, handling},
    provider::{Combine, Manager, Preferred, RequestResponse, from_fn},
    resilience::{Breaker, Bulkhead, Chain, CircuitBreaker, RateLimiter, Retry},
    value::Rate,
};
use std::{error::Error, io, time::Duration};

type Done = Result<(), Box<dyn Error>>;

async fn fetch_quote(symbol: &str) -> io::Result<u64> {
    Ok(symbol.len() as u64 * 100)
}

#[tokio::test]
async fn the_chain_runs_as_it_is_shown() -> Done {
    // chain {
    let limiter = RateLimiter::new(Rate::per_second(500));
    let bulkhead = Bulkhead::new(16);
    let breaker = CircuitBreaker::new(Breaker::default());
    let mut chain = Chain::new()
        .deadline(Duration::from_secs(5))
        .rate_limit(limiter.lease())
        .bulkhead(bulkhead.seat())
        .breaker(&breaker)
        .idempotent() // or there is no `retry`
        .retry(Retry::up_to(4).backoff(Duration::from_millis(50)..Duration::from_secs(1)))
        .timeout(Duration::from_secs(1));
    let cents = chain.call(|| fetch_quote("ABC")).await?;
    // }
    assert_eq!(cents, 300);
    Ok(())
}

#[tokio::test]
async fn the_providers_run_as_they_are_shown() -> Done {
    let chain = Chain::new();
    // providers {
    let quotes = |name| from_fn(name, async |symbol: String| fetch_quote(&symbol).await);

    let manager = Manager::new("quotes", Preferred::new("exchange"));
    manager
        .init("exchange", || Ok::<_, io::Error>(quotes("exchange")))
        .await?;
    manager
        .init("mirror", || Ok::<_, io::Error>(quotes("mirror")))
        .await?;
    let quotes = manager.protected(chain); // itself a provider, and a handler of a pipeline
    let cents = quotes.call("ABC".into()).await?;
    // }
    assert_eq!(cents, 300);
    Ok(())
}

// operator {
#[handler]
async fn greet(name: &str, greeted: &mut u32) -> String {
    *greeted += 1;
    format!("hello, {name}, number {greeted}")
}
// }

#[tokio::test]
async fn the_operator_runs_as_it_is_shown() -> Done {
    // operated {
    let operator = Operator::new();
    let greeter = operator.add("greeter", handling(greet {}, (0,)))?;
    operator.start("greeter")?;
    let reply = greeter
        .request("Ada".into(), Duration::from_secs(1))
        .await?;
    // }
    assert_eq!(reply.as_deref(), Some("hello, Ada, number 1"));
    Ok(())
}

#[test]
fn the_readme_shows_what_runs_here() {
    let (source, readme) = (include_str!("readme.rs"), include_str!("../../README.md"));
    for name in ["chain", "providers", "operator", "operated"] {
        let shown = between(source, &format!("// {name} {{\n"));
        assert!(readme.contains(&shown), "`{name}` is shown otherwise");
    }
}

/// The lines from `begin` on up to a `// }`, without their common indent.
fn between(source: &str, begin: &str) -> String {
    let (before, rest) = source.split_once(begin).expect("it begins");
    let indent = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
    let (lines, _) = rest
        .split_once(&format!("{indent}// }}\n"))
        .expect("it ends");
    let plain = |line| str::strip_prefix(line, indent).unwrap_or(line);
    lines.split_inclusive('\n').map(plain).collect()
}
