//! A value that can't be meant, and who has given it.

use std::env;
use std::error::Error as _;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command};

use super::{Typed, name, text};
use crate::model::meant;

impl Typed<'_> {
    /// What is said of a value.
    pub(super) fn no_value(&self, error: &clap::Error) -> Option<String> {
        let flag = text(error, ContextKind::InvalidArg)?;
        let value = text(error, ContextKind::InvalidValue).unwrap_or_default();
        let flag = name(&flag);
        let culprit = self.culprit(flag);
        // A switch's own reader has no words for people.
        let switch = self.arg(flag).filter(|arg| is_switch(arg));
        if switch.is_some() {
            return Some(format!("{culprit}: \"{value}\" is neither true nor false"));
        }
        if let Some(source) = error.source() {
            return Some(format!("{culprit}: {source}"));
        }
        let known = match error.get(ContextKind::ValidValue) {
            Some(ContextValue::Strings(known)) => known.clone(),
            _ => Vec::new(),
        };
        if value.is_empty() {
            let which = match known.is_empty() {
                true => format!("{} says which", self.help()),
                false => format!("one of {}", known.join(", ")),
            };
            return Some(format!("{culprit} needs a value: {which}"));
        }
        let nearest = meant(&value, known.iter().map(String::as_str));
        let hint = nearest.map(|nearest| format!(": is {nearest} meant?"));
        let known = known.join(", ");
        Some(format!(
            "{culprit}: \"{value}\" is none of {known}{}",
            hint.unwrap_or_default()
        ))
    }

    /// Who gave the value of a flag: the flag itself, or the variable that stands for it.
    fn culprit(&self, flag: &str) -> String {
        let is_typed = self.words.iter().any(|word| {
            let rest = word.to_str().and_then(|word| word.strip_prefix(flag));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        });
        let variable = || {
            let variable = self.arg(flag).and_then(Arg::get_env)?.to_str()?;
            env::var_os(variable).map(|_| variable.to_owned())
        };
        let variable = if is_typed { None } else { variable() };
        variable.unwrap_or_else(|| flag.to_owned())
    }

    /// The command's argument that is typed so.
    fn arg(&self, flag: &str) -> Option<&Arg> {
        let own = self.command.into_iter().flat_map(Command::get_arguments);
        let mut args = own.chain(self.all.get_arguments());
        args.find(|arg| arg.get_long().is_some() && arg.get_long() == flag.strip_prefix("--"))
    }
}

/// Whether an argument says yes or no.
fn is_switch(arg: &Arg) -> bool {
    let words = arg.get_value_parser().possible_values();
    words.is_some_and(|words| words.into_iter().any(|word| word.get_name() == "false"))
}
