//! The names of results that are made of another (contract, section 6): `campaign.retry-1.results.csv`.

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
    /// result. A `rehearsal` has its own names.
    pub fn next(&self, offspring: Offspring, rehearsal: bool) -> PathBuf {
        let of = match rehearsal {
            true => self.rehearsed(),
            false => self.clone(),
        };
        match offspring {
            Offspring::Undo => of.named(&format!("{}.undo", of.own())),
            // A rehearsal's is replaced each time.
            Offspring::Retry if rehearsal => of.retry(self.retry.saturating_add(1)),
            Offspring::Retry => of.retry(of.free()),
        }
    }

    /// The first of the family that is there, up to the result itself, and its retries: what a fold takes.
    pub fn ancestors(&self) -> Vec<PathBuf> {
        let mut all: Vec<_> = (0..self.retry).map(|retry| self.retry(retry)).collect();
        all.retain(|path| path.is_file());
        all.push(self.retry(self.retry));
        all
    }

    /// Where the family's fold goes: `campaign.latest.results.csv`.
    pub fn latest(&self) -> PathBuf {
        self.named(&format!("{}.latest", self.root))
    }

    /// The last retry that is complete of those which the next one follows, if there is any.
    pub fn retried(&self) -> Option<PathBuf> {
        let last = self.free() - 1;
        (last > self.retry).then(|| self.retry(last))
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

    /// The same as a rehearsal of it is named.
    fn rehearsed(&self) -> Self {
        let is_rehearsal =
            self.root.ends_with(REHEARSAL) || self.root.contains(&format!("{REHEARSAL}."));
        let mark = if is_rehearsal { "" } else { REHEARSAL };
        Self {
            root: format!("{}{mark}", self.root),
            ..self.clone()
        }
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
    use std::fs;

    fn next(result: &str, offspring: Offspring, rehearsal: bool) -> String {
        let lineage = Lineage::of(Path::new(result)).unwrap();
        lineage.next(offspring, rehearsal).display().to_string()
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
            assert_eq!(next(result, Offspring::Retry, false), retry);
            assert_eq!(next(result, Offspring::Undo, false), undo);
        }
        assert_eq!(Lineage::of(Path::new("-")), None);
    }

    #[test]
    fn rehearsals_have_their_own_names() {
        for (result, retry) in [
            (
                "campaign.sandbox.results.csv",
                "campaign.sandbox.retry-1.results.csv",
            ),
            (
                "campaign.results.csv",
                "campaign.sandbox.retry-1.results.csv",
            ),
            (
                "campaign.retry-1.results.csv",
                "campaign.sandbox.retry-2.results.csv",
            ),
            (
                "campaign.sandbox.undo.results.csv",
                "campaign.sandbox.undo.retry-1.results.csv",
            ),
        ] {
            assert_eq!(next(result, Offspring::Retry, true), retry);
        }
    }

    #[test]
    fn a_number_is_taken_once_its_result_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let next = || {
            let lineage = Lineage::of(&path("c.results.csv")).unwrap();
            let next = lineage.next(Offspring::Retry, false);
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
        let retried = |name| Lineage::of(&path(name)).unwrap().retried();
        assert_eq!(
            retried("c.results.csv"),
            Some(path("c.retry-1.results.csv"))
        );
        assert_eq!(retried("c.retry-1.results.csv"), None);
        let third = Lineage::of(&path("c.retry-3.results.csv")).unwrap();
        assert_eq!(
            third.ancestors(),
            [path("c.retry-1.results.csv"), path("c.retry-3.results.csv")]
        );
    }
}
