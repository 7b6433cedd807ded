//! Where the service is: `--cluster` or `--base-url`, whichever was said with more force.

use super::args::ServiceArgs;
use super::origin::{Origin, Origins};
use crate::error::Error;
use crate::service::BaseUrl;

/// The service's address, and what says so.
///
/// # Errors
/// Nothing says where it is, or both settings do with the same force, or what is said can't be meant.
pub fn address(args: &ServiceArgs, origins: &Origins) -> Result<(BaseUrl, Origin), Error> {
    let (by_cluster, by_url) = (origins.origin("cluster"), origins.origin("base-url"));
    let cluster = args.cluster.map(|cluster| (cluster.base_url(), by_cluster));
    let url = args.base_url.clone().map(|url| (url, by_url));
    let (text, origin) = match (cluster, url) {
        (Some(_), Some(_)) if by_cluster.rank() == by_url.rank() => {
            return Err(Error::unusable(format!(
                "both --cluster ({by_cluster}) and --base-url ({by_url}) say where the service is: leave one of them out"
            )));
        }
        (Some(cluster), Some((_, by_url))) if by_url.rank() < cluster.1.rank() => cluster,
        (Some(cluster), None) => cluster,
        (_, Some(url)) => url,
        (None, None) => {
            return Err(Error::unusable(
                "nothing says where the service is: name its cluster, such as --cluster eu, or its address with --base-url \
                 https://… (run --sandbox rehearses without one)",
            ));
        }
    };
    let wrong = |error| Error::unusable(format!("{origin}: {error}"));
    let base_url: BaseUrl = text.parse().map_err(wrong)?;
    let base_url = base_url.checked(args.allow_http).map_err(wrong)?;
    Ok((base_url, origin.clone()))
}
