//! One rate for runs on many machines, or for many on one: where they agree on it (contract, section 8).
//!
//! Permits are reserved: one question, answered by whoever keeps the account of the rate, tells when the next of them may be used.
//! `book` keeps such an account, `file` in a file, `server` on a Redis by a script that does the same. What a pace makes of the
//! answers is in `pace`.

mod accounts;
mod address;
mod ask;
mod book;
mod file;
#[cfg(test)]
pub mod imitation;
#[cfg(feature = "redis")]
mod refusal;
#[cfg(feature = "redis")]
mod server;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use self::file::FileStore;
#[cfg(feature = "redis")]
use self::server::ServerStore;

use crate::model::Rate;

pub use self::address::{RateUrl, RateUrlError};
pub use self::ask::{Answer, Ask, Epoch, NoAnswer, RELIED_ON};

/// A rate that runs share. A clone is the same.
#[derive(Debug, Clone)]
pub struct SharedRate {
    /// One asks at a time: the others of a process would only stand in its own way.
    store: Arc<Mutex<Store>>,
    /// Where it is, for people.
    place: Arc<str>,
}

/// Who keeps the account.
#[derive(Debug)]
pub enum Store {
    /// A server.
    #[cfg(feature = "redis")]
    Server(Box<ServerStore>),
    /// A file.
    File(FileStore),
    /// An imitation.
    #[cfg(test)]
    Imitation(imitation::Imitation),
}

impl Store {
    /// Asks.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn ask(&mut self, ask: Ask) -> Result<Answer, NoAnswer> {
        match self {
            #[cfg(feature = "redis")]
            Self::Server(store) => store.ask(ask).await,
            Self::File(store) => store.ask(ask).await,
            #[cfg(test)]
            Self::Imitation(store) => store.ask(ask).await,
        }
    }
}

impl SharedRate {
    /// That of an account, known as `key` to all who share it. Nothing is asked yet.
    ///
    /// # Errors
    /// The place can't be used, whatever happens there.
    pub fn at(url: &RateUrl, key: String, ca_cert: Option<&Path>) -> Result<Self, NoAnswer> {
        let store = match url {
            RateUrl::File(path) => Store::File(FileStore::new(path.clone(), key)),
            RateUrl::Server {
                url, is_encrypted, ..
            } => on_server(url, *is_encrypted, key, ca_cert)?,
        };
        Ok(Self::of(store, &url.to_string()))
    }

    fn of(store: Store, place: &str) -> Self {
        Self {
            store: Arc::new(Mutex::new(store)),
            place: place.into(),
        }
    }

    /// Where it is, for people.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Looks whether it can be asked at all for a share of `rate`, and gives the time until the next permit is free, as far as
    /// that is known.
    ///
    /// # Errors
    /// It can't, and to wait does not help. What may pass is none.
    pub async fn look(&self, rate: Rate) -> Result<Duration, NoAnswer> {
        let look = Ask {
            permits: 0,
            gap: rate.window() / rate.attempts().get(),
            hold: None,
            reserved: Duration::ZERO,
            epoch: 0,
        };
        match self.store().await.ask(look).await {
            Err(no_answer) if no_answer.lasts => Err(no_answer),
            Ok(answer) => Ok(answer.wait),
            Err(_) => Ok(Duration::ZERO),
        }
    }

    /// Who keeps the account.
    pub async fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().await
    }
}

#[cfg(feature = "redis")]
fn on_server(
    url: &secrecy::SecretString,
    is_encrypted: bool,
    key: String,
    ca_cert: Option<&Path>,
) -> Result<Store, NoAnswer> {
    let store = ServerStore::new(url, is_encrypted, key, ca_cert)?;
    Ok(Store::Server(Box::new(store)))
}

#[cfg(not(feature = "redis"))]
fn on_server(
    _: &secrecy::SecretString,
    _: bool,
    _: String,
    _: Option<&Path>,
) -> Result<Store, NoAnswer> {
    Err(NoAnswer::for_good(
        "this program was built without the part that speaks to Redis: take another build, or file:PATH for runs on one machine",
    ))
}
