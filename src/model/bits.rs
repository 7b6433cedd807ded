//! A bit for each of many numbers.

/// Which numbers, from 0 up to some bound, are among some.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

/// Where a number's bit is.
fn place(number: u32) -> (usize, u64) {
    ((number / u64::BITS) as usize, 1 << (number % u64::BITS))
}

impl Bits {
    /// None of the numbers below `bound`.
    pub fn none(bound: u32) -> Self {
        Self(vec![0; bound.div_ceil(u64::BITS) as usize])
    }

    /// Adds a number.
    ///
    /// # Panics
    /// Where it is not below the bound.
    pub fn add(&mut self, number: u32) {
        let (word, bit) = place(number);
        self.0[word] |= bit;
    }

    /// Takes a number away.
    ///
    /// # Panics
    /// Where it is not below the bound.
    pub fn remove(&mut self, number: u32) {
        let (word, bit) = place(number);
        self.0[word] &= !bit;
    }

    /// Whether a number is among them; one beyond the bound is not.
    pub fn has(&self, number: u32) -> bool {
        let (word, bit) = place(number);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// How many there are in each sixty-four numbers.
    pub fn counts(&self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|word| word.count_ones())
    }

    /// How many of the sixty-four numbers that `number` is one of are smaller, and which sixty-four these are.
    ///
    /// # Panics
    /// Where it is not below the bound.
    pub fn smaller(&self, number: u32) -> (usize, u32) {
        let (word, bit) = place(number);
        (word, (self.0[word] & (bit - 1)).count_ones())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn they_are_the_numbers_that_were_added_and_not_taken_away(
            added in proptest::collection::btree_set(0u32..200, 0..60),
            removed in proptest::collection::btree_set(0u32..200, 0..30),
            at in 0u32..200,
        ) {
            let mut bits = Bits::none(200);
            added.iter().for_each(|number| bits.add(*number));
            removed.iter().for_each(|number| bits.remove(*number));
            let left: BTreeSet<u32> = added.difference(&removed).copied().collect();
            prop_assert!((0..300).all(|number| bits.has(number) == left.contains(&number)));
            let (word, smaller) = bits.smaller(at);
            let before: u32 = bits.counts().take(word).sum();
            prop_assert_eq!((before + smaller) as usize, left.range(..at).count());
        }
    }
}
