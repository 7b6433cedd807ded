//! The first rows of each code, in bounded memory.

use std::collections::HashMap;

use super::gathered::GatheredRow;
use super::text::cut;
use crate::model::OutcomeKind;

/// So many rows of a code are kept, at most.
pub const OF_A_CODE: usize = 50;

/// So many rows are kept while a result is read, which is more than are shown: which codes those will be is not known yet.
const POOL: usize = 8_000;

/// So many characters of a field are kept.
const CHARACTERS: usize = 300;

/// A row that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The line in the list.
    pub line: u64,
    /// `userId`, `action` and `label`.
    pub fields: [Box<str>; 3],
    /// What was said about it.
    pub message: Box<str>,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// How many attempts were sent.
    pub attempts: u32,
}

/// The first rows by outcome and code.
#[derive(Debug)]
pub struct Samples {
    groups: [HashMap<Box<str>, Vec<Sample>>; OutcomeKind::ALL.len()],
    rows: usize,
    limit: usize,
    pool: usize,
}

impl Default for Samples {
    fn default() -> Self {
        Self::with_pool(POOL)
    }
}

impl Samples {
    fn with_pool(pool: usize) -> Self {
        Self {
            groups: Default::default(),
            rows: 0,
            limit: OF_A_CODE,
            pool,
        }
    }

    /// Keeps a row, if it is one of the first of its code.
    pub fn add(&mut self, row: &GatheredRow<'_>) {
        let kind = row.outcome.kind as usize;
        let code = &*row.outcome.code;
        let known = self.groups[kind].get(code).map_or(0, Vec::len);
        if known >= self.limit {
            return;
        }
        if self.rows >= self.pool {
            self.lower();
            if known >= self.limit || self.rows >= self.pool {
                return;
            }
        }
        let fields = [row.user, row.action, row.label].map(|field| cut(field, CHARACTERS).into());
        let sample = Sample {
            line: row.line,
            fields,
            message: cut(&row.outcome.message, CHARACTERS).into(),
            status: row.status,
            attempts: row.attempts,
        };
        match self.groups[kind].get_mut(code) {
            Some(group) => group.push(sample),
            None => {
                self.groups[kind].insert(code.into(), vec![sample]);
            }
        }
        self.rows += 1;
    }

    /// There are many codes: fewer rows of each are kept, so that there is room for others.
    fn lower(&mut self) {
        if self.limit == 1 {
            return;
        }
        self.limit /= 2;
        self.rows = 0;
        for group in self.groups.iter_mut().flat_map(HashMap::values_mut) {
            group.truncate(self.limit);
            self.rows += group.len();
        }
    }

    /// Those of a code.
    pub fn of(&self, kind: OutcomeKind, code: &str) -> &[Sample] {
        self.groups[kind as usize]
            .get(code)
            .map_or(&[], Vec::as_slice)
    }
}

/// How many rows of each group are shown, so that all are no more than `most`: as many of each as there is room for, and more of
/// the others where one has fewer.
pub fn shares(groups: &[usize], most: usize) -> Vec<usize> {
    let total = |limit: usize| groups.iter().map(|rows| (*rows).min(limit)).sum::<usize>();
    let limit = (0..=OF_A_CODE).rev().find(|limit| total(*limit) <= most);
    let limit = limit.unwrap_or_default();
    groups.iter().map(|rows| (*rows).min(limit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outcome;

    fn add(samples: &mut Samples, line: u64, code: &str) {
        let outcome = Outcome::new(OutcomeKind::Failed, code, "no");
        samples.add(&GatheredRow {
            line,
            user: "1",
            action: "add",
            label: "VIP",
            outcome: &outcome,
            status: None,
            attempts: 1,
        });
    }

    #[test]
    fn the_first_rows_of_a_code_are_kept() {
        let mut samples = Samples::default();
        (2..1_000).for_each(|line| add(&mut samples, line, "8015"));
        let kept = samples.of(OutcomeKind::Failed, "8015");
        assert_eq!(
            (kept.len(), kept[0].line, kept[49].line),
            (OF_A_CODE, 2, 51)
        );
        assert!(samples.of(OutcomeKind::Warning, "8015").is_empty());
    }

    #[test]
    fn where_there_are_many_codes_each_has_some_rows() {
        let mut samples = Samples::with_pool(100);
        for line in 0..5_000 {
            add(&mut samples, line, &format!("{}", line % 80));
        }
        let rows = |code: &str| samples.of(OutcomeKind::Failed, code).len();
        assert!((0..80).all(|code| rows(&code.to_string()) == 1));
        assert!(samples.rows <= 100);
    }

    #[test]
    fn rows_are_shared_among_the_codes() {
        assert_eq!(shares(&[50, 3, 50], 2_000), [50, 3, 50]);
        assert_eq!(shares(&[50, 3, 50], 23), [10, 3, 10]);
        assert_eq!(shares(&[1; 30], 20), [0; 30]);
    }
}
