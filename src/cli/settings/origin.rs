//! Where each setting comes from: flag over environment over settings file over default (contract, section 6).

use std::collections::BTreeMap;
use std::fmt;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::file::{Entry, SettingsFile};

/// Where a setting comes from, the weakest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody has set it.
    Default,
    /// The settings file, this line of it; in a profile or not.
    File {
        /// Whether it belongs to a profile, which overrides the rest.
        in_profile: bool,
        /// File and line.
        place: String,
    },
    /// This variable.
    Environment(String),
    /// This flag.
    Flag(String),
}

impl Origin {
    /// How strong it is.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Default => 0,
            Self::File { in_profile, .. } => 1 + u8::from(*in_profile),
            Self::Environment(_) => 3,
            Self::Flag(_) => 4,
        }
    }

    /// That of an entry of a settings file.
    pub fn of_entry(file: &SettingsFile, entry: &Entry) -> Self {
        let place = match &entry.profile {
            Some(profile) => format!(
                "{}, [profile.{profile}], line {}",
                file.path.display(),
                entry.line
            ),
            None => format!("{}, line {}", file.path.display(), entry.line),
        };
        Self::File {
            in_profile: entry.profile.is_some(),
            place,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::File { place, .. } => place,
            Self::Environment(name) | Self::Flag(name) => name,
        })
    }
}

/// Where all settings come from, by their names with hyphens.
#[derive(Debug, Clone, Default)]
pub struct Origins(BTreeMap<String, Origin>);

impl Origins {
    /// Those of the values that `command` has come to, into which the file's were put as defaults.
    pub fn of(command: &Command, matches: &ArgMatches, file: Option<&SettingsFile>) -> Self {
        let origin = |name: &str, id: &str, variable: Option<String>| match matches.value_source(id)
        {
            Some(ValueSource::CommandLine) => Origin::Flag(format!("--{name}")),
            Some(ValueSource::EnvVariable) => Origin::Environment(variable.unwrap_or_default()),
            _ => file
                .and_then(|file| {
                    let entry = file.in_force().find(|entry| entry.key == name)?;
                    Some(Origin::of_entry(file, entry))
                })
                .unwrap_or(Origin::Default),
        };
        let origins = command.get_arguments().filter_map(|arg| {
            let name = arg.get_long()?;
            let variable = arg
                .get_env()
                .map(|name| name.to_string_lossy().into_owned());
            Some((
                name.to_owned(),
                origin(name, arg.get_id().as_str(), variable),
            ))
        });
        Self(origins.collect())
    }

    /// Where a setting comes from.
    pub fn origin(&self, name: &str) -> &Origin {
        self.0.get(name).unwrap_or(&Origin::Default)
    }
}
