//! Who is let in.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// The user name that the sandbox lets in.
pub const USER: &str = "sandbox";
/// That user's password.
pub const PASSWORD: &str = "sandbox";

/// Whether the headers carry the sandbox's user name and password.
pub fn is_let_in(headers: &HeaderMap) -> bool {
    let header = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let Some((scheme, credentials)) = header.and_then(|header| header.split_once(' ')) else {
        return false;
    };
    let plain = BASE64_STANDARD.decode(credentials.trim()).ok();
    let plain = plain.and_then(|plain| String::from_utf8(plain).ok());
    scheme.eq_ignore_ascii_case("basic")
        && plain.and_then(|plain| plain.split_once(':').map(|pair| pair == (USER, PASSWORD)))
            == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sandboxs_own_credentials_are_let_in() {
        let let_in = |header: &str| {
            let pair = (AUTHORIZATION, header.parse().unwrap());
            is_let_in(&HeaderMap::from_iter([pair]))
        };
        let encoded = |plain: &str| BASE64_STANDARD.encode(plain);
        assert!(let_in(&format!("Basic {}", encoded("sandbox:sandbox"))));
        assert!(let_in(&format!("basic {}", encoded("sandbox:sandbox"))));
        assert!(!let_in(&format!("Basic {}", encoded("sandbox:wrong"))));
        assert!(!let_in(&format!("Basic {}", encoded("sandbox:sandbox:"))));
        assert!(!let_in(&format!("Bearer {}", encoded("sandbox:sandbox"))));
        assert!(!let_in("Basic sandbox:sandbox"));
        assert!(!is_let_in(&HeaderMap::new()));
    }
}
