//! Chance that repeats: what is drawn depends on the seed and on what it is drawn for, and on nothing else.

/// The dice of a sandbox.
#[derive(Debug, Clone, Copy)]
pub struct Dice {
    seed: u64,
    customer: u64,
    /// The how-many-th request about the customer.
    n: u64,
}

impl Dice {
    /// Those for the `n`-th request about a customer.
    pub fn of(seed: u64, customer: u64, n: u64) -> Self {
        Self { seed, customer, n }
    }

    /// A number for `what`, evenly from 0 up to but not including 1.
    pub fn roll(self, what: &str) -> f64 {
        let bytes = what.bytes().map(u64::from);
        let hash = [self.seed, self.customer, self.n]
            .into_iter()
            .chain(bytes)
            .fold(0, |hash, part| mix(hash ^ part));
        // The 53 bits that a number between 0 and 1 can hold.
        (hash >> 11) as f64 / (1u64 << 53) as f64
    }

    /// One of `choices`, for `what`.
    pub fn pick<T: Copy>(self, what: &str, choices: &[T]) -> T {
        choices[(self.roll(what) * choices.len() as f64) as usize]
    }
}

/// The splitmix64 generator's step.
pub fn mix(hash: u64) -> u64 {
    let z = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_drawn_for_the_same_and_something_else_for_anything_else() {
        let roll = |seed, customer, n, what| Dice::of(seed, customer, n).roll(what);
        assert_eq!(roll(1, 2, 3, "hang"), roll(1, 2, 3, "hang"));
        let others = [
            (2, 2, 3, "hang"),
            (1, 3, 3, "hang"),
            (1, 2, 4, "hang"),
            (1, 2, 3, "drop"),
        ];
        for (seed, customer, n, what) in others {
            assert_ne!(roll(1, 2, 3, "hang"), roll(seed, customer, n, what));
        }
    }

    #[test]
    fn it_is_even() {
        let rolls = (0..10_000).map(|customer| Dice::of(7, customer, 1).roll("errors"));
        let below = rolls.filter(|roll| *roll < 0.1).count();
        assert!((900..1_100).contains(&below), "{below}");
        let picks = (0..3_000).map(|customer| Dice::of(7, customer, 1).pick("which", &[0, 1, 2]));
        let of_last = picks.filter(|pick| *pick == 2).count();
        assert!((900..1_100).contains(&of_last), "{of_last}");
    }
}
