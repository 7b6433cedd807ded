//! All that happens in a run, one entry a line, each line checked (contract, section 5).
//!
//! `entry` is what is said, `line` how it is written (`plain` what is written most), `reader` makes sense of the `lines` that a
//! crash has left, `ahead` while others take what it has read, and the journal itself appends.

mod ahead;
mod calls;
mod entry;
mod line;
mod lines;
mod plain;
mod reader;

use std::io;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use calls::Calls;
pub use entry::{AttemptEnd, CallEnd, Entry, LegBegin};
use line::Kind;
use reader::{Reader, Unreadable};

use super::RecordError;
use super::disk::{Disk, DiskFile};

/// The journal of a run.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    disk: Arc<dyn Disk>,
    file: Box<dyn DiskFile>,
    /// What was written last; its room is used again.
    text: Vec<u8>,
    /// How long it is.
    length: u64,
    /// How much of it is known to be durable, markers of that aside.
    durable: u64,
    /// Why nothing more can be written: a line that was cut short must stay the last one.
    broken: Option<io::ErrorKind>,
}

impl Journal {
    /// Opens the journal at `path`, tells `each` entry that counts, and drops what a crash has torn behind them. A new one
    /// stays empty until something is appended.
    ///
    /// # Errors
    /// It is no journal, is damaged, or can't be read; or what `each` says.
    pub fn open<E: From<RecordError>>(
        disk: Arc<dyn Disk>,
        path: PathBuf,
        each: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<Self, E> {
        let failed = |why| RecordError::of_journal(&path, why);
        let opened = match disk.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => disk.create(&path),
            other => other,
        };
        let mut file = opened.map_err(|error| failed(error.into()))?;
        let mut reader = Reader::new(&mut file, disk.boot()).map_err(failed)?;
        ahead::tell_all(&mut reader, |why| failed(why).into(), each)?;
        let sound = reader.sound();
        let mut journal = Self {
            path,
            disk,
            file,
            text: Vec::new(),
            length: sound,
            durable: 0,
            broken: None,
        };
        let mut ready = || {
            journal.file.cut(sound)?;
            // What is carried on with must not be lost to a power cut later.
            journal.file.sync()?;
            journal.disk.sync_folder_of(&journal.path)
        };
        match ready() {
            Ok(()) => Ok(journal),
            Err(source) => Err(journal.lost(source).into()),
        }
    }

    /// Tells `each` entry of the journal at `path` that counts, until it has heard enough; nothing is changed.
    ///
    /// # Errors
    /// It is no journal, is damaged, or can't be read.
    pub fn peek(
        disk: &dyn Disk,
        path: &Path,
        each: impl FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), RecordError> {
        Self::tell(disk, path, None, each)
    }

    /// The same, of a journal that was opened before, where only these calls matter: departures and the ends of others are
    /// passed over as far as that is quick, by their checksums and numbers alone. Who asks still looks whose an entry is.
    ///
    /// # Errors
    /// As there, but for an entry that is passed over and is none.
    pub fn peek_at(
        disk: &dyn Disk,
        path: &Path,
        calls: Range<u32>,
        each: impl FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), RecordError> {
        Self::tell(disk, path, Some(calls), each)
    }

    fn tell(
        disk: &dyn Disk,
        path: &Path,
        only: Option<Range<u32>>,
        mut each: impl FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), RecordError> {
        let failed = |why| RecordError::of_journal(path, why);
        let file = match disk.open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error.into())),
        };
        let reader = Reader::new(file, disk.boot()).map_err(failed)?;
        let mut reader = reader.only(only);
        // None: it has heard enough.
        let told = ahead::tell_all(
            &mut reader,
            |why| Some(failed(why)),
            |entry| match each(entry) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(None),
            },
        );
        match told {
            Err(Some(error)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Appends entries. Once this returns, no crash of the program loses them; see [`Journal::syncing`] for a crash of
    /// the machine.
    ///
    /// # Errors
    /// The file can't be written, now or ever again.
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), RecordError> {
        if let Some(broken) = self.broken {
            return Err(self.lost(broken.into()));
        }
        self.text.clear();
        if self.length == 0 {
            self.text.extend_from_slice(line::HEADER);
        }
        for entry in entries {
            line::write(entry, &mut self.text);
        }
        match self.file.write_all(&self.text) {
            Ok(()) => {
                self.length += self.text.len() as u64;
                Ok(())
            }
            Err(source) => {
                self.break_off(source.kind());
                Err(self.lost(source))
            }
        }
    }

    /// Whether there is anything that is not known to be durable.
    pub fn is_behind(&self) -> bool {
        self.durable < self.length
    }

    /// What makes all that was written so far durable, and says how much that is. It may take a while, and is no
    /// business of the workers.
    ///
    /// # Errors
    /// The system gives no second handle of the file.
    pub fn syncing(
        &self,
    ) -> Result<impl Future<Output = Result<u64, RecordError>> + Send + use<>, RecordError> {
        let (path, length) = (self.path.clone(), self.length);
        let syncing = self.file.syncing().map_err(|source| self.lost(source))?;
        Ok(async move {
            match syncing.await {
                Ok(()) => Ok(length),
                Err(source) => Err(RecordError::Lost { path, source }),
            }
        })
    }

    /// Makes all that was written durable, and waits for it.
    ///
    /// # Errors
    /// The file can't be written, now or ever again.
    pub fn sync(&mut self) -> Result<(), RecordError> {
        if let Err(source) = self.file.sync() {
            self.break_off(source.kind());
            return Err(self.lost(source));
        }
        self.is_durable(self.length)
    }

    /// Writes nothing more: what was written last may be lost already, and nothing sound must stand behind that.
    pub fn break_off(&mut self, why: io::ErrorKind) {
        self.broken.get_or_insert(why);
    }

    /// Takes note that the first `bytes` are durable, and writes that down.
    ///
    /// # Errors
    /// The file can't be written, now or ever again.
    pub fn is_durable(&mut self, bytes: u64) -> Result<(), RecordError> {
        let all = bytes == self.length;
        self.append(&[Entry::Durable(bytes)])?;
        // The marker itself is nothing that could be lost.
        self.durable = if all { self.length } else { bytes };
        Ok(())
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it: its run is complete, or has called nobody.
    ///
    /// # Errors
    /// It can't be removed.
    pub fn remove(self) -> Result<(), RecordError> {
        let removed = self.disk.remove(&self.path);
        let removed = removed.and_then(|()| self.disk.sync_folder_of(&self.path));
        removed.map_err(|source| self.lost(source))
    }

    fn lost(&self, source: io::Error) -> RecordError {
        RecordError::Lost {
            path: self.path.clone(),
            source,
        }
    }
}

impl RecordError {
    fn of_journal(path: &Path, why: Unreadable) -> Self {
        let path = path.to_owned();
        match why {
            Unreadable::Io(source) => Self::Lost { path, source },
            Unreadable::Damaged(line) => Self::Damaged { path, line },
            Unreadable::NoJournal(Kind::OtherVersion) => Self::OtherVersion { path },
            Unreadable::NoJournal(_) => Self::Foreign { path },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RealDisk;

    #[test]
    fn one_that_is_not_there_yet_begins_empty_and_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.results.csv.partial");
        let open = || {
            let mut told = Vec::new();
            let journal = Journal::open(Arc::new(RealDisk), path.clone(), |entry| {
                told.push(entry);
                Ok::<_, RecordError>(())
            });
            (journal.unwrap(), told)
        };
        let (mut journal, told) = open();
        assert!(told.is_empty());
        journal.append(&[Entry::CalledBack(7)]).unwrap();
        assert_eq!(open().1, [Entry::CalledBack(7)]);
    }
}
