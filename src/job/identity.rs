//! What makes a run the same run (contract, section 5).

use std::collections::BTreeMap;

/// The parts of a run's identity that are none of the settings that shape a plan.
pub const LIST: &str = "list";
/// Where the service is.
pub const BASE_URL: &str = "base-url";
/// Who calls.
pub const ACCOUNT: &str = "account";
/// The HTTP method.
pub const METHOD: &str = "method";
/// Which part of the customers.
pub const SHARD: &str = "shard";
/// The run whose result the list is; of a retry or an undo.
pub const OF: &str = "of";
/// What is made of that result: [`RETRY`] or [`UNDO`].
pub const KIND: &str = "kind";
/// Which codes its rows have that are sent again.
pub const CODES: &str = "codes";

/// The settings that make a run this run: how it is called, and what shapes its plan.
pub const SHAPING: [&str; 11] = [
    METHOD,
    KIND,
    CODES,
    "columns",
    "action",
    "label",
    "delimiter",
    "encoding",
    "sheet",
    "on-conflict",
    "max-labels",
];

/// The kind of a run that sends rows of a result again.
pub const RETRY: &str = "retry";
/// The kind of a run that does the opposite of what another did.
pub const UNDO: &str = "undo";

/// What makes a run this run, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(BTreeMap<String, String>);

impl Identity {
    /// The identity with these parts.
    pub fn new<'a>(parts: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let parts = parts.into_iter();
        Self(
            parts
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    /// A hash of the parts. Each is hashed with its length, so that no two lists of parts run into one.
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new_derive_key("bulklabel run identity 1");
        for text in self.0.iter().flat_map(|(name, value)| [name, value]) {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }

    /// The parts.
    pub fn parts(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// The names of the parts that are not as they were in `before`.
    pub fn changed<'a>(&'a self, before: &'a BTreeMap<String, String>) -> Vec<&'a str> {
        let names = self.0.keys().chain(before.keys());
        let mut changed: Vec<_> = names
            .filter(|name| self.0.get(*name) != before.get(*name))
            .map(String::as_str)
            .collect();
        changed.sort_unstable();
        changed.dedup();
        changed
    }
}

impl From<BTreeMap<String, String>> for Identity {
    fn from(parts: BTreeMap<String, String>) -> Self {
        Self(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(parts: &[(&str, &str)]) -> Identity {
        Identity::new(
            parts
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        )
    }

    #[test]
    fn every_part_counts_and_none_runs_into_another() {
        let hashes = [
            identity(&[("a", "b")]).hash(),
            identity(&[("a", "c")]).hash(),
            identity(&[("a", ""), ("b", "")]).hash(),
            identity(&[("ab", "")]).hash(),
            identity(&[("", "ab")]).hash(),
        ];
        for (n, hash) in hashes.iter().enumerate() {
            assert!(!hashes[n + 1..].contains(hash));
            assert_eq!(hash.len(), 32);
        }
        assert_eq!(identity(&[("a", "b")]).hash(), hashes[0]);
    }

    #[test]
    fn what_has_changed_is_named() {
        let before = identity(&[("list", "1"), ("label", "VIP"), ("method", "POST")]);
        let now = identity(&[("list", "2"), ("method", "POST"), ("action", "add")]);
        assert_eq!(now.changed(before.parts()), ["action", "label", "list"]);
        assert!(now.changed(now.parts()).is_empty());
    }
}
