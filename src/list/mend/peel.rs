//! What surrounds a value and is none of it.

use crate::list::text::trim;
use crate::model::is_unseen;

/// Characters that people and programs put around a value.
const QUOTES: &[char] = &[
    '"', '\'', '`', '\u{2018}', '\u{2019}', '\u{201A}', '\u{201C}', '\u{201D}', '\u{201E}',
    '\u{AB}', '\u{BB}',
];

/// The text without characters that nobody sees, and without control characters and spaces around it.
pub fn seen(field: &str) -> String {
    let seen: String = field.chars().filter(|c| !is_unseen(*c)).collect();
    around(&seen).to_owned()
}

/// The text without control characters and spaces around it.
pub fn around(text: &str) -> &str {
    trim(text.trim_matches(|c: char| c.is_control() || trim(c.encode_utf8(&mut [0; 4])).is_empty()))
}

/// What stands between a pair of quotes.
pub fn unquoted(text: &str) -> Option<&str> {
    let inner = text.strip_prefix(QUOTES)?.strip_suffix(QUOTES)?;
    Some(trim(inner)).filter(|inner| !inner.is_empty())
}
