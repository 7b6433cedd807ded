//! The service as it is documented: what is sent, what comes back, and what that means (contract,
//! section 3).

mod auth;
mod base_url;
mod body;
mod classify;
mod client;
mod outgoing;
mod reply;
mod retry_after;

pub use auth::{Credentials, CredentialsError};
pub use base_url::{BaseUrl, BaseUrlError};
pub use body::change_labels;
pub use classify::{Verdict, classify};
pub use client::{Client, ClientError, ClientOptions, Method, Sender};
pub use outgoing::Leaving;
pub use reply::{Answer, Reply};
