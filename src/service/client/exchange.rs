//! A request → a reply, whatever is asked.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::header::{DATE, HeaderName, RETRY_AFTER};
use reqwest::{Body, Request, Response};
use tokio::time::{Instant, sleep, timeout};

use super::connection::CONNECTING;
use super::failure::{is_garbled, is_handshake, lost, no_connection, timed_out};
use super::outgoing::{Leaving, Outgoing};
use crate::service::reply::{Answer, Reply};
use crate::service::{quota, retry_after};

/// A body is read so far (contract, section 3).
const MOST_OF_A_BODY: usize = 1 << 20;

/// So many times as long as an answer may take, a call may wait for a place on a connection that carries others.
const PLACES: u32 = 10;

/// What a reply is told with.
#[derive(Debug)]
pub struct Exchange {
    /// What carries it.
    pub http: reqwest::Client,
    /// The host that is asked.
    pub host: String,
    /// How long an answer may take.
    pub timeout: Duration,
}

impl Exchange {
    /// Sends a request with this body, tells `leaving` when that is written, and reads the whole answer. From then on it
    /// may take so long; before, there may be a connection to be made, or a place on one to be waited for.
    pub async fn reply(&self, mut request: Request, body: Vec<u8>, leaving: impl Leaving) -> Reply {
        *request.body_mut() = Some(Body::wrap(Outgoing::new(body, leaving.clone())));
        let whole = async {
            match self.http.execute(request).await {
                Ok(response) => self.answer(response, MOST_OF_A_BODY).await,
                Err(error) => self.no_answer(&error, leaving.has_left()),
            }
        };
        tokio::select! {
            biased;
            reply = whole => reply,
            () = self.too_long(&leaving) => match leaving.has_left() {
                true => Reply::TimedOut(timed_out(self.timeout)),
                false => self.no_connection("it has no place for another call".to_owned()),
            },
        }
    }

    /// Waits until a request has taken too long. It is looked at when it may have at the earliest: nothing has to tell when
    /// it leaves, and one that is answered in time has one timer.
    async fn too_long(&self, leaving: &impl Leaving) {
        let place = self.timeout.saturating_mul(PLACES).max(CONNECTING);
        let begun = Instant::now();
        // No span is over before the shortest of them.
        sleep(self.timeout).await;
        loop {
            let left = match leaving.left() {
                Some(left) => self.timeout.checked_sub(left.elapsed()),
                None => place.checked_sub(begun.elapsed()),
            };
            match left.filter(|left| !left.is_zero()) {
                Some(left) => sleep(left.min(self.timeout)).await,
                None => return,
            }
        }
    }

    /// Sends a request without a body, and reads so many bytes of the answer's. As no connection asks for a body that is not
    /// there, nothing tells when it is written: it counts as sent from the first, and its time-out too.
    pub async fn fetch(&self, request: Request, most: usize, leaving: impl Leaving) -> Reply {
        leaving.leave();
        let whole = async {
            match self.http.execute(request).await {
                Ok(response) => self.answer(response, most).await,
                Err(error) => self.no_answer(&error, true),
            }
        };
        let in_time = timeout(self.timeout, whole).await;
        in_time.unwrap_or_else(|_| Reply::TimedOut(timed_out(self.timeout)))
    }

    fn no_connection(&self, why: String) -> Reply {
        Reply::NoConnection(format!("no connection to {}: {why}", self.host))
    }

    async fn answer(&self, mut response: Response, most: usize) -> Reply {
        let (status, headers) = (response.status().as_u16(), response.headers());
        let text = |name: HeaderName| headers.get(name)?.to_str().ok();
        let retry_after = text(RETRY_AFTER)
            .and_then(|value| retry_after::pause(value, text(DATE), SystemTime::now()));
        let named = |name: &str| headers.get(name)?.to_str().ok();
        // Most services say nothing of it: a look at the names is cheaper than one for each.
        let mut names = headers.keys().map(HeaderName::as_str);
        let quota = names
            .any(quota::may_be_in)
            .then(|| quota::left(&named, SystemTime::now));
        let body = match read_body(&mut response, most).await {
            Ok(body) => body,
            // These say all that is needed without their body; and what can't be unpacked can't be read.
            Err(error) if matches!(status, 401 | 429 | 500..) || is_garbled(&error) => Bytes::new(),
            Err(error) => return self.no_answer(&error, true),
        };
        Reply::Http(Answer {
            status,
            retry_after,
            quota: quota.flatten(),
            body,
        })
    }

    /// What became of a request without a whole answer. Of what was never written nothing can have been applied, whatever
    /// the error is called; nor of what was refused before it was read.
    fn no_answer(&self, error: &reqwest::Error, has_left: bool) -> Reply {
        if error.is_connect() || !has_left || is_handshake(error) {
            self.no_connection(no_connection(error, self.timeout.min(CONNECTING)))
        } else {
            Reply::Lost(lost(error))
        }
    }
}

/// Most bodies come in one piece, which is taken as it is.
async fn read_body(response: &mut Response, most: usize) -> Result<Bytes, reqwest::Error> {
    let mut first = response.chunk().await?.unwrap_or_default();
    first.truncate(most);
    if first.len() == most {
        return Ok(first);
    }
    let Some(mut next) = response.chunk().await? else {
        return Ok(first);
    };
    let mut body = BytesMut::from(first);
    loop {
        body.extend_from_slice(&next[..next.len().min(most - body.len())]);
        if body.len() == most {
            break;
        }
        match response.chunk().await? {
            Some(chunk) => next = chunk,
            None => break,
        }
    }
    Ok(body.freeze())
}
