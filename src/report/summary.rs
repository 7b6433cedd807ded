//! What was run and how it went, for programs (contract, section 5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::minutes::Minute;
use crate::model::Moment;

/// The list that was run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListSummary {
    /// Its name.
    pub name: String,
    /// How many data rows it has.
    pub rows: u64,
    /// The hash of its content.
    pub fingerprint: String,
}

/// One process of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leg {
    /// When it began.
    pub started_at: String,
    /// When it ended.
    pub ended_at: String,
    /// Its exit status; null where it was killed.
    pub exit_status: Option<u8>,
}

/// What stands beside a result as `.json`. The names are fixed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// This program and its version.
    pub program: String,
    /// The run's identity.
    pub run: String,
    /// The list.
    pub list: ListSummary,
    /// Where the service is.
    pub base_url: String,
    /// A hash of who called.
    pub account: String,
    /// The identity of the run that this one was made from; of a retry or an undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// All settings, none of them secret.
    pub settings: BTreeMap<String, String>,
    /// Which part of the customers, of how many.
    pub shard: String,
    /// Rows by outcome.
    pub rows: BTreeMap<String, u64>,
    /// Rows by code.
    pub codes: BTreeMap<String, u64>,
    /// Different customers in the list.
    pub customers: u64,
    /// Calls that ended.
    pub calls: u64,
    /// Attempts that were sent.
    pub attempts: u64,
    /// Attempts that were answered 429.
    pub throttled: u64,
    /// The processes of the run.
    pub legs: Vec<Leg>,
    /// How long they took together.
    pub seconds: f64,
    /// How the run ended.
    pub exit_status: u8,
    /// Why it did not come to its end; only elsewhere, as nothing stands beside a result that is not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Pace and latency.
    pub minutes: Vec<Minute>,
}

impl Summary {
    /// As the file's content.
    ///
    /// # Errors
    /// Never: its keys are strings and its numbers finite.
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }

    /// Says how a run has ended that has not come to its end: with this status, now, and why.
    pub fn end(&mut self, status: u8, now: Moment, reason: Option<String>) {
        self.exit_status = status;
        self.reason = reason;
        if let Some(last) = self.legs.last_mut() {
            last.exit_status = Some(status);
            last.ended_at = now.to_string();
        }
    }

    /// Whether a file's content is the sum of a run, also one that was refused.
    pub fn is_one(json: &str) -> bool {
        let json = serde_json::from_str::<Value>(json);
        json.is_ok_and(|json| {
            let program = json["program"].as_str();
            program.is_some_and(|program| program.starts_with("bulklabel "))
        })
    }

    /// What the file's content says.
    ///
    /// # Errors
    /// It is no summary.
    pub fn from_json(json: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(json)
    }
}

/// What `--summary` says of a run whose list was not read: the same keys, and null for what is not known.
///
/// # Errors
/// Never: its keys are strings and its numbers finite.
pub fn unread_summary(list: &str, leg: &Leg, reason: Option<&str>) -> serde_json::Result<Vec<u8>> {
    let unread = json!({
        "program": concat!("bulklabel ", env!("CARGO_PKG_VERSION")),
        "run": null,
        "list": { "name": list, "rows": null, "fingerprint": null },
        "baseUrl": null,
        "account": null,
        "settings": {},
        "shard": null,
        "rows": {},
        "codes": {},
        "customers": null,
        "calls": null,
        "attempts": null,
        "throttled": null,
        "legs": [leg],
        "seconds": null,
        "exitStatus": leg.exit_status,
        "reason": reason,
        "minutes": [],
    });
    let mut json = serde_json::to_vec_pretty(&unread)?;
    json.push(b'\n');
    Ok(json)
}
