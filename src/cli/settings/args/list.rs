//! How the list is read, and what must hold of it.

use std::num::NonZeroU32;

use clap::Args;

use crate::cli::guards::RowRange;
use crate::cli::memory::Memory;
use crate::cli::values::{OnConflictName, action, count, count_or_zero, label};
use crate::cli::words::one_of;
use crate::list::{ColumnNames, Delimiter, Encoding, Keep};
use crate::model::Action;

/// How the list is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "The list")]
pub struct ListArgs {
    /// Which columns hold what, where their names are others: userId=crm_id,label=segment
    #[arg(long, value_name = "COLUMN=NAME,…", env = "BULKLABEL_COLUMNS")]
    pub columns: Option<ColumnNames>,

    /// The action of every row of a list without such a column: add or remove
    #[arg(long, value_name = "ACTION", value_parser = one_of(["add", "remove"], action), hide_possible_values = true, env = "BULKLABEL_ACTION")]
    pub action: Option<Action>,

    /// The label of every row of a list without such a column
    #[arg(
        long,
        value_name = "NAME",
        value_parser = label,
        env = "BULKLABEL_LABEL"
    )]
    pub label: Option<String>,

    /// The character between fields: one of , ; | or the words comma, semicolon, tab, pipe [default: told from the
    /// header]
    #[arg(
        long,
        value_name = "CHAR",
        value_parser = one_of(Delimiter::WORDS, str::parse::<Delimiter>),
        hide_possible_values = true,
        env = "BULKLABEL_DELIMITER"
    )]
    pub delimiter: Option<Delimiter>,

    /// What the list is written in, where that is not UTF-8 and it does not say so itself: windows-1252, shift_jis, …
    #[arg(
        long,
        value_name = "NAME",
        value_parser = one_of(Encoding::NAMES, str::parse::<Encoding>),
        hide_possible_values = true,
        env = "BULKLABEL_ENCODING"
    )]
    pub encoding: Option<Encoding>,

    /// The sheet of a workbook [default: the first]
    #[arg(long, value_name = "NAME", env = "BULKLABEL_SHEET")]
    pub sheet: Option<String>,

    /// Further columns of the list that the result keeps, such as email,segment; a name that holds a comma stands in quotes
    #[arg(long, value_name = "NAME,…", env = "BULKLABEL_KEEP")]
    pub keep: Vec<Keep>,

    /// What to do where the list both adds and removes a customer's label
    #[arg(
        long,
        value_name = "WHAT",
        env = "BULKLABEL_ON_CONFLICT",
        default_value = "last"
    )]
    pub on_conflict: OnConflictName,

    /// Reject a customer with more different labels than this
    #[arg(
        long,
        value_name = "N",
        value_parser = count::<NonZeroU32>,
        env = "BULKLABEL_MAX_LABELS",
        default_value = "1000"
    )]
    pub max_labels: NonZeroU32,

    /// Plan the customers in parts, one after the other, where the list would take more memory than this: 512M, 2G, or a share
    /// of the machine's such as 25%
    #[arg(long, value_name = "SIZE", env = "BULKLABEL_MEMORY")]
    pub memory: Option<Memory>,

    /// Send nothing if a single row is rejected
    #[arg(long, env = "BULKLABEL_STRICT")]
    pub strict: bool,

    /// Send nothing unless the list has so many data rows: 100..50000, 100.., ..50000, or 500
    #[arg(long, value_name = "RANGE", env = "BULKLABEL_EXPECT_ROWS")]
    pub expect_rows: Option<RowRange>,

    /// Send nothing if more labels than this would be removed
    #[arg(
        long,
        value_name = "N",
        value_parser = count_or_zero,
        env = "BULKLABEL_MAX_REMOVALS"
    )]
    pub max_removals: Option<u64>,
}
