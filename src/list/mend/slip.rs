//! What can be mended with certainty.

/// A slip that can be read in one way only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slip {
    /// An id like `5.64663098E+08`, in which every digit stands.
    ShortenedId,
    /// An id with thousands separators.
    GroupedId,
    /// An id with decimals that are zeros.
    DecimalId,
    /// An id behind an apostrophe or a plus sign.
    PrefixedId,
    /// An id in quotes.
    QuotedId,
    /// An id with characters that nobody sees.
    UnseenInId,
    /// Another word that means an action.
    ActionWord,
    /// An action in quotes, with a full stop behind it, or with characters that nobody sees.
    ActionMarks,
    /// A label with control characters around it.
    ControlAroundLabel,
}

impl Slip {
    /// Its name for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ShortenedId => "SHORTENED_ID",
            Self::GroupedId => "GROUPED_ID",
            Self::DecimalId => "DECIMAL_ID",
            Self::PrefixedId => "PREFIXED_ID",
            Self::QuotedId => "QUOTED_ID",
            Self::UnseenInId => "UNSEEN_IN_ID",
            Self::ActionWord => "ACTION_WORD",
            Self::ActionMarks => "ACTION_MARKS",
            Self::ControlAroundLabel => "CONTROL_AROUND_LABEL",
        }
    }

    /// What was done about it, after "1 row: " or "12 rows: ".
    pub fn what_was_done(self) -> &'static str {
        match self {
            Self::ShortenedId => {
                "an id that a spreadsheet had shortened, like 5.64663098E+08, is written out"
            }
            Self::GroupedId => "an id has lost its thousands separators",
            Self::DecimalId => "an id has lost its decimals, which were zeros",
            Self::PrefixedId => "an id has lost the apostrophe in front",
            Self::QuotedId => "an id has lost the quotes around it",
            Self::UnseenInId => "an id has lost characters that nobody sees",
            Self::ActionWord => {
                "another word for the action, such as delete, has become add or remove"
            }
            Self::ActionMarks => {
                "an action has lost quotes, a full stop, or characters that nobody sees"
            }
            Self::ControlAroundLabel => "a label has lost control characters around it",
        }
    }
}
