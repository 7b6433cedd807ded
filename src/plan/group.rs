//! Rows → plan.

use std::ops::Range;
use std::sync::Arc;

use super::batch::Batch;
use super::groups::{Groups, Pair};
use super::lines::Lines;
use super::resolve::Policy;
use super::survey::Survey;
use crate::model::{Call, FirstLines, LabelId, Labels, Part, RowIndex, UserId};

/// The most data rows of a list. A plan has two words for each, at most, and numbers them in 32 bits.
const MOST_ROWS: u32 = u32::MAX / 2;

/// Parts of the customers are not quite of the same size.
const UNEVEN: f64 = 1.01;

/// What a place in the lines takes, of what a row takes that is held: eight bytes of twenty-one, or of
/// more.
const LINE_IN_ROWS: f64 = 8.0 / 21.0;

/// More parts than that are more readings of a list than anybody waits for.
const MOST_PARTS: u32 = 1 << 16;

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

/// How much of a plan is held in memory at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Holding {
    /// All of it.
    #[default]
    All,
    /// So many valid rows, at most.
    Rows(usize),
    /// One of so many parts of the customers.
    Parts(u32),
}

/// Takes the rows of a list, one batch after the other, and makes the plan of them.
#[derive(Debug)]
pub struct Builder {
    pairs: Vec<Pair>,
    labels: Labels,
    lines: Lines,
    /// Where the rows with each label stand.
    of_labels: Vec<FirstLines>,
    /// How many valid rows have come.
    seen: u64,
    /// So many of them are held at once, at most.
    most: usize,
    /// The customers whose rows come.
    share: Part,
    /// In so many parts they have to be planned for that; the rows of the first are held.
    parts: u32,
}

impl Default for Builder {
    fn default() -> Self {
        Self::holding(Holding::All, Part::WHOLE)
    }
}

impl Builder {
    /// One that holds so much at once of the rows of these customers; no others come.
    pub fn holding(holding: Holding, share: Part) -> Self {
        let (most, parts) = match holding {
            Holding::All => (usize::MAX, 1),
            Holding::Rows(most) => (most.max(1), 1),
            Holding::Parts(parts) => (usize::MAX, parts.max(1)),
        };
        Self {
            pairs: Vec::new(),
            labels: Labels::default(),
            lines: Lines::default(),
            of_labels: Vec::new(),
            seen: 0,
            most,
            share,
            parts,
        }
    }

    /// Takes the next rows, which were counted from the line after `lines`. `read` is how much of the list was read with them,
    /// from 0 to 1.
    ///
    /// # Errors
    /// More rows or labels than can be numbered.
    pub fn take(&mut self, batch: &Batch, lines: u64, read: f64) -> Result<(), TooMany> {
        let base = self.lines.len();
        if batch.len() > MOST_ROWS - base {
            return Err(TooMany::Rows);
        }
        let names = batch.labels.names();
        let labels = names.map(|name| self.labels.intern(name).map_err(|_| TooMany::Labels));
        let labels = labels.collect::<Result<Vec<LabelId>, _>>()?;
        self.lines.append(&batch.lines, lines);
        self.of_labels
            .resize_with(self.labels.len(), FirstLines::default);
        for (label, of_batch) in labels.iter().zip(&batch.of_labels) {
            self.of_labels[label.get() as usize].append(of_batch, lines);
        }
        let held = self.share.first_of(self.parts);
        self.seen += batch.pairs.len() as u64;
        let pairs = batch.moved(&labels, base);
        self.pairs.extend(pairs.filter(|pair| is_in(held, pair)));
        // A list that is held whole is held whatever else there is.
        if self.most < usize::MAX && self.pairs.len() > self.room(read) {
            self.hold_less(read);
        }
        Ok(())
    }

    /// So many rows may be held beside the lines, as many as there will be of those: of a shard, nearly every row stands apart from
    /// the one before.
    fn room(&self, read: f64) -> usize {
        let lines = self.lines.stretches() as f64 / read.clamp(1e-6, 1.0);
        let left = self.most as f64 - lines * LINE_IN_ROWS;
        // With less, a list would be read more often than anybody waits for.
        left.max(self.most as f64 / 4.0).max(1.0) as usize
    }

    /// Holds the rows of fewer customers: as few as will be needed, if the list goes on as it has begun. A customer with more
    /// rows than may be held is held all the same.
    fn hold_less(&mut self, read: f64) {
        let rows = self.seen as f64 / read.clamp(1e-6, 1.0);
        let needed = (rows * UNEVEN / self.room(read) as f64).ceil() as u32;
        let enough = needed.saturating_mul(2).clamp(2, MOST_PARTS);
        if self.parts >= enough {
            return;
        }
        self.parts = needed.clamp(self.parts + 1, enough);
        let held = self.share.first_of(self.parts);
        self.pairs.retain(|pair| is_in(held, pair));
    }

    /// Groups the rows per customer.
    pub fn finish(self, policy: Policy) -> Plan {
        let groups = Groups::of(self.pairs, self.lines.len(), policy);
        let mut plan = Plan {
            share: self.share,
            of: self.parts,
            customers: Vec::new(),
            held: None,
            survey: Survey::nothing(self.labels.len()),
            labels: Arc::new(self.labels),
            lines: self.lines,
            of_labels: self.of_labels,
            policy,
        };
        plan.add(groups);
        plan
    }
}

fn is_in(part: Part, [customer, _]: &Pair) -> bool {
    UserId::new(customer.user()).is_some_and(|user| part.holds(user))
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
///
/// Where not all of it can be held at once, it holds what its parts come to, and the parts are planned anew, one at a time, when
/// their calls are needed.
#[derive(Debug)]
pub struct Plan {
    /// The customers whose rows it has.
    share: Part,
    /// In so many parts they are planned.
    of: u32,
    /// How many customers each part has, of those that were planned.
    customers: Vec<u32>,
    /// All customers, where they are in one part.
    held: Option<Groups>,
    pub(super) survey: Survey,
    labels: Arc<Labels>,
    lines: Lines,
    of_labels: Vec<FirstLines>,
    policy: Policy,
}

impl Plan {
    /// Adds the next part.
    pub fn add(&mut self, groups: Groups) {
        self.survey.add(&groups, &self.lines);
        self.customers.push(groups.len());
        if self.of == 1 {
            self.held = Some(groups);
        }
    }

    /// The parts that are still to be added.
    pub fn missing(&self) -> impl Iterator<Item = Part> + use<> {
        self.share.parts(self.of).skip(self.customers.len())
    }

    /// In so many parts the customers are planned.
    pub fn of(&self) -> u32 {
        self.of
    }

    /// All parts, each with the numbers of its customers.
    pub fn parts(&self) -> impl Iterator<Item = (Part, Range<u32>)> {
        let numbers = self.customers.iter().scan(0, |next, customers| {
            let from = *next;
            *next += customers;
            Some(from..*next)
        });
        self.share.parts(self.of).zip(numbers)
    }

    /// All customers, where they are held at once.
    pub fn held(&self) -> Option<&Groups> {
        self.held.as_ref()
    }

    /// How many different customers the valid rows name.
    pub fn customers(&self) -> u32 {
        // No more than there are rows, which are numbered in 31 bits.
        self.customers.iter().sum()
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
    pub fn labels(&self) -> &Arc<Labels> {
        &self.labels
    }

    /// The line of a data row.
    pub fn line(&self, row: RowIndex) -> u64 {
        self.lines.of(row)
    }

    /// Where the valid rows with a label stand.
    pub fn lines_of(&self, label: LabelId) -> &FirstLines {
        &self.of_labels[label.get() as usize]
    }

    /// The call of a customer, numbered by first appearance; none where all its rows are rejected, or where customers are not
    /// held at once.
    pub fn call(&self, customer: u32) -> Option<Call> {
        self.held()?.call(customer, &self.labels)
    }

    /// All calls, in the order in which their customers first appear in the list; none where customers are not held at once.
    pub fn calls(&self) -> impl Iterator<Item = Call> {
        let customers = self.held().map_or(0, Groups::len);
        (0..customers).filter_map(|customer| self.call(customer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, Row};
    use crate::plan::Fate;
    use crate::plan::OnConflict;
    use crate::plan::assignments::{Assigned, Assignments};
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
            builder
                .take(&batch, (number * batches) as u64, 1.0)
                .unwrap();
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
        fn every_row_has_one_fate(rows in wishes()) {
            let plan = plan(&rows);
            let assignments = Assignments::of(plan.held().unwrap(), plan.data_rows());
            let calls: Vec<_> = plan.calls().collect();
            let in_calls: BTreeSet<u32> = calls.iter().flat_map(|call| &call.changes).map(|change| change.row.0).collect();
            for (at, (user, action, label)) in rows.iter().enumerate() {
                let at = RowIndex(at as u32);
                prop_assert_eq!(plan.line(at), u64::from(at.0) + 2);
                let Some(user) = UserId::new(*user) else {
                    prop_assert_eq!(assignments.on(at), Assigned::Rejected);
                    continue;
                };
                match assignments.on(at) {
                    Assigned::Called(customer) => {
                        let call = plan.call(customer).unwrap();
                        prop_assert_eq!(call.user, user);
                        let change = call.changes.iter().find(|change| change.row == at).unwrap();
                        prop_assert_eq!((change.action, call.name(change)), (*action, *label));
                    }
                    Assigned::LeftOut(Fate::Duplicate(later) | Fate::Superseded(later)) => {
                        prop_assert!(!in_calls.contains(&at.0));
                        let (by, other, same) = rows[later.0 as usize];
                        prop_assert_eq!((by, same), (user.get(), *label));
                        prop_assert!(later > at && in_calls.contains(&later.0), "{:?}", other);
                    }
                    Assigned::LeftOut(other) => prop_assert!(false, "{other:?}"),
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
    fn lines_that_take_room_leave_less_for_rows() {
        let parts = |apart: u64| {
            let mut builder = Builder::holding(Holding::Rows(30), Part::WHOLE);
            for number in 0..10 {
                let mut batch = Batch::default();
                for row in 0..10 {
                    let user = UserId::new(1 + number * 10 + row).unwrap();
                    let (action, label) = (Action::Add, "VIP");
                    batch.push(
                        1 + row * apart,
                        Some(Row {
                            user,
                            action,
                            label,
                        }),
                    );
                }
                let read = (number + 1) as f64 / 10.0;
                builder.take(&batch, number * 10 * apart, read).unwrap();
            }
            builder.finish(POLICY).of()
        };
        assert!((4..=5).contains(&parts(1)), "{}", parts(1));
        assert!(parts(2) > 8, "{}", parts(2));
    }

    #[test]
    fn a_customer_with_more_rows_than_may_be_held_is_held_all_the_same() {
        let mut builder = Builder::holding(Holding::Rows(10), Part::WHOLE);
        let user = (1..)
            .filter_map(UserId::new)
            .find(|user| Part::WHOLE.first_of(MOST_PARTS).holds(*user));
        let (action, label) = (Action::Add, "VIP");
        for number in 0..100 {
            let mut batch = Batch::default();
            for line in 1..=10 {
                batch.push(
                    line,
                    user.map(|user| Row {
                        user,
                        action,
                        label,
                    }),
                );
            }
            builder
                .take(&batch, number * 10, (number + 1) as f64 / 100.0)
                .unwrap();
        }
        let plan = builder.finish(POLICY);
        assert!(plan.of() <= 1_000, "{}", plan.of());
        assert_eq!(plan.totals().calls, 1);
    }
}
