//! The command line, the environment and the settings file → what is to be done.
//!
//! All values are read in one place: a setting of the file takes the place of the flag's default.

use std::env;
use std::path::PathBuf;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, Command, CommandFactory};

use super::file::{CREDENTIALS, Entry, NAME, SettingsFile, find};
use super::origin::Origins;
use crate::cli::Cli;
use crate::dispatch::RateUrl;
use crate::error::Error;
use crate::service::BaseUrl;

/// The command that has all settings and needs nothing else.
const SETTINGS: &str = "settings";

/// What was typed cannot be done.
#[derive(Debug)]
pub enum Misunderstood {
    /// The command line; or it asks for help only.
    CommandLine(Box<clap::Error>),
    /// The settings file.
    File(Error),
}

impl From<clap::Error> for Misunderstood {
    fn from(error: clap::Error) -> Self {
        Self::CommandLine(Box::new(error))
    }
}

impl From<Error> for Misunderstood {
    fn from(error: Error) -> Self {
        Self::File(error)
    }
}

/// What all layers come to.
#[derive(Debug)]
pub struct Understood {
    /// The arguments, those of the file included.
    pub matches: ArgMatches,
    /// Where each comes from.
    pub origins: Origins,
    /// The file, where there is one and the command has settings.
    pub file: Option<SettingsFile>,
}

/// Reads the command line, and the settings file that it leads to.
///
/// # Errors
/// Either can't be understood, or it asks for help only.
pub fn understand(command: &Command) -> Result<Understood, Misunderstood> {
    let mut layered = command.clone();
    let mut matches = layered.try_get_matches_from_mut(env::args_os())?;
    let mut file = None;
    if let Some(found) = settings_file(command, &matches)? {
        layered = with_defaults(command.clone(), &found);
        matches = layered.try_get_matches_from_mut(env::args_os())?;
        file = Some(found);
    }
    let origins = match matches.subcommand() {
        Some((name, matches)) => {
            // Parsing has made it complete, and no other.
            let command = layered.find_subcommand(name).unwrap_or(&layered);
            Origins::of(command, matches, file.as_ref())
        }
        None => Origins::default(),
    };
    Ok(Understood {
        matches,
        origins,
        file,
    })
}

/// The settings file, where the command takes one, its values checked.
fn settings_file(command: &Command, matches: &ArgMatches) -> Result<Option<SettingsFile>, Error> {
    let Some((_, matches)) = matches.subcommand() else {
        return Ok(None);
    };
    let Ok(config) = matches.try_get_one::<PathBuf>("config") else {
        return Ok(None);
    };
    let profile = matches.get_one::<String>("profile").map(String::as_str);
    match (find(config.map(PathBuf::as_path))?, profile) {
        (Some(path), _) => {
            let names = names();
            let names: Vec<_> = names
                .iter()
                .map(String::as_str)
                .chain(CREDENTIALS)
                .collect();
            let file = SettingsFile::read(path, profile, &names)?;
            check(command, &file)?;
            Ok(Some(file))
        }
        (None, Some(profile)) => Err(Error::unusable(format!(
            "there is no settings file for the profile \"{profile}\": no {NAME} here or in the user's configuration \
             folder; name one with --config"
        ))),
        (None, None) => Ok(None),
    }
}

/// The names of all settings: flags that a variable may stand for, but for those that lead to the file.
pub fn names() -> Vec<String> {
    // Made anew: an empty variable takes itself out of the other.
    let command = Cli::command();
    let of_all = command.get_arguments();
    let settings = command.find_subcommand(SETTINGS);
    of_all
        .chain(settings.into_iter().flat_map(Command::get_arguments))
        .filter(|arg| arg.get_env().is_some())
        .filter_map(|arg| arg.get_long().map(str::to_owned))
        .filter(|name| !matches!(&**name, "config" | "profile"))
        .collect()
}

/// The command with the file's settings in the place of its defaults.
fn with_defaults(command: Command, file: &SettingsFile) -> Command {
    let entries = file.in_force();
    let settings = entries.filter(|entry| !CREDENTIALS.contains(&&*entry.key));
    settings.fold(command, |command, entry| {
        with_default(command, &entry.key, &entry.value)
    })
}

fn with_default(command: Command, name: &str, value: &str) -> Command {
    let id = name.replace('-', "_");
    let is_here = |command: &Command| command.get_arguments().any(|arg| *arg.get_id() == *id);
    let set =
        |command: Command| command.mut_arg(id.clone(), |arg| arg.default_value(value.to_owned()));
    if is_here(&command) {
        return set(command);
    }
    command.mut_subcommands(|command| {
        if is_here(&command) {
            set(command)
        } else {
            command
        }
    })
}

/// Checks every value, those of all profiles, as if each was the only one.
fn check(command: &Command, file: &SettingsFile) -> Result<(), Error> {
    let alone = without_environment(command.clone());
    for entry in &file.entries {
        if CREDENTIALS.contains(&&*entry.key) {
            continue;
        }
        if is_switch(&alone, &entry.key) && !matches!(&*entry.value, "true" | "false") {
            return Err(file.error(entry, "write true or false"));
        }
        if let Err(what) = meant(entry) {
            return Err(file.error(entry, &what));
        }
        let command = with_default(alone.clone(), &entry.key, &entry.value);
        if let Err(error) = command.try_get_matches_from(["bulklabel", SETTINGS]) {
            return Err(file.error(entry, &words(&error, &entry.value)));
        }
    }
    Ok(())
}

/// Checks what the command line leaves to be read later.
fn meant(entry: &Entry) -> Result<(), String> {
    match &*entry.key {
        "base-url" => {
            let url: Result<BaseUrl, _> = entry.value.parse();
            url.map(|_| ()).map_err(|error| error.to_string())
        }
        "rate-url" => match entry.value.parse::<RateUrl>() {
            Ok(url) if url.has_password() => Err(
                "it holds a password, which must not stand in a settings file: put it into BULKLABEL_RATE_URL".to_owned(),
            ),
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        },
        _ => Ok(()),
    }
}

fn without_environment(command: Command) -> Command {
    let reset = |command: Command| command.mut_args(|arg| arg.env(Resettable::Reset));
    reset(command).mut_subcommands(reset)
}

fn is_switch(command: &Command, name: &str) -> bool {
    let settings = command.find_subcommand(SETTINGS);
    let mut args = settings.into_iter().flat_map(Command::get_arguments);
    args.any(|arg| {
        let takes_none = arg
            .get_num_args()
            .is_some_and(|most| most.min_values() == 0);
        arg.get_long() == Some(name) && takes_none
    })
}

/// What a value's own reader says against it.
fn words(error: &clap::Error, value: &str) -> String {
    if let Some(source) = std::error::Error::source(error) {
        return source.to_string();
    }
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(known)) => {
            format!("\"{value}\" is none of {}", known.join(", "))
        }
        _ => format!("\"{value}\" can't be meant"),
    }
}
