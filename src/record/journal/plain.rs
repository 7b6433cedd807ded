//! The two commonest entries ↔ their JSON, without the detours of a general reader or writer: that an attempt leaves, and that
//! a call has ended well. Byte for byte what serde makes of them; whatever looks different in any way is left to it. Pure.

use std::ops::Range;

use super::calls::Calls;
use super::entry::{CallEnd, Entry};
use crate::model::{Bearing, CallRecord, Moment, Outcome, OutcomeKind, Outcomes};

/// Writes an entry behind `text`. False where it is none of the two: nothing is written then.
pub fn write(entry: &Entry, text: &mut Vec<u8>) -> bool {
    match entry {
        Entry::Sending(calls) => {
            text.extend_from_slice(b"{\"sending\":[");
            numbers(calls.iter().map(|call| u64::from(*call)), text);
            text.extend_from_slice(b"]}");
        }
        Entry::Ended(end) => {
            let Some((status, at)) = ended_well(end) else {
                return false;
            };
            text.extend_from_slice(b"{\"ended\":{\"call\":");
            number(u64::from(end.call), text);
            text.extend_from_slice(b",\"user\":");
            number(end.record.user, text);
            text.extend_from_slice(b",\"all\":{\"outcome\":\"success\"},\"status\":");
            number(u64::from(status), text);
            text.extend_from_slice(b",\"attempts\":");
            number(u64::from(end.record.attempts), text);
            text.extend_from_slice(b",\"at\":");
            number(at, text);
            text.extend_from_slice(b",\"ms\":");
            number(end.ms, text);
            if !end.lines.is_empty() {
                text.extend_from_slice(b",\"lines\":[");
                numbers(end.lines.iter().copied(), text);
                text.push(b']');
            }
            text.extend_from_slice(b"}}");
        }
        _ => return false,
    }
    true
}

/// Its status and when it was, where there is nothing else to say of the end of a call but where its rows stand.
fn ended_well(end: &CallEnd) -> Option<(u16, u64)> {
    let Outcomes::All(outcome) = &end.record.outcomes else {
        return None;
    };
    let is_usual = outcome.kind == OutcomeKind::Success
        && outcome.code.is_empty()
        && outcome.message.is_empty()
        && !end.unsent
        && !end.told
        && end.bearing == Bearing::Clears;
    let at = u64::try_from(end.record.at.0).ok()?;
    end.record
        .status
        .filter(|_| is_usual)
        .map(|status| (status, at))
}

fn number(number: u64, text: &mut Vec<u8>) {
    text.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

fn numbers(all: impl Iterator<Item = u64>, text: &mut Vec<u8>) {
    for (position, one) in all.enumerate() {
        if position > 0 {
            text.push(b',');
        }
        number(one, text);
    }
}

/// Reads an entry. None where it is none of the two, or not written as [`write`] does.
pub fn read(json: &[u8]) -> Option<Entry> {
    let mut text = Text(json);
    let entry = match text.0.get(2)? {
        b's' => text.sending()?,
        b'e' => text.ended()?,
        _ => return None,
    };
    text.0.is_empty().then_some(entry)
}

/// Whether an entry that is whole says that attempts leave, or how another call than these ended, well or not.
pub fn is_of_others(json: &[u8], calls: &Range<u32>) -> bool {
    let mut text = Text(json);
    if text.skip(b"{\"sending\":[").is_some() {
        return true;
    }
    let ended = text.skip(b"{\"ended\":{\"call\":");
    let call = ended.and_then(|()| text.number());
    call.is_some_and(|call| !calls.contains(&call))
}

/// What is left to be read.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    fn sending(&mut self) -> Option<Entry> {
        self.skip(b"{\"sending\":[")?;
        let mut calls = Calls::from(self.number::<u32>()?);
        while self.skip(b",").is_some() {
            calls.push(self.number()?);
        }
        self.skip(b"]}")?;
        Some(Entry::Sending(calls))
    }

    fn ended(&mut self) -> Option<Entry> {
        self.skip(b"{\"ended\":{\"call\":")?;
        let call = self.number()?;
        self.skip(b",\"user\":")?;
        let user = self.number()?;
        self.skip(b",\"all\":{\"outcome\":\"success\"},\"status\":")?;
        let status = Some(self.number()?);
        self.skip(b",\"attempts\":")?;
        let attempts = self.number()?;
        self.skip(b",\"at\":")?;
        let at = Moment(self.number()?);
        self.skip(b",\"ms\":")?;
        let ms = self.number()?;
        let lines = self.lines()?;
        self.skip(b"}}")?;
        Some(Entry::Ended(CallEnd {
            call,
            record: CallRecord {
                user,
                outcomes: Outcomes::All(Outcome::success()),
                status,
                attempts,
                at,
            },
            ms,
            unsent: false,
            told: false,
            bearing: Bearing::Clears,
            lines,
        }))
    }

    /// Where rows stand; nowhere where nothing is said of that.
    fn lines(&mut self) -> Option<Vec<u64>> {
        let mut lines = Vec::new();
        if self.skip(b",\"lines\":[").is_some() {
            lines.push(self.number()?);
            while self.skip(b",").is_some() {
                lines.push(self.number()?);
            }
            self.skip(b"]")?;
        }
        Some(lines)
    }

    fn skip(&mut self, expected: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// A whole number without a sign, as JSON has it. One that does not fit is none.
    fn number<N: TryFrom<u64>>(&mut self) -> Option<N> {
        let (first, mut rest) = self.0.split_first()?;
        let mut number = u64::from(digit(*first)?);
        // JSON knows no leading zeros.
        if number > 0 {
            while let Some((digit, further)) = rest
                .split_first()
                .and_then(|(byte, further)| Some((digit(*byte)?, further)))
            {
                number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
                rest = further;
            }
        }
        self.0 = rest;
        N::try_from(number).ok()
    }
}

fn digit(byte: u8) -> Option<u8> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Ends of calls, most of them usual but for one thing.
    fn ended() -> impl Strategy<Value = Entry> {
        let outcome = prop_oneof![
            4 => Just(Outcome::success()),
            1 => "[a-z\"]{0,3}".prop_map(|code| Outcome::new(OutcomeKind::Success, code, "")),
            1 => Just(Outcome::new(OutcomeKind::Failed, "8015", "Customer not found")),
        ];
        let outcomes = prop_oneof![
            5 => outcome.clone().prop_map(Outcomes::All),
            1 => proptest::collection::vec(outcome, 1..3).prop_map(Outcomes::Each),
        ];
        let figures = (any::<u32>(), any::<u64>(), any::<u32>(), any::<u64>());
        let at = prop_oneof![9 => 0i64.., 1 => any::<i64>()].prop_map(Moment);
        let status = prop::option::weighted(0.9, any::<u16>());
        let one_in_nine = || prop::bool::weighted(0.1);
        let bearing = prop_oneof![9 => Just(Bearing::Clears), 1 => Just(Bearing::Neither)];
        let odd = (one_in_nine(), one_in_nine(), bearing);
        let lines = proptest::collection::vec(any::<u64>(), 0..4);
        let all = (figures, outcomes, at, status, odd, lines);
        all.prop_map(|(figures, outcomes, at, status, odd, lines)| {
            let ((call, user, attempts, ms), (unsent, told, bearing)) = (figures, odd);
            Entry::Ended(CallEnd {
                call,
                record: CallRecord {
                    user,
                    outcomes,
                    status,
                    attempts,
                    at,
                },
                ms,
                unsent,
                told,
                bearing,
                lines,
            })
        })
    }

    fn entry() -> impl Strategy<Value = Entry> {
        let calls = proptest::collection::vec(any::<u32>(), 0..5);
        prop_oneof![4 => ended(), 1 => calls.prop_map(|calls| Entry::Sending(calls.into())), 1 => prop_oneof![
            any::<u32>().prop_map(Entry::CalledBack),
            any::<u32>().prop_map(Entry::TakenBack),
            any::<u64>().prop_map(Entry::Durable),
        ]]
    }

    proptest! {
        #[test]
        fn it_writes_what_serde_writes_or_nothing(entry in entry()) {
            let mut text = b"before".to_vec();
            let usual = write(&entry, &mut text);
            let json = serde_json::to_vec(&entry).unwrap();
            let written = if usual { &json[..] } else { b"" };
            prop_assert_eq!(&text[6..], written);
        }

        #[test]
        fn of_others_is_what_says_of_no_call_that_is_asked_for_how_it_ended(
            entry in entry(), first in any::<u32>(), last in any::<u32>(),
        ) {
            let json = serde_json::to_vec(&entry).unwrap();
            for calls in [first..last, last..first] {
                let is_of_others = match &entry {
                    Entry::Sending(_) => true,
                    Entry::Ended(end) => !calls.contains(&end.call),
                    _ => false,
                };
                prop_assert_eq!(super::is_of_others(&json, &calls), is_of_others);
            }
        }

        #[test]
        fn it_reads_what_serde_reads_or_nothing(
            entry in entry(),
            changes in proptest::collection::vec((any::<prop::sample::Index>(), prop_oneof![
                prop::sample::select(&b"0123456789,:{}[]\"- .eE"[..]).prop_map(Some),
                any::<u8>().prop_map(Some),
                Just(None),
            ]), 0..3),
        ) {
            let mut json = serde_json::to_vec(&entry).unwrap();
            prop_assert!(!write(&entry, &mut Vec::new()) || read(&json).is_some() || entry == Entry::Sending(vec![].into()));
            for (at, change) in changes {
                let at = at.index(json.len());
                match change {
                    Some(byte) => json[at] = byte,
                    None => { json.remove(at); }
                }
            }
            if let Some(read) = read(&json) {
                prop_assert_eq!(Some(read), serde_json::from_slice(&json).ok());
            }
        }
    }
}
