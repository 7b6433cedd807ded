//! The imitation of the service: an HTTP server on loopback that behaves as the reference page says.
//!
//! `world` decides what a change of labels does and is answered, without a clock or a network, in the
//! shapes of `answer`; `catalogue` holds the organisation's labels, `log` all that was asked. `request`
//! and `credentials` understand what comes in, `service` decides and keeps the memory, `routes` leads a
//! request from its head to its answer, and `server` starts and stops the whole.
//!
//! In it a customer whose id ends in `8015` does not exist, a label that starts with `Unknown` is not in
//! the catalogue, and customers remember their labels until the sandbox ends.

mod answer;
mod catalogue;
#[cfg(test)]
mod client;
mod credentials;
mod log;
mod request;
mod routes;
mod server;
mod service;
mod world;

pub use answer::{Answer, Body, Notice};
pub use catalogue::{CatalogueBody, CatalogueLabel};
pub use credentials::{PASSWORD, USER};
pub use server::{Options, Sandbox, Stopper};
pub use world::World;
