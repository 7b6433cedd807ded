//! Where the result goes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{RejectsArgs, ReportPageArgs};
use crate::cli::values::span_or_zero;
use crate::model::Tolerance;

/// Where the result goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "The result")]
pub struct ResultArgs {
    /// Where the result goes; - is standard output, and {date} in the name the date on which the run began [default:
    /// campaign.csv gives campaign.results.csv beside it]
    #[arg(long, value_name = "FILE", env = "BULKLABEL_OUTPUT")]
    pub output: Option<PathBuf>,

    /// Write the result also as a workbook, FILE.xlsx; {date} in the name is the same as in --output
    #[arg(long, value_name = "FILE", env = "BULKLABEL_EXCEL")]
    pub excel: Option<PathBuf>,

    /// Replace a result that exists
    #[arg(long, env = "BULKLABEL_OVERWRITE")]
    pub overwrite: bool,

    /// How many rows to look at are no reason for exit status 1: a share of the data rows, 1%, or a number
    #[arg(
        long,
        value_name = "SHARE",
        env = "BULKLABEL_TOLERATE",
        default_value = "0"
    )]
    pub tolerate: Tolerance,

    /// Exit with status 0 where it would be 1, for a scheduler that knows only success and failure; the .json, the metrics and the
    /// last line still say 1
    #[arg(long, env = "BULKLABEL_PARTIAL_OK")]
    pub partial_ok: bool,

    /// How long to wait where another run has the same result
    #[arg(long, value_name = "SPAN", value_parser = span_or_zero, env = "BULKLABEL_LOCK_WAIT", default_value = "0s")]
    pub lock_wait: Duration,

    /// Where the rejected rows go.
    #[command(flatten)]
    pub rejects: RejectsArgs,

    /// Where the page goes.
    #[command(flatten)]
    pub report: ReportPageArgs,
}
