//! Label names, each kept once.

use std::collections::HashMap;
use std::sync::Arc;

/// Stands for a label's name, in 31 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelId(u32);

impl LabelId {
    /// How many different labels one list may name.
    pub const LIMIT: u32 = 1 << 31;

    /// The id as a number below [`LabelId::LIMIT`].
    pub fn get(self) -> u32 {
        self.0
    }

    /// The id with this number; only numbers that [`LabelId::get`] gave name a label.
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// The list has more different labels than 31 bits can number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyLabels;

/// The table of all label names of a list, in the order in which they first appear.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    names: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, LabelId>,
}

impl Labels {
    /// The id of `name`, which is added where it is new.
    pub fn intern(&mut self, name: &str) -> Result<LabelId, TooManyLabels> {
        if let Some(id) = self.get(name) {
            return Ok(id);
        }
        let number = u32::try_from(self.names.len())
            .ok()
            .filter(|number| *number < LabelId::LIMIT);
        let id = LabelId(number.ok_or(TooManyLabels)?);
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        self.ids.insert(name, id);
        Ok(id)
    }

    /// The id of `name`, where the list has it.
    pub fn get(&self, name: &str) -> Option<LabelId> {
        self.ids.get(name).copied()
    }

    /// The name that `id` stands for.
    ///
    /// # Panics
    /// Where the id comes from another table.
    pub fn name(&self, id: LabelId) -> &str {
        &self.names[id.0 as usize]
    }

    /// How many different labels there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no label at all.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
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
