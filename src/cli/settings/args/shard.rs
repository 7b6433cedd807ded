//! Which part of the customers is run.

use clap::Args;

use crate::cli::shard::Shard;
use crate::model::Part;

/// Which part of the customers is run.
#[derive(Debug, Args)]
#[command(next_help_heading = "On several machines")]
pub struct ShardArgs {
    /// Run only this part of the customers, such as 3/16: the result is campaign.results.3-of-16.csv, and `merge` joins all of
    /// them. auto takes the number from the scheduler, and auto/16 where that does not say of how many
    #[arg(long, value_name = "I/N", env = "BULKLABEL_SHARD")]
    pub shard: Option<Shard>,

    /// Give this shard its part of --rate, the n-th of n: for shards that all run at once and share no --rate-url
    #[arg(long, env = "BULKLABEL_RATE_SPLIT")]
    pub rate_split: bool,
}

impl ShardArgs {
    /// The shard, where it is a part of the customers, and known by now.
    pub fn part(&self) -> Option<Part> {
        match self.shard {
            Some(Shard::This(part)) => Some(part),
            Some(Shard::Auto(_)) | None => None,
        }
    }
}
