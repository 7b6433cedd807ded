//! The account of a rate on a Redis, or what speaks like one: a script, so that one round trip is enough and the server's clock
//! counts.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, Script, TlsCertificates};
use secrecy::{ExposeSecret, SecretString};

use super::ask::{Answer, Ask, Epoch, NoAnswer, RELIED_ON, micros};
use super::book::KEPT;
use super::refusal::no_answer;

/// So long a connection may take, and so long an answer.
const CONNECTING: Duration = Duration::from_secs(3);
const ANSWERING: Duration = Duration::from_secs(2);

/// Keeps the account on a server.
pub struct ServerStore {
    client: Client,
    script: Script,
    /// Whose account it is.
    key: String,
    connection: Option<MultiplexedConnection>,
    /// How many there were.
    connections: u64,
}

impl fmt::Debug for ServerStore {
    /// Without the address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerStore").finish_non_exhaustive()
    }
}

impl ServerStore {
    /// The account `key` at `url`. A certificate of one of the authorities in the PEM file `ca_cert` is trusted, too.
    ///
    /// # Errors
    /// The address can't be used, or that file can't be read.
    pub fn new(
        url: &SecretString,
        is_encrypted: bool,
        key: String,
        ca_cert: Option<&Path>,
    ) -> Result<Self, NoAnswer> {
        let url = url.expose_secret();
        let client = match ca_cert.filter(|_| is_encrypted) {
            None => Client::open(url),
            Some(path) => {
                let root_cert = std::fs::read(path).map_err(|error| {
                    NoAnswer::for_good(format!("--ca-cert {}: {error}", path.display()))
                })?;
                let certificates = TlsCertificates {
                    client_tls: None,
                    root_cert: Some(root_cert),
                };
                Client::build_with_tls(url, certificates)
            }
        };
        Ok(Self {
            client: client.map_err(|error| no_answer(&error))?,
            script: Script::new(include_str!("reserve.lua")),
            key: format!("bulklabel:rate:{key}"),
            connection: None,
            connections: 0,
        })
    }

    /// Asks.
    ///
    /// # Errors
    /// There is no server, or it refuses.
    pub async fn ask(&mut self, ask: Ask) -> Result<Answer, NoAnswer> {
        let was_connected = self.connection.is_some();
        let answer = match self.ask_once(ask).await {
            // A connection that was idle for long may have been taken down on the way.
            Err(error) if was_connected && error.is_connection_dropped() => {
                self.ask_once(ask).await
            }
            answer => answer,
        };
        answer.map_err(|error| no_answer(&error))
    }

    async fn ask_once(&mut self, ask: Ask) -> Result<Answer, RedisError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                self.connections += 1;
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(CONNECTING))
                    .set_response_timeout(Some(ANSWERING));
                let client = &self.client;
                client
                    .get_multiplexed_async_connection_with_config(&config)
                    .await?
            }
        };
        let (wait, epoch, held, at): (i64, u64, i64, i64) = self
            .script
            .key(&*self.key)
            .arg(ask.span())
            .arg(ask.gap_in_micros())
            .arg(ask.hold.map_or(0, micros))
            .arg(micros(RELIED_ON))
            .arg(micros(KEPT))
            // In one: of whoever has not told a password, a server takes ten words at most, and says that it wants one.
            .arg(format!("{} {}", micros(ask.reserved), ask.epoch))
            .invoke_async(&mut connection)
            .await?;
        // One that was in trouble is not used again.
        self.connection = Some(connection);
        let span = |microseconds| Duration::from_micros(u64::try_from(microseconds).unwrap_or(0));
        Ok(Answer {
            wait: span(wait),
            epoch: Epoch {
                of_account: epoch,
                of_connection: self.connections,
            },
            held: span(held),
            at: span(at),
        })
    }
}
