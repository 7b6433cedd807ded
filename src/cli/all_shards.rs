//! How far the shards of a list are, all of them: those first at which a person has to look.

use std::collections::BTreeSet;

use super::status::{ago, runs};
use crate::job::glimpse;
use crate::model::Part;
use crate::record::{Outputs, RealDisk, RecordError, is_underway, shards_beside};
use crate::report::{count, counted};

/// How far all shards are of which anything is there, one a line; none where nothing is. Of those that began on `other_days` those
/// are told of which any is unfinished.
///
/// # Errors
/// The files of one can't be read.
pub fn all_shards(now: &Outputs, other_days: &[Outputs]) -> Result<Option<String>, RecordError> {
    let mut text = String::new();
    for outputs in [now].into_iter().chain(other_days) {
        let beside = shards_beside(outputs.whole());
        let is_unfinished = |shard: &Part| {
            let outputs = outputs.clone().of_shard(*shard);
            outputs
                .result()
                .is_some_and(|result| is_underway(result).is_some())
        };
        let is_now = outputs.whole() == now.whole();
        if !is_now && !beside.keys().any(is_unfinished) {
            continue;
        }
        // Others than these belong to another cut of the list.
        let cuts: BTreeSet<_> = beside.keys().map(|shard| shard.of()).collect();
        for of in cuts {
            let of_cut = beside.keys().filter(|shard| shard.of() == of);
            let shards =
                of_cut.map(|shard| ShardStatus::of(*shard, &outputs.clone().of_shard(*shard)));
            text += &in_all(of, shards.collect::<Result<_, _>>()?);
        }
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Where a shard is.
#[derive(Debug)]
struct ShardStatus {
    shard: Part,
    stage: Stage,
    more: String,
}

/// The stages of a shard, those first at which a person has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Stopped,
    Running,
    NotBegun,
    Complete,
}

impl Stage {
    const ALL: [Self; 4] = [Self::Complete, Self::Running, Self::Stopped, Self::NotBegun];

    fn words(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Running => "running",
            Self::NotBegun => "not begun",
            Self::Complete => "complete",
        }
    }
}

impl ShardStatus {
    fn absent(shard: Part) -> Self {
        Self {
            shard,
            stage: Stage::NotBegun,
            more: String::new(),
        }
    }

    fn of(shard: Part, outputs: &Outputs) -> Result<Self, RecordError> {
        let runs = runs(outputs);
        let stage = if runs { Stage::Running } else { Stage::Stopped };
        if let Some(glimpse) = glimpse(&RealDisk, outputs)? {
            let calls = glimpse.state.as_ref().map(|state| u64::from(state.calls));
            let done = match calls {
                Some(calls) => format!(
                    "{} of {} are done",
                    count(glimpse.ended),
                    counted(calls, "call")
                ),
                None => format!("{} are done", counted(glimpse.ended, "call")),
            };
            let more = format!("{done}, last heard of {} ago", ago(glimpse.latest));
            return Ok(Self { shard, stage, more });
        }
        let complete = outputs.result().filter(|result| result.is_file() && !runs);
        Ok(match complete {
            Some(result) => Self {
                shard,
                stage: Stage::Complete,
                more: result.display().to_string(),
            },
            None if runs => Self {
                shard,
                stage,
                more: "reading the list".to_owned(),
            },
            None => Self::absent(shard),
        })
    }
}

/// How many of so many shards are at which stage, and each that is there; those that are not stand in one line.
fn in_all(of: u64, mut shards: Vec<ShardStatus>) -> String {
    let begun = |one: &&ShardStatus| one.stage != Stage::NotBegun;
    let numbers: Vec<_> = shards
        .iter()
        .filter(begun)
        .map(|one| one.shard.number())
        .collect();
    let not_begun = of - numbers.len() as u64;
    let at = |stage: Stage| match stage {
        Stage::NotBegun => not_begun,
        _ => shards.iter().filter(|one| one.stage == stage).count() as u64,
    };
    let stages = Stage::ALL.iter().filter(|stage| at(**stage) > 0);
    let stages: Vec<_> = stages
        .map(|stage| format!("{} {}", count(at(*stage)), stage.words()))
        .collect();
    let mut text = format!("{}: {}\n", counted(of, "shard"), stages.join(", "));
    let any_stopped = at(Stage::Stopped) > 0;
    shards.retain(|one| one.stage != Stage::NotBegun);
    shards.sort_by_key(|one| one.stage);
    for one in &shards {
        let (shard, stage) = (one.shard.to_string(), one.stage.words());
        let line = format!("  {shard:<9}  {stage:<9}  {}", one.more);
        text += line.trim_end();
        text.push('\n');
    }
    if not_begun > 0 && not_begun < of {
        text += &format!("Not begun: {}\n", between(of, &numbers));
    }
    if any_stopped {
        text += "The commands that began those that are stopped carry them on.\n";
    }
    text
}

/// The numbers up to `of` that are none of these, which are in their order: `2, 5 to 8`.
fn between(of: u64, numbers: &[u64]) -> String {
    let ends = numbers.iter().copied().chain([of + 1]);
    let mut next = 1;
    let mut gaps = Vec::new();
    for number in ends {
        match number - next {
            0 => {}
            1 => gaps.push(next.to_string()),
            _ => gaps.push(format!("{next} to {}", number - 1)),
        }
        next = number + 1;
    }
    gaps.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_told_in_few_words() {
        assert_eq!(between(9, &[1, 3, 4, 9]), "2, 5 to 8");
        assert_eq!(between(4_000_000_000, &[2]), "1, 3 to 4000000000");
        assert_eq!(between(3, &[]), "1 to 3");
        assert_eq!(between(2, &[1, 2]), "");
    }
}
