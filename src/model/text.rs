//! What nobody sees of a text.

/// The text without what surrounds it: Unicode white space, U+FEFF and U+200B, which exports leave behind and nobody sees.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\u{200B}')
}
