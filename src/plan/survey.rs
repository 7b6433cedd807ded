//! What a plan asks for, label by label, and where.

use std::collections::HashMap;

use super::Plan;
use super::signs::{is_long, is_rounded};
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

impl Plan {
    /// How often each label is asked for, in the order in which they first appear; also those of which nothing is sent.
    pub fn label_uses(&self) -> Vec<LabelUse> {
        let unused = |number| LabelUse {
            label: LabelId::from_number(number),
            adds: 0,
            removes: 0,
        };
        // There are no more than can be numbered.
        let mut uses: Vec<_> = (0..self.labels().len() as u32).map(unused).collect();
        for row in self.called_rows() {
            let this = &mut uses[row.label().get() as usize];
            match row.action() {
                Action::Add => this.adds += 1,
                Action::Remove => this.removes += 1,
            }
        }
        uses
    }

    /// The most different labels that a customer has, if some have more than they may.
    pub fn most_labels(&self) -> Option<u32> {
        self.crowded().values().copied().max()
    }

    /// Where the valid rows with these labels stand.
    pub fn lines_of(
        &self,
        labels: impl IntoIterator<Item = LabelId>,
    ) -> HashMap<LabelId, FirstLines> {
        let labels = labels.into_iter();
        let mut found: HashMap<_, _> = labels.map(|label| (label, FirstLines::default())).collect();
        if found.is_empty() {
            return found;
        }
        for row in self.valid_rows() {
            if let Some(lines) = found.get_mut(&row.label()) {
                lines.add(self.line(row.row()));
            }
        }
        found
    }

    /// The valid rows with long ids, and which of them look rounded.
    pub fn long_ids(&self) -> LongIds {
        let mut found = LongIds::default();
        for row in self.valid_rows().iter().filter(|row| is_long(row.user())) {
            found.rows += 1;
            if is_rounded(row.user()) {
                found.rounded.add(self.line(row.row()));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Row, UserId};
    use crate::plan::{Builder, OnConflict, Policy};

    fn plan(rows: &[(u64, Action, &str)]) -> Plan {
        let mut builder = Builder::default();
        for (line, (user, action, label)) in (2..).zip(rows) {
            let row = Row {
                user: UserId::new(*user).unwrap(),
                action: *action,
                label,
            };
            builder.push(line, Some(row)).unwrap();
        }
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
            .into_iter()
            .map(|this| (plan.labels().name(this.label), this.adds, this.removes))
            .collect();
        assert_eq!(uses, [("VIP", 1, 1), ("Old", 0, 0)]);
        let vip = plan.labels().get("VIP").unwrap();
        assert_eq!(plan.lines_of([vip])[&vip].lines(), [2, 3, 4]);
    }

    #[test]
    fn long_ids_are_found_with_their_lines() {
        let found = plan(&[
            (12_345_678_901_234_500, Action::Add, "VIP"),
            (12_345_678_901_234_567, Action::Add, "VIP"),
            (500, Action::Add, "VIP"),
        ])
        .long_ids();
        assert_eq!((found.rows, found.rounded.lines()), (2, &[2][..]));
    }
}
