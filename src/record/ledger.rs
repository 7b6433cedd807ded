//! How each call ended, in 12 bytes a customer.

use std::collections::HashMap;

use crate::model::{CallRecord, Interned, LabelId, Moment, Outcome, Outcomes};

/// In an ending: the number is that of a list of outcomes by label, not of one for all.
const BY_LABEL: u32 = 1 << 31;

/// An ending: the call has not ended.
const OPEN: u32 = u32::MAX;

/// How the calls of a run ended. Outcomes recur, so each different one is kept once.
#[derive(Debug)]
pub struct Ledger {
    /// Where it is bare, nothing is known of how calls ended.
    lasts: Vec<Last>,
    endings: Vec<u32>,
    /// A bit for each customer: whether the call has ended.
    bits: Vec<u64>,
    customers: u32,
    /// Attempts of calls with more than a [`Last`] can hold.
    more_attempts: HashMap<u32, u32>,
    outcomes: Interned<Outcome>,
    /// Outcomes by label, sorted by label: numbers of labels and outcomes.
    by_label: Interned<[(LabelId, u32)]>,
    ended: u32,
}

/// What is known of a call's last attempt: when it ended, in milliseconds since 1970 in the upper 42 bits (enough until the
/// year 2109), the HTTP status or 0 in the next ten, and how many attempts there were in the last twelve.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Last(u64);

impl Last {
    const MOST_ATTEMPTS: u32 = (1 << 12) - 1;
    const MOST_STATUS: u16 = (1 << 10) - 1;

    fn new(at: Moment, status: Option<u16>, attempts: u32) -> Self {
        let at = at.0.clamp(0, (1 << 42) - 1).unsigned_abs();
        let status = status.unwrap_or_default().min(Self::MOST_STATUS);
        let attempts = attempts.min(Self::MOST_ATTEMPTS);
        Self(at << 22 | u64::from(status) << 12 | u64::from(attempts))
    }

    /// The same as a number.
    pub fn bits(self) -> u64 {
        self.0
    }

    fn attempts(self) -> u32 {
        self.0 as u32 & Self::MOST_ATTEMPTS
    }

    fn status(self) -> Option<u16> {
        let status = (self.0 >> 12) as u16 & Self::MOST_STATUS;
        (status != 0).then_some(status)
    }

    fn at(self) -> Moment {
        Moment((self.0 >> 22).cast_signed())
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
            lasts: Vec::new(),
            endings: Vec::new(),
            bits: vec![0; customers.div_ceil(u64::BITS) as usize],
            customers,
            more_attempts: HashMap::new(),
            outcomes: Interned::default(),
            by_label: Interned::default(),
            ended: 0,
        }
    }

    /// Empties it, for so many other customers; the outcomes keep their numbers.
    pub fn start_over(&mut self, customers: u32) {
        self.lasts.clear();
        self.lasts.resize(customers as usize, Last::default());
        self.endings.clear();
        self.endings.resize(customers as usize, OPEN);
        self.bits.clear();
        self.bits.resize(customers.div_ceil(u64::BITS) as usize, 0);
        self.customers = customers;
        self.more_attempts.clear();
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
        let (word, bit) = place(customer);
        self.bits[word] |= bit;
        if self.endings.is_empty() {
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
        let at = customer as usize;
        self.endings[at] = ending;
        self.lasts[at] = Last::new(record.at, record.status, record.attempts);
        if record.attempts >= Last::MOST_ATTEMPTS {
            self.more_attempts.insert(customer, record.attempts);
        }
    }

    /// Takes back how a call ended.
    pub fn take_back(&mut self, customer: u32) {
        self.ended -= u32::from(self.has_ended(customer));
        let (word, bit) = place(customer);
        self.bits[word] &= !bit;
        if let Some(ending) = self.endings.get_mut(customer as usize) {
            *ending = OPEN;
        }
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
        let (word, bit) = place(customer);
        self.bits[word] & bit != 0
    }

    /// The same for all customers, a bit each, from the lowest of the first number on.
    pub fn all_ended(&self) -> &[u64] {
        &self.bits
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
        let ending = self.endings.get(customer as usize);
        let ending = *ending.filter(|ending| **ending != OPEN)?;
        let outcome = if ending & BY_LABEL == 0 {
            ending
        } else {
            let (by_label, label) = (self.by_label.value(ending & !BY_LABEL), label()?);
            let found = by_label.binary_search_by_key(&label, |(label, _)| *label);
            by_label[found.ok()?].1
        };
        let last = self.lasts[customer as usize];
        let attempts = match last.attempts() {
            Last::MOST_ATTEMPTS => self.more_attempts.get(&customer).copied(),
            attempts => Some(attempts),
        };
        Some(Ending {
            outcome,
            attempts: attempts.unwrap_or(Last::MOST_ATTEMPTS),
            last,
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
        let known = self.outcomes.get(outcome);
        numbered(known.or_else(|| self.outcomes.intern(outcome.clone(), BY_LABEL)))
    }
}

/// Where a customer's bit is.
fn place(customer: u32) -> (usize, u64) {
    ((customer / u64::BITS) as usize, 1 << (customer % u64::BITS))
}

/// Customers are numbered in 32 bits and most outcomes recur: two thousand million different ones would not fit
/// into memory.
fn numbered(number: Option<u32>) -> u32 {
    number.expect("fewer different outcomes than 31 bits can number")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::OutcomeKind;

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
        for attempts in [1, 4_094, 4_095, 4_096, 1_000_000] {
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
