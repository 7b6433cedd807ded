//! One attempt: a call → a reply. The only door to the network.

mod connection;
mod exchange;
mod failure;
mod method;
mod outgoing;
mod prepared;
mod tokens;

use std::sync::Arc;

use tokio::time::Instant;

use self::connection::connections;
use self::exchange::Exchange;
use self::outgoing::Unpaced;
use self::prepared::Prepared;
use self::tokens::Tokens;
use super::auth::Credentials;
use super::catalogue;
use super::changes::change_labels;
use super::redaction::Redaction;
use super::reply::Reply;
use super::token::{self, Granted, Token, When};
use crate::model::Call;

pub use self::connection::{ClientError, ClientOptions};
pub use self::method::Method;
pub use self::outgoing::Leaving;

/// What sends an attempt. The service's client, or a script in its place.
pub trait Sender: Send + Sync + 'static {
    /// Gets what an attempt needs before its turn to leave comes, so that those who wait for it do not leave
    /// together.
    ///
    /// # Errors
    /// It can't be had: what the attempt meets without being sent.
    fn ready(&self) -> impl Future<Output = Result<(), Reply>> + Send {
        std::future::ready(Ok(()))
    }

    /// Sends one attempt of `call`, tells `leaving` when it does, and waits for what becomes of it.
    fn send(&self, call: &Call, leaving: impl Leaving) -> impl Future<Output = Reply> + Send;

    /// Whether what a 401 has refused is renewed for the next attempt.
    fn renews(&self) -> bool {
        false
    }

    /// A text of the service without the secrets that it may repeat.
    fn discreet(&self, text: String) -> String {
        text
    }
}

/// What asks for the organisation's labels, with the same credentials as calls.
pub trait ListsLabels: Sender {
    /// Asks once, tells `leaving` when it does, and waits for what becomes of it.
    fn labels(&self, leaving: impl Leaving) -> impl Future<Output = Reply> + Send;
}

/// Sends calls to the service.
#[derive(Debug)]
pub struct Client {
    exchange: Exchange,
    options: ClientOptions,
    prepared: Prepared,
    tokens: Tokens,
    redaction: Redaction,
}

impl Client {
    /// A client. Costs some milliseconds: made when first needed.
    ///
    /// # Errors
    /// A certificate that can't be read, or a machine without a certificate store.
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        let exchange = Exchange {
            http: connections(&options)?,
            host: options.base_url.host(),
            timeout: options.timeout,
        };
        Ok(Self {
            exchange,
            prepared: Prepared::of(&options),
            redaction: Redaction::of(&options.credentials),
            options,
            tokens: Tokens::default(),
        })
    }

    /// The token in force, where calls are sent with one.
    async fn token(&self) -> Result<Option<Arc<Token>>, Reply> {
        match self.options.credentials {
            Credentials::Basic { .. } => Ok(None),
            Credentials::OAuth { .. } => match self.tokens.fresh() {
                Some(token) => Ok(Some(token)),
                // Boxed: every attempt would carry the room for what one in thousands asks for.
                None => {
                    let asked = Box::pin(self.tokens.get(self.ask_for_token()));
                    asked.await.map(Some)
                }
            },
        }
    }

    async fn ask_for_token(&self) -> Granted {
        let credentials = &self.options.credentials;
        let asked = Instant::now();
        let request = self.prepared.request_for_token();
        let body = token::request(credentials).into_bytes();
        let reply = self.exchange.reply(request, body, Unpaced::default()).await;
        let answered = Instant::now();
        let granted = token::granted(reply, When { asked, answered }, &|text| {
            self.redaction.discreet(text)
        });
        if let Granted::Token(token) = &granted {
            self.redaction.learn(&token.value);
        }
        granted
    }
}

impl Client {
    /// The token to send with. Who has waited long for a turn may need another one than was got ready.
    async fn token_now(&self) -> Result<Option<Arc<Token>>, Reply> {
        match self.tokens.current() {
            Some(token) => Ok(Some(token)),
            None => self.token().await,
        }
    }

    /// Takes note of what a reply says of the token that was sent with.
    fn learn(&self, reply: &Reply, token: Option<&Arc<Token>>) {
        match (reply.status(), token) {
            (Some(401), Some(token)) => self.tokens.refused(token),
            (Some(status), Some(token)) if !matches!(status, 429 | 500..) => token.prove(),
            _ => {}
        }
    }
}

impl ListsLabels for Client {
    async fn labels(&self, leaving: impl Leaving) -> Reply {
        let token = match self.token_now().await {
            Ok(token) => token,
            Err(reply) => return reply,
        };
        let request = self.prepared.request_for_labels(token.as_deref());
        // One byte more tells a longer one from a whole one.
        let most = catalogue::LONGEST + 1;
        let reply = self.exchange.fetch(request, most, leaving).await;
        self.learn(&reply, token.as_ref());
        reply
    }
}

impl Sender for Client {
    async fn ready(&self) -> Result<(), Reply> {
        self.token().await.map(|_| ())
    }

    async fn send(&self, call: &Call, leaving: impl Leaving) -> Reply {
        let token = match self.token_now().await {
            Ok(token) => token,
            Err(reply) => return reply,
        };
        let request = self.prepared.call(call.user, token.as_deref());
        let body = change_labels(call);
        let reply = self.exchange.reply(request, body, leaving).await;
        self.learn(&reply, token.as_ref());
        reply
    }

    fn renews(&self) -> bool {
        let is_oauth = matches!(self.options.credentials, Credentials::OAuth { .. });
        is_oauth && self.tokens.are_worth_asking_for()
    }

    fn discreet(&self, text: String) -> String {
        self.redaction.discreet(text)
    }
}
