//! Where the settings file is.

use std::path::PathBuf;

use clap::Args;

/// Where settings may stand besides.
#[derive(Debug, Args)]
#[command(next_help_heading = "The settings file")]
pub struct FileArgs {
    /// The settings file [default: bulklabel.toml here, else in the user's configuration folder]
    #[arg(long, value_name = "FILE", env = "BULKLABEL_CONFIG")]
    pub config: Option<PathBuf>,

    /// The profile in it that overrides its other settings
    #[arg(long, value_name = "NAME", env = "BULKLABEL_PROFILE")]
    pub profile: Option<String>,
}
