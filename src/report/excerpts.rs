//! Parts of a list as people are shown them: lines, and what stands there.

use super::words::count;
use crate::model::{FirstLines, is_unseen};

/// So many characters are shown, at most.
const SHOWN: usize = 60;

/// `line 4`, or `lines 4, 7, 9 and 1,204 more`.
pub fn places(at: &FirstLines) -> String {
    let word = if at.rows() == 1 { "line" } else { "lines" };
    let lines: Vec<_> = at.lines().iter().map(u64::to_string).collect();
    let more = match at.more() {
        0 => String::new(),
        more => format!(" and {} more", count(more)),
    };
    format!("{word} {}{more}", lines.join(", "))
}

/// The text in quotes, as [`visible`] shows it; one that has quotes of its own, in others.
pub fn quoted(text: &str) -> String {
    match text.contains('"') {
        true => format!("'{}'", visible(text)),
        false => format!("\"{}\"", visible(text)),
    }
}

/// The text with what nobody sees, and what a terminal would obey, by its number; the end of a long one is left out.
pub fn visible(text: &str) -> String {
    let is_seen = |c: char| {
        let is_mark = matches!(c, '\u{300}'..='\u{36F}');
        c == ' ' || !(c.is_control() || c.is_whitespace() || is_unseen(c) || is_mark)
    };
    let mut shown = String::new();
    for c in text.chars().take(SHOWN) {
        match is_seen(c) {
            true => shown.push(c),
            false => shown.push_str(&format!("<U+{:04X}>", u32::from(c))),
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_with_how_many_more() {
        let mut at = FirstLines::default();
        at.add(7);
        assert_eq!(places(&at), "line 7");
        (8..2_000).for_each(|line| at.add(line));
        assert_eq!(
            places(&at),
            "lines 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 and 1,983 more"
        );
    }

    #[test]
    fn what_nobody_sees_is_shown() {
        let shown = [
            ("Gold Member", "Gold Member"),
            ("Gold\u{A0}Member", "Gold<U+00A0>Member"),
            ("Cafe\u{301}", "Cafe<U+0301>"),
            ("Caf\u{E9} 🎄", "Café 🎄"),
            ("👩\u{200D}🚀", "👩\u{200D}🚀"),
            ("\u{1B}[31m", "<U+001B>[31m"),
        ];
        for (text, seen) in shown {
            assert_eq!(visible(text), seen);
        }
        assert_eq!(visible(&"x".repeat(61)).chars().count(), 61);
    }
}
