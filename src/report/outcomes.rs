//! Rows by outcome and code, for people.

use std::fmt;

use super::words::count;
use crate::model::{OutcomeKind, Tally};

/// A line an outcome, and beneath it one for each of its codes with the first row that has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcomes<'a> {
    pub tally: &'a Tally,
    /// Whether rows have their lines in another list than the one that is read.
    pub of_list: bool,
}

impl fmt::Display for Outcomes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_list = if self.of_list { " of the list" } else { "" };
        for kind in OutcomeKind::ALL {
            let rows = self.tally.rows(kind);
            if rows == 0 {
                continue;
            }
            writeln!(f, "  {:<12}{:>11}", kind.as_str(), count(rows))?;
            for (_, code, example) in self.tally.codes().filter(|(of, ..)| *of == kind) {
                let rows = count(example.rows);
                let said = if example.message.is_empty() { "" } else { ": " };
                let (line, message) = (example.line, &example.message);
                writeln!(
                    f,
                    "    {code:<18}{rows:>9}  first on line {line}{of_list}{said}{message}"
                )?;
            }
        }
        Ok(())
    }
}
