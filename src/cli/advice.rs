//! What to do next, as the very command where there is one (contract, section 7).

use std::path::Path;

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
            ended.list.display()
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
