//! `bulklabel`: a list of label changes goes in, one call per customer goes out, and a result says of every
//! row what became of it.
//!
//! ```text
//! list ──read──▶ rows ──plan──▶ calls ──dispatch──▶ call records ──journal──▶ results.csv
//!  │                       ▲  one worker a call: pace, send, classify,        ▲
//!  └── rejected rows ──────┼──── wait, again                                  │
//!                          ├── the list is read once more beside the records ─┘
//!                          └── carried on, calls that the journal knows are left out
//! ```
//!
//! One way, one time; but for the journal, from which a run is taken up after a crash. What has happened is what stands in
//! it: where a run stands is what its entries come to, live and later alike. Two invariants, held by tests:
//!
//! 1. Every data row of the list has exactly one row in the result, whatever happened on the way.
//! 2. A result is itself a legal list: columns are found by name, others are ignored. What is sent again or undone is read
//!    from it as from any list, but for the rows that are not taken.
//!
//! # The rooms
//!
//! | room | is |
//! | --- | --- |
//! | [`cli`] | one file a command: its arguments, and a `run` that joins the rooms below; argv and environment are seen here only |
//! | [`job`] | one run, from a list to its result: the only room that sees every stage |
//! | [`dispatch`] | everything between a call and its record: pool, worker, pace, also one that runs share, backoff |
//! | [`list`] | a list of any kind → rows |
//! | [`plan`] | rows → calls |
//! | [`service`] | the API as it is documented: what is sent, what comes back, what it means |
//! | [`record`] | what must survive: journal, ledger, result |
//! | [`report`] | what people see |
//! | [`sandbox`] | the imitation of the service |
//! | [`model`] | the nouns |
//! | [`error`] | what ends a run, and the exit status |
//!
//! # The layers
//!
//! Each may use only what is below it, and none of a line another of its line:
//!
//! ```text
//! cli
//! job
//! dispatch
//! list   plan   service   record   report   sandbox
//! model  error
//! ```
//!
//! `dispatch` uses `service` of the line below, and `model` uses `error` for exit statuses.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod cli;
pub mod dispatch;
pub mod error;
pub mod job;
pub mod list;
pub mod model;
pub mod plan;
pub mod record;
pub mod report;
pub mod sandbox;
pub mod service;
