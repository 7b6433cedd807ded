//! Where the page of a run goes.

use std::path::PathBuf;

use clap::Args;

/// Where the page goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "The result")]
pub struct ReportPageArgs {
    /// Tell what became of the run on a page for the browser, however the run ends; a page that is there is replaced
    #[arg(
        long,
        value_name = "FILE.html",
        env = "BULKLABEL_REPORT",
        hide_env_values = true
    )]
    pub report: Option<PathBuf>,
}
