//! What a person sees of a plan before they say that it is sent.

use super::inspection::{findings, labels};
use super::{causes::Causes, reading::Planned};
use crate::report::{CheckedLabel, Findings};

/// The labels of a plan and what stands out in it, without a further look at the list.
#[derive(Debug)]
pub struct Preview {
    /// All labels, the most frequent first.
    pub labels: Vec<CheckedLabel>,
    /// What stands out; but for the rejected rows, of which the list itself would have to tell.
    pub findings: Findings,
}

/// Looks at a plan.
pub fn preview(planned: &Planned) -> Preview {
    let uses = planned.plan.label_uses();
    Preview {
        labels: labels(&planned.plan, &uses),
        findings: findings(&planned.plan, &uses, Causes::default()),
    }
}
