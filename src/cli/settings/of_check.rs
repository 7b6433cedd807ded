//! The settings of a look at a list.

use clap::Args;

use super::args::{FileArgs, ListArgs};
use crate::cli::values::RateLimit;

/// Those of a run that shape what is sent, and how long that takes.
#[derive(Debug, Args)]
pub struct CheckSettingArgs {
    #[command(flatten)]
    file: FileArgs,

    /// How the list is read.
    #[command(flatten)]
    pub list: ListArgs,

    /// The rate at which it would be sent: 50/s, 1000/min, 20000/h, or none
    #[arg(
        long,
        value_name = "RATE",
        env = "BULKLABEL_RATE",
        hide_env_values = true,
        default_value = "1000/min"
    )]
    pub rate: RateLimit,
}
