//! Where and how calls go.

use std::path::PathBuf;

use clap::Args;

use crate::cli::values::MethodName;
use crate::cli::words::one_of;
use crate::service::Cluster;

/// Where and how calls go.
#[derive(Debug, Args)]
#[command(next_help_heading = "The service")]
pub struct ServiceArgs {
    /// Where the service is, by the name of its cluster: eu, apac, apac2, us, north-america, china or nightly
    #[arg(
        long,
        value_name = "NAME",
        value_parser = one_of(Cluster::names(), str::parse::<Cluster>),
        hide_possible_values = true,
        env = "BULKLABEL_CLUSTER"
    )]
    pub cluster: Option<Cluster>,

    /// Where the service is, in place of --cluster, such as https://eu.api.capillarytech.com
    #[arg(long, value_name = "URL", env = "BULKLABEL_BASE_URL")]
    // Read later: the command line's own errors would repeat a password that is in it.
    pub base_url: Option<String>,

    /// The HTTP method of a call
    #[arg(
        long,
        value_name = "METHOD",
        ignore_case = true,
        env = "BULKLABEL_METHOD",
        default_value = "POST"
    )]
    pub method: MethodName,

    /// Trust the certificate authorities in this PEM file too
    #[arg(long, value_name = "FILE", env = "BULKLABEL_CA_CERT")]
    pub ca_cert: Option<PathBuf>,

    /// Allow http:// to another machine: the password goes there unencrypted
    #[arg(long, env = "BULKLABEL_ALLOW_HTTP")]
    pub allow_http: bool,
}
