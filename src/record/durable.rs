//! Files that are there whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::RecordError;
use super::disk::{Disk, DiskFile};

/// A file that is written under another name beside its own, made durable, and renamed into place.
#[derive(Debug)]
pub struct Replacement<'a> {
    disk: &'a dyn Disk,
    path: PathBuf,
    temporary: PathBuf,
    file: BufWriter<Box<dyn DiskFile>>,
    /// How much was written since the disk was last told to take it.
    written: usize,
}

/// After so many bytes the disk is told to take them, so that the end of a long file has not to wait for all of it.
const WRITTEN_OUT: usize = 1 << 25;

impl<'a> Replacement<'a> {
    /// Starts to write what will stand at `path`, under its [`temporary`] name.
    ///
    /// # Errors
    /// The file can't be made.
    pub fn new(disk: &'a dyn Disk, path: &Path) -> Result<Self, RecordError> {
        let temporary = temporary(path);
        let file = remove_link(&temporary).and_then(|()| disk.create(&temporary));
        let file = file.map_err(|source| RecordError::Lost {
            path: temporary.clone(),
            source,
        })?;
        Ok(Self {
            disk,
            path: path.to_owned(),
            temporary,
            file: BufWriter::with_capacity(1 << 17, file),
            written: 0,
        })
    }

    /// Makes durable what was written so far. It is not in its place yet.
    ///
    /// # Errors
    /// It can't be written.
    pub fn sync(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync()
    }

    /// Makes it durable and puts it in its place.
    ///
    /// # Errors
    /// It can't be written; what stood in the place is still there.
    pub fn commit(self) -> Result<(), RecordError> {
        let Self {
            disk,
            path,
            temporary,
            file,
            ..
        } = self;
        let into_place = || {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync()?;
            disk.rename(&temporary, &path)?;
            disk.sync_folder_of(&path)
        };
        into_place().map_err(|source| {
            // On a full disk it must not take the room that others need.
            let _left = disk.remove(&temporary);
            RecordError::Lost { path, source }
        })
    }

    /// Leaves what stands in the place as it is.
    pub fn discard(self) {
        // What can't be removed is overwritten by the next run.
        let _left = self.disk.remove(&self.temporary);
    }
}

impl Write for Replacement<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.written >= WRITTEN_OUT {
            self.written = 0;
            self.file.get_ref().write_out()?;
        }
        let written = self.file.write(bytes)?;
        self.written += written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a whole file, durably.
///
/// # Errors
/// It can't be written; what stood in the place is still there.
pub fn write_whole(disk: &dyn Disk, path: &Path, content: &[u8]) -> Result<(), RecordError> {
    let mut file = Replacement::new(disk, path)?;
    match file.write_all(content) {
        Ok(()) => file.commit(),
        Err(source) => {
            file.discard();
            Err(RecordError::Lost {
                path: path.to_owned(),
                source,
            })
        }
    }
}

/// Removes what leads to a file of another name: that must not be written in its place.
///
/// # Errors
/// The system's.
pub fn remove_link(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() || (found.is_file() && found.nlink() > 1) => {
            fs::remove_file(path)
        }
        _ => Ok(()),
    }
}

/// The name under which a file is written that will stand at `path`. It is fixed, so that a kill leaves no more
/// than one.
pub fn temporary(path: &Path) -> PathBuf {
    with_suffix(path, ".writing")
}

/// A path with something behind its name.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
