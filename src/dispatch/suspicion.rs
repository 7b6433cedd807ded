//! Whether the answers can still be about the customers (contract, section 3). Pure.

use crate::model::Bearing;

/// So many in a row, wherever they come, are too many.
const IN_A_ROW: usize = 10;

/// Watches how calls end, in the order in which they do. `T` is what is kept of a suspect call, so that it can be
/// taken back.
#[derive(Debug)]
pub struct Suspicion<T> {
    /// How many calls have ended since this process began, and how many of them were suspect.
    ended: u64,
    suspect: u64,
    streak: Vec<T>,
    certain: bool,
}

/// What to do with a call that has just ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Judgement<T> {
    /// Record it.
    Record,
    /// Do not record it, take these back, and stop: it is not about the customers.
    Stop(Vec<T>),
    /// Do not record it: the run stops already, for the same reason.
    Discard,
}

impl<T> Default for Suspicion<T> {
    fn default() -> Self {
        Self::after(Vec::new())
    }
}

impl<T> Suspicion<T> {
    /// Goes on where the last calls of an earlier process, these, were suspect.
    pub fn after(streak: Vec<T>) -> Self {
        Self {
            ended: 0,
            suspect: 0,
            streak,
            certain: false,
        }
    }

    /// Judges a call that has ended; `call` is kept while it is suspect.
    pub fn judge(&mut self, bearing: Bearing, call: impl FnOnce() -> T) -> Judgement<T> {
        self.ended += 1;
        match bearing {
            Bearing::Neither => return Judgement::Record,
            Bearing::Clears => {
                self.streak.clear();
                return Judgement::Record;
            }
            Bearing::Suspect if self.certain => return Judgement::Discard,
            Bearing::Suspect => {}
        }
        self.suspect += 1;
        let first_two = self.ended == 2 && self.suspect == 2;
        if first_two || self.streak.len() + 1 >= IN_A_ROW {
            self.certain = true;
            return Judgement::Stop(std::mem::take(&mut self.streak));
        }
        self.streak.push(call());
        Judgement::Record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judges calls named `s` (suspect), `n` (neither) or `.` (any other): `r`ecorded, `d`iscarded, or the number
    /// taken back.
    fn judged(calls: &str) -> String {
        let mut suspicion = Suspicion::default();
        let judge = |call| {
            let bearing = match call {
                's' => Bearing::Suspect,
                'n' => Bearing::Neither,
                _ => Bearing::Clears,
            };
            match suspicion.judge(bearing, || ()) {
                Judgement::Record => "r".to_owned(),
                Judgement::Discard => "d".to_owned(),
                Judgement::Stop(taken_back) => taken_back.len().to_string(),
            }
        };
        calls.chars().map(judge).collect()
    }

    #[test]
    fn the_first_two_are_enough() {
        assert_eq!(judged("ss"), "r1");
        assert_eq!(judged("s.ss"), "rrrr");
        assert_eq!(judged("nss"), "rrr", "two, but not the first two");
    }

    #[test]
    fn a_row_goes_on_from_one_process_to_the_next() {
        let mut suspicion = Suspicion::after(vec![0; 8]);
        assert_eq!(suspicion.judge(Bearing::Suspect, || 1), Judgement::Record);
        let all = Judgement::Stop(vec![0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(suspicion.judge(Bearing::Suspect, || 2), all);
        let mut suspicion = Suspicion::after(vec![0]);
        assert_eq!(suspicion.judge(Bearing::Clears, || 1), Judgement::Record);
        assert_eq!(suspicion.judge(Bearing::Suspect, || 2), Judgement::Record);
    }

    #[test]
    fn later_it_takes_ten_in_a_row() {
        assert_eq!(judged(".sssssssss."), "rrrrrrrrrrr");
        assert_eq!(judged(".ssssssssss"), "rrrrrrrrrr9");
    }

    #[test]
    fn calls_that_say_nothing_neither_count_nor_break() {
        assert_eq!(judged(".sssnsssnnsssns"), "rrrrrrrrrrrrrr9");
    }

    #[test]
    fn what_ends_while_the_run_stops_is_judged_too() {
        assert_eq!(judged("ss.s"), "r1rd");
    }
}
