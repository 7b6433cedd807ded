//! A file that a command writes for people beside its result: under a name that harms nothing, and whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::RecordError;
use super::compared::Compared;
use super::disk::Disk;
use super::durable::{Replacement, remove_link, temporary};
use super::error::is_full;
use super::outputs::{followed, is_same_place, must_be_writable};
use crate::error::{Error, ExitStatus};
use crate::model::stands_at;

/// A file that was named with a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideFile {
    path: PathBuf,
    flag: &'static str,
}

/// A name under which a file can't be written, or must not be.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}; name another file with {flag}", path.display())]
pub struct SideFileError {
    path: PathBuf,
    flag: &'static str,
    why: Why,
    is_passing: bool,
}

#[derive(Debug, thiserror::Error)]
enum Why {
    #[error("it is no name of a file, and standard output is not for it")]
    StandardOutput,
    #[error("only --output and --excel know {{date}}")]
    Date,
    #[error("it is the list itself")]
    TheListItself,
    #[error("it is in use: a run has that name for one of its own files, or the settings have it")]
    InUse,
    #[error("it is there already, and nothing is written over it")]
    Exists,
    #[error("it is no regular file")]
    NoRegularFile,
    #[error("it is there already, and not {0}: nothing is written over it")]
    Foreign(&'static str),
    #[error("it is there already, and can't be read: {0}")]
    Unreadable(io::Error),
    #[error("it can't be written: {0}")]
    Unwritable(io::Error),
}

impl From<SideFileError> for Error {
    fn from(error: SideFileError) -> Self {
        let status = match error.is_passing {
            true => ExitStatus::TryLater,
            false => ExitStatus::Unusable,
        };
        Self::new(status, error)
    }
}

impl SideFile {
    /// The file at `path`, which was named with `flag`. It must be neither the `list` nor in the place of a file that is
    /// `taken`. A symbolic link is followed.
    ///
    /// # Errors
    /// Each of these, or what is no regular file, or in no folder.
    pub fn new(
        path: &Path,
        flag: &'static str,
        list: &Path,
        taken: &[PathBuf],
    ) -> Result<Self, SideFileError> {
        let file = Self {
            path: followed(path),
            flag,
        };
        if path.as_os_str() == "-" {
            return Err(file.error(Why::StandardOutput));
        }
        // It would be the same file every night, though it does not look so.
        if path.to_string_lossy().contains("{date}") {
            return Err(file.error(Why::Date));
        }
        for name in [file.path.clone(), temporary(&file.path)] {
            file.check(&name, list, taken)?;
        }
        Ok(file)
    }

    fn check(&self, name: &Path, list: &Path, taken: &[PathBuf]) -> Result<(), SideFileError> {
        let list = match list.as_os_str() == "-" {
            true => Path::new("/dev/stdin"),
            false => list,
        };
        let list = fs::metadata(list).ok().filter(fs::Metadata::is_file);
        match must_be_writable(name, list.as_ref()) {
            Ok(()) => {}
            Err(RecordError::TheListItself { .. }) => return Err(self.error(Why::TheListItself)),
            Err(RecordError::NoRegularFile { .. }) => return Err(self.error(Why::NoRegularFile)),
            Err(RecordError::Unwritable { source, .. }) => {
                return Err(self.error(Why::Unwritable(source)));
            }
            Err(other) => return Err(self.error(Why::Unwritable(io::Error::other(other)))),
        }
        match taken.iter().any(|taken| is_same_place(taken, name)) {
            true => Err(self.error(Why::InUse)),
            false => Ok(()),
        }
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is one already.
    pub fn exists(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok()
    }

    /// Refuses one that is there already.
    ///
    /// # Errors
    /// It is.
    pub fn must_be_new(&self) -> Result<(), SideFileError> {
        match self.exists() {
            true => Err(self.error(Why::Exists)),
            false => Ok(()),
        }
    }

    /// Refuses one in the place of a file that is `taken`.
    ///
    /// # Errors
    /// It is.
    pub fn must_not_take(&self, taken: &[PathBuf]) -> Result<(), SideFileError> {
        let own = [self.path.clone(), temporary(&self.path)];
        let meets = |taken: &PathBuf| own.iter().any(|own| is_same_place(taken, own));
        match taken.iter().any(meets) {
            true => Err(self.in_use()),
            false => Ok(()),
        }
    }

    /// Says that what is there is not `what` may be replaced.
    pub fn foreign(&self, what: &'static str) -> SideFileError {
        self.error(Why::Foreign(what))
    }

    /// Says that what is there can't be read.
    pub fn unreadable(&self, source: io::Error) -> SideFileError {
        self.error(Why::Unreadable(source))
    }

    /// Refuses one that is there already and holds something else than what begins with this `mark`.
    ///
    /// # Errors
    /// It does, or can't be read.
    pub fn must_begin_with(&self, mark: &str) -> Result<(), SideFileError> {
        let mut begin = Vec::new();
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.unreadable(error)),
        };
        let read = file.take(mark.len() as u64).read_to_end(&mut begin);
        read.map_err(|error| self.unreadable(error))?;
        match begin.is_empty() || begin == mark.as_bytes() {
            true => Ok(()),
            false => Err(self.foreign("a page of bulklabel's")),
        }
    }

    /// Whether it is the same as another.
    pub fn is_same_as(&self, other: &Self) -> bool {
        is_same_place(&self.path, &other.path)
    }

    /// Says that its name is in use.
    pub fn in_use(&self) -> SideFileError {
        self.error(Why::InUse)
    }

    /// Writes it with `write`, in the place of what stands there, once all of it is written. Another process that writes the
    /// same file is waited for.
    ///
    /// # Errors
    /// It can't be written, or `write` fails; what stood there is still there.
    pub fn write<T, E: From<SideFileError>>(
        &self,
        disk: &dyn Disk,
        write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
    ) -> Result<T, E> {
        let _alone = self.alone().map_err(|error| self.unwritable(error))?;
        let mut file = Replacement::new(disk, &self.path).map_err(|error| self.lost(error))?;
        match write(&mut file) {
            Ok(written) => {
                file.commit().map_err(|error| self.lost(error))?;
                Ok(written)
            }
            Err(error) => {
                file.discard();
                Err(error)
            }
        }
    }

    /// The same where nothing may stand there yet, also not by now; and once `verify` finds that what was written is what was
    /// meant: it looks at the file under the name that it has until then.
    ///
    /// # Errors
    /// As there; or something stands there.
    pub fn write_new<T, E: From<SideFileError>>(
        &self,
        disk: &dyn Disk,
        write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
        verify: impl FnOnce(&Path, &T) -> Result<(), E>,
    ) -> Result<T, E> {
        self.must_be_new()?;
        let _alone = self.alone().map_err(|error| self.unwritable(error))?;
        let mut file = Replacement::new(disk, &self.path).map_err(|error| self.lost(error))?;
        let written = write(&mut file).and_then(|written| {
            file.sync().map_err(|error| self.unwritable(error))?;
            verify(&temporary(&self.path), &written)?;
            Ok(written)
        });
        match written {
            Ok(written) => {
                self.publish(file)?;
                Ok(written)
            }
            Err(error) => {
                file.discard();
                Err(error)
            }
        }
    }

    /// Gives a whole file its name, unless another has that.
    fn publish(&self, file: Replacement<'_>) -> Result<(), SideFileError> {
        match fs::hard_link(temporary(&self.path), &self.path) {
            Ok(()) => file.discard(),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                file.discard();
                return Err(self.error(Why::Exists));
            }
            // A disk on which a file has but one name.
            Err(_) => {
                self.must_be_new()?;
                file.commit().map_err(|error| self.lost(error))?;
            }
        }
        Ok(())
    }

    /// Waits until no other process writes it; until what is given is dropped, none does.
    fn alone(&self) -> io::Result<File> {
        let temporary = temporary(&self.path);
        loop {
            remove_link(&temporary)?;
            let mut options = OpenOptions::new();
            let options = options.write(true).create(true).truncate(false);
            let file = options.open(&temporary)?;
            file.lock()?;
            // Whoever was waited for may have given it its name.
            if stands_at(&file, &temporary)? {
                return Ok(file);
            }
        }
    }

    /// Whether what stands there is exactly what `write` writes.
    ///
    /// # Errors
    /// It can't be read, or `write` fails.
    pub fn holds<E: From<SideFileError>>(
        &self,
        write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<bool, E> {
        let there = File::open(&self.path).map_err(|error| self.unreadable(error))?;
        let mut compared = Compared::with(there);
        write(&mut compared)?;
        let is_all = compared.is_all();
        Ok(is_all.map_err(|error| self.unreadable(error))?)
    }

    /// An error of writing it.
    pub fn unwritable(&self, source: io::Error) -> SideFileError {
        SideFileError {
            is_passing: is_full(&source),
            ..self.error(Why::Unwritable(source))
        }
    }

    fn lost(&self, error: RecordError) -> SideFileError {
        match error {
            RecordError::Lost { source, .. } => self.unwritable(source),
            other => self.unwritable(io::Error::other(other)),
        }
    }

    fn error(&self, why: Why) -> SideFileError {
        SideFileError {
            path: self.path.clone(),
            flag: self.flag,
            why,
            is_passing: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RealDisk;

    fn why(path: &Path, list: &Path, taken: &[PathBuf]) -> String {
        SideFile::new(path, "--rejects", list, taken)
            .map(|_| String::new())
            .unwrap_or_else(|error| error.why.to_string())
    }

    #[test]
    fn what_must_not_be_replaced_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("list.csv"), "x").unwrap();
        std::os::unix::fs::symlink("list.csv", at("link.csv")).unwrap();
        let taken = [at("list.results.csv")];
        for (name, words) in [
            ("x.csv", ""),
            ("list.csv", "the list itself"),
            ("link.csv", "the list itself"),
            ("./list.results.csv", "in use"),
            ("", "no regular file"),
            ("nowhere/x.csv", "can't be written"),
        ] {
            let why = why(&at(name), &at("list.csv"), &taken);
            assert!(
                why.contains(words) && why.is_empty() == words.is_empty(),
                "{name}: {why}"
            );
        }
        assert!(why(Path::new("-"), &at("list.csv"), &[]).contains("standard output"));
        fs::write(at("a.csv.writing"), "x").unwrap();
        assert!(why(&at("a.csv"), &at("a.csv.writing"), &[]).contains("the list itself"));
    }

    #[test]
    fn only_what_begins_as_it_must_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.html");
        let file = SideFile::new(&path, "--report", Path::new("none.csv"), &[]).unwrap();
        assert!(file.must_begin_with("<mark>").is_ok());
        for (content, is_ours) in [("", true), ("<mark> and more", true), ("<mar", false)] {
            fs::write(&path, content).unwrap();
            assert_eq!(file.must_begin_with("<mark>").is_ok(), is_ours, "{content}");
        }
    }

    #[test]
    fn what_fails_half_way_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        fs::write(&path, "before").unwrap();
        let file = SideFile::new(&path, "--rejects", Path::new("none.csv"), &[]).unwrap();
        let failed: Result<(), SideFileError> = file.write(&RealDisk, |to| {
            to.write_all(b"half")
                .map_err(|error| file.unwritable(error))?;
            Err(file.unwritable(io::Error::other("full")))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    fn at(folder: &Path) -> SideFile {
        let path = folder.join("x.csv");
        SideFile::new(&path, "--fix", Path::new("none.csv"), &[]).unwrap()
    }

    fn text(text: &'static str) -> impl FnOnce(&mut dyn Write) -> Result<(), SideFileError> {
        |to| {
            to.write_all(text.as_bytes()).unwrap();
            Ok(())
        }
    }

    #[test]
    fn what_must_be_new_is_looked_at_before_it_has_its_name_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = at(folder.path());
        let refused = file.write_new(&RealDisk, text("new"), |written, ()| {
            assert_eq!(fs::read(written).unwrap(), b"new");
            Err(file.in_use())
        });
        assert!(refused.is_err() && !file.exists());
        let late = file.write_new(&RealDisk, text("new"), |_, ()| {
            fs::write(file.path(), "somebody's").unwrap();
            Ok(())
        });
        assert!(matches!(late.unwrap_err().why, Why::Exists));
        assert_eq!(fs::read(file.path()).unwrap(), b"somebody's");
        fs::remove_file(file.path()).unwrap();
        file.write_new(&RealDisk, text("new"), |_, ()| Ok::<_, SideFileError>(()))
            .unwrap();
        assert_eq!(fs::read(file.path()).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_stands_there_is_told_apart_from_all_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = at(folder.path());
        for (there, same) in [
            ("abc", true),
            ("ab", false),
            ("abcd", false),
            ("abd", false),
            ("", false),
        ] {
            fs::write(file.path(), there).unwrap();
            let holds = file.holds(|to| {
                to.write_all(b"a").unwrap();
                text("bc")(to)
            });
            assert_eq!(holds.unwrap(), same, "{there}");
        }
    }

    #[test]
    fn who_writes_the_same_file_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = at(folder.path());
        let many = |byte: u8| {
            let write = move |to: &mut dyn Write| {
                for _ in 0..2_000 {
                    to.write_all(&[byte; 100]).unwrap();
                }
                Ok::<_, SideFileError>(())
            };
            file.write(&RealDisk, write).unwrap();
        };
        std::thread::scope(|scope| {
            for byte in b'a'..=b'h' {
                scope.spawn(move || many(byte));
            }
        });
        let content = fs::read(file.path()).unwrap();
        assert_eq!(content.len(), 200_000);
        assert!(
            content.iter().all(|byte| *byte == content[0]),
            "one after the other"
        );
    }
}
