//! How a list is read where no flag says otherwise.

use bulklabel::job::Reading;
use bulklabel::list::Wishes;
use bulklabel::plan::{Holding, OnConflict, Policy};

/// As `bulklabel run LIST` reads it.
pub fn reading() -> Reading {
    Reading {
        wishes: Wishes::default(),
        delimiter: None,
        selection: None,
        policy: Policy {
            on_conflict: OnConflict::LastWins,
            max_labels: 1000,
        },
        holding: Holding::All,
    }
}
