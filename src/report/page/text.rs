//! What others have written, shown so that it can do no harm: it stays text, in a direction of its own, and what nobody sees is
//! shown by its number.

use maud::{Markup, Render, html};

use crate::model::is_unseen;

/// The first characters of a text.
pub fn cut(text: &str, characters: usize) -> &str {
    let end = text.char_indices().nth(characters);
    end.map_or(text, |(end, _)| &text[..end])
}

/// A text that somebody else has written, as much of it as fits in so many characters.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a>(pub &'a str, pub usize);

impl Render for Shown<'_> {
    fn render(&self) -> Markup {
        let Self(text, most) = *self;
        html! {
            bdi {
                @for piece in pieces(text, most) {
                    @match piece {
                        Piece::Plain(plain) => (plain),
                        Piece::Hidden(c) => span.unseen { (format!("U+{:04X}", u32::from(c))) },
                        Piece::More => "…",
                    }
                }
            }
        }
    }
}

/// A part of a text as it is shown.
enum Piece<'a> {
    Plain(&'a str),
    Hidden(char),
    /// The rest is left out.
    More,
}

/// So many characters the number of a hidden one takes.
const NUMBER: usize = 8;

fn pieces(text: &str, most: usize) -> Vec<Piece<'_>> {
    let (mut rest, mut room) = (text, most);
    let mut pieces = Vec::new();
    while let Some(first) = rest.chars().next() {
        if room == 0 {
            pieces.push(Piece::More);
            break;
        }
        if is_hidden(first) {
            pieces.push(Piece::Hidden(first));
            rest = &rest[first.len_utf8()..];
            room = room.saturating_sub(NUMBER);
            continue;
        }
        let plain = &rest[..rest.find(is_hidden).unwrap_or(rest.len())];
        let fits = cut(plain, room);
        pieces.push(Piece::Plain(fits));
        rest = &rest[fits.len()..];
        room -= fits.chars().count();
    }
    pieces
}

/// The same without marks, for places where there can be none: a title, a label for a screen reader.
pub fn plain(text: &str, most: usize) -> String {
    let mut shown = String::new();
    for c in cut(text, most).chars() {
        match is_hidden(c) {
            true => shown.push_str(&format!("<U+{:04X}>", u32::from(c))),
            false => shown.push(c),
        }
    }
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

/// Characters that nobody sees, that a reader of HTML would not take, or that turn the direction of what follows.
fn is_hidden(c: char) -> bool {
    let is_turning = matches!(c, '\u{61C}' | '\u{2028}' | '\u{2029}');
    let is_none = (u32::from(c) & 0xFFFE) == 0xFFFE || matches!(c, '\u{FDD0}'..='\u{FDEF}');
    c.is_control() || is_unseen(c) || is_turning || is_none
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let shown = Shown(text, 20).render().into_string();
        let inner = shown.strip_prefix("<bdi>").unwrap();
        inner.strip_suffix("</bdi>").unwrap().to_owned()
    }

    #[test]
    fn it_stays_text() {
        for (text, expected) in [
            ("Gold Member", "Gold Member"),
            ("<script>\"&", "&lt;script&gt;&quot;&amp;"),
            (
                "a\u{202E}b\0",
                "a<span class=\"unseen\">U+202E</span>b<span class=\"unseen\">U+0000</span>",
            ),
            ("שלום", "שלום"),
            ("12345678901234567890", "12345678901234567890"),
            ("123456789012345678901", "12345678901234567890…"),
            (
                "\u{1}\u{1}\u{1}\u{1}",
                "<span class=\"unseen\">U+0001</span><span class=\"unseen\">U+0001</span>\
                 <span class=\"unseen\">U+0001</span>…",
            ),
            ("👩\u{200D}🚀", "👩\u{200D}🚀"),
        ] {
            assert_eq!(shown(text), expected);
        }
        assert_eq!(plain("a\u{202E}\n<b>", 9), "a<U+202E><U+000A><b>");
        assert_eq!(plain("abc", 2), "ab…");
    }
}
