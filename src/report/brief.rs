//! What stands out in a list, in a few words for who is asked whether to send it.

use super::checked::{CheckedLabel, Findings};
use super::excerpts::{quoted, visible};
use super::words::counted;

/// So many labels are named, at most.
const LABELS: usize = 5;

/// Labels with what is done with them, the most frequent first, a line each: `VIP: 1,200 additions`.
pub fn labels_in_brief(labels: &[CheckedLabel]) -> Vec<String> {
    let changes = |label: &CheckedLabel| {
        let sides = [(label.add, "addition"), (label.remove, "removal")].into_iter();
        let sides = sides.filter(|(rows, _)| *rows > 0);
        let sides: Vec<_> = sides.map(|(rows, side)| counted(rows, side)).collect();
        format!("{}: {}", visible(&label.label), sides.join(", "))
    };
    let sent = labels.iter().filter(|label| label.customers > 0);
    let mut lines: Vec<_> = sent.clone().take(LABELS).map(changes).collect();
    match sent.count().saturating_sub(LABELS) as u64 {
        0 => {}
        more => lines.push(format!("and {}", counted(more, "more label"))),
    }
    lines
}

/// What may not be meant, a line each; nothing where all is well.
pub fn doubts_in_brief(findings: &Findings) -> Vec<String> {
    let mut doubts = Vec::new();
    let rows = findings.contradictions.rows();
    if rows > 0 {
        let rows = counted(rows, "row");
        doubts.push(format!("{rows} contradicted by later ones"));
    }
    for group in findings.look_alikes.iter().take(LABELS) {
        let slips = group.slips.iter().take(LABELS);
        let slips: Vec<_> = slips.map(|slip| quoted(&slip.label)).collect();
        let slips = slips.join(", ");
        doubts.push(format!("{} and {slips} look alike", quoted(&group.label)));
    }
    let rounded = findings.long_ids.rounded.rows();
    if findings.long_ids.are_more_than_chance() {
        let rows = counted(rounded, "row");
        doubts.push(format!(
            "{rows} with an id that a spreadsheet may have rounded"
        ));
    }
    for label in findings.missing_labels.iter().take(LABELS) {
        doubts.push(format!("{} is no value", quoted(&label.label)));
    }
    for label in findings.date_labels.iter().take(LABELS) {
        doubts.push(format!("{} looks like a date", quoted(&label.label)));
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{LabelRows, LookAlikes, Slip};

    fn label(name: &str, add: u64, remove: u64) -> CheckedLabel {
        CheckedLabel {
            label: name.into(),
            add,
            remove,
            customers: add + remove,
            in_org: None,
        }
    }

    #[test]
    fn labels_are_named_with_what_is_done_with_them() {
        let labels = [
            label("VIP", 1_200, 1),
            label("Old", 0, 7),
            label("never sent", 0, 0),
        ];
        assert_eq!(
            labels_in_brief(&labels),
            ["VIP: 1,200 additions, 1 removal", "Old: 7 removals"]
        );
        let many = vec![label("VIP", 1, 0); 8];
        assert_eq!(labels_in_brief(&many).last().unwrap(), "and 3 more labels");
    }

    #[test]
    fn what_may_not_be_meant_is_told_and_no_more() {
        assert!(doubts_in_brief(&Findings::default()).is_empty());
        let mut findings = Findings::default();
        findings.contradictions.add(7);
        findings.long_ids.rounded.add(8);
        findings.look_alikes.push(LookAlikes {
            label: "Gold Member".into(),
            customers: 9,
            slips: vec![Slip {
                label: "Gold\u{A0}Member".into(),
                customers: 1,
                differs_in: vec!["spaces"],
                is_fixable: true,
                at: Default::default(),
            }],
        });
        findings.date_labels.push(LabelRows {
            label: "1-May".into(),
            at: Default::default(),
        });
        insta::assert_snapshot!(doubts_in_brief(&findings).join("\n"));
    }
}
