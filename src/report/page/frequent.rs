//! The most frequent of many texts, in bounded memory.

use std::collections::HashMap;

/// A text's count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted<V> {
    /// How often it was counted.
    pub rows: u64,
    /// So often it may have been there before, at most: it was rare when there were too many others, and forgotten.
    pub missed: u64,
    /// What else is known of it.
    pub value: V,
}

/// Counts texts. The counts are exact while there are no more different ones than it may hold; then the rarer half is forgotten
/// (Manku and Motwani's lossy counting), and each count says by how much it may be too low.
#[derive(Debug)]
pub struct Frequent<V> {
    counted: HashMap<Box<str>, Counted<V>>,
    bytes: usize,
    most: Most,
    forgotten: u64,
}

/// How much may be held.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    /// Different texts.
    pub texts: usize,
    /// Their bytes together.
    pub bytes: usize,
}

impl<V: Default> Frequent<V> {
    /// Counts within these bounds.
    pub fn new(most: Most) -> Self {
        Self {
            counted: HashMap::new(),
            bytes: 0,
            most,
            forgotten: 0,
        }
    }

    /// Counts a text, so many `rows` of it; gives what else is known of it.
    pub fn add(&mut self, text: &str, rows: u64) -> &mut V {
        if !self.counted.contains_key(text) {
            self.make_room(text.len());
            self.bytes += text.len();
        }
        let forgotten = self.forgotten;
        let new = || Counted {
            rows: 0,
            missed: forgotten,
            value: V::default(),
        };
        // One that is known, which is usual, needs no key of its own.
        let counted = match self.counted.contains_key(text) {
            true => self.counted.get_mut(text),
            false => Some(self.counted.entry(text.into()).or_insert_with(new)),
        };
        let counted = counted.expect("it was there, or is now");
        counted.rows += rows;
        &mut counted.value
    }

    fn make_room(&mut self, bytes: usize) {
        let is_full = self.counted.len() >= self.most.texts || self.bytes + bytes > self.most.bytes;
        if !is_full || self.counted.is_empty() {
            return;
        }
        let mut by_rows: Vec<_> = std::mem::take(&mut self.counted).into_iter().collect();
        by_rows.sort_by_key(|(_, counted)| std::cmp::Reverse(counted.rows + counted.missed));
        let mut kept = 0;
        let mut texts = 0;
        for (text, counted) in by_rows {
            let fits = texts < self.most.texts / 2 && kept + text.len() <= self.most.bytes / 2;
            if fits {
                kept += text.len();
                texts += 1;
                self.counted.insert(text, counted);
            } else {
                self.forgotten = self.forgotten.max(counted.rows + counted.missed);
            }
        }
        self.bytes = kept;
    }

    /// How often a text was counted.
    pub fn rows_of(&self, text: &str) -> u64 {
        self.counted.get(text).map_or(0, |counted| counted.rows)
    }

    /// How many different texts are held.
    pub fn texts(&self) -> usize {
        self.counted.len()
    }

    /// Whether none was forgotten: every count is exact.
    pub fn is_exact(&self) -> bool {
        self.forgotten == 0
    }

    /// The most frequent, as many as `most`: by their counts, then by name.
    pub fn top(&self, most: usize) -> Vec<(&str, &Counted<V>)> {
        let mut all: Vec<_> = self
            .counted
            .iter()
            .map(|(text, counted)| (&**text, counted))
            .collect();
        all.sort_by(|(text, one), (other_text, other)| {
            other.rows.cmp(&one.rows).then(text.cmp(other_text))
        });
        all.truncate(most);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(texts: usize, bytes: usize) -> Frequent<()> {
        Frequent::new(Most { texts, bytes })
    }

    #[test]
    fn few_texts_are_counted_exactly() {
        let mut counter = counter(100, 1_000);
        for n in 0..300 {
            counter.add(&format!("{}", n % 7), 1);
        }
        assert!(counter.is_exact());
        let top = counter.top(3);
        assert_eq!(
            (top[0].0, top[0].1.rows, top.len(), counter.texts()),
            ("0", 43, 3, 7)
        );
    }

    #[test]
    fn too_many_are_bounded_and_no_count_says_more_than_is_known() {
        let mut counter = counter(100, 10_000);
        let mut truth: HashMap<String, u64> = HashMap::new();
        let mut chance = fastrand::Rng::with_seed(7);
        for _ in 0..50_000 {
            let n = match chance.bool() {
                true => chance.u32(0..5),
                false => chance.u32(0..100_000),
            };
            counter.add(&n.to_string(), 1);
            *truth.entry(n.to_string()).or_default() += 1;
            assert!(counter.texts() <= 100);
        }
        assert!(!counter.is_exact());
        for (text, counted) in counter.top(100) {
            let rows = truth[text];
            assert!(counted.rows <= rows && rows <= counted.rows + counted.missed);
        }
        let mut frequent: Vec<_> = counter.top(5).iter().map(|(text, _)| *text).collect();
        frequent.sort_unstable();
        assert_eq!(frequent, ["0", "1", "2", "3", "4"]);
    }

    #[test]
    fn long_texts_are_bounded_too() {
        let mut counter = counter(1_000, 500);
        for n in 0..100 {
            counter.add(&format!("{n:050}"), 1);
            assert!(counter.bytes <= 500 + 50);
        }
        assert!(counter.texts() <= 10);
    }
}
