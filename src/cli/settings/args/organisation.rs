//! Whether the organisation's labels are asked for.

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};

/// Whether the organisation's labels are asked for before anything is sent.
#[derive(Debug, Args)]
#[command(next_help_heading = "The service")]
pub struct OrganisationArgs {
    /// Send nothing unless the organisation has every label that would be sent, and has it in use
    #[arg(
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
        env = "BULKLABEL_AGAINST_ORG",
        hide_env_values = true
    )]
    pub against_org: bool,
}
