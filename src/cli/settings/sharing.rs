//! `--rate-url` and `--rate-split`: one rate for several runs (contract, section 8).

use super::args::{PaceArgs, ShardArgs};
use crate::cli::shard::Shard;
use crate::dispatch::RateUrl;
use crate::error::Error;
use crate::model::Rate;

/// Where runs that share the rate agree on it.
///
/// # Errors
/// It names no such place, or something else that was set does not go with it.
pub fn rate_url(pace: &PaceArgs, shard: &ShardArgs) -> Result<Option<RateUrl>, Error> {
    let Some(text) = &pace.rate_url else {
        return Ok(None);
    };
    let url = text
        .parse()
        .map_err(|error| Error::unusable(format!("--rate-url: {error}")))?;
    let against = if pace.rate.limit().is_none() {
        "--rate none lifts the rate that --rate-url shares: leave one of them out"
    } else if pace.burst.get() > 1 {
        "--burst does not go with --rate-url: permits of a shared rate are given out one by one; leave --burst out"
    } else if shard.rate_split {
        "--rate-split and --rate-url are two ways to keep one rate: leave one of them out"
    } else {
        return Ok(Some(url));
    };
    Err(Error::unusable(against))
}

/// The rate of this run: all of it, or what is a shard's part of it.
///
/// # Errors
/// There is no shard, no rate, or less of it than there are shards.
pub fn rate(pace: &PaceArgs, shard: &ShardArgs) -> Result<Option<Rate>, Error> {
    let rate = pace.rate.limit();
    if !shard.rate_split {
        return Ok(rate);
    }
    let Some(rate) = rate else {
        return Err(Error::unusable(
            "--rate none leaves --rate-split nothing to split: leave one of them out",
        ));
    };
    match shard.shard {
        None => Err(Error::unusable(
            "--rate-split needs --shard: it gives each of n shards its part of the rate",
        )),
        // Which it is, only a run is told.
        Some(Shard::Auto(_)) => Ok(Some(rate)),
        Some(Shard::This(part)) => match rate.part(part) {
            Some(rate) => Ok(Some(rate)),
            None => Err(Error::unusable(format!(
                "--rate-split: {rate} leaves less than one call for each of {} shards; write the rate for a longer time, such as \
                 1000/min in place of 16/s, take fewer shards, or keep one rate for all with --rate-url",
                part.of()
            ))),
        },
    }
}
