//! When a run stops early.

use std::num::NonZeroU64;

use clap::Args;

use crate::cli::values::{Until, count, max_failures};
use crate::dispatch::MaxFailures;

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
        default_value = "50%"
    )]
    pub max_failures: MaxFailures,

    /// Make so many calls, then stop
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<NonZeroU64>,
        env = "BULKLABEL_LIMIT"
    )]
    pub limit: Option<NonZeroU64>,

    /// Send so many customers first and show what became of them: the others follow only if you say so, or where nobody
    /// can be asked, if fewer than half failed
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<NonZeroU64>,
        env = "BULKLABEL_CANARY"
    )]
    pub canary: Option<NonZeroU64>,

    /// Go on until then, and stop: a time of day such as 06:00, or a span such as 2h
    #[arg(long, value_name = "WHEN", env = "BULKLABEL_UNTIL")]
    pub until: Option<Until>,
}
