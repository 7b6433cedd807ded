//! The settings of a look at a list.

use clap::Args;

use super::args::{FileArgs, ListArgs, RateArgs, RejectsArgs, ServiceArgs, TimeoutArgs};

/// Those of a run that shape what is sent, and how long that takes.
#[derive(Debug, Args)]
pub struct CheckSettingArgs {
    #[command(flatten)]
    file: FileArgs,

    /// How the list is read.
    #[command(flatten)]
    pub list: ListArgs,

    /// The rate at which it would be sent.
    #[command(flatten)]
    pub rate: RateArgs,

    /// Where the rejected rows go.
    #[command(flatten)]
    pub rejects: RejectsArgs,

    /// Where the organisation's labels are asked for.
    #[command(flatten)]
    pub service: ServiceArgs,

    /// How long an answer may take.
    #[command(flatten)]
    pub timeout: TimeoutArgs,
}
