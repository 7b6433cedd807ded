//! The imitation of the service: an HTTP server on loopback that behaves as the reference page says.
//!
//! It misbehaves on demand: `faults` is the table of all that may go wrong, of which flags and the live interface are
//! made, and decides by chance that repeats whom it strikes; `tokens` are given and taken.
//!
//! `world` decides what a change of labels does and is answered, without a clock or a network, in the
//! shapes of `answer`; `catalogue` holds the organisation's labels, `log` all that was asked. `request`
//! and `credentials` understand what comes in, `memory` decides what it meets, `service` does it, and `reaction` is what
//! comes of that; `routes` leads a request from its head to its answer, over a `line` that can be cut, and `server`
//! starts and stops the whole.
//!
//! In it a customer whose id ends in `8015` does not exist, a label that starts with `Unknown` is not in
//! the catalogue, and customers remember their labels until the sandbox ends.

mod answer;
mod catalogue;
#[cfg(test)]
mod client;
mod credentials;
mod cut_short;
mod faults;
mod line;
mod log;
mod memory;
mod reaction;
mod request;
mod routes;
mod server;
mod service;
mod tokens;
mod world;

pub use answer::{Answer, Body, Notice};
pub use catalogue::{CatalogueBody, CatalogueLabel};
pub use credentials::{KEY, PASSWORD, SECRET, USER};
pub use faults::{Faults, Setting};
pub use server::{Options, Sandbox, Stopper};
pub use world::World;
