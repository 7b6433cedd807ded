//! The pure imitation: what a change of labels does, and what is answered. No clock, no network.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::answer::{Answer, Notice};
use super::catalogue::{Catalogue, CatalogueBody};

/// What the last four digits of an id are where the customer does not exist.
const NOBODY: u64 = 8015;

/// The customers' memory of their labels, and the organisation's catalogue.
#[derive(Debug, Default)]
pub struct World {
    customers: HashMap<u64, BTreeSet<Arc<str>>>,
    catalogue: Catalogue,
}

impl World {
    /// Adds and then removes labels of one customer.
    ///
    /// Labels that the catalogue does not admit are warned of and passed over. That none of the labels
    /// to remove was held is one more warning, and where nothing else was done it is the answer.
    pub fn change_labels(&mut self, customer: u64, add: &[String], remove: &[String]) -> Answer {
        if add.is_empty() && remove.is_empty() {
            return Answer::refused(400, "add or remove must have a label");
        }
        if add.iter().chain(remove).any(String::is_empty) {
            return Answer::refused(400, "labelName must not be empty");
        }
        if customer % 10_000 == NOBODY {
            return Answer::no_such_customer();
        }
        let unknown = add.iter().chain(remove).filter(|l| !Catalogue::admits(l));
        let mut warnings: Vec<Notice> = unknown.map(|l| Notice::unknown_label(l)).collect();
        let added = self.add(customer, admitted(add));
        let removed = self.remove(customer, admitted(remove));

        let none_held = removed == 0 && admitted(remove).next().is_some();
        if none_held {
            warnings.push(Notice::none_held());
        }
        if none_held && added == 0 {
            return Answer::nothing_done(warnings);
        }
        Answer::changed(customer, warnings, added + removed > 0)
    }

    /// The names of a customer's labels, in order.
    pub fn labels(&self, customer: u64) -> impl Iterator<Item = &str> {
        let labels = self.customers.get(&customer).into_iter().flatten();
        labels.map(|label| &**label)
    }

    /// The organisation's labels, as the service lists them.
    pub fn catalogue(&self) -> CatalogueBody<'_> {
        self.catalogue.body()
    }

    /// How many labels were told to the customer's memory, those it had before included.
    fn add<'a>(&mut self, customer: u64, labels: impl Iterator<Item = &'a String>) -> usize {
        let mut told = 0;
        for label in labels {
            let held = self.customers.entry(customer).or_default();
            held.insert(self.catalogue.learn(label));
            told += 1;
        }
        told
    }

    /// How many labels were held and are no more.
    fn remove<'a>(&mut self, customer: u64, labels: impl Iterator<Item = &'a String>) -> usize {
        let Some(held) = self.customers.get_mut(&customer) else {
            return 0;
        };
        labels.filter(|label| held.remove(label.as_str())).count()
    }
}

fn admitted(labels: &[String]) -> impl Iterator<Item = &String> {
    labels.iter().filter(|label| Catalogue::admits(label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const CUSTOMER: u64 = 564663098;

    fn names(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|label| label.to_string()).collect()
    }

    impl World {
        /// Changes labels and gives status, body and whether something was applied.
        fn change(&mut self, customer: u64, add: &[&str], remove: &[&str]) -> (u16, Value, bool) {
            let answer = self.change_labels(customer, &names(add), &names(remove));
            (
                answer.status,
                serde_json::to_value(answer.body).unwrap(),
                answer.applied,
            )
        }

        fn held(&self) -> Vec<&str> {
            self.labels(CUSTOMER).collect()
        }
    }

    fn success() -> Value {
        json!({"entity": CUSTOMER, "warnings": []})
    }

    fn unknown(label: &str) -> Value {
        json!({"status": false, "code": 33000, "message": format!("{label} label not found")})
    }

    fn none_held() -> Value {
        json!({"status": false, "code": 33001, "message": "User labels not found"})
    }

    #[test]
    fn labels_are_remembered_and_forgotten_on_request() {
        let mut world = World::default();
        assert_eq!(
            world.change(CUSTOMER, &["VIP", "Gold"], &[]),
            (200, success(), true)
        );
        assert_eq!(world.held(), ["Gold", "VIP"]);

        // One of the two to remove is held: no word about the other.
        let answer = world.change(CUSTOMER, &[], &["VIP", "Silver"]);
        assert_eq!(answer, (200, success(), true));
        assert_eq!(world.held(), ["Gold"]);
        assert_eq!(world.labels(1).count(), 0);
    }

    #[test]
    fn adding_a_held_label_again_is_a_success() {
        let mut world = World::default();
        world.change(CUSTOMER, &["VIP"], &[]);
        assert_eq!(
            world.change(CUSTOMER, &["VIP"], &[]),
            (200, success(), true)
        );
        assert_eq!(world.held(), ["VIP"]);
    }

    #[test]
    fn a_customer_whose_id_ends_in_8015_does_not_exist() {
        let mut world = World::default();
        for customer in [8015, 18015, 99_998_015] {
            let (status, body, applied) = world.change(customer, &["VIP"], &["Gold"]);
            assert_eq!((status, applied), (400, false));
            assert_eq!(body["errors"][0]["code"], 8015);
            assert_eq!(world.labels(customer).count(), 0);
        }
        assert_eq!(world.change(80_150, &["VIP"], &[]).0, 200);
    }

    #[test]
    fn unknown_labels_are_warned_of_in_order_and_the_others_applied() {
        let mut world = World::default();
        world.change(CUSTOMER, &["Gold"], &[]);
        let add = ["Unknown B", "VIP", "Unknown A"];
        let (status, body, applied) = world.change(CUSTOMER, &add, &["Unknown C", "Gold"]);

        let warnings = [
            unknown("Unknown B"),
            unknown("Unknown A"),
            unknown("Unknown C"),
        ];
        assert_eq!(body, json!({"entity": CUSTOMER, "warnings": warnings}));
        assert_eq!((status, applied), (200, true));
        assert_eq!(world.held(), ["VIP"]);
        assert!(
            world
                .catalogue()
                .data
                .iter()
                .all(|label| !label.name.starts_with("Unknown"))
        );
    }

    #[test]
    fn a_call_of_unknown_labels_only_keeps_its_entity_and_applies_nothing() {
        let answer = World::default().change(CUSTOMER, &["Unknown A"], &["Unknown B"]);
        let warnings = [unknown("Unknown A"), unknown("Unknown B")];
        let body = json!({"entity": CUSTOMER, "warnings": warnings});
        assert_eq!(answer, (200, body, false));
    }

    #[test]
    fn removing_labels_that_are_not_held_is_answered_without_an_entity() {
        let mut world = World::default();
        let body = json!({"warnings": [none_held()], "errors": []});
        assert_eq!(
            world.change(CUSTOMER, &[], &["VIP", "Gold"]),
            (200, body, false)
        );

        let body = json!({"warnings": [unknown("Unknown A"), none_held()], "errors": []});
        assert_eq!(
            world.change(CUSTOMER, &["Unknown A"], &["VIP"]),
            (200, body, false)
        );
    }

    #[test]
    fn beside_an_add_it_is_a_warning_with_an_entity() {
        let mut world = World::default();
        let body = json!({"entity": CUSTOMER, "warnings": [none_held()]});
        assert_eq!(
            world.change(CUSTOMER, &["VIP"], &["Gold"]),
            (200, body, true)
        );
        assert_eq!(world.held(), ["VIP"]);
    }

    #[test]
    fn a_call_without_labels_or_with_an_empty_one_is_refused_and_changes_nothing() {
        let mut world = World::default();
        let calls: [[&[&str]; 2]; 3] = [[&[], &[]], [&["VIP", ""], &[]], [&["VIP"], &[""]]];
        for [add, remove] in calls {
            let (status, body, applied) = world.change(CUSTOMER, add, remove);
            assert_eq!((status, applied), (400, false));
            assert_eq!(body["errors"][0]["code"], 400);
            assert!(body.get("entity").is_none());
        }
        assert_eq!(world.labels(CUSTOMER).count(), 0);
    }
}
