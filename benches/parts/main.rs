//! What the parts of a run take, one after the other, and how often they allocate.
//!
//! `cargo bench --bench parts` measures all, `cargo bench --bench parts plan` one.

mod classify;
mod list;
mod parse;
mod plan;
mod reading;
mod record;
#[path = "../rows.rs"]
mod rows;

use divan::AllocProfiler;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}
