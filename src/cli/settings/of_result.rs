//! The settings of what is made of a result.

use std::num::NonZeroU32;

use clap::Args;

use super::args::{
    ConsentArgs, CronArgs, FileArgs, ListArgs, OrganisationArgs, PaceArgs, ResultArgs, ServiceArgs,
    SettingArgs, ShardArgs, ValveArgs,
};
use crate::cli::guards::RowRange;
use crate::cli::memory::Memory;
use crate::cli::values::{OnConflictName, count, count_or_zero};

/// The same as a run has, but for how the list is read: a result has its own columns, and what holds for the lists that are
/// run every night is not meant for it.
#[derive(Debug, Args)]
pub struct OfResultArgs {
    #[command(flatten)]
    consent: ConsentArgs,

    #[command(flatten)]
    file: FileArgs,

    #[command(flatten)]
    rows: RowArgs,

    #[command(flatten)]
    service: ServiceArgs,

    #[command(flatten)]
    organisation: OrganisationArgs,

    #[command(flatten)]
    pace: PaceArgs,

    #[command(flatten)]
    valves: ValveArgs,

    #[command(flatten)]
    result: ResultArgs,

    #[command(flatten)]
    cron: CronArgs,
}

impl OfResultArgs {
    /// Whether rows to look at are no failure to whoever has started it.
    pub fn partial_ok(&self) -> bool {
        self.result.partial_ok
    }

    /// What is written and said for whoever is not there.
    pub fn cron(&self) -> &CronArgs {
        &self.cron
    }
}

/// How the rows that are taken are planned, and what must hold of them. All but the first are flags only: under ids that are
/// no setting's, neither a variable nor a settings file reaches them.
#[derive(Debug, Args)]
#[command(next_help_heading = "The rows that are taken")]
struct RowArgs {
    /// What to do where they both add and remove a customer's label
    #[arg(
        long,
        value_name = "WHAT",
        env = "BULKLABEL_ON_CONFLICT",
        default_value = "last"
    )]
    on_conflict: OnConflictName,

    /// Reject a customer with more different labels than this
    #[arg(
        id = "rows-max-labels",
        long = "max-labels",
        value_name = "N",
        value_parser = count::<NonZeroU32>,
        default_value = "1000"
    )]
    max_labels: NonZeroU32,

    /// Plan the customers in parts, one after the other, where the rows would take more memory than this: 512M, 2G, or a share
    /// of the machine's such as 25%
    #[arg(long, value_name = "SIZE", env = "BULKLABEL_MEMORY")]
    memory: Option<Memory>,

    /// Send nothing if a single row is rejected
    #[arg(id = "rows-strict", long = "strict")]
    strict: bool,

    /// Send nothing unless so many rows are taken: 100..50000, 100.., ..50000, or 500
    #[arg(id = "rows-expect-rows", long = "expect-rows", value_name = "RANGE")]
    expect_rows: Option<RowRange>,

    /// Send nothing if more labels than this would be removed
    #[arg(
        id = "rows-max-removals",
        long = "max-removals",
        value_name = "N",
        value_parser = count_or_zero
    )]
    max_removals: Option<u64>,
}

impl From<OfResultArgs> for SettingArgs {
    fn from(args: OfResultArgs) -> Self {
        let OfResultArgs {
            consent,
            file,
            rows,
            service,
            organisation,
            pace,
            valves,
            result,
            cron,
        } = args;
        Self {
            consent,
            file,
            list: ListArgs {
                columns: None,
                action: None,
                label: None,
                delimiter: None,
                encoding: None,
                sheet: None,
                keep: Vec::new(),
                on_conflict: rows.on_conflict,
                max_labels: rows.max_labels,
                memory: rows.memory,
                strict: rows.strict,
                expect_rows: rows.expect_rows,
                max_removals: rows.max_removals,
            },
            service,
            organisation,
            pace,
            valves,
            result,
            // Of a result all rows are taken that are to be.
            shard: ShardArgs {
                shard: None,
                rate_split: false,
            },
            cron,
        }
    }
}
