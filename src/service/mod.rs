//! The service as it is documented: what is sent, what comes back, and what that means (contract,
//! section 3).

mod auth;
mod base_url;
mod body;
mod catalogue;
mod changes;
mod classify;
mod client;
mod cluster;
mod listing;
mod member;
mod quota;
mod redaction;
mod reply;
mod retry_after;
mod token;

pub use auth::{ColonInUserName, Credentials};
pub use base_url::{BaseUrl, BaseUrlError};
pub use catalogue::{Catalogue, Trouble, catalogue};
pub use changes::change_labels;
pub use classify::{Verdict, classify};
pub use client::{Client, ClientError, ClientOptions, Leaving, ListsLabels, Method, Sender};
pub use cluster::{Cluster, NoSuchCluster};
pub use reply::{Answer, Quota, Reply};
