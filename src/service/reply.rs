//! What one attempt met.

use std::time::Duration;

use bytes::Bytes;

use crate::model::{Met, Pause};

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// How long the service asks to wait, from now.
    pub retry_after: Option<Duration>,
    /// What it says is left of its quota.
    pub quota: Option<Quota>,
    /// The body, up to 1 MiB of it.
    pub body: Bytes,
}

/// What is left of a quota, as the service says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// So many attempts.
    pub remaining: u64,
    /// Until it is renewed, from now.
    pub reset: Duration,
}

/// What one attempt met; the texts are for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
    Http(Answer),
    /// Nothing was sent: no connection, no such host, no TLS.
    NoConnection(String),
    /// The request went out and no whole answer came in time.
    TimedOut(String),
    /// The request went out and the connection broke.
    Lost(String),
    /// Nothing was sent: the service refuses the token that it would be sent with, in these words.
    NoToken(String),
}

impl Reply {
    /// The HTTP status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Http(answer) => Some(answer.status),
            _ => None,
        }
    }

    /// What came of the attempt, in short.
    pub fn met(&self) -> Met {
        match self {
            Self::Http(answer) => Met::Answer(answer.status),
            Self::NoConnection(_) => Met::NoConnection,
            Self::TimedOut(_) => Met::TimedOut,
            Self::Lost(_) => Met::Lost,
            Self::NoToken(_) => Met::NoToken,
        }
    }

    /// Whether the answer asks all calls to wait, and how long, where it says: a 429 always does, a 503 where it
    /// names a time (contract, section 4), and any other that says that a quota is used up. It does so whatever else it says about its call.
    pub fn asks_to_wait(&self) -> Option<(Pause, Option<Duration>)> {
        let Self::Http(answer) = self else {
            return None;
        };
        let used_up = answer.quota.filter(|quota| quota.remaining == 0);
        let renewed = used_up.map(|quota| quota.reset);
        match (answer.status, answer.retry_after) {
            (429, after) => Some((Pause::Throttled, after.or(renewed))),
            (503, Some(after)) if !after.is_zero() => Some((Pause::Unavailable, Some(after))),
            // A second may be a moment: to wait for it would cost more than it is worth.
            (200..=499, _) => renewed
                .filter(|reset| *reset > Duration::from_secs(1))
                .map(|reset| (Pause::Quota, Some(reset))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_429_asks_to_wait_and_a_503_where_it_names_a_time() {
        let asks = |status, retry_after| {
            Reply::Http(Answer {
                status,
                retry_after,
                quota: None,
                body: Bytes::new(),
            })
            .asks_to_wait()
        };
        let seven = Some(Duration::from_secs(7));
        assert_eq!(asks(429, None), Some((Pause::Throttled, None)));
        assert_eq!(asks(429, seven), Some((Pause::Throttled, seven)));
        assert_eq!(asks(503, seven), Some((Pause::Unavailable, seven)));
        assert_eq!(asks(503, None), None);
        assert_eq!(asks(503, Some(Duration::ZERO)), None);
        assert_eq!(asks(500, seven), None);
        assert_eq!(Reply::Lost(String::new()).asks_to_wait(), None);
    }
}
