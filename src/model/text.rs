//! What nobody sees of a text.

/// The text without what surrounds it: Unicode white space, U+FEFF and U+200B, which exports leave behind and nobody sees.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\u{200B}')
}

/// Whether a character takes no room on a screen: marks that exports and copying leave behind. Joiners are none of them, which
/// emoji and some scripts need.
pub fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
    )
}
