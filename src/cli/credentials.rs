//! Who calls: from the environment, from files that it names, or asked for (contract, section 3).

use std::fs;
use std::io;

use secrecy::SecretString;
use tokio::signal::unix::{SignalKind, signal};

use super::environment::variable;
use super::question::somebody_is_there;
use super::runtime::runtime;
use crate::error::{Error, ExitStatus};
use crate::service::Credentials;

/// The two halves of credentials, by the variables that hold them.
struct Pair {
    name: &'static str,
    secret: &'static str,
    /// What a person calls the secret.
    asked_for: &'static str,
}

const BASIC: Pair = Pair {
    name: "BULKLABEL_USERNAME",
    secret: "BULKLABEL_PASSWORD",
    asked_for: "Password",
};

const OAUTH: Pair = Pair {
    name: "BULKLABEL_CLIENT_KEY",
    secret: "BULKLABEL_CLIENT_SECRET",
    asked_for: "Client secret",
};

/// What is given of a pair.
struct Halves {
    name: Option<String>,
    secret: Option<SecretString>,
}

impl Halves {
    fn any(&self) -> bool {
        self.name.is_some() || self.secret.is_some()
    }
}

impl Pair {
    fn given(&self) -> Result<Halves, Error> {
        Ok(Halves {
            name: given(self.name)?,
            secret: given(self.secret)?.map(SecretString::from),
        })
    }

    /// Both halves; a missing secret is asked for where a person can answer.
    fn both(&self, given: Halves) -> Result<(String, SecretString), Error> {
        let (name, secret) = (self.name, self.secret);
        match (given.name, given.secret) {
            (Some(name), Some(secret)) => Ok((name, secret)),
            (Some(name), None) if somebody_is_there() => {
                let secret = ask(self.asked_for, &name)?;
                Ok((name, secret))
            }
            (Some(_), None) => Err(half_given(name, secret)),
            (None, _) => Err(half_given(secret, name)),
        }
    }
}

/// The credentials that the environment holds, or files that it names, for one of the two ways to sign in.
///
/// # Errors
/// None, half of a pair, or both pairs.
pub fn credentials() -> Result<Credentials, Error> {
    let (basic, oauth) = (BASIC.given()?, OAUTH.given()?);
    match (basic.any(), oauth.any()) {
        (true, true) => Err(Error::unusable(format!(
            "both a user name or password and a client key or secret are set: unset {} and {}, or {} and {}",
            BASIC.name, BASIC.secret, OAUTH.name, OAUTH.secret
        ))),
        (false, false) => Err(Error::unusable(format!(
            "no credentials: set {} and {} in the environment (or {} and {}), or rehearse without an account with --sandbox",
            BASIC.name, BASIC.secret, OAUTH.name, OAUTH.secret
        ))),
        (true, false) => {
            let (username, password) = BASIC.both(basic)?;
            Credentials::basic(username, password).map_err(Error::unusable)
        }
        (false, true) => {
            let (key, secret) = OAUTH.both(oauth)?;
            Ok(Credentials::OAuth { key, secret })
        }
    }
}

/// The variables that hold such credentials: the name's and the secret's.
pub fn variables(credentials: &Credentials) -> [&'static str; 2] {
    let pair = match credentials {
        Credentials::Basic { .. } => BASIC,
        Credentials::OAuth { .. } => OAUTH,
    };
    [pair.name, pair.secret]
}

fn half_given(set: &str, missing: &str) -> Error {
    Error::unusable(format!("{set} is set, but {missing} is not: set both"))
}

/// Asks for a secret, which the terminal does not show.
fn ask(what: &str, of: &str) -> Result<SecretString, Error> {
    let unreadable = |error| Error::unusable(format!("the terminal can't be read: {error}"));
    let runtime = runtime()?;
    let _inside = runtime.enter();
    // Caught, Ctrl-C ends the prompt, which puts the terminal right again; else it would end the process first.
    let _caught = signal(SignalKind::interrupt()).map_err(unreadable)?;
    match rpassword::prompt_password(format!("{what} of {of}: ")) {
        Ok(secret) if !secret.is_empty() => Ok(secret.into()),
        Ok(_) => Err(Error::unusable("nothing was typed, and nothing was sent")),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Error::new(
            ExitStatus::Interrupted,
            "stopped by Ctrl-C; nothing was sent",
        )),
        Err(error) => Err(unreadable(error)),
    }
}

/// What a variable holds, or the file that `…_FILE` names, less a line break at its end.
fn given(name: &str) -> Result<Option<String>, Error> {
    let by_file = format!("{name}_FILE");
    let path = match (variable(name)?, variable(&by_file)?) {
        (Some(_), Some(_)) => {
            return Err(Error::unusable(format!(
                "{name} and {by_file} are both set: set one of them"
            )));
        }
        (value, None) => return Ok(value),
        (None, Some(path)) => path,
    };
    let unreadable = |error| {
        Error::unusable(format!(
            "{by_file} names {path}, which can't be read: {error}"
        ))
    };
    let value = fs::read_to_string(&path).map_err(unreadable)?;
    let line = value.strip_suffix('\n').unwrap_or(&value);
    match line.strip_suffix('\r').unwrap_or(line) {
        "" => Err(Error::unusable(format!(
            "{by_file} names {path}, which is empty"
        ))),
        value => Ok(Some(value.to_owned())),
    }
}
