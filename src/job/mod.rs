//! One run, from a list to its complete result: the only room that sees every stage.
//!
//! `run` says what it is about, `identity` tells runs apart, and `reading` makes the plan of the list, whose rows come to it `batched`. A run has one leg
//! or, after a crash or a stop, more of them: `unfinished` decides whether one is carried on, `leg` takes it up where its
//! journal leaves it and makes the calls that are left, `desk` writes all that happens in the `wording` of the
//! journal, and `standing` is what that comes
//! to, with the `departures` that count for the rate; `glimpse` tells it from outside. `accounting` reads the list once more and writes the result beside the outcomes, and `completion` puts it in its
//! place, with the sum that `summing` makes of it. Complete results that are retries of one another are a `family`, and `folding` makes one of them; those of parts of one list are its `shards`, and `joining` does the same. Both are put
//! `together` in one way.
//! What a page tells of a result is counted by `gathering`.
//! Before any of that, an `inspection` looks at a list of which nothing is sent; the `causes` of rejected rows are told by it;
//! and `organisation` holds a plan against the labels that the organisation has. What people mend by hand is written by `rejects`,
//! and what can be mended with certainty by `fixing`: each reads the list `again`.

mod accounting;
mod again;
mod batched;
mod called;
mod canary;
mod causes;
mod completion;
mod departures;
mod desk;
mod ended_rows;
mod endings;
mod family;
mod fixing;
mod folding;
mod gathering;
mod glimpse;
mod identity;
mod inspection;
mod joining;
mod laying;
mod leg;
mod organisation;
mod parts;
mod preview;
mod reading;
mod rejects;
mod remaining;
mod run;
mod shards;
mod slot;
mod standing;
mod successes;
mod summing;
mod together;
mod unfinished;
mod wording;

pub use again::AgainError;
pub use called::Called;
pub use canary::Ask;
pub use completion::{Completion, complete, leave};
pub use family::{FamilyError, Member, family, kin};
pub use fixing::{Fixes, Renames, fix};
pub use folding::fold_family;
pub use gathering::gather;
pub use glimpse::{Glimpse, glimpse};
pub use identity::{
    ACCOUNT, BASE_URL, CODES, Identity, KIND, LIST, METHOD, OF, RETRY, SHARD, UNDO,
};
pub use inspection::inspect;
pub use joining::join_shards;
pub use leg::{Surroundings, Terms, Underway, call_all, take_up};
pub use organisation::{hold_against, not_in_use, uses_left};
pub use parts::{PartError, rejected_by_plan};
pub use preview::{Preview, preview};
pub use reading::{Planned, Reading, plan, plan_as_recorded};
pub use rejects::{has_rejects, write_rejects};
pub use remaining::{Left, Remaining};
pub use run::{Run, SANDBOX, TOLERATE};
pub use shards::{Missing, Shards, ShardsError, named_after, shards};
pub use standing::Standing;
pub use summing::{SoFar, so_far};
pub use unfinished::{Unfinished, look};
