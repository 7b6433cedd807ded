//! Which results are shards of one list, all of them (contract, section 8). Pure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::family::Member;
use super::identity::{ACCOUNT, BASE_URL, Identity, LIST, OF, SHAPING, SHARD};
use crate::error::Error;
use crate::model::Part;
use crate::record::{of_shard, of_whole};

/// So many shards that are missing are named.
const NAMED: usize = 8;

/// Results that are not the shards of one list, all of them and each once.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardsError {
    /// Nothing is named.
    #[error("name the results of all shards")]
    Nobody,
    /// It is a result of its own.
    #[error(
        "{} is no shard's: name the results that run --shard has written; to fold a result and its retries into one, say so with --latest",
        path.display()
    )]
    NoShard {
        /// The stranger.
        path: PathBuf,
    },
    /// Nothing can tell what it is of.
    #[error(
        "{}: what stands beside it does not fit the run that it names: bring back the .json that was written with it",
        path.display()
    )]
    Changed {
        /// The stranger.
        path: PathBuf,
    },
    /// They are parts of different sizes.
    #[error("{} is shard {shard}, and {} is shard {other}: shards of another number do not fit together", path.display(), first.display())]
    OtherCut {
        /// The stranger.
        path: PathBuf,
        /// Its shard.
        shard: Part,
        /// The one that it does not fit.
        first: PathBuf,
        /// Its shard.
        other: Part,
    },
    /// It is of another run.
    #[error("{} and {} are not shards of one run: {what}", path.display(), first.display())]
    Foreign {
        /// The stranger.
        path: PathBuf,
        /// The one that it does not fit.
        first: PathBuf,
        /// In what they differ.
        what: String,
    },
    /// Two are the same shard.
    #[error("{} and {} are both shard {shard}: leave one of them out", path.display(), other.display())]
    Twice {
        /// One.
        path: PathBuf,
        /// The other.
        other: PathBuf,
        /// Which both are.
        shard: Part,
    },
    /// Some are not there.
    #[error("{missing}: name the results of all shards")]
    Missing {
        /// Which, in words.
        missing: Missing,
    },
}

/// Shards that are missing, and the names that their results have beside those that are there.
#[derive(Debug, PartialEq, Eq)]
pub struct Missing {
    /// The first of them.
    pub first: Vec<(Part, Option<PathBuf>)>,
    /// How many there are besides.
    pub more: u64,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let one = |(shard, path): &(Part, Option<PathBuf>)| match path {
            Some(path) => format!("{shard} ({})", path.display()),
            None => shard.to_string(),
        };
        let mut named: Vec<_> = self.first.iter().map(one).collect();
        if self.more > 0 {
            named.push(format!("{} more", self.more));
        }
        let last = named.pop().unwrap_or_default();
        match named.is_empty() {
            true => write!(f, "shard {last} is missing"),
            false => write!(f, "shards {} and {last} are missing", named.join(", ")),
        }
    }
}

impl From<ShardsError> for Error {
    fn from(error: ShardsError) -> Self {
        Self::unusable(error)
    }
}

/// All shards of a list, in their order, and what the run of the whole is.
#[derive(Debug)]
pub struct Shards {
    /// The shards.
    pub members: Vec<Member>,
    /// The identity of a run of the whole list.
    pub whole: Identity,
}

/// Puts shards in order, whatever order they are named in.
///
/// # Errors
/// One of them belongs to no list or another, is there twice, or is not there.
pub fn shards(members: Vec<Member>) -> Result<Shards, ShardsError> {
    let mut shards: Vec<(Part, Member)> = Vec::new();
    let mut whole: Option<BTreeMap<String, String>> = None;
    for member in members {
        let (shard, parts) = parts(&member)?;
        let whole = whole.get_or_insert_with(|| parts.clone());
        if let Some((other, first)) = shards.first() {
            must_fit((&member, &parts), (first, whole))?;
            let (path, first) = (member.path.clone(), first.path.clone());
            if shard.of() != other.of() {
                let other = *other;
                return Err(ShardsError::OtherCut {
                    path,
                    shard,
                    first,
                    other,
                });
            }
        }
        shards.push((shard, member));
    }
    shards.sort_by_key(|(shard, _)| *shard);
    if let Some(two) = shards.windows(2).find(|two| two[0].0 == two[1].0) {
        let [(shard, one), (_, other)] = two else {
            return Err(ShardsError::Nobody);
        };
        return Err(ShardsError::Twice {
            path: one.path.clone(),
            other: other.path.clone(),
            shard: *shard,
        });
    }
    let missing = missing(&shards);
    if !missing.first.is_empty() {
        return Err(ShardsError::Missing { missing });
    }
    let mut whole = whole.ok_or(ShardsError::Nobody)?;
    whole.insert(SHARD.to_owned(), Part::WHOLE.to_string());
    Ok(Shards {
        members: shards.into_iter().map(|(_, member)| member).collect(),
        whole: whole.into(),
    })
}

/// The shard that a result is of, and what makes its run that run.
fn parts(member: &Member) -> Result<(Part, BTreeMap<String, String>), ShardsError> {
    let summary = &member.summary;
    let path = || member.path.clone();
    let is_named_so = of_whole(&member.path).is_some();
    let shard: Option<Part> = summary.shard.parse().ok();
    // One of one is the whole, too: its name tells that it was run as a shard.
    let shard = shard.filter(|shard| summary.of.is_none() && (!shard.is_whole() || is_named_so));
    let shard = shard.ok_or_else(|| ShardsError::NoShard { path: path() })?;
    let own = [
        (LIST, summary.list.fingerprint.clone()),
        (BASE_URL, summary.base_url.clone()),
        (ACCOUNT, summary.account.clone()),
        (SHARD, summary.shard.clone()),
    ];
    let shaping = SHAPING.into_iter();
    let shaping = shaping.filter_map(|name| Some((name, summary.settings.get(name)?.clone())));
    let identity = Identity::new(own.into_iter().chain(shaping));
    match identity.hash() == summary.run {
        true => Ok((shard, identity.parts().clone())),
        false => Err(ShardsError::Changed { path: path() }),
    }
}

/// A result, and what makes its run that run.
type Known<'a> = (&'a Member, &'a BTreeMap<String, String>);

/// Refuses a shard of another run. Each rehearsal has an imitation of its own, on a port of its own.
fn must_fit((member, parts): Known<'_>, (first, others): Known<'_>) -> Result<(), ShardsError> {
    let (one, other) = (member.is_rehearsal(), first.is_rehearsal());
    let is_free = |name: &str| name == SHARD || name == BASE_URL && one && other;
    let identity = Identity::from(parts.clone());
    let changed = identity.changed(others);
    let changed = changed.into_iter().find(|name| !is_free(name));
    let is_rehearsed = |member: &Member| match member.is_rehearsal() {
        true => format!("{} is the result of a rehearsal", member.path.display()),
        false => format!("{} is none of a rehearsal", member.path.display()),
    };
    let shown = |parts: &BTreeMap<String, String>, name: &str| match parts.get(name) {
        Some(value) => format!("with --{name} {value}"),
        None => format!("without --{name}"),
    };
    let what = match changed {
        _ if one != other => format!("{}, and {}", is_rehearsed(member), is_rehearsed(first)),
        None if member.summary.list.rows == first.summary.list.rows => return Ok(()),
        None | Some(LIST) => "the list is another".to_owned(),
        Some(ACCOUNT) => "the account is another".to_owned(),
        Some(OF) => "they are made of different results".to_owned(),
        Some(name) => format!(
            "the one was run {}, and the other {}",
            shown(parts, name),
            shown(others, name)
        ),
    };
    Err(ShardsError::Foreign {
        path: member.path.clone(),
        first: first.path.clone(),
        what,
    })
}

/// The shards that are not there, and the names that their results would have. There may be billions, if somebody has slipped.
fn missing(shards: &[(Part, Member)]) -> Missing {
    let Some((first, member)) = shards.first() else {
        return Missing {
            first: Vec::new(),
            more: 0,
        };
    };
    let named = |shard| {
        let (whole, _) = of_whole(&member.path)?;
        Some(of_shard(&whole, shard))
    };
    let all = Part::WHOLE.parts(u32::try_from(first.of()).unwrap_or(u32::MAX));
    let is_there = |shard: &Part| {
        shards
            .binary_search_by_key(shard, |(there, _)| *there)
            .is_ok()
    };
    let missing = all.filter(|shard| !is_there(shard)).take(NAMED);
    let named: Vec<_> = missing.map(|shard| (shard, named(shard))).collect();
    Missing {
        more: first.of() - (shards.len() + named.len()) as u64,
        first: named,
    }
}

/// The name that the result of the whole has, where all shards are named after one.
pub fn named_after(members: &[Member]) -> Option<PathBuf> {
    let whole = |path: &Path| of_whole(path).map(|(whole, _)| whole);
    let first = whole(&members.first()?.path)?;
    let is_same = |member: &Member| whole(&member.path).as_ref() == Some(&first);
    members.iter().all(is_same).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Summary;

    fn member(path: &str, shard: &str, list: &str, settings: &[(&str, &str)]) -> Member {
        let mut json: serde_json::Value = serde_json::from_str(
            r#"{"program": "", "run": "", "list": {"name": "l.csv", "rows": 9, "fingerprint": ""}, "baseUrl": "u",
            "account": "a", "settings": {"rate": "5/s"}, "shard": "", "rows": {}, "codes": {}, "customers": 1, "calls": 1,
            "attempts": 1, "throttled": 0, "legs": [], "seconds": 1.0, "exitStatus": 0, "minutes": []}"#,
        )
        .unwrap();
        json["shard"] = shard.into();
        json["list"]["fingerprint"] = list.into();
        for (name, value) in settings {
            json["settings"][name] = (*value).into();
        }
        let mut summary = Summary::from_json(json.to_string().as_bytes()).unwrap();
        let own = [
            (LIST, list),
            (BASE_URL, "u"),
            (ACCOUNT, "a"),
            (SHARD, shard),
        ];
        let shaping = settings.iter().filter(|(name, _)| SHAPING.contains(name));
        let parts = own.iter().chain(shaping);
        summary.run = Identity::new(parts.map(|(name, value)| (*name, (*value).to_owned()))).hash();
        Member {
            path: path.into(),
            summary,
        }
    }

    fn of(shard: &str) -> Member {
        let path = format!("l.{}.csv", shard.replace('/', "-of-"));
        member(&path, shard, "f", &[("method", "POST")])
    }

    #[test]
    fn shards_are_put_in_order_and_make_the_run_of_the_whole() {
        let all = ["3/3", "1/3", "2/3"].map(of).to_vec();
        let Shards { members, whole } = shards(all).unwrap();
        let order: Vec<_> = members
            .iter()
            .map(|one| one.summary.shard.clone())
            .collect();
        assert_eq!(order, ["1/3", "2/3", "3/3"]);
        assert_eq!(
            whole.hash(),
            member("w", "1/1", "f", &[("method", "POST")]).summary.run
        );
        assert_eq!(named_after(&members), Some("l.csv".into()));
        assert_eq!(shards(vec![of("1/1")]).unwrap().members.len(), 1);
        let elsewhere = member("x/l.2-of-2.csv", "2/2", "f", &[]);
        assert_eq!(named_after(&[of("1/2"), elsewhere]), None);
    }

    #[test]
    fn what_does_not_belong_is_refused_by_name() {
        let first = || of("1/2");
        let rehearsed = member(
            "r.2-of-2.csv",
            "2/2",
            "f",
            &[("method", "POST"), ("sandbox", "true")],
        );
        let mut retry = of("2/2");
        retry.summary.of = Some("x".into());
        let mut changed = of("2/2");
        changed.summary.account = "b".into();
        let mut longer = of("2/2");
        longer.summary.list.rows = 10;
        let cases: [Vec<Member>; 12] = [
            vec![],
            vec![first(), member("whole.csv", "1/1", "f", &[])],
            vec![first(), retry],
            vec![first(), changed],
            vec![first(), of("2/4")],
            vec![
                first(),
                member("other.2-of-2.csv", "2/2", "g", &[("method", "POST")]),
            ],
            vec![first(), longer],
            vec![
                first(),
                member("put.2-of-2.csv", "2/2", "f", &[("method", "PUT")]),
            ],
            vec![first(), rehearsed],
            vec![of("2/2"), first(), of("2/2")],
            vec![first()],
            vec![of("7/20")],
        ];
        let told = cases.map(|members| shards(members).unwrap_err().to_string());
        insta::assert_snapshot!(told.join("\n"));
    }
}
