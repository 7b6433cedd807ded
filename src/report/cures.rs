//! The commands that mend what a look at a list has found.

use std::fmt;

use super::checked::RejectedRows;
use super::words::count;

/// Commands as they are typed; none where there is none, or where what it does has been done.
#[derive(Debug, Clone, Default)]
pub struct Cures {
    /// Gives the label, which is none of the list's own, the name that is meant.
    pub label: Option<String>,
    /// Writes the list again, mended where that is certain.
    pub fix: Option<String>,
    /// Writes the rejected rows, to be mended by hand.
    pub rejects: Option<String>,
    /// Reads the list in windows-1252, in which Excel writes plain CSV in the West.
    pub western: Option<String>,
    /// Lets the last row win where the list contradicts itself.
    pub last_wins: Option<String>,
    /// Allows as many labels for a customer as the list has.
    pub more_labels: Option<String>,
}

impl Cures {
    /// What mends a cause, where something does.
    pub(super) fn write_of_cause(
        &self,
        f: &mut fmt::Formatter<'_>,
        cause: &RejectedRows,
    ) -> fmt::Result {
        let mut write =
            |what: &str, cure: &Option<String>| write_cure(f, "    ", what, cure.as_deref());
        match cause.code {
            "INVALID_ENCODING" if cause.is_western => write(
                "Perhaps this is what it is in (look at the labels then)",
                &self.western,
            ),
            "CONFLICT" => write("To let the last row count", &self.last_wins),
            "TOO_MANY_LABELS" => write("To allow as many", &self.more_labels),
            _ if cause.fixable == cause.at.rows() => write("To mend them", &self.fix),
            _ if cause.fixable > 0 => {
                let what = format!("To mend {} of them", count(cause.fixable));
                write(&what, &self.fix)
            }
            _ => Ok(()),
        }
    }

    /// What gives labels the names that are meant in the organisation.
    pub(super) fn write_of_labels(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cure = self.label.as_deref().or(self.fix.as_deref());
        write_cure(f, "  ", "To mend what is certain", cure)
    }

    /// What helps a person to mend the rows that nothing else mends.
    pub(super) fn write_by_hand(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rejects {
            Some(_) => {
                writeln!(f)?;
                let what = "To mend by hand what no command mends, in a file of its own";
                write_cure(f, "", what, self.rejects.as_deref())
            }
            None => Ok(()),
        }
    }
}

impl RejectedRows {
    /// Whether all rows of both causes are mended by writing the list again.
    pub(super) fn is_mended_like(&self, other: &Self) -> bool {
        let by_fix = |rows: &Self| rows.fixable > 0 && rows.fixable == rows.at.rows();
        by_fix(self) && by_fix(other)
    }

    /// Whether some of the rows can be mended by a person only.
    pub(super) fn needs_a_person(&self) -> bool {
        match self.code {
            "CONFLICT" | "TOO_MANY_LABELS" => false,
            "INVALID_ENCODING" => !self.is_western,
            _ => self.fixable < self.at.rows(),
        }
    }
}

/// A command on a line of its own, behind what it is for.
pub(super) fn write_cure(
    f: &mut fmt::Formatter<'_>,
    indent: &str,
    what: &str,
    cure: Option<&str>,
) -> fmt::Result {
    match cure {
        Some(command) => writeln!(f, "{indent}{what}: {command}"),
        None => Ok(()),
    }
}
