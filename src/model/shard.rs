//! Which part of all customers a customer belongs to (contract, section 8). Published and frozen: parts that were planned by
//! different processes, and by different versions of this program, must fit together.

use std::fmt;
use std::str::FromStr;

use super::UserId;

/// One of `of` parts of all customers, each about as large as the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    number: u64,
    of: u64,
}

/// A text that names no part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no shard: write which and of how many, such as 3/16")]
pub struct PartError(String);

impl Default for Part {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Part {
    type Err = PartError;

    fn from_str(text: &str) -> Result<Self, PartError> {
        let number = |text: &str| {
            let digits = text.trim();
            let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_plain.then(|| digits.parse().ok()).flatten()
        };
        let part = text
            .split_once('/')
            .and_then(|(one, of)| Self::new(number(one)?, number(of)?));
        part.ok_or_else(|| PartError(text.to_owned()))
    }
}

impl Part {
    /// All customers.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// The part with this number, from 1; none where there is no such part.
    pub fn new(number: u32, of: u32) -> Option<Self> {
        (1..=of).contains(&number).then(|| Self {
            number: number.into(),
            of: of.into(),
        })
    }

    /// Its number, from 1.
    pub fn number(self) -> u64 {
        self.number
    }

    /// How many parts there are of its kind.
    pub fn of(self) -> u64 {
        self.of
    }

    /// Whether it is all customers.
    pub fn is_whole(self) -> bool {
        self.of == 1
    }

    /// Its own parts, so many of them: a part of a part is a part of all customers, too.
    pub fn parts(self, of: u32) -> impl Iterator<Item = Self> + use<> {
        let (before, of_all) = ((self.number - 1) * u64::from(of), self.of * u64::from(of));
        (1..=u64::from(of)).map(move |number| Self {
            number: before + number,
            of: of_all,
        })
    }

    /// The first of so many parts of its own.
    pub fn first_of(self, of: u32) -> Self {
        self.parts(of).next().unwrap_or(self)
    }

    /// Whether a customer belongs to it.
    pub fn holds(self, user: UserId) -> bool {
        self.of == 1 || shard(user, self.of) == self.number
    }
}

/// The number, from 1, of the one of `of` parts that a customer belongs to.
fn shard(user: UserId, of: u64) -> u64 {
    let high = (u128::from(mix(user.get())) * u128::from(of)) >> 64;
    // Less than `of`.
    high as u64 + 1
}

/// The finaliser of splitmix64: mixes all bits of a number.
pub fn mix(mut z: u64) -> u64 {
    z ^= z >> 30;
    z = z.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^= z >> 27;
    z = z.wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_function_is_the_published_one() {
        let ids = [1, 2, 3, 10, 564_663_098, UserId::MAX];
        let shards = ids.map(|id| shard(UserId::new(id).unwrap(), 16));
        assert_eq!(shards, [6, 14, 2, 1, 11, 6]);
    }

    #[test]
    fn a_part_is_written_as_people_say_it() {
        for text in ["3/16", "1/1", "16/16", "1/4294967295"] {
            assert_eq!(text.parse::<Part>().unwrap().to_string(), text);
        }
        assert_eq!(" 3 / 16".parse(), Ok(Part::new(3, 16).unwrap()));
        for text in [
            "",
            "3",
            "0/16",
            "17/16",
            "3/0",
            "-1/4",
            "+1/4",
            "3/16/2",
            "a/b",
            "1/4294967296",
        ] {
            assert!(text.parse::<Part>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_customer_belongs_to_one_part(id in 1u64..=UserId::MAX, of in 1u32..40) {
            let user = UserId::new(id).unwrap();
            prop_assert_eq!(Part::WHOLE.parts(of).filter(|part| part.holds(user)).count(), 1);
        }

        #[test]
        fn the_parts_of_a_part_are_that_part(id in 1u64..=UserId::MAX, one in 1u32..=u32::MAX, of in 1u32..40, parts in 1u32..40) {
            let (user, part) = (UserId::new(id).unwrap(), Part::new(one % of + 1, of).unwrap());
            let holding = part.parts(parts).filter(|part| part.holds(user)).count();
            prop_assert_eq!(holding, usize::from(part.holds(user)));
        }

        #[test]
        fn the_first_part_of_more_lies_within_the_first_of_fewer(
            id in 1u64..=UserId::MAX, one in 1u32..=u32::MAX, of in 1u32..40, few in 1u32..40, more in 0u32..40
        ) {
            let (user, part) = (UserId::new(id).unwrap(), Part::new(one % of + 1, of).unwrap());
            let first = |of| part.first_of(of).holds(user);
            prop_assert!(!first(few + more) || first(few));
        }
    }
}
