//! The settings of a run: flag over environment over settings file over default (contract, section 6), and what they
//! mean.

mod address;
mod args;
mod file;
mod layers;
mod of_check;
mod of_result;
mod origin;
mod parse;
mod setting;
mod sharing;

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::Duration;

pub use address::address;
pub use args::{CronArgs, ListArgs, ServiceArgs, SettingArgs};
pub use file::SettingsFile;
pub use layers::{Misunderstood, Understood, names, understand};
pub use of_check::CheckSettingArgs;
pub use of_result::OfResultArgs;
pub use origin::Origin;
pub use setting::setting;

use crate::cli::memory::Use;
use crate::dispatch::{Bounds, Concurrency, RateUrl, RetryPolicy};
use crate::error::Error;
use crate::job::{Reading, TOLERATE, Terms};
use crate::list::{Keep, Wishes, label_from_flag};
use crate::model::{Moment, Part, Tolerance};
use crate::plan::{Holding, OnConflict, Policy};
use crate::service::Method;
use args::{PaceArgs, ValveArgs};

/// All settings of a run, in force.
#[derive(Debug)]
pub struct Settings {
    /// How the list is read and planned.
    pub reading: Reading,
    /// How calls are made.
    pub terms: Terms,
    /// Where runs that share the rate agree on it.
    pub rate_url: Option<RateUrl>,
    /// The HTTP method of a call.
    pub method: Method,
    /// How long an attempt may take.
    pub timeout: Duration,
    /// Those that shape the plan, by name: they belong to the run's identity.
    pub shaping: BTreeMap<&'static str, String>,
    /// How many rows may need a look.
    pub tolerance: Tolerance,
    /// The others, by name.
    pub others: BTreeMap<&'static str, String>,
}

impl Settings {
    /// The settings that the flags and variables come to.
    ///
    /// # Errors
    /// A `--label` that no row may have, a column that is to be kept twice, or a rate that can't be shared so.
    pub fn new(args: &SettingArgs) -> Result<Self, Error> {
        let SettingArgs {
            list,
            service,
            organisation,
            pace,
            valves,
            result,
            shard,
            ..
        } = args;
        let mut reading = reading(list, Use::Calls)?;
        reading.wishes.share = shard.part().unwrap_or_default();
        let rate_url = sharing::rate_url(pace, shard)?;
        let terms = Terms {
            rate: sharing::rate(pace, shard)?,
            burst: pace.burst,
            concurrency: pace
                .concurrency
                .map_or(Concurrency::AsNeeded, Concurrency::Given),
            retries: RetryPolicy {
                max_attempts: pace.max_attempts,
                base: pace.retry_base,
                max_outage: pace.max_outage,
            },
            drain: pace.drain,
            max_failures: valves.max_failures,
            bounds: Bounds {
                limit: valves.limit.map(NonZeroU64::get),
                until: valves.until.map(|until| until.from(Moment::now())),
                canary: valves.canary.map(NonZeroU64::get),
            },
        };
        let shaping = shaping(&reading);
        let mut others = others(pace, valves);
        if let Some(url) = &rate_url {
            others.insert("rate-url", url.to_string());
        }
        if shard.rate_split {
            others.insert("rate-split", true.to_string());
        }
        others.insert(TOLERATE, result.tolerate.to_string());
        if organisation.against_org {
            others.insert("against-org", true.to_string());
        }
        if let Some(memory) = list.memory {
            others.insert("memory", memory.to_string());
        }
        let keep = &reading.wishes.keep;
        if !keep.is_empty() {
            others.insert("keep", keep.to_string());
        }
        Ok(Self {
            reading,
            terms,
            rate_url,
            method: service.method.into(),
            timeout: pace.timeout.timeout,
            shaping,
            tolerance: result.tolerate,
            others,
        })
    }
}

/// How a list is read and planned, as the flags and variables say.
///
/// # Errors
/// A `--label` that no row may have, or a column that is to be kept twice.
pub fn reading(list: &ListArgs, of: Use) -> Result<Reading, Error> {
    let label = list.label.as_deref().map(label_from_flag).transpose();
    let label =
        label.map_err(|rejection| Error::unusable(format!("--label: {}", rejection.message)))?;
    let keep =
        Keep::joined(&list.keep).map_err(|error| Error::unusable(format!("--keep: {error}")))?;
    let wishes = Wishes {
        names: list.columns.clone().unwrap_or_default(),
        action: list.action,
        label,
        encoding: list.encoding,
        sheet: list.sheet.clone(),
        keep,
        share: Part::WHOLE,
    };
    let rows = list.memory.map(|memory| memory.rows(of)).transpose();
    Ok(Reading {
        wishes,
        delimiter: list.delimiter,
        selection: None,
        policy: Policy {
            on_conflict: list.on_conflict.into(),
            max_labels: list.max_labels.get(),
        },
        holding: rows
            .map_err(Error::unusable)?
            .map_or(Holding::All, Holding::Rows),
    })
}

fn shaping(reading: &Reading) -> BTreeMap<&'static str, String> {
    let Reading {
        wishes,
        delimiter,
        policy,
        ..
    } = reading;
    let on_conflict = match policy.on_conflict {
        OnConflict::LastWins => "last",
        OnConflict::Reject => "reject",
    };
    let given = [
        (
            "columns",
            Some(wishes.names.to_string()).filter(|names| !names.is_empty()),
        ),
        ("action", wishes.action.map(|action| action.to_string())),
        ("label", wishes.label.clone()),
        (
            "encoding",
            wishes.encoding.map(|encoding| encoding.to_string()),
        ),
        ("sheet", wishes.sheet.clone()),
        (
            "delimiter",
            delimiter.map(|delimiter| char::from(delimiter.byte()).to_string()),
        ),
        ("on-conflict", Some(on_conflict.to_owned())),
        ("max-labels", Some(policy.max_labels.to_string())),
    ];
    given
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

fn others(pace: &PaceArgs, valves: &ValveArgs) -> BTreeMap<&'static str, String> {
    let concurrency = pace.concurrency.map(|concurrency| concurrency.to_string());
    let limit = valves.limit.map(|limit| limit.to_string());
    let until = valves.until.map(|until| until.to_string());
    let canary = valves.canary.map(|canary| canary.to_string());
    let given = [
        ("concurrency", concurrency),
        ("limit", limit),
        ("until", until),
        ("canary", canary),
    ];
    let given = given.into_iter();
    let given = given.filter_map(|(name, value)| Some((name, value?)));
    let always = [
        ("rate", pace.rate.rate.to_string()),
        ("burst", pace.burst.to_string()),
        ("max-attempts", pace.max_attempts.to_string()),
        ("retry-base", format!("{:?}", pace.retry_base)),
        ("timeout", format!("{:?}", pace.timeout.timeout)),
        ("drain", format!("{:?}", pace.drain)),
        ("max-outage", format!("{:?}", pace.max_outage)),
        ("max-failures", valves.max_failures.to_string()),
    ];
    always.into_iter().chain(given).collect()
}
