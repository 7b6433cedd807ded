//! Why a server gives no answer, in plain words, and whether to wait helps.

use std::error::Error;
use std::io;
use std::sync::Arc;

use redis::{ErrorKind, RedisError, ServerErrorKind};
use rustls::CertificateError;

use super::ask::NoAnswer;

/// What to do about it, where to wait does not help.
const CREDENTIALS: &str = "it refuses user name and password: they stand in front of the host, as USER:PASSWORD@HOST, or :PASSWORD@HOST for \
    the default user";
const NO_REDIS: &str =
    "what answers there is no Redis, or one that is reached by rediss:// only: check host and port";
const PERMISSIONS: &str = "its user needs the commands EVALSHA, SCRIPT LOAD, TIME, HMGET, HSET and PEXPIRE on the keys bulklabel:*, and SELECT for another database than 0";
const SCRIPTS: &str = "it must run scripts: a Redis of version 5 or later does, and so does Valkey";

/// Why there is no answer.
pub fn no_answer(error: &RedisError) -> NoAnswer {
    if let Some(tls) = cause::<rustls::Error>(error) {
        return of_tls(tls);
    }
    let said = match (error.code(), error.detail()) {
        (Some(code), Some(detail)) => format!("{code} {detail}"),
        (_, Some(detail)) => detail.to_owned(),
        _ => error.to_string(),
    };
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let for_good = |cure: &str| NoAnswer::for_good(format!("{cure} (it says: {said})"));
    match (error.kind(), error.code().unwrap_or_default()) {
        (_, "NOAUTH" | "WRONGPASS") | (ErrorKind::AuthenticationFailed, _) => for_good(CREDENTIALS),
        (ErrorKind::Server(ServerErrorKind::NoPerm), _) => for_good(PERMISSIONS),
        _ if is_about_permission(&said) => for_good(PERMISSIONS),
        (ErrorKind::Parse | ErrorKind::UnexpectedReturnType, _) => for_good(NO_REDIS),
        (ErrorKind::InvalidClientConfig, _) => for_good("the address can't be used"),
        (ErrorKind::Server(ServerErrorKind::Moved | ServerErrorKind::CrossSlot), _) => {
            for_good("it is a part of a cluster: name a Redis that is none")
        }
        (_, "WRONGTYPE") => for_good("its key holds something else: name another database"),
        (ErrorKind::Server(ServerErrorKind::ResponseError), _) if is_about_commands(&said) => {
            for_good(SCRIPTS)
        }
        (_, _) if said.contains("DB index") || said.contains("database") => {
            for_good("it has no such database: the number after the host is too high")
        }
        (ErrorKind::Io, _) => NoAnswer::for_now(of_network(error)),
        _ => NoAnswer::for_now(said),
    }
}

/// In a script, and where the database is chosen, the server says so by words alone.
fn is_about_permission(said: &str) -> bool {
    said.contains("no permission") || said.contains("can't run this command")
}

fn is_about_commands(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    [
        "unknown command",
        "unknown redis command",
        "scripts are not",
    ]
    .iter()
    .any(|words| said.contains(words))
}

fn of_network(error: &RedisError) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    match cause::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => format!("nobody listens there ({error})"),
        Some(io::ErrorKind::TimedOut) => "no answer in time".to_owned(),
        Some(
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset,
        ) => format!("the connection broke ({error})"),
        _ => error.to_string(),
    }
}

fn of_tls(error: &rustls::Error) -> NoAnswer {
    let words = match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "its certificate is not from an authority that this machine trusts; --ca-cert FILE trusts one of your own"
        }
        rustls::Error::InvalidCertificate(_) => "its certificate is not in order",
        rustls::Error::InvalidMessage(_) => {
            "it does not speak TLS there: write redis:// in place of rediss://"
        }
        _ => "TLS can't be agreed on",
    };
    NoAnswer::for_good(format!("{words} ({error})"))
}

/// What is behind an error, down to the first of this kind. One that is wrapped shows what is in it as its own.
fn cause<E: Error + 'static>(error: &RedisError) -> Option<&E> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        let shared = error.downcast_ref::<Arc<dyn Error + Send + Sync>>();
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match (shared, inner) {
            (Some(shared), _) => Some(&**shared),
            (None, Some(inner)) => Some(inner),
            (None, None) => error.source(),
        };
    }
    None
}
