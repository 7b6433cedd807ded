//! Whether the organisation's labels are asked for.

use clap::Args;

/// Whether the organisation's labels are asked for before anything is sent.
#[derive(Debug, Args)]
#[command(next_help_heading = "The service")]
pub struct OrganisationArgs {
    /// Send nothing unless the organisation has every label that would be sent, and has it in use
    #[arg(long, env = "BULKLABEL_AGAINST_ORG")]
    pub against_org: bool,
}
