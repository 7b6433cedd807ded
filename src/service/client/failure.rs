//! What went wrong with a request, in plain words; a library's own words stand behind them for whoever knows them.

use std::error::Error;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;

/// Why there was no connection; `within` is how long it was waited for.
pub fn no_connection(error: &reqwest::Error, within: Duration) -> String {
    match through_proxy(error) {
        Some(Tunnel::Refused(why)) => why.to_owned(),
        Some(Tunnel::Unreachable) => {
            format!("the proxy can't be reached: {}", unreachable(error, within))
        }
        None => unreachable(error, within),
    }
}

fn unreachable(error: &reqwest::Error, within: Duration) -> String {
    if error.is_dns() {
        return "the name can't be resolved: check it, and the network".to_owned();
    }
    if error.is_timeout() {
        return format!("none within {}", span(within));
    }
    if let Some(error) = tls(error) {
        return handshake(error);
    }
    let is = |kind| {
        let mut causes = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>());
        causes.any(|error| error.kind() == kind)
    };
    let words = if is(io::ErrorKind::ConnectionRefused) {
        "nobody listens there"
    } else if is(io::ErrorKind::UnexpectedEof) {
        "it hung up in the middle of the TLS handshake"
    } else {
        return chain(error);
    };
    format!("{words} ({})", chain(error))
}

/// Why there was no whole answer to a request that went out.
pub fn lost(error: &reqwest::Error) -> String {
    format!(
        "the connection broke before the whole answer came ({})",
        chain(error)
    )
}

/// That there was no whole answer in time.
pub fn timed_out(within: Duration) -> String {
    format!("no whole answer within {}", span(within))
}

/// Whether a body came that can't be unpacked, which is no broken connection.
pub fn is_garbled(error: &reqwest::Error) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
            )
        })
}

/// What a proxy made of the wish to be connected.
enum Tunnel {
    Refused(&'static str),
    Unreachable,
}

/// The library keeps its type for this to itself: tests hold its words.
fn through_proxy(error: &reqwest::Error) -> Option<Tunnel> {
    causes(error).find_map(|cause| match &*cause.to_string() {
        "tunnel error: proxy authorization required" => Some(Tunnel::Refused(
            "the proxy wants a user name and a password (HTTP 407): HTTPS_PROXY may hold them, http://NAME:PASSWORD@HOST",
        )),
        "tunnel error: unsuccessful" => Some(Tunnel::Refused("the proxy refuses to connect to it")),
        "tunnel error: failed to create underlying connection" => Some(Tunnel::Unreachable),
        "tunnel error: unexpected end of file" => Some(Tunnel::Refused("the proxy hung up")),
        _ => None,
    })
}

/// Whether the other side has refused a connection that we thought made: under TLS 1.3 its word comes after ours.
pub fn is_handshake(error: &reqwest::Error) -> bool {
    use rustls::AlertDescription as Alert;
    let Some(rustls::Error::AlertReceived(alert)) = tls(error) else {
        return false;
    };
    matches!(
        alert,
        Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::HandshakeFailure
    )
}

/// What TLS has against the other side.
fn tls(error: &reqwest::Error) -> Option<&rustls::Error> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

fn handshake(error: &rustls::Error) -> String {
    let words = match error {
        rustls::Error::InvalidCertificate(error) => return certificate(error),
        rustls::Error::AlertReceived(rustls::AlertDescription::CertificateRequired) => {
            "it wants a certificate of its clients, and bulklabel has none"
        }
        rustls::Error::InvalidMessage(_) => "it does not speak TLS there: check the base URL",
        _ => "TLS can't be agreed on",
    };
    format!("{words} ({error})")
}

fn certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => {
            "its certificate is not from an authority that this machine trusts; --ca-cert \
             FILE trusts one of your own (UnknownIssuer)"
                .to_owned()
        }
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("its certificate ended on {}", day(*not_after))
        }
        CertificateError::NotValidYetContext { not_before, .. } => format!(
            "its certificate begins on {}: is this machine's clock right?",
            day(*not_before)
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("its certificate is for another name ({error})")
        }
        other if other.to_string().contains("CaUsedAsEndEntity") => {
            "its certificate is an authority's own, where one that such an authority has made for the server is needed \
             (CaUsedAsEndEntity)"
                .to_owned()
        }
        _ => format!("its certificate is not in order ({error})"),
    }
}

fn day(time: UnixTime) -> String {
    let time = i64::try_from(time.as_secs())
        .ok()
        .map(Timestamp::from_second);
    match time {
        Some(Ok(time)) => time.strftime("%Y-%m-%d").to_string(),
        _ => "a day that no calendar has".to_owned(),
    }
}

/// A span of time as people write it.
fn span(span: Duration) -> String {
    match (span.as_secs(), span.subsec_millis()) {
        (seconds, 0) => format!("{seconds} s"),
        _ => format!("{} ms", span.as_millis()),
    }
}

/// An error's causes, the nearest first, those that hide in an error of the system's included.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        let hidden = cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match hidden {
            Some(hidden) => Some(hidden),
            None => cause.source(),
        };
        Some(cause)
    })
}

/// An error's causes, each said once, without the library's own words for where it was.
pub fn chain(error: &reqwest::Error) -> String {
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
