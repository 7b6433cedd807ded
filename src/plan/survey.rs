//! What a plan asks for, label by label, and what stands out in it.

use super::Plan;
use super::group::Totals;
use super::groups::Groups;
use super::lines::Lines;
use super::resolve::{Fate, Group};
use super::signs::{is_long, is_rounded};
use super::word::Word;
use crate::model::{Action, FirstLines, LabelId};

/// How often a label is added and removed by the calls of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelUse {
    /// The label.
    pub label: LabelId,
    /// How many customers get it.
    pub adds: u64,
    /// How many lose it.
    pub removes: u64,
}

impl LabelUse {
    /// How many customers it is about: each gets or loses it, and not both.
    pub fn customers(self) -> u64 {
        self.adds + self.removes
    }
}

/// Ids with more digits than a spreadsheet keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LongIds {
    /// How many rows have one.
    pub rows: u64,
    /// Those that a spreadsheet has probably rounded.
    pub rounded: FirstLines,
}

/// Rows that are in no call for one and the same reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// How many, and where the first of them stand.
    pub lines: FirstLines,
    /// The first of them.
    pub first: Option<(Word, Fate)>,
}

/// The valid rows that are in no call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllLeftOut {
    /// A later row asks for the same.
    pub duplicates: LeftOut,
    /// A later row asks for the opposite.
    pub superseded: LeftOut,
    /// Rejected: another row asks for the opposite.
    pub conflicts: LeftOut,
    /// Rejected: there are too many different labels for the customer.
    pub too_many_labels: LeftOut,
}

/// What all customers of a plan come to together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    pub(super) totals: Totals,
    pub(super) uses: Vec<LabelUse>,
    pub(super) left_out: AllLeftOut,
    pub(super) long_ids: LongIds,
    /// The most different labels that a customer has, if some have more than they may.
    pub(super) most_labels: Option<u32>,
}

impl LeftOut {
    fn add(&mut self, row: Word, fate: Fate, lines: &Lines) {
        self.lines.add(lines.of(row.index()));
        if self
            .first
            .is_none_or(|(first, _)| row.index() < first.index())
        {
            self.first = Some((row, fate));
        }
    }
}

impl Survey {
    /// What nobody comes to, where there are so many labels.
    pub(super) fn nothing(labels: usize) -> Self {
        let unused = |number| LabelUse {
            label: LabelId::from_number(number),
            adds: 0,
            removes: 0,
        };
        Self {
            // There are no more than can be numbered.
            uses: (0..labels as u32).map(unused).collect(),
            ..Self::default()
        }
    }

    /// Counts some more customers.
    pub(super) fn add(&mut self, groups: &Groups, lines: &Lines) {
        for (user, group) in groups.all() {
            self.customer(user, group, lines);
        }
    }

    fn customer(&mut self, user: u64, group: Group<'_>, lines: &Lines) {
        let mut is_called = false;
        let is_long = is_long(user);
        let is_rounded = is_long && is_rounded(user);
        group.fates().for_each(|(row, fate)| {
            if fate == Fate::Called {
                is_called = true;
                self.call(row);
            } else {
                self.left_out.of(fate).add(row, fate, lines);
            }
            if is_long {
                self.long_ids.rows += 1;
            }
            if is_rounded {
                self.long_ids.rounded.add(lines.of(row.index()));
            }
        });
        self.totals.calls += u32::from(is_called);
        self.most_labels = self.most_labels.max(group.too_many());
    }

    fn call(&mut self, row: Word) {
        let this = &mut self.uses[row.label().get() as usize];
        let (total, of_label) = match row.action() {
            Action::Add => (&mut self.totals.additions, &mut this.adds),
            Action::Remove => (&mut self.totals.removals, &mut this.removes),
        };
        *total += 1;
        *of_label += 1;
    }
}

impl AllLeftOut {
    fn of(&mut self, fate: Fate) -> &mut LeftOut {
        match fate {
            Fate::Duplicate(_) | Fate::Called => &mut self.duplicates,
            Fate::Superseded(_) => &mut self.superseded,
            Fate::Conflict(_) => &mut self.conflicts,
            Fate::TooManyLabels(_) => &mut self.too_many_labels,
        }
    }

    /// The rows of each reason.
    pub fn all(&self) -> [&LeftOut; 4] {
        [
            &self.duplicates,
            &self.superseded,
            &self.conflicts,
            &self.too_many_labels,
        ]
    }
}

impl Plan {
    /// How often each label is asked for, in the order in which they first appear; also those of which nothing is sent.
    pub fn label_uses(&self) -> &[LabelUse] {
        &self.survey.uses
    }

    /// The valid rows that are in no call.
    pub fn left_out(&self) -> &AllLeftOut {
        &self.survey.left_out
    }

    /// The most different labels that a customer has, if some have more than they may.
    pub fn most_labels(&self) -> Option<u32> {
        self.survey.most_labels
    }

    /// The valid rows with long ids, and which of them look rounded.
    pub fn long_ids(&self) -> &LongIds {
        &self.survey.long_ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Row, UserId};
    use crate::plan::{Batch, Builder, OnConflict, Policy};

    fn plan(rows: &[(u64, Action, &str)]) -> Plan {
        let mut batch = Batch::default();
        for (line, (user, action, label)) in (2..).zip(rows) {
            let row = Row {
                user: UserId::new(*user).unwrap(),
                action: *action,
                label,
            };
            batch.push(line, Some(row));
        }
        let mut builder = Builder::default();
        builder.take(&batch, 0, 1.0).unwrap();
        builder.finish(Policy {
            on_conflict: OnConflict::Reject,
            max_labels: 2,
        })
    }

    #[test]
    fn what_is_sent_is_counted_and_every_label_is_named() {
        let plan = plan(&[
            (1, Action::Add, "VIP"),
            (1, Action::Add, "VIP"),
            (2, Action::Remove, "VIP"),
            (3, Action::Add, "Old"),
            (3, Action::Remove, "Old"),
        ]);
        let uses: Vec<_> = plan
            .label_uses()
            .iter()
            .map(|this| (plan.labels().name(this.label), this.adds, this.removes))
            .collect();
        assert_eq!(uses, [("VIP", 1, 1), ("Old", 0, 0)]);
        let vip = plan.labels().get("VIP").unwrap();
        assert_eq!(plan.lines_of(vip).lines(), [2, 3, 4]);
    }

    #[test]
    fn long_ids_are_found_with_their_lines() {
        let plan = plan(&[
            (12_345_678_901_234_500, Action::Add, "VIP"),
            (12_345_678_901_234_567, Action::Add, "VIP"),
            (500, Action::Add, "VIP"),
        ]);
        let found = plan.long_ids();
        assert_eq!((found.rows, found.rounded.lines()), (2, &[2][..]));
    }
}
