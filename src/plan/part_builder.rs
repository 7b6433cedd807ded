//! A part of a plan, planned once more.

use std::sync::Arc;

use super::batch::Batch;
use super::group::Plan;
use super::groups::{Groups, Pair};
use super::resolve::Policy;
use crate::model::Labels;

/// The list is not what was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed;

/// Takes the rows of a part of the customers, of a list that was planned before.
#[derive(Debug)]
pub struct PartBuilder {
    pairs: Vec<Pair>,
    labels: Arc<Labels>,
    policy: Policy,
    rows: u32,
    most_rows: u32,
}

impl PartBuilder {
    /// One for a part of this plan.
    pub fn of(plan: &Plan) -> Self {
        Self {
            pairs: Vec::new(),
            labels: Arc::clone(plan.labels()),
            policy: plan.policy(),
            rows: 0,
            most_rows: plan.data_rows(),
        }
    }

    /// Takes the next rows, of which those of the part are kept.
    ///
    /// # Errors
    /// The plan does not know such rows.
    pub fn take(&mut self, batch: &Batch) -> Result<(), Changed> {
        if batch.len() > self.most_rows - self.rows {
            return Err(Changed);
        }
        let names = batch.labels.names();
        let labels: Option<Vec<_>> = names.map(|name| self.labels.get(name)).collect();
        let labels = labels.ok_or(Changed)?;
        self.pairs.extend(batch.moved(&labels, self.rows));
        self.rows += batch.len();
        Ok(())
    }

    /// Groups the rows per customer.
    pub fn finish(self) -> Groups {
        Groups::of(self.pairs, self.most_rows, self.policy)
    }
}
