//! The sandbox's faults as flags, made of its own table of them.

use clap::builder::NonEmptyStringValueParser;
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::sandbox::{Faults, Setting};

/// What goes wrong, by flags.
#[derive(Debug, Clone)]
pub struct FaultArgs(pub Faults);

fn flag(setting: &Setting) -> Arg {
    Arg::new(setting.name)
        .long(setting.name)
        .value_name(setting.value)
        .help(format!("{} [default: {}]", setting.help, setting.default))
        .help_heading(setting.group)
        .value_parser(NonEmptyStringValueParser::new())
}

impl Args for FaultArgs {
    fn augment_args(command: Command) -> Command {
        command.args(Faults::SETTINGS.iter().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for FaultArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut args = Self(Faults::default());
        args.update_from_arg_matches(matches)?;
        Ok(args)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        for setting in Faults::SETTINGS {
            if let Some(value) = matches.get_one::<String>(setting.name) {
                let set = self.0.set(setting.name, value);
                set.map_err(|why| Error::raw(ErrorKind::InvalidValue, format!("--{why}\n")))?;
            }
        }
        Ok(())
    }
}
