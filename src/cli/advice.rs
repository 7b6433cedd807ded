//! What to do next, as the very command where there is one (contract, section 7).

use std::ffi::OsStr;
use std::path::Path;

use super::command_line::{CommandLine, Flag, quoted};
use super::flags::{OF_ITS_END, OF_ITS_FILES, OF_THE_GUARDS, OF_THE_LIST, OF_THE_RUN};
use super::made_from::MadeFrom;
use super::members::Fold;
use super::once_mended::{self, Mending};
use super::sending::What;
use crate::error::ExitStatus;
use crate::model::{OutcomeKind, StopReason, Tally};
use crate::report::{End, count, counted};

/// How a run ended, as it is told.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// How it ended.
    pub end: &'a End,
    /// With which exit status.
    pub status: ExitStatus,
    /// How many rows of a complete one need a look, tolerated or not.
    pub to_look_at: u64,
    /// Its rows by outcome.
    pub tally: &'a Tally,
}

/// What a run came to, as far as the advice depends on it.
#[derive(Debug)]
pub struct Ended<'a> {
    /// How it ended.
    pub ending: &'a Ending<'a>,
    /// What was sent.
    pub what: What<'a>,
    /// The list, as it was typed.
    pub list: &'a Path,
    /// The command that was typed.
    pub command_line: &'a CommandLine,
    /// Whether nothing of it is carried on: a rehearsal under the name that only rehearsals have.
    pub starts_over: bool,
    /// What a rehearsal lacks to be the real run; none where it is that.
    pub rehearsal: Option<Lacking>,
    /// The rejected rows, where they can be mended in a file of their own.
    pub mending: Option<Mending<'a>>,
    /// Of a retry: what it can be folded into.
    pub fold: Option<Fold>,
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

/// What to do next.
pub fn next(ended: &Ended<'_>) -> String {
    let Ending { end, .. } = *ended.ending;
    match (end, ended.rehearsal) {
        (
            End::Stopped {
                reason,
                journal: Some(journal),
            },
            _,
        ) if !ended.starts_over => format!(
            "{}The same command carries on, and calls nobody again of whom {} says that it is done: {}{}",
            cure(reason, &ended.credentials),
            journal.display(),
            ended.command_line.without(&[Flag::Switch("--restart")]),
            from_the_copy(ended.list, journal)
        ),
        (End::Stopped { reason, .. }, _) => format!(
            "{}The same command starts over: {}",
            cure(reason, &ended.credentials),
            ended.command_line
        ),
        (End::Complete(_), Some(lacking)) => format!(
            "this was a rehearsal, and no customer was changed.{}",
            for_real(ended, lacking)
        ),
        (End::Complete(result), None) => complete(ended, result.as_deref()),
    }
}

/// After a run whose result is there.
fn complete(ended: &Ended<'_>, result: Option<&Path>) -> String {
    let Ending {
        status,
        to_look_at,
        tally,
        ..
    } = *ended.ending;
    let then = match result {
        Some(result) if unsettled(tally) > 0 => send_again(tally, &retry(ended, result)),
        Some(_) => ended.fold.as_ref().map(fold).unwrap_or_default(),
        None => String::new(),
    };
    format!("{}{then}{}", look(status, to_look_at), mend(ended))
}

/// How rejected rows are sent that stand in a file of their own.
fn mend(ended: &Ended<'_>) -> String {
    match &ended.mending {
        None => String::new(),
        Some(mending) => format!(
            "\nTo send the rejected rows, mend them in {}, and: {}",
            mending.rejects.display(),
            once_mended::command(mending, ended.command_line, ended.list)
        ),
    }
}

/// After results were folded.
pub fn after_fold(ending: &Ending<'_>) -> String {
    let then = match ending.end {
        End::Complete(Some(result)) if unsettled(ending.tally) > 0 => {
            let command = CommandLine::of(["retry".into(), result.into()]);
            send_again(ending.tally, &command)
        }
        _ => String::new(),
    };
    format!("{}{then}", look(ending.status, ending.to_look_at))
}

fn look(status: ExitStatus, to_look_at: u64) -> String {
    match (status, to_look_at) {
        (ExitStatus::Complete, 0) => "nothing; every row is as it should be.".to_owned(),
        (ExitStatus::Complete, rows) => format!(
            "look at {} in the result, no more than --tolerate allows.",
            counted(rows, "row")
        ),
        _ => "look at the rows above in the result.".to_owned(),
    }
}

/// Rows that a retry would take.
fn unsettled(tally: &Tally) -> u64 {
    let kinds = [
        OutcomeKind::Failed,
        OutcomeKind::Unconfirmed,
        OutcomeKind::Pending,
    ];
    kinds.iter().map(|kind| tally.rows(*kind)).sum()
}

fn send_again(tally: &Tally, command: &CommandLine) -> String {
    let rows = count(unsettled(tally));
    format!("\nTo send {rows} of them again, once the reason is gone: {command}")
}

/// The command that sends again what a result has left.
fn retry(ended: &Ended<'_>, result: &Path) -> CommandLine {
    let typed = match ended.what {
        What::Run => "run",
        What::Retry(_) => "retry",
        What::Undo(_) => "undo",
    };
    let files = (ended.list.as_os_str(), result.as_os_str());
    let own = [Flag::Valued("--keep"), Flag::Valued("--codes")];
    let line = ended.command_line.without(&own).without(&OF_THE_LIST);
    let line = line.without(&OF_ITS_FILES).without(&OF_THE_GUARDS);
    let line = line.without(&OF_ITS_END).without(&OF_THE_RUN);
    line.of_another((typed, "retry"), files)
}

/// The command that makes one result of a retry's and those before it.
fn fold(fold: &Fold) -> String {
    let words = ["merge", "--latest"].map(OsStr::new).into_iter();
    let words = words.chain(fold.family.iter().map(|path| path.as_os_str()));
    let words = words.chain([OsStr::new("--output"), fold.output.as_os_str()]);
    let replaces = fold.replaces.then_some(OsStr::new("--overwrite"));
    let command = CommandLine::of(words.chain(replaces).map(OsStr::to_owned));
    format!("\nTo fold it into the first result: {command}")
}

/// The command of a rehearsal as that of the real run, where there is one.
fn for_real(ended: &Ended<'_>, lacking: Lacking) -> String {
    if ended.what.made_from().is_some_and(MadeFrom::is_rehearsal) {
        return String::new();
    }
    let mut command = ended.command_line.without(&[Flag::Switch("--sandbox")]);
    if lacking.address {
        command = command.and(&["--cluster", "NAME"]);
    }
    if lacking.credentials {
        format!("\nFor the real run, set BULKLABEL_USERNAME and BULKLABEL_PASSWORD, and: {command}")
    } else {
        format!("\nThe real run: {command}")
    }
}

/// A list that came through a pipe is gone, but for the copy beside the journal.
fn from_the_copy(list: &Path, journal: &Path) -> String {
    let copy = journal.with_extension("list");
    match list.as_os_str() == "-" && copy.is_file() {
        true => format!(" < {}", quoted(copy.as_os_str())),
        false => String::new(),
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
        StopReason::RateAway { .. } => "see that what --rate-url names is there. ",
        StopReason::OnlyThrottled(_) => {
            "wait, or ask whoever runs the account for its limit: others may use it up. "
        }
        StopReason::CanaryFailed { .. } | StopReason::Declined(_) => {
            "look at the codes above; without --canary all others follow. "
        }
        StopReason::TooManyFailures { .. } => {
            "look at the codes above. If they are as they should be, --max-failures none goes on regardless. "
        }
        StopReason::Until(_) | StopReason::Limit(_) => "",
        StopReason::List(_) => "put the list back as it was. ",
        StopReason::Unrecordable(_) => "make room, or make the place writable again. ",
        StopReason::Interrupt | StopReason::Terminate | StopReason::HangUp => "",
    };
    cure.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outcome;

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
        let mut failed = Tally::default();
        failed.add(&Outcome::new(OutcomeKind::Failed, "8015", "nobody"), 2);
        let none = Tally::default();
        let cases = [
            (&complete, ExitStatus::Complete, 0, &none, None),
            (&complete, ExitStatus::Complete, 1, &failed, None),
            (&complete, ExitStatus::WithFailures, 2, &failed, None),
            (&complete, ExitStatus::WithFailures, 2, &none, None),
            (
                &complete,
                ExitStatus::WithFailures,
                2,
                &failed,
                lacking(true, true),
            ),
            (
                &complete,
                ExitStatus::WithFailures,
                2,
                &failed,
                lacking(false, false),
            ),
            (&refused, ExitStatus::Stopped, 0, &none, None),
            (&interrupted, ExitStatus::Interrupted, 0, &none, None),
        ];
        let words =
            "run|my list.csv|--sandbox|--label|VIP|--rate=5/s|--output|x.csv|--rejects|r.csv";
        let advice = cases.map(|(end, status, to_look_at, tally, rehearsal)| {
            let ending = Ending {
                end,
                status,
                to_look_at,
                tally,
            };
            next(&Ended {
                ending: &ending,
                what: What::Run,
                list: Path::new("my list.csv"),
                command_line: &CommandLine::of(words.split('|').map(Into::into)),
                starts_over: false,
                rehearsal,
                mending: None,
                fold: None,
                credentials: ["till.toml, line 1".into(), "BULKLABEL_PASSWORD".into()],
            })
        });
        insta::assert_snapshot!(advice.join("\n"));
    }
}
