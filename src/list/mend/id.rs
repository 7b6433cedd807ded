//! Ids that are written otherwise than as digits, and can be only one number.

use super::Slip;
use super::peel::{seen, unquoted};
use crate::model::UserId;

/// A spreadsheet keeps so many digits of a number: those behind them are its own zeros.
const KEPT: usize = 15;

/// What nobody puts between two ids, and what number formats have between groups of three digits: no-break, thin and narrow
/// spaces, apostrophes.
const SEPARATORS: [char; 5] = ['\u{A0}', '\u{2009}', '\u{202F}', '\'', '\u{2019}'];

/// What may stand between two ids as well; where decimals follow, it is a number format's.
const COMMA: char = ',';

/// The id that is meant, where that is certain.
pub fn mended(field: &str) -> Option<(UserId, Slip)> {
    let seen = seen(field);
    let (inner, quoted) = match unquoted(&seen) {
        Some(inner) => (inner, true),
        None => (seen.as_str(), false),
    };
    let bare = inner.strip_prefix(['\'', '\u{2019}']);
    let (bare, prefixed) = (bare.unwrap_or(inner), bare.is_some());
    let (digits, slip) = digits(bare)?;
    let id = digits.parse().ok().and_then(UserId::new)?;
    let slip = match slip {
        Some(slip) => slip,
        None if prefixed => Slip::PrefixedId,
        None if quoted => Slip::QuotedId,
        None => Slip::UnseenInId,
    };
    Some((id, slip))
}

/// The digits that a number stands for, and what it was if they did not stand there alone.
fn digits(text: &str) -> Option<(String, Option<Slip>)> {
    if let Some(digits) = written_out(text) {
        return Some((digits, Some(Slip::ShortenedId)));
    }
    let whole = [".00", ".0"]
        .iter()
        .find_map(|zeros| text.strip_suffix(zeros));
    let number = whole.unwrap_or(text);
    if is_digits(number) {
        let slip = whole
            .filter(|_| text.ends_with(".00"))
            .map(|_| Slip::DecimalId);
        return Some((number.to_owned(), slip));
    }
    ungrouped(number, whole.is_some()).map(|digits| (digits, Some(Slip::GroupedId)))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `5.64663098E+08` → `564663098`, where the mantissa gives every digit: a spreadsheet shows fewer than it has.
fn written_out(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let (whole, fraction) = mantissa.split_once(['.', ','])?;
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    if ![whole, fraction, exponent].into_iter().all(is_digits) || whole.starts_with('0') {
        return None;
    }
    let places: usize = exponent.parse().ok().filter(|places| *places > 0)?;
    let (given, beyond) = fraction.split_at_checked(places)?;
    let digits = format!("{whole}{given}");
    let is_whole = beyond.bytes().all(|byte| byte == b'0');
    (is_whole && digits.len() <= KEPT).then_some(digits)
}

/// `564’663’098` → `564663098`: groups of three, and the same between all of them.
fn ungrouped(text: &str, has_decimals: bool) -> Option<String> {
    let separates = |c: &char| SEPARATORS.contains(c) || (has_decimals && *c == COMMA);
    let separator = text.chars().find(separates)?;
    let groups: Vec<_> = text.split(separator).collect();
    let (first, others) = groups.split_first()?;
    let is_first = (1..=3).contains(&first.len()) && is_digits(first) && !first.starts_with('0');
    let are_groups = others
        .iter()
        .all(|group| group.len() == 3 && is_digits(group));
    (is_first && are_groups).then(|| groups.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_only_one_number_is_that() {
        use Slip::*;
        for (field, id, slip) in [
            ("5.64663098E+08", 564_663_098, ShortenedId),
            ("5,64663098e8", 564_663_098, ShortenedId),
            ("5.646630980E+08", 564_663_098, ShortenedId),
            ("1.00E+2", 100, ShortenedId),
            ("56.4663098E+07", 564_663_098, ShortenedId),
            ("1.23456789012345E+14", 123_456_789_012_345, ShortenedId),
            ("564\u{2019}663\u{2019}098", 564_663_098, GroupedId),
            ("1\u{A0}234", 1_234, GroupedId),
            ("1\u{202F}234\u{202F}567", 1_234_567, GroupedId),
            ("1'234'567", 1_234_567, GroupedId),
            ("564,663,098.00", 564_663_098, GroupedId),
            ("564663098.00", 564_663_098, DecimalId),
            ("'564663098", 564_663_098, PrefixedId),
            ("\u{2019}564663098.0", 564_663_098, PrefixedId),
            ("\"564663098\"", 564_663_098, QuotedId),
            ("\u{201C} 564663098 \u{201D}", 564_663_098, QuotedId),
            ("\"'0042\"", 42, PrefixedId),
            ("5646\u{200B}63098", 564_663_098, UnseenInId),
            ("\u{202D}564663098\u{202C}", 564_663_098, UnseenInId),
            ("564663098\u{1}", 564_663_098, UnseenInId),
        ] {
            assert_eq!(
                mended(field),
                UserId::new(id).map(|id| (id, slip)),
                "{field:?}"
            );
        }
    }

    #[test]
    fn what_may_be_another_number_or_none_is_left() {
        for field in [
            "",
            "5.64663E+08",
            "5E+08",
            "5E0",
            "1.2E-05",
            "5.646630981E+08",
            "1.234567890123450E+15",
            "0.5E+01",
            "1,2",
            // Several ids in a field, a decimal comma, a telephone number.
            "564,663,098",
            "101,102",
            "101 102 103",
            "123,000",
            "+564663098",
            "1,23,456",
            "12,3456",
            "0,123",
            "1,234 567",
            "1.234.567",
            "1 234,5",
            "1,234,",
            "1..0",
            "1.5",
            "1.000",
            "1,00",
            "--1",
            "-1",
            "++1",
            "''1",
            "12a",
            "0x1F",
            "5646\t63098",
            "+0",
            "9223372036854775808",
            "'",
            "\"\"",
            "1 2",
            "\u{FF11}\u{FF12}",
            "5.64663098E+08x",
            "12/34",
        ] {
            assert_eq!(mended(field), None, "{field:?}");
        }
    }
}
