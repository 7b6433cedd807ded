//! A journal's bytes → its entries, whatever a crash has left of them.
//!
//! A crash of the program tears at most the last line. A crash of the machine may also lose any part of what was not
//! known to be durable, and keep what stood behind it. All other damage is none of a crash's.

use std::io::{self, Read};
use std::ops::Range;

use super::entry::Entry;
use super::line::{self, Kind};
use super::lines::Lines;
use super::plain;

/// No entry is longer: a thousand labels, each with all that a service may say of it.
const LONGEST: usize = 1 << 26;

/// What a journal can't be read for.
#[derive(Debug)]
pub enum Unreadable {
    /// The system refuses.
    Io(io::Error),
    /// It is none, or one of another version.
    NoJournal(Kind),
    /// This line, from 1, is not as it was written, and a crash can't have done that.
    Damaged(u64),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads a journal from its start.
#[derive(Debug)]
pub struct Reader<R> {
    lines: Lines<R>,
    /// The number of the line that was read last, from 1.
    number: u64,
    /// How many bytes are sound from the start on.
    sound: u64,
    /// Whether nothing more counts.
    is_over: bool,
    /// Which start of the machine the last leg belongs to, if it says.
    boot: Option<String>,
    /// Which one this is.
    now: Option<String>,
    /// The calls whose ends alone are told, where not all are.
    only: Option<Range<u32>>,
}

impl<R: Read> Reader<R> {
    /// Reads the first line. `now` is which start of the machine this is.
    ///
    /// # Errors
    /// It is no journal.
    pub fn new(from: R, now: Option<String>) -> Result<Self, Unreadable> {
        let mut reader = Self {
            lines: Lines::of(from, LONGEST),
            number: 0,
            sound: 0,
            is_over: false,
            boot: None,
            now,
            only: None,
        };
        reader.advance()?;
        match line::kind(reader.lines.line()) {
            Kind::Journal => reader.sound = reader.lines.line().len() as u64,
            Kind::Unborn => reader.must_be_unborn()?,
            other => return Err(Unreadable::NoJournal(other)),
        }
        Ok(reader)
    }

    /// Passes from here on over departures, and over how other calls than these ended: of these nothing is looked at but the
    /// checksum and the number. None: nothing is passed over.
    pub fn only(self, calls: Option<Range<u32>>) -> Self {
        Self {
            only: calls,
            ..self
        }
    }

    /// The next entry that is not passed over; none behind the last that counts.
    ///
    /// # Errors
    /// Damage that is none of a crash's.
    pub fn next(&mut self) -> Result<Option<Entry>, Unreadable> {
        while !self.is_over && self.advance()? {
            let line = self.lines.line();
            let Some(text) = line::text(line) else {
                return self.end();
            };
            let sound = self.sound + line.len() as u64;
            let only = self.only.as_ref();
            if only.is_some_and(|calls| plain::is_of_others(text, calls)) {
                self.sound = sound;
                continue;
            }
            let Some(entry) = line::entry(text) else {
                return self.end();
            };
            self.sound = sound;
            if let Entry::Leg(leg) = &entry {
                self.boot.clone_from(&leg.boot);
            }
            return Ok(Some(entry));
        }
        Ok(None)
    }

    /// Ends it at a line that is none.
    fn end(&mut self) -> Result<Option<Entry>, Unreadable> {
        self.is_over = true;
        let line = self.lines.line();
        // What has no end is the end, also where it is being written to.
        let is_last = !line.ends_with(b"\n") && line.len() < LONGEST;
        if !is_last {
            self.what_follows()?;
        }
        Ok(None)
    }

    /// How many bytes are sound: what stands behind them counts for nothing.
    pub fn sound(&self) -> u64 {
        self.sound
    }

    /// A journal without a first line has nothing that was ever durable behind it.
    fn must_be_unborn(&mut self) -> Result<(), Unreadable> {
        self.is_over = true;
        loop {
            if let Some(Entry::Durable(_)) = line::last_in(self.lines.line()) {
                return Err(Unreadable::Damaged(1));
            }
            if !self.advance()? {
                return Ok(());
            }
        }
    }

    /// Decides whether a line that is not as it was written is the work of a crash: nothing sound stands behind it, or
    /// the machine itself has stopped before any of it was durable.
    fn what_follows(&mut self) -> Result<(), Unreadable> {
        let damaged = Unreadable::Damaged(self.number);
        let restarted = matches!((&self.boot, &self.now), (Some(then), Some(now)) if then != now);
        let sound = self.sound;
        loop {
            match line::last_in(self.lines.line()) {
                None => {}
                Some(_) if !restarted => return Err(damaged),
                Some(Entry::Durable(bytes)) if bytes > sound => return Err(damaged),
                Some(_) => {}
            }
            if !self.advance()? {
                return Ok(());
            }
        }
    }

    /// Reads a line. False at the end.
    fn advance(&mut self) -> io::Result<bool> {
        let is_there = self.lines.advance()?;
        self.number += u64::from(is_there);
        Ok(is_there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOOT: &str = "this start of the machine";

    fn leg(boot: &str) -> Entry {
        Entry::Leg(super::super::entry::LegBegin {
            run: "run".into(),
            started: crate::model::Moment(1),
            at: crate::model::Moment(2),
            boot: Some(boot.into()),
            rate: None,
            burst: 1,
            concurrency: 32,
            parts: 1,
        })
    }

    /// The bytes of a journal, and where each line ends.
    fn journal(entries: &[Entry]) -> (Vec<u8>, Vec<usize>) {
        let (mut bytes, mut ends) = (line::HEADER.to_vec(), vec![line::HEADER.len()]);
        for entry in entries {
            line::write(entry, &mut bytes);
            ends.push(bytes.len());
        }
        (bytes, ends)
    }

    /// The entries that count, and how many bytes are sound; or the line that is damaged.
    fn read(bytes: &[u8]) -> Result<(Vec<Entry>, u64), u64> {
        read_some(bytes, None)
    }

    /// The same, where only the ends of some calls are told.
    fn read_some(bytes: &[u8], only: Option<Range<u32>>) -> Result<(Vec<Entry>, u64), u64> {
        let damage = |unreadable| match unreadable {
            Unreadable::Damaged(line) => line,
            other => panic!("{other:?}"),
        };
        let reader = Reader::new(bytes, Some(BOOT.into())).map_err(damage)?;
        let mut reader = reader.only(only);
        let mut entries = Vec::new();
        while let Some(entry) = reader.next().map_err(damage)? {
            entries.push(entry);
        }
        Ok((entries, reader.sound()))
    }

    #[test]
    fn a_torn_tail_of_any_length_is_dropped() {
        let entries = [
            leg(BOOT),
            Entry::Sending(vec![1, 2].into()),
            Entry::CalledBack(2),
        ];
        let (bytes, ends) = journal(&entries);
        for length in 0..=bytes.len() {
            let whole = ends.iter().filter(|end| **end <= length).count();
            let sound = ends[..whole].last().copied().unwrap_or_default();
            let expected = (entries[..whole.saturating_sub(1)].to_vec(), sound as u64);
            assert_eq!(read(&bytes[..length]), Ok(expected), "{length}");
        }
        for tail in [&b"\0\0\0\0"[..], b"x\ny\nz", b"00000000 {}\n"] {
            let expected = (entries.to_vec(), bytes.len() as u64);
            assert_eq!(read(&[&bytes, tail].concat()), Ok(expected));
        }
    }

    #[test]
    fn damage_in_the_middle_names_its_line() {
        let (bytes, ends) = journal(&[leg(BOOT), Entry::Sending(1.into()), Entry::CalledBack(1)]);
        for at in ends[0]..ends[2] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x80;
            let line = 2 + u64::from(at >= ends[1]);
            assert_eq!(read(&damaged), Err(line), "{at}");
        }
    }

    /// Entries of all kinds that are about a few calls.
    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let of_call = |json: &'static str| {
            (0u32..6).prop_map(move |call| {
                let json = json.replace("CALL", &call.to_string());
                serde_json::from_str(&json).unwrap()
            })
        };
        let entry = prop_oneof![
            2 => of_call(r#"{"sending":[CALL]}"#),
            4 => of_call(r#"{"ended":{"call":CALL,"user":7,"all":{"outcome":"success"},"status":200,"attempts":1,"at":3,"ms":1,"lines":[2]}}"#),
            2 => of_call(r#"{"ended":{"call":CALL,"user":7,"each":[{"outcome":"failed","code":"8015"}],"attempts":1,"at":3,"ms":1}}"#),
            1 => of_call(r#"{"attempt":{"call":CALL,"at":3,"ms":1}}"#),
            1 => of_call(r#"{"takenBack":CALL}"#),
            1 => of_call(r#"{"calledBack":CALL}"#),
            1 => of_call(r#"{"held":{"at":3,"ms":CALL}}"#),
            1 => of_call(r#"{"legEnd":{"at":3,"status":CALL}}"#),
            1 => (0u64..900).prop_map(Entry::Durable),
            1 => prop_oneof![Just(BOOT), Just("before")].prop_map(leg),
        ];
        proptest::collection::vec(entry, 0..12)
    }

    proptest! {
        #[test]
        fn passing_over_other_calls_hides_nothing_else(
            entries in entries(),
            (first, last) in (0u32..6, 0u32..7),
            (damage, cut) in (any::<Option<(prop::sample::Index, u8)>>(), any::<Option<prop::sample::Index>>()),
        ) {
            let (mut bytes, ends) = journal(&entries);
            let header = ends[0];
            if let Some((at, change)) = damage.filter(|_| bytes.len() > header) {
                let at = header + at.index(bytes.len() - header);
                bytes[at] ^= change;
            }
            if let Some(cut) = cut {
                bytes.truncate(header + cut.index(bytes.len() - header + 1));
            }
            let calls = first..last;
            let told = |entry: &Entry| match entry {
                Entry::Sending(_) => false,
                Entry::Ended(end) => calls.contains(&end.call),
                _ => true,
            };
            let all = read(&bytes);
            let expected = all.map(|(all, sound)| (all.into_iter().filter(told).collect(), sound));
            prop_assert_eq!(read_some(&bytes, Some(calls.clone())), expected);
        }
    }

    #[test]
    fn what_a_power_cut_may_have_lost_is_dropped_with_all_behind_it() {
        let lost = |durable: u64| {
            let first = [leg("before"), Entry::Sending(1.into())];
            let (_, ends) = journal(&first);
            let later = [Entry::CalledBack(1), Entry::Durable(durable)];
            let (mut bytes, all) = journal(&[&first[..], &later].concat());
            bytes[ends[1]..ends[2]].fill(0);
            (read(&bytes), ends[1], all[2])
        };
        let (dropped, sound, _) = lost(20);
        assert_eq!(dropped, Ok((vec![leg("before")], sound as u64)));
        let (.., end) = lost(20);
        assert_eq!(lost(end as u64).0, Err(3), "this was durable");
    }

    #[test]
    fn what_is_no_journal_is_told_from_one_of_another_version() {
        let kind = |bytes: &[u8]| match Reader::new(bytes, None).map(|_| ()) {
            Err(Unreadable::NoJournal(kind)) => Some(kind),
            _ => None,
        };
        assert_eq!(kind(b"kept"), Some(Kind::Foreign));
        assert_eq!(kind(b"bulklabel journal 2\n"), Some(Kind::OtherVersion));
        assert_eq!(kind(b""), None);
        assert_eq!(kind(b"bulklabel jou"), None);
        assert_eq!(kind(b"bulklabel jou\0\0\0\0 1\0more"), None);
        assert_eq!(read(b"bulklabel jou\0\0\0\0 1\0more\nx"), Ok((vec![], 0)));
        let (mut zeroed, _) = journal(&[leg(BOOT), Entry::Durable(150)]);
        zeroed[..9].fill(0);
        assert_eq!(
            read(&zeroed),
            Err(1),
            "what was durable can't be lost to a power cut"
        );
    }
}
