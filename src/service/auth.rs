//! Who calls: Basic authentication (contract, section 3).

use std::fmt;

use bytes::Bytes;
use memchr::memmem;
use secrecy::{ExposeSecret, SecretString};

/// A user name and its password, which nothing can print.
#[derive(Clone)]
pub struct Credentials {
    /// The user name (for Capillary: the till id).
    pub username: String,
    /// The password as it is sent (for Capillary: the MD5 form of the till's).
    pub password: SecretString,
}

/// Credentials that are missing, whole or in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// Neither.
    #[error(
        "no credentials: set BULKLABEL_USERNAME and BULKLABEL_PASSWORD in the environment, or rehearse without an account \
         with --sandbox"
    )]
    Missing,
    /// A password only.
    #[error("BULKLABEL_PASSWORD is set, but BULKLABEL_USERNAME is not: set both")]
    NoUsername,
    /// A user name only.
    #[error("BULKLABEL_USERNAME is set, but BULKLABEL_PASSWORD is not: set both")]
    NoPassword,
    /// A user name that Basic authentication can't carry (RFC 7617, section 2).
    #[error(
        "BULKLABEL_USERNAME holds a colon, which Basic authentication does not allow: check it"
    )]
    Colon,
}

impl Credentials {
    /// The credentials that the two variables hold; an empty one is an unset one.
    ///
    /// # Errors
    /// One or both are missing.
    pub fn basic(
        username: Option<String>,
        password: Option<SecretString>,
    ) -> Result<Self, CredentialsError> {
        let username = username.filter(|name| !name.is_empty());
        let password = password.filter(|secret| !secret.expose_secret().is_empty());
        match (username, password) {
            (Some(username), _) if username.contains(':') => Err(CredentialsError::Colon),
            (Some(username), Some(password)) => Ok(Self { username, password }),
            (Some(_), None) => Err(CredentialsError::NoPassword),
            (None, Some(_)) => Err(CredentialsError::NoUsername),
            (None, None) => Err(CredentialsError::Missing),
        }
    }

    /// A body without the password in it: a service that repeats it must not bring it into a result or a log.
    /// One of less than six characters would take ordinary words out.
    pub fn redacted(&self, body: Bytes) -> Bytes {
        let password = self.password.expose_secret().as_bytes();
        if password.len() < 6 || memmem::find(&body, password).is_none() {
            return body;
        }
        let mut redacted = Vec::with_capacity(body.len());
        let mut from = 0;
        for at in memmem::find_iter(&body, password) {
            redacted.extend_from_slice(&body[from..at]);
            redacted.extend_from_slice(b"***");
            from = at + password.len();
        }
        redacted.extend_from_slice(&body[from..]);
        redacted.into()
    }

    /// A hash that tells accounts apart without naming them.
    pub fn account(&self) -> String {
        let hash = blake3::derive_key("bulklabel account, Basic", self.username.as_bytes());
        blake3::Hash::from(hash).to_hex()[..32].to_owned()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_needed_and_an_empty_one_is_an_unset_one() {
        let basic = |name: Option<&str>, secret: Option<&str>| {
            Credentials::basic(name.map(str::to_owned), secret.map(SecretString::from)).map(|_| ())
        };
        assert_eq!(basic(Some("till"), Some("secret")), Ok(()));
        assert_eq!(
            basic(Some("till"), Some("")),
            Err(CredentialsError::NoPassword)
        );
        assert_eq!(
            basic(Some(""), Some("secret")),
            Err(CredentialsError::NoUsername)
        );
        assert_eq!(basic(None, Some("")), Err(CredentialsError::Missing));
        assert_eq!(
            basic(Some("a:b"), Some("secret")),
            Err(CredentialsError::Colon)
        );
    }

    #[test]
    fn a_password_that_the_service_repeats_is_taken_out() {
        let credentials =
            Credentials::basic(Some("till".into()), Some("hush-hush".into())).unwrap();
        let body = Bytes::from_static(b"no: hush-hush, hush-hush!");
        assert_eq!(credentials.redacted(body), "no: ***, ***!");
        let body = Bytes::from_static(b"hush");
        assert_eq!(credentials.redacted(body.clone()), body);
    }

    #[test]
    fn nothing_prints_a_secret() {
        let credentials =
            Credentials::basic(Some("till".into()), Some("hush-hush".into())).unwrap();
        assert!(!format!("{credentials:?}").contains("hush"));
    }
}
