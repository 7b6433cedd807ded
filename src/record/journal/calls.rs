//! Calls that are named together.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// Calls, by their place in the plan. Mostly it is one, which takes no room of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<u32>", into = "Vec<u32>")]
pub enum Calls {
    /// One.
    One([u32; 1]),
    /// Several, or none.
    Several(Vec<u32>),
}

impl Calls {
    /// Adds one.
    pub fn push(&mut self, call: u32) {
        match self {
            Self::One([first]) => *self = Self::Several(vec![*first, call]),
            Self::Several(calls) => calls.push(call),
        }
    }
}

impl Deref for Calls {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        match self {
            Self::One(call) => call,
            Self::Several(calls) => calls,
        }
    }
}

impl From<u32> for Calls {
    fn from(call: u32) -> Self {
        Self::One([call])
    }
}

impl From<Vec<u32>> for Calls {
    fn from(calls: Vec<u32>) -> Self {
        match calls[..] {
            [call] => Self::One([call]),
            _ => Self::Several(calls),
        }
    }
}

impl From<Calls> for Vec<u32> {
    fn from(calls: Calls) -> Self {
        calls.to_vec()
    }
}
