//! Which of the labels that there are is meant by one that there is not.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::alike::{Difference, differences, look, tidied};

/// So many pairs of labels are compared letter by letter, at most: a list of labels that are all foreign takes no longer.
const MOST_PAIRS: usize = 2_000_000;

/// Two labels that differ in more letters are not near each other, however long they are.
const FARTHEST: usize = 5;

/// The labels that there are, to be asked for those that are most like another.
#[derive(Debug)]
pub struct Known<'a> {
    by_look: HashMap<String, Vec<&'a str>>,
    /// How many pairs may still be compared.
    pairs: usize,
}

/// A label that is probably meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likely<'a> {
    /// Its name.
    pub name: &'a str,
    /// In what the other differs from it, where both look alike; nothing where it is only near.
    pub differences: &'static [Difference],
    /// Whether both differ in nothing that can be seen but capitals, and no third one looks like them: then there is no doubt
    /// which is meant.
    pub is_certain: bool,
}

impl<'a> Known<'a> {
    /// Those with these names.
    pub fn of(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_look: HashMap<String, Vec<&str>> = HashMap::new();
        for name in names {
            by_look.entry(look(name)).or_default().push(name);
        }
        let pairs = MOST_PAIRS;
        Self { by_look, pairs }
    }

    /// The one that a label, which is none of them, is probably meant for: one that looks like it, else the nearest.
    pub fn likely(&mut self, label: &str) -> Option<Likely<'a>> {
        let look = look(label);
        if let Some(alike) = self.by_look.get(&look) {
            let differences = |name: &&'a str| (differences(label, name), *name);
            let by_little = |(differences, name): &(&'static [Difference], &'a str)| {
                (differences.len(), strsim::osa_distance(label, name), *name)
            };
            let (differences, name) = alike.iter().map(differences).min_by_key(by_little)?;
            let plain = |label: &str| tidied(label).to_lowercase();
            let is_certain = alike.len() == 1 && plain(label) == plain(name);
            return Some(Likely {
                name,
                differences,
                is_certain,
            });
        }
        self.nearest(&look).map(|name| Likely {
            name,
            differences: &[],
            is_certain: false,
        })
    }

    /// The one of the fewest letters that are others, if there are few enough.
    fn nearest(&mut self, look: &str) -> Option<&'a str> {
        let length = look.chars().count();
        let most = length.div_ceil(4).min(FARTHEST);
        self.pairs = self.pairs.checked_sub(self.by_look.len())?;
        let close = self.by_look.iter().filter_map(|(other, names)| {
            let longer = other.chars().count().abs_diff(length);
            let distance = (longer <= most).then(|| strsim::osa_distance(look, other))?;
            let name = *names.iter().min()?;
            (distance <= most).then_some((distance, Reverse(common(look, other)), name))
        });
        close.min().map(|(.., name)| name)
    }
}

/// With how many characters both begin: where people mistype, it is seldom there.
fn common(one: &str, other: &str) -> usize {
    let pairs = one.chars().zip(other.chars());
    pairs.take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 8] = [
        "VIP",
        "Gold Member",
        "GOLD MEMBER",
        "Gold\u{A0}Member",
        "Newsletter",
        "VIP 2025",
        "VIP 2026",
        "季节",
    ];

    fn likely(label: &str) -> Option<(&'static str, usize, bool)> {
        let likely = Known::of(NAMES).likely(label)?;
        Some((likely.name, likely.differences.len(), likely.is_certain))
    }

    #[test]
    fn what_looks_alike_is_meant_and_without_doubt_where_it_is_the_only_one() {
        assert_eq!(likely("vip"), Some(("VIP", 1, true)));
        assert_eq!(likely("Vi\u{200B}p "), Some(("VIP", 2, true)));
        assert_eq!(
            likely("\u{FF36}ip "),
            Some(("VIP", 3, false)),
            "that can be seen"
        );
        assert_eq!(likely("Gold member"), Some(("Gold Member", 1, false)));
        assert_eq!(
            likely("gold\u{A0}member"),
            Some(("Gold\u{A0}Member", 1, false))
        );
    }

    #[test]
    fn else_the_nearest_is_told_if_it_is_near() {
        for (label, name) in [
            ("Newsleter", Some("Newsletter")),
            ("nwesletter", Some("Newsletter")),
            ("VIB", Some("VIP")),
            ("VIP 2027", Some("VIP 2025")),
            ("VIP2026", Some("VIP 2026")),
            ("季結", Some("季节")),
            ("Diwali", None),
            ("X", None),
            ("", None),
        ] {
            let found = likely(label);
            assert_eq!(found, name.map(|name| (name, 0, false)), "{label}");
        }
    }

    #[test]
    fn a_list_of_foreign_labels_takes_no_longer_than_it_should() {
        let names: Vec<_> = (0..1_000).map(|n| format!("Label {n}")).collect();
        let mut known = Known::of(names.iter().map(String::as_str));
        let found = (0..3_000).filter(|n| known.likely(&format!("Lable {n}")).is_some());
        assert_eq!(found.count(), MOST_PAIRS / 1_000);
        assert!(
            known.likely("LABEL 7").is_some(),
            "what looks alike is always found"
        );
    }
}
