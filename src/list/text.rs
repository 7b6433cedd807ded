//! What counts as empty.

/// The field without what surrounds it: Unicode white space, U+FEFF and U+200B, which exports leave
/// behind and nobody sees.
pub fn trim(field: &str) -> &str {
    field.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\u{200B}')
}

/// Whether nothing is left of the field after trimming.
pub fn is_empty(field: &[u8]) -> bool {
    str::from_utf8(field).is_ok_and(|text| trim(text).is_empty())
}
