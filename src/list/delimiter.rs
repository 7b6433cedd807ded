//! The character between fields, and how it is told from a header.

use std::str::FromStr;

use csv::{ByteRecord, ReaderBuilder};

use super::excel::named_separator;
use super::text;
use super::wishes::Wishes;
use crate::model::meant;

/// The character between fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiter(u8);

impl Delimiter {
    /// A comma.
    pub const COMMA: Self = Self(b',');

    /// The words that stand for one.
    pub const WORDS: [&'static str; 4] = ["comma", "semicolon", "tab", "pipe"];

    /// Those that are told by themselves, the likeliest first.
    const TOLD: [Self; 4] = [Self::COMMA, Self(b';'), Self(b'\t'), Self(b'|')];

    /// The byte.
    pub fn byte(self) -> u8 {
        self.0
    }

    /// Tells the delimiter from the start of a list: the one that Excel's first line names, else the one under which most of the three columns are
    /// found, then the one with the most fields (contract, section 1).
    pub fn tell(start: &[u8], wishes: &Wishes) -> Self {
        if let Some(named) = named_separator(start) {
            return Self(named);
        }
        let score = |delimiter: &Self| {
            let header = first_record(start, *delimiter);
            (wishes.columns_found(&header), header.len())
        };
        // `max_by_key` takes the last of equals: the order is turned round, so that the likeliest wins.
        Self::TOLD
            .into_iter()
            .rev()
            .max_by_key(score)
            .unwrap_or(Self::COMMA)
    }
}

/// The delimiter that a header of a single field probably has: one that is not told by itself, and under which all columns are
/// found that no flag supplies.
pub fn untold(header: &ByteRecord, wishes: &Wishes) -> Option<char> {
    let text = str::from_utf8(header.get(0)?).ok()?;
    let wanted = 3 - usize::from(wishes.action.is_some()) - usize::from(wishes.label.is_some());
    // Of a single column anything would do.
    let is_it = |sign: &char| {
        let fields = ByteRecord::from(text.split(*sign).collect::<Vec<_>>());
        wanted > 1 && wishes.columns_found(&fields) == wanted
    };
    let signs = text.chars().filter(|c| c.is_ascii_punctuation());
    let mut signs = signs.filter(|c| !matches!(c, '_' | '-' | '"'));
    signs.find(is_it).filter(|_| header.len() == 1)
}

/// The header as it reads under a delimiter.
fn first_record(start: &[u8], delimiter: Delimiter) -> ByteRecord {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.byte())
        .from_reader(start);
    let is_blank = |record: &ByteRecord| record.iter().all(text::is_empty);
    reader
        .byte_records()
        .map_while(Result::ok)
        .find(|record| !is_blank(record))
        .unwrap_or_default()
}

/// A text that names no delimiter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no delimiter: {hint}", hint = hint(.0))]
pub struct DelimiterError(String);

/// What was meant, or what may be.
fn hint(word: &str) -> String {
    let meant = meant(word, Delimiter::WORDS);
    meant.map_or_else(
        || {
            let words = Delimiter::WORDS.join(", ");
            format!("write one character such as , ; or |, or one of the words {words}")
        },
        |meant| format!("is {meant} meant?"),
    )
}

impl FromStr for Delimiter {
    type Err = DelimiterError;

    fn from_str(text: &str) -> Result<Self, DelimiterError> {
        let byte = match text {
            "comma" => b',',
            "semicolon" => b';',
            "tab" | "\\t" | "\t" => b'\t',
            "pipe" => b'|',
            _ => match text.as_bytes() {
                [byte] if byte.is_ascii_punctuation() && *byte != b'"' => *byte,
                _ => return Err(DelimiterError(text.to_owned())),
            },
        };
        Ok(Self(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(start: &str) -> u8 {
        Delimiter::tell(start.as_bytes(), &Wishes::default()).byte()
    }

    #[test]
    fn the_delimiter_is_the_one_that_finds_most_of_the_three_columns() {
        assert_eq!(told("userId,action,label\n"), b',');
        assert_eq!(told("userId;action;label;a,b,c,d,e,f\n"), b';');
        assert_eq!(told("\n\nuserId\taction\tlabel\n"), b'\t');
        assert_eq!(told("userId|action|label, or tag\n"), b'|');
        assert_eq!(told("\"user;Id\",action,label\n"), b',');
    }

    #[test]
    fn where_all_find_the_same_the_most_fields_decide() {
        assert_eq!(told("a,b;c;d\n"), b';');
        assert_eq!(told("userId\n"), b',');
    }

    #[test]
    fn a_delimiter_that_nobody_tells_is_guessed_for_a_hint() {
        let untold = |header: &[&str]| untold(&ByteRecord::from(header), &Wishes::default());
        assert_eq!(untold(&["userId^action^label"]), Some('^'));
        assert_eq!(untold(&["user_Id:email:action:label"]), Some(':'));
        assert_eq!(untold(&["userId^action"]), None);
        assert_eq!(untold(&["userId^action^label", "x"]), None);
    }

    #[test]
    fn a_delimiter_may_be_named() {
        for (text, byte) in [
            ("tab", b'\t'),
            ("\\t", b'\t'),
            (";", b';'),
            ("pipe", b'|'),
            ("^", b'^'),
        ] {
            assert_eq!(text.parse(), Ok(Delimiter(byte)));
        }
        for text in ["", "a", "\"", "\n", ",,", "é", " "] {
            assert!(text.parse::<Delimiter>().is_err(), "{text:?}");
        }
    }
}
