//! The breaker in a chain: comes in outcomes and how they are to be read, goes out verdicts.

use super::super::breaker::{BreakerWorker, Open, Token, Verdict};

/// What a chain asks before it calls: `()` lets everything through, [`Guarded`] asks a breaker.
pub trait Guards<T, E>: Books {
    /// Whether a call would be let through, before anything is taken for it.
    #[doc(hidden)]
    fn would_permit(&self) -> Result<(), Open>;
    #[doc(hidden)]
    fn permit(&self) -> Result<Token, Open>;
    /// Permission for a call that is there without asking anybody.
    #[doc(hidden)]
    fn at_hand(&self) -> Option<Token>;
    /// Whether it refuses without asking anybody.
    #[doc(hidden)]
    fn shut(&mut self) -> Option<Open>;
    /// It has just refused, and a timer may watch until when.
    #[doc(hidden)]
    fn watch(&self, open: Open);
    /// What an outcome shows; `None` is a call that took longer than it was given.
    #[doc(hidden)]
    fn judge(&self, outcome: Option<Result<&T, &E>>) -> Verdict;
}

/// Where a chain books how calls have ended: nowhere, or at a breaker.
pub trait Books: Send {
    #[doc(hidden)]
    fn tell(&mut self, token: Token, verdict: Verdict);
    /// The call of `token` has opened something that goes on: how long that lasts says nothing.
    #[doc(hidden)]
    fn opened(&self, token: Token) -> Token;
}

/// Reads an outcome: what it shows about the backend. A function of `Result<&T, &E>` does.
pub trait Judges<T, E> {
    /// What the outcome shows.
    fn verdict(&self, outcome: Result<&T, &E>) -> Verdict;
}

/// A breaker, and what counts as a failure.
#[derive(Clone, Debug)]
pub struct Guarded<J = EveryError> {
    pub(super) worker: BreakerWorker,
    pub(super) judge: J,
}

/// Every error is a failure, everything else a success.
#[derive(Clone, Copy, Debug)]
pub struct EveryError;

impl<T, E> Guards<T, E> for () {
    #[inline]
    fn would_permit(&self) -> Result<(), Open> {
        Ok(())
    }

    #[inline]
    fn permit(&self) -> Result<Token, Open> {
        Ok(Token::default())
    }

    #[inline]
    fn at_hand(&self) -> Option<Token> {
        Some(Token::default())
    }

    #[inline]
    fn shut(&mut self) -> Option<Open> {
        None
    }

    fn watch(&self, _: Open) {}

    #[inline]
    fn judge(&self, outcome: Option<Result<&T, &E>>) -> Verdict {
        outcome.map_or(Verdict::Unhealthy, |outcome| EveryError.verdict(outcome))
    }
}

impl Books for () {
    #[inline]
    fn tell(&mut self, _: Token, _: Verdict) {}

    fn opened(&self, token: Token) -> Token {
        token
    }
}

impl<T, E, J: Judges<T, E> + Send> Guards<T, E> for Guarded<J> {
    #[inline]
    fn would_permit(&self) -> Result<(), Open> {
        self.worker.would_permit()
    }

    #[inline]
    fn permit(&self) -> Result<Token, Open> {
        self.worker.token()
    }

    #[inline]
    fn at_hand(&self) -> Option<Token> {
        self.worker.at_hand()
    }

    #[inline]
    fn shut(&mut self) -> Option<Open> {
        self.worker.shut()
    }

    fn watch(&self, open: Open) {
        self.worker.watch(open);
    }

    #[inline]
    fn judge(&self, outcome: Option<Result<&T, &E>>) -> Verdict {
        outcome.map_or(Verdict::Unhealthy, |outcome| self.judge.verdict(outcome))
    }
}

impl<J: Send> Books for Guarded<J> {
    #[inline]
    fn tell(&mut self, token: Token, verdict: Verdict) {
        self.worker.tell(token, verdict);
    }

    fn opened(&self, token: Token) -> Token {
        self.worker.opened(token)
    }
}

impl<T, E> Judges<T, E> for EveryError {
    #[inline]
    fn verdict(&self, outcome: Result<&T, &E>) -> Verdict {
        match outcome {
            Ok(_) => Verdict::Healthy,
            Err(_) => Verdict::Unhealthy,
        }
    }
}

impl<T, E, F: Fn(Result<&T, &E>) -> Verdict> Judges<T, E> for F {
    fn verdict(&self, outcome: Result<&T, &E>) -> Verdict {
        self(outcome)
    }
}
