//! How connections are made: TLS, proxies, time-outs (contract, sections 3 and 4).

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Certificate, ClientBuilder, redirect, retry};

use super::failure::chain;
use super::method::Method;
use crate::service::auth::Credentials;
use crate::service::base_url::BaseUrl;

/// Connecting takes so long at most (contract, section 4).
pub const CONNECTING: Duration = Duration::from_secs(10);

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
    /// `--ca-cert` names a file with what is no certificate in it.
    #[error("--ca-cert {}: a certificate in it can't be read: {why}", path.display())]
    BadCertificate {
        /// The file.
        path: PathBuf,
        /// The library's words.
        why: String,
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

/// The HTTP client of a run. Costs some milliseconds: made when first needed.
pub fn connections(options: &ClientOptions) -> Result<reqwest::Client, ClientError> {
    let builder = reqwest::Client::builder()
        // Every attempt is paced and counted: nothing may repeat or redirect one behind our back.
        .retry(retry::never())
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECTING.min(options.timeout));
    let builder = with_proxies(with_certificates(builder, options)?, options);
    let built = builder.build();
    built.map_err(|error| {
        let why = chain(&error);
        match &options.ca_cert {
            Some(path) if why.contains("certificate") => ClientError::BadCertificate {
                path: path.clone(),
                why,
            },
            _ => ClientError::Unusable(why),
        }
    })
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
