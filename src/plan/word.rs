//! What a plan is made of: eight bytes for a customer, and eight for each of their rows.

use crate::model::{Action, LabelId, RowIndex, UserId};

/// In a word: it is a customer's id. Ids have 63 bits.
const CUSTOMER: u64 = 1 << 63;

/// A customer, or a row of the customer before it. The order of words puts a customer's rows by label, then by action, those of
/// each action in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word(u64);

impl Word {
    /// A customer.
    pub fn customer(user: UserId) -> Self {
        Self(CUSTOMER | user.get())
    }

    /// A row.
    pub fn row(label: LabelId, action: Action, row: RowIndex) -> Self {
        // Labels are numbered in 30 bits.
        let label = u64::from(label.get()) << 33;
        Self(label | u64::from(action == Action::Remove) << 32 | u64::from(row.0))
    }

    /// Whether it is a customer.
    pub fn is_customer(self) -> bool {
        self.0 & CUSTOMER != 0
    }

    /// The customer's id.
    pub fn user(self) -> u64 {
        self.0 & !CUSTOMER
    }

    /// The row's label.
    pub fn label(self) -> LabelId {
        LabelId::from_number((self.0 >> 33) as u32)
    }

    /// What the row does with it.
    pub fn action(self) -> Action {
        match self.0 >> 32 & 1 {
            0 => Action::Add,
            _ => Action::Remove,
        }
    }

    /// Which row of the list it is.
    pub fn index(self) -> RowIndex {
        RowIndex(self.0 as u32)
    }

    /// The same row where it is the `base`-th of a longer list, with another number for its label.
    pub fn moved(self, label: LabelId, base: u32) -> Self {
        Self::row(label, self.action(), RowIndex(base + self.index().0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_holds_all_that_is_put_into_it() {
        let label = LabelId::from_number(LabelId::LIMIT - 1);
        let row = Word::row(label, Action::Remove, RowIndex(u32::MAX));
        assert_eq!(
            (row.is_customer(), row.label(), row.action(), row.index()),
            (false, label, Action::Remove, RowIndex(u32::MAX))
        );
        let user = UserId::new(UserId::MAX).unwrap();
        let customer = Word::customer(user);
        assert_eq!(
            (customer.is_customer(), customer.user()),
            (true, UserId::MAX)
        );
    }
}
