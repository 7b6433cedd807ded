//! Labels that are certainly meant for another of the list. Pure.

use std::collections::HashMap;

use super::alike::tidied;
use crate::model::{LabelId, Labels};
use crate::plan::LabelUse;

/// So many times as often must the right one be asked for, at least.
const CLEARLY: u64 = 10;

/// Labels that differ from another one only in what nobody sees (the kind and number of spaces, characters that take no room,
/// and how Unicode writes the same character), each with that other: which is written as most programs write it, and asked for
/// ten times as often at least. `uses` says how often each is asked for. Capitals are never certain, nor is a label of which some
/// are removed: that may be what an earlier list has added by mistake.
pub fn certain_renames(
    labels: &Labels,
    uses: impl Fn(LabelId) -> LabelUse,
) -> HashMap<String, String> {
    // There are no more than can be numbered.
    let all = (0..labels.len() as u32).map(LabelId::from_number);
    let renames = all.filter_map(|slip| {
        let name = labels.name(slip);
        let tidy = tidied(name);
        let meant = labels.get(&tidy).filter(|meant| *meant != slip)?;
        let (slips, meant) = (uses(slip), uses(meant).customers());
        let is_clear = slips.removes == 0 && meant >= slips.adds.max(1).saturating_mul(CLEARLY);
        is_clear.then(|| (name.to_owned(), tidy))
    });
    renames.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renames(names: &[(&str, u64)]) -> Vec<(String, String)> {
        let adds: Vec<_> = names.iter().map(|(name, adds)| (*name, *adds, 0)).collect();
        renames_of(&adds)
    }

    /// Labels, how often they are added, and how often removed.
    fn renames_of(names: &[(&str, u64, u64)]) -> Vec<(String, String)> {
        let mut labels = Labels::default();
        for (name, ..) in names {
            labels.intern(name).unwrap();
        }
        let uses = |label: LabelId| {
            let (_, adds, removes) = names[label.get() as usize];
            LabelUse {
                label,
                adds,
                removes,
            }
        };
        let renames = certain_renames(&labels, uses);
        let mut renames: Vec<_> = renames.into_iter().collect();
        renames.sort();
        renames
    }

    #[test]
    fn what_differs_in_what_nobody_sees_is_renamed() {
        for slip in [
            "Gold  Caf\u{E9}",
            "Gold\u{A0}Caf\u{E9}",
            "Go\u{200B}ld Caf\u{E9}",
            "Gold Cafe\u{301}",
            "\u{202A}Gold \u{3000}Cafe\u{301}\u{202C}",
        ] {
            let meant = "Gold Caf\u{E9}";
            let expected = [(slip.to_owned(), meant.to_owned())];
            assert_eq!(renames(&[(slip, 3), (meant, 30)]), expected, "{slip:?}");
            assert_eq!(renames(&[(slip, 0), (meant, 10)]), expected, "{slip:?}");
        }
    }

    #[test]
    fn what_is_removed_may_have_been_meant() {
        let meant = ("Gold Member", 1_000, 0);
        assert!(renames_of(&[("Gold  Member", 2, 1), meant]).is_empty());
        assert_eq!(renames_of(&[("Gold  Member", 2, 0), meant]).len(), 1);
    }

    #[test]
    fn what_can_be_seen_or_is_not_clearly_rarer_is_left() {
        for (slip, uses, other, others) in [
            ("Gold  Member", 4, "Gold Member", 39),
            ("Gold  Member", 0, "Gold Member", 9),
            ("Gold member", 1, "Gold Member", 1_000),
            ("GoldMember", 1, "Gold Member", 1_000),
            ("Gold Member", 1, "Gold\u{A0}Member", 1_000),
            ("Level\u{B2}", 1, "Level2", 1_000),
            ("\u{FF36}IP", 1, "VIP", 1_000),
            ("VIP 1", 1, "VIP", 1_000),
        ] {
            assert!(
                renames(&[(slip, uses), (other, others)]).is_empty(),
                "{slip:?}"
            );
        }
    }
}
