//! A list, looked at before anything of it is sent.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::causes::{Case, Cause, Causes};
use super::fixing::{Renames, renames_of};
use super::reading::{Planned, Reading, plan_watched};
use crate::list::{ListError, Source};
use crate::model::{LabelId, OutcomeKind, Rate, RejectCode, Rejection, Tally};
use crate::plan::{Alike, Difference, LabelSign, LabelUse, Plan, look_alikes};
use crate::report::{
    Checked, CheckedLabel, Findings, LabelRows, LongIdRows, LookAlikes, RejectedRows, Slip,
};

/// Reads and plans a list, and finds what a careful person wants to know before it is sent at `rate`.
///
/// # Errors
/// What makes the whole list unusable.
pub fn inspect(
    source: &Source,
    reading: &Reading,
    rate: Option<Rate>,
) -> Result<(Planned, Checked), ListError> {
    let note = |causes: &mut Causes, rejection: Rejection, case, line| {
        causes.add(rejection.code, &rejection.message, case, line);
    };
    let (planned, causes) = plan_watched(source, reading, &Case::of, note)?;
    let (plan, totals) = (&planned.plan, planned.plan.totals());
    let uses = plan.label_uses();
    let calls = u64::from(totals.calls);
    let seconds = |rate: Rate| (rate.time_for(calls).as_secs_f64() * 10.0).round() / 10.0;
    let checked = Checked {
        list: source.name().to_owned(),
        rows: u64::from(plan.data_rows()),
        customers: u64::from(plan.customers()),
        calls,
        additions: totals.additions,
        removals: totals.removals,
        rejected: rows_by_code(&planned.left_out, OutcomeKind::Rejected),
        skipped: rows_by_code(&planned.left_out, OutcomeKind::Skipped),
        labels: labels(plan, uses),
        seconds: rate.map(seconds),
        findings: findings(plan, uses, causes),
        fixed: None,
        rejects: None,
    };
    Ok((planned, checked))
}

fn rows_by_code(left_out: &Tally, wanted: OutcomeKind) -> BTreeMap<String, u64> {
    let codes = left_out.codes().filter(|(kind, ..)| *kind == wanted);
    codes
        .map(|(_, code, example)| (code.to_owned(), example.rows))
        .collect()
}

/// All labels, the most frequent first.
pub(super) fn labels(plan: &Plan, uses: &[LabelUse]) -> Vec<CheckedLabel> {
    let mut uses = uses.to_vec();
    uses.sort_by_key(|this| Reverse(this.customers()));
    let labels = uses.into_iter().map(|this| CheckedLabel {
        label: plan.labels().name(this.label).to_owned(),
        add: this.adds,
        remove: this.removes,
        customers: this.customers(),
        in_org: None,
    });
    labels.collect()
}

/// What stands out in a plan, and the `causes` of the rows that the list's reader has rejected.
pub(super) fn findings(plan: &Plan, uses: &[LabelUse], mut causes: Causes) -> Findings {
    let customers = |label: LabelId| uses[label.get() as usize].customers();
    let alike = look_alikes(plan.labels(), customers);
    let signs: Vec<_> = uses
        .iter()
        .flat_map(|this| {
            LabelSign::of(plan.labels().name(this.label)).map(|sign| (sign, this.label))
        })
        .collect();
    let with_sign = |wanted: LabelSign| {
        let labels = signs.iter().filter(|(sign, _)| *sign == wanted);
        let labels = labels.map(|(_, label)| LabelRows {
            label: plan.labels().name(*label).to_owned(),
            at: plan.lines_of(*label).clone(),
        });
        labels.collect()
    };
    let long_ids = plan.long_ids();
    add_rejected(plan, &mut causes);
    let left_out = plan.left_out();
    let renames = renames_of(plan);
    Findings {
        rejected: causes.into_all().map(rejected_rows).collect(),
        contradictions: left_out.superseded.lines.clone(),
        look_alikes: alike
            .iter()
            .map(|group| named(group, plan, customers, &renames))
            .collect(),
        long_ids: LongIdRows {
            rows: long_ids.rows,
            rounded: long_ids.rounded.clone(),
        },
        missing_labels: with_sign(LabelSign::Missing),
        date_labels: with_sign(LabelSign::Date),
        organisation: None,
        quoted_labels: with_sign(LabelSign::Quoted),
        long_labels: with_sign(LabelSign::Long),
        duplicates: left_out.duplicates.lines.clone(),
    }
}

/// The valid rows that the plan rejects.
fn add_rejected(plan: &Plan, causes: &mut Causes) {
    let left_out = plan.left_out();
    let message = "the list both adds and removes the customer's label";
    causes.add_rows(RejectCode::Conflict, message, &left_out.conflicts.lines);
    let most = plan.policy().max_labels;
    let message =
        format!("the list has more than {most} different labels for the customer (--max-labels)");
    let rows = &left_out.too_many_labels.lines;
    causes.add_rows(RejectCode::TooManyLabels, &message, rows);
}

fn rejected_rows((code, cause): (RejectCode, Cause)) -> RejectedRows {
    RejectedRows {
        code: code.as_str(),
        message: cause.message,
        value: cause.value,
        is_same: cause.is_same,
        fixable: cause.fixable,
        is_western: cause.is_western,
        at: cause.lines,
    }
}

fn named(
    group: &Alike,
    plan: &Plan,
    customers: impl Fn(LabelId) -> u64,
    renames: &Renames,
) -> LookAlikes {
    let name = |label: LabelId| plan.labels().name(label).to_owned();
    let slips = group.slips.iter().map(|(label, differences)| Slip {
        label: name(*label),
        customers: customers(*label),
        differs_in: differences.iter().copied().map(word).collect(),
        is_fixable: renames.contains_key(plan.labels().name(*label)),
        at: plan.lines_of(*label).clone(),
    });
    LookAlikes {
        label: name(group.likely),
        customers: customers(group.likely),
        slips: slips.collect(),
    }
}

/// What people call a difference.
pub fn word(difference: Difference) -> &'static str {
    match difference {
        Difference::Spaces => "spaces",
        Difference::Case => "case",
        Difference::Form => "Unicode form",
    }
}
