//! Which rows of one customer are called, and what becomes of the others (contract, section 2). Pure.

use super::word::Word;
use crate::model::{Action, RowIndex};

/// What becomes of a contradiction: a customer and label with both actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnConflict {
    /// The last row wins.
    LastWins,
    /// Both sides are rejected.
    Reject,
}

/// The settings that shape a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// `--on-conflict`.
    pub on_conflict: OnConflict,
    /// `--max-labels`: the most different labels for one customer.
    pub max_labels: u32,
}

/// What the plan decides for a valid row; rows are named by their place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Part of its customer's call.
    Called,
    /// A later row asks for the same.
    Duplicate(RowIndex),
    /// A later row asks for the opposite.
    Superseded(RowIndex),
    /// Rejected: another row asks for the opposite.
    Conflict(RowIndex),
    /// Rejected: the customer has so many different labels.
    TooManyLabels(u32),
}

/// All rows of one customer, sorted.
#[derive(Debug, Clone, Copy)]
pub struct Group<'a> {
    rows: &'a [Word],
    policy: Policy,
    /// How many different labels there are, where they are too many.
    too_many: Option<u32>,
}

/// The rows of one customer and label.
#[derive(Debug, Clone, Copy)]
struct Run<'a> {
    rows: &'a [Word],
    /// How many of them add; the others remove.
    adds: usize,
}

impl<'a> Run<'a> {
    fn new(rows: &'a [Word]) -> Self {
        Self {
            rows,
            adds: rows.partition_point(|row| row.action() == Action::Add),
        }
    }

    /// The last row that adds and the last that removes.
    fn last_of_each(&self) -> (Option<Word>, Option<Word>) {
        let (adds, removes) = self.rows.split_at(self.adds);
        (adds.last().copied(), removes.last().copied())
    }

    /// The row that is called, unless the run is a contradiction that is rejected.
    fn winner(&self, on_conflict: OnConflict) -> Option<Word> {
        match (self.last_of_each(), on_conflict) {
            ((Some(_), Some(_)), OnConflict::Reject) => None,
            ((add, remove), _) => add.into_iter().chain(remove).max_by_key(|row| row.index()),
        }
    }

    fn fate(&self, row: Word, on_conflict: OnConflict) -> Fate {
        if self.rows.len() == 1 {
            return Fate::Called;
        }
        let (add, remove) = self.last_of_each();
        let opposite = if row.action() == Action::Add {
            remove
        } else {
            add
        };
        match (opposite, self.winner(on_conflict)) {
            (_, Some(winner)) if winner == row => Fate::Called,
            (_, Some(winner)) if winner.action() == row.action() => Fate::Duplicate(winner.index()),
            (_, Some(winner)) => Fate::Superseded(winner.index()),
            (Some(opposite), None) => Fate::Conflict(opposite.index()),
            // A run without a winner has both sides, so this row has an opposite.
            (None, None) => Fate::Called,
        }
    }
}

impl<'a> Group<'a> {
    /// The rows of one customer, in the order of their words.
    pub fn new(rows: &'a [Word], policy: Policy) -> Self {
        let group = Self {
            rows,
            policy,
            too_many: None,
        };
        // Labels are never more than rows: most customers need no counting.
        if rows.len() <= policy.max_labels as usize {
            return group;
        }
        let labels = u32::try_from(group.runs().count()).unwrap_or(u32::MAX);
        Self {
            too_many: Some(labels).filter(|labels| *labels > policy.max_labels),
            ..group
        }
    }

    /// The same without counting, for a group whose labels were counted before.
    pub fn counted(rows: &'a [Word], policy: Policy, too_many: Option<u32>) -> Self {
        Self {
            rows,
            policy,
            too_many,
        }
    }

    /// How many different labels there are, where they are too many.
    pub fn too_many(&self) -> Option<u32> {
        self.too_many
    }

    /// The first row of all.
    pub fn first(&self) -> Option<RowIndex> {
        self.rows.iter().map(|row| row.index()).min()
    }

    /// How many rows are called.
    pub fn called(&self) -> usize {
        self.won().count()
    }

    /// The rows that are called, one a label, in no useful order.
    pub fn won(&self) -> impl Iterator<Item = Word> + use<'a> {
        let on_conflict = self.policy.on_conflict;
        let runs = self.too_many.is_none().then(|| self.runs());
        let runs = runs.into_iter().flatten();
        runs.filter_map(move |run| run.winner(on_conflict))
    }

    /// All rows, in no useful order.
    pub fn rows(&self) -> impl Iterator<Item = Word> + use<'a> {
        self.rows.iter().copied()
    }

    /// The rows of each label.
    fn runs(&self) -> impl Iterator<Item = Run<'a>> + use<'a> {
        self.rows
            .chunk_by(|one, next| one.label() == next.label())
            .map(Run::new)
    }

    /// The rows that are called, one a label, in the order of the list.
    pub fn winners(&self) -> Vec<Word> {
        let mut winners: Vec<_> = self.won().collect();
        winners.sort_unstable_by_key(|row| row.index());
        winners
    }

    /// What becomes of a row of the group; none where it has no such row.
    pub fn fate(&self, row: Word) -> Option<Fate> {
        self.rows.binary_search(&row).ok()?;
        if let Some(labels) = self.too_many {
            return Some(Fate::TooManyLabels(labels));
        }
        let from = self
            .rows
            .partition_point(|other| other.label() < row.label());
        let to = self
            .rows
            .partition_point(|other| other.label() <= row.label());
        Some(Run::new(&self.rows[from..to]).fate(row, self.policy.on_conflict))
    }

    /// Every row with what becomes of it, in no useful order. `for_each` goes through them with less work than `for` does: it
    /// asks for the next label only where one ends.
    pub fn fates(&self) -> impl Iterator<Item = (Word, Fate)> + use<'a> {
        let (too_many, on_conflict) = (self.too_many, self.policy.on_conflict);
        self.runs().flat_map(move |run| {
            run.rows.iter().map(move |row| match too_many {
                Some(labels) => (*row, Fate::TooManyLabels(labels)),
                None => (*row, run.fate(*row, on_conflict)),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LabelId;

    const LAST_WINS: Policy = Policy {
        on_conflict: OnConflict::LastWins,
        max_labels: 3,
    };
    const REJECT: Policy = Policy {
        on_conflict: OnConflict::Reject,
        max_labels: 3,
    };

    /// Rows as `+0` (add label 0) or `-0`, in the order of the list.
    fn rows(text: &str) -> Vec<Word> {
        let row = |(at, word): (usize, &str)| {
            let action = if word.starts_with('+') {
                Action::Add
            } else {
                Action::Remove
            };
            let label = LabelId::from_number(word[1..].parse().unwrap());
            Word::row(label, action, RowIndex(at as u32))
        };
        text.split_whitespace().enumerate().map(row).collect()
    }

    fn fates(text: &str, policy: Policy) -> Vec<Fate> {
        let rows = rows(text);
        let mut sorted = rows.clone();
        sorted.sort_unstable();
        let group = Group::new(&sorted, policy);
        let fates: Vec<_> = rows.iter().map(|row| group.fate(*row).unwrap()).collect();
        for (row, fate) in group.fates() {
            assert_eq!(
                fate,
                fates[row.index().0 as usize],
                "one by one and all together agree"
            );
        }
        fates
    }

    #[test]
    fn the_last_row_of_a_label_wins() {
        use Fate::{Called, Duplicate, Superseded};
        let at = RowIndex;
        assert_eq!(fates("+0 +1 -2", LAST_WINS), [Called, Called, Called]);
        assert_eq!(
            fates("+0 +0 +1 +0", LAST_WINS),
            [Duplicate(at(3)), Duplicate(at(3)), Called, Called]
        );
        assert_eq!(fates("+0 -0", LAST_WINS), [Superseded(at(1)), Called]);
        assert_eq!(
            fates("+0 -0 +0", LAST_WINS),
            [Duplicate(at(2)), Superseded(at(2)), Called]
        );
    }

    #[test]
    fn both_sides_of_a_contradiction_can_be_rejected() {
        use Fate::{Called, Conflict, Duplicate};
        let at = RowIndex;
        let rejected = [Conflict(at(2)), Called, Conflict(at(3)), Conflict(at(2))];
        assert_eq!(fates("+0 +1 -0 +0", REJECT), rejected);
        assert_eq!(fates("+0 +0", REJECT), [Duplicate(at(1)), Called]);
    }

    #[test]
    fn too_many_labels_reject_all_of_the_customers_rows() {
        assert_eq!(fates("+0 +1 +2 +3", LAST_WINS), [Fate::TooManyLabels(4); 4]);
        assert!(
            fates("+0 +1 +2 -2 +0", LAST_WINS).contains(&Fate::Called),
            "the limit is on labels, not on rows"
        );
    }

    #[test]
    fn winners_stand_in_the_order_of_their_rows() {
        let mut sorted = rows("+2 -1 +0 +2 -0");
        sorted.sort_unstable();
        let winners: Vec<_> = Group::new(&sorted, LAST_WINS)
            .winners()
            .iter()
            .map(|row| row.index().0)
            .collect();
        assert_eq!(winners, [1, 3, 4]);
    }
}
