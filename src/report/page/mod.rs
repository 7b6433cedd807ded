//! The page (contract, sections 6 and 7): what became of a run, told to whoever must explain it. One file that asks the network
//! for nothing.
//!
//! `gathered` is what is counted of a result's rows, in bounded memory: with `frequent` for codes and labels, and `samples` for
//! the first rows of each code. `content` is that with all else a page tells of, and `document` makes the page of it: the
//! `sentence` of what happened, `facts`, `outcomes`, `codes` with their `meanings`, `labels`, `pace` over the `timeline` as
//! `chart`s of `attempts` and `latency` with a `legend` each, and `rows`. What others have written comes into it through `text` only.

mod attempts;
mod chart;
mod codes;
mod content;
mod document;
mod facts;
mod frequent;
mod gathered;
mod labels;
mod latency;
mod legend;
mod meanings;
mod outcomes;
mod pace;
mod rows;
mod samples;
mod sentence;
mod text;
mod timeline;

pub use content::{Close, Commands, Content, Kind};
pub use document::{MARK, page};
pub use facts::OF_LIST;
pub use gathered::{Gathered, GatheredRow};
