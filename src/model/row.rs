//! A row of the list: what it asks for, or why it can't be sent.

use std::fmt;

/// A customer's id: positive and below 2^63, as the service numbers its customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(u64);

impl UserId {
    /// The largest id, 2^63 − 1.
    pub const MAX: u64 = i64::MAX.unsigned_abs();

    /// The id, unless it is zero or does not fit in 63 bits.
    pub fn new(id: u64) -> Option<Self> {
        (1..=Self::MAX).contains(&id).then_some(Self(id))
    }

    /// The id as a number.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a row does with its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Gives the customer the label.
    Add,
    /// Takes the label from the customer.
    Remove,
}

impl Action {
    /// The word in lists and results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
        }
    }

    /// What undoes it.
    pub fn inverse(self) -> Self {
        match self {
            Self::Add => Self::Remove,
            Self::Remove => Self::Add,
        }
    }

    /// The action that a list's word means, in any case.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Add, Self::Remove]
            .into_iter()
            .find(|action| word.eq_ignore_ascii_case(action.as_str()))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The position of a data row among the list's data rows, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowIndex(pub u32);

/// A row that keeps every rule of the contract's section 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// Whose labels change.
    pub user: UserId,
    /// What is done with the label.
    pub action: Action,
    /// The label's name, trimmed: not empty, no control characters.
    pub label: &'a str,
}

/// Why a row is never sent (contract, section 1), in the order in which the reasons are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectCode {
    /// More fields than the header, one of them not empty.
    ExtraFields,
    /// The row ends before one of the three columns.
    MissingField,
    /// Bytes that are none in the list's encoding.
    InvalidEncoding,
    /// Not a positive integer of 63 bits.
    InvalidUserId,
    /// Neither `add` nor `remove`.
    InvalidAction,
    /// No label.
    EmptyLabel,
    /// A control character in the label.
    InvalidLabel,
    /// More different labels for one customer than allowed.
    TooManyLabels,
    /// The list both adds and removes the label.
    Conflict,
}

impl RejectCode {
    const ALL: [Self; 9] = [
        Self::ExtraFields,
        Self::MissingField,
        Self::InvalidEncoding,
        Self::InvalidUserId,
        Self::InvalidAction,
        Self::EmptyLabel,
        Self::InvalidLabel,
        Self::TooManyLabels,
        Self::Conflict,
    ];

    /// The one that a result's word means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == word)
    }

    /// The code in the result.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ExtraFields => "EXTRA_FIELDS",
            Self::MissingField => "MISSING_FIELD",
            Self::InvalidEncoding => "INVALID_ENCODING",
            Self::InvalidUserId => "INVALID_USER_ID",
            Self::InvalidAction => "INVALID_ACTION",
            Self::EmptyLabel => "EMPTY_LABEL",
            Self::InvalidLabel => "INVALID_LABEL",
            Self::TooManyLabels => "TOO_MANY_LABELS",
            Self::Conflict => "CONFLICT",
        }
    }
}

/// A broken rule and what the result says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Which rule.
    pub code: RejectCode,
    /// One sentence for the person who mends the list.
    pub message: String,
}

/// Why a valid row is left out of its customer's call (contract, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipCode {
    /// A later row asks for the same.
    Duplicate,
    /// A later row asks for the opposite.
    Superseded,
}

impl SkipCode {
    /// The code in the result.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Duplicate => "DUPLICATE",
            Self::Superseded => "SUPERSEDED",
        }
    }
}
