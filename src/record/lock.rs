//! One run at a time for each result.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::RecordError;
use crate::model::stands_at;

/// Who looks at a run from outside holds its lock for a moment: that is waited for.
const MOMENT: Duration = Duration::from_millis(300);

/// How often it is tried again.
const AGAIN: Duration = Duration::from_millis(20);

/// The lock of a run's files, held on its journal until it is dropped, or the process ends.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Locks the journal at `path`, which is made where it is not there. Where another holds it, waits so long at most.
    ///
    /// # Errors
    /// Another holds it, or the file can't be made.
    pub fn take(path: &Path, wait: Duration) -> Result<Self, RecordError> {
        let deadline = Instant::now().checked_add(wait.max(MOMENT));
        loop {
            let locked = try_lock(path).map_err(|source| RecordError::Unwritable {
                path: path.to_owned(),
                source,
            })?;
            if let Some(file) = locked {
                let path = path.to_owned();
                return Ok(Self { path, file });
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(RecordError::Busy {
                    path: path.to_owned(),
                });
            }
            thread::sleep(AGAIN);
        }
    }

    /// Whether another holds the lock of the journal at `path`.
    ///
    /// # Errors
    /// The file can't be opened.
    pub fn is_held(path: &Path) -> io::Result<bool> {
        match File::open(path)?.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Whether anything stands in the journal.
    pub fn has_journal(&self) -> bool {
        self.file.metadata().is_ok_and(|journal| journal.len() > 0)
    }

    /// Empties the journal: what stands in it is not worth keeping.
    ///
    /// # Errors
    /// It can't be written.
    pub fn clear(&self) -> Result<(), RecordError> {
        self.file
            .set_len(0)
            .map_err(|source| RecordError::Unwritable {
                path: self.path.clone(),
                source,
            })
    }

    /// Gives the journal another name, out of the way, and locks a new one in its place.
    ///
    /// # Errors
    /// It can't be renamed; or another was quicker to make a new one.
    pub fn set_aside(&mut self, to: &Path) -> Result<(), RecordError> {
        fs::rename(&self.path, to).map_err(|source| RecordError::Unwritable {
            path: to.to_owned(),
            source,
        })?;
        *self = Self::take(&self.path, Duration::ZERO)?;
        Ok(())
    }
}

impl Drop for Lock {
    /// Takes an empty journal along: nothing was ever recorded in it.
    fn drop(&mut self) {
        let is_empty = self.file.metadata().is_ok_and(|journal| journal.len() == 0);
        if is_empty && stands_at(&self.file, &self.path).unwrap_or(false) {
            // One that can't be removed does no harm: the next run takes it.
            let _left = fs::remove_file(&self.path);
        }
    }
}

/// Locks the file at `path`. None where another holds it.
fn try_lock(path: &Path) -> io::Result<Option<File>> {
    let mut options = File::options();
    let file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // Who held it before may have removed or renamed the file meanwhile: then this is a lock of nothing.
    Ok(stands_at(&file, path)?.then_some(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_and_the_other_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.partial");
        let lock = Lock::take(&path, Duration::ZERO).unwrap();
        assert!(Lock::is_held(&path).unwrap());
        let other = Lock::take(&path, Duration::ZERO);
        assert!(matches!(other, Err(RecordError::Busy { .. })));
        drop(lock);
        assert!(!path.exists(), "an empty one leaves nothing");
        fs::write(&path, "kept").unwrap();
        assert!(!Lock::is_held(&path).unwrap());
        drop(Lock::take(&path, Duration::ZERO).unwrap());
        assert!(path.exists(), "another stays");
    }

    #[test]
    fn who_waits_for_a_file_that_is_removed_locks_the_one_that_comes_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.partial");
        let lock = Lock::take(&path, Duration::ZERO).unwrap();
        fs::write(&path, "held").unwrap();
        let waiting = {
            let path = path.clone();
            thread::spawn(move || {
                Lock::take(&path, Duration::from_secs(60)).map(|lock| (lock, path))
            })
        };
        fs::remove_file(&path).unwrap();
        drop(lock);
        let (_lock, path) = waiting.join().unwrap().unwrap();
        assert!(path.exists());
    }

    #[test]
    fn what_is_set_aside_is_kept_and_its_place_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let (path, aside) = (folder.path().join("x"), folder.path().join("x.1"));
        let mut lock = Lock::take(&path, Duration::ZERO).unwrap();
        fs::write(&path, "kept").unwrap();
        lock.set_aside(&aside).unwrap();
        assert_eq!(fs::read_to_string(&aside).unwrap(), "kept");
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
        assert!(Lock::is_held(&path).unwrap());
        drop(lock);
    }
}
