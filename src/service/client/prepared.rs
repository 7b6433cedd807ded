//! Requests, of which everything but the customer and the token is made once.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    USER_AGENT,
};
use reqwest::{Method, Request, Url};
use secrecy::ExposeSecret;

use super::connection::ClientOptions;
use crate::model::UserId;
use crate::service::auth::Credentials;
use crate::service::base_url::BaseUrl;
use crate::service::catalogue;
use crate::service::token::{self, Token};

/// What a token is sent in. The documentation names three headers; its samples have this one.
const TOKEN: HeaderName = HeaderName::from_static("x-cap-api-oauth-token");

/// What all requests of a client have in common.
#[derive(Debug)]
pub struct Prepared {
    base_url: BaseUrl,
    /// The base URL with the path under which customers stand.
    customers: Url,
    method: Method,
    /// Those of a request that says who asks, but for a token.
    signed: HeaderMap,
}

impl Prepared {
    /// The requests of a client with these options.
    pub fn of(options: &ClientOptions) -> Self {
        let mut signed = plain_headers();
        if let Credentials::Basic { username, password } = &options.credentials {
            signed.insert(AUTHORIZATION, basic(username, password.expose_secret()));
        }
        Self {
            customers: options.base_url.below("/v2/customers"),
            base_url: options.base_url.clone(),
            method: (&options.method).into(),
            signed,
        }
    }

    /// The request of a call.
    pub fn call(&self, user: UserId, token: Option<&Token>) -> Request {
        let mut digits = itoa::Buffer::new();
        let customer = digits.format(user.get());
        let mut url = self.customers.clone();
        url.path_segments_mut()
            .expect("the URL of a service has a path")
            .extend([customer, "changeLabels"]);
        self.signed(self.method.clone(), url, token)
    }

    /// The request for the organisation's labels.
    pub fn request_for_labels(&self, token: Option<&Token>) -> Request {
        let url = self.base_url.below(catalogue::PATH);
        self.signed(Method::GET, url, token)
    }

    /// The request for a token.
    pub fn request_for_token(&self) -> Request {
        let mut request = Request::new(Method::POST, self.base_url.below(token::PATH));
        *request.headers_mut() = plain_headers();
        request
    }

    fn signed(&self, method: Method, url: Url, token: Option<&Token>) -> Request {
        let mut request = Request::new(method, url);
        *request.headers_mut() = self.signed.clone();
        if let Some(token) = token {
            request.headers_mut().insert(TOKEN, header(token));
        }
        request
    }
}

/// Who calls.
const PROGRAM: &str = concat!("bulklabel/", env!("CARGO_PKG_VERSION"));

/// A request has no more headers than these, those of the connection among them: its map needs not grow.
const MOST_HEADERS: usize = 12;

/// Those of every request. All are said here, so that the client needs not add one to each.
fn plain_headers() -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(MOST_HEADERS);
    let json = HeaderValue::from_static("application/json");
    headers.extend([
        (ACCEPT, json.clone()),
        (CONTENT_TYPE, json),
        (ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
        (USER_AGENT, HeaderValue::from_static(PROGRAM)),
    ]);
    headers
}

/// Basic authentication (RFC 7617).
fn basic(username: &str, password: &str) -> HeaderValue {
    let encoded = BASE64_STANDARD.encode(format!("{username}:{password}"));
    let value = HeaderValue::from_str(&format!("Basic {encoded}"));
    sensitive(value.expect("Base64 is of letters and digits"))
}

fn header(token: &Token) -> HeaderValue {
    let value = HeaderValue::from_str(token.value.expose_secret());
    sensitive(value.expect("a token is read only where it is of graphic ASCII characters"))
}

fn sensitive(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::client::Method as CallMethod;
    use std::time::Duration;

    #[test]
    fn a_call_goes_below_the_base_url_whatever_that_is() {
        let url_of_a_call = |base: &str| {
            let prepared = Prepared::of(&ClientOptions {
                base_url: base.parse().unwrap(),
                method: CallMethod::Post,
                credentials: Credentials::Basic {
                    username: "till".to_owned(),
                    password: "secret".into(),
                },
                timeout: Duration::from_secs(30),
                ca_cert: None,
            });
            let call = prepared.call(UserId::new(564_663_098).unwrap(), None);
            call.url().to_string()
        };
        let call = "/v2/customers/564663098/changeLabels";
        for (base, expected) in [
            ("https://host", "https://host"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("https://host/a%2Fb|^ c/", "https://host/a%2Fb|^%20c"),
            ("https://host//gateway//", "https://host//gateway"),
        ] {
            assert_eq!(url_of_a_call(base), format!("{expected}{call}"));
        }
    }
}
