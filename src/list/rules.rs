//! Record → row, or the first rule that it breaks (contract, section 1). Pure.

use std::borrow::Cow;

use csv::ByteRecord;

use super::columns::{Columns, Origin};
use super::text::{self, trim};
use super::wishes::Column;
use super::workbook;
use crate::model::{Action, RejectCode, Rejection, Row, UserId};

/// The row that a record makes.
///
/// # Errors
/// The first rule that it breaks.
pub fn read<'a>(record: &'a ByteRecord, columns: &'a Columns) -> Result<Row<'a>, Rejection> {
    no_extra_fields(record, columns)?;
    nothing_missing(record, columns)?;
    let user = text_of(record, Column::UserId, columns.user)?;
    let action = match columns.action {
        Origin::Column(at) => Err(text_of(record, Column::Action, at)?),
        Origin::Flag(action) => Ok(action),
    };
    let label = match &columns.label {
        Origin::Column(at) => text_of(record, Column::Label, *at)?,
        Origin::Flag(label) => label,
    };
    Ok(Row {
        user: user_id(user)?,
        action: action.or_else(action_word)?,
        label: label_name(label)?,
    })
}

/// The same for what most rows are, at a glance: as many fields as the header has, an id of digits alone, and words in
/// printable ASCII with nothing to trim. None where a row has to be looked at more closely.
pub fn plain<'a>(record: &'a ByteRecord, columns: &'a Columns) -> Option<Row<'a>> {
    if record.len() != columns.width {
        return None;
    }
    let action = match columns.action {
        Origin::Column(at) => match record.get(at)? {
            b"add" => Action::Add,
            b"remove" => Action::Remove,
            _ => return None,
        },
        Origin::Flag(action) => action,
    };
    let label = match &columns.label {
        Origin::Column(at) => plain_text(record.get(*at)?)?,
        Origin::Flag(label) => label,
    };
    let user = plain_number(record.get(columns.user)?)?;
    Some(Row {
        user,
        action,
        label,
    })
}

/// The shard of a row goes by this: the customer that it names, whatever else is wrong with it. None where that can't be read.
pub fn customer(record: &ByteRecord, columns: &Columns) -> Option<UserId> {
    let field = record.get(columns.user)?;
    plain_number(field).or_else(|| {
        let text = text_of(record, Column::UserId, columns.user).ok()?;
        user_id(text).ok()
    })
}

/// An id of digits alone, and not so many that it could be too large.
pub fn plain_number(field: &[u8]) -> Option<UserId> {
    // No number of so many digits is too large.
    if field.len() > 18 {
        return None;
    }
    let number = field.iter().try_fold(0, |number: u64, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + u64::from(digit))
    });
    number.and_then(UserId::new)
}

fn plain_text(field: &[u8]) -> Option<&str> {
    let is_plain = field.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let (first, last) = (field.first()?, field.last()?);
    let is_trimmed = *first != b' ' && *last != b' ';
    (is_plain && is_trimmed)
        .then(|| str::from_utf8(field).ok())
        .flatten()
}

/// The three fields of a record as they stand in the list, for a row that is rejected: bad bytes as
/// U+FFFD, cut at 1,000 characters.
pub fn raw_fields(record: &ByteRecord, columns: &Columns) -> [String; 3] {
    let raw = |at: usize| shown(record.get(at).unwrap_or_default());
    let action = match columns.action {
        Origin::Column(at) => raw(at),
        Origin::Flag(action) => action.as_str().to_owned(),
    };
    let label = match &columns.label {
        Origin::Column(at) => raw(*at),
        Origin::Flag(label) => label.clone(),
    };
    [raw(columns.user), action, label]
}

/// A field that can be written into a result, cut at 1,000 characters.
fn shown(field: &[u8]) -> String {
    // Four bytes make a character at most: a field of megabytes is not decoded whole.
    let start = &field[..field.len().min(4_000)];
    let text = text(start);
    match text.char_indices().nth(1_000) {
        Some((end, _)) => text[..end].to_owned(),
        None => text.into_owned(),
    }
}

/// A field as a result shows it: bad bytes as U+FFFD, and NUL, which is no text to many programs that read CSV.
pub fn text(field: &[u8]) -> Cow<'_, str> {
    let text = match String::from_utf8_lossy(field) {
        text if text.contains('\0') => Cow::Owned(text.replace('\0', "\u{FFFD}")),
        text => text,
    };
    match workbook::marked(&text) {
        Some((_, content)) => Cow::Owned(content.to_owned()),
        None => text,
    }
}

/// Whether a field is a workbook's cell that holds neither text nor a number.
pub(super) fn is_marked(field: &[u8]) -> bool {
    str::from_utf8(field).is_ok_and(|text| workbook::marked(text).is_some())
}

/// The label that `--label` gives every row.
///
/// # Errors
/// One that no row may have.
pub fn label_from_flag(label: &str) -> Result<String, Rejection> {
    label_name(trim(label)).map(str::to_owned)
}

fn reject<T>(code: RejectCode, message: impl Into<String>) -> Result<T, Rejection> {
    Err(Rejection {
        code,
        message: message.into(),
    })
}

/// The same for a single rule; see [`read`].
///
/// # Errors
/// It is broken.
pub(super) fn no_extra_fields(record: &ByteRecord, columns: &Columns) -> Result<(), Rejection> {
    if record.iter().skip(columns.width).all(text::is_empty) {
        return Ok(());
    }
    let (fields, width) = (record.len(), columns.width);
    reject(
        RejectCode::ExtraFields,
        format!(
            "{fields} fields, but the header has {width}: put quotes around a value that holds the delimiter"
        ),
    )
}

/// The same for a single rule; see [`read`].
///
/// # Errors
/// It is broken.
pub(super) fn nothing_missing(record: &ByteRecord, columns: &Columns) -> Result<(), Rejection> {
    match columns.positions().find(|(_, at)| *at >= record.len()) {
        None => Ok(()),
        Some((column, _)) => reject(
            RejectCode::MissingField,
            format!("the row ends before its {}", column.name()),
        ),
    }
}

fn text_of(record: &ByteRecord, column: Column, at: usize) -> Result<&str, Rejection> {
    match str::from_utf8(&record[at]) {
        Ok(text) if !text.contains(char::REPLACEMENT_CHARACTER) => match workbook::marked(text) {
            None => Ok(trim(text)),
            Some((cell, content)) => reject(
                column.broken(),
                format!(
                    "cell {cell} holds {content}, which is a date or an error to the workbook: format the column as text, \
                     and type it again"
                ),
            ),
        },
        Ok(_) => reject(
            RejectCode::InvalidEncoding,
            format!(
                "the {} has characters that were lost when it was converted: say what the list is in with --encoding, \
                 or export it anew",
                column.name()
            ),
        ),
        Err(_) => reject(
            RejectCode::InvalidEncoding,
            format!(
                "the {} is not in UTF-8: save the list as UTF-8 (in Excel: \"CSV UTF-8\"), or say what it is in with \
                 --encoding, such as windows-1252",
                column.name()
            ),
        ),
    }
}

/// The same for a single rule; see [`read`].
///
/// # Errors
/// It is broken.
pub(super) fn user_id(field: &str) -> Result<UserId, Rejection> {
    let digits = field.strip_suffix(".0").unwrap_or(field);
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let id = all_digits
        .then(|| digits.parse().ok())
        .flatten()
        .and_then(UserId::new);
    match id {
        Some(id) => Ok(id),
        None => reject(RejectCode::InvalidUserId, why_no_id(field, all_digits)),
    }
}

fn why_no_id(field: &str, all_digits: bool) -> &'static str {
    if field.is_empty() {
        "the userId is empty"
    } else if all_digits
        && field
            .bytes()
            .any(|byte| byte.is_ascii_digit() && byte != b'0')
    {
        "the userId is too large: ids end at 9223372036854775807"
    } else if all_digits {
        "the userId is 0: ids are positive"
    } else if is_scientific(field) {
        "a spreadsheet has shortened this id: format the column as text (or as a number without decimals) and export again"
    } else if field.chars().any(|c| c.is_ascii_digit())
        && field.chars().all(|c| c.is_ascii_digit() || is_between(c))
    {
        "the userId has more than digits: format the column as a number without separators and export again, or give \
         each of several ids a row of its own"
    } else {
        "the userId is no whole number: only digits make an id"
    }
}

/// What may stand between groups of digits, or between ids.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '/' | '|' | '\'' | '\u{2019}')
}

/// Whether a spreadsheet has written a long number like `5.64663E+08` (or `5,64663E+08`).
fn is_scientific(field: &str) -> bool {
    let Some((mantissa, exponent)) = field.split_once(['e', 'E']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = mantissa.replacen(['.', ','], "", 1);
    digits(&whole) && digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}

fn action_word(field: &str) -> Result<Action, Rejection> {
    match Action::from_word(field) {
        Some(action) => Ok(action),
        None if field.is_empty() => reject(
            RejectCode::InvalidAction,
            "the action is empty: write add or remove",
        ),
        None => reject(
            RejectCode::InvalidAction,
            "the action is neither add nor remove",
        ),
    }
}

/// The same for a single rule; see [`read`].
///
/// # Errors
/// It is broken.
pub(super) fn label_name(field: &str) -> Result<&str, Rejection> {
    if field.is_empty() {
        return reject(RejectCode::EmptyLabel, "the label is empty");
    }
    match field.chars().find(|c| c.is_control()) {
        None => Ok(field),
        // In a workbook that is how a line break in a cell comes here.
        Some('\u{B}') => reject(
            RejectCode::InvalidLabel,
            "the label holds a line break: take it out",
        ),
        Some(control) => reject(
            RejectCode::InvalidLabel,
            format!(
                "the label holds a control character (U+{:04X}): take it out",
                u32::from(control)
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COLUMNS: Columns = Columns {
        user: 0,
        action: Origin::Column(1),
        label: Origin::Column(2),
        width: 3,
    };

    fn code(fields: &[&[u8]]) -> Option<&'static str> {
        read(&ByteRecord::from(fields), &COLUMNS)
            .err()
            .map(|rejection| rejection.code.as_str())
    }

    fn id(field: &str) -> Result<u64, String> {
        let record = ByteRecord::from(vec![field, "add", "VIP"]);
        read(&record, &COLUMNS)
            .map(|row| row.user.get())
            .map_err(|rejection| rejection.message)
    }

    proptest! {
        #[test]
        fn what_is_taken_at_a_glance_is_what_the_rules_make_of_it(
            fields in proptest::collection::vec("( |\u{FEFF}|a|é|\n|\"|0|12|add|remove|Add|VIP|9223372036854775808|~|\u{7F}){0,3}", 2..5)
        ) {
            let record = ByteRecord::from(fields);
            if let Some(row) = plain(&record, &COLUMNS) {
                prop_assert_eq!(read(&record, &COLUMNS), Ok(row));
            }
        }
    }

    #[test]
    fn most_rows_are_taken_at_a_glance() {
        let record = ByteRecord::from(vec!["564663098", "remove", "Gold Member 2026"]);
        assert_eq!(plain(&record, &COLUMNS), read(&record, &COLUMNS).ok());
    }

    #[test]
    fn a_good_row_is_trimmed_of_all_that_nobody_sees() {
        let record = ByteRecord::from(vec![
            "\u{FEFF} 42\u{A0}",
            " Remove\t",
            "\u{200B}Gold Member\u{3000}",
        ]);
        let row = Row {
            user: UserId::new(42).unwrap(),
            action: Action::Remove,
            label: "Gold Member",
        };
        assert_eq!(read(&record, &COLUMNS), Ok(row));
    }

    #[test]
    fn each_broken_rule_has_its_code() {
        let table: [(&[&[u8]], Option<&str>); 16] = [
            (&[b"1", b"add", b"VIP"], None),
            (&[b"1", b"ADD", b"VIP", b"", b" "], None),
            (&[b"1", b"add", b"Gold", b" Silver"], Some("EXTRA_FIELDS")),
            (&[b"1", b"add"], Some("MISSING_FIELD")),
            (&[b"1"], Some("MISSING_FIELD")),
            (&[b"1", b"add", b"Caf\xE9"], Some("INVALID_ENCODING")),
            (&[b"\xFF", b"nothing", b""], Some("INVALID_ENCODING")),
            (&[b"x", b"nothing", b""], Some("INVALID_USER_ID")),
            (&[b"", b"add", b"VIP"], Some("INVALID_USER_ID")),
            (&[b"1", b"delete", b""], Some("INVALID_ACTION")),
            (&[b"1", b"", b"VIP"], Some("INVALID_ACTION")),
            (&[b"1", b"add", b" \xC2\xA0"], Some("EMPTY_LABEL")),
            (&[b"1", b"add", b"a\0b"], Some("INVALID_LABEL")),
            (&[b"1", b"add", b"a\tb"], Some("INVALID_LABEL")),
            (&[b"1", b"add", b"a\xC2\x85b"], Some("INVALID_LABEL")),
            (&[b"1", b"add", b"\xF0\x9F\x8E\x84 100% \"new\""], None),
        ];
        for (fields, expected) in table {
            assert_eq!(code(fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn ids_are_digits_of_63_bits() {
        assert_eq!(id("564663098"), Ok(564_663_098));
        assert_eq!(id("0000564663098.0"), Ok(564_663_098));
        assert_eq!(id("9223372036854775807"), Ok(i64::MAX.unsigned_abs()));
        for wrong in [
            "9223372036854775808",
            "0",
            "00.0",
            "+1",
            "-1",
            "1.5",
            "1.00",
            "1 000",
            "１２",
            "0x1F",
            ".0",
            "",
        ] {
            assert!(id(wrong).is_err(), "{wrong}");
        }
        assert!(id(&"9".repeat(40)).unwrap_err().contains("too large"));
    }

    #[test]
    fn an_id_that_a_spreadsheet_shortened_gets_a_hint() {
        for ruined in ["5.64663E+08", "5,64663E+08", "5e8", "1.2E-05"] {
            assert!(id(ruined).unwrap_err().contains("spreadsheet"), "{ruined}");
        }
        assert!(!id("Eve").unwrap_err().contains("spreadsheet"));
    }

    #[test]
    fn a_rejected_row_is_shown_as_it_stands() {
        let long = "é".repeat(5_000);
        let record = ByteRecord::from(vec![b" 1\0".as_slice(), b"\xFFadd", long.as_bytes()]);
        let [user, action, label] = raw_fields(&record, &COLUMNS);
        assert_eq!(
            (user.as_str(), action.as_str()),
            (" 1\u{FFFD}", "\u{FFFD}add")
        );
        assert_eq!(label, "é".repeat(1_000));
    }

    #[test]
    fn what_no_program_can_show_is_shown_as_lost() {
        assert_eq!(text(b"a\xFFb\0"), "a\u{FFFD}b\u{FFFD}");
        assert_eq!(text("\u{1A}C7\u{1A}#N/A".as_bytes()), "#N/A");
        assert_eq!(text(" é ".as_bytes()), " é ");
    }
}
