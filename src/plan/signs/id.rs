//! Ids that a spreadsheet has rounded. They are valid, and another customer's.

use crate::model::UserId;

/// The smallest number of 16 digits: a spreadsheet keeps 15.
const SIXTEEN_DIGITS: u64 = 1_000_000_000_000_000;

/// Whether the id has more digits than a spreadsheet keeps.
pub fn is_long(id: u64) -> bool {
    (SIXTEEN_DIGITS..=UserId::MAX).contains(&id)
}

/// Whether a spreadsheet has probably put zeros in the place of the id's last digits. One long id in a hundred looks so by
/// chance.
pub fn is_rounded(id: u64) -> bool {
    is_long(id) && id.is_multiple_of(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_ids_that_end_in_zeros_are_suspect() {
        let table = [
            (564_663_098, false),
            (999_999_999_999_900, false),
            (1_234_567_890_123_450, false),
            (1_234_567_890_123_400, true),
            (12_345_678_901_234_500, true),
            (9_223_372_036_854_770_000, true),
            (UserId::MAX, false),
        ];
        for (id, rounded) in table {
            assert_eq!(is_rounded(id), rounded, "{id}");
        }
    }
}
