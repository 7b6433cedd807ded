//! `bulklabel sandbox`.

use std::time::Duration;

use clap::Args;

use super::signals::Signals;
use super::values::span_or_zero;
use crate::error::{Error, ExitStatus};
use crate::report::Screen;
use crate::sandbox::{Options, PASSWORD, Sandbox, USER};

/// Serves an imitation of the service on this machine
///
/// In it a customer whose id ends in 8015 does not exist, a label that starts with Unknown is not in the catalogue,
/// and customers remember their labels until it is stopped. GET /__calls shows all that it was asked, GET
/// /__customers/ID a customer's labels.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    bulklabel sandbox --port 8080\n  \
    BULKLABEL_USERNAME=sandbox BULKLABEL_PASSWORD=sandbox \\\n    \
    bulklabel run campaign.csv --base-url http://127.0.0.1:8080")]
pub struct SandboxArgs {
    /// The port on 127.0.0.1; 0 takes any that is free
    #[arg(long, value_name = "N", default_value_t = 8080)]
    port: u16,

    /// How long an answer takes
    #[arg(long, value_name = "SPAN", value_parser = span_or_zero, default_value = "0s")]
    latency: Duration,
}

/// Serves until it is stopped.
pub fn run(args: SandboxArgs, screen: &Screen) -> Result<ExitStatus, Error> {
    let SandboxArgs { port, latency } = args;
    let sandbox = Sandbox::start(Options { port, latency });
    let sandbox = sandbox.map_err(|error| {
        Error::unusable(format!(
            "no sandbox on port {port}: {error}; name another with --port, or 0 for any"
        ))
    })?;
    let url = sandbox.base_url();
    screen.say(format_args!(
        "Listening on {url} (user name {USER}, password {PASSWORD}); Ctrl-C stops it"
    ));
    Signals::catch(screen)?
        .hand_on(String::new())
        .blocking_recv();
    Ok(ExitStatus::Complete)
}
