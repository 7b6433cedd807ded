//! How each call ended, in 16 bytes a customer.

use crate::model::{Call, CallRecord, Interned, LabelId, Moment, Outcome, Outcomes};

/// In a slot's ending: the number is that of a list of outcomes by label, not of one for all.
const BY_LABEL: u32 = 1 << 31;

/// In a slot's ending: the call has not ended.
const OPEN: u32 = u32::MAX;

/// How the calls of a run ended. Outcomes recur, so each different one is kept once.
#[derive(Debug)]
pub struct Ledger {
    slots: Vec<Slot>,
    outcomes: Interned<Outcome>,
    /// Outcomes by label, sorted by label: numbers of labels and outcomes.
    by_label: Interned<[(LabelId, u32)]>,
    ended: u32,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// Milliseconds since 1970 in the upper 48 bits (enough until the year 6429), the HTTP status or 0 in the
    /// others.
    at_and_status: u64,
    attempts: u32,
    ending: u32,
}

/// How a row's call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled<'a> {
    /// What became of the row.
    pub outcome: &'a Outcome,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// How many attempts were sent.
    pub attempts: u32,
    /// When.
    pub at: Moment,
}

impl Ledger {
    /// An empty ledger for so many customers.
    pub fn new(customers: u32) -> Self {
        let slot = Slot {
            at_and_status: 0,
            attempts: 0,
            ending: OPEN,
        };
        Self {
            slots: vec![slot; customers as usize],
            outcomes: Interned::default(),
            by_label: Interned::default(),
            ended: 0,
        }
    }

    /// Enters how a call ended.
    pub fn enter(&mut self, call: &Call, record: &CallRecord) {
        let ending = match &record.outcomes {
            Outcomes::All(outcome) => self.outcome(outcome),
            Outcomes::Each(each) => {
                let labels = call.changes.iter().map(|change| change.label);
                let mut by_label: Vec<_> = labels
                    .zip(each.iter().map(|outcome| self.outcome(outcome)))
                    .collect();
                by_label.sort_unstable();
                BY_LABEL | numbered(self.by_label.intern(&by_label[..], BY_LABEL - 1))
            }
        };
        let at_and_status =
            record.at.0.max(0).unsigned_abs() << 16 | u64::from(record.status.unwrap_or_default());
        let slot = &mut self.slots[call.customer as usize];
        self.ended += u32::from(slot.ending == OPEN);
        *slot = Slot {
            at_and_status,
            attempts: record.attempts,
            ending,
        };
    }

    /// Takes back how a call ended.
    pub fn take_back(&mut self, customer: u32) {
        let slot = &mut self.slots[customer as usize];
        self.ended -= u32::from(slot.ending != OPEN);
        slot.ending = OPEN;
    }

    /// How many customers there are.
    pub fn customers(&self) -> u32 {
        // No more than were given.
        self.slots.len() as u32
    }

    /// How many calls have ended.
    pub fn ended(&self) -> u32 {
        self.ended
    }

    /// Whether a customer's call has ended.
    pub fn has_ended(&self, customer: u32) -> bool {
        self.slots[customer as usize].ending != OPEN
    }

    /// How many attempts of a customer's call were sent, whether it has ended or not.
    pub fn attempts(&self, customer: u32) -> u32 {
        self.slots[customer as usize].attempts
    }

    /// Counts an attempt that is about to leave.
    pub fn sending(&mut self, customer: u32) {
        self.slots[customer as usize].attempts += 1;
    }

    /// Takes back what [`Ledger::sending`] counted.
    pub fn called_back(&mut self, customer: u32) {
        let attempts = &mut self.slots[customer as usize].attempts;
        *attempts = attempts.saturating_sub(1);
    }

    /// How many calls were sent and have not ended.
    pub fn without_verdict(&self) -> u64 {
        let sent = |slot: &&Slot| slot.ending == OPEN && slot.attempts > 0;
        self.slots.iter().filter(sent).count() as u64
    }

    /// How the call of a customer ended for one of its labels. None where it has not ended.
    pub fn settled(&self, customer: u32, label: LabelId) -> Option<Settled<'_>> {
        let slot = self
            .slots
            .get(customer as usize)
            .filter(|slot| slot.ending != OPEN)?;
        let outcome = if slot.ending & BY_LABEL == 0 {
            slot.ending
        } else {
            let by_label = self.by_label.value(slot.ending & !BY_LABEL);
            by_label[by_label
                .binary_search_by_key(&label, |(label, _)| *label)
                .ok()?]
            .1
        };
        let status = Some((slot.at_and_status & 0xFFFF) as u16).filter(|status| *status != 0);
        let at = Moment((slot.at_and_status >> 16).cast_signed());
        Some(Settled {
            outcome: self.outcomes.value(outcome),
            status,
            attempts: slot.attempts,
            at,
        })
    }

    fn outcome(&mut self, outcome: &Outcome) -> u32 {
        let known = self.outcomes.get(outcome);
        numbered(known.or_else(|| self.outcomes.intern(outcome.clone(), BY_LABEL)))
    }
}

/// Customers are numbered in 32 bits and most outcomes recur: two thousand million different ones would not fit
/// into memory.
fn numbered(number: Option<u32>) -> u32 {
    number.expect("fewer different outcomes than 31 bits can number")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, Change, Labels, OutcomeKind, RowIndex, UserId};
    use std::sync::Arc;

    fn call(labels: &Arc<Labels>, changes: &[LabelId]) -> Call {
        let change = |label: &LabelId| Change {
            row: RowIndex(0),
            action: Action::Add,
            label: *label,
        };
        Call {
            customer: 1,
            user: UserId::new(9).unwrap(),
            changes: changes.iter().map(change).collect(),
            labels: Arc::clone(labels),
        }
    }

    #[test]
    fn each_label_has_its_own_outcome_whatever_their_order() {
        let mut labels = Labels::default();
        let (vip, gold) = (
            labels.intern("VIP").unwrap(),
            labels.intern("Gold").unwrap(),
        );
        let call = call(&Arc::new(labels), &[gold, vip]);
        let warning = Outcome::new(OutcomeKind::Warning, "33000", "Gold label not found");
        let outcomes = Outcomes::Each(vec![warning.clone(), Outcome::success()]);
        let record = CallRecord {
            user: 9,
            outcomes,
            status: Some(200),
            attempts: 3,
            at: Moment(1_795_400_000_123),
        };

        let mut ledger = Ledger::new(2);
        assert_eq!(ledger.settled(1, vip), None);
        ledger.enter(&call, &record);
        let settled = |outcome| {
            Some(Settled {
                outcome,
                status: Some(200),
                attempts: 3,
                at: Moment(1_795_400_000_123),
            })
        };
        assert_eq!(ledger.settled(1, gold), settled(&warning));
        assert_eq!(ledger.settled(1, vip), settled(&Outcome::success()));
        assert_eq!((ledger.settled(0, vip), ledger.ended()), (None, 1));

        ledger.take_back(1);
        assert_eq!((ledger.settled(1, gold), ledger.ended()), (None, 0));
    }

    #[test]
    fn a_call_without_an_answer_has_no_status() {
        let mut labels = Labels::default();
        let vip = labels.intern("VIP").unwrap();
        let outcomes = Outcomes::All(Outcome::new(OutcomeKind::Failed, "CONNECT", "refused"));
        let mut ledger = Ledger::new(2);
        ledger.enter(
            &call(&Arc::new(labels), &[vip]),
            &CallRecord {
                user: 9,
                outcomes,
                status: None,
                attempts: 5,
                at: Moment(1),
            },
        );
        let settled = ledger.settled(1, vip).unwrap();
        assert_eq!(
            (settled.status, settled.attempts, &*settled.outcome.code),
            (None, 5, "CONNECT")
        );
    }

    #[test]
    fn a_slot_takes_sixteen_bytes() {
        assert_eq!(size_of::<Slot>(), 16);
    }
}
