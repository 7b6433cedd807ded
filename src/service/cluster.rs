//! The service's hosts by the names of their clusters.

use std::fmt;
use std::str::FromStr;

use crate::model::meant;

/// A cluster of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster {
    name: &'static str,
    host: &'static str,
}

/// The clusters that the service's documentation names, and their hosts.
const CLUSTERS: [Cluster; 7] = [
    Cluster::at("eu", "eu.api.capillarytech.com"),
    Cluster::at("apac", "apac.api.capillarytech.com"),
    Cluster::at("apac2", "apac2.api.capillarytech.com"),
    Cluster::at("us", "us.api.capillarytech.com"),
    Cluster::at("north-america", "north-america.api.capillarytech.com"),
    Cluster::at("china", "api.capillarytech.cn.com"),
    Cluster::at("nightly", "nightly.api.capillarytech.com"),
];

/// A text that names no cluster.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no cluster: {hint} {all}; --base-url names any other host",
    hint = hint(.0),
    all = Cluster::names().join(", ")
)]
pub struct NoSuchCluster(String);

/// What was meant, where that can be told.
fn hint(word: &str) -> String {
    let meant = meant(word, Cluster::names());
    meant.map_or_else(
        || "there are".to_owned(),
        |meant| format!("is {meant} meant? There are"),
    )
}

impl Cluster {
    const fn at(name: &'static str, host: &'static str) -> Self {
        Self { name, host }
    }

    /// All names.
    pub fn names() -> Vec<&'static str> {
        CLUSTERS.iter().map(|cluster| cluster.name).collect()
    }

    /// Its base URL.
    pub fn base_url(self) -> String {
        format!("https://{}", self.host)
    }
}

impl FromStr for Cluster {
    type Err = NoSuchCluster;

    fn from_str(text: &str) -> Result<Self, NoSuchCluster> {
        let name = text.trim().to_ascii_lowercase().replace('_', "-");
        let found = CLUSTERS.into_iter().find(|cluster| cluster.name == name);
        found.ok_or_else(|| NoSuchCluster(text.to_owned()))
    }
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cluster_has_its_host() {
        let table = Cluster::names().into_iter().map(|name| {
            let cluster: Cluster = name.parse().unwrap();
            format!("{cluster} {}", cluster.base_url())
        });
        insta::assert_snapshot!(table.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn a_name_is_read_as_people_write_it() {
        assert!("EU".parse::<Cluster>().is_ok() && "north_america".parse::<Cluster>().is_ok());
        let error = "mars".parse::<Cluster>().unwrap_err().to_string();
        assert!(error.starts_with("\"mars\" is no cluster: there are eu, apac,"));
    }
}
