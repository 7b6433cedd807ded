//! `bulklabel sandbox`.

use clap::Args;

use super::afterword::Afterword;
use super::fault_args::FaultArgs;
use super::signals::Signals;
use crate::error::{Error, ExitStatus};
use crate::report::Screen;
use crate::sandbox::{KEY, Options, PASSWORD, SECRET, Sandbox, USER};

/// Serves an imitation of the service on this machine, with faults on demand
///
/// In it a customer whose id ends in 8015 does not exist, a label that starts with Unknown is not in the catalogue,
/// and customers remember their labels until it is stopped. GET /__calls shows all that it was asked, GET
/// /__customers/ID a customer's labels. GET /__faults shows the settings below, and PATCH /__faults changes them while it
/// runs.
#[derive(Debug, Args)]
#[command(
    after_help = "A SHARE of the calls is written 5% or 0.05. What chance decides depends on the seed, the customer, and \
    which request about that customer it is.\n\n\
    Examples:\n  \
    bulklabel sandbox --port 8080\n  \
    bulklabel sandbox --latency 50ms --errors 2% --drop-after 1% --rate 100/s\n  \
    BULKLABEL_USERNAME=sandbox BULKLABEL_PASSWORD=sandbox \\\n    \
    bulklabel run campaign.csv --base-url http://127.0.0.1:8080\n  \
    curl -X PATCH http://127.0.0.1:8080/__faults -d '{\"outage\": \"0s+30s\"}'"
)]
pub struct SandboxArgs {
    /// The port on 127.0.0.1; 0 takes any that is free
    #[arg(long, value_name = "N", value_parser = port, default_value = "8080")]
    port: u16,

    #[command(flatten)]
    faults: FaultArgs,
}

/// A port.
fn port(text: &str) -> Result<u16, String> {
    text.parse()
        .map_err(|_| format!("\"{text}\" is no port: write a number up to 65535, or 0"))
}

/// Serves until it is stopped.
pub fn run(args: SandboxArgs, screen: &Screen) -> Result<ExitStatus, Error> {
    let SandboxArgs { port, faults } = args;
    let sandbox = Sandbox::start(Options {
        port,
        faults: faults.0,
    });
    let sandbox = sandbox.map_err(|error| {
        Error::unusable(format!(
            "no sandbox on port {port}: {error}; name another with --port, or 0 for any"
        ))
    })?;
    let url = sandbox.base_url();
    screen.say(format_args!(
        "Listening on {url} (user name {USER}, password {PASSWORD}; or client key {KEY}, secret {SECRET}); Ctrl-C stops it"
    ));
    Signals::catch(screen, &Afterword::new(screen))?
        .hand_on(String::new(), Vec::new())
        .blocking_recv();
    Ok(ExitStatus::Complete)
}
