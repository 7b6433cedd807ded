//! map
#![cfg_attr(not(test), warn(clippy::unwrap_used))]
pub mod dispatch;
pub mod error;
pub mod list;
pub mod model;
pub mod plan;
pub mod record;
pub mod sandbox;
pub mod service;
