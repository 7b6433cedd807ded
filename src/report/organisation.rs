//! What an organisation's labels say of a list, for programs and for people.

use std::fmt;

use serde::Serialize;

use super::cures::Cures;
use super::excerpts::{places, quoted};
use super::words::{count, counted};
use crate::model::FirstLines;

/// So many labels are told, at most.
const TOLD: usize = 10;

/// What an organisation without labels says of all that would be sent.
const NONE: &str =
    "has no labels at all, so none of those that would be sent: is it the right organisation?";

/// The organisation's labels, held against those that a list would send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    /// How many labels it has, those that are inactive included.
    pub labels: u64,
    /// How many different labels would be sent.
    #[serde(skip)]
    pub sent: u64,
    /// Those of them that it does not have in use, the most frequent first.
    pub not_in_use: Vec<NotInUse>,
}

/// A label that would be sent, and that the organisation does not have in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotInUse {
    /// Its name.
    pub label: String,
    /// Whether the organisation has it, but inactive.
    pub inactive: bool,
    /// How many customers would get it.
    pub add: u64,
    /// How many would lose it.
    pub remove: u64,
    /// The active label that is most like it.
    pub nearest: Option<String>,
    /// In what it differs from that, where both look alike.
    pub differs_in: Vec<&'static str>,
    /// Whether that is meant without doubt.
    pub certain: bool,
    /// Where it stands.
    #[serde(flatten)]
    pub at: FirstLines,
}

impl NotInUse {
    /// The cause in words: `"VIP " is not in the organisation; "VIP" is, and differs in spaces`.
    pub fn why(&self) -> String {
        let what = match self.inactive {
            true => "is inactive in the organisation",
            false => "is not in the organisation",
        };
        let nearest = self.nearest.as_deref().map(quoted).unwrap_or_default();
        let instead = match (
            nearest.is_empty(),
            self.differs_in.is_empty(),
            self.inactive,
        ) {
            (true, _, true) => String::new(),
            (true, _, false) => ", nor is one like it".to_owned(),
            (false, true, _) => format!("; the nearest in use is {nearest}"),
            (false, false, true) => format!(
                "; {nearest} is in use, and differs in {}",
                self.differs_in.join(" and ")
            ),
            (false, false, false) => {
                format!(
                    "; {nearest} is, and differs in {}",
                    self.differs_in.join(" and ")
                )
            }
        };
        format!("{} {what}{instead}", quoted(&self.label))
    }

    /// What would be done with it.
    fn changes(&self) -> String {
        let customers = |number| counted(number, "customer");
        match (self.add, self.remove) {
            (add, 0) => format!("added to {}", customers(add)),
            (0, remove) => format!("removed from {}", customers(remove)),
            (add, remove) => format!(
                "added to {}, removed from {}",
                customers(add),
                count(remove)
            ),
        }
    }
}

impl Organisation {
    /// Whether it has all labels that would be sent in use.
    pub fn is_clean(&self) -> bool {
        self.not_in_use.is_empty()
    }

    /// The name that is meant without doubt by the first label that has one.
    pub fn certain(&self) -> Option<&str> {
        let mut certain = self.not_in_use.iter().filter(|label| label.certain);
        certain.next()?.nearest.as_deref()
    }

    /// Whether a label that would be sent is inactive.
    pub fn has_inactive(&self, label: &str) -> bool {
        let mut labels = self.not_in_use.iter();
        labels.any(|it| it.inactive && it.label == label)
    }

    /// Writes it among the findings.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, cures: &Cures) -> fmt::Result {
        match (self.sent, self.is_clean()) {
            (0, _) => return Ok(()),
            (1, true) => return writeln!(f, "\nThe label is in use in the organisation."),
            (sent, true) => {
                let sent = count(sent);
                return writeln!(f, "\nAll {sent} labels are in use in the organisation.");
            }
            _ if self.labels == 0 => {
                return writeln!(f, "\nThe organisation {NONE}");
            }
            _ => {}
        }
        for label in self.not_in_use.iter().take(TOLD) {
            let rows = counted(label.at.rows(), "row");
            writeln!(f, "\n{rows}, one cause: {}", label.why())?;
            writeln!(f, "  {}, {}", label.changes(), places(&label.at))?;
        }
        let more = self.not_in_use.len().saturating_sub(TOLD) as u64;
        if more > 0 {
            let more = counted(more, "more label");
            writeln!(
                f,
                "\n{more} not in use in the organisation (--json has all)"
            )?;
        }
        match self.certain() {
            Some(_) => cures.write_of_labels(f),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Organisation {
    /// Why nothing is sent: one cause a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.labels == 0 {
            return write!(f, "the organisation {NONE}");
        }
        match self.not_in_use.len() as u64 {
            1 => write!(
                f,
                "a label that would be sent is not in use in the organisation:"
            )?,
            labels => write!(
                f,
                "{} labels that would be sent are not in use in the organisation:",
                count(labels)
            )?,
        }
        for label in self.not_in_use.iter().take(TOLD) {
            write!(f, "\n  {}", label.why())?;
        }
        match self.not_in_use.len().saturating_sub(TOLD) as u64 {
            0 => Ok(()),
            more => write!(f, "\n  and {}", counted(more, "more label")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(
        label: &str,
        inactive: bool,
        nearest: Option<&str>,
        differs_in: &[&'static str],
    ) -> NotInUse {
        let mut at = FirstLines::default();
        (2..5).for_each(|line| at.add(line));
        NotInUse {
            label: label.to_owned(),
            inactive,
            add: 2,
            remove: 1,
            nearest: nearest.map(str::to_owned),
            differs_in: differs_in.to_vec(),
            certain: false,
            at,
        }
    }

    #[test]
    fn each_cause_is_one_sentence() {
        let mut not_in_use = vec![
            label("Gold\u{A0}Member", false, Some("Gold Member"), &["spaces"]),
            label("Newsleter", false, Some("Newsletter"), &[]),
            label("Diwali", false, None, &[]),
            label("Summer Sale 2019", true, None, &[]),
            label("Summer Sale", true, Some("Summer Sales"), &[]),
            label("summer", true, Some("SUMMER"), &["case"]),
        ];
        not_in_use.extend((0..6).map(|n| label(&format!("Label {n}"), false, None, &[])));
        let organisation = Organisation {
            labels: 7,
            sent: 12,
            not_in_use,
        };
        insta::assert_snapshot!(organisation.to_string());
        let none = Organisation {
            labels: 0,
            ..organisation
        };
        insta::assert_snapshot!(none.to_string());
    }
}
