//! The settings as flags and variables; `bulklabel.toml` may hold each of them, too.

mod cron;
mod file;
mod list;
mod organisation;
mod pace;
mod rejects;
mod report;
mod result;
mod service;
mod shard;
mod valves;

use clap::Args;

pub use cron::CronArgs;
pub use file::FileArgs;
pub use list::ListArgs;
pub use organisation::OrganisationArgs;
pub use pace::{PaceArgs, RateArgs, TimeoutArgs};
pub use rejects::RejectsArgs;
pub use report::ReportPageArgs;
pub use result::ResultArgs;
pub use service::ServiceArgs;
pub use shard::ShardArgs;
pub use valves::ValveArgs;

/// Whether somebody is asked.
#[derive(Debug, Args)]
pub struct ConsentArgs {
    /// Send without asking
    #[arg(long, env = "BULKLABEL_YES")]
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

    /// Whether its labels are asked for.
    #[command(flatten)]
    pub organisation: OrganisationArgs,

    /// How fast, and how often again.
    #[command(flatten)]
    pub pace: PaceArgs,

    /// When it stops early.
    #[command(flatten)]
    pub valves: ValveArgs,

    /// Where the result goes.
    #[command(flatten)]
    pub result: ResultArgs,

    /// Which part of the customers is run.
    #[command(flatten)]
    pub shard: ShardArgs,

    /// What is written and said for whoever is not there.
    #[command(flatten)]
    pub cron: CronArgs,
}
