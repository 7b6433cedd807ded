//! The command that shows where labels stand that are not in use in the organisation.

use std::ffi::OsStr;
use std::fmt;

use super::command_line::{CommandLine, Flag};
use super::destination::Destination;
use super::sending::{Sending, What};

/// The flags of a run that a look at its list needs, too.
const OF_A_LOOK: [Flag; 16] = [
    Flag::Valued("--config"),
    Flag::Valued("--profile"),
    Flag::Valued("--columns"),
    Flag::Valued("--action"),
    Flag::Valued("--label"),
    Flag::Valued("--delimiter"),
    Flag::Valued("--encoding"),
    Flag::Valued("--sheet"),
    Flag::Valued("--on-conflict"),
    Flag::Valued("--max-labels"),
    Flag::Valued("--cluster"),
    Flag::Valued("--base-url"),
    Flag::Valued("--ca-cert"),
    Flag::Switch("--allow-http"),
    Flag::Valued("--timeout"),
    Flag::Valued("--rate"),
];

/// The same where the rows come from a result: what says where they go comes from it, too.
const OF_A_RESULT: [Flag; 5] = [
    Flag::Valued("--config"),
    Flag::Valued("--profile"),
    Flag::Valued("--ca-cert"),
    Flag::Switch("--allow-http"),
    Flag::Valued("--timeout"),
];

impl Sending<'_> {
    /// The command that shows where the labels stand that are not in use.
    pub fn closer_look(&self, destination: &Destination) -> impl fmt::Display {
        let typed = &self.environment.command_line;
        let (what, list, flags) = match self.what {
            What::Run => (None, self.list.as_os_str(), typed.only(&OF_A_LOOK)),
            What::Retry(_) | What::Undo(_) => {
                let not_of_print = ["--restart", "--account-changed", "--yes", "--against-org"];
                let rows = typed
                    .without(&not_of_print.map(Flag::Switch))
                    .and(&["--print"]);
                let mut flags = typed.only(&OF_A_RESULT);
                flags.extend(["--base-url".into(), destination.base_url.to_string().into()]);
                (Some(rows), OsStr::new("-"), flags)
            }
        };
        let words = [OsStr::new("check"), list, OsStr::new("--against-org")];
        let check = words.map(OsStr::to_owned).into_iter().chain(flags);
        let check = CommandLine::of(check);
        match what {
            None => check.to_string(),
            Some(rows) => format!("{rows} | {check}"),
        }
    }
}
