//! `bulklabel.toml`: settings in a file, with profiles (contract, section 6).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::parse::{Fault, parse};
use crate::error::Error;
use crate::model::nearest;

/// The file's name.
pub const NAME: &str = "bulklabel.toml";

/// What says who calls: the keys that are settings of no flag.
pub const CREDENTIALS: [&str; 4] = [
    "username",
    "password-file",
    "client-key",
    "client-secret-file",
];

/// A settings file whose every key is known.
#[derive(Debug, Clone, Default)]
pub struct SettingsFile {
    /// Where it is.
    pub path: PathBuf,
    /// The profile in force.
    pub profile: Option<String>,
    /// All that stands in it, of all profiles, in the order of its lines.
    pub entries: Vec<Entry>,
}

/// A setting in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, with hyphens.
    pub key: String,
    /// Its value as text.
    pub value: String,
    /// The line that it stands on, from 1.
    pub line: usize,
    /// The profile that it belongs to.
    pub profile: Option<String>,
}

/// Finds the settings file: the named one, else that of the working directory, else the user's.
///
/// # Errors
/// The named one is not there.
pub fn find(named: Option<&Path>) -> Result<Option<PathBuf>, Error> {
    if let Some(path) = named {
        return match path.try_exists() {
            Ok(true) => Ok(Some(path.to_owned())),
            _ => Err(Error::unusable(format!(
                "{}: there is no such settings file; check --config or BULKLABEL_CONFIG",
                path.display()
            ))),
        };
    }
    let users = etcetera::choose_base_strategy().map(|strategy| strategy.config_dir());
    let users = users.into_iter().flat_map(|folder| {
        let own = folder.join("bulklabel").join(NAME);
        [own, folder.join(NAME)]
    });
    let mut places = std::iter::once(PathBuf::from(NAME)).chain(users);
    // What is there and can't be followed or looked at is an error of its own: no settings are passed over in silence.
    let is_there = |path: &PathBuf| match fs::symlink_metadata(path) {
        Ok(_) => true,
        Err(error) => !matches!(
            error.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
        ),
    };
    Ok(places.find(is_there))
}

impl SettingsFile {
    /// Reads a file, of which `known` are the keys; `profile` is the one that is to be in force.
    ///
    /// # Errors
    /// It can't be read, is no TOML, or holds what is no setting, or a secret; or there is no such profile.
    pub fn read(path: PathBuf, profile: Option<&str>, known: &[&str]) -> Result<Self, Error> {
        let unreadable = |why: &dyn std::fmt::Display| {
            Error::unusable(format!("{}: it can't be read: {why}", path.display()))
        };
        let bytes = fs::read(&path).map_err(|error| unreadable(&error))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable(&"it is no UTF-8 text"))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let folder = path.parent().unwrap_or(Path::new(""));
        let (entries, profiles) =
            parse(text, folder, known).map_err(|Fault { line, what }| at(&path, line, &what))?;
        if let Some(profile) = profile
            && !profiles.iter().any(|known| known == profile)
        {
            return Err(Error::unusable(no_such_profile(&path, profile, &profiles)));
        }
        Ok(Self {
            path,
            profile: profile.map(str::to_owned),
            entries,
        })
    }

    /// Those in force: those of the profile, and those of no profile that it does not override.
    pub fn in_force(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| match &entry.profile {
            Some(_) => entry.profile == self.profile,
            None => self.profile.is_none() || self.of_profile(&entry.key).is_none(),
        })
    }

    fn of_profile(&self, key: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.profile == self.profile && entry.key == key)
    }

    /// An error about one of its lines.
    pub fn error(&self, entry: &Entry, what: &str) -> Error {
        let key = entry.key.replace('-', "_");
        at(&self.path, entry.line, &format!("{key}: {what}"))
    }

    /// What it is, and which profile is in force.
    pub fn title(&self) -> String {
        match &self.profile {
            Some(profile) => format!("{}, profile {profile}", self.path.display()),
            None => self.path.display().to_string(),
        }
    }
}

fn at(path: &Path, line: usize, what: &str) -> Error {
    Error::unusable(format!("{}, line {line}: {what}", path.display()))
}

fn no_such_profile(path: &Path, profile: &str, profiles: &[String]) -> String {
    let known = || profiles.iter().map(String::as_str);
    let hint = match nearest(profile, known()) {
        Some(nearest) => format!(
            "the nearest is \"{nearest}\"; there are {}",
            known().collect::<Vec<_>>().join(", ")
        ),
        None => "there are none in it".to_owned(),
    };
    format!(
        "{}: there is no profile \"{profile}\": {hint}",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_overrides_what_stands_above_it() {
        let text = "rate = 1\nyes = true\n[profile.eu]\nrate = 2\n[profile.us]\nrate = 3\n";
        let (entries, _) = parse(text, Path::new(""), &["rate", "yes"]).ok().unwrap();
        let in_force = |profile: Option<&str>| {
            let file = SettingsFile {
                path: PathBuf::new(),
                profile: profile.map(str::to_owned),
                entries: entries.clone(),
            };
            let lines: Vec<_> = file.in_force().map(|entry| entry.line).collect();
            lines
        };
        assert_eq!(in_force(None), [1, 2]);
        assert_eq!(in_force(Some("eu")), [2, 4]);
    }
}
