//! One attempt: a call → a reply.

use std::error::Error as _;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::header::{
    ACCEPT, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use reqwest::{Body, Certificate, ClientBuilder, RequestBuilder, Response, redirect, retry};
use secrecy::ExposeSecret;

use super::auth::Credentials;
use super::base_url::BaseUrl;
use super::body::change_labels;
use super::outgoing::{Leaving, Outgoing};
use super::reply::{Answer, Reply};
use super::retry_after;
use crate::model::Call;

/// A body is read so far (contract, section 3).
const MOST_OF_A_BODY: usize = 1 << 20;

/// Connecting takes so long at most (contract, section 4).
const CONNECTING: Duration = Duration::from_secs(10);

/// What sends an attempt. The service's client, or a script in its place.
pub trait Sender: Send + Sync + 'static {
    /// Sends one attempt of `call`, tells `leaving` when it does, and waits for what becomes of it.
    fn send(&self, call: &Call, leaving: impl Leaving) -> impl Future<Output = Reply> + Send;
}

/// The HTTP method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// What the service takes.
    Post,
    /// What one table of its reference page says.
    Get,
    /// What a gateway may want.
    Put,
}

impl Method {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
            Self::Put => "PUT",
        }
    }
}

/// What a client needs to know.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Where the service is.
    pub base_url: BaseUrl,
    /// How a call is sent.
    pub method: Method,
    /// Who calls.
    pub credentials: Credentials,
    /// How long an attempt may take.
    pub timeout: Duration,
    /// A certificate authority to trust besides the system's: a PEM file.
    pub ca_cert: Option<PathBuf>,
}

/// The client can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// `--ca-cert` names a file that can't be read.
    #[error("--ca-cert {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// `--ca-cert` names a file without a certificate.
    #[error("--ca-cert {}: no certificate in it; a PEM file with -----BEGIN CERTIFICATE----- is needed", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The machine has no certificate store, or the like.
    #[error(
        "no HTTPS client can be made: {0}; if this machine has no certificate authorities, install them (on Debian: \
         ca-certificates) or name a file of them with --ca-cert"
    )]
    Unusable(String),
}

impl From<ClientError> for crate::error::Error {
    fn from(error: ClientError) -> Self {
        Self::unusable(error)
    }
}

/// Sends calls to the service.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    options: ClientOptions,
}

impl Client {
    /// A client. Costs some milliseconds: made when first needed.
    ///
    /// # Errors
    /// A certificate that can't be read, or a machine without a certificate store.
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("bulklabel/", env!("CARGO_PKG_VERSION")))
            .default_headers(json_headers())
            // Every attempt is paced and counted here: nothing may repeat or redirect one behind our back.
            .retry(retry::never())
            .redirect(redirect::Policy::none())
            .timeout(options.timeout)
            .connect_timeout(CONNECTING);
        let builder = with_proxies(with_certificates(builder, &options)?, &options);
        let http = builder
            .build()
            .map_err(|error| ClientError::Unusable(chain(&error)))?;
        Ok(Self { http, options })
    }

    async fn answer(&self, mut response: Response) -> Reply {
        let (status, headers) = (response.status().as_u16(), response.headers());
        let text = |name: HeaderName| headers.get(name)?.to_str().ok();
        let retry_after = text(RETRY_AFTER)
            .and_then(|value| retry_after::pause(value, text(DATE), SystemTime::now()));
        match read_body(&mut response).await {
            Ok(body) => Reply::Http(Answer {
                status,
                retry_after,
                body: self.options.credentials.redacted(body),
            }),
            // These say all that is needed without their body; and what can't be unpacked can't be read.
            Err(error) if matches!(status, 401 | 429 | 500..) || is_garbled(&error) => {
                Reply::Http(Answer {
                    status,
                    retry_after,
                    body: Bytes::new(),
                })
            }
            Err(error) => self.no_answer(&error),
        }
    }

    /// What became of a request that went out.
    fn no_answer(&self, error: &reqwest::Error) -> Reply {
        if error.is_timeout() {
            Reply::TimedOut(format!("no whole answer within {:?}", self.options.timeout))
        } else {
            let why = chain(error);
            Reply::Lost(format!(
                "the connection broke before the whole answer came: {why}"
            ))
        }
    }

    fn request(&self, call: &Call) -> RequestBuilder {
        let ClientOptions {
            base_url,
            credentials,
            method,
            ..
        } = &self.options;
        let url = base_url.join(&format!("/v2/customers/{}/changeLabels", call.user));
        let method = match method {
            Method::Post => reqwest::Method::POST,
            Method::Get => reqwest::Method::GET,
            Method::Put => reqwest::Method::PUT,
        };
        let password = credentials.password.expose_secret();
        self.http
            .request(method, url)
            .basic_auth(&credentials.username, Some(password))
    }
}

impl Sender for Client {
    async fn send(&self, call: &Call, leaving: impl Leaving) -> Reply {
        let body = Body::wrap(Outgoing::new(change_labels(call), leaving.clone()));
        match self.request(call).body(body).send().await {
            Ok(response) => self.answer(response).await,
            // Of what was never written nothing can have been applied, whatever the error is called.
            Err(error) if error.is_connect() || !leaving.has_left() => {
                let host = self.options.base_url.host();
                Reply::NoConnection(format!("no connection to {host}: {}", chain(&error)))
            }
            Err(error) => self.no_answer(&error),
        }
    }
}

fn json_headers() -> HeaderMap {
    let json = HeaderValue::from_static("application/json");
    HeaderMap::from_iter([(ACCEPT, json.clone()), (CONTENT_TYPE, json)])
}

fn with_certificates(
    builder: ClientBuilder,
    options: &ClientOptions,
) -> Result<ClientBuilder, ClientError> {
    let Some(path) = &options.ca_cert else {
        // Without TLS no certificate store is opened: a machine may have none.
        return Ok(if options.base_url.is_encrypted() {
            builder
        } else {
            builder.tls_certs_only([])
        });
    };
    let pem = std::fs::read(path).map_err(|source| ClientError::Unreadable {
        path: path.clone(),
        source,
    })?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(builder.tls_certs_merge(certificates)),
        _ => Err(ClientError::NoCertificate { path: path.clone() }),
    }
}

/// The system's proxy settings are obeyed, but for this machine: no proxy reaches what listens here only.
fn with_proxies(builder: ClientBuilder, options: &ClientOptions) -> ClientBuilder {
    if options.base_url.is_loopback() {
        builder.no_proxy()
    } else {
        builder
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

/// Whether a body came that can't be unpacked, which is no broken connection.
fn is_garbled(error: &reqwest::Error) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
            )
        })
}

/// An error's causes, the nearest first.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

/// An error's causes, each said once, without the library's own words for where it was.
fn chain(error: &reqwest::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    for text in causes(error).map(ToString::to_string) {
        if !text.starts_with("client error (") && !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
    }
    if texts.is_empty() {
        error.to_string()
    } else {
        texts.join(": ")
    }
}
