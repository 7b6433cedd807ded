//! A request → a reply, whatever is asked.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::header::{DATE, HeaderName, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};

use super::connection::CONNECTING;
use super::failure::{is_garbled, lost, no_connection, timed_out};
use crate::service::reply::{Answer, Reply};
use crate::service::retry_after;

/// A body is read so far (contract, section 3).
const MOST_OF_A_BODY: usize = 1 << 20;

/// What a reply is told with.
#[derive(Debug)]
pub struct Exchange {
    /// The host that is asked.
    pub host: String,
    /// How long it may take.
    pub timeout: Duration,
}

impl Exchange {
    /// Sends a request and reads its whole answer. `has_left` says whether it was written.
    pub async fn reply(&self, request: RequestBuilder, has_left: impl FnOnce() -> bool) -> Reply {
        match request.send().await {
            Ok(response) => self.answer(response).await,
            // Of what was never written nothing can have been applied, whatever the error is called.
            Err(error) if error.is_connect() || !has_left() => {
                let why = no_connection(&error, self.timeout.min(CONNECTING));
                Reply::NoConnection(format!("no connection to {}: {why}", self.host))
            }
            Err(error) => self.no_answer(&error),
        }
    }

    async fn answer(&self, mut response: Response) -> Reply {
        let (status, headers) = (response.status().as_u16(), response.headers());
        let text = |name: HeaderName| headers.get(name)?.to_str().ok();
        let retry_after = text(RETRY_AFTER)
            .and_then(|value| retry_after::pause(value, text(DATE), SystemTime::now()));
        let body = match read_body(&mut response).await {
            Ok(body) => body,
            // These say all that is needed without their body; and what can't be unpacked can't be read.
            Err(error) if matches!(status, 401 | 429 | 500..) || is_garbled(&error) => Bytes::new(),
            Err(error) => return self.no_answer(&error),
        };
        Reply::Http(Answer {
            status,
            retry_after,
            body,
        })
    }

    /// What became of a request that went out.
    fn no_answer(&self, error: &reqwest::Error) -> Reply {
        if error.is_timeout() {
            Reply::TimedOut(timed_out(self.timeout))
        } else {
            Reply::Lost(lost(error))
        }
    }
}

async fn read_body(response: &mut Response) -> Result<Bytes, reqwest::Error> {
    let mut body = BytesMut::new();
    while body.len() < MOST_OF_A_BODY {
        match response.chunk().await? {
            Some(chunk) => {
                body.extend_from_slice(&chunk[..chunk.len().min(MOST_OF_A_BODY - body.len())])
            }
            None => break,
        }
    }
    Ok(body.freeze())
}
