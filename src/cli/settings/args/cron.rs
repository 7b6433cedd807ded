//! What is written and said for whoever is not there.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};

/// What is written and said for whoever is not there.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "For nightly jobs")]
pub struct CronArgs {
    /// Write what was run and how it went there, too, as it stands in the .json beside the result: also where the run stops early
    #[arg(
        long,
        value_name = "FILE.json",
        env = "BULKLABEL_SUMMARY",
        hide_env_values = true
    )]
    pub summary: Option<PathBuf>,

    /// Write how the run ended for the textfile collector of Prometheus' node exporter, however it ends
    #[arg(
        long,
        value_name = "FILE.prom",
        env = "BULKLABEL_METRICS",
        hide_env_values = true
    )]
    pub metrics: Option<PathBuf>,

    /// Say nothing where all is well (exit status 0), and show no progress; else what went wrong, and the summary
    #[arg(
        short,
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
        env = "BULKLABEL_QUIET",
        hide_env_values = true
    )]
    pub quiet: bool,
}
