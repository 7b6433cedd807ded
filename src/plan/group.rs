//! Rows → plan.

use std::sync::Arc;

use super::assignments::Assignments;
use super::batch::Batch;
use super::groups::{Groups, Pair};
use super::lines::Lines;
use super::resolve::{Fate, Policy};
use super::survey::Survey;
use super::word::Word;
use crate::model::{Call, LabelId, Labels, Row, RowIndex};

/// The most data rows of a list. A plan has two words for each, at most, and numbers them in 32 bits.
const MOST_ROWS: u32 = u32::MAX / 2;

/// The list has more of something than a plan can number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMany {
    /// Data rows.
    Rows,
    /// Different labels.
    Labels,
}

impl TooMany {
    /// What there are too many of.
    pub fn what(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Labels => "different labels",
        }
    }

    /// How many there may be.
    pub fn limit(self) -> u64 {
        match self {
            Self::Rows => u64::from(MOST_ROWS),
            Self::Labels => u64::from(LabelId::LIMIT),
        }
    }
}

/// Takes the rows of a list, one batch after the other, and makes the plan of them.
#[derive(Debug, Default)]
pub struct Builder {
    pairs: Vec<Pair>,
    labels: Labels,
    lines: Lines,
}

impl Builder {
    /// Takes the next rows, which were counted from the line after `lines`.
    ///
    /// # Errors
    /// More rows or labels than can be numbered.
    pub fn take(&mut self, batch: &Batch, lines: u64) -> Result<(), TooMany> {
        let base = self.lines.len();
        if batch.len() > MOST_ROWS - base {
            return Err(TooMany::Rows);
        }
        let names = batch.labels.names();
        let labels = names.map(|name| self.labels.intern(name).map_err(|_| TooMany::Labels));
        let labels = labels.collect::<Result<Vec<LabelId>, _>>()?;
        self.lines.append(&batch.lines, lines);
        self.pairs.extend(batch.pairs.iter().map(|[customer, row]| {
            let label = labels[row.label().get() as usize];
            [*customer, row.moved(label, base)]
        }));
        Ok(())
    }

    /// Groups the rows per customer.
    pub fn finish(self, policy: Policy) -> Plan {
        let groups = Groups::of(self.pairs, policy);
        let survey = Survey::of(&groups, self.labels.len(), &self.lines);
        Plan {
            groups,
            survey,
            labels: Arc::new(self.labels),
            lines: self.lines,
            policy,
        }
    }
}

/// What a plan comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Customers that are called.
    pub calls: u32,
    /// Labels that are added.
    pub additions: u64,
    /// Labels that are removed.
    pub removals: u64,
}

/// All calls in order, and what became of the rows that are in none.
#[derive(Debug)]
pub struct Plan {
    pub(super) groups: Groups,
    pub(super) survey: Survey,
    labels: Arc<Labels>,
    lines: Lines,
    policy: Policy,
}

impl Plan {
    /// How many different customers the valid rows name.
    pub fn customers(&self) -> u32 {
        self.groups.len()
    }

    /// How many data rows the list has.
    pub fn data_rows(&self) -> u32 {
        self.lines.len()
    }

    /// What the plan comes to.
    pub fn totals(&self) -> Totals {
        self.survey.totals
    }

    /// The settings that shaped it.
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// The label table.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The line of a data row.
    pub fn line(&self, row: RowIndex) -> u64 {
        self.lines.of(row)
    }

    /// The call of a customer, numbered by first appearance; none where all its rows are rejected.
    pub fn call(&self, customer: u32) -> Option<Call> {
        self.groups.call(customer, &self.labels)
    }

    /// All calls, in the order in which their customers first appear in the list.
    pub fn calls(&self) -> impl Iterator<Item = Call> {
        (0..self.customers()).filter_map(|customer| self.call(customer))
    }

    /// Which call each data row is part of, or why it is in none.
    pub fn assignments(&self) -> Assignments {
        Assignments::of(&self.groups, self.data_rows())
    }

    /// A valid row of the list, read once more: what the plan decided. None where the plan knows no such row: the list has
    /// changed.
    pub fn find(&self, index: RowIndex, row: &Row<'_>) -> Option<Fate> {
        let label = self.labels.get(row.label)?;
        self.groups
            .find(row.user, Word::row(label, row.action, index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, UserId};
    use crate::plan::OnConflict;
    use crate::plan::assignments::Assigned;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    const POLICY: Policy = Policy {
        on_conflict: OnConflict::LastWins,
        max_labels: 1000,
    };

    type Wish = (u64, Action, &'static str);

    /// The plan of rows that come in batches of so many.
    fn plan_of(rows: &[Wish], batches: usize) -> Plan {
        let mut builder = Builder::default();
        for (number, rows) in rows.chunks(batches).enumerate() {
            let mut batch = Batch::default();
            for (line, (user, action, label)) in (2..).zip(rows) {
                let row = UserId::new(*user).map(|user| Row {
                    user,
                    action: *action,
                    label,
                });
                batch.push(line, row);
            }
            builder.take(&batch, (number * batches) as u64).unwrap();
        }
        builder.finish(POLICY)
    }

    fn plan(rows: &[Wish]) -> Plan {
        plan_of(rows, 3)
    }

    fn wishes() -> impl Strategy<Value = Vec<Wish>> {
        let action = prop_oneof![Just(Action::Add), Just(Action::Remove)];
        let label = prop_oneof![Just("VIP"), Just("Gold"), Just("Silver")];
        // The id 0 stands for a row that breaks a rule.
        proptest::collection::vec((0u64..9, action, label), 0..40)
    }

    proptest! {
        #[test]
        fn planning_loses_and_invents_nothing(rows in wishes()) {
            let plan = plan(&rows);
            // What a spreadsheet would say: the last word of each customer and label.
            let mut last: BTreeMap<(u64, &str), Action> = BTreeMap::new();
            let mut order: Vec<u64> = Vec::new();
            for (user, action, label) in rows.iter().filter(|(user, ..)| *user > 0) {
                last.insert((*user, label), *action);
                if !order.contains(user) { order.push(*user); }
            }
            let mut called = BTreeMap::new();
            for call in plan.calls() {
                for change in &call.changes {
                    prop_assert!(called.insert((call.user.get(), call.name(change).to_owned()), change.action).is_none());
                }
            }
            let last: BTreeMap<_, _> = last.into_iter().map(|((user, label), action)| ((user, label.to_owned()), action)).collect();
            prop_assert_eq!(called, last);
            prop_assert_eq!(plan.calls().map(|call| call.user.get()).collect::<Vec<_>>(), order);
        }

        #[test]
        fn every_row_has_one_fate_and_is_found_again(rows in wishes()) {
            let plan = plan(&rows);
            let assignments = plan.assignments();
            let calls: Vec<_> = plan.calls().collect();
            let in_calls: BTreeSet<u32> = calls.iter().flat_map(|call| &call.changes).map(|change| change.row.0).collect();
            for (at, (user, action, label)) in rows.iter().enumerate() {
                let at = RowIndex(at as u32);
                prop_assert_eq!(plan.line(at), u64::from(at.0) + 2);
                let Some(user) = UserId::new(*user) else {
                    prop_assert_eq!(assignments.on(at), Assigned::Rejected);
                    continue;
                };
                let fate = plan.find(at, &Row { user, action: *action, label }).unwrap();
                prop_assert_eq!(fate == Fate::Called, in_calls.contains(&at.0));
                match assignments.on(at) {
                    Assigned::Called(customer) => {
                        prop_assert_eq!(plan.call(customer).unwrap().user, user);
                        prop_assert_eq!(fate, Fate::Called);
                    }
                    Assigned::LeftOut(other) => prop_assert_eq!(other, fate),
                    Assigned::Rejected => prop_assert!(false, "it keeps every rule"),
                }
            }
            prop_assert_eq!(in_calls.len() as u64, plan.totals().additions + plan.totals().removals);
        }

        #[test]
        fn it_makes_no_difference_where_batches_end(rows in wishes(), batches in 1usize..9) {
            let (one, other) = (plan_of(&rows, 100), plan_of(&rows, batches));
            prop_assert_eq!(one.totals(), other.totals());
            let calls = |plan: &Plan| plan.calls().map(|call| (call.user, call.changes)).collect::<Vec<_>>();
            prop_assert_eq!(calls(&one), calls(&other));
            prop_assert_eq!(one.labels().names().collect::<Vec<_>>(), other.labels().names().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_row_that_has_changed_is_not_found() {
        let plan = plan(&[(1, Action::Add, "VIP"), (0, Action::Add, "VIP")]);
        let user = UserId::new(1).unwrap();
        let row = Row {
            user,
            action: Action::Add,
            label: "VIP",
        };
        let find = |index, row: Row<'_>| plan.find(RowIndex(index), &row);
        let (action, label) = (Action::Remove, "Gold");
        assert!(find(0, row).is_some());
        assert!(find(0, Row { action, ..row }).is_none());
        assert!(find(0, Row { label, ..row }).is_none());
        assert!(find(1, row).is_none(), "a row that was rejected");
        assert!(find(2, row).is_none(), "a row that was not there");
    }
}
