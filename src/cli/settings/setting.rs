//! What all settings have in common, beside what is said of each where it is declared.

use clap::builder::BoolishValueParser;
use clap::{Arg, ArgAction};

/// A flag as it is: one that a variable may stand for shows no value of that in any help, and one that is on or off can be
/// switched off, too: `--yes=false`.
pub fn setting(arg: Arg) -> Arg {
    if arg.get_env().is_none() {
        return arg;
    }
    let arg = arg.hide_env_values(true);
    match arg.get_action() {
        ArgAction::SetTrue => arg
            .action(ArgAction::Set)
            .value_name("BOOL")
            .num_args(0..=1)
            .require_equals(true)
            .default_value("false")
            .default_missing_value("true")
            .value_parser(BoolishValueParser::new())
            .hide_default_value(true)
            .hide_possible_values(true),
        _ => arg,
    }
}
