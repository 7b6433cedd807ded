//! Chance from a seed.

use fastrand::Rng;

/// Draws what a simulation needs.
pub struct Chance(pub Rng);

impl Chance {
    pub fn of(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// Another source, so that what one part draws does not depend on another.
    pub fn fork(&mut self) -> Self {
        Self(self.0.fork())
    }

    /// Whether something of this likelihood happens.
    pub fn happens(&mut self, likelihood: f64) -> bool {
        self.0.f64() < likelihood
    }

    pub fn from<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.0.usize(..choices.len())]
    }

    pub fn milliseconds(&mut self, from: u64, to: u64) -> std::time::Duration {
        std::time::Duration::from_millis(self.0.u64(from..=to))
    }
}
