//! Variables of a scheduler → the shard that this task of its array is (contract, section 8). Pure.

use crate::model::Part;

/// A shard, and the variable that has told it, where one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The shard.
    pub part: Part,
    /// The variable, and what it says.
    pub by: Option<String>,
}

/// Why no scheduler tells the shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UntoldError {
    /// There is none.
    #[error(
        "--shard auto: no scheduler says which shard this is: none of {} is set; say it outright, such as --shard 3/16",
        names()
    )]
    Nobody,
    /// It says which, and not of how many.
    #[error(
        "--shard auto: {variable} says which shard this is, and nothing that can be relied on says of how many: write \
         --shard auto/16 for an array of 16{}",
        besides(*count)
    )]
    OfHowMany {
        /// What says which.
        variable: &'static str,
        /// What would say of how many.
        count: Option<&'static str>,
    },
    /// It is none.
    #[error("--shard auto: {variable} is \"{value}\", which is no number of a shard of {of}: they go from {first} to {}", first + u64::from(*of) - 1)]
    Outside {
        /// The variable.
        variable: &'static str,
        /// What it says.
        value: String,
        /// How many shards there are.
        of: u32,
        /// The first number.
        first: u64,
    },
    /// It is no number of shards.
    #[error("--shard auto: {variable} is \"{value}\", which is no number of shards")]
    NoCount {
        /// The variable.
        variable: &'static str,
        /// What it says.
        value: String,
    },
    /// The array is another than the person says.
    #[error(
        "--shard auto/{of}: {variable} says that the array has {count} tasks: make both the same, or customers are called by nobody, or twice"
    )]
    OtherCount {
        /// How many shards the person wants.
        of: u32,
        /// The variable.
        variable: &'static str,
        /// How many tasks the array has.
        count: u32,
    },
    /// Two say different things.
    #[error(
        "--shard auto: two schedulers say different things: {one} makes it shard {first}, and {other} makes it shard {second}; say it \
         outright, such as --shard {first}"
    )]
    Disagreement {
        /// A variable.
        one: &'static str,
        /// Its shard.
        first: Part,
        /// Another.
        other: &'static str,
        /// Its shard.
        second: Part,
    },
}

/// What a scheduler sets in each task of an array.
struct Array {
    /// Which task it is.
    index: &'static str,
    /// The number of the first task.
    first: u64,
    /// How many tasks the whole array has, also where only a part of it is run again. Those of Slurm and SGE are none: a redone
    /// part of an array states its own size.
    count: Option<&'static str>,
    /// What the index is where there is no array.
    none: &'static [&'static str],
}

const fn counting(index: &'static str, count: &'static str) -> Array {
    Array {
        index,
        first: 0,
        count: Some(count),
        none: &[],
    }
}

const fn numbering(index: &'static str, first: u64, none: &'static [&'static str]) -> Array {
    Array {
        index,
        first,
        count: None,
        none,
    }
}

const ARRAYS: [Array; 9] = [
    counting("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS"),
    counting("AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE"),
    counting("CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_COUNT"),
    numbering("SLURM_ARRAY_TASK_ID", 1, &[]),
    numbering("SGE_TASK_ID", 1, &["undefined"]),
    numbering("PBS_ARRAY_INDEX", 1, &[]),
    numbering("LSB_JOBINDEX", 1, &["0"]),
    numbering("PARALLEL_SEQ", 1, &[]),
    numbering("NOMAD_ALLOC_INDEX", 0, &[]),
];

fn names() -> String {
    let names: Vec<_> = ARRAYS.iter().map(|array| array.index).collect();
    names.join(", ")
}

fn besides(count: Option<&str>) -> String {
    count.map_or(String::new(), |count| format!(", or set {count}"))
}

/// The shard that this process is, of so many, or of as many as the scheduler says; `get` looks a variable up.
///
/// # Errors
/// Nothing says it, or two say different things, or it is none.
pub fn of_array(
    of: Option<u32>,
    get: impl Fn(&str) -> Option<String>,
) -> Result<Told, UntoldError> {
    let mut told: Option<(&'static str, Told)> = None;
    let mut uncounted = None;
    for array in &ARRAYS {
        let value = get(array.index).filter(|value| !array.none.contains(&value.as_str()));
        let Some(value) = value else { continue };
        let Some(part) = array.part(&value, of, &get)? else {
            uncounted.get_or_insert(array);
            continue;
        };
        match &told {
            Some((one, Told { part: first, .. })) if *first != part => {
                return Err(UntoldError::Disagreement {
                    one,
                    first: *first,
                    other: array.index,
                    second: part,
                });
            }
            Some(_) => {}
            None => {
                let by = Some(format!("{}={value}", array.index));
                told = Some((array.index, Told { part, by }));
            }
        }
    }
    match (told, uncounted) {
        (Some((_, told)), _) => Ok(told),
        (None, Some(array)) => Err(UntoldError::OfHowMany {
            variable: array.index,
            count: array.count,
        }),
        (None, None) => Err(UntoldError::Nobody),
    }
}

impl Array {
    /// The shard that an index makes; none where nothing says of how many.
    fn part(
        &self,
        value: &str,
        of: Option<u32>,
        get: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Part>, UntoldError> {
        let count = self.count.and_then(|name| Some((name, get(name)?)));
        let count = count.map(|(variable, value)| match plain(&value) {
            Some(count @ 1..) => Ok((variable, count)),
            _ => Err(UntoldError::NoCount { variable, value }),
        });
        let of = match (of, count.transpose()?) {
            (Some(of), Some((variable, count))) if of != count => {
                return Err(UntoldError::OtherCount {
                    of,
                    variable,
                    count,
                });
            }
            (Some(of), _) | (None, Some((_, of))) => of,
            (None, None) => return Ok(None),
        };
        let number = plain(value).and_then(|index| (u64::from(index) + 1).checked_sub(self.first));
        let part = number.and_then(|number| Part::new(u32::try_from(number).ok()?, of));
        part.map(Some).ok_or_else(|| UntoldError::Outside {
            variable: self.index,
            value: value.to_owned(),
            of,
            first: self.first,
        })
    }
}

/// A number in digits alone.
fn plain(text: &str) -> Option<u32> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Variables and their values.
    type Set<'a> = &'a [(&'a str, &'a str)];

    fn told(of: Option<u32>, variables: Set<'_>) -> Result<String, String> {
        let get = |name: &str| {
            let mut found = variables.iter().filter(|(key, _)| *key == name);
            found.next().map(|(_, value)| (*value).to_owned())
        };
        let told = of_array(of, get);
        told.map(|told| told.part.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_scheduler_says_which_shard_it_is() {
        let kubernetes = [("JOB_COMPLETION_INDEX", "2"), ("JOB_COMPLETIONS", "16")];
        let batch = [
            ("AWS_BATCH_JOB_ARRAY_INDEX", "0"),
            ("AWS_BATCH_JOB_ARRAY_SIZE", "10000"),
        ];
        let cloud_run = [
            ("CLOUD_RUN_TASK_INDEX", "15"),
            ("CLOUD_RUN_TASK_COUNT", "16"),
        ];
        let cases: [(Option<u32>, Set<'_>, &str); 17] = [
            (None, &kubernetes, "3/16"),
            (None, &batch, "1/10000"),
            (None, &cloud_run, "16/16"),
            (Some(16), &kubernetes, "3/16"),
            (Some(16), &kubernetes[..1], "3/16"),
            (Some(4), &batch[..1], "1/4"),
            (Some(16), &cloud_run[..1], "16/16"),
            (Some(16), &[("SLURM_ARRAY_TASK_ID", "1")], "1/16"),
            (Some(16), &[("SGE_TASK_ID", "16")], "16/16"),
            (Some(16), &[("PBS_ARRAY_INDEX", "3")], "3/16"),
            (Some(16), &[("LSB_JOBINDEX", "3")], "3/16"),
            (Some(16), &[("PARALLEL_SEQ", "3")], "3/16"),
            (Some(16), &[("NOMAD_ALLOC_INDEX", "3")], "4/16"),
            // Of a redone part of an array: its own size is not that of the whole.
            (
                Some(16),
                &[
                    ("SLURM_ARRAY_TASK_ID", "7"),
                    ("SLURM_ARRAY_TASK_COUNT", "1"),
                ],
                "7/16",
            ),
            // What is set where there is no array.
            (
                Some(4),
                &[("SGE_TASK_ID", "undefined"), ("PARALLEL_SEQ", "2")],
                "2/4",
            ),
            (
                Some(4),
                &[("LSB_JOBINDEX", "0"), ("PARALLEL_SEQ", "2")],
                "2/4",
            ),
            // Two that agree.
            (
                Some(4),
                &[("SLURM_ARRAY_TASK_ID", "2"), ("PARALLEL_SEQ", "2")],
                "2/4",
            ),
        ];
        for (of, variables, shard) in cases {
            assert_eq!(told(of, variables).as_deref(), Ok(shard), "{variables:?}");
        }
    }

    #[test]
    fn what_is_not_told_is_not_guessed() {
        let slurm = [
            ("SLURM_ARRAY_TASK_ID", "3"),
            ("SLURM_ARRAY_TASK_COUNT", "16"),
        ];
        let cases: [(Option<u32>, Set<'_>); 13] = [
            (None, &[]),
            (Some(16), &[]),
            (None, &slurm),
            (None, &[("JOB_COMPLETION_INDEX", "3")]),
            (
                None,
                &[("JOB_COMPLETION_INDEX", "16"), ("JOB_COMPLETIONS", "16")],
            ),
            (
                None,
                &[("JOB_COMPLETION_INDEX", "0"), ("JOB_COMPLETIONS", "0")],
            ),
            (
                None,
                &[("JOB_COMPLETION_INDEX", "0"), ("JOB_COMPLETIONS", "many")],
            ),
            (
                Some(8),
                &[("JOB_COMPLETION_INDEX", "0"), ("JOB_COMPLETIONS", "16")],
            ),
            (Some(16), &[("SLURM_ARRAY_TASK_ID", "0")]),
            (Some(16), &[("SLURM_ARRAY_TASK_ID", "17")]),
            (Some(16), &[("PARALLEL_SEQ", "-1")]),
            (Some(16), &[("NOMAD_ALLOC_INDEX", "16")]),
            (
                Some(16),
                &[("SLURM_ARRAY_TASK_ID", "3"), ("PARALLEL_SEQ", "4")],
            ),
        ];
        let told: Vec<_> = cases
            .iter()
            .map(|(of, variables)| told(*of, variables).unwrap_err())
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
