//! Which part of all customers a customer belongs to (contract, section 8). Published and frozen: parts that were planned by
//! different processes, and by different versions of this program, must fit together.

use crate::model::UserId;

/// One of `of` parts of all customers, each about as large as the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    number: u32,
    of: u32,
}

impl Part {
    /// All customers.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// The part with this number, from 1; none where there is no such part.
    pub fn new(number: u32, of: u32) -> Option<Self> {
        (1..=of).contains(&number).then_some(Self { number, of })
    }

    /// The first of so many.
    pub fn first(of: u32) -> Self {
        Self { number: 1, of }
    }

    /// All parts, of so many.
    pub fn all(of: u32) -> impl Iterator<Item = Self> {
        (1..=of).map(move |number| Self { number, of })
    }

    /// Whether a customer belongs to it.
    pub fn holds(self, user: UserId) -> bool {
        self.of == 1 || shard(user, self.of) == self.number
    }
}

/// The number, from 1, of the one of `of` parts that a customer belongs to.
fn shard(user: UserId, of: u32) -> u32 {
    let high = (u128::from(mix(user.get())) * u128::from(of)) >> 64;
    // Less than `of`.
    high as u32 + 1
}

/// The finaliser of splitmix64.
pub(super) fn mix(mut z: u64) -> u64 {
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

    proptest! {
        #[test]
        fn every_customer_belongs_to_one_part(id in 1u64..=UserId::MAX, of in 1u32..40) {
            let user = UserId::new(id).unwrap();
            prop_assert_eq!(Part::all(of).filter(|part| part.holds(user)).count(), 1);
        }

        #[test]
        fn the_first_part_of_more_lies_within_the_first_of_fewer(id in 1u64..=UserId::MAX, of in 1u32..40, more in 0u32..40) {
            let user = UserId::new(id).unwrap();
            let first = |of| Part::new(1, of).unwrap().holds(user);
            prop_assert!(!first(of + more) || first(of));
        }
    }
}
