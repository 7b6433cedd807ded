//! How a call ends, and that it is written.

use super::{Left, Work};
use crate::dispatch::crew::Crew;
use crate::dispatch::queue::{Job, Last};
use crate::model::{Attempted, Bearing, CallRecord, Event, Outcome, OutcomeKind, Outcomes};
use crate::service::Sender;

/// How a call ends.
pub(super) struct Ending {
    pub outcomes: Outcomes,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// Its last attempt.
    pub last: Attempted,
    pub bearing: Bearing,
}

impl<S: Sender> Work<'_, S> {
    /// Ends the call.
    pub(super) async fn end(self, ending: Ending) -> Left {
        let Ending {
            outcomes,
            status,
            last,
            bearing,
        } = ending;
        let (call, attempts) = self.attempts.into_call();
        let record = CallRecord {
            user: call.user.get(),
            outcomes,
            status,
            attempts,
            at: last.at,
        };
        let event = Event::Finished {
            call,
            record,
            last: Some(last),
            bearing,
        };
        match self.crew.record(event).await {
            true => Left::Ended(bearing),
            false => Left::Unfinished,
        }
    }
}

/// Ends a call that was put back, by what it met last. False where that can't be written.
pub async fn end_put_back<S: Sender>(crew: &Crew<S>, job: Job, last: Last) -> bool {
    let ending = Outcomes::All(last.ending);
    let record = CallRecord {
        user: job.call.user.get(),
        outcomes: unless_doubtful(ending, job.history.doubt.as_ref()),
        status: last.status,
        attempts: job.history.attempts,
        at: last.at,
    };
    let event = Event::Finished {
        call: job.call,
        record,
        last: None,
        bearing: Bearing::Neither,
    };
    crew.record(event).await
}

/// A failure is only sure where no attempt may have been applied (contract, section 3).
pub(super) fn unless_doubtful(outcomes: Outcomes, doubt: Option<&Outcome>) -> Outcomes {
    let (Outcomes::All(last), Some(doubt)) = (&outcomes, doubt) else {
        return outcomes;
    };
    if last.kind != OutcomeKind::Failed || &*last.code == "8015" {
        return outcomes;
    }
    let message = format!(
        "{}; the last attempt: {}, {}",
        doubt.message, last.code, last.message
    );
    Outcomes::All(Outcome::new(
        OutcomeKind::Unconfirmed,
        doubt.code.clone(),
        message,
    ))
}
