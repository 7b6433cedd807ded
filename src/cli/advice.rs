//! What to do next, as the very command where there is one (contract, section 7).

use std::path::Path;

use super::command_line::{CommandLine, Flag};
use crate::error::ExitStatus;
use crate::model::StopReason;
use crate::report::End;

/// What a run came to, as far as the advice depends on it.
#[derive(Debug)]
pub struct Ended<'a> {
    /// How it ended.
    pub end: &'a End,
    /// With which exit status.
    pub status: ExitStatus,
    /// The list, as it was typed.
    pub list: &'a Path,
    /// The command that was typed.
    pub command_line: &'a CommandLine,
    /// What a rehearsal lacks to be the real run; none where it is that.
    pub rehearsal: Option<Lacking>,
    /// Where the credentials come from: the name and the secret.
    pub credentials: [String; 2],
}

/// What a rehearsal lacks to be the real run.
#[derive(Debug, Clone, Copy)]
pub struct Lacking {
    /// No setting says where the service is.
    pub address: bool,
    /// Nothing says who calls.
    pub credentials: bool,
}

/// The flags that the rows of a result need no more: they say what the columns of the list were, and where its result
/// went.
const OF_THE_LIST: [Flag; 7] = [
    Flag::Valued("--columns"),
    Flag::Valued("--action"),
    Flag::Valued("--label"),
    Flag::Valued("--delimiter"),
    Flag::Valued("--output"),
    Flag::Switch("--overwrite"),
    Flag::Switch("--strict"),
];

/// What to do next.
pub fn next(ended: &Ended<'_>) -> String {
    match (ended.end, ended.rehearsal) {
        (
            End::Stopped {
                reason,
                journal: Some(journal),
            },
            _,
        ) => format!(
            "{}The same command carries on, and calls nobody again of whom {} says that it is done: {}",
            cure(reason, &ended.credentials),
            journal.display(),
            ended.command_line.without(&[Flag::Switch("--restart")])
        ),
        (
            End::Stopped {
                reason,
                journal: None,
            },
            _,
        ) => format!(
            "{}The same command starts over: {}",
            cure(reason, &ended.credentials),
            ended.command_line
        ),
        (End::Complete(_), Some(lacking)) => {
            format!(
                "this was a rehearsal, and no customer was changed. {}",
                for_real(ended.command_line, lacking)
            )
        }
        (End::Complete(_), None) if ended.status == ExitStatus::Complete => {
            "nothing; every row is as it should be.".to_owned()
        }
        (End::Complete(_), None) => format!(
            "look at the rows above in the result. To send some of them again, save them as again.csv, and: {}",
            ended
                .command_line
                .without(&OF_THE_LIST)
                .with(ended.list.as_os_str(), "again.csv")
        ),
    }
}

/// The command of a rehearsal as that of the real run.
fn for_real(command_line: &CommandLine, lacking: Lacking) -> String {
    let mut command = command_line.without(&[Flag::Switch("--sandbox")]);
    if lacking.address {
        command = command.and(&["--cluster", "eu"]);
    }
    if lacking.credentials {
        format!("For the real run, set BULKLABEL_USERNAME and BULKLABEL_PASSWORD, and: {command}")
    } else {
        format!("The real run: {command}")
    }
}

/// What has to be done first.
fn cure(reason: &StopReason, [name, secret]: &[String; 2]) -> String {
    let cure = match reason {
        StopReason::Unauthorized(_) | StopReason::NoToken(_) => {
            return format!("check {name} and {secret}. ");
        }
        StopReason::NotAboutCustomers { .. } => "check the base URL, and what the account may do. ",
        StopReason::AskedToWait(_) => "wait as long as the service asks. ",
        StopReason::Outage { .. } => "wait until the service is back. ",
        StopReason::OnlyThrottled(_) => {
            "wait, or ask whoever runs the account for its limit: others may use it up. "
        }
        StopReason::TooManyFailures { .. } => {
            "look at the codes above. If they are as they should be, --max-failures none goes on regardless. "
        }
        StopReason::Until(_) | StopReason::Limit(_) => "",
        StopReason::Unrecordable(_) => "make room, or make the place writable again. ",
        StopReason::Interrupt | StopReason::Terminate => "",
    };
    cure.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_is_the_command_to_type() {
        let complete = End::Complete(Some("my list.results.csv".into()));
        let stopped = |reason, journal: Option<&str>| End::Stopped {
            reason,
            journal: journal.map(Into::into),
        };
        let refused = stopped(StopReason::Unauthorized(String::new()), None);
        let interrupted = stopped(StopReason::Interrupt, Some("x.partial"));
        let lacking = |address, credentials| {
            Some(Lacking {
                address,
                credentials,
            })
        };
        let cases = [
            (&complete, ExitStatus::Complete, None),
            (&complete, ExitStatus::WithFailures, None),
            (&complete, ExitStatus::WithFailures, lacking(true, true)),
            (&complete, ExitStatus::WithFailures, lacking(false, false)),
            (&refused, ExitStatus::Stopped, None),
            (&interrupted, ExitStatus::Interrupted, None),
        ];
        let words = "run|my list.csv|--sandbox|--label|VIP|--rate=5/s|--output|x.csv";
        let advice = cases.map(|(end, status, rehearsal)| {
            next(&Ended {
                end,
                status,
                list: Path::new("my list.csv"),
                command_line: &CommandLine::of(words.split('|').map(Into::into)),
                rehearsal,
                credentials: ["till.toml, line 1".into(), "BULKLABEL_PASSWORD".into()],
            })
        });
        insta::assert_snapshot!(advice.join("\n"));
    }
}
