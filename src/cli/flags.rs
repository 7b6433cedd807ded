//! Flags of a run by what they are about: a command that is told to follow it leaves some of them out.

use super::command_line::Flag;

/// How the list is read.
pub const OF_THE_LIST: [Flag; 6] = [
    Flag::Valued("--columns"),
    Flag::Valued("--action"),
    Flag::Valued("--label"),
    Flag::Valued("--delimiter"),
    Flag::Valued("--encoding"),
    Flag::Valued("--sheet"),
];

/// The files that it writes, each in the place of an earlier one.
pub const OF_ITS_FILES: [Flag; 7] = [
    Flag::Valued("--output"),
    Flag::Valued("--excel"),
    Flag::Valued("--rejects"),
    Flag::Valued("--report"),
    Flag::Valued("--summary"),
    Flag::Valued("--metrics"),
    Flag::Switch("--overwrite"),
];

/// What must hold of the whole list.
pub const OF_THE_GUARDS: [Flag; 3] = [
    Flag::Valued("--expect-rows"),
    Flag::Valued("--max-removals"),
    Flag::Switch("--strict"),
];

/// When it stops early.
pub const OF_ITS_END: [Flag; 3] = [
    Flag::Valued("--limit"),
    Flag::Valued("--until"),
    Flag::Valued("--canary"),
];

/// What is done with this very run.
pub const OF_THE_RUN: [Flag; 5] = [
    Flag::Valued("--shard"),
    Flag::Switch("--restart"),
    Flag::Switch("--account-changed"),
    Flag::Switch("--finish"),
    Flag::Switch("--yes"),
];
