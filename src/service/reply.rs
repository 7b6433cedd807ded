//! What one attempt met.

use std::time::Duration;

use bytes::Bytes;

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// How long the service asks to wait, from now.
    pub retry_after: Option<Duration>,
    /// The body, up to 1 MiB of it.
    pub body: Bytes,
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
}

impl Reply {
    /// The HTTP status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Http(answer) => Some(answer.status),
            _ => None,
        }
    }
}
