//! What a run comes to, complete or not: the sum that stands beside a result, and elsewhere (contract, section 5).

use std::collections::BTreeMap;

use super::identity::{ACCOUNT, BASE_URL, LIST, OF, SHARD};
use super::run::{PROGRAM, Run, SANDBOX};
use super::standing::Standing;
use crate::error::ExitStatus;
use crate::model::{Moment, OutcomeKind, Tally};
use crate::report::{Leg, ListSummary, Minute, Summary};

/// What calling took.
#[derive(Debug, Default)]
pub(super) struct Spent {
    calls: u64,
    attempts: u64,
    throttled: u64,
    legs: Vec<Leg>,
    seconds: f64,
    minutes: Vec<Minute>,
}

/// Where a run is that has not come to its end.
#[derive(Debug, Clone)]
pub struct SoFar {
    /// What it has come to; the exit status is still to be said.
    pub summary: Summary,
    /// Calls that were sent and have no outcome.
    pub without_verdict: u64,
    /// Calls that have not ended.
    pub left: u64,
}

impl Spent {
    /// What a run has taken up to `now`. A process that was killed ended when it was last heard of: at `now`, where nothing
    /// has begun since.
    pub(super) fn by(standing: &Standing, now: Moment) -> Self {
        let effort = standing.effort(now);
        let legs = standing.legs.iter().map(|leg| Leg {
            started_at: leg.begin.started.to_string(),
            ended_at: leg.ended.unwrap_or(now).to_string(),
            exit_status: leg.status,
        });
        Self {
            calls: effort.ended,
            attempts: effort.attempts,
            throttled: effort.throttled,
            legs: legs.collect(),
            seconds: standing.seconds(now),
            minutes: standing.minutes.clone().finish(now),
        }
    }
}

/// Where a run is; before it is known where it `stands`, nothing was done. This process is its last leg, also where it has
/// recorded nothing.
pub fn so_far(run: &Run<'_>, standing: Option<&Standing>) -> SoFar {
    let now = (run.now)();
    let plan = &run.planned.plan;
    let mut tally = standing
        .map_or(&run.planned.left_out, |standing| &standing.tally)
        .clone();
    tally.leave_pending(u64::from(plan.data_rows()));
    let is_recorded = |standing: &Standing| {
        let last = standing.legs.last();
        last.is_some_and(|leg| leg.begin.started == run.started)
    };
    let mut spent = match standing {
        None => Spent::default(),
        Some(standing) if is_recorded(standing) => Spent::by(standing, now),
        Some(standing) => Spent::by(standing, standing.heard_of()),
    };
    if !standing.is_some_and(is_recorded) {
        spent.legs.push(Leg {
            started_at: run.started.to_string(),
            ended_at: now.to_string(),
            exit_status: None,
        });
    }
    SoFar {
        without_verdict: standing.map_or(0, |standing| standing.without_verdict()),
        left: u64::from(plan.totals().calls).saturating_sub(spent.calls),
        // Whatever ends it will say with which status.
        summary: summary(run, &tally, spent, ExitStatus::Stopped),
    }
}

/// The sum of a run with such rows.
pub(super) fn summary(run: &Run<'_>, tally: &Tally, spent: Spent, status: ExitStatus) -> Summary {
    let plan = &run.planned.plan;
    let rows = |kind: OutcomeKind| (kind.as_str().to_owned(), tally.rows(kind));
    let by_code = tally.rows_by_code().into_iter();
    let mut legs = spent.legs;
    if let Some(last) = legs.last_mut() {
        last.exit_status = Some(status.code());
    }
    Summary {
        program: PROGRAM.to_owned(),
        run: run.identity.hash(),
        list: ListSummary {
            name: run.list_name(),
            rows: run.planned.list_rows(run.reading),
            fingerprint: run.planned.fingerprint.to_string(),
        },
        base_url: run.part(BASE_URL),
        account: run.part(ACCOUNT),
        of: run.identity.parts().get(OF).cloned(),
        settings: settings(run),
        shard: run.part(SHARD),
        rows: OutcomeKind::ALL.into_iter().map(rows).collect(),
        codes: by_code
            .map(|(code, rows)| (code.to_owned(), rows))
            .collect(),
        customers: u64::from(plan.customers()),
        calls: spent.calls,
        attempts: spent.attempts,
        throttled: spent.throttled,
        legs,
        seconds: spent.seconds,
        exit_status: status.code(),
        reason: None,
        minutes: spent.minutes,
    }
}

/// All settings of a run, those that shape it and the others.
fn settings(run: &Run<'_>) -> BTreeMap<String, String> {
    let own_keys = [LIST, BASE_URL, ACCOUNT, SHARD, OF];
    let parts = run.identity.parts().iter();
    let parts = parts.filter(|(name, _)| !own_keys.contains(&name.as_str()));
    let parts = parts.map(|(name, value)| (name.clone(), value.clone()));
    let others = run.others.iter();
    let others = others.map(|(name, value)| ((*name).to_owned(), value.clone()));
    let mut settings: BTreeMap<_, _> = parts.chain(others).collect();
    if run.rehearsal {
        settings.insert(SANDBOX.to_owned(), true.to_string());
    }
    settings
}
