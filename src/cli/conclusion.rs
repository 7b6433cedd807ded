//! A run from its first call on: the calls that are left, and what they come to.

use std::path::Path;
use std::thread;

use super::advice::Ending;
use super::afterword::Afterword;
use super::page::{Ended, PageEnd, PageFile};
use super::runtime::runtime;
use super::settings::Settings;
use super::signals::Signals;
use crate::dispatch::Sharing;
use crate::error::{Error, ExitStatus};
use crate::job::{self, Ask, Called, Run, Surroundings, Underway};
use crate::model::{Moment, OutcomeKind, Tally};
use crate::report::{Closing, End, Progress, Screen, Summary, why};
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
    afterword: &Afterword,
    screen: &Screen,
    next: impl FnOnce(&Ending<'_>) -> String,
) -> Result<ExitStatus, Error> {
    let plan = &run.planned.plan;
    let effort = called.standing.effort(Moment::now());
    let mut tally = called.standing.tally.clone();
    tally.leave_pending(u64::from(plan.data_rows()));
    let so_far = job::so_far(run, Some(&called.standing));
    let mut for_page = page.map(|_| so_far.summary.clone());
    afterword.knows(so_far);
    let (end, status, to_look_at) = match called.stopped.clone().filter(|_| !given_up) {
        None => {
            let completion = job::complete(run, called, given_up).inspect_err(|error| {
                if let Some(summary) = &mut for_page {
                    let status = error.status().code();
                    summary.end(status, Moment::now(), Some(error.to_string()));
                    let ended = PageEnd::Failed(error);
                    told(run, ended, &tally, (page, Some(summary)), screen);
                }
            })?;
            if let Some(summary) = &mut for_page {
                completion.summary.clone_into(summary);
            }
            let result = run.outputs.result().map(Path::to_owned);
            afterword.is_complete(completion.summary, result.as_deref());
            (
                End::Complete(result),
                completion.status,
                completion.to_look_at,
            )
        }
        Some(reason) => {
            let status = reason.status();
            let journal = job::leave(run, called, status)?.then(|| run.outputs.partial());
            if let Some(summary) = &mut for_page {
                summary.end(status.code(), Moment::now(), Some(why(&reason)));
            }
            afterword.has_stopped(why(&reason), journal.clone());
            (End::Stopped { reason, journal }, status, 0)
        }
    };
    let next = next(&Ending {
        end: &end,
        status,
        to_look_at,
        tally: &tally,
    });
    let ended = PageEnd::Of(&end, &next);
    let page = told(run, ended, &tally, (page, for_page.as_ref()), screen);
    let closing = Closing {
        list: run.source.name(),
        shard: run.outputs.shard(),
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
    afterword.write(status, None);
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
    (client, sharing): (Option<Client>, Option<Sharing>),
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
    // How much of a shared rate a run gets is seen as it goes.
    let paced = settings.terms.rate.filter(|_| sharing.is_none());
    let surroundings = Surroundings {
        progress: Progress::start(screen, calls, ended, paced),
        interrupts: signals.hand_on(farewell, run.outputs.half_written()),
        sharing,
        ask,
    };
    let runtime = runtime()?;
    thread::scope(|threads| {
        runtime.block_on(job::call_all(
            run,
            Some(threads),
            underway,
            client,
            surroundings,
            settings.terms,
        ))
    })
}
