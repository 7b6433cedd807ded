//! How each call ended, in eight bytes a customer.

use hashbrown::HashMap;

use crate::model::{Bits, CallRecord, Interned, LabelId, Moment, Outcome, OutcomeKind, Outcomes};

/// In an ending: the number is that of a list of outcomes by label, not of one for all.
const BY_LABEL: u32 = 1 << 31;

/// How the calls of a run ended. Outcomes recur, so each different one is kept once.
#[derive(Debug)]
pub struct Ledger {
    /// Where it is bare, nothing is known of how calls ended.
    slots: Vec<Slot>,
    /// What does not fit into slots.
    more: HashMap<u32, More>,
    /// The customers whose calls have ended.
    ended_of: Bits,
    customers: u32,
    outcomes: Interned<Outcome>,
    /// The number of success among them.
    success: Option<u32>,
    /// Outcomes by label, sorted by label: numbers of labels and outcomes.
    by_label: Interned<[(LabelId, u32)]>,
    ended: u32,
}

/// How a call ended: when, and with which HTTP status, in the upper bits; then how many attempts there were in six, and with
/// which of the outcomes that came first in the other six. Where these are not enough, the rest is in a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Slot(u64);

/// What does not fit into a slot.
#[derive(Debug, Clone, Copy)]
struct More {
    attempts: u32,
    ending: u32,
}

impl Slot {
    const BITS: u32 = 6;
    const MOST: u32 = (1 << Self::BITS) - 1;

    /// The slot, and what does not fit.
    fn of(record: &CallRecord, ending: u32) -> (Self, Option<More>) {
        let attempts = record.attempts;
        let fits = attempts < Self::MOST && ending < Self::MOST;
        let numbers = match fits {
            true => attempts << Self::BITS | ending,
            false => u32::MAX >> (u32::BITS - 2 * Self::BITS),
        };
        let last = Last::new(record.at, record.status).0;
        let slot = Self(last << (2 * Self::BITS) | u64::from(numbers));
        (slot, (!fits).then_some(More { attempts, ending }))
    }

    /// How many attempts there were, and the ending; none where that is in the table.
    fn numbers(self) -> Option<More> {
        let numbers = self.0 as u32 & (u32::MAX >> (u32::BITS - 2 * Self::BITS));
        let (attempts, ending) = (numbers >> Self::BITS, numbers & Self::MOST);
        (ending != Self::MOST).then_some(More { attempts, ending })
    }

    fn last(self) -> Last {
        Last(self.0 >> (2 * Self::BITS))
    }
}

/// When a call ended, in milliseconds since 1970 (enough until the year 2109), and the HTTP status of its last answer or 0 in
/// the lowest ten bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Last(u64);

impl Last {
    const STATUS: u32 = 10;
    const MOST_STATUS: u16 = (1 << Self::STATUS) - 1;

    fn new(at: Moment, status: Option<u16>) -> Self {
        let at = at.0.clamp(0, (1 << 42) - 1).unsigned_abs();
        let status = status.unwrap_or_default().min(Self::MOST_STATUS);
        Self(at << Self::STATUS | u64::from(status))
    }

    /// The same as a number.
    pub fn bits(self) -> u64 {
        self.0
    }

    fn status(self) -> Option<u16> {
        let status = self.0 as u16 & Self::MOST_STATUS;
        (status != 0).then_some(status)
    }

    fn at(self) -> Moment {
        Moment((self.0 >> Self::STATUS).cast_signed())
    }
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

/// How a call ended for a label: its outcome by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// Which outcome.
    pub outcome: u32,
    /// How many attempts were sent.
    pub attempts: u32,
    /// What is known of the last.
    pub last: Last,
}

impl Ledger {
    /// An empty ledger for so many customers.
    pub fn new(customers: u32) -> Self {
        let mut ledger = Self::bare(customers);
        ledger.start_over(customers);
        ledger
    }

    /// One that knows of calls only whether they have ended.
    pub fn bare(customers: u32) -> Self {
        Self {
            slots: Vec::new(),
            more: HashMap::new(),
            ended_of: Bits::none(customers),
            customers,
            outcomes: Interned::default(),
            success: None,
            by_label: Interned::default(),
            ended: 0,
        }
    }

    /// Empties it, for so many other customers; the outcomes keep their numbers.
    pub fn start_over(&mut self, customers: u32) {
        self.slots.clear();
        self.slots.resize(customers as usize, Slot::default());
        self.more.clear();
        self.ended_of = Bits::none(customers);
        self.customers = customers;
        self.ended = 0;
    }

    /// Enters how a customer's call ended; its labels, in the order of its changes, are asked for only where outcomes differ.
    pub fn enter(
        &mut self,
        customer: u32,
        record: &CallRecord,
        labels: impl FnOnce() -> Vec<LabelId>,
    ) {
        self.ended += u32::from(!self.has_ended(customer));
        self.ended_of.add(customer);
        if self.slots.is_empty() {
            return;
        }
        let ending = match &record.outcomes {
            Outcomes::All(outcome) => self.outcome(outcome),
            Outcomes::Each(each) => {
                let each = each.iter().map(|outcome| self.outcome(outcome));
                let mut by_label: Vec<_> = labels().into_iter().zip(each).collect();
                by_label.sort_unstable();
                BY_LABEL | numbered(self.by_label.intern(&by_label[..], BY_LABEL - 1))
            }
        };
        let (slot, more) = Slot::of(record, ending);
        self.slots[customer as usize] = slot;
        if let Some(more) = more {
            self.more.insert(customer, more);
        }
    }

    /// Takes back how a call ended.
    pub fn take_back(&mut self, customer: u32) {
        self.ended -= u32::from(self.has_ended(customer));
        self.ended_of.remove(customer);
    }

    /// How many customers there are.
    pub fn customers(&self) -> u32 {
        self.customers
    }

    /// How many calls have ended.
    pub fn ended(&self) -> u32 {
        self.ended
    }

    /// Whether a customer's call has ended.
    pub fn has_ended(&self, customer: u32) -> bool {
        self.ended_of.has(customer)
    }

    /// The same for all customers.
    pub fn all_ended(&self) -> &Bits {
        &self.ended_of
    }

    /// Looks where the calls of these customers stand, so that they are at hand when they are asked for one by one: memory is
    /// slow to answer, and answers many at once.
    pub fn fetch(&self, customers: impl Iterator<Item = u32>) -> u64 {
        let slots = customers.filter_map(|customer| self.slots.get(customer as usize));
        slots.fold(0, |all, slot| all ^ slot.0)
    }

    /// How the call of a customer ended for one of its labels; which, is asked only where that makes a difference. None where it
    /// has not ended.
    pub fn settled(
        &self,
        customer: u32,
        label: impl FnOnce() -> Option<LabelId>,
    ) -> Option<Settled<'_>> {
        let ending = self.ending(customer, label)?;
        self.settled_with(ending.outcome, ending.attempts, ending.last.bits())
    }

    /// The same with the outcome's number in its place.
    pub fn ending(&self, customer: u32, label: impl FnOnce() -> Option<LabelId>) -> Option<Ending> {
        if !self.has_ended(customer) {
            return None;
        }
        let slot = *self.slots.get(customer as usize)?;
        let numbers = slot.numbers();
        let More { attempts, ending } = match numbers {
            Some(numbers) => numbers,
            None => *self.more.get(&customer)?,
        };
        let outcome = if ending & BY_LABEL == 0 {
            ending
        } else {
            let (by_label, label) = (self.by_label.value(ending & !BY_LABEL), label()?);
            let found = by_label.binary_search_by_key(&label, |(label, _)| *label);
            by_label[found.ok()?].1
        };
        Some(Ending {
            outcome,
            attempts,
            last: slot.last(),
        })
    }

    /// How a call ended with the outcome of this number, after so many attempts, and with a last one of which so much is known.
    /// None where there is no such outcome.
    pub fn settled_with(&self, outcome: u32, attempts: u32, last: u64) -> Option<Settled<'_>> {
        let is_known = (outcome as usize) < self.outcomes.len();
        let last = Last(last);
        is_known.then(|| Settled {
            outcome: self.outcomes.value(outcome),
            status: last.status(),
            attempts,
            at: last.at(),
        })
    }

    fn outcome(&mut self, outcome: &Outcome) -> u32 {
        if outcome.kind != OutcomeKind::Success {
            return self.any_outcome(outcome);
        }
        // Most calls succeed, and a success has nothing to say.
        match self.success {
            Some(success) => success,
            None => *self
                .success
                .insert(numbered(self.outcomes.intern(Outcome::success(), BY_LABEL))),
        }
    }

    fn any_outcome(&mut self, outcome: &Outcome) -> u32 {
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

    #[test]
    fn each_label_has_its_own_outcome_whatever_their_order() {
        let [vip, gold] = [0, 1].map(LabelId::from_number);
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
        assert_eq!(ledger.settled(1, || Some(vip)), None);
        ledger.enter(1, &record, || vec![gold, vip]);
        let settled = |outcome| {
            Some(Settled {
                outcome,
                status: Some(200),
                attempts: 3,
                at: Moment(1_795_400_000_123),
            })
        };
        assert_eq!(ledger.settled(1, || Some(gold)), settled(&warning));
        assert_eq!(
            ledger.settled(1, || Some(vip)),
            settled(&Outcome::success())
        );
        assert_eq!((ledger.settled(0, || Some(vip)), ledger.ended()), (None, 1));

        ledger.take_back(1);
        assert_eq!(
            (ledger.settled(1, || Some(gold)), ledger.ended()),
            (None, 0)
        );
    }

    #[test]
    fn a_call_without_an_answer_has_no_status() {
        let outcomes = Outcomes::All(Outcome::new(OutcomeKind::Failed, "CONNECT", "refused"));
        let mut ledger = Ledger::new(2);
        let record = CallRecord {
            user: 9,
            outcomes,
            status: None,
            attempts: 5,
            at: Moment(1),
        };
        ledger.enter(1, &record, Vec::new);
        let settled = ledger.settled(1, || None).unwrap();
        assert_eq!(
            (settled.status, settled.attempts, &*settled.outcome.code),
            (None, 5, "CONNECT")
        );
    }

    #[test]
    fn attempts_are_kept_however_many_they_are() {
        let mut ledger = Ledger::new(70);
        for attempts in [1, 62, 63, 64, 1_000_000] {
            let record = CallRecord {
                user: 9,
                outcomes: Outcomes::All(Outcome::success()),
                status: Some(200),
                attempts,
                at: Moment(1),
            };
            ledger.enter(69, &record, Vec::new);
            assert_eq!(ledger.settled(69, || None).unwrap().attempts, attempts);
        }
        assert_eq!((ledger.ended(), ledger.customers()), (1, 70));
    }

    #[test]
    fn outcomes_are_kept_however_many_they_are() {
        let mut ledger = Ledger::new(100);
        let failed = |customer: u32| Outcome::new(OutcomeKind::Failed, "618", customer.to_string());
        for customer in 0..100 {
            let record = CallRecord {
                user: 9,
                outcomes: Outcomes::All(failed(customer)),
                status: Some(400),
                attempts: 2,
                at: Moment(1),
            };
            ledger.enter(customer, &record, Vec::new);
        }
        for customer in 0..100 {
            let settled = ledger.settled(customer, || None).unwrap();
            assert_eq!((settled.outcome, settled.attempts), (&failed(customer), 2));
        }
        assert_eq!(ledger.settled(100, || None), None);
    }

    #[test]
    fn a_bare_one_knows_which_calls_have_ended() {
        let mut ledger = Ledger::bare(130);
        let record = CallRecord {
            user: 9,
            outcomes: Outcomes::All(Outcome::success()),
            status: Some(200),
            attempts: 1,
            at: Moment(1),
        };
        for customer in [0, 63, 64, 129, 129] {
            ledger.enter(customer, &record, Vec::new);
        }
        ledger.take_back(64);
        let ended: Vec<_> = (0..130)
            .filter(|customer| ledger.has_ended(*customer))
            .collect();
        assert_eq!((ended, ledger.ended()), (vec![0, 63, 129], 3));
        assert_eq!(ledger.settled(0, || None), None);
    }
}
