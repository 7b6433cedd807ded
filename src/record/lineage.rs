//! The names of results that are made of another (contract, section 6): `campaign.retry-1.results.csv`.

use std::fs;
use std::path::{Path, PathBuf};

use super::outputs::Outputs;

/// What every result ends in that nobody has named.
const USUAL: &str = ".results.csv";

/// What a rehearsal's has before that.
const REHEARSAL: &str = ".sandbox";

/// What is made of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offspring {
    /// Some of its rows are sent again.
    Retry,
    /// What it did is undone.
    Undo,
}

/// A result's name, taken apart: `campaign` `.retry-1` `.results.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage {
    folder: PathBuf,
    root: String,
    /// Which retry it is; 0 for one that is none.
    retry: u32,
    ending: String,
}

impl Lineage {
    /// That of a result. None where it has no name: standard input.
    pub fn of(result: &Path) -> Option<Self> {
        if result.as_os_str() == "-" {
            return None;
        }
        let name = result.file_name()?.to_string_lossy().into_owned();
        let (stem, ending) = match name.strip_suffix(USUAL) {
            Some(stem) => (stem.to_owned(), USUAL.to_owned()),
            None => {
                let stem = Path::new(&name).file_stem()?.to_string_lossy().into_owned();
                // Without an ending of its own the summary would take the number for it, and stand in another's place.
                let ending = name.strip_prefix(&stem).filter(|ending| !ending.is_empty());
                let ending = ending.unwrap_or(".csv").to_owned();
                (stem, ending)
            }
        };
        let (root, retry) = match numbered(&stem) {
            Some((root, retry)) => (root.to_owned(), retry),
            None => (stem, 0),
        };
        Some(Self {
            folder: result.with_file_name(""),
            root,
            retry,
            ending,
        })
    }

    /// Where the result of what is made of it goes by default: a retry under the next number for which there is no complete
    /// result.
    pub fn next(&self, offspring: Offspring) -> PathBuf {
        match offspring {
            Offspring::Undo => self.undo(),
            Offspring::Retry => self.retry(self.free()),
        }
    }

    /// The same where it is rehearsed: under a name that only rehearsals have, because it is replaced each time. Whether the
    /// result is a rehearsal's itself is not told by its name alone: a customer's file may have `.sandbox` in it.
    pub fn next_rehearsed(&self, offspring: Offspring, of_rehearsal: bool) -> PathBuf {
        let mark = if of_rehearsal && self.is_marked() {
            ""
        } else {
            REHEARSAL
        };
        let rehearsed = Self {
            root: format!("{}{mark}", self.root),
            ..self.clone()
        };
        match offspring {
            Offspring::Undo => rehearsed.undo(),
            Offspring::Retry => rehearsed.retry(self.retry.saturating_add(1)),
        }
    }

    /// The first of the family that is there, up to the result itself, and its retries: what a fold takes.
    pub fn ancestors(&self) -> Vec<PathBuf> {
        let mut all = self.numbers();
        all.retain(|number| *number < self.retry);
        all.push(self.retry);
        all.into_iter().map(|number| self.retry(number)).collect()
    }

    /// The retries beside it, itself left out, by their numbers.
    pub fn retries(&self) -> Vec<PathBuf> {
        let mut all = self.numbers();
        all.retain(|number| *number > 0 && *number != self.retry);
        all.into_iter().map(|number| self.retry(number)).collect()
    }

    /// Where the family's fold goes: `campaign.latest.results.csv`.
    pub fn latest(&self) -> PathBuf {
        self.named(&format!("{}.latest", self.root))
    }

    /// The next number for which there is no complete result.
    fn free(&self) -> u32 {
        let is_free = |number: &u32| {
            Outputs::at(None, false, || Some(self.retry(*number)))
                .is_some_and(|outputs| !outputs.are_complete())
        };
        let mut numbers = self.retry.saturating_add(1)..u32::MAX;
        // There are fewer files than numbers.
        numbers.find(is_free).unwrap_or(u32::MAX)
    }

    /// The numbers of the family that there are files for, 0 for the first, in their order. What the folder holds is looked
    /// at, and not every number there could be.
    fn numbers(&self) -> Vec<u32> {
        let folder = match self.folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => &self.folder,
        };
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let family = entries.filter_map(|entry| Self::of(&self.folder.join(entry.file_name())));
        let family = family.filter(|one| one.root == self.root && one.ending == self.ending);
        let mut numbers: Vec<_> = family
            .map(|one| one.retry)
            .filter(|number| self.retry(*number).is_file())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    fn retry(&self, number: u32) -> PathBuf {
        match number {
            0 => self.named(&self.root),
            _ => self.named(&format!("{}.retry-{number}", self.root)),
        }
    }

    /// The name without its ending.
    fn own(&self) -> String {
        match self.retry {
            0 => self.root.clone(),
            retry => format!("{}.retry-{retry}", self.root),
        }
    }

    fn named(&self, stem: &str) -> PathBuf {
        self.folder.join(format!("{stem}{}", self.ending))
    }

    fn undo(&self) -> PathBuf {
        self.named(&format!("{}.undo", self.own()))
    }

    /// Whether its name is one that rehearsals have.
    fn is_marked(&self) -> bool {
        self.root.ends_with(REHEARSAL) || self.root.contains(&format!("{REHEARSAL}."))
    }
}

/// `campaign.retry-12` → `campaign` and 12.
fn numbered(stem: &str) -> Option<(&str, u32)> {
    let (root, number) = stem.rsplit_once(".retry-")?;
    let is_written_so = !root.is_empty() && !number.starts_with(['0', '+']);
    Some((root, number.parse().ok()?)).filter(|_| is_written_so)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(result: &str, offspring: Offspring) -> String {
        let lineage = Lineage::of(Path::new(result)).unwrap();
        lineage.next(offspring).display().to_string()
    }

    #[test]
    fn names_say_what_a_result_was_made_of() {
        for (result, retry, undo) in [
            (
                "campaign.results.csv",
                "campaign.retry-1.results.csv",
                "campaign.undo.results.csv",
            ),
            ("/x/out.csv", "/x/out.retry-1.csv", "/x/out.undo.csv"),
            ("out", "out.retry-1.csv", "out.undo.csv"),
            (
                "campaign.retry-9.results.csv",
                "campaign.retry-10.results.csv",
                "campaign.retry-9.undo.results.csv",
            ),
            (
                "campaign.undo.results.csv",
                "campaign.undo.retry-1.results.csv",
                "campaign.undo.undo.results.csv",
            ),
            (
                "a.retry-x.csv",
                "a.retry-x.retry-1.csv",
                "a.retry-x.undo.csv",
            ),
        ] {
            assert_eq!(next(result, Offspring::Retry), retry);
            assert_eq!(next(result, Offspring::Undo), undo);
        }
        assert_eq!(Lineage::of(Path::new("-")), None);
    }

    #[test]
    fn rehearsals_have_their_own_names() {
        for (result, of_rehearsal, retry) in [
            (
                "campaign.sandbox.results.csv",
                true,
                "campaign.sandbox.retry-1.results.csv",
            ),
            (
                "campaign.sandbox.results.csv",
                false,
                "campaign.sandbox.sandbox.retry-1.results.csv",
            ),
            (
                "campaign.results.csv",
                false,
                "campaign.sandbox.retry-1.results.csv",
            ),
            (
                "campaign.retry-1.results.csv",
                false,
                "campaign.sandbox.retry-2.results.csv",
            ),
            (
                "campaign.sandbox.undo.results.csv",
                true,
                "campaign.sandbox.undo.retry-1.results.csv",
            ),
            (
                "my.sandbox.list.csv",
                false,
                "my.sandbox.list.sandbox.retry-1.csv",
            ),
            ("out.csv", true, "out.sandbox.retry-1.csv"),
        ] {
            let lineage = Lineage::of(Path::new(result)).unwrap();
            let next = lineage.next_rehearsed(Offspring::Retry, of_rehearsal);
            assert_eq!(next, Path::new(retry), "{result}");
        }
    }

    #[test]
    fn a_number_is_taken_once_its_result_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let next = || {
            let lineage = Lineage::of(&path("c.results.csv")).unwrap();
            let next = lineage.next(Offspring::Retry);
            next.file_name().unwrap().to_string_lossy().into_owned()
        };
        fs::write(path("c.retry-1.results.csv.partial"), "begun").unwrap();
        assert_eq!(next(), "c.retry-1.results.csv");
        fs::write(path("c.retry-1.results.csv"), "in place").unwrap();
        assert_eq!(
            next(),
            "c.retry-1.results.csv",
            "and its journal is not gone"
        );
        fs::remove_file(path("c.retry-1.results.csv.partial")).unwrap();
        assert_eq!(next(), "c.retry-2.results.csv");
        let lineage = |name: &str| Lineage::of(&path(name)).unwrap();
        let all = |numbers: &[u32]| -> Vec<_> {
            let numbers = numbers.iter();
            numbers
                .map(|n| path(&format!("c.retry-{n}.results.csv")))
                .collect()
        };
        for name in [
            "c.retry-12.results.csv",
            "c.retry-4.csv",
            "d.retry-2.results.csv",
        ] {
            fs::write(path(name), "of whatever family").unwrap();
        }
        assert_eq!(lineage("c.results.csv").retries(), all(&[1, 12]));
        assert_eq!(lineage("c.retry-12.results.csv").retries(), all(&[1]));
        assert_eq!(lineage("c.retry-3.results.csv").ancestors(), all(&[1, 3]));
        let last = format!("c.retry-{}.results.csv", u32::MAX);
        assert_eq!(lineage(&last).ancestors(), all(&[1, 12, u32::MAX]));
    }
}
