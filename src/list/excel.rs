//! The line with which Excel says what is between the fields of a CSV file: `sep=;`, before the header.

use csv::ByteRecord;

/// What such a line begins with.
const WORD: &[u8] = b"sep=";

/// The character that the first line of a list names, where it is such a line.
pub fn named_separator(start: &[u8]) -> Option<u8> {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let start = start.strip_prefix(b"\"").unwrap_or(start);
    let (word, rest) = start.split_at_checked(WORD.len())?;
    match rest {
        [separator, b'\r' | b'\n' | b'"', ..] if word.eq_ignore_ascii_case(WORD) => {
            Some(*separator).filter(|byte| byte.is_ascii_punctuation() || *byte == b'\t')
        }
        _ => None,
    }
}

/// Whether a record is such a line, whatever it was split at.
pub fn is_separator_line(record: &ByteRecord) -> bool {
    let fields: Vec<&[u8]> = record.iter().collect();
    let word = |field: &[u8]| {
        field
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(field)
            .to_ascii_lowercase()
    };
    match fields[..] {
        [field] => word(field)
            .strip_prefix(WORD)
            .is_some_and(|rest| rest.len() == 1),
        [field, b""] => word(field) == WORD,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_such_a_line_names_a_separator() {
        for (start, separator) in [
            (&b"sep=;\nuserId"[..], Some(b';')),
            (b"\xEF\xBB\xBFSEP=\t\r\n", Some(b'\t')),
            (b"\"sep=|\"\r\n", Some(b'|')),
            (b"sep=,\r", Some(b',')),
            (b"sep=;", None),
            (b"sep=x\n", None),
            (b"sep=;;\n", None),
            (b"separator\n", None),
            (b"", None),
        ] {
            assert_eq!(named_separator(start), separator, "{start:?}");
        }
    }

    #[test]
    fn it_is_known_whatever_it_was_split_at() {
        let is = |fields: &[&str]| is_separator_line(&ByteRecord::from(fields.to_vec()));
        assert!(is(&["sep=;"]) && is(&["sep=", ""]) && is(&["\u{FEFF}Sep=", ""]));
        assert!(!is(&["sep=", "x"]) && !is(&["sep=;;"]) && !is(&["userId"]) && !is(&[""]));
    }
}
