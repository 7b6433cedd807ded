//! Whom calls go to: the service, or its imitation.

use std::time::Duration;

use secrecy::SecretString;

use super::credentials::credentials;
use super::settings::{ServiceArgs, Understood};
use crate::error::Error;
use crate::sandbox::{self, Sandbox};
use crate::service::{BaseUrl, Client, ClientOptions, Credentials};

/// Where calls go, and who calls.
#[derive(Debug)]
pub struct Destination {
    /// Where the service is.
    pub base_url: BaseUrl,
    /// Who calls.
    pub credentials: Credentials,
    /// The imitation, which lives as long as this.
    pub rehearsal: Option<Sandbox>,
}

impl Destination {
    /// The service. Known before the list is read; a missing secret is asked for, where `may_ask`.
    ///
    /// # Errors
    /// Credentials that are missing.
    pub fn service(base_url: BaseUrl, given: &Understood, may_ask: bool) -> Result<Self, Error> {
        Ok(Self {
            base_url,
            credentials: credentials(given.file.as_ref(), may_ask)?,
            rehearsal: None,
        })
    }

    /// Its imitation.
    ///
    /// # Errors
    /// It can't be started.
    pub fn imitation() -> Result<Self, Error> {
        let sandbox = Sandbox::start(sandbox::Options::default());
        let sandbox = sandbox
            .map_err(|error| Error::unusable(format!("the sandbox can't start: {error}")))?;
        let base_url = sandbox.base_url().parse().map_err(Error::unusable)?;
        let credentials = Credentials::Basic {
            username: sandbox::USER.to_owned(),
            password: SecretString::from(sandbox::PASSWORD),
        };
        Ok(Self {
            base_url,
            credentials,
            rehearsal: Some(sandbox),
        })
    }

    /// The client.
    ///
    /// # Errors
    /// A certificate that can't be read, or a machine without a certificate store.
    pub fn client(&self, args: &ServiceArgs, timeout: Duration) -> Result<Client, Error> {
        let options = ClientOptions {
            base_url: self.base_url.clone(),
            method: args.method.into(),
            credentials: self.credentials.clone(),
            timeout,
            ca_cert: args.ca_cert.clone(),
        };
        Ok(Client::new(options)?)
    }
}
