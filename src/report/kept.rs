//! What `--quiet` holds back until it is known whether anybody has to read it.

use std::collections::VecDeque;

/// So many of the first, and of the last, are kept.
const EACH: usize = 25;

/// What was said and nobody has read yet: the first and the last of it.
#[derive(Debug, Default)]
pub struct Kept {
    first: Vec<Vec<u8>>,
    last: VecDeque<Vec<u8>>,
    left_out: u64,
}

impl Kept {
    /// Keeps one more; what stands between the first and the last goes.
    pub fn keep(&mut self, said: &[u8]) {
        if self.first.len() < EACH {
            return self.first.push(said.to_owned());
        }
        if self.last.len() == EACH {
            self.last.pop_front();
            self.left_out += 1;
        }
        self.last.push_back(said.to_owned());
    }

    /// The first, how many are left out, and the last.
    pub fn into_parts(self) -> (Vec<u8>, u64, Vec<u8>) {
        let last: Vec<_> = self.last.into_iter().collect();
        (self.first.concat(), self.left_out, last.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_are_kept_however_many_there_are() {
        let mut kept = Kept::default();
        (0..1_000).for_each(|n| kept.keep(format!("{n}\n").as_bytes()));
        let (first, left_out, last) = kept.into_parts();
        assert!(first.starts_with(b"0\n1\n") && last.ends_with(b"998\n999\n"));
        let kept = [first, last].concat();
        let lines = kept.iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(lines + left_out, 1_000);
    }
}
