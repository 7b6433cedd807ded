//! What counts as empty.

pub use crate::model::trim;

/// Whether nothing is left of the field after trimming.
pub fn is_empty(field: &[u8]) -> bool {
    str::from_utf8(field).is_ok_and(|text| trim(text).is_empty())
}
