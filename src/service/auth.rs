//! Who calls: Basic authentication, or OAuth (contract, section 3).

use std::fmt;

use secrecy::SecretString;

/// A name and its secret, which nothing can print.
#[derive(Clone)]
pub enum Credentials {
    /// Basic authentication (RFC 7617).
    Basic {
        /// The user name (for Capillary: the till id).
        username: String,
        /// The password as it is sent (for Capillary: the MD5 form of the till's).
        password: SecretString,
    },
    /// A key and its secret, which are exchanged for a token.
    OAuth {
        /// The client's key.
        key: String,
        /// The client's secret.
        secret: SecretString,
    },
}

/// A user name that Basic authentication can't carry (RFC 7617, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the user name holds a colon, which Basic authentication does not allow: check it")]
pub struct ColonInUserName;

impl Credentials {
    /// Credentials for Basic authentication.
    ///
    /// # Errors
    /// The user name holds a colon.
    pub fn basic(username: String, password: SecretString) -> Result<Self, ColonInUserName> {
        if username.contains(':') {
            return Err(ColonInUserName);
        }
        Ok(Self::Basic { username, password })
    }

    /// The user name, or the client's key.
    pub fn name(&self) -> &str {
        match self {
            Self::Basic { username, .. } => username,
            Self::OAuth { key, .. } => key,
        }
    }

    /// A hash that tells accounts apart without naming them.
    pub fn account(&self) -> String {
        let context = match self {
            Self::Basic { .. } => "bulklabel account, Basic",
            Self::OAuth { .. } => "bulklabel account, OAuth",
        };
        let hash = blake3::derive_key(context, self.name().as_bytes());
        blake3::Hash::from(hash).to_hex()[..32].to_owned()
    }

    /// The password, or the client's secret.
    pub(super) fn secret(&self) -> &SecretString {
        match self {
            Self::Basic { password, .. } => password,
            Self::OAuth { secret, .. } => secret,
        }
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
    fn a_user_name_with_a_colon_cannot_be_sent() {
        let basic = |name: &str| Credentials::basic(name.into(), "secret".into()).map(|_| ());
        assert_eq!(basic("till"), Ok(()));
        assert_eq!(basic("a:b"), Err(ColonInUserName));
    }

    #[test]
    fn the_same_name_is_another_account_where_it_is_a_key() {
        let basic = Credentials::basic("a".into(), "b".into()).unwrap();
        let oauth = Credentials::OAuth {
            key: "a".into(),
            secret: "b".into(),
        };
        assert_ne!(basic.account(), oauth.account());
    }

    #[test]
    fn nothing_prints_a_secret() {
        let credentials = Credentials::basic("till".into(), "hush-hush".into()).unwrap();
        assert!(!format!("{credentials:?}").contains("hush"));
    }
}
