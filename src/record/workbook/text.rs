//! Texts that a cell of a workbook can hold. Pure.

use std::borrow::Cow;

/// The most that a cell holds, in UTF-16 code units.
const LONGEST: usize = 32_767;

/// The text as a cell can hold it: cut where it is too long, line ends as spreadsheets have them, and U+FFFD for what no XML
/// file may hold.
pub fn cell(text: &str) -> Cow<'_, str> {
    let text = cut(text);
    if !text.contains(|c| c == '\r' || is_lost(c)) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(text.replace(is_lost, "\u{FFFD}"))
}

/// Its start, as much as a cell holds. No character is cut in two.
fn cut(text: &str) -> &str {
    // A code unit stands for three bytes at most.
    if text.len() <= LONGEST {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > LONGEST
    });
    end.map_or(text, |(end, _)| &text[..end])
}

fn is_lost(c: char) -> bool {
    (c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{7F}'))
        || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_cell_can_hold_is_replaced() {
        for (text, expected) in [
            ("Zoë \u{1F600}\t\"=1\"\n", "Zoë \u{1F600}\t\"=1\"\n"),
            ("a\0b\u{1B}c\u{FFFE}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}"),
            ("a\r\nb\rc", "a\nb\nc"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        for (text, kept) in [
            ("x".repeat(32_767), 32_767),
            ("x".repeat(32_768), 32_767),
            ("é".repeat(40_000), 32_767),
            ("\u{1F600}".repeat(20_000), 16_383),
        ] {
            assert_eq!(cell(&text).chars().count(), kept);
        }
    }
}
