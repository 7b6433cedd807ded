//! What a run says, held against the sandbox's own record and memory.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Ran, Row, Sandbox, Workplace};

/// A client that gave up is gone for the sandbox only once it has noticed: so long, in microseconds.
const NOTICING: u64 = 100_000;

/// A request as the sandbox recorded it.
#[derive(Debug, Clone, Deserialize)]
pub struct Recorded {
    /// When its head was read, in microseconds since the sandbox began.
    pub at: u64,
    /// When it was answered, or the client seen to be gone.
    pub until: Option<u64>,
    pub path: String,
    pub customer: Option<u64>,
    pub status: Option<u16>,
    /// Whether labels were written or taken away.
    pub applied: bool,
    pub fault: Option<String>,
}

/// A complete run and what the sandbox knows of it.
pub struct Audit {
    rows: Vec<Row>,
    asked: Vec<Recorded>,
    held: BTreeMap<u64, BTreeSet<String>>,
    /// How often the program was killed: each time one attempt of a call may be counted that never left.
    kills: usize,
}

impl Audit {
    /// The run of `campaign.csv`, from the `since`-th request on that the sandbox was asked.
    pub fn of(work: &Workplace, sandbox: &Sandbox, since: usize) -> Self {
        let rows = work.rows("campaign.results.csv");
        let customers: BTreeSet<u64> = rows.iter().filter_map(customer).collect();
        let held = customers
            .into_iter()
            .map(|customer| (customer, sandbox.labels(customer).into_iter().collect()))
            .collect();
        let asked = sandbox.recorded().into_iter().skip(since).collect();
        let kills = 0;
        Self {
            rows,
            asked,
            held,
            kills,
        }
    }

    /// The same of a program that was killed so often.
    pub fn after(self, kills: usize) -> Self {
        Self { kills, ..self }
    }

    /// Every contradiction between the result and the sandbox, in words.
    pub fn disagreements(&self, data_lines: &[u64]) -> Vec<String> {
        let mut found = Vec::new();
        let lines: Vec<u64> = self
            .rows
            .iter()
            .map(|row| row["line"].parse().unwrap())
            .collect();
        if lines != data_lines {
            found.push("the result does not have one row for each data row, in their order".into());
        }
        found.extend(self.rows.iter().filter_map(|row| self.contradiction(row)));
        found.extend(self.attempts());
        found.extend(self.in_flight_twice());
        found
    }

    /// What is wrong with a row, as far as the sandbox's memory tells.
    fn contradiction(&self, row: &Row) -> Option<String> {
        let customer = customer(row)?;
        let holds = self.held[&customer].contains(&row["label"]);
        let as_wished = holds == (row["action"] == "add");
        let touched = || self.calls(customer).any(|call| call.applied);
        let sent = row["attempts"] != "0";
        let is_wrong = match (&*row["outcome"], &*row["code"]) {
            ("success", "") => !sent || !as_wished,
            ("warning", "33000") => holds,
            ("warning", "33001") => row["action"] == "remove" && holds,
            ("warning", "OTHER_CUSTOMER") => !touched(),
            ("failed", _) => touched(),
            ("unconfirmed", _) => !sent,
            ("rejected" | "skipped", _) => sent,
            _ => true,
        };
        is_wrong.then(|| format!("{row:?}\n  holds it: {holds}; {:?}", self.history(customer)))
    }

    /// Customers with more or fewer attempts in the result than the sandbox was asked for.
    fn attempts(&self) -> Vec<String> {
        let said: BTreeMap<u64, &str> = self
            .rows
            .iter()
            .filter(|row| !matches!(&*row["outcome"], "rejected" | "skipped"))
            .filter_map(|row| Some((customer(row)?, &*row["attempts"])))
            .collect();
        let differs = |(customer, said): (&u64, &&str)| {
            let asked = self.calls(*customer).count();
            // An attempt that met no connection, or had no token, never came to the sandbox.
            let never_came = self.rows.iter().any(|row| {
                self::customer(row) == Some(*customer) && matches!(&*row["code"], "CONNECT")
            });
            let said: usize = said.parse().unwrap();
            let too_few = asked + self.kills < said && !never_came && !self.may_miss();
            let is_wrong = asked > said || too_few;
            is_wrong
                .then(|| format!("customer {customer}: {said} attempts said, {asked} asked for"))
        };
        said.iter().filter_map(differs).collect()
    }

    /// Whether attempts may end before the sandbox has read what they ask.
    fn may_miss(&self) -> bool {
        self.asked
            .iter()
            .any(|call| call.path.contains("/oauth/") && call.status != Some(200))
    }

    fn in_flight_twice(&self) -> Vec<String> {
        let mut last: BTreeMap<u64, u64> = BTreeMap::new();
        let mut found = Vec::new();
        for call in &self.asked {
            let Some(customer) = call.customer else {
                continue;
            };
            if last.get(&customer).is_some_and(|until| call.at < *until) {
                found.push(format!("customer {customer} was in flight twice"));
            }
            let gone = call.until.unwrap_or(u64::MAX);
            let until = match call.status {
                Some(_) => gone,
                None => gone.saturating_sub(NOTICING),
            };
            last.insert(customer, until);
        }
        found
    }

    /// The most changeLabels requests in any window of so many microseconds.
    pub fn fullest_window(&self, window: u64) -> usize {
        let at: Vec<u64> = self
            .asked
            .iter()
            .filter(|call| call.customer.is_some())
            .map(|call| call.at)
            .collect();
        let within = |from: &u64| {
            at.iter()
                .filter(|at| (*from..from + window).contains(at))
                .count()
        };
        at.iter().map(within).max().unwrap_or_default()
    }

    /// How many customers were given a verdict more than once.
    pub fn settled_twice(&self) -> usize {
        let mut verdicts: BTreeMap<u64, usize> = BTreeMap::new();
        let settles =
            |call: &&Recorded| call.fault.is_none() && matches!(call.status, Some(200 | 400));
        for call in self.asked.iter().filter(settles) {
            *verdicts
                .entry(call.customer.unwrap_or_default())
                .or_default() += 1;
        }
        verdicts.into_values().map(|times| times - 1).sum()
    }

    /// What the sandbox was asked.
    pub fn asked(&self) -> &[Recorded] {
        &self.asked
    }

    /// Rows by `outcome code`.
    pub fn outcomes(&self) -> BTreeMap<String, usize> {
        let mut outcomes = BTreeMap::new();
        for row in &self.rows {
            let name = format!("{} {}", row["outcome"], row["code"]);
            *outcomes.entry(name.trim_end().to_owned()).or_default() += 1;
        }
        outcomes
    }

    fn calls(&self, customer: u64) -> impl Iterator<Item = &Recorded> {
        self.asked
            .iter()
            .filter(move |call| call.customer == Some(customer))
    }

    fn history(&self, customer: u64) -> Vec<(Option<u16>, bool, Option<&str>)> {
        self.calls(customer)
            .map(|call| (call.status, call.applied, call.fault.as_deref()))
            .collect()
    }
}

fn customer(row: &Row) -> Option<u64> {
    row["userId"].parse().ok()
}

/// A line of the matrix: fault, calls, attempts, outcomes, disagreements.
pub fn line(fault: &str, audit: &Audit, disagreements: usize, ran: &Ran) -> String {
    let calls: BTreeSet<_> = audit
        .asked
        .iter()
        .filter_map(|call| call.customer)
        .collect();
    let attempts = audit
        .asked
        .iter()
        .filter(|call| call.customer.is_some())
        .count();
    let outcomes: Vec<_> = audit
        .outcomes()
        .iter()
        .map(|(outcome, rows)| format!("{outcome} {rows}"))
        .collect();
    format!(
        "| {fault} | {} | {attempts} | {} | {} | {disagreements} |",
        calls.len(),
        outcomes.join(", "),
        ran.status
    )
}
