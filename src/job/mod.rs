//! One run, from a list to its complete result: the only room that sees every stage.
//!
//! `reading` makes the plan of the list, `calling` makes the calls, `desk` records how they end, `accounting`
//! reads the list once more and writes the result beside the outcomes, and `completion` puts it in its place.
//! `identity` tells runs apart.

mod accounting;
mod called;
mod calling;
mod completion;
mod desk;
mod identity;
mod reading;

pub use called::Called;
pub use calling::{Calling, Terms, call_all};
pub use completion::{Run, complete, leave};
pub use reading::{Planned, Reading, plan};
