//! What a look at a list has found, for people.

use std::fmt;

use super::checked::{
    Checked, CheckedLabel, Findings, LabelRows, LongIdRows, LookAlikes, RejectedRows,
};
use super::cures::{Cures, write_cure};
use super::excerpts::{places, quoted, visible};
use super::organisation::Organisation;
use super::words::{count, counted, span};
use crate::model::{Moment, Rate};

/// So many labels are listed, at most.
const LABELS: usize = 50;

/// So many findings of a kind are told, at most.
const TOLD: usize = 10;

/// The findings as a person reads them.
#[derive(Debug)]
pub struct Told<'a> {
    /// What was found.
    pub checked: &'a Checked,
    /// The rate, where there is one.
    pub rate: Option<Rate>,
    /// When the calls would begin.
    pub now: Moment,
    /// The commands that mend what was found.
    pub cures: &'a Cures,
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_totals(f)?;
        let findings = &self.checked.findings;
        write_labels(f, &self.checked.labels, findings.organisation.as_ref())?;
        write_rejected(f, &findings.rejected, self.cures)?;
        if let Some(path) = &self.checked.rejects {
            writeln!(f, "\nThe rejected rows, to be mended: {path}")?;
        }
        if let Some(organisation) = &findings.organisation {
            organisation.write(f, self.cures)?;
        }
        write_findings(f, findings, self.cures)?;
        write_remarks(f, findings)?;
        if let Some(fixed) = &self.checked.fixed {
            write!(f, "{fixed}")?;
        }
        match findings.is_clean() {
            true => writeln!(f, "\nNothing stands in the way of sending it."),
            false => writeln!(f, "\nLook at this before you send it."),
        }
    }
}

impl Told<'_> {
    fn write_totals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Checked {
            list,
            rows,
            customers,
            calls,
            additions,
            removals,
            ..
        } = self.checked;
        writeln!(
            f,
            "{list}: {}, {}, {}\n\n  Changes:  {}, {}",
            counted(*rows, "row"),
            counted(*customers, "customer"),
            counted(*calls, "call"),
            counted(*additions, "addition"),
            counted(*removals, "removal")
        )?;
        match self.rate {
            Some(rate) => {
                let time = rate.time_for(*calls);
                let end = self.now.after(time).clock(self.now);
                let time = span(time);
                writeln!(
                    f,
                    "  Time:     about {time} at {rate}; begun now, it would end at {end}"
                )
            }
            None => writeln!(f, "  Time:     as fast as the service answers"),
        }
    }
}

fn write_labels(
    f: &mut fmt::Formatter<'_>,
    labels: &[CheckedLabel],
    organisation: Option<&Organisation>,
) -> fmt::Result {
    if labels.is_empty() {
        return Ok(());
    }
    writeln!(
        f,
        "\n  {:>11} {:>11} {:>11}  label",
        "add", "remove", "customers"
    )?;
    for label in labels.iter().take(LABELS) {
        let [add, remove, customers] = [label.add, label.remove, label.customers].map(count);
        let name = visible(&label.label);
        let has_inactive = organisation.is_some_and(|it| it.has_inactive(&label.label));
        // Where it has none at all, that is said once.
        let is_marked = organisation.is_some_and(|it| it.labels > 0) && label.customers > 0;
        let mark = match label.in_org {
            Some(false) if has_inactive => "  (inactive)",
            Some(false) if is_marked => "  (not in the organisation)",
            _ => "",
        };
        writeln!(f, "  {add:>11} {remove:>11} {customers:>11}  {name}{mark}")?;
    }
    write_more(f, labels.len(), LABELS, "label")
}

fn write_rejected(
    f: &mut fmt::Formatter<'_>,
    rejected: &[RejectedRows],
    cures: &Cures,
) -> fmt::Result {
    for group in rejected.chunk_by(|one, next| one.code == next.code) {
        let rows = group.iter().map(|cause| cause.at.rows()).sum();
        let causes = match group.len() {
            1 if rows > 1 => ", one cause",
            _ => "",
        };
        let rows = counted(rows, "row");
        writeln!(f, "\n{rows} rejected{causes}: {}", group[0].code)?;
        let mut causes = group.iter().peekable();
        while let Some(cause) = causes.next() {
            let value = match &cause.value {
                Some(value) if cause.is_same => format!(" ({})", quoted(value)),
                Some(value) => format!(" (such as {})", quoted(value)),
                None => String::new(),
            };
            writeln!(f, "  {}{value}", cause.message)?;
            writeln!(f, "    {}", places(&cause.at))?;
            // A command that mends the next cause, too, is said once.
            let is_said_below = causes.peek().is_some_and(|next| cause.is_mended_like(next));
            if !is_said_below {
                cures.write_of_cause(f, cause)?;
            }
        }
    }
    match rejected.iter().any(RejectedRows::needs_a_person) {
        true => cures.write_by_hand(f),
        false => Ok(()),
    }
}

fn write_findings(f: &mut fmt::Formatter<'_>, findings: &Findings, cures: &Cures) -> fmt::Result {
    let contradictions = &findings.contradictions;
    if !contradictions.is_empty() {
        let rows = counted(contradictions.rows(), "row");
        writeln!(
            f,
            "\n{rows} contradicted by a later row that does the opposite with the same label: the last one counts\n  {}",
            places(contradictions)
        )?;
        write_cure(
            f,
            "  ",
            "To leave out those that don't count",
            cures.fix.as_deref(),
        )?;
    }
    write_look_alikes(f, &findings.look_alikes, cures)?;
    if findings.long_ids.are_more_than_chance() {
        write_rounded(f, &findings.long_ids)?;
    }
    let missing = "is what programs write where there is no value";
    write_label_rows(f, &findings.missing_labels, missing)?;
    let dates = "looks like a date, which a spreadsheet may have made of something else";
    write_label_rows(f, &findings.date_labels, dates)
}

fn write_rounded(f: &mut fmt::Formatter<'_>, ids: &LongIdRows) -> fmt::Result {
    if ids.rounded.is_empty() {
        return Ok(());
    }
    writeln!(
        f,
        "\n{} with an id that a spreadsheet may have rounded to another customer's: it ends in zeros\n  \
         (of {} with 16 digits or more, one in a hundred ends so by chance)\n  {}",
        counted(ids.rounded.rows(), "row"),
        counted(ids.rows, "row"),
        places(&ids.rounded)
    )
}

fn write_look_alikes(
    f: &mut fmt::Formatter<'_>,
    look_alikes: &[LookAlikes],
    cures: &Cures,
) -> fmt::Result {
    for group in look_alikes.iter().take(TOLD) {
        let is_rarer = group
            .slips
            .iter()
            .all(|slip| slip.customers < group.customers);
        let meaning = match is_rarer {
            true => "has look-alikes, probably slips",
            false => "has look-alikes: is one of them meant?",
        };
        let (label, customers) = (quoted(&group.label), counted(group.customers, "customer"));
        writeln!(f, "\n{label} ({customers}) {meaning}")?;
        for slip in group.slips.iter().take(TOLD) {
            writeln!(
                f,
                "  {} ({}) differs in {}\n    {}",
                quoted(&slip.label),
                counted(slip.customers, "customer"),
                slip.differs_in.join(" and "),
                places(&slip.at)
            )?;
        }
        write_more(f, group.slips.len(), TOLD, "look-alike")?;
        let fixable = group.slips.iter().filter(|slip| slip.is_fixable).count();
        let of_all = match fixable {
            0 => None,
            _ => cures.fix.as_deref(),
        };
        let what = match fixable == group.slips.len() {
            true => "To mend them".to_owned(),
            false => format!("To mend those that differ in what nobody sees ({fixable})"),
        };
        write_cure(f, "  ", &what, of_all)?;
    }
    write_more(f, look_alikes.len(), TOLD, "such group")
}

fn write_remarks(f: &mut fmt::Formatter<'_>, findings: &Findings) -> fmt::Result {
    if findings.has_remarks() {
        writeln!(f, "\nNo findings, but good to know:")?;
    }
    let quotes = "is in quotes that are part of it, and is sent with them";
    write_label_rows(f, &findings.quoted_labels, quotes)?;
    let long = "has more than 100 characters, more than the service documents";
    write_label_rows(f, &findings.long_labels, long)?;
    if !findings.long_ids.are_more_than_chance() {
        write_rounded(f, &findings.long_ids)?;
    }
    let duplicates = &findings.duplicates;
    if !duplicates.is_empty() {
        let rows = counted(duplicates.rows(), "row");
        let what = "the same as a later row of the customer, which counts";
        writeln!(f, "\n{rows} {what}\n  {}", places(duplicates))?;
    }
    Ok(())
}

fn write_label_rows(f: &mut fmt::Formatter<'_>, labels: &[LabelRows], what: &str) -> fmt::Result {
    for (at, label) in labels.iter().take(TOLD).enumerate() {
        let apart = if at == 0 { "\n" } else { "" };
        writeln!(
            f,
            "{apart}{} {what}\n  {}",
            quoted(&label.label),
            places(&label.at)
        )?;
    }
    write_more(f, labels.len(), TOLD, "such label")
}

fn write_more(f: &mut fmt::Formatter<'_>, all: usize, told: usize, noun: &str) -> fmt::Result {
    match all.saturating_sub(told) as u64 {
        0 => Ok(()),
        more => {
            let more = counted(more, &format!("more {noun}"));
            writeln!(f, "  and {more} (--json has all)")
        }
    }
}
