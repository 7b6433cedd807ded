//! The tokens that clients are given. Pure: the time is an argument.

use std::collections::HashMap;
use std::time::Duration;

use super::faults::mix;

/// All tokens that were given out.
#[derive(Debug, Default)]
pub struct Tokens {
    given: HashMap<String, Token>,
}

#[derive(Debug)]
struct Token {
    ends: Duration,
    uses: u64,
}

/// Whether a token lets a call in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It does.
    Open,
    /// Its life is over.
    Ended,
    /// It was used as often as it may be.
    UsedUp,
    /// It was never given.
    Unknown,
}

impl Tokens {
    /// A new token, which lives so long. With the same seed the same ones are given.
    pub fn give(&mut self, seed: u64, now: Duration, life: Duration) -> String {
        let n = self.given.len() as u64;
        let part = |part| format!("{:016x}", mix(mix(seed) ^ mix(n << 8 | part)));
        let name: String = (0..4).map(part).collect();
        let ends = now + life;
        self.given.insert(name.clone(), Token { ends, uses: 0 });
        name
    }

    /// Whether a call is let in with this token, which it uses once more; at most `uses` times where that is given.
    pub fn admit(&mut self, name: &str, now: Duration, uses: Option<u64>) -> Admission {
        let Some(token) = self.given.get_mut(name) else {
            return Admission::Unknown;
        };
        token.uses += 1;
        if now >= token.ends {
            Admission::Ended
        } else if uses.is_some_and(|uses| token.uses > uses) {
            Admission::UsedUp
        } else {
            Admission::Open
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_token_is_good_until_it_ends_or_is_used_up() {
        let mut tokens = Tokens::default();
        let token = tokens.give(1, SECOND, SECOND);
        assert_eq!(tokens.admit(&token, SECOND, None), Admission::Open);
        assert_eq!(tokens.admit(&token, 2 * SECOND, None), Admission::Ended);
        assert_eq!(tokens.admit("another", SECOND, None), Admission::Unknown);
        let token = tokens.give(1, SECOND, SECOND);
        let admitted = [(); 3].map(|()| tokens.admit(&token, SECOND, Some(2)));
        let [open, used_up] = [Admission::Open, Admission::UsedUp];
        assert_eq!(admitted, [open, open, used_up]);
    }

    #[test]
    fn each_is_another_and_they_repeat() {
        let given = || {
            let mut tokens = Tokens::default();
            [(); 3].map(|()| tokens.give(1, SECOND, SECOND))
        };
        assert_eq!(given(), given());
        assert!(given()[0] != given()[1] && given()[0].len() == 64);
    }
}
