//! What was run and how it went, for programs (contract, section 5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::minutes::Minute;
use crate::error::ExitStatus;

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

    /// The same of a run that ends with this status.
    pub fn end_with(&mut self, status: ExitStatus) -> &mut Self {
        self.exit_status = status.code();
        if let Some(last) = self.legs.last_mut() {
            last.exit_status = Some(status.code());
        }
        self
    }

    /// What the file's content says.
    ///
    /// # Errors
    /// It is no summary.
    pub fn from_json(json: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(json)
    }
}
