//! What a person sees of a plan before they say that it is sent.

use super::inspection::{findings, labels};
use super::organisation::uses_left;
use super::standing::Standing;
use super::{causes::Causes, run::Run};
use crate::report::{CheckedLabel, Findings};

/// The labels of a plan and what stands out in it, without a further look at the list.
#[derive(Debug)]
pub struct Preview {
    /// How many labels are still to be added.
    pub additions: u64,
    /// How many are still to be removed.
    pub removals: u64,
    /// All labels, with what is still to be done, the most frequent first.
    pub labels: Vec<CheckedLabel>,
    /// What stands out; but for the rejected rows, of which the list itself would have to tell.
    pub findings: Findings,
}

/// Looks at the plan of a run, of which so much was done as `standing` says.
pub fn preview(run: &Run<'_>, standing: Option<&Standing>) -> Preview {
    let planned = run.planned;
    let uses = match standing {
        Some(standing) => uses_left(run, standing),
        None => planned.plan.label_uses().to_vec(),
    };
    Preview {
        additions: uses.iter().map(|this| this.adds).sum(),
        removals: uses.iter().map(|this| this.removes).sum(),
        labels: labels(&planned.plan, &uses),
        findings: findings(&planned.plan, &uses, Causes::default()),
    }
}
