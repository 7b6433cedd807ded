//! Where the rejected rows go.

use std::path::PathBuf;

use clap::Args;

/// Where the rejected rows go.
#[derive(Debug, Args)]
#[command(next_help_heading = "The result")]
pub struct RejectsArgs {
    /// Write the rejected rows there, in the list's own columns with line, code and message behind them: mend them in that
    /// file, and send it as a list
    #[arg(long, value_name = "FILE.csv", env = "BULKLABEL_REJECTS")]
    pub rejects: Option<PathBuf>,
}
