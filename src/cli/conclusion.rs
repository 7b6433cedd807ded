//! A run from its first call on: the calls that are left, and what they come to.

use std::path::Path;

use super::advice::Ending;
use super::page::{Ended, PageEnd, PageFile};
use super::runtime::runtime;
use super::settings::Settings;
use super::signals::Signals;
use crate::error::{Error, ExitStatus};
use crate::job::{self, Ask, Called, Completion, Run, Surroundings, Underway};
use crate::model::{Moment, OutcomeKind, Tally};
use crate::report::{Closing, End, Progress, Screen, Summary};
use crate::service::Client;

/// Writes the result, or leaves what is recorded of a run that stopped, and sums up. A run that is `given_up` gets its result
/// as it stands. The rejected rows stand in `rejects`, if somewhere; what it comes to is told on a `page`, if it is to be.
///
/// # Errors
/// A file can't be written; what was recorded is still there.
pub fn conclude(
    run: &Run<'_>,
    called: Called,
    given_up: bool,
    (rejects, page): (Option<&Path>, Option<&PageFile>),
    screen: &Screen,
    next: impl FnOnce(&Ending<'_>) -> String,
) -> Result<ExitStatus, Error> {
    let plan = &run.planned.plan;
    let effort = called.standing.effort(Moment::now());
    let mut tally = called.standing.tally.clone();
    tally.leave_pending(u64::from(plan.data_rows()));
    let mut so_far = page.map(|_| job::so_far(run, &called.standing, ExitStatus::Stopped));
    let (end, completion) = match called.stopped.clone().filter(|_| !given_up) {
        None => {
            let completion = job::complete(run, called, given_up).inspect_err(|error| {
                let summary = so_far
                    .as_mut()
                    .map(|so_far| so_far.end_with(error.status()));
                let told = |end| told(run, end, &tally, (page, summary.as_deref()), screen);
                told(PageEnd::Failed(error));
            })?;
            let result = run.outputs.result().map(Path::to_owned);
            (End::Complete(result), completion)
        }
        Some(reason) => {
            let status = reason.status();
            let journal = job::leave(run, called, status)?.then(|| run.outputs.partial());
            let completion = Completion {
                status,
                to_look_at: 0,
            };
            (End::Stopped { reason, journal }, completion)
        }
    };
    let Completion { status, to_look_at } = completion;
    let next = next(&Ending {
        end: &end,
        status,
        to_look_at,
        tally: &tally,
    });
    let summary = so_far.as_mut().map(|so_far| so_far.end_with(status));
    let page = told(
        run,
        PageEnd::Of(&end, &next),
        &tally,
        (page, summary.as_deref()),
        screen,
    );
    let closing = Closing {
        list: run.source.name(),
        is_result: run.reading.selection.is_some(),
        end: &end,
        workbook: run
            .outputs
            .workbook()
            .filter(|_| matches!(end, End::Complete(_))),
        tally: &tally,
        calls: u64::from(plan.totals().calls),
        effort,
        rejects: rejects.filter(|_| tally.rows(OutcomeKind::Rejected) > 0),
        page,
        next: &next,
    };
    screen.close(&closing, status);
    Ok(status)
}

/// Tells what a run came to on its page, if it has one; says where that is.
fn told<'a>(
    run: &Run<'_>,
    end: PageEnd<'_>,
    tally: &Tally,
    (page, summary): (Option<&'a PageFile>, Option<&Summary>),
    screen: &Screen,
) -> Option<&'a Path> {
    let ended = Ended {
        list: run.list,
        end,
        tally,
        summary: summary?,
    };
    page?.write(&ended, screen)
}

/// Makes the calls that are left, if there is a client. Somebody who can `ask` is asked whether the others follow the calls
/// that go first.
///
/// # Errors
/// The journal can't be written; nothing was sent.
pub fn call(
    run: &Run<'_>,
    underway: Underway,
    client: Option<Client>,
    ask: Option<Ask>,
    settings: &Settings,
    signals: &Signals,
    screen: &Screen,
) -> Result<Called, Error> {
    let farewell = format!(
        "Stopped by a signal before the result was in its place; what was called is recorded in {}.",
        run.outputs.partial().display()
    );
    let calls = u64::from(run.planned.plan.totals().calls);
    let ended = u64::from(underway.standing().ledger.ended());
    let surroundings = Surroundings {
        progress: Progress::start(screen, calls, ended, settings.terms.rate),
        interrupts: signals.hand_on(farewell, run.outputs.half_written()),
        ask,
    };
    runtime()?.block_on(job::call_all(
        run,
        underway,
        client,
        surroundings,
        settings.terms,
    ))
}
