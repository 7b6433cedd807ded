//! Values that recur, each kept once.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

use hashbrown::HashMap;

/// A table of different values, numbered from 0 in the order in which they were first seen.
#[derive(Debug)]
pub struct Interned<T: ?Sized> {
    values: Vec<Arc<T>>,
    /// By a hash that is quicker than the standard library's: every row of a list asks.
    numbers: HashMap<Arc<T>, u32>,
}

impl<T: ?Sized> Default for Interned<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            numbers: HashMap::new(),
        }
    }
}

impl<T: ?Sized + Eq + Hash> Interned<T> {
    /// The number of `value`, where it was seen.
    pub fn get(&self, value: &T) -> Option<u32> {
        self.numbers.get(value).copied()
    }

    /// The number of `value`, which is added where it is new. None where that number would not be below `limit`.
    pub fn intern(&mut self, value: impl Borrow<T> + Into<Arc<T>>, limit: u32) -> Option<u32> {
        if let Some(number) = self.get(value.borrow()) {
            return Some(number);
        }
        let number = u32::try_from(self.values.len())
            .ok()
            .filter(|number| *number < limit)?;
        let value = value.into();
        self.values.push(Arc::clone(&value));
        self.numbers.insert(value, number);
        Some(number)
    }

    /// The value with this number.
    ///
    /// # Panics
    /// Where the number comes from another table.
    pub fn value(&self, number: u32) -> &T {
        &self.values[number as usize]
    }

    /// How many different values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}
