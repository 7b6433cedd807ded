//! Where the service is.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// The service's address, to which a call's path is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// A text that is no base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Not a URL of the web.
    #[error("\"{0}\" is no base URL: write one such as https://eu.api.capillarytech.com")]
    NoUrl(String),
    /// Credentials, a query or a fragment in it.
    #[error(
        "the base URL must not hold a user name, a password, ? or #: credentials are read from the environment"
    )]
    MoreThanAnAddress,
    /// Not encrypted, and not on this machine.
    #[error(
        "http://{0} would send the password unencrypted: use https, or add --allow-http where the way there is safe"
    )]
    PlainHttp(String),
}

impl BaseUrl {
    /// Refuses plain http to another machine, unless it is allowed.
    ///
    /// # Errors
    /// The address is not encrypted, not on this machine, and not allowed to be so.
    pub fn checked(self, allow_http: bool) -> Result<Self, BaseUrlError> {
        if self.is_encrypted() || self.is_loopback() || allow_http {
            return Ok(self);
        }
        Err(BaseUrlError::PlainHttp(self.host()))
    }

    /// Whether it is `https`.
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// The host, with the port where one is named.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// The address of a path below it, which starts with `/`.
    pub(super) fn below(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let above = url.path().trim_end_matches('/').to_owned();
        url.set_path(&(above + path));
        url
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let url = Url::parse(text.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        let Some(url) = url.filter(Url::has_host) else {
            // What can't be read as a URL may still hold a password in front of an @.
            let shown = text.rsplit_once('@').map_or(text, |(_, host)| host);
            return Err(BaseUrlError::NoUrl(shown.to_owned()));
        };
        let more = !url.username().is_empty() || url.password().is_some() || url.query().is_some();
        if more || url.fragment().is_some() {
            return Err(BaseUrlError::MoreThanAnAddress);
        }
        Ok(Self(url))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_added_whatever_the_base_ends_in() {
        for base in [
            "https://eu.api.example.com",
            "https://eu.api.example.com/",
            " https://EU.api.example.com// ",
        ] {
            let url: BaseUrl = base.parse().unwrap();
            assert_eq!(
                url.below("/v2/x").as_str(),
                "https://eu.api.example.com/v2/x"
            );
        }
        let url: BaseUrl = "https://gateway.example.com/capillary/".parse().unwrap();
        assert_eq!(
            url.below("/v2/x").as_str(),
            "https://gateway.example.com/capillary/v2/x"
        );
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        let refused = |text: &str| text.parse::<BaseUrl>().unwrap().checked(false).is_err();
        assert!(refused("http://eu.api.example.com"));
        assert!(refused("http://localhost.example.com"));
        for loopback in [
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:1",
            "https://eu.api.example.com",
        ] {
            assert!(!refused(loopback), "{loopback}");
        }
        assert!(
            "http://eu.api.example.com"
                .parse::<BaseUrl>()
                .unwrap()
                .checked(true)
                .is_ok()
        );
    }

    #[test]
    fn what_is_no_base_url_is_refused_and_no_password_repeated() {
        for text in [
            "",
            "eu.api.example.com",
            "ftp://x",
            "https://",
            "mailto:a@b",
            "tiil:hush@eu.api.example.com",
        ] {
            let error = text.parse::<BaseUrl>().unwrap_err();
            assert!(matches!(error, BaseUrlError::NoUrl(_)), "{text}");
            assert!(!error.to_string().contains("hush"), "{error}");
        }
        for text in [
            "https://till:hush@eu.api.example.com",
            "https://x.example.com?a=b",
            "https://x.example.com#a",
        ] {
            let error = text.parse::<BaseUrl>().unwrap_err();
            assert_eq!(error, BaseUrlError::MoreThanAnAddress, "{text}");
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}
