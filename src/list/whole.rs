//! A row as it stands, in all of its list's columns, for those who write it again: to be mended, or mended.

use csv::ByteRecord;

use super::text::trim;

/// What stands behind a list's own columns in a file of rejected rows (contract, section 7).
pub const NOTES: [&str; 3] = ["line", "code", "message"];

/// How many of a header's fields are the list's own: those behind which a file of rejected rows has its notes, else all.
pub fn own_width(header: &ByteRecord) -> usize {
    let own = header.len().saturating_sub(NOTES.len());
    let names = header.iter().skip(own).map(String::from_utf8_lossy);
    let has_notes = names.map(|name| trim(&name).to_owned()).eq(NOTES);
    match own > 0 && has_notes {
        true => own,
        false => header.len(),
    }
}

/// A label that must not be sent as it stands, though it reads like one: a sign stands before it for what was lost, with
/// which no rule lets it pass.
pub fn spoiled(label: &str) -> String {
    format!("\u{FFFD}{label}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notes_of_rejected_rows_are_not_the_lists_own() {
        let table: [(&[&str], usize); 6] = [
            (&["userId", "action", "label"], 3),
            (&["userId", "line", "code", "message"], 1),
            (&["userId", " line", "code", "message "], 1),
            (&["line", "code", "message"], 3),
            (&["userId", "code", "line", "message"], 4),
            (&["userId", "line", "code", "message", "email"], 5),
        ];
        for (header, own) in table {
            assert_eq!(own_width(&ByteRecord::from(header)), own, "{header:?}");
        }
    }
}
