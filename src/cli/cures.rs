//! The commands that mend what a look at a list has found: what was typed, with the flag that does it.

use std::path::{Path, PathBuf};

use super::command_line::{CommandLine, Flag};
use crate::job::{Planned, Reading};
use crate::model::LabelId;
use crate::record::beside_list;
use crate::report::{Cures, Organisation};

/// What is done already, and needs no command.
#[derive(Debug, Clone, Copy)]
pub struct Done {
    /// The list was written again.
    pub fix: bool,
    /// The rejected rows were written.
    pub rejects: bool,
}

/// A list that was looked at.
#[derive(Debug)]
pub struct Looked<'a> {
    /// With this command.
    pub typed: &'a CommandLine,
    /// The list.
    pub list: &'a Path,
    /// How it is read.
    pub reading: &'a Reading,
    /// What it comes to.
    pub planned: &'a Planned,
    /// What the organisation's labels say of it, where they were asked for.
    pub organisation: Option<&'a Organisation>,
}

/// The commands for it.
pub fn cures(looked: &Looked<'_>, done: Done) -> Cures {
    let Looked {
        typed,
        list,
        reading,
        planned,
        organisation,
    } = *looked;
    let written = [
        Flag::Valued("--fix"),
        Flag::Valued("--rejects"),
        Flag::Switch("--json"),
    ];
    let typed = typed.without(&written);
    let naming = |flag: &str, ending: &str| {
        let name = free(list, ending).to_string_lossy().into_owned();
        typed.clone().and(&[flag, &name]).to_string()
    };
    let with = |name: &'static str, value: &str| {
        let typed = typed.without(&[Flag::Valued(name)]);
        typed.and(&[name, value]).to_string()
    };
    let plan = &planned.plan;
    // Where some of the list is UTF-8 beyond doubt, the rest is not all in another encoding.
    let is_plain = (0..plan.labels().len() as u32)
        .all(|label| plan.labels().name(LabelId::from_number(label)).is_ascii());
    let is_open = reading.wishes.encoding.is_none() && is_plain;
    let meant = organisation.and_then(Organisation::certain);
    let given = meant.filter(|_| reading.wishes.label.is_some());
    Cures {
        label: given.map(|label| with("--label", label)),
        fix: (!done.fix).then(|| naming("--fix", "fixed")),
        rejects: (!done.rejects).then(|| naming("--rejects", "rejected")),
        western: is_open.then(|| with("--encoding", "windows-1252")),
        last_wins: Some(with("--on-conflict", "last")),
        more_labels: plan
            .most_labels()
            .map(|most| with("--max-labels", &most.to_string())),
    }
}

/// `campaign.fixed.csv`, or the first such name that is free.
fn free(list: &Path, ending: &str) -> PathBuf {
    let named = |ending: &str| {
        beside_list(list, ending).unwrap_or_else(|| PathBuf::from(format!("list{ending}")))
    };
    let others = (2..).map(|n| named(&format!(".{ending}-{n}.csv")));
    let mut names = std::iter::once(named(&format!(".{ending}.csv"))).chain(others);
    let is_free = |name: &PathBuf| std::fs::symlink_metadata(name).is_err();
    names.find(is_free).unwrap_or_default()
}
