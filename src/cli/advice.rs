//! What to do next, as the very command where there is one (contract, section 7).

use std::path::Path;

use super::environment::quoted;
use crate::error::ExitStatus;
use crate::model::StopReason;
use crate::report::End;
use crate::service::BaseUrl;

/// What a run came to, as far as the advice depends on it.
#[derive(Debug)]
pub struct Ended<'a> {
    /// How it ended.
    pub end: &'a End,
    /// With which exit status.
    pub status: ExitStatus,
    /// Whether it was a rehearsal.
    pub rehearsal: bool,
    /// The list.
    pub list: &'a Path,
    /// Where the service is.
    pub base_url: &'a BaseUrl,
    /// The command that was typed.
    pub command_line: &'a str,
}

/// What to do next.
pub fn next(ended: &Ended<'_>) -> String {
    match ended.end {
        End::Stopped {
            reason,
            journal: Some(journal),
        } => format!(
            "{}Keep {}: it says which customers are done. A stopped run can't be carried on yet, and starting over calls \
             them again.",
            cure(reason),
            journal.display()
        ),
        End::Stopped {
            reason,
            journal: None,
        } => format!(
            "{}The same command starts over: {}",
            cure(reason),
            ended.command_line
        ),
        End::Complete(_) if ended.rehearsal => format!(
            "this was a rehearsal, and no customer was changed. For the real run, set BULKLABEL_USERNAME and \
             BULKLABEL_PASSWORD, and: bulklabel run {} --base-url https://eu.api.capillarytech.com",
            quoted(ended.list.as_os_str())
        ),
        End::Complete(_) if ended.status == ExitStatus::Complete => {
            "nothing; every row is as it should be.".to_owned()
        }
        End::Complete(_) => format!(
            "look at the rows above in the result. To send some of them again, save them as again.csv, and: bulklabel run \
             again.csv --base-url {}",
            ended.base_url
        ),
    }
}

/// What has to be done first.
fn cure(reason: &StopReason) -> &'static str {
    match reason {
        StopReason::Unauthorized(_) => "check BULKLABEL_USERNAME and BULKLABEL_PASSWORD. ",
        StopReason::NotAboutCustomers { .. } => "check the base URL, and what the account may do. ",
        StopReason::AskedToWait(_) => "wait as long as the service asks. ",
        StopReason::Unrecordable(_) => "make room, or make the place writable again. ",
        StopReason::Interrupt | StopReason::Terminate => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_is_the_command_to_type() {
        let base_url = "https://eu.api.example.com".parse().unwrap();
        let list = Path::new("my list.csv");
        let complete = End::Complete(Some("my list.results.csv".into()));
        let stopped = |reason, journal: Option<&str>| End::Stopped {
            reason,
            journal: journal.map(Into::into),
        };
        let refused = stopped(StopReason::Unauthorized(String::new()), None);
        let interrupted = stopped(StopReason::Interrupt, Some("x.partial"));
        let cases = [
            (&complete, ExitStatus::Complete, false),
            (&complete, ExitStatus::WithFailures, false),
            (&complete, ExitStatus::WithFailures, true),
            (&refused, ExitStatus::Stopped, false),
            (&interrupted, ExitStatus::Interrupted, false),
        ];
        let advice = cases.map(|(end, status, rehearsal)| {
            next(&Ended {
                end,
                status,
                rehearsal,
                list,
                base_url: &base_url,
                command_line: "bulklabel run 'my list.csv'",
            })
        });
        insta::assert_snapshot!(advice.join("\n"));
    }
}
