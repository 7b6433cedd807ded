//! What to do next, as the very command where there is one (contract, section 7).

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
    /// The variables that hold the credentials.
    pub variables: [&'static str; 2],
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
            cure(reason, ended.variables),
            journal.display()
        ),
        End::Stopped {
            reason,
            journal: None,
        } => format!(
            "{}The same command starts over: {}",
            cure(reason, ended.variables),
            ended.command_line
        ),
        End::Complete(_) if ended.rehearsal => format!(
            "this was a rehearsal, and no customer was changed. For the real run, set BULKLABEL_USERNAME and \
             BULKLABEL_PASSWORD, and: {}",
            for_real(ended.command_line)
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

/// The command of a rehearsal as that of the real run.
fn for_real(command_line: &str) -> String {
    let command_line = command_line.replace(" --sandbox", "");
    if command_line.contains("--base-url") || command_line.contains("--cluster") {
        command_line
    } else {
        format!("{command_line} --cluster eu")
    }
}

/// What has to be done first.
fn cure(reason: &StopReason, variables: [&str; 2]) -> String {
    let cure = match reason {
        StopReason::Unauthorized(_) | StopReason::NoToken(_) => {
            let [name, secret] = variables;
            return format!("check {name} and {secret}. ");
        }
        StopReason::NotAboutCustomers { .. } => "check the base URL, and what the account may do. ",
        StopReason::AskedToWait(_) => "wait as long as the service asks. ",
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
        let base_url = "https://eu.api.example.com".parse().unwrap();
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
                variables: ["BULKLABEL_USERNAME", "BULKLABEL_PASSWORD"],
                base_url: &base_url,
                command_line: "bulklabel run 'my list.csv' --sandbox --label VIP",
            })
        });
        insta::assert_snapshot!(advice.join("\n"));
    }
}
