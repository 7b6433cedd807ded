//! Which results go together: one, and the retries that were made of it (contract, section 6). Pure.

use std::path::{Path, PathBuf};

use super::identity::{KIND, RETRY, UNDO};
use super::run::SANDBOX;
use crate::error::Error;
use crate::report::Summary;

/// A result, and what stands beside it.
#[derive(Debug, Clone)]
pub struct Member {
    /// The result.
    pub path: PathBuf,
    /// How it came to be.
    pub summary: Summary,
}

/// Results that do not go together.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FamilyError {
    /// Nothing is named.
    #[error("name a result and its retries")]
    Nobody,
    /// A run of its own.
    #[error("{} is no retry of {}: it is a run of its own", path.display(), first.display())]
    OwnRun {
        /// The stranger.
        path: PathBuf,
        /// The result that the others are made of.
        first: PathBuf,
    },
    /// It was made of a result that is not there, or nothing says of which.
    #[error("{} is no retry of {}, nor of one that is named here", path.display(), first.display())]
    Foreign {
        /// The stranger.
        path: PathBuf,
        /// The result that the others are made of.
        first: PathBuf,
    },
    /// An undo says what is no more; folded in, it would look as if it had never been.
    #[error("{} is an undo, and no retry: leave it out", path.display())]
    Undo {
        /// The undo.
        path: PathBuf,
    },
    /// One changed customers, and the other only an imitation of them.
    #[error("{} is the result of a rehearsal, and {} is none: leave one of them out", rehearsed.display(), real.display())]
    Rehearsal {
        /// The rehearsal's.
        rehearsed: PathBuf,
        /// The real one.
        real: PathBuf,
    },
    /// Their customers are not the same ones.
    #[error(
        "{} came from {url}, and {} from {first_url}: leave out what is not of the same service",
        path.display(),
        first.display()
    )]
    OtherService {
        /// The stranger.
        path: PathBuf,
        /// Where it came from.
        url: String,
        /// The result that the others are made of.
        first: PathBuf,
        /// Where that came from.
        first_url: String,
    },
    /// It was complete before the other was: the same list, run on another day.
    #[error("{} is no retry of {}: it ended before that did", path.display(), first.display())]
    Earlier {
        /// The stranger.
        path: PathBuf,
        /// The result that the others are made of.
        first: PathBuf,
    },
    /// Both tell of the same calls.
    #[error("{} is part of {} already: leave one of them out", path.display(), of.display())]
    Twice {
        /// One.
        path: PathBuf,
        /// The other.
        of: PathBuf,
    },
}

impl From<FamilyError> for Error {
    fn from(error: FamilyError) -> Self {
        Self::unusable(error)
    }
}

impl Member {
    /// When its last leg ended. Written so, moments are in the order of their texts.
    fn ended(&self) -> &str {
        let last = self.summary.legs.last();
        last.map_or("", |leg| leg.ended_at.as_str())
    }

    fn is_made_of(&self, other: &Self) -> bool {
        self.summary.of.as_ref() == Some(&other.summary.run)
    }

    fn is_undo(&self) -> bool {
        self.kind() == Some(UNDO)
    }

    fn kind(&self) -> Option<&str> {
        self.summary.settings.get(KIND).map(String::as_str)
    }

    /// Whether it is a retry's: not the first of all that was done for its rows.
    pub fn is_retry(&self) -> bool {
        self.kind() == Some(RETRY)
    }

    /// Whether nothing of it was real.
    pub fn is_rehearsal(&self) -> bool {
        self.summary.settings.contains_key(SANDBOX)
    }

    /// Whether both were about the same customers. Each rehearsal has an imitation of its own, on a port of its own.
    fn is_of_one_world_with(&self, other: &Self) -> bool {
        let real = !self.is_rehearsal() && self.summary.base_url == other.summary.base_url;
        self.is_rehearsal() == other.is_rehearsal() && (real || self.is_rehearsal())
    }

    /// Whether it may have been made of another: that was there before this one ended.
    fn comes_after(&self, other: &Self) -> bool {
        self.is_made_of(other) && self.ended() >= other.ended()
    }

    /// Whether a leg of one is a leg of the other.
    fn tells_of(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.summary.legs, &other.summary.legs);
        mine.iter().any(|leg| theirs.contains(leg))
    }
}

/// Puts results in order: the one that the others were made of, and these as they ended, whatever order they are named in.
///
/// # Errors
/// One of them does not belong to the others.
pub fn family(members: Vec<Member>) -> Result<Vec<Member>, FamilyError> {
    for (n, member) in members.iter().enumerate() {
        if let Some(other) = members[..n].iter().find(|other| member.tells_of(other)) {
            let (path, of) = (member.path.clone(), other.path.clone());
            return Err(FamilyError::Twice { path, of });
        }
    }
    let is_root = |member: &Member| !members.iter().any(|other| member.is_made_of(other));
    let (mut roots, mut retries): (Vec<_>, Vec<_>) = members.iter().cloned().partition(is_root);
    if roots.is_empty() {
        return Err(FamilyError::Nobody);
    }
    let first = roots.remove(0);
    if let Some(stranger) = roots.first() {
        return Err(stranger_to(&first.path, stranger));
    }
    if let Some(undo) = retries.iter().find(|retry| retry.is_undo()) {
        let path = undo.path.clone();
        return Err(FamilyError::Undo { path });
    }
    for retry in &retries {
        belongs(retry, &first, &members)?;
    }
    retries.sort_by(|one, other| one.ended().cmp(other.ended()));
    retries.insert(0, first);
    Ok(retries)
}

/// Refuses a retry that is another's than that of `first`, or of a result that was made of it.
fn belongs(retry: &Member, first: &Member, members: &[Member]) -> Result<(), FamilyError> {
    let mut parents = members.iter().filter(|other| retry.is_made_of(other));
    let (path, of) = (retry.path.clone(), first.path.clone());
    if retry.is_rehearsal() != first.is_rehearsal() {
        let (rehearsed, real) = match retry.is_rehearsal() {
            true => (path, of),
            false => (of, path),
        };
        return Err(FamilyError::Rehearsal { rehearsed, real });
    }
    if !retry.is_of_one_world_with(first) {
        return Err(FamilyError::OtherService {
            path,
            url: retry.summary.base_url.clone(),
            first: of,
            first_url: first.summary.base_url.clone(),
        });
    }
    // The same rows may have been sent twice: results that were made of either name both.
    match parents.clone().any(|parent| retry.comes_after(parent)) {
        true => Ok(()),
        false => Err(FamilyError::Earlier {
            path,
            first: parents.next().map_or(of, |parent| parent.path.clone()),
        }),
    }
}

/// Those of `members` that are of one family with the last of them: what it was made of, what that was made of, and the
/// retries of these.
pub fn kin(members: &[Member]) -> Vec<&Member> {
    let Some(last) = members.last() else {
        return Vec::new();
    };
    let members: Vec<_> = members
        .iter()
        .filter(|one| one.is_of_one_world_with(last))
        .collect();
    let mut line = vec![last];
    while let Some(parent) = line
        .last()
        .and_then(|last| members.iter().find(|other| last.comes_after(other)))
        .filter(|_| line.len() < members.len())
    {
        line.push(parent);
    }
    // Also what was made of those that are no ancestors of the last.
    loop {
        let is_new = |member: &&&Member| {
            let is_known = line.iter().any(|one| std::ptr::eq(*one, **member));
            !is_known && !member.is_undo() && line.iter().any(|one| member.comes_after(one))
        };
        match members.iter().find(is_new) {
            Some(found) => line.push(found),
            None => break,
        }
    }
    let is_kin = |member: &&Member| line.iter().any(|one| std::ptr::eq(*one, *member));
    members.into_iter().filter(is_kin).collect()
}

fn stranger_to(first: &Path, stranger: &Member) -> FamilyError {
    let (path, first) = (stranger.path.clone(), first.to_owned());
    match stranger.kind() {
        None => FamilyError::OwnRun { path, first },
        Some(UNDO) => FamilyError::Undo { path },
        Some(_) => FamilyError::Foreign { path, first },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Leg, ListSummary};
    use std::collections::BTreeMap;

    fn member(name: &str, of: Option<&str>, ended: &str) -> Member {
        let leg = Leg {
            started_at: format!("start of {name}"),
            ended_at: ended.to_owned(),
            exit_status: Some(1),
        };
        let summary = Summary {
            program: String::new(),
            run: format!("run of {name}"),
            list: ListSummary {
                name: String::new(),
                rows: 0,
                fingerprint: String::new(),
            },
            base_url: String::new(),
            account: String::new(),
            of: of.map(|of| format!("run of {of}")),
            settings: BTreeMap::new(),
            shard: String::new(),
            rows: BTreeMap::new(),
            codes: BTreeMap::new(),
            customers: 0,
            calls: 0,
            attempts: 0,
            throttled: 0,
            legs: vec![leg],
            seconds: 0.0,
            exit_status: 1,
            reason: None,
            minutes: Vec::new(),
        };
        Member {
            path: name.into(),
            summary,
        }
    }

    fn undo(name: &str, of: &str) -> Member {
        let mut undo = member(name, Some(of), "9");
        let (kind, value) = (KIND.to_owned(), UNDO.to_owned());
        undo.summary.settings.insert(kind, value);
        undo
    }

    fn order(members: &[Member]) -> Result<String, String> {
        let names = |members: Vec<Member>| {
            let names: Vec<_> = members
                .iter()
                .map(|m| m.path.display().to_string())
                .collect();
            names.join(" ")
        };
        family(members.to_vec())
            .map(names)
            .map_err(|e| e.to_string())
    }

    #[test]
    fn the_order_is_that_of_time_and_not_of_the_arguments() {
        let first = member("first", None, "2026-11-23T02:00:00.000Z");
        let one = member("one", Some("first"), "2026-11-23T03:00:00.000Z");
        let two = member("two", Some("one"), "2026-11-23T04:00:00.000Z");
        let again = member("again", Some("first"), "2026-11-23T03:30:00.000Z");
        let all = [two.clone(), again, first.clone(), one.clone()];
        assert_eq!(order(&all), Ok("first one again two".into()));
        assert_eq!(order(&[one.clone(), two]), Ok("one two".into()));
        assert_eq!(order(&[first]), Ok("first".into()));
    }

    #[test]
    fn who_does_not_belong_is_named() {
        let first = member("first", None, "1");
        let one = member("one", Some("first"), "2");
        let told = |others: &[Member]| {
            let members = [&[first.clone(), one.clone()], others].concat();
            order(&members).unwrap_err()
        };
        let own = member("own", None, "3");
        assert_eq!(
            told(&[own]),
            "own is no retry of first: it is a run of its own"
        );
        let mut foreign = member("foreign", Some("another"), "3");
        let (kind, value) = (KIND.to_owned(), RETRY.to_owned());
        foreign.summary.settings.insert(kind, value);
        assert_eq!(
            told(&[foreign]),
            "foreign is no retry of first, nor of one that is named here"
        );
        for of in ["first", "another"] {
            assert_eq!(
                told(&[undo("u", of)]),
                "u is an undo, and no retry: leave it out"
            );
        }
        let mut folded = first.clone();
        folded.path = "folded".into();
        folded.summary.legs.extend(one.summary.legs.clone());
        assert_eq!(
            order(&[folded, one.clone()]).unwrap_err(),
            "one is part of folded already: leave one of them out"
        );
    }

    #[test]
    fn a_retry_of_another_day_is_none_of_the_family() {
        let yesterday = member("yesterday", Some("first"), "1");
        let first = member("first", None, "2");
        let one = member("one", Some("first"), "3");
        assert_eq!(
            order(&[first.clone(), yesterday.clone(), one.clone()]).unwrap_err(),
            "yesterday is no retry of first: it ended before that did"
        );
        let own = member("own", None, "2");
        let two = member("two", Some("one"), "4");
        let all = [own, yesterday, first, one, two];
        let kin: Vec<_> = kin(&all)
            .iter()
            .map(|kin| kin.path.display().to_string())
            .collect();
        assert_eq!(kin, ["first", "one", "two"]);
        let nephew = [
            member("first", None, "1"),
            member("retry-1", Some("first"), "2"),
            member("retry-2", Some("retry-1"), "3"),
            member("retry-3", Some("first"), "4"),
        ];
        assert_eq!(
            super::kin(&nephew).len(),
            4,
            "what was made of a sibling, too"
        );
        assert_eq!(super::kin(&all[..1]).len(), 1);
        assert!(super::kin(&[]).is_empty());
    }

    #[test]
    fn a_retry_that_ended_before_what_it_was_made_of_is_refused() {
        let first = member("first", None, "1");
        let one = member("one", Some("first"), "3");
        let before = member("before", Some("one"), "2");
        assert_eq!(
            order(&[first.clone(), one.clone(), before.clone()]).unwrap_err(),
            "before is no retry of one: it ended before that did"
        );
        // The same rows were sent once more: what is made of either says the same.
        let mut other = member("other", Some("first"), "2");
        other.summary.run = one.summary.run.clone();
        let all = [first, one, other, before];
        assert_eq!(order(&all), Ok("first other before one".into()));
    }

    fn rehearsed(mut member: Member) -> Member {
        let (sandbox, value) = (SANDBOX.to_owned(), "true".to_owned());
        member.summary.settings.insert(sandbox, value);
        member.summary.base_url = format!("http://127.0.0.1/{}", member.path.display());
        member
    }

    #[test]
    fn what_was_rehearsed_is_no_part_of_what_was_done() {
        let first = member("first", None, "1");
        let one = rehearsed(member("one", Some("first"), "2"));
        let told = "one is the result of a rehearsal, and first is none: leave one of them out";
        assert_eq!(order(&[first.clone(), one.clone()]).unwrap_err(), told);
        let own = member("one", Some("first"), "2");
        let told = "first is the result of a rehearsal, and one is none: leave one of them out";
        let rehearsal = rehearsed(first.clone());
        assert_eq!(order(&[rehearsal.clone(), own]).unwrap_err(), told);
        let all = [rehearsal, one.clone()];
        assert_eq!(order(&all), Ok("first one".into()));
        assert_eq!(kin(&all).len(), 2);
        let two = member("two", Some("first"), "3");
        assert_eq!(kin(&[first, one, two]).len(), 2);
    }

    #[test]
    fn another_services_customers_are_not_the_same() {
        let mut first = member("first", None, "1");
        first.summary.base_url = "https://eu.example".to_owned();
        let one = member("one", Some("first"), "2");
        let told = order(&[first.clone(), one.clone()]).unwrap_err();
        let words = "one came from , and first from https://eu.example: leave out";
        assert!(told.starts_with(words), "{told}");
        assert_eq!(kin(&[first, one]).len(), 1);
    }

    #[test]
    fn an_undo_and_its_retries_are_a_family_of_their_own() {
        let retry = member("retry", Some("u"), "9");
        assert_eq!(order(&[retry, undo("u", "first")]), Ok("u retry".into()));
    }
}
