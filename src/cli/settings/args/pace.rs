//! How fast calls are made, and how often again.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use clap::Args;

use crate::cli::values::{RateLimit, count, span, span_or_zero};
use crate::model::Rate;

/// How fast.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pace and retries")]
pub struct RateArgs {
    /// The most attempts in any window of that length: 50/s, 1000/min, 20000/h, or none
    #[arg(
        long,
        value_name = "RATE",
        env = "BULKLABEL_RATE",
        default_value = "1000/min"
    )]
    pub rate: RateLimit,
}

impl RateArgs {
    /// The limit, where there is one.
    pub fn limit(&self) -> Option<Rate> {
        self.rate.rate()
    }
}

/// How long an answer may take.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pace and retries")]
pub struct TimeoutArgs {
    /// How long an attempt may take
    #[arg(long, value_name = "SPAN", value_parser = span, env = "BULKLABEL_TIMEOUT", default_value = "30s")]
    pub timeout: Duration,
}

/// How fast, and how often again.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pace and retries")]
pub struct PaceArgs {
    /// How fast.
    #[command(flatten)]
    pub rate: RateArgs,

    /// Share the rate with all runs of the account that name the same place: redis://HOST/0, rediss://HOST/0 (encrypted), or
    /// file:PATH on one machine
    #[arg(long, value_name = "URL", env = "BULKLABEL_RATE_URL")]
    // Read later: the command line's own errors would repeat a password that is in it.
    pub rate_url: Option<String>,

    /// How many attempts may leave together within the rate
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<NonZeroU32>,
        env = "BULKLABEL_BURST",
        default_value = "1"
    )]
    pub burst: NonZeroU32,

    /// Calls on their way at a time, at most [default: 32, and more where the rate needs it]
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<NonZeroUsize>,
        env = "BULKLABEL_CONCURRENCY"
    )]
    pub concurrency: Option<NonZeroUsize>,

    /// Attempts of a call, at most; those answered 429 are not counted
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<NonZeroU32>,
        env = "BULKLABEL_MAX_ATTEMPTS",
        default_value = "5"
    )]
    pub max_attempts: NonZeroU32,

    /// The longest first pause between attempts; it doubles up to 30s
    #[arg(long, value_name = "SPAN", value_parser = span, env = "BULKLABEL_RETRY_BASE", default_value = "500ms")]
    pub retry_base: Duration,

    /// How long an answer may take.
    #[command(flatten)]
    pub timeout: TimeoutArgs,

    /// How long calls on their way may take to end after Ctrl-C, SIGTERM or SIGHUP
    #[arg(long, value_name = "SPAN", value_parser = span_or_zero, env = "BULKLABEL_DRAIN", default_value = "10s")]
    pub drain: Duration,

    /// How long to wait for a service that is down, or that asks to wait
    #[arg(long, value_name = "SPAN", value_parser = span, env = "BULKLABEL_MAX_OUTAGE", default_value = "30m")]
    pub max_outage: Duration,
}
