//! Labels that no rule lets pass, and that can be only one.

use super::Slip;
use super::peel::around;

/// The label that is meant, where that is certain: what stands between control characters. One inside of a label may stand
/// for a space, a line break or nothing.
pub fn mended(field: &str) -> Option<(&str, Slip)> {
    let label = around(field);
    let is_label = !label.is_empty() && !label.chars().any(char::is_control);
    is_label.then_some((label, Slip::ControlAroundLabel))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_around_a_label_is_taken_off() {
        for (field, label) in [
            ("VIP\u{1}", Some("VIP")),
            ("\u{B}\u{7F} Gold Member\u{0} \u{2}", Some("Gold Member")),
            ("Gold\u{B}Member", None),
            ("Gold\tMember\u{1}", None),
            ("\u{1}\u{200B}\u{1}", None),
            ("", None),
        ] {
            assert_eq!(mended(field).map(|(label, _)| label), label, "{field:?}");
        }
    }
}
