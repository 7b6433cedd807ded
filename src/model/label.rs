//! Label names, each kept once.

use super::interned::Interned;

/// Stands for a label's name, in 30 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelId(u32);

impl LabelId {
    /// How many different labels one list may name.
    pub const LIMIT: u32 = 1 << 30;

    /// The id as a number below [`LabelId::LIMIT`].
    pub fn get(self) -> u32 {
        self.0
    }

    /// The id with this number; only numbers that [`LabelId::get`] gave name a label.
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// The list has more different labels than 30 bits can number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyLabels;

/// The table of all label names of a list, in the order in which they first appear.
#[derive(Debug, Default)]
pub struct Labels(Interned<str>);

impl Labels {
    /// The id of `name`, which is added where it is new.
    ///
    /// # Errors
    /// There are [`LabelId::LIMIT`] already.
    pub fn intern(&mut self, name: &str) -> Result<LabelId, TooManyLabels> {
        self.0
            .intern(name, LabelId::LIMIT)
            .map(LabelId)
            .ok_or(TooManyLabels)
    }

    /// The id of `name`, where the list has it.
    pub fn get(&self, name: &str) -> Option<LabelId> {
        self.0.get(name).map(LabelId)
    }

    /// The name that `id` stands for.
    ///
    /// # Panics
    /// Where the id comes from another table.
    pub fn name(&self, id: LabelId) -> &str {
        self.0.value(id.0)
    }

    /// All names, in the order of their ids.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        (0..self.0.len() as u32).map(|number| self.0.value(number))
    }

    /// How many different labels there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no label at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once_and_found_again() {
        let mut labels = Labels::default();
        let vip = labels.intern("VIP").unwrap();
        let gold = labels.intern("Gold").unwrap();

        assert_eq!(labels.intern("VIP"), Ok(vip));
        assert_ne!(vip, gold);
        assert_eq!(labels.name(gold), "Gold");
        assert_eq!(
            labels.get("vip"),
            None,
            "names that differ in case are two labels"
        );
        assert_eq!(labels.len(), 2);
    }
}
