//! `--shard`: which part of the customers, as a person or a scheduler says it (contract, section 8).

use std::fmt;
use std::str::FromStr;

use super::environment::variable;
use super::scheduler::{Told, of_array};
use crate::error::Error;
use crate::model::Part;

/// Which shard is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shard {
    /// `3/16`.
    This(Part),
    /// `auto`: the scheduler says which, and of how many. `auto/16`: it says which.
    Auto(Option<u32>),
}

/// A text that names no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no shard: write which and of how many, such as 3/16; auto where a scheduler says both; or auto/16 where it says which"
)]
pub struct ShardError(String);

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let error = || ShardError(text.to_owned());
        match text.trim().strip_prefix("auto") {
            Some("") => Ok(Self::Auto(None)),
            Some(of) => {
                let of = of.strip_prefix('/').ok_or_else(error)?;
                // A whole of so many parts has a first one.
                let first: Part = format!("1/{of}").parse().map_err(|_| error())?;
                let of = u32::try_from(first.of()).map_err(|_| error())?;
                Ok(Self::Auto(Some(of)))
            }
            None => text.parse().map(Self::This).map_err(|_| error()),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::This(part) => part.fmt(f),
            Self::Auto(None) => f.write_str("auto"),
            Self::Auto(Some(of)) => write!(f, "auto/{of}"),
        }
    }
}

impl Shard {
    /// The part of the customers.
    ///
    /// # Errors
    /// It is to be told by a scheduler, and none tells it.
    pub fn part(self) -> Result<Told, Error> {
        match self {
            Self::This(part) => Ok(Told { part, by: None }),
            Self::Auto(of) => {
                of_array(of, |name| variable(name).ok().flatten()).map_err(Error::unusable)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_a_number_or_left_to_the_scheduler() {
        let this = Shard::This(Part::new(3, 16).unwrap());
        for (text, shard) in [
            ("3/16", this),
            ("auto", Shard::Auto(None)),
            ("auto/16", Shard::Auto(Some(16))),
        ] {
            assert_eq!(text.parse(), Ok(shard));
            assert_eq!(shard.to_string(), text);
        }
        for text in [
            "", "3", "0/4", "5/4", "auto/0", "auto/", "autos", "auto/1/2", "Auto/x",
        ] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
