//! The settings of a run: flag over environment over default.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::FalseyValueParser;

use super::values::{MethodName, OnConflictName, RateLimit, action, span, span_or_zero};
use crate::dispatch::RetryPolicy;
use crate::error::Error;
use crate::job::{Reading, Terms};
use crate::list::{ColumnNames, Delimiter, Wishes, label_from_flag};
use crate::model::{Action, Rate};
use crate::plan::{OnConflict, Policy};
use crate::service::Method;

/// A pause that the service asks for and that is longer stops the run.
const MAX_HOLD: Duration = Duration::from_secs(30 * 60);

/// Enough for 1000/min at nearly 2 s of latency.
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(32).expect("32 is not 0");

/// Attempts of a call.
const MAX_ATTEMPTS: NonZeroU32 = NonZeroU32::new(5).expect("5 is not 0");

/// How the list is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "The list")]
pub struct ListArgs {
    /// Which columns hold what, where their names are others: userId=crm_id,label=segment
    #[arg(
        long,
        value_name = "COLUMN=NAME,…",
        env = "BULKLABEL_COLUMNS",
        hide_env_values = true
    )]
    columns: Option<ColumnNames>,

    /// The action of every row of a list without such a column: add or remove
    #[arg(long, value_name = "ACTION", value_parser = action, env = "BULKLABEL_ACTION", hide_env_values = true)]
    action: Option<Action>,

    /// The label of every row of a list without such a column
    #[arg(
        long,
        value_name = "NAME",
        env = "BULKLABEL_LABEL",
        hide_env_values = true
    )]
    label: Option<String>,

    /// The character between fields: one of , ; | or the words comma, semicolon, tab, pipe [default: told from the
    /// header]
    #[arg(
        long,
        value_name = "CHAR",
        env = "BULKLABEL_DELIMITER",
        hide_env_values = true
    )]
    delimiter: Option<Delimiter>,

    /// What to do where the list both adds and removes a customer's label [default: last]
    #[arg(
        long,
        value_name = "WHAT",
        env = "BULKLABEL_ON_CONFLICT",
        hide_env_values = true
    )]
    on_conflict: Option<OnConflictName>,

    /// Reject a customer with more different labels than this [default: 1000]
    #[arg(
        long,
        value_name = "N",
        env = "BULKLABEL_MAX_LABELS",
        hide_env_values = true
    )]
    max_labels: Option<NonZeroU32>,

    /// Send nothing if a single row is rejected
    #[arg(long, value_parser = FalseyValueParser::new(), env = "BULKLABEL_STRICT", hide_env_values = true)]
    pub strict: bool,
}

/// Where and how calls go.
#[derive(Debug, Args)]
#[command(next_help_heading = "The service")]
pub struct ServiceArgs {
    /// Where the service is, such as https://eu.api.capillarytech.com
    #[arg(
        long,
        value_name = "URL",
        env = "BULKLABEL_BASE_URL",
        hide_env_values = true
    )]
    // Read later: the command line's own errors would repeat a password that is in it.
    pub base_url: Option<String>,

    /// The HTTP method of a call [default: POST]
    #[arg(
        long,
        value_name = "METHOD",
        ignore_case = true,
        env = "BULKLABEL_METHOD",
        hide_env_values = true
    )]
    method: Option<MethodName>,

    /// Trust the certificate authorities in this PEM file too
    #[arg(
        long,
        value_name = "FILE",
        env = "BULKLABEL_CA_CERT",
        hide_env_values = true
    )]
    pub ca_cert: Option<PathBuf>,

    /// Allow http:// to another machine: the password goes there unencrypted
    #[arg(long, value_parser = FalseyValueParser::new(), env = "BULKLABEL_ALLOW_HTTP", hide_env_values = true)]
    pub allow_http: bool,
}

/// How fast, and how often again.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pace and retries")]
pub struct PaceArgs {
    /// The most attempts in any window of that length: 50/s, 1000/min, 20000/h, or none [default: 1000/min]
    #[arg(
        long,
        value_name = "RATE",
        env = "BULKLABEL_RATE",
        hide_env_values = true
    )]
    rate: Option<RateLimit>,

    /// How many attempts may leave together within the rate [default: 1]
    #[arg(
        long,
        value_name = "N",
        env = "BULKLABEL_BURST",
        hide_env_values = true
    )]
    burst: Option<NonZeroU32>,

    /// Calls on their way at a time, at most [default: 32]
    #[arg(
        long,
        value_name = "N",
        env = "BULKLABEL_CONCURRENCY",
        hide_env_values = true
    )]
    concurrency: Option<NonZeroUsize>,

    /// Attempts of a call, at most; those answered 429 are not counted [default: 5]
    #[arg(
        long,
        value_name = "N",
        env = "BULKLABEL_MAX_ATTEMPTS",
        hide_env_values = true
    )]
    max_attempts: Option<NonZeroU32>,

    /// The longest first pause between attempts; it doubles up to 30s [default: 500ms]
    #[arg(long, value_name = "SPAN", value_parser = span, env = "BULKLABEL_RETRY_BASE", hide_env_values = true)]
    retry_base: Option<Duration>,

    /// How long an attempt may take [default: 30s]
    #[arg(long, value_name = "SPAN", value_parser = span, env = "BULKLABEL_TIMEOUT", hide_env_values = true)]
    timeout: Option<Duration>,

    /// How long calls on their way may take to end after Ctrl-C or SIGTERM [default: 10s]
    #[arg(long, value_name = "SPAN", value_parser = span_or_zero, env = "BULKLABEL_DRAIN", hide_env_values = true)]
    drain: Option<Duration>,
}

/// All settings of a run, in force.
#[derive(Debug)]
pub struct Settings {
    /// How the list is read and planned.
    pub reading: Reading,
    /// How calls are made.
    pub terms: Terms,
    /// The HTTP method of a call.
    pub method: Method,
    /// How long an attempt may take.
    pub timeout: Duration,
    /// Those that shape the plan, by name: they belong to the run's identity.
    pub shaping: BTreeMap<&'static str, String>,
    /// The others, by name.
    pub others: BTreeMap<&'static str, String>,
}

impl Settings {
    /// The settings that the flags and variables come to.
    ///
    /// # Errors
    /// A `--label` that no row may have.
    pub fn new(list: &ListArgs, service: &ServiceArgs, pace: &PaceArgs) -> Result<Self, Error> {
        let label = list.label.as_deref().map(label_from_flag).transpose();
        let label = label
            .map_err(|rejection| Error::unusable(format!("--label: {}", rejection.message)))?;
        let wishes = Wishes {
            names: list.columns.clone().unwrap_or_default(),
            action: list.action,
            label,
        };
        let on_conflict = list
            .on_conflict
            .map_or(OnConflict::LastWins, OnConflict::from);
        let max_labels = list.max_labels.map_or(1000, NonZeroU32::get);
        let reading = Reading {
            wishes,
            delimiter: list.delimiter,
            policy: Policy {
                on_conflict,
                max_labels,
            },
        };
        let rate = pace.rate.unwrap_or(RateLimit::Limited(Rate::DEFAULT));
        let terms = Terms {
            rate: rate.rate(),
            burst: pace.burst.unwrap_or(NonZeroU32::MIN),
            concurrency: pace.concurrency.unwrap_or(CONCURRENCY),
            retries: RetryPolicy {
                max_attempts: pace.max_attempts.unwrap_or(MAX_ATTEMPTS),
                base: pace.retry_base.unwrap_or(Duration::from_millis(500)),
                max_hold: MAX_HOLD,
            },
            drain: pace.drain.unwrap_or(Duration::from_secs(10)),
        };
        let method = service.method.map_or(Method::Post, Method::from);
        let timeout = pace.timeout.unwrap_or(Duration::from_secs(30));
        let shaping = shaping(&reading);
        let others = others(rate, &terms, timeout);
        Ok(Self {
            reading,
            terms,
            method,
            timeout,
            shaping,
            others,
        })
    }
}

fn shaping(reading: &Reading) -> BTreeMap<&'static str, String> {
    let Reading {
        wishes,
        delimiter,
        policy,
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

fn others(rate: RateLimit, terms: &Terms, timeout: Duration) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("rate", rate.to_string()),
        ("burst", terms.burst.to_string()),
        ("concurrency", terms.concurrency.to_string()),
        ("max-attempts", terms.retries.max_attempts.to_string()),
        ("retry-base", format!("{:?}", terms.retries.base)),
        ("timeout", format!("{timeout:?}")),
        ("drain", format!("{:?}", terms.drain)),
    ])
}
