//! An entry ↔ a line: the CRC-32 of its text, a space, and the text, which is JSON. Pure.

use super::entry::Entry;
use super::plain;

/// The first line: what the file is, and in which version of the format.
pub const HEADER: &[u8] = b"bulklabel journal 1\n";

/// What every version's first line begins with.
const ANY_HEADER: &[u8] = b"bulklabel journal ";

/// What a file's first line says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A journal.
    Journal,
    /// A journal whose very first line was cut short, or lost to a power cut: it says nothing yet.
    Unborn,
    /// A journal of another version of this program.
    OtherVersion,
    /// Another file.
    Foreign,
}

/// Reads the first line, its line end included where it is there.
pub fn kind(first_line: &[u8]) -> Kind {
    // Of what was not durable when the power was cut, zeros may be left.
    let mut torn = first_line.iter().zip(HEADER);
    if first_line == HEADER {
        Kind::Journal
    } else if torn.all(|(byte, header)| [0, *header].contains(byte)) {
        Kind::Unborn
    } else if first_line.starts_with(ANY_HEADER) {
        Kind::OtherVersion
    } else {
        Kind::Foreign
    }
}

/// So long is a checksum, and the space behind it.
const CHECKSUM: usize = 9;

/// Writes a line behind `text`.
pub fn write(entry: &Entry, text: &mut Vec<u8>) {
    let start = text.len();
    text.extend_from_slice(&[0; CHECKSUM]);
    let json = text.len();
    if !plain::write(entry, text) {
        serde_json::to_writer(&mut *text, entry)
            .expect("strings, numbers and lists of them in structures are always JSON");
    }
    let checksum = checksum(&text[json..]);
    text[start..json].copy_from_slice(&checksum);
    text.push(b'\n');
}

/// Reads a line, its line end included. None where it is not as it was written.
pub fn read(line: &[u8]) -> Option<Entry> {
    entry(text(line)?)
}

/// The text in a line that is given with its line end. None where it is not as it was written.
pub fn text(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\n")?;
    let (written, json) = line.split_at_checked(CHECKSUM)?;
    (written == checksum(json)).then_some(json)
}

/// The entry that a text is. None where it is none.
pub fn entry(text: &[u8]) -> Option<Entry> {
    plain::read(text).or_else(|| serde_json::from_slice(text).ok())
}

/// The CRC-32 of a text in hexadecimal digits, and the space behind it.
fn checksum(json: &[u8]) -> [u8; CHECKSUM] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b' '; CHECKSUM];
    let bytes = crc32fast::hash(json).to_be_bytes();
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

/// The entry that a line ends in, also where the line end before it has been damaged.
pub fn last_in(line: &[u8]) -> Option<Entry> {
    let starts = 0..line.len().saturating_sub(LEAST);
    starts.rev().find_map(|at| {
        let looks_right = line[at + 8] == b' ' && line[at + 9] == b'{';
        looks_right.then(|| read(&line[at..])).flatten()
    })
}

/// No line is shorter: a checksum, a space, and an object with something in it.
const LEAST: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Bearing, CallRecord, Moment, Outcome, OutcomeKind, Outcomes, PerHour, Throttled,
    };
    use crate::record::{AttemptEnd, CallEnd};
    use proptest::prelude::*;

    fn entries() -> Vec<Entry> {
        let at = Moment(1_795_400_000_123);
        let warning = Outcome::new(OutcomeKind::Warning, "33000", "Gold label not found");
        let each = Outcomes::Each(vec![Outcome::success(), warning.clone()]);
        let end = |outcomes, bearing| {
            Entry::Ended(CallEnd {
                call: 7,
                record: CallRecord {
                    user: 5,
                    outcomes,
                    status: Some(200),
                    attempts: 1,
                    at,
                },
                ms: 120,
                unsent: false,
                told: false,
                bearing,
                lines: Vec::new(),
            })
        };
        vec![
            Entry::Sending(vec![7, 8].into()),
            Entry::CalledBack(8),
            end(Outcomes::All(Outcome::success()), Bearing::Clears),
            end(each, Bearing::Suspect),
            Entry::Attempt(AttemptEnd {
                call: 8,
                at,
                ms: 30_000,
                unsent: false,
                status: None,
                doubt: Some(warning),
            }),
            Entry::TakenBack(7),
            Entry::Held {
                at,
                ms: 1_000,
                throttled: Some(Throttled {
                    pace: PerHour(60),
                    limit: Some(PerHour(70)),
                }),
                unasked: false,
            },
            Entry::Durable(4_096),
            Entry::LegEnd { at, status: 143 },
        ]
    }

    #[test]
    fn a_line_is_an_entry_and_its_checksum_and_reads_back() {
        let mut text = Vec::new();
        entries().iter().for_each(|entry| write(entry, &mut text));
        let lines: Vec<_> = text.split_inclusive(|byte| *byte == b'\n').collect();
        let read: Vec<_> = lines
            .iter()
            .map(|line| super::read(line).unwrap())
            .collect();
        assert_eq!(read, entries());
        insta::assert_snapshot!(String::from_utf8(text).unwrap());
    }

    proptest! {
        #[test]
        fn a_changed_or_shortened_line_is_none(entry in 0usize..9, at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let mut line = Vec::new();
            write(&entries()[entry], &mut line);
            let at = at.index(line.len());
            prop_assert_eq!(read(&line[..at]), None);
            line[at] ^= 1 << bit;
            prop_assert_eq!(read(&line), None);
        }
    }
}
