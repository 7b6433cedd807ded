//! The organisation's labels.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::faults::Listing;

/// The prefix of the labels that no catalogue has.
const UNKNOWN_PREFIX: &str = "Unknown";
/// The id of the first label; the others follow.
const FIRST_ID: u64 = 20_950;
const ORGANISATION: u64 = 100_458;
const EDITOR: u64 = 75_061_919;

/// What a campaign would find: name, description, and whether it is in use.
const FIXED: [(&str, &str, bool); 7] = [
    ("VIP", "Customers with a personal contact", true),
    ("Gold Member", "Loyalty tier 1", true),
    ("Silver Member", "Loyalty tier 2", true),
    ("Bronze Member", "Loyalty tier 3", true),
    ("Newsletter", "Has asked for the newsletter", true),
    ("Do Not Contact", "Leave out of every campaign", true),
    ("Summer Sale 2019", "A campaign of the past", false),
];

/// The labels that the organisation has: a few from the start, and all that were ever added to a
/// customer.
#[derive(Debug)]
pub struct Catalogue {
    /// In the order in which they came: their ids count up with it.
    names: Vec<Arc<str>>,
    known: HashSet<Arc<str>>,
}

/// The answer to a request for the catalogue.
#[derive(Debug, Clone, Serialize)]
pub struct CatalogueBody<'a> {
    /// The labels.
    pub data: Vec<CatalogueLabel<'a>>,
    /// Always empty.
    pub warnings: [(); 0],
    /// Always empty.
    pub errors: [(); 0],
}

/// One label of the catalogue.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogueLabel<'a> {
    /// Its number.
    pub id: u64,
    /// Whose label it is.
    pub org_id: u64,
    /// Left out for labels that came by being added to a customer, as the service may leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'static str>,
    /// Who changed it last.
    pub last_updated_by: u64,
    /// Its name.
    pub name: &'a str,
    /// Whether it is in use.
    pub active: bool,
}

impl Default for Catalogue {
    fn default() -> Self {
        let names: Vec<Arc<str>> = FIXED.iter().map(|(name, ..)| Arc::from(*name)).collect();
        let known = names.iter().cloned().collect();
        Self { names, known }
    }
}

impl Catalogue {
    /// Whether a label of this name can be given to customers: the catalogue learns those that it lacks.
    pub fn admits(label: &str) -> bool {
        !label.starts_with(UNKNOWN_PREFIX)
    }

    /// The catalogue's own copy of the name, which it learns where it is new.
    pub fn learn(&mut self, label: &str) -> Arc<str> {
        if let Some(name) = self.known.get(label) {
            return Arc::clone(name);
        }
        let name: Arc<str> = label.into();
        self.names.push(Arc::clone(&name));
        self.known.insert(Arc::clone(&name));
        name
    }

    /// All labels, as the service lists them.
    pub fn body(&self) -> CatalogueBody<'_> {
        let fixed = FIXED
            .iter()
            .map(|(_, text, active)| (Some(*text), *active))
            .chain(std::iter::repeat((None, true)));
        let data = (FIRST_ID..)
            .zip(&self.names)
            .zip(fixed)
            .map(|((id, name), (description, active))| CatalogueLabel {
                id,
                org_id: ORGANISATION,
                description,
                last_updated_by: EDITOR,
                name,
                active,
            })
            .collect();
        CatalogueBody {
            data,
            warnings: [],
            errors: [],
        }
    }
}

/// Status and body where the labels are not listed. Which of them the service gives for an organisation without labels is
/// documented nowhere.
pub fn unlisted(listing: Listing) -> (u16, Value) {
    let none = json!([{
        "status": false, "code": 33002, "message": "No labels found for the organization",
    }]);
    match listing {
        Listing::Labels | Listing::EmptyWarning => {
            (200, json!({"data": [], "warnings": none, "errors": []}))
        }
        Listing::Empty => (200, json!({"data": [], "warnings": [], "errors": none})),
        Listing::EmptyStatus => (404, json!({"errors": none})),
        Listing::Forbidden => {
            let error = json!({"status": false, "code": 403, "message": "Access denied"});
            (403, json!({"errors": [error]}))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_learned_once_and_listed_after_the_fixed_ones() {
        let mut catalogue = Catalogue::default();
        catalogue.learn("Diwali");
        catalogue.learn("VIP");
        catalogue.learn("Diwali");

        let body = serde_json::to_value(catalogue.body()).unwrap();
        let labels = body["data"].as_array().unwrap();
        assert_eq!(labels.len(), FIXED.len() + 1);
        let expected = json!({
            "id": FIRST_ID + FIXED.len() as u64, "orgId": ORGANISATION, "lastUpdatedBy": EDITOR,
            "name": "Diwali", "active": true,
        });
        assert_eq!(labels.last(), Some(&expected));
        assert_eq!(
            (&body["warnings"], &body["errors"]),
            (&json!([]), &json!([]))
        );
    }

    #[test]
    fn one_label_is_out_of_use_and_stays_so() {
        let mut catalogue = Catalogue::default();
        catalogue.learn("Summer Sale 2019");

        let body = catalogue.body();
        let inactive = body.data.iter().filter(|label| !label.active);
        let names: Vec<&str> = inactive.map(|label| label.name).collect();
        assert_eq!(names, ["Summer Sale 2019"]);
    }

    #[test]
    fn a_name_that_starts_with_unknown_is_never_admitted() {
        assert!(!Catalogue::admits("Unknown Label"));
        assert!(Catalogue::admits("unknown"));
        assert!(Catalogue::admits("Not Unknown"));
    }
}
