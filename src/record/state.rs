//! What an unfinished run is, for whoever finds its files: `.state` (contract, section 5).

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::RecordError;
use super::disk::Disk;
use super::durable::write_whole;
use crate::model::Moment;

/// The version of the files of an unfinished run.
pub const FORMAT: u32 = 1;

/// What a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The version of this file and of the journal.
    pub format: u32,
    /// The program and its version.
    pub program: String,
    /// The run's identity: a hash of the parts.
    pub run: String,
    /// What makes it this run, by name, none of it secret.
    pub parts: BTreeMap<String, String>,
    /// Whether it is a rehearsal.
    pub rehearsal: bool,
    /// The list's name.
    pub list: String,
    /// How many data rows the list has.
    pub rows: u32,
    /// How many different customers they name.
    pub customers: u32,
    /// How many of those are called.
    pub calls: u32,
    /// When it began.
    pub started_at: Moment,
}

impl State {
    /// Reads what stands at `path`. None where nothing does.
    ///
    /// # Errors
    /// It can't be read, or is not as this version writes it.
    pub fn read(disk: &dyn Disk, path: &Path) -> Result<Option<Self>, RecordError> {
        #[derive(Deserialize)]
        struct Versioned {
            format: u32,
        }
        let lost = |source| RecordError::Lost {
            path: path.to_owned(),
            source,
        };
        let mut file = match disk.open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(lost(source)),
        };
        let mut json = Vec::new();
        file.read_to_end(&mut json).map_err(lost)?;
        let path = path.to_owned();
        match serde_json::from_slice::<Versioned>(&json) {
            Ok(Versioned { format: FORMAT }) => {}
            Ok(_) => return Err(RecordError::OtherVersion { path }),
            Err(_) => return Err(RecordError::Foreign { path }),
        }
        serde_json::from_slice(&json)
            .map(Some)
            .map_err(|_| RecordError::Foreign { path })
    }

    /// Writes it, durably and whole or not at all.
    ///
    /// # Errors
    /// It can't be written.
    pub fn write(&self, disk: &dyn Disk, path: &Path) -> Result<(), RecordError> {
        let mut json = serde_json::to_vec_pretty(self)
            .expect("strings and numbers in a structure are always JSON");
        json.push(b'\n');
        write_whole(disk, path, &json)
    }
}
