//! The result's own columns (contract, section 5).

/// The result's own columns, in their order; those that it keeps of its list stand after them.
pub const RESULT_COLUMNS: [&str; 10] = [
    "line",
    "userId",
    "action",
    "label",
    "outcome",
    "code",
    "message",
    "httpStatus",
    "attempts",
    "completedAt",
];
