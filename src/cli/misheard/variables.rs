//! Variables that are named as ours are, and that nobody reads.

use std::collections::BTreeSet;

use clap::{Arg, Command};

use crate::cli::credentials;
use crate::model::meant;

/// How the names of all variables begin.
const BEGIN: &str = "BULKLABEL_";

/// Variables that nobody reads.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// What is said of the first that can only be a slip, or the name of a flag that has no variable. Whoever set it takes for
    /// granted what is not so: nothing may be sent.
    pub slip: Option<String>,
    /// What is said of the others, which may be somebody else's.
    pub others: Option<String>,
}

/// Whether a variable is named as ours are.
pub fn may_be_ours(name: &str) -> bool {
    name.starts_with(BEGIN)
}

/// Those of `set` that nobody reads. `set` are the names of all variables that are set to something.
pub fn unread(all: &Command, set: impl IntoIterator<Item = String>) -> Unread {
    let known = known(all);
    let flags = flags_only(all);
    let mut unread = Unread::default();
    let mut others = Vec::new();
    let own = set.into_iter().filter(|name| may_be_ours(name));
    for name in own.collect::<BTreeSet<_>>() {
        if known.contains(&name) {
            continue;
        }
        let word = &name[BEGIN.len()..];
        let flag = word.to_ascii_lowercase().replace('_', "-");
        let meant = || {
            meant(
                word,
                known.iter().filter_map(|known| known.strip_prefix(BEGIN)),
            )
        };
        let slip = if flags.contains(&flag) {
            format!("nothing reads the variable {name}: --{flag} is a flag only")
        } else if let Some(meant) = meant() {
            format!("nothing reads the variable {name}: is {BEGIN}{meant} meant?")
        } else {
            others.push(name);
            continue;
        };
        unread.slip.get_or_insert(slip);
    }
    unread.others = match others.len() {
        0 => None,
        1 => Some(format!("warning: nothing reads the variable {}", others[0])),
        _ => Some(format!(
            "warning: nothing reads the variables {}",
            others.join(", ")
        )),
    };
    unread
}

/// The names of all that are read.
fn known(all: &Command) -> BTreeSet<String> {
    let commands = std::iter::once(all).chain(all.get_subcommands());
    let of_flags = commands.flat_map(Command::get_arguments);
    let of_flags = of_flags.filter_map(|arg| Some(arg.get_env()?.to_str()?.to_owned()));
    of_flags.chain(credentials::variables()).collect()
}

/// The flags of a run that no variable stands for.
fn flags_only(all: &Command) -> BTreeSet<String> {
    let run = all.find_subcommand("run").into_iter();
    let flags = run.flat_map(Command::get_arguments);
    let flags = flags.filter(|arg| arg.get_env().is_none());
    flags.filter_map(Arg::get_long).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::help::whole;

    fn told(names: &[&str]) -> Unread {
        unread(&whole(), names.iter().map(|name| name.to_string()))
    }

    #[test]
    fn a_slip_is_told_from_what_is_somebody_elses() {
        let known = [
            "BULKLABEL_RATE",
            "BULKLABEL_PASSWORD_FILE",
            "BULKLABEL_PROFILE",
            "PATH",
        ];
        assert_eq!(told(&known), Unread::default());
        for (name, expected) in [
            ("BULKLABEL_RATEE", "is BULKLABEL_RATE meant?"),
            ("BULKLABEL_MAXREMOVALS", "is BULKLABEL_MAX_REMOVALS meant?"),
            ("BULKLABEL_PASWORD", "is BULKLABEL_PASSWORD meant?"),
            ("BULKLABEL_SANDBOX", "--sandbox is a flag only"),
            ("BULKLABEL_rate", "is BULKLABEL_RATE meant?"),
        ] {
            let slip = told(&["BULKLABEL_SERVICE_HOST", name]).slip;
            assert!(
                slip.as_ref().is_some_and(|slip| slip.ends_with(expected)),
                "{name} {slip:?}"
            );
        }
    }

    #[test]
    fn what_kubernetes_sets_for_a_service_of_this_name_is_no_slip() {
        let names = [
            "BULKLABEL_SERVICE_HOST",
            "BULKLABEL_SERVICE_PORT",
            "BULKLABEL_PORT",
            "BULKLABEL_PORT_80_TCP_ADDR",
        ];
        let unread = told(&names);
        assert_eq!(unread.slip, None);
        assert!(
            unread
                .others
                .unwrap()
                .contains("variables BULKLABEL_PORT, ")
        );
    }
}
