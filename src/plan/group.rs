//! The compact store of planned rows, grouped by sorting.

use std::collections::HashMap;
use std::sync::Arc;

use super::lines::Lines;
use super::resolve::{Fate, Group, PlannedRow, Policy};
use crate::model::{Action, Call, Change, LabelId, Labels, Row, RowIndex, UserId};

/// In `customer_of`: the row belongs to no customer, because it breaks a rule.
const NOBODY: u32 = u32::MAX;

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
            Self::Rows => u64::from(NOBODY),
            Self::Labels => u64::from(LabelId::LIMIT),
        }
    }
}

/// Takes the rows of a list, one after the other, and makes the plan of them.
#[derive(Debug, Default)]
pub struct Builder {
    rows: Vec<PlannedRow>,
    labels: Labels,
    lines: Lines,
}

impl Builder {
    /// Takes the next data row; none for one that breaks a rule.
    ///
    /// # Errors
    /// More rows or labels than can be numbered.
    pub fn push(&mut self, line: u64, row: Option<Row<'_>>) -> Result<(), TooMany> {
        let index = RowIndex(self.lines.len());
        if index.0 == NOBODY {
            return Err(TooMany::Rows);
        }
        self.lines.push(line);
        if let Some(row) = row {
            let label = self.labels.intern(row.label).map_err(|_| TooMany::Labels)?;
            self.rows
                .push(PlannedRow::new(row.user.get(), label, row.action, index));
        }
        Ok(())
    }

    /// Groups the rows per customer.
    pub fn finish(self, policy: Policy) -> Plan {
        let Self {
            mut rows,
            labels,
            lines,
        } = self;
        rows.sort_unstable();
        let mut groups: Vec<FirstSeen> = Vec::new();
        let mut start = 0;
        for group in rows.chunk_by(|one, next| one.user() == next.user()) {
            groups.extend(
                group
                    .iter()
                    .map(|row| row.row().0)
                    .min()
                    .map(|row| FirstSeen { row, start }),
            );
            start += group.len() as u32;
        }
        groups.sort_unstable();
        let starts: Vec<u32> = groups.into_iter().map(|group| group.start).collect();
        let mut plan = Plan {
            rows,
            starts,
            customer_of: Vec::new(),
            crowded: HashMap::new(),
            labels: Arc::new(labels),
            lines,
            policy,
            totals: Totals::default(),
        };
        plan.number_customers();
        plan.count();
        plan
    }
}

/// A customer's group: its first row in the list, and where it starts in the sorted rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct FirstSeen {
    row: u32,
    start: u32,
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
    /// All valid rows, sorted: customer by customer.
    rows: Vec<PlannedRow>,
    /// Where each customer's rows start, in the order in which customers first appear.
    starts: Vec<u32>,
    /// Each data row's customer, by the order of first appearance.
    customer_of: Vec<u32>,
    /// Customers with too many different labels, and how many they have.
    crowded: HashMap<u32, u32>,
    labels: Arc<Labels>,
    lines: Lines,
    policy: Policy,
    totals: Totals,
}

impl Plan {
    fn number_customers(&mut self) {
        let mut customer_of = vec![NOBODY; self.lines.len() as usize];
        for customer in 0..self.customers() {
            for row in self.rows_of(customer) {
                customer_of[row.row().0 as usize] = customer;
            }
        }
        self.customer_of = customer_of;
    }

    fn count(&mut self) {
        let mut totals = Totals::default();
        for customer in 0..self.customers() {
            let group = Group::new(self.rows_of(customer), self.policy);
            let before = totals;
            for (row, _) in group.fates().filter(|(_, fate)| *fate == Fate::Called) {
                match row.action() {
                    Action::Add => totals.additions += 1,
                    Action::Remove => totals.removals += 1,
                }
            }
            totals.calls += u32::from(totals != before);
            if let Some(labels) = group.too_many() {
                self.crowded.insert(customer, labels);
            }
        }
        self.totals = totals;
    }

    fn rows_of(&self, customer: u32) -> &[PlannedRow] {
        let from = &self.rows[self.starts[customer as usize] as usize..];
        let theirs = |row: &PlannedRow| row.user() == from[0].user();
        // Most customers have few rows: looking near first is kinder to the cache than halving the whole.
        let mut near = 1;
        while from.get(near).is_some_and(theirs) {
            near *= 2;
        }
        let near = &from[..near.min(from.len())];
        &near[..near.partition_point(theirs)]
    }

    fn group(&self, customer: u32) -> Group<'_> {
        Group::counted(
            self.rows_of(customer),
            self.policy,
            self.crowded.get(&customer).copied(),
        )
    }

    /// How many different customers the valid rows name.
    pub fn customers(&self) -> u32 {
        // No more than there are rows, which are numbered in 32 bits.
        self.starts.len() as u32
    }

    /// How many data rows the list has.
    pub fn data_rows(&self) -> u32 {
        self.lines.len()
    }

    /// What the plan comes to.
    pub fn totals(&self) -> Totals {
        self.totals
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
        let winners = self.group(customer).winners();
        let user = UserId::new(winners.first()?.user())?;
        let change = |row: &PlannedRow| Change {
            row: row.row(),
            action: row.action(),
            label: row.label(),
        };
        let changes = winners.iter().map(change).collect();
        Some(Call {
            customer,
            user,
            changes,
            labels: Arc::clone(&self.labels),
        })
    }

    /// All calls, in the order in which their customers first appear in the list.
    pub fn calls(&self) -> impl Iterator<Item = Call> {
        (0..self.customers()).filter_map(|customer| self.call(customer))
    }

    /// Customers with too many different labels, and how many they have.
    pub(super) fn crowded(&self) -> &HashMap<u32, u32> {
        &self.crowded
    }

    /// All valid rows, customer by customer.
    pub(super) fn valid_rows(&self) -> &[PlannedRow] {
        &self.rows
    }

    /// The rows that are called, in no useful order.
    pub(super) fn called_rows(&self) -> impl Iterator<Item = PlannedRow> {
        let groups = (0..self.customers()).map(|customer| self.group(customer));
        let fates = groups.flat_map(|group| group.fates());
        let called = fates.filter(|(_, fate)| *fate == Fate::Called);
        called.map(|(row, _)| row)
    }

    /// The valid rows that are not called, with what became of them, in no useful order.
    pub fn left_out(&self) -> impl Iterator<Item = (RowIndex, Action, Fate)> {
        let groups = (0..self.customers()).map(|customer| self.group(customer));
        let fates = groups.flat_map(|group| group.fates());
        fates
            .filter(|(_, fate)| *fate != Fate::Called)
            .map(|(row, fate)| (row.row(), row.action(), fate))
    }

    /// A row of the list, read once more: its customer, its label, and what the plan decided. None where the
    /// plan knows no such row: the list has changed.
    pub fn find(&self, index: RowIndex, row: &Row<'_>) -> Option<(u32, LabelId, Fate)> {
        let customer = *self
            .customer_of
            .get(index.0 as usize)
            .filter(|customer| **customer != NOBODY)?;
        let label = self.labels.get(row.label)?;
        let planned = PlannedRow::new(row.user.get(), label, row.action, index);
        Some((customer, label, self.group(customer).fate(planned)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::OnConflict;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    const POLICY: Policy = Policy {
        on_conflict: OnConflict::LastWins,
        max_labels: 1000,
    };

    type Wish = (u64, Action, &'static str);

    fn plan(rows: &[Wish]) -> Plan {
        let mut builder = Builder::default();
        for (at, (user, action, label)) in rows.iter().enumerate() {
            let row = UserId::new(*user).map(|user| Row {
                user,
                action: *action,
                label,
            });
            builder.push(at as u64 + 2, row).unwrap();
        }
        builder.finish(POLICY)
    }

    fn wishes() -> impl Strategy<Value = Vec<Wish>> {
        let action = prop_oneof![Just(Action::Add), Just(Action::Remove)];
        let label = prop_oneof![Just("VIP"), Just("Gold"), Just("Silver")];
        // The id 0 stands for a row that breaks a rule.
        proptest::collection::vec((0u64..5, action, label), 0..40)
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
            let in_calls: BTreeSet<u32> = plan.calls().flat_map(|call| call.changes).map(|change| change.row.0).collect();
            let left_out: BTreeMap<u32, Fate> = plan.left_out().map(|(row, _, fate)| (row.0, fate)).collect();
            for (at, (user, action, label)) in rows.iter().enumerate() {
                let at = at as u32;
                let Some(user) = UserId::new(*user) else { continue };
                let (_, _, fate) = plan.find(RowIndex(at), &Row { user, action: *action, label }).unwrap();
                prop_assert_eq!(fate == Fate::Called, in_calls.contains(&at));
                prop_assert_eq!((fate != Fate::Called).then_some(fate), left_out.get(&at).copied());
            }
            prop_assert_eq!(in_calls.len() as u64, plan.totals().additions + plan.totals().removals);
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
        assert!(plan.find(RowIndex(0), &row).is_some());
        assert!(
            plan.find(
                RowIndex(0),
                &Row {
                    action: Action::Remove,
                    ..row
                }
            )
            .is_none()
        );
        assert!(
            plan.find(
                RowIndex(0),
                &Row {
                    label: "Gold",
                    ..row
                }
            )
            .is_none()
        );
        assert!(
            plan.find(RowIndex(1), &row).is_none(),
            "a row that was rejected"
        );
        assert!(
            plan.find(RowIndex(2), &row).is_none(),
            "a row that was not there"
        );
    }

    #[test]
    fn a_planned_row_takes_sixteen_bytes() {
        assert_eq!(size_of::<PlannedRow>(), 16);
    }
}
