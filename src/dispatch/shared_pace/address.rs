//! `--rate-url`: where runs that share a rate agree on it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// Where runs that share a rate agree on it. Shown without what may be a secret in it.
#[derive(Debug, Clone)]
pub enum RateUrl {
    /// A Redis, or what speaks like one.
    Server {
        /// All of it.
        url: SecretString,
        /// The same without user name and password.
        shown: String,
        /// Whether it is encrypted.
        is_encrypted: bool,
    },
    /// A file, for runs on one machine.
    File(PathBuf),
}

/// A text that is no such place. It repeats nothing that may be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RateUrlError {
    /// Of no kind that is known.
    #[error(
        "it is no place for a shared rate: write redis://HOST/0, rediss://HOST/0 (encrypted), or file:PATH"
    )]
    Unknown,
    /// A `file:` without a path.
    #[error("it names no file: write file:PATH, such as file:/var/lib/bulklabel/rate")]
    NoPath,
    /// No address that can be read.
    #[error(
        "it can't be read as an address: write redis://USER:PASSWORD@HOST:6379/0, USER and PASSWORD only where the server wants \
         them, and signs such as / @ # ? % in a password as %2F %40 %23 %3F %25"
    )]
    NoAddress,
    /// More than an address.
    #[error(
        "it must not hold ? or #: write redis://HOST/0, and what follows the host is the number of the database"
    )]
    MoreThanAnAddress,
}

impl FromStr for RateUrl {
    type Err = RateUrlError;

    fn from_str(text: &str) -> Result<Self, RateUrlError> {
        let text = text.trim();
        if let Some(path) = text.strip_prefix("file:") {
            // file:///path is how addresses of files are written.
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err(RateUrlError::NoPath),
                path => Ok(Self::File(path.into())),
            };
        }
        let scheme = text.split("://").next().unwrap_or_default();
        let is_encrypted = match scheme {
            "redis" | "valkey" => false,
            "rediss" | "valkeys" => true,
            _ => return Err(RateUrlError::Unknown),
        };
        let mut url: Url = text.parse().map_err(|_| RateUrlError::NoAddress)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(RateUrlError::MoreThanAnAddress);
        }
        let database = url.path().trim_start_matches('/');
        let has_host = url.host_str().is_some_and(|host| !host.is_empty());
        if !has_host || !(database.is_empty() || database.parse::<u32>().is_ok()) {
            return Err(RateUrlError::NoAddress);
        }
        let full = url.to_string();
        let bare = url.set_username("").and_then(|()| url.set_password(None));
        bare.map_err(|()| RateUrlError::NoAddress)?;
        Ok(Self::Server {
            url: SecretString::from(full),
            shown: url.into(),
            is_encrypted,
        })
    }
}

impl RateUrl {
    /// Whether it holds a password.
    pub fn has_password(&self) -> bool {
        match self {
            Self::Server { url, .. } => url
                .expose_secret()
                .parse::<Url>()
                .is_ok_and(|url| url.password().is_some()),
            Self::File(_) => false,
        }
    }
}

impl fmt::Display for RateUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server { shown, .. } => f.write_str(shown),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_who_asks() {
        for (text, shown, has_password) in [
            (
                "redis://cache.example.com",
                "redis://cache.example.com",
                false,
            ),
            (
                "redis://:hush@10.0.0.7:6380/2",
                "redis://10.0.0.7:6380/2",
                true,
            ),
            ("rediss://till:hu%40sh@[::1]/0", "rediss://[::1]/0", true),
            ("file:/tmp/rate", "file:/tmp/rate", false),
            ("file:///tmp/rate", "file:/tmp/rate", false),
            ("file:rate", "file:rate", false),
        ] {
            let url: RateUrl = text.parse().unwrap();
            assert_eq!(
                (url.to_string(), url.has_password()),
                (shown.to_owned(), has_password)
            );
            assert!(!format!("{url:?}").contains("hush"), "{text}");
        }
    }

    #[test]
    fn what_names_no_place_is_refused_without_repeating_it() {
        for text in [
            "",
            "cache.example.com",
            "http://cache.example.com",
            "redis:cache",
            "redis://",
            "redis://:hush/hush@cache/0",
            "redis://cache/zero",
            "redis://cache/0?protocol=resp3",
            "rediss://cache/0#insecure",
            "file:",
            "file://",
        ] {
            let error = text.parse::<RateUrl>().unwrap_err().to_string();
            assert!(
                !error.contains("hush") && error.starts_with("it "),
                "{text}: {error}"
            );
        }
    }
}
