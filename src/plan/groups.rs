//! The valid rows of a list, customer by customer, grouped by sorting.

use std::collections::HashMap;
use std::mem;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use super::numbering::Numbering;
use super::resolve::{Group, Policy};
use super::sort::sort;
use super::word::Word;
use crate::model::{Bits, Call, Change, LabelId, Labels, UserId, mix, processors};

/// A row on its way to its customer: the customer, and the row.
pub type Pair = [Word; 2];

/// What calls come to that have succeeded: how many rows they are about, and a seal of which customers' they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Succeeded {
    /// Rows.
    pub rows: u64,
    /// Calls.
    pub calls: u64,
    /// A sum of what each customer's number and id come to, mixed.
    seal: u64,
}

impl Succeeded {
    /// Adds a customer's call; the rows are not known.
    pub fn add(&mut self, number: u32, user: u64) {
        self.calls += 1;
        let sealed = mix(user.wrapping_add(mix(u64::from(number))));
        self.seal = self.seal.wrapping_add(sealed);
    }

    /// Whether these are the same calls of the same customers.
    pub fn are_those_of(self, other: Self) -> bool {
        (self.calls, self.seal) == (other.calls, other.seal)
    }

    fn and(self, other: Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            calls: self.calls + other.calls,
            seal: self.seal.wrapping_add(other.seal),
        }
    }
}

/// A share with fewer words is not worth a thread.
const SMALL_SHARE: usize = 1 << 15;

/// All customers and their rows: eight bytes each, and four more for the place of a customer.
#[derive(Debug)]
pub struct Groups {
    /// Each customer, and behind it its rows; by id.
    words: Vec<Word>,
    /// Where each customer stands, in the order in which they first appear in the list.
    starts: Vec<u32>,
    /// The same, the other way round.
    numbering: Numbering,
    /// Customers with too many different labels, by where they stand, and how many they have.
    crowded: HashMap<u32, u32>,
    policy: Policy,
}

impl Groups {
    /// Groups rows of a list with so many data rows, in their own memory.
    pub fn of(mut pairs: Vec<Pair>, data_rows: u32, policy: Policy) -> Self {
        sort(&mut pairs);
        let mut words = pairs.into_flattened();
        let customers = each_customer_once(&mut words);
        words.shrink_to_fit();
        let mut groups = Self {
            words,
            starts: vec![0; customers],
            numbering: Numbering::default(),
            crowded: HashMap::new(),
            policy,
        };
        groups.number(data_rows);
        groups.crowded = groups.counted().collect();
        groups
    }

    /// Numbers the customers in the order in which they first appear.
    fn number(&mut self, data_rows: u32) {
        let firsts = self.all().filter_map(|(_, group)| group.first());
        let numbering = Numbering::of(firsts, data_rows);
        let mut starts = mem::take(&mut self.starts);
        for (start, rows) in self.in_store(0..self.words.len()) {
            if let Some(first) = self.group(start, rows).first() {
                starts[numbering.number(first) as usize] = start;
            }
        }
        (self.starts, self.numbering) = (starts, numbering);
    }

    /// The number of the customer whose rows these are.
    pub(super) fn number_of(&self, group: &Group<'_>) -> Option<u32> {
        group.first().map(|first| self.numbering.number(first))
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.words.len() - self.starts.len()
    }

    /// Customers with too many different labels.
    fn counted(&self) -> impl Iterator<Item = (u32, u32)> {
        let most = self.policy.max_labels as usize;
        self.in_store(0..self.words.len())
            .filter(move |(_, rows)| rows.len() > most)
            .filter_map(|(start, rows)| Some((start, Group::new(rows, self.policy).too_many()?)))
    }

    /// Where each customer stands, and its rows, in the order of the store.
    fn in_store(&self, words: Range<usize>) -> impl Iterator<Item = (u32, &[Word])> {
        let first = words.start as u32;
        let groups = self.words[words].chunk_by(|_, next| !next.is_customer());
        groups.scan(first, |start, group| {
            let at = *start;
            *start += group.len() as u32;
            Some((at, &group[1..]))
        })
    }

    /// All customers with their rows, in no useful order: that of memory, which is many times as fast as any other.
    pub fn all(&self) -> impl Iterator<Item = (u64, Group<'_>)> {
        self.stored(0..self.words.len())
    }

    /// The same for those of a share.
    fn stored(&self, words: Range<usize>) -> impl Iterator<Item = (u64, Group<'_>)> {
        let groups = self.in_store(words);
        groups.map(|(start, rows)| (self.words[start as usize].user(), self.group(start, rows)))
    }

    /// Cuts the customers into shares, and has each looked at by a thread.
    pub(super) fn in_shares<T: Send>(
        &self,
        look: impl Fn(&mut dyn Iterator<Item = (u64, Group<'_>)>) -> T + Sync,
    ) -> Vec<T> {
        let threads = processors();
        let share = self.words.len().div_ceil(threads).max(SMALL_SHARE);
        let edge = |at: usize| {
            let rest = self.words[at.min(self.words.len())..].iter();
            at.min(self.words.len()) + rest.take_while(|word| !word.is_customer()).count()
        };
        let shares = (0..self.words.len()).step_by(share);
        let mut shares = shares.map(|from| edge(from)..edge(from + share));
        let Some(own) = shares.next() else {
            return Vec::new();
        };
        let look = &look;
        thread::scope(|scope| {
            let others = shares.map(|words| scope.spawn(move || look(&mut self.stored(words))));
            let others: Vec<_> = others.collect();
            let mut made = vec![look(&mut self.stored(own))];
            for other in others {
                made.push(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            made
        })
    }

    /// What these calls come to, all of which have succeeded.
    pub fn succeeded(&self, calls: &Bits) -> Succeeded {
        let shares = self.in_shares(|customers| {
            let mut all = Succeeded::default();
            for (user, group) in customers {
                if let Some(number) = self.number_of(&group).filter(|call| calls.has(*call)) {
                    all.add(number, user);
                    all.rows += group.called() as u64;
                }
            }
            all
        });
        shares
            .into_iter()
            .fold(Succeeded::default(), Succeeded::and)
    }

    fn group<'a>(&self, start: u32, rows: &'a [Word]) -> Group<'a> {
        let too_many = match self.crowded.is_empty() {
            true => None,
            false => self.crowded.get(&start).copied(),
        };
        Group::counted(rows, self.policy, too_many)
    }

    fn at(&self, start: u32) -> (u64, Group<'_>) {
        let from = &self.words[start as usize..];
        let rows = from[1..].iter().position(|word| word.is_customer());
        let rows = &from[1..rows.map_or(from.len(), |rows| rows + 1)];
        (from[0].user(), self.group(start, rows))
    }

    /// How many customers there are.
    pub fn len(&self) -> u32 {
        // No more than there are rows, which are numbered in 31 bits.
        self.starts.len() as u32
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// A customer's id and rows, numbered by first appearance.
    pub fn customer(&self, number: u32) -> (u64, Group<'_>) {
        self.at(self.starts[number as usize])
    }

    /// The labels of a customer's call, in the order of its changes.
    pub fn labels(&self, number: u32) -> Vec<LabelId> {
        let (_, group) = self.customer(number);
        group.winners().iter().map(|row| row.label()).collect()
    }

    /// The call of a customer; none where all its rows are rejected.
    pub fn call(&self, number: u32, labels: &Arc<Labels>) -> Option<Call> {
        let (user, group) = self.customer(number);
        let change = |row: Word| Change {
            row: row.index(),
            action: row.action(),
            label: row.label(),
        };
        let mut changes: Vec<_> = group.won().map(change).collect();
        if changes.is_empty() {
            return None;
        }
        changes.sort_unstable_by_key(|change| change.row);
        Some(Call {
            customer: number,
            user: UserId::new(user)?,
            changes,
            labels: Arc::clone(labels),
        })
    }
}

/// Leaves of all pairs with the same customer only one customer, before its rows, and says how many customers there are.
fn each_customer_once(words: &mut Vec<Word>) -> usize {
    let (mut read, mut write, mut customers) = (0, 0, 0);
    while read < words.len() {
        let customer = words[read];
        words[write] = customer;
        (write, customers) = (write + 1, customers + 1);
        while words.get(read) == Some(&customer) {
            words[write] = words[read + 1];
            write += 1;
            read += 2;
        }
    }
    words.truncate(write);
    customers
}
