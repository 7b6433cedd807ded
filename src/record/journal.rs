//! Calls as they end, one a line, each line checked.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::RecordError;
use super::durable::sync_directory;
use crate::model::{CallRecord, UserId};

/// The first line: what the file is, and in which version of the format.
const HEADER: &str = "bulklabel journal 1\n";

/// The journal of a run. A line is the CRC-32 of its text, a space, and the text: a JSON object.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Why nothing more can be written: a line that was cut short must stay the last one.
    broken: Option<io::ErrorKind>,
    /// How many calls it holds.
    calls: u64,
}

/// A line: a call that ended, or one whose record does not count any more.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Ended(&'a CallRecord),
    TakenBack {
        #[serde(rename = "takenBack")]
        user: u64,
    },
}

impl Journal {
    /// Makes a new journal.
    ///
    /// # Errors
    /// There is one already, or the place can't be written to.
    pub fn create(path: PathBuf) -> Result<Self, RecordError> {
        let create = || -> io::Result<File> {
            let mut file = File::create_new(&path)?;
            file.write_all(HEADER.as_bytes())?;
            file.sync_all()?;
            sync_directory(&path)?;
            Ok(file)
        };
        match create() {
            Ok(file) => Ok(Self {
                path,
                file,
                broken: None,
                calls: 0,
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(RecordError::Unfinished { path })
            }
            Err(source) => Err(RecordError::Unwritable { path, source }),
        }
    }

    /// Writes how calls ended. Once this returns, no crash of the program loses them; see [`Journal::syncer`] for
    /// a crash of the machine.
    ///
    /// # Errors
    /// The file can't be written, now or ever again.
    pub fn append(&mut self, records: &[CallRecord]) -> Result<(), RecordError> {
        let lines: Vec<_> = records.iter().map(Line::Ended).collect();
        self.write(&lines)?;
        self.calls += records.len() as u64;
        Ok(())
    }

    /// Writes that a call's record does not count any more: it stays pending.
    ///
    /// # Errors
    /// The file can't be written, now or ever again.
    pub fn take_back(&mut self, user: UserId) -> Result<(), RecordError> {
        self.write(&[Line::TakenBack { user: user.get() }])?;
        self.calls -= 1;
        Ok(())
    }

    fn write(&mut self, lines: &[Line<'_>]) -> Result<(), RecordError> {
        let lost = |path: &Path, source| RecordError::Lost {
            path: path.to_owned(),
            source,
        };
        if let Some(broken) = self.broken {
            return Err(lost(&self.path, broken.into()));
        }
        let mut text = Vec::new();
        for line in lines {
            let json = serde_json::to_vec(line)
                .expect("strings and numbers in structures are always JSON");
            text.extend_from_slice(format!("{:08x} ", crc32fast::hash(&json)).as_bytes());
            text.extend_from_slice(&json);
            text.push(b'\n');
        }
        self.file.write_all(&text).map_err(|source| {
            self.broken = Some(source.kind());
            lost(&self.path, source)
        })
    }

    /// What makes all that was written so far durable. It may take a while, and is no business of the workers.
    ///
    /// # Errors
    /// The system gives no second handle of the file.
    pub fn syncer(
        &self,
    ) -> Result<impl FnOnce() -> Result<(), RecordError> + Send + 'static, RecordError> {
        let path = self.path.clone();
        let file = self.file.try_clone().map_err(|source| RecordError::Lost {
            path: path.clone(),
            source,
        })?;
        Ok(move || {
            file.sync_data()
                .map_err(|source| RecordError::Lost { path, source })
        })
    }

    /// How many calls it holds.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Removes it: its run is complete, or has called nobody.
    ///
    /// # Errors
    /// It can't be removed.
    pub fn remove(self) -> Result<(), RecordError> {
        let remove = || -> io::Result<()> {
            fs::remove_file(&self.path)?;
            sync_directory(&self.path)
        };
        remove().map_err(|source| RecordError::Lost {
            path: self.path.clone(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Moment, Outcome, OutcomeKind, Outcomes};

    fn record(user: u64, outcomes: Outcomes) -> CallRecord {
        CallRecord {
            user,
            outcomes,
            status: Some(200),
            attempts: 1,
            at: Moment(1_795_400_000_123),
        }
    }

    #[test]
    fn a_line_is_a_record_and_its_checksum() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.partial");
        let mut journal = Journal::create(path.clone()).unwrap();
        let warning = Outcome::new(OutcomeKind::Warning, "33000", "Gold label not found");
        let each = record(7, Outcomes::Each(vec![Outcome::success(), warning]));
        journal
            .append(&[record(5, Outcomes::All(Outcome::success())), each.clone()])
            .unwrap();
        journal.take_back(UserId::new(5).unwrap()).unwrap();
        assert_eq!(journal.calls(), 1);

        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text
            .strip_prefix(HEADER)
            .unwrap()
            .lines()
            .map(|line| line.split_once(' ').unwrap())
            .collect();
        for (checksum, json) in &lines {
            assert_eq!(
                u32::from_str_radix(checksum, 16),
                Ok(crc32fast::hash(json.as_bytes()))
            );
        }
        assert_eq!(
            lines[0].1,
            r#"{"user":5,"all":{"outcome":"success"},"status":200,"attempts":1,"at":1795400000123}"#
        );
        assert_eq!(
            serde_json::from_str::<CallRecord>(lines[1].1).unwrap(),
            each,
            "what is written reads back"
        );
        assert_eq!(lines[2].1, r#"{"takenBack":5}"#);
    }

    #[test]
    fn a_journal_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.partial");
        Journal::create(path.clone()).unwrap();
        assert!(matches!(
            Journal::create(path),
            Err(RecordError::Unfinished { .. })
        ));
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told() {
        let path = PathBuf::from("/no/such/folder/x.partial");
        assert!(matches!(
            Journal::create(path),
            Err(RecordError::Unwritable { .. })
        ));
    }
}
