//! What a run says, held against what the service has done.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bulklabel::model::Rate;
use bulklabel::record::Outputs;
use tokio::time::Instant;

use crate::disk::SimulatedDisk;
use crate::night::Figures;
use crate::service::{Memory, Mood, Seen};

/// The program or the machine was stopped, or could not write any more.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    pub leg: u32,
    /// The machine.
    pub power: bool,
    pub concurrency: usize,
    /// What was written before this moment was durable.
    pub durable_since: Option<Instant>,
}

pub struct Evidence<'a> {
    pub disk: &'a SimulatedDisk,
    pub outputs: &'a Outputs,
    pub memory: &'a Memory,
    pub cuts: &'a [Cut],
    pub lines: &'a [u64],
    pub rate: Option<Rate>,
    pub status: u8,
    pub mood: Mood,
    /// Whether a leg gave calls but one attempt, or waited less than calls are given that were all put back.
    pub hasty: bool,
}

type Row = BTreeMap<String, String>;

impl Evidence<'_> {
    pub fn check(&self, figures: &mut Figures) {
        let rows = self.rows();
        self.one_row_for_each(&rows);
        for row in &rows {
            self.outcome_agrees(row);
        }
        self.no_outage_fails_anybody(&rows);
        self.attempts_agree(&rows);
        figures.called_again += self.nobody_is_called_again_without_need();
        self.nobody_is_in_flight_twice();
        self.no_window_is_too_full();
        self.nothing_else_is_left();
        self.summary_agrees(&rows);
        figures.attempts += self.memory.seen.len() as u64;
        figures.unconfirmed += rows
            .iter()
            .filter(|row| row["outcome"] == "unconfirmed")
            .count() as u64;
    }

    fn rows(&self) -> Vec<Row> {
        let result = self.outputs.result().unwrap();
        let content = self
            .disk
            .content(result)
            .expect("the result is in its place");
        let mut reader = csv::Reader::from_reader(&content[..]);
        reader
            .deserialize()
            .map(|row| row.expect("it is whole"))
            .collect()
    }

    fn one_row_for_each(&self, rows: &[Row]) {
        let lines: Vec<u64> = rows
            .iter()
            .map(|row| row["line"].parse().unwrap())
            .collect();
        assert_eq!(lines, self.lines);
    }

    fn of(&self, user: u64) -> impl Iterator<Item = &Seen> {
        self.memory
            .seen
            .iter()
            .filter(move |seen| seen.user == user)
    }

    fn outcome_agrees(&self, row: &Row) {
        let Ok(user) = row["userId"].parse::<u64>() else {
            return;
        };
        let applied = self.of(user).any(|seen| seen.applied);
        let agrees = match &*row["outcome"] {
            "success" => applied,
            "failed" => !applied,
            // Nobody knows, or something was cut off.
            "unconfirmed" => {
                let unknown = |seen: &Seen| seen.doubtful || seen.until.is_none();
                row["attempts"] != "0" && (!self.cuts.is_empty() || self.of(user).any(unknown))
            }
            "skipped" | "rejected" => true,
            _ => false,
        };
        let history: Vec<_> = self.of(user).collect();
        assert!(agrees, "{row:?}\n{history:#?}\n{:?}", self.cuts);
    }

    /// A service that is down as a whole, for less than calls are waited for that were all put back, is nobody's fault.
    fn no_outage_fails_anybody(&self, rows: &[Row]) {
        let Some((_, span)) = self.mood.down else {
            return;
        };
        // Where connections take long, or there is but one attempt, others may be answered at its very beginning or end.
        let is_clear = !self.mood.slow_to_connect && !self.hasty && !self.mood.bad_customers;
        if self.mood.faults > 0.0 || span > Duration::from_secs(115) || !is_clear {
            return;
        }
        let failed = |row: &&Row| {
            // What the outage has left in doubt, another answer may have ended.
            let is_of_customer = row["code"] == "8015" || row["httpStatus"] == "404";
            matches!(&*row["outcome"], "failed" | "unconfirmed") && !is_of_customer
        };
        let failed: Vec<_> = rows.iter().filter(failed).collect();
        assert!(failed.is_empty(), "{failed:#?}");
    }

    /// Every attempt is counted; one that was about to leave when the program was stopped, or the disk full, may be counted
    /// too much, and
    /// after a power cut what was sent last is not known.
    fn attempts_agree(&self, rows: &[Row]) {
        let power = self.cuts.iter().any(|cut| cut.power);
        for row in rows
            .iter()
            .filter(|row| !matches!(&*row["outcome"], "skipped" | "rejected"))
        {
            let user: u64 = row["userId"].parse().unwrap();
            let said: u64 = row["attempts"].parse().unwrap();
            let seen = self.of(user).count() as u64;
            let unconnected = self
                .memory
                .unconnected
                .get(&user)
                .copied()
                .unwrap_or_default();
            assert!(power || said >= seen, "{row:?}: {seen} were seen");
            let most = seen + unconnected + self.cuts.len() as u64;
            assert!(
                said <= most,
                "{row:?}: {seen} were seen, {unconnected} met no connection"
            );
        }
    }

    /// After a verdict a customer is called again only where it was in flight when the program was stopped, or what was
    /// written of it was lost to a power cut.
    fn nobody_is_called_again_without_need(&self) -> u64 {
        let mut again = 0;
        for cut in self.cuts {
            let settled = self
                .memory
                .seen
                .iter()
                .filter(|seen| seen.leg == cut.leg && seen.settles);
            let called_again: BTreeMap<u64, Instant> = settled
                .filter(|seen| self.of(seen.user).any(|later| later.leg > cut.leg))
                .filter_map(|seen| Some((seen.user, seen.until?)))
                .collect();
            again += called_again.len() as u64;
            // What a killed program has written may still be lost to a power cut that comes before it is carried on.
            let power = |other: &Cut| other.power && (cut.leg..cut.leg + 3).contains(&other.leg);
            if self.cuts.iter().any(power) {
                // What was durable stays; those that were answered while the disk took too long were in flight.
                let since = cut.durable_since;
                let lost = called_again.values().filter(|until| Some(**until) < since);
                assert!(lost.count() <= cut.concurrency, "{cut:?} {called_again:?}");
            } else {
                assert!(
                    called_again.len() <= cut.concurrency,
                    "{cut:?} {called_again:?}"
                );
            }
        }
        let cut: BTreeSet<u32> = self.cuts.iter().map(|cut| cut.leg).collect();
        let settled = self
            .memory
            .seen
            .iter()
            .filter(|seen| seen.settles && !cut.contains(&seen.leg));
        for seen in settled {
            let later = self.of(seen.user).find(|later| later.leg > seen.leg);
            assert!(
                later.is_none(),
                "{seen:?} was called again in good order: {later:?}"
            );
        }
        again
    }

    fn nobody_is_in_flight_twice(&self) {
        let mut busy: BTreeMap<(u32, u64), Option<Instant>> = BTreeMap::new();
        for seen in &self.memory.seen {
            if let Some(until) = busy.insert((seen.leg, seen.user), seen.until) {
                assert!(until.is_some_and(|until| until <= seen.at), "{seen:?}");
            }
        }
    }

    fn no_window_is_too_full(&self) {
        let Some(rate) = self.rate else { return };
        // By the clock that goes on while the machine sleeps.
        let mut at: Vec<Duration> = self
            .memory
            .seen
            .iter()
            .map(|seen| seen.on_the_wall)
            .collect();
        at.sort_unstable();
        let most = rate.attempts().get() as usize;
        for window in at.windows(most + 1) {
            let span = window[most] - window[0];
            assert!(
                span >= rate.window(),
                "{} left within {span:?}, from {:?} on\n{:?}",
                most + 1,
                window[0],
                self.cuts
            );
        }
    }

    fn nothing_else_is_left(&self) {
        let mut expected = vec![
            self.outputs.result().unwrap().to_owned(),
            self.outputs.summary().unwrap(),
        ];
        expected.sort();
        assert_eq!(self.disk.names(), expected);
    }

    fn summary_agrees(&self, rows: &[Row]) {
        let json = self.disk.content(&self.outputs.summary().unwrap()).unwrap();
        let summary: serde_json::Value = serde_json::from_slice(&json).unwrap();
        for outcome in [
            "success",
            "failed",
            "unconfirmed",
            "rejected",
            "skipped",
            "pending",
        ] {
            let count = rows.iter().filter(|row| row["outcome"] == outcome).count();
            assert_eq!(summary["rows"][outcome], count, "{outcome}");
        }
        assert_eq!(summary["exitStatus"], self.status);
        let customers: BTreeSet<_> = rows
            .iter()
            .filter(|row| !row["completedAt"].is_empty())
            .map(|row| &row["userId"])
            .collect();
        assert_eq!(summary["calls"], customers.len());
        let minutes = summary["minutes"].as_array().unwrap().iter();
        let calls: u64 = minutes
            .map(|minute| minute["calls"].as_u64().unwrap())
            .sum();
        // One that was taken back was a call of its minute, too.
        assert!(calls >= customers.len() as u64);
    }
}
