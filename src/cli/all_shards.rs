//! How far the shards of a list are, all of them: those first at which a person has to look.

use std::collections::BTreeSet;

use super::status::{ago, runs};
use crate::job::glimpse;
use crate::model::Part;
use crate::record::{Outputs, RealDisk, RecordError, shards_beside};
use crate::report::{count, counted};

/// How far all shards are of which anything is there, one a line; none where nothing is.
///
/// # Errors
/// The files of one can't be read.
pub fn all_shards<'a>(
    places: impl Iterator<Item = &'a Outputs>,
) -> Result<Option<String>, RecordError> {
    let mut text = String::new();
    for outputs in places {
        let beside = shards_beside(outputs.whole());
        // Others than these belong to another cut of the list.
        let cuts: BTreeSet<_> = beside.keys().map(|shard| shard.of()).collect();
        for of in cuts {
            let parts = Part::WHOLE.parts(u32::try_from(of).unwrap_or(u32::MAX));
            let mut shards = Vec::new();
            for shard in parts {
                let is_there = beside.contains_key(&shard);
                shards.push(match is_there {
                    true => ShardStatus::of(shard, &outputs.clone().of_shard(shard))?,
                    false => ShardStatus::absent(shard),
                });
            }
            text += &in_all(&shards);
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

/// How many shards are at which stage, and each that is there.
fn in_all(shards: &[ShardStatus]) -> String {
    let at = |stage: Stage| shards.iter().filter(|one| one.stage == stage).count();
    let stages = Stage::ALL.iter().filter(|stage| at(**stage) > 0);
    let stages: Vec<_> = stages
        .map(|stage| format!("{} {}", count(at(*stage) as u64), stage.words()))
        .collect();
    let mut text = format!(
        "{}: {}\n",
        counted(shards.len() as u64, "shard"),
        stages.join(", ")
    );
    let mut shown: Vec<_> = shards.iter().collect();
    shown.sort_by_key(|one| one.stage);
    for one in shown {
        let line = format!(
            "  {:<9}  {:<9}  {}",
            one.shard.to_string(),
            one.stage.words(),
            one.more
        );
        text += line.trim_end();
        text.push('\n');
    }
    if at(Stage::Stopped) > 0 {
        text += "The commands that began those that are stopped carry them on.\n";
    }
    text
}
