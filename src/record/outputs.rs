//! Where the files of a run stand (contract, section 5).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::RecordError;
use super::durable::{temporary, with_suffix};
use super::shards::of_shard;
use super::workbook::{WorkbookError, check_place};
use crate::model::{Moment, Part, is_same_file};

/// Where the result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Into a file.
    File(PathBuf),
    /// To standard output.
    StandardOutput,
}

/// The files of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outputs {
    /// The result.
    pub target: Target,
    /// The name that the others are made of: the result's, or the one that it would have.
    base: PathBuf,
    /// The same of a run of all customers, and the part of them that this one is of.
    whole: (PathBuf, Option<Part>),
    /// The result as a workbook, where one is wanted.
    workbook: Option<PathBuf>,
    /// Whether the person has named the result.
    named: bool,
    /// Whether what is left from an earlier run is replaced without being asked for: a rehearsal's, under the
    /// name that only rehearsals have.
    replaced: bool,
}

impl Outputs {
    /// The files of a run of `list`, whose result goes to `output`: a path, `-`, or by default beside the list.
    /// None where there is no list's name to make one of.
    pub fn of(list: &Path, output: Option<&Path>, rehearsal: bool) -> Option<Self> {
        Self::at(output, rehearsal, || beside(list, rehearsal))
    }

    /// The files of a run whose result goes to `output`: a path, `-`, or by default a `usual` place. None where there is no
    /// name for that.
    pub fn at(
        output: Option<&Path>,
        rehearsal: bool,
        usual: impl FnOnce() -> Option<PathBuf>,
    ) -> Option<Self> {
        match output {
            Some(path) if path.as_os_str() != "-" => {
                let path = followed(path);
                Some(Self {
                    target: Target::File(path.clone()),
                    whole: (path.clone(), None),
                    base: path,
                    workbook: None,
                    named: true,
                    replaced: false,
                })
            }
            to_standard_output => {
                let base = followed(&usual()?);
                let target = match to_standard_output {
                    Some(_) => Target::StandardOutput,
                    None => Target::File(base.clone()),
                };
                Some(Self {
                    target,
                    whole: (base.clone(), None),
                    base,
                    workbook: None,
                    named: false,
                    replaced: rehearsal,
                })
            }
        }
    }

    /// The same for a part of the customers: its files have names of their own.
    pub fn of_shard(self, shard: Part) -> Self {
        let (whole, _) = self.whole;
        let base = followed(&of_shard(&whole, shard));
        let target = match self.target {
            Target::File(_) => Target::File(base.clone()),
            Target::StandardOutput => Target::StandardOutput,
        };
        Self {
            target,
            base,
            whole: (whole, Some(shard)),
            ..self
        }
    }

    /// Which shard it is of, where it is of one.
    pub fn shard(&self) -> Option<Part> {
        self.whole.1
    }

    /// The name of which the shards' are made.
    pub fn whole(&self) -> &Path {
        &self.whole.0
    }

    /// The same, with the result also as a workbook.
    pub fn with_workbook(self, path: Option<&Path>) -> Self {
        let workbook = path.map(followed);
        Self { workbook, ..self }
    }

    /// The result as a workbook, where one is wanted.
    pub fn workbook(&self) -> Option<&Path> {
        self.workbook.as_deref()
    }

    /// The result's file, where it is one.
    pub fn result(&self) -> Option<&Path> {
        match &self.target {
            Target::File(path) => Some(path),
            Target::StandardOutput => None,
        }
    }

    /// The journal.
    pub fn partial(&self) -> PathBuf {
        with_suffix(&self.base, ".partial")
    }

    /// What an unfinished run is.
    pub fn state(&self) -> PathBuf {
        with_suffix(&self.base, ".state")
    }

    /// The first free name under which a journal is set aside: `….partial.1`.
    pub fn aside(&self) -> PathBuf {
        let partial = self.partial();
        let mut names = (1..).map(|n| with_suffix(&partial, &format!(".{n}")));
        let free = names.find(|name| fs::symlink_metadata(name).is_err());
        free.unwrap_or(partial)
    }

    /// Where the copy of a list is made, until it is known to be this run's.
    pub fn copying(&self) -> Option<PathBuf> {
        self.spool().map(|spool| temporary(&spool))
    }

    /// The copy of a list that can be read only once. None where the person has not named the result.
    pub fn spool(&self) -> Option<PathBuf> {
        self.named.then(|| with_suffix(&self.base, ".list"))
    }

    /// What was run and how it went. None with a result on standard output.
    pub fn summary(&self) -> Option<PathBuf> {
        matches!(self.target, Target::File(_)).then(|| summary_of(&self.base))
    }

    /// The names under which what stays is written, before it is put in its place.
    pub fn half_written(&self) -> Vec<PathBuf> {
        let stays = [self.result(), self.workbook()];
        stays.into_iter().flatten().map(temporary).collect()
    }

    /// Whether the result is in its place, and nothing is left of its run.
    pub fn are_complete(&self) -> bool {
        let is_unfinished = fs::metadata(self.partial()).is_ok_and(|journal| journal.len() > 0);
        !is_unfinished && self.check_result(false).is_err()
    }

    /// Which of the files that stay would take the place of a result or of what stands beside it, if one would.
    pub fn replacing(&self, result: &Path) -> Option<PathBuf> {
        let own = [result.to_owned(), summary_of(result)];
        let result = self.result().map(Path::to_owned);
        let written = [result, self.summary(), self.workbook.clone()];
        let mut written = written.into_iter().flatten();
        written.find(|path| own.iter().any(|own| is_same_place(own, path)))
    }

    /// All names that a file of the run may have.
    pub fn names(&self) -> Vec<PathBuf> {
        let own = [self.result().map(Path::to_owned), self.summary()];
        let others = [Some(self.partial()), Some(self.state()), self.spool()];
        let workbook = [self.workbook.clone()];
        let names = own.into_iter().chain(others).chain(workbook).flatten();
        names.flat_map(|path| [temporary(&path), path]).collect()
    }

    /// Whether whatever is left from an earlier run is replaced without being asked for.
    pub fn are_replaced(&self) -> bool {
        self.replaced
    }

    /// Refuses a result, summary or workbook that exists, unless it may be replaced. One may come to be there while a list is read:
    /// asked again before the first call.
    ///
    /// # Errors
    /// There is one.
    pub fn check_result(&self, overwrite: bool) -> Result<(), RecordError> {
        let result = self.result().map(Path::to_owned);
        let exists = |path: &PathBuf| fs::symlink_metadata(path).is_ok();
        match [result, self.summary()].into_iter().flatten().find(exists) {
            Some(path) if !overwrite && !self.replaced => Err(RecordError::Exists { path }),
            _ => self.check_workbook(overwrite, None),
        }
    }

    /// Refuses a workbook that exists, unless it may be replaced. Where the run `began` before it was written, it is the
    /// run's own: a kill may have come between it and the end of the run.
    ///
    /// # Errors
    /// There is one.
    pub fn check_workbook(
        &self,
        overwrite: bool,
        began: Option<Moment>,
    ) -> Result<(), RecordError> {
        let Some(path) = self.workbook.clone().filter(|_| !overwrite) else {
            return Ok(());
        };
        let Ok(found) = fs::symlink_metadata(&path) else {
            return Ok(());
        };
        let written = found.modified().ok().and_then(Moment::of);
        match (began, written) {
            (Some(began), Some(written)) if written >= began => Ok(()),
            _ => Err(WorkbookError::Exists { path }.into()),
        }
    }

    /// Refuses the list itself under any of the run's names, and what is no file or can't be written.
    ///
    /// # Errors
    /// Each of these.
    pub fn check_names(&self, list: &Path) -> Result<(), RecordError> {
        let from_pipe = list.as_os_str() == "-";
        let list = match from_pipe {
            true => Path::new("/dev/stdin"),
            false => list,
        };
        let list = fs::metadata(list).ok();
        let mut names = vec![self.partial(), self.state(), temporary(&self.state())];
        // The copy of an earlier leg may be what comes in: it is read under its own name, and copied under another.
        let copied_from = list.as_ref().filter(|_| !from_pipe);
        if let Some(spool) = self.spool() {
            must_be_writable(&spool, copied_from)?;
        }
        names.extend(self.copying());
        if let (Some(result), Some(summary)) = (self.result(), self.summary()) {
            if summary == result {
                return Err(RecordError::NameOfSummary { path: summary });
            }
            // Those that the person knows are named first.
            let of_result = [result, &summary].map(|path| [path.to_owned(), temporary(path)]);
            names.splice(..0, of_result.into_iter().flatten());
        }
        names
            .iter()
            .try_for_each(|path| must_be_writable(path, list.as_ref()))?;
        names.extend(self.spool());
        match &self.workbook {
            Some(path) => Ok(check_place(path, list.as_ref(), &names)?),
            None => Ok(()),
        }
    }
}

/// A file beside a list, named after it: `campaign.csv` and `.fixed.csv` → `campaign.fixed.csv`. None where the list has no
/// name.
pub fn beside_list(list: &Path, ending: &str) -> Option<PathBuf> {
    if list.as_os_str() == "-" {
        return None;
    }
    let name = list.file_name()?.to_string_lossy().into_owned();
    let name = [".gz", ".zst"]
        .iter()
        .find_map(|packed| name.strip_suffix(packed))
        .unwrap_or(&name);
    let stem = Path::new(name).file_stem()?.to_string_lossy().into_owned();
    Some(list.with_file_name(stem + ending))
}

/// What was run and how it went, beside a result.
pub fn summary_of(result: &Path) -> PathBuf {
    followed(&followed(result).with_extension("json"))
}

/// The journal of a run that is unfinished, beside the result that it will have or replace.
pub fn unfinished(result: &Path) -> Option<PathBuf> {
    let journal = with_suffix(&followed(result), ".partial");
    let has_begun = fs::metadata(&journal).is_ok_and(|found| found.is_file() && found.len() > 0);
    has_begun.then_some(journal)
}

/// Whether two paths lead to the same file, also where there is none yet.
pub(super) fn is_same_place(one: &Path, other: &Path) -> bool {
    if let (Ok(one), Ok(other)) = (fs::metadata(one), fs::metadata(other)) {
        return is_same_file(&one, &other);
    }
    let place = |path: &Path| {
        let path = followed(path);
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
        Some(folder.join(path.file_name()?))
    };
    place(one).is_some_and(|one| place(other) == Some(one))
}

/// Refuses a path that can't be written to, or is the list's.
pub(super) fn must_be_writable(
    path: &Path,
    list: Option<&fs::Metadata>,
) -> Result<(), RecordError> {
    let path = path.to_owned();
    match fs::metadata(&path) {
        Ok(found) if !found.is_file() => Err(RecordError::NoRegularFile { path }),
        Ok(found) if list.is_some_and(|list| is_same_file(list, &found)) => {
            Err(RecordError::TheListItself { path })
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_in_a_folder(&path) => Ok(()),
        Err(source) => Err(RecordError::Unwritable { path, source }),
    }
}

/// Whether the folder that a path is in is there.
fn is_in_a_folder(path: &Path) -> bool {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).is_dir()
}

/// `campaign.csv` → `campaign.results.csv`.
fn beside(list: &Path, rehearsal: bool) -> Option<PathBuf> {
    let ending = if rehearsal {
        ".sandbox.results.csv"
    } else {
        ".results.csv"
    };
    beside_list(list, ending)
}

/// The path that a symbolic link leads to, also where nothing is there yet.
pub(super) fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // As many links as the system itself follows.
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = path
            .parent()
            .map_or(target.clone(), |parent| parent.join(&target));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(list: &str, output: Option<&str>, rehearsal: bool) -> Option<String> {
        let outputs = Outputs::of(Path::new(list), output.map(Path::new), rehearsal)?;
        Some(outputs.base.display().to_string())
    }

    #[test]
    fn the_result_stands_beside_the_list_under_its_name() {
        for (list, expected) in [
            ("campaign.csv", "campaign.results.csv"),
            ("/lists/a.b.csv.gz", "/lists/a.b.results.csv"),
            ("x.txt.zst", "x.results.csv"),
            ("ids", "ids.results.csv"),
            ("campaign.xlsx", "campaign.results.csv"),
        ] {
            assert_eq!(result(list, None, false).as_deref(), Some(expected));
        }
        assert_eq!(
            result("campaign.csv", None, true).as_deref(),
            Some("campaign.sandbox.results.csv")
        );
        assert_eq!(
            result("campaign.csv", Some("out/x.csv"), true).as_deref(),
            Some("out/x.csv")
        );
        assert_eq!(result("-", None, false), None);
    }

    #[test]
    fn the_other_files_are_named_after_the_result() {
        let outputs = Outputs::of(Path::new("campaign.csv"), None, false).unwrap();
        assert_eq!(outputs.partial(), Path::new("campaign.results.csv.partial"));
        assert_eq!(
            outputs.summary().as_deref(),
            Some(Path::new("campaign.results.json"))
        );
        assert_eq!(
            outputs.spool(),
            None,
            "only a result with a name has a place for a copy"
        );
        let named = Outputs::of(Path::new("-"), Some(Path::new("out.csv")), false).unwrap();
        assert_eq!(named.spool().as_deref(), Some(Path::new("out.csv.list")));
        let piped = Outputs::of(Path::new("campaign.csv"), Some(Path::new("-")), false).unwrap();
        assert_eq!(piped.partial(), Path::new("campaign.results.csv.partial"));
        assert_eq!((piped.summary(), piped.spool()), (None, None));
    }
}
