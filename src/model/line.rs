//! Lines of a list.

/// The last line that a list can have, 2^53: no file is so long, and beyond it programs that read numbers as fractions
/// no longer tell one from the next.
pub const LAST_LINE: u64 = 1 << 53;
