//! Labels that may be meant for one: they differ in what people don't see or don't mind.

use std::cmp::Reverse;
use std::collections::HashMap;

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::model::{LabelId, Labels, is_unseen};

/// In what two labels differ that look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Spaces: how many, of which kind, or some that nobody sees.
    Spaces,
    /// Capital letters.
    Case,
    /// How Unicode writes the same characters.
    Form,
}

/// Every choice of differences, the smallest first.
const CHOICES: [&[Difference]; 7] = {
    use Difference::{Case, Form, Spaces};
    [
        &[Spaces],
        &[Case],
        &[Form],
        &[Case, Spaces],
        &[Spaces, Form],
        &[Case, Form],
        &[Case, Spaces, Form],
    ]
};

/// Labels that look alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// The one that is asked for most, of equals the one without oddities: probably the right one.
    pub likely: LabelId,
    /// The others, each with what sets it apart: probably slips.
    pub slips: Vec<(LabelId, &'static [Difference])>,
}

/// Groups labels that look alike, those that are asked for most first; `uses` says how often each is asked for.
pub fn look_alikes(labels: &Labels, uses: impl Fn(LabelId) -> u64) -> Vec<Alike> {
    let mut groups: HashMap<String, Vec<LabelId>> = HashMap::new();
    // There are no more than can be numbered.
    for label in (0..labels.len() as u32).map(LabelId::from_number) {
        let key = look(labels.name(label));
        groups.entry(key).or_default().push(label);
    }
    let by_use = |label: &LabelId| {
        let is_odd = !is_tidy(labels.name(*label));
        (Reverse(uses(*label)), is_odd, *label)
    };
    let mut alike: Vec<Alike> = groups
        .into_values()
        .filter_map(|mut group| {
            group.sort_unstable_by_key(by_use);
            let (likely, others) = group.split_first().filter(|(_, rest)| !rest.is_empty())?;
            let apart = |other: &LabelId| {
                let differences = differences(labels.name(*likely), labels.name(*other));
                (*other, differences)
            };
            Some(Alike {
                likely: *likely,
                slips: others.iter().map(apart).collect(),
            })
        })
        .collect();
    alike.sort_unstable_by_key(|group| by_use(&group.likely));
    alike
}

/// Whether a label is written as most programs write it.
fn is_tidy(label: &str) -> bool {
    folded(label, &[Difference::Spaces, Difference::Form]) == label
}

/// What a label looks like: the same for all that differ in nothing else than what people don't see or don't mind.
pub fn look(label: &str) -> String {
    folded(label, CHOICES[CHOICES.len() - 1])
}

/// In how little two labels differ that look alike.
pub fn differences(one: &str, other: &str) -> &'static [Difference] {
    let equal = |choice: &&&[Difference]| folded(one, choice) == folded(other, choice);
    CHOICES.iter().find(equal).copied().unwrap_or_default()
}

/// The text without these differences.
fn folded(text: &str, without: &[Difference]) -> String {
    let form = |text: &str| match without.contains(&Difference::Form) {
        true => ComposingNormalizerBorrowed::new_nfkc()
            .normalize(text)
            .into_owned(),
        false => text.to_owned(),
    };
    let mut text = form(text);
    if without.contains(&Difference::Case) {
        // There and back: letters such as ß have two capitals and no single one.
        text = form(&text.to_uppercase().to_lowercase());
    }
    match without.contains(&Difference::Spaces) {
        true => without_spaces(&text),
        false => text,
    }
}

/// The label as most programs write it, where nothing changes that can be seen: one plain space for spaces of any kind, no
/// characters that nobody sees, and characters composed.
pub fn tidied(label: &str) -> String {
    without_spaces(&ComposingNormalizerBorrowed::new_nfc().normalize(label))
}

/// One plain space for all that stand together, and none that nobody sees.
fn without_spaces(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_unseen(*c)).collect();
    let words: Vec<_> = seen.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every group as the likely one and, apart from it, the slips.
    fn alike(names: &[(&str, u64)]) -> Vec<Vec<String>> {
        let mut labels = Labels::default();
        for (name, _) in names {
            labels.intern(name).unwrap();
        }
        let uses = |label: LabelId| names[label.get() as usize].1;
        let groups = look_alikes(&labels, uses).into_iter().map(|group| {
            let slips = group.slips.into_iter().map(|(label, _)| label);
            let all = std::iter::once(group.likely).chain(slips);
            all.map(|label| labels.name(label).to_owned()).collect()
        });
        groups.collect()
    }

    #[test]
    fn the_rarer_one_is_the_slip() {
        let found = alike(&[
            ("Gold member", 3),
            ("Silver", 9),
            ("Gold Member", 41_200),
            ("GOLD\u{A0}MEMBER", 1),
        ]);
        assert_eq!(found, [["Gold Member", "Gold member", "GOLD\u{A0}MEMBER"]]);
    }

    #[test]
    fn of_two_that_are_as_frequent_the_tidy_or_the_first_counts() {
        assert_eq!(alike(&[("vip", 1), ("VIP", 1)])[0][0], "vip");
        assert_eq!(alike(&[("Cafe\u{301}", 1), ("Café", 1)])[0][0], "Café");
    }

    #[test]
    fn what_sets_labels_apart_is_told() {
        use Difference::{Case, Form, Spaces};
        let table: [(&str, &str, &[Difference]); 9] = [
            ("Gold  Member", "Gold Member", &[Spaces]),
            ("Gold\u{A0}Member", "Gold Member", &[Spaces]),
            ("Go\u{200B}ld", "Gold", &[Spaces]),
            ("\u{202A}Gold", "Gold", &[Spaces]),
            ("STRASSE", "Straße", &[Case]),
            ("Cafe\u{301}", "Café", &[Form]),
            ("\u{FF36}IP", "VIP", &[Form]),
            ("CAFE\u{301}", "café", &[Case, Form]),
            ("CAFE\u{301}  1", "café 1", &[Case, Spaces, Form]),
        ];
        for (one, other, apart) in table {
            assert_eq!(differences(one, other), apart, "{one:?} {other:?}");
            assert_eq!(alike(&[(one, 1), (other, 2)]).len(), 1, "{one:?} {other:?}");
        }
        assert!(alike(&[("VIP", 1), ("VIP 1", 1), ("V I P", 1)]).is_empty());
    }
}
