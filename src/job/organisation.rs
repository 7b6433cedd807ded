//! A plan's labels, held against those that the organisation has.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::fixing::Renames;
use super::inspection::word;
use super::remaining::Remaining;
use super::run::Run;
use super::standing::Standing;
use crate::list::label_from_flag;
use crate::model::Action;
use crate::plan::{Known, LabelUse, Plan};
use crate::report::{Checked, NotInUse, Organisation};
use crate::service::Catalogue;

/// Adds to what was found in a list what the organisation's labels say of it, and says which labels certainly have another name
/// there. Those that it has keep theirs, whatever the list itself may suggest.
pub fn hold_against(catalogue: &Catalogue, plan: &Plan, checked: &mut Checked) -> Renames {
    for label in &mut checked.labels {
        label.in_org = Some(catalogue.is_active(&label.label) == Some(true));
    }
    let organisation = not_in_use(catalogue, plan, plan.label_uses());
    checked.findings.organisation = Some(organisation);
    let labels = || checked.labels.iter().map(|label| &*label.label);
    let known = labels().filter(|label| catalogue.is_active(label).is_some());
    let kept = known.map(|label| (label.to_owned(), label.to_owned()));
    kept.chain(certain_renames(catalogue, labels())).collect()
}

/// The labels that would be sent and that the organisation does not have in use; `uses` says what would be sent.
pub fn not_in_use(catalogue: &Catalogue, plan: &Plan, uses: &[LabelUse]) -> Organisation {
    let name = |this: &LabelUse| plan.labels().name(this.label);
    let sent = || uses.iter().filter(|this| this.customers() > 0);
    let mut absent: Vec<_> = sent()
        .filter(|this| catalogue.is_active(name(this)) != Some(true))
        .collect();
    absent.sort_by_key(|this| Reverse(this.customers()));
    let mut known = Known::of(catalogue.active());
    let not_in_use = absent.into_iter().map(|this| {
        let label = name(this);
        let likely = known.likely(label);
        let is_listed = catalogue.is_active(label).is_some();
        NotInUse {
            label: label.to_owned(),
            inactive: is_listed,
            add: this.adds,
            remove: this.removes,
            nearest: likely.as_ref().map(|likely| likely.name.to_owned()),
            differs_in: likely.as_ref().map_or_else(Vec::new, |likely| {
                likely.differences.iter().copied().map(word).collect()
            }),
            certain: likely.is_some_and(|it| it.is_certain && !is_listed && can_be_listed(it.name)),
            at: plan.lines_of(this.label).clone(),
        }
    });
    Organisation {
        labels: catalogue.len() as u64,
        sent: sent().count() as u64,
        not_in_use: not_in_use.collect(),
    }
}

/// What the calls that are left would send, label by label.
pub fn uses_left(run: &Run<'_>, standing: &Standing) -> Vec<LabelUse> {
    let plan = &run.planned.plan;
    let mut uses = plan.label_uses().to_vec();
    for this in &mut uses {
        (this.adds, this.removes) = (0, 0);
    }
    let inputs = (run.source, run.reading, run.planned);
    // Where a part can't be planned once more, calling ends for it.
    for (call, _) in Remaining::of(inputs, standing.left(), || true) {
        for change in &call.changes {
            let this = &mut uses[change.label.get() as usize];
            match change.action {
                Action::Add => this.adds += 1,
                Action::Remove => this.removes += 1,
            }
        }
    }
    uses
}

/// What mends a list without doubt: of these labels those that the organisation lacks, each with the only one in use that
/// looks like it. A label that it has but inactive is left alone: somebody has meant that.
fn certain_renames<'a>(
    catalogue: &Catalogue,
    labels: impl IntoIterator<Item = &'a str>,
) -> BTreeMap<String, String> {
    let mut known = Known::of(catalogue.active());
    let lacking = labels
        .into_iter()
        .filter(|label| catalogue.is_active(label).is_none());
    let renames = lacking.filter_map(|label| {
        let likely = known.likely(label)?;
        let is_certain = likely.is_certain && can_be_listed(likely.name);
        is_certain.then(|| (label.to_owned(), likely.name.to_owned()))
    });
    renames.collect()
}

/// Whether a list can name the label: what surrounds it is dropped, and control characters are refused.
fn can_be_listed(label: &str) -> bool {
    label_from_flag(label).is_ok_and(|read| read == label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leaves_no_doubt_is_mended() {
        let catalogue = Catalogue::from_iter([
            ("VIP", true),
            ("Gold Member", true),
            ("GOLD MEMBER", true),
            ("Newsletter", true),
            ("Old ", true),
            ("Summer", false),
            ("SUMMER", true),
            ("winter", false),
            ("Level2", true),
            ("Masse", true),
        ]);
        let labels = [
            "VIP",
            "vip",
            "Gold member",
            "Newsleter",
            "Old",
            "old",
            "Summer",
            "summer",
            "Winter",
            "Vip\u{A0}",
            "Level\u{B2}",
            "Ma\u{DF}e",
        ];
        let renames: Vec<_> = certain_renames(&catalogue, labels).into_iter().collect();
        let expected = [("Vip\u{A0}", "VIP"), ("summer", "SUMMER"), ("vip", "VIP")];
        let expected = expected.map(|(from, to)| (from.to_owned(), to.to_owned()));
        assert_eq!(renames, expected);
    }
}
