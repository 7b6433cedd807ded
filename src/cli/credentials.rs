//! Who calls: from the environment, from files, from the settings file, or asked for (contract, section 3).

use std::fs;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::environment::variable;
use super::prompt::ask_for_secret;
use super::question::somebody_is_there;
use super::settings::{Origin, SettingsFile};
use crate::error::Error;
use crate::service::Credentials;

/// A way to sign in: a name and its secret, by what holds them.
struct Way {
    /// The variables that hold name and secret.
    variables: [&'static str; 2],
    /// The keys of the settings file: the name, and the file that holds the secret.
    keys: [&'static str; 2],
    /// What a person calls the secret.
    asked_for: &'static str,
}

const BASIC: Way = Way {
    variables: ["BULKLABEL_USERNAME", "BULKLABEL_PASSWORD"],
    keys: ["username", "password-file"],
    asked_for: "Password",
};

const OAUTH: Way = Way {
    variables: ["BULKLABEL_CLIENT_KEY", "BULKLABEL_CLIENT_SECRET"],
    keys: ["client-key", "client-secret-file"],
    asked_for: "Client secret",
};

/// Where a half stands.
#[derive(Debug, Clone)]
enum Place {
    /// Here.
    Value(String),
    /// In this file.
    File(PathBuf),
}

/// A half of credentials, and where it comes from.
#[derive(Debug, Clone)]
struct Half {
    place: Place,
    origin: Origin,
}

/// What is given of a way to sign in: its name and its secret.
type Halves = [Option<Half>; 2];

impl Way {
    /// What the environment gives.
    fn of_environment(&self) -> Result<Halves, Error> {
        let [name, secret] = self.variables;
        Ok([half(name)?, half(secret)?])
    }

    /// What the settings file gives: its profile, or what stands above it.
    fn of_file(&self, file: &SettingsFile, in_profile: bool) -> Halves {
        let find = |key: &str| {
            let mut entries = file.in_force();
            entries.find(|entry| entry.key == key && entry.profile.is_some() == in_profile)
        };
        let [name, secret] = self.keys.map(|key| {
            let entry = find(key)?;
            Some((entry.value.clone(), Origin::of_entry(file, entry)))
        });
        let name = name.map(|(name, origin)| Half {
            place: Place::Value(name),
            origin,
        });
        let secret = secret.map(|(path, origin)| Half {
            place: Place::File(path.into()),
            origin,
        });
        [name, secret]
    }

    /// Both halves; a missing secret is asked for where a person can answer.
    fn both(&self, [name, secret]: Halves, may_ask: bool) -> Result<(String, SecretString), Error> {
        let [name_variable, secret_variable] = self.variables;
        let [_, file_key] = self.keys;
        match (name, secret) {
            (Some(name), Some(secret)) => Ok((name.read()?, secret.read()?.into())),
            (Some(name), None) if may_ask && somebody_is_there() => {
                let name = name.read()?;
                let secret = ask_for_secret(self.asked_for, &name)?;
                Ok((name, secret))
            }
            (Some(given), None) => Err(half_given(
                &given,
                &match &given.origin {
                    Origin::File { .. } => {
                        let key = file_key.replace('-', "_");
                        format!("neither {key} nor {secret_variable} is")
                    }
                    _ => format!("{secret_variable} is not"),
                },
            )),
            (None, Some(given)) => Err(half_given(&given, &format!("{name_variable} is not"))),
            (None, None) => Err(half_missing(name_variable)),
        }
    }
}

/// What is given, of both ways.
struct Given {
    basic: Halves,
    oauth: Halves,
}

/// All that is given by environment and settings file. The strongest of them that gives any half says which way it is; each
/// half of that way is then taken from the strongest that has it.
fn given(file: Option<&SettingsFile>) -> Result<Given, Error> {
    let mut layers = vec![[BASIC.of_environment()?, OAUTH.of_environment()?]];
    for in_profile in [true, false] {
        let of_file = |way: &Way| file.map_or([None, None], |file| way.of_file(file, in_profile));
        layers.push([of_file(&BASIC), of_file(&OAUTH)]);
    }
    let any = |halves: &Halves| halves.iter().any(Option::is_some);
    let mut given = Given {
        basic: [None, None],
        oauth: [None, None],
    };
    for [basic, oauth] in layers {
        match (any(&basic), any(&oauth)) {
            (true, true) => return Err(both_ways()),
            (true, false) if !any(&given.oauth) => merge(&mut given.basic, basic),
            (false, true) if !any(&given.basic) => merge(&mut given.oauth, oauth),
            _ => {}
        }
    }
    Ok(given)
}

fn merge(strong: &mut Halves, weak: Halves) {
    for (strong, weak) in strong.iter_mut().zip(weak) {
        *strong = strong.take().or(weak);
    }
}

/// Who calls. A missing secret is asked for, where `may_ask`.
///
/// # Errors
/// Nobody is named, or half of a way to sign in is given, or both ways.
pub fn credentials(file: Option<&SettingsFile>, may_ask: bool) -> Result<Credentials, Error> {
    let Given { basic, oauth } = given(file)?;
    if oauth.iter().any(Option::is_some) {
        let (key, secret) = OAUTH.both(oauth, may_ask)?;
        return Ok(Credentials::OAuth { key, secret });
    }
    let (username, password) = BASIC.both(basic, may_ask)?;
    Credentials::basic(username, password).map_err(Error::unusable)
}

/// What `bulklabel settings` shows of it: a name or where a secret is, and what says so. No secret is read.
///
/// # Errors
/// Both ways are given.
pub fn shown(file: Option<&SettingsFile>) -> Result<Vec<(String, String, String)>, Error> {
    let Given { basic, oauth } = given(file)?;
    let names = ["username", "password", "client-key", "client-secret"];
    let halves = basic.into_iter().chain(oauth);
    let line = |(name, half): (&str, Option<Half>)| {
        let is_secret = matches!(name, "password" | "client-secret");
        let (value, origin) = match half {
            None => ("-".to_owned(), String::new()),
            Some(Half { place, origin }) => {
                let value = match place {
                    Place::File(path) => format!("in {}", path.display()),
                    Place::Value(_) if is_secret => "set".to_owned(),
                    Place::Value(value) => value,
                };
                (value, origin.to_string())
            }
        };
        (name.to_owned(), value, origin)
    };
    Ok(names.into_iter().zip(halves).map(line).collect())
}

/// Where name and secret come from; where nothing says them, the variables that would. And whether anything does.
pub fn places(file: Option<&SettingsFile>) -> ([String; 2], bool) {
    let Ok(Given { basic, oauth }) = given(file) else {
        return (BASIC.variables.map(str::to_owned), true);
    };
    let is_given = |halves: &Halves| halves.iter().any(Option::is_some);
    let any = is_given(&basic) || is_given(&oauth);
    let (way, halves) = match is_given(&oauth) {
        true => (OAUTH, oauth),
        false => (BASIC, basic),
    };
    let place = |(half, variable): (Option<Half>, &str)| {
        half.map_or_else(|| variable.to_owned(), |half| half.origin.to_string())
    };
    let [name, secret] = halves;
    let [of_name, of_secret] = way.variables;
    ([place((name, of_name)), place((secret, of_secret))], any)
}

/// The names of all variables that are read for them.
pub fn variables() -> impl Iterator<Item = String> {
    let names = BASIC.variables.into_iter().chain(OAUTH.variables);
    names.flat_map(|name| [name.to_owned(), by_file(name)])
}

/// The variable that names a file in the place of another.
fn by_file(name: &str) -> String {
    format!("{name}_FILE")
}

fn both_ways() -> Error {
    let ([username, password], [key, secret]) = (BASIC.variables, OAUTH.variables);
    Error::unusable(format!(
        "both a user name or password and a client key or secret are set: leave out {username} and {password}, or {key} and \
         {secret}"
    ))
}

fn half_missing(name: &str) -> Error {
    let ([_, password], [key, secret]) = (BASIC.variables, OAUTH.variables);
    Error::unusable(format!(
        "no credentials: set {name} and {password} in the environment (or {key} and {secret}), or rehearse without an account \
         with --sandbox"
    ))
}

fn half_given(given: &Half, missing: &str) -> Error {
    Error::unusable(format!("{} is set, but {missing}: set both", given.origin))
}

/// What a variable gives, or the one that names a file in its place.
fn half(name: &str) -> Result<Option<Half>, Error> {
    let by_file = by_file(name);
    let half = |place, name: &str| Half {
        place,
        origin: Origin::Environment(name.to_owned()),
    };
    match (variable(name)?, variable(&by_file)?) {
        (Some(_), Some(_)) => Err(Error::unusable(format!(
            "{name} and {by_file} are both set: set one of them"
        ))),
        (Some(value), None) => Ok(Some(half(Place::Value(value), name))),
        (None, Some(path)) => Ok(Some(half(Place::File(path.into()), &by_file))),
        (None, None) => Ok(None),
    }
}

impl Half {
    fn read(&self) -> Result<String, Error> {
        match &self.place {
            Place::Value(value) => Ok(value.clone()),
            Place::File(path) => self.read_file(path),
        }
    }

    /// What the file holds, less a line break at its end.
    fn read_file(&self, path: &Path) -> Result<String, Error> {
        let (origin, shown) = (&self.origin, path.display());
        let text = fs::read_to_string(path).map_err(|error| {
            Error::unusable(format!(
                "{origin} names {shown}, which can't be read: {error}"
            ))
        })?;
        // What some editors put before a text is none of the secret.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let line = text.strip_suffix('\n').unwrap_or(text);
        match line.strip_suffix('\r').unwrap_or(line) {
            "" => Err(Error::unusable(format!(
                "{origin} names {shown}, which is empty"
            ))),
            value => Ok(value.to_owned()),
        }
    }
}
