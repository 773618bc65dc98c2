//! A stage at work: the function it calls, the item it holds, and where its outputs go.

mod alias;
mod arguments;
mod arrow;
mod call;
mod calls;
mod certainty;
#[cfg(feature = "chaos")]
mod chaotic;
mod crew;
mod definition;
mod draft;
mod entrance;
mod eventual;
mod exit;
mod failure;
mod generator;
mod given;
mod hand_over;
mod handler;
mod heads;
mod hedged;
pub mod inline;
mod intake;
mod keys;
mod latency;
mod layers;
mod lone;
mod meanwhile;
mod next;
mod one;
mod order;
mod origin;
mod outlet;
mod outputs;
mod pace;
mod pass;
mod plain;
mod polled;
mod pool;
mod protected;
mod provided;
mod pushed;
mod queued;
mod sampling;
#[cfg(feature = "tower")]
mod served;
mod settings;
mod settle;
mod slots;
mod source;
mod tally;
mod task;
pub mod timed;
mod turn;
mod unfit;
mod unwind;
mod waiting;
#[cfg(test)]
mod wakes;
mod woken;
mod work;
pub mod zip;

pub use alias::{Alias, Unaliased};
pub use arguments::{
    Anew, Common, GoesAlong, Lend, Made, Own, Place, Shared, made, named, parameter, place,
};
pub use arrow::{
    Arrow, Becomes, Branches, Feeds, Misfit, Port, Travels, arrow, branch, converted, link_into,
    link_out,
};
pub use call::{Miss, Stage};
pub use certainty::{Both, GivenBy, Untouched};
#[cfg(feature = "chaos")]
pub use chaotic::{Chaotic, Troubled};
pub use definition::{Definition, EndsHere, Takes, Waits, generator};
#[cfg(not(feature = "chaos"))]
pub use draft::ChaosIsOn;
pub use draft::{Draft, handler};
pub use eventual::{at_once, mapped, ready};
pub use failure::{AnyFailure, BoxError, Cause, Escapes, Failure, Reported, ResultOf, Unfailing};
pub use generator::Generator;
pub use given::{Given, next, try_next};
pub use handler::{
    AsTaken, ByRef, ByValue, Handler, Hold, Kept, Lendable, Lent, LentAs, Mode, Nothing, Spent,
};
pub use heads::{Head, Lanes, flushing, hand_over, hash_key, room};
pub use hedged::{Hedged, Twice};
pub use intake::{Intake, LaneEnds};
pub use latency::{Latency, LatencyCell};
pub use lone::{Nowhere, counted};
pub use meanwhile::{Others, Rest};
pub use order::Order;
pub use origin::Origin;
pub use outlet::{Outlet, Stopped};
pub use outputs::{Answer, Iterated, Maybe, Outputs, Streamed, TryIterated, TryStreamed};
pub use pass::{Lap, Pass, Seat};
pub use plain::Plain;
pub use polled::{Found, Polled, Polls, Ticks, Work};
pub use pool::{Came, Pool};
pub use provided::{provider, provider_sink, provider_stream};
pub use pushed::Pushed;
pub use queued::Desk;
#[cfg(feature = "tower")]
pub use served::service;
pub use settings::{Cell, OnPanic, Settings, WhenLimited, WhenOpen};
pub use settle::Settled;
pub use source::Source;
pub use tally::{Leaving, StageStats, Tally};
pub use turn::{Turn, Turnstile};
pub use unfit::Unfit;
pub use unwind::guarded;

pub(crate) use latency::rounded;
pub(crate) use layers::{Breakers, Layers, Limiter};
pub(crate) use task::{Task, pool, spawn, tasks, workers};
pub(crate) use unfit::unfit;
pub(crate) use unwind::{Caught, caught};
pub(crate) use waiting::Depth;
