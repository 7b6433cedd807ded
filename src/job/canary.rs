//! What becomes of the calls that go first, and whether the others follow (`--canary`; contract, section 6).

use std::io;
use std::thread;

use tokio::sync::oneshot;

use crate::dispatch::has_failed;
use crate::model::{Call, Outcomes, StopReason, Tally};
use crate::plan::Plan;
use crate::report::{Sampled, Verdict};

/// Asks a person a question; true where the answer is yes.
pub type Ask = fn(&str) -> io::Result<bool>;

/// The calls that go first, as they end.
#[derive(Debug, Default)]
pub struct Canary {
    ask: Option<Ask>,
    tally: Tally,
    done: u64,
    failed: u64,
    question: Option<Question>,
}

/// A question that a person is asked, and who waits for the answer.
#[derive(Debug)]
struct Question {
    calls: u64,
    answer: oneshot::Receiver<bool>,
    waiting: oneshot::Sender<()>,
}

/// What is to be done.
#[derive(Debug)]
pub enum Next {
    /// The others follow.
    GoOn,
    /// They don't.
    Stop(StopReason),
    /// That is to be seen: a person is asked.
    Wait,
}

impl Canary {
    /// None has ended. Where nobody can be asked, it is decided by the number of failures.
    pub fn new(ask: Option<Ask>) -> Self {
        Self {
            ask,
            ..Self::default()
        }
    }

    /// Takes note of a call that has ended.
    pub fn note(&mut self, call: &Call, outcomes: &Outcomes, plan: &Plan) {
        self.done += 1;
        self.failed += u64::from(has_failed(call, outcomes));
        for (position, change) in call.changes.iter().enumerate() {
            self.tally.add(outcomes.of(position), plan.line(change.row));
        }
    }

    /// What became of the `calls` that went first, for people; `left` are not made yet.
    pub fn sampled(&self, calls: u64, left: u64, others_follow: bool) -> Sampled<'_> {
        let verdict = match (self.ask, self.is_good(calls)) {
            (Some(_), _) => Verdict::Asked,
            (None, true) if !others_follow => Verdict::Ends,
            (None, true) => Verdict::GoesOn,
            (None, false) => Verdict::Stops,
        };
        Sampled {
            tally: &self.tally,
            calls,
            done: self.done,
            failed: self.failed,
            left,
            verdict,
        }
    }

    /// Fewer than half have failed; one without an answer yet may still.
    fn is_good(&self, calls: u64) -> bool {
        let unanswered = calls.saturating_sub(self.done);
        (self.failed + unanswered) * 2 < calls
    }

    /// Decides, or asks: `waiting` is told when the others may follow.
    pub fn decide(&mut self, calls: u64, left: u64, waiting: oneshot::Sender<()>) -> Next {
        let Some(ask) = self.ask else {
            if self.is_good(calls) {
                let _gone = waiting.send(());
                return Next::GoOn;
            }
            let failed = self.failed + calls.saturating_sub(self.done);
            return Next::Stop(StopReason::CanaryFailed { failed, of: calls });
        };
        let (told, answer) = oneshot::channel();
        let question = Sampled::question(left);
        // A terminal is read to the end of a line, which may never come: nobody waits for this thread.
        let asking = thread::Builder::new().name("question".to_owned());
        let asking = asking.spawn(move || told.send(ask(&question).unwrap_or(false)));
        if asking.is_err() {
            return Next::Stop(StopReason::Declined(calls));
        }
        self.question = Some(Question {
            calls,
            answer,
            waiting,
        });
        Next::Wait
    }

    /// No others may follow: there is nothing to ask.
    pub fn ask_nobody(&mut self) {
        self.ask = None;
    }

    /// Whether a person will be asked.
    pub fn asks(&self) -> bool {
        self.ask.is_some()
    }

    /// Whether a person is being asked.
    pub fn is_asking(&self) -> bool {
        self.question.is_some()
    }

    /// Waits for the answer, as long as nobody has given it.
    pub async fn answered(&mut self) -> Next {
        let Some(question) = &mut self.question else {
            return std::future::pending().await;
        };
        let calls = question.calls;
        let is_yes = (&mut question.answer).await.unwrap_or(false);
        match self.question.take().filter(|_| is_yes) {
            Some(question) => {
                let _gone = question.waiting.send(());
                Next::GoOn
            }
            None => Next::Stop(StopReason::Declined(calls)),
        }
    }
}
