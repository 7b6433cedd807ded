//! The settings as flags and variables; `bulklabel.toml` may hold each of them, too.

use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};

use crate::cli::guards::RowRange;
use crate::cli::values::{
    MethodName, OnConflictName, RateLimit, Until, action, count, count_or_zero, max_failures, span,
    span_or_zero,
};
use crate::dispatch::MaxFailures;
use crate::list::{ColumnNames, Delimiter, Encoding};
use crate::model::{Action, Tolerance};
use crate::service::Cluster;

/// Where settings may stand besides.
#[derive(Debug, Args)]
#[command(next_help_heading = "The settings file")]
pub struct FileArgs {
    /// The settings file [default: bulklabel.toml here, else in the user's configuration folder]
    #[arg(
        long,
        value_name = "FILE",
        env = "BULKLABEL_CONFIG",
        hide_env_values = true
    )]
    pub config: Option<PathBuf>,

    /// The profile in it that overrides its other settings
    #[arg(
        long,
        value_name = "NAME",
        env = "BULKLABEL_PROFILE",
        hide_env_values = true
    )]
    pub profile: Option<String>,
}

/// Whether somebody is asked.
#[derive(Debug, Args)]
pub struct ConsentArgs {
    /// Send without asking
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_value = "false",
        default_missing_value = "true",
        value_parser = BoolishValueParser::new(),
        action = ArgAction::Set,
        hide_default_value = true,
        hide_possible_values = true,
        env = "BULKLABEL_YES",
        hide_env_values = true
    )]
    pub yes: bool,
}

/// All settings of a run.
#[derive(Debug, Args)]
pub struct SettingArgs {
    /// Whether somebody is asked.
    #[command(flatten)]
    pub consent: ConsentArgs,

    /// Where else they stand.
    #[command(flatten)]
    pub file: FileArgs,

    /// How the list is read.
    #[command(flatten)]
    pub list: ListArgs,

    /// Where and how calls go.
    #[command(flatten)]
    pub service: ServiceArgs,

    /// How fast, and how often again.
    #[command(flatten)]
    pub pace: PaceArgs,

    /// When it stops early.
    #[command(flatten)]
    pub valves: ValveArgs,

    /// Where the result goes.
    #[command(flatten)]
    pub result: ResultArgs,
}

/// Where the result goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "The result")]
pub struct ResultArgs {
    /// Where the result goes; - is standard output [default: campaign.csv gives campaign.results.csv beside it]
    #[arg(
        long,
        value_name = "FILE",
        env = "BULKLABEL_OUTPUT",
        hide_env_values = true
    )]
    pub output: Option<PathBuf>,

    /// Replace a result that exists
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_value = "false",
        default_missing_value = "true",
        value_parser = BoolishValueParser::new(),
        action = ArgAction::Set,
        hide_default_value = true,
        hide_possible_values = true,
        env = "BULKLABEL_OVERWRITE",
        hide_env_values = true
    )]
    pub overwrite: bool,

    /// How many rows to look at are no reason for exit status 1: a share of the data rows, 1%, or a number
    #[arg(
        long,
        value_name = "SHARE",
        env = "BULKLABEL_TOLERATE",
        hide_env_values = true,
        default_value = "0"
    )]
    pub tolerate: Tolerance,

    /// How long to wait where another run has the same result
    #[arg(long, value_name = "SPAN", value_parser = span_or_zero, env = "BULKLABEL_LOCK_WAIT", hide_env_values = true, default_value = "0s")]
    pub lock_wait: Duration,
}

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
    pub columns: Option<ColumnNames>,

    /// The action of every row of a list without such a column: add or remove
    #[arg(long, value_name = "ACTION", value_parser = action, env = "BULKLABEL_ACTION", hide_env_values = true)]
    pub action: Option<Action>,

    /// The label of every row of a list without such a column
    #[arg(
        long,
        value_name = "NAME",
        env = "BULKLABEL_LABEL",
        hide_env_values = true
    )]
    pub label: Option<String>,

    /// The character between fields: one of , ; | or the words comma, semicolon, tab, pipe [default: told from the
    /// header]
    #[arg(
        long,
        value_name = "CHAR",
        env = "BULKLABEL_DELIMITER",
        hide_env_values = true
    )]
    pub delimiter: Option<Delimiter>,

    /// What the list is written in, where that is not UTF-8 and it does not say so itself: windows-1252, shift_jis, …
    #[arg(
        long,
        value_name = "NAME",
        env = "BULKLABEL_ENCODING",
        hide_env_values = true
    )]
    pub encoding: Option<Encoding>,

    /// The sheet of a workbook [default: the first]
    #[arg(
        long,
        value_name = "NAME",
        env = "BULKLABEL_SHEET",
        hide_env_values = true
    )]
    pub sheet: Option<String>,

    /// What to do where the list both adds and removes a customer's label
    #[arg(
        long,
        value_name = "WHAT",
        env = "BULKLABEL_ON_CONFLICT",
        hide_env_values = true,
        default_value = "last"
    )]
    pub on_conflict: OnConflictName,

    /// Reject a customer with more different labels than this
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<NonZeroU32>,
        env = "BULKLABEL_MAX_LABELS",
        hide_env_values = true,
        default_value = "1000"
    )]
    pub max_labels: NonZeroU32,

    /// Send nothing if a single row is rejected
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_value = "false",
        default_missing_value = "true",
        value_parser = BoolishValueParser::new(),
        action = ArgAction::Set,
        hide_default_value = true,
        hide_possible_values = true,
        env = "BULKLABEL_STRICT",
        hide_env_values = true
    )]
    pub strict: bool,

    /// Send nothing unless the list has so many data rows: 100..50000, 100.., ..50000, or 500
    #[arg(
        long,
        value_name = "RANGE",
        env = "BULKLABEL_EXPECT_ROWS",
        hide_env_values = true
    )]
    pub expect_rows: Option<RowRange>,

    /// Send nothing if more labels than this would be removed
    #[arg(
        long,
        value_name = "N",
        value_parser = count_or_zero,
        env = "BULKLABEL_MAX_REMOVALS",
        hide_env_values = true
    )]
    pub max_removals: Option<u64>,
}

/// Where and how calls go.
#[derive(Debug, Args)]
#[command(next_help_heading = "The service")]
pub struct ServiceArgs {
    /// Where the service is, by the name of its cluster: eu, apac, apac2, us, north-america, china or nightly
    #[arg(
        long,
        value_name = "NAME",
        env = "BULKLABEL_CLUSTER",
        hide_env_values = true
    )]
    pub cluster: Option<Cluster>,

    /// Where the service is, in place of --cluster, such as https://eu.api.capillarytech.com
    #[arg(
        long,
        value_name = "URL",
        env = "BULKLABEL_BASE_URL",
        hide_env_values = true
    )]
    // Read later: the command line's own errors would repeat a password that is in it.
    pub base_url: Option<String>,

    /// The HTTP method of a call
    #[arg(
        long,
        value_name = "METHOD",
        ignore_case = true,
        env = "BULKLABEL_METHOD",
        hide_env_values = true,
        default_value = "POST"
    )]
    pub method: MethodName,

    /// Trust the certificate authorities in this PEM file too
    #[arg(
        long,
        value_name = "FILE",
        env = "BULKLABEL_CA_CERT",
        hide_env_values = true
    )]
    pub ca_cert: Option<PathBuf>,

    /// Allow http:// to another machine: the password goes there unencrypted
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_value = "false",
        default_missing_value = "true",
        value_parser = BoolishValueParser::new(),
        action = ArgAction::Set,
        hide_default_value = true,
        hide_possible_values = true,
        env = "BULKLABEL_ALLOW_HTTP",
        hide_env_values = true
    )]
    pub allow_http: bool,
}

/// How fast, and how often again.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pace and retries")]
pub struct PaceArgs {
    /// The most attempts in any window of that length: 50/s, 1000/min, 20000/h, or none
    #[arg(
        long,
        value_name = "RATE",
        env = "BULKLABEL_RATE",
        hide_env_values = true,
        default_value = "1000/min"
    )]
    pub rate: RateLimit,

    /// How many attempts may leave together within the rate
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<NonZeroU32>,
        env = "BULKLABEL_BURST",
        hide_env_values = true,
        default_value = "1"
    )]
    pub burst: NonZeroU32,

    /// Calls on their way at a time, at most [default: 32, and more where the rate needs it]
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<NonZeroUsize>,
        env = "BULKLABEL_CONCURRENCY",
        hide_env_values = true
    )]
    pub concurrency: Option<NonZeroUsize>,

    /// Attempts of a call, at most; those answered 429 are not counted
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<NonZeroU32>,
        env = "BULKLABEL_MAX_ATTEMPTS",
        hide_env_values = true,
        default_value = "5"
    )]
    pub max_attempts: NonZeroU32,

    /// The longest first pause between attempts; it doubles up to 30s
    #[arg(long, value_name = "SPAN", value_parser = span, env = "BULKLABEL_RETRY_BASE", hide_env_values = true, default_value = "500ms")]
    pub retry_base: Duration,

    /// How long an attempt may take
    #[arg(long, value_name = "SPAN", value_parser = span, env = "BULKLABEL_TIMEOUT", hide_env_values = true, default_value = "30s")]
    pub timeout: Duration,

    /// How long calls on their way may take to end after Ctrl-C or SIGTERM
    #[arg(long, value_name = "SPAN", value_parser = span_or_zero, env = "BULKLABEL_DRAIN", hide_env_values = true, default_value = "10s")]
    pub drain: Duration,

    /// How long to wait for a service that is down, or that asks to wait
    #[arg(long, value_name = "SPAN", value_parser = span, env = "BULKLABEL_MAX_OUTAGE", hide_env_values = true, default_value = "30m")]
    pub max_outage: Duration,
}

/// When a run stops early.
#[derive(Debug, Args)]
#[command(next_help_heading = "Stopping early")]
pub struct ValveArgs {
    /// Stop where more calls fail than that: a share such as 50% (once 1,000 are done), a number, or none; the first 50
    /// that all fail stop it, too
    #[arg(
        long,
        value_name = "N",
        value_parser = max_failures,
        env = "BULKLABEL_MAX_FAILURES",
        hide_env_values = true,
        default_value = "50%"
    )]
    pub max_failures: MaxFailures,

    /// Make so many calls, then stop
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<NonZeroU64>,
        env = "BULKLABEL_LIMIT",
        hide_env_values = true
    )]
    pub limit: Option<NonZeroU64>,

    /// Go on until then, and stop: a time of day such as 06:00, or a span such as 2h
    #[arg(
        long,
        value_name = "WHEN",
        env = "BULKLABEL_UNTIL",
        hide_env_values = true
    )]
    pub until: Option<Until>,
}
