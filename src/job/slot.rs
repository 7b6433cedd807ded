//! What became of a row, in sixteen bytes. Pure.

use super::endings::End;
use crate::model::RowIndex;
use crate::plan::Fate;
use crate::record::{Ending, Ledger};

/// How long a slot is.
pub const SLOT: usize = 16;

/// So many numbers say that nothing was sent, and why; those from here on are outcomes.
const OUTCOMES: u32 = 16;

/// The slot of a row; one that was never written, of zeros, is that of a row which breaks a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slot {
    what: u32,
    /// Attempts, another row, or labels.
    more: u32,
    ending: u64,
}

impl Slot {
    /// Of a row whose call has ended.
    pub fn settled(ending: Ending) -> Self {
        let Ending {
            outcome,
            attempts,
            last,
        } = ending;
        Self {
            // There are fewer outcomes than 31 bits can number.
            what: OUTCOMES + outcome,
            more: attempts,
            ending: last.bits(),
        }
    }

    /// Of a row whose call has not ended, after so many attempts.
    pub fn pending(attempts: u32) -> Self {
        Self::plain(1, attempts)
    }

    /// Of a row that is in no call; none of one that is.
    pub fn left_out(fate: Fate) -> Option<Self> {
        Some(match fate {
            Fate::Called => return None,
            Fate::Duplicate(row) => Self::plain(2, row.0),
            Fate::Superseded(row) => Self::plain(3, row.0),
            Fate::Conflict(row) => Self::plain(4, row.0),
            Fate::TooManyLabels(labels) => Self::plain(5, labels),
        })
    }

    fn plain(what: u32, more: u32) -> Self {
        let ending = 0;
        Self { what, more, ending }
    }

    /// What it says; `ledger` knows the outcomes. None where it was never written so.
    pub fn end(self, ledger: &Ledger) -> Option<End<'_>> {
        let row = RowIndex(self.more);
        Some(match self.what {
            0 => End::Rejected,
            1 => End::Pending(self.more),
            2 => End::LeftOut(Fate::Duplicate(row)),
            3 => End::LeftOut(Fate::Superseded(row)),
            4 => End::LeftOut(Fate::Conflict(row)),
            5 => End::LeftOut(Fate::TooManyLabels(self.more)),
            what => {
                let outcome = what.checked_sub(OUTCOMES)?;
                End::Settled(ledger.settled_with(outcome, self.more, self.ending)?)
            }
        })
    }

    /// Its bytes.
    pub fn bytes(self) -> [u8; SLOT] {
        let mut bytes = [0; SLOT];
        bytes[..4].copy_from_slice(&self.what.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.more.to_le_bytes());
        bytes[8..].copy_from_slice(&self.ending.to_le_bytes());
        bytes
    }

    /// The slot with these bytes.
    pub fn of(bytes: &[u8; SLOT]) -> Self {
        let [a, b, c, d, e, f, g, h, ending @ ..] = *bytes;
        Self {
            what: u32::from_le_bytes([a, b, c, d]),
            more: u32::from_le_bytes([e, f, g, h]),
            ending: u64::from_le_bytes(ending),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CallRecord, Moment, Outcome, OutcomeKind, Outcomes};

    #[test]
    fn what_became_of_a_row_is_read_as_it_was_written() {
        let failed = Outcome::new(OutcomeKind::Failed, "8015", "not found");
        let record = CallRecord {
            user: 9,
            outcomes: Outcomes::All(failed.clone()),
            status: Some(404),
            attempts: 70_000,
            at: Moment(1_795_400_000_123),
        };
        let mut ledger = Ledger::new(1);
        ledger.enter(0, &record, Vec::new);
        let settled = Slot::settled(ledger.ending(0, || None).unwrap());
        let read = Slot::of(&settled.bytes());
        let expected = ledger.settled(0, || None).unwrap();
        assert_eq!(expected.outcome, &failed);
        assert_eq!(read.end(&ledger), Some(End::Settled(expected)));

        let fates = [
            Fate::Duplicate(RowIndex(7)),
            Fate::Superseded(RowIndex(8)),
            Fate::Conflict(RowIndex(u32::MAX)),
            Fate::TooManyLabels(1_001),
        ];
        for fate in fates {
            let slot = Slot::left_out(fate).unwrap();
            assert_eq!(
                Slot::of(&slot.bytes()).end(&ledger),
                Some(End::LeftOut(fate))
            );
        }
        assert_eq!(Slot::pending(3).end(&ledger), Some(End::Pending(3)));
        assert_eq!(Slot::of(&[0; SLOT]).end(&ledger), Some(End::Rejected));
        assert_eq!(Slot::of(&[9; SLOT]).end(&ledger), None);
    }
}
