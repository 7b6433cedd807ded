//! All shards of a list → one result, and what stands beside it (contract, section 8).

use std::io::Write;

use super::family::Member;
use super::run::TOLERATE;
use super::shards::Shards;
use super::together::{added_up, must_be_whole, put_together, readers};
use crate::error::{Error, ExitStatus};
use crate::model::{Moment, OutcomeKind, Part, Tolerance};
use crate::record::{Disk, Folded, Outputs, join};
use crate::report::{Leg, Summary};

/// The rows of all shards are not those of the list.
#[derive(Debug, thiserror::Error)]
#[error(
    "the shards have {shards} rows together, and the list has {list}: bring back each as it was written"
)]
struct NotTheList {
    shards: u64,
    list: u64,
}

/// Joins shards into one result that goes to `outputs`, and says how it ended. What is tolerated is what the shards have
/// tolerated, where nothing else is said.
///
/// # Errors
/// One of them is not as it was written, or what they come to can't be written.
pub fn join_shards(
    shards: &Shards,
    outputs: &Outputs,
    tolerance: Option<Tolerance>,
    disk: &dyn Disk,
) -> Result<(Folded, Summary, ExitStatus), Error> {
    let members = &shards.members;
    let tolerance = tolerance.unwrap_or_else(|| tolerated(members));
    let write = |to: &mut dyn Write| {
        let joined = join(readers(members)?, to)?;
        must_be_whole(members, &joined)?;
        let (all, list) = (joined.read.iter().sum(), members[0].summary.list.rows);
        match all == list {
            true => Ok(joined),
            false => Err(Error::unusable(NotTheList { shards: all, list })),
        }
    };
    let mut status = ExitStatus::WithFailures;
    let (joined, summary) = put_together(outputs, disk, write, |joined| {
        status = ended(joined, tolerance);
        summary(shards, joined, tolerance, status)
    })?;
    Ok((joined, summary, status))
}

/// How a run of the whole would have ended. One that was given up has rows that were not called, and is never as it should be.
fn ended(joined: &Folded, tolerance: Tolerance) -> ExitStatus {
    match joined.tally.rows(OutcomeKind::Pending) {
        0 => joined.status(tolerance),
        _ => ExitStatus::WithFailures,
    }
}

/// What all shards say is tolerated; nothing, where they differ.
fn tolerated(members: &[Member]) -> Tolerance {
    let mut texts = members.iter().map(|one| one.summary.settings.get(TOLERATE));
    let agreed = texts.next().flatten();
    let agreed = agreed.filter(|first| texts.all(|text| text == Some(*first)));
    agreed
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

/// What the run of the whole comes to. Shards are at work beside one another: the time is that in which at least one was.
fn summary(shards: &Shards, joined: &Folded, tolerance: Tolerance, status: ExitStatus) -> Summary {
    let members = &shards.members;
    let mut summary = added_up(members, joined);
    summary.settings.retain(|name, value| {
        let mut others = members.iter().map(|one| one.summary.settings.get(name));
        others.all(|other| other == Some(&*value))
    });
    let tolerate = (TOLERATE.to_owned(), tolerance.to_string());
    summary.settings.extend([tolerate]);
    Summary {
        run: shards.whole.hash(),
        shard: Part::WHOLE.to_string(),
        customers: members.iter().map(|one| one.summary.customers).sum(),
        seconds: at_work(&summary.legs),
        exit_status: status.code(),
        ..summary
    }
}

/// For how many seconds at least one leg was under way; they are in the order in which they began.
fn at_work(legs: &[Leg]) -> f64 {
    let moment = |text: &str| text.parse::<Moment>().ok().map(|moment| moment.0);
    let spans = legs
        .iter()
        .filter_map(|leg| Some((moment(&leg.started_at)?, moment(&leg.ended_at)?)));
    let mut until = i64::MIN;
    let milliseconds: i64 = spans
        .map(|(from, to)| {
            let new = to.saturating_sub(from.max(until)).max(0);
            until = until.max(to);
            new
        })
        .sum();
    milliseconds as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_counts_once_however_many_were_at_work() {
        let leg = |from: i64, to: i64| Leg {
            started_at: Moment(from * 1_000).to_string(),
            ended_at: Moment(to * 1_000).to_string(),
            exit_status: Some(0),
        };
        for (legs, seconds) in [
            (vec![], 0.0),
            (vec![leg(1, 5)], 4.0),
            (vec![leg(1, 5), leg(2, 3), leg(4, 9)], 8.0),
            (vec![leg(1, 5), leg(7, 9)], 6.0),
        ] {
            assert_eq!(at_work(&legs), seconds);
        }
    }
}
