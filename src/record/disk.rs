//! What the files of a run stand on: a real disk, or a simulator's.
//!
//! Only what must survive goes this way: journal, state, result and summary.

use std::cell::RefCell;
use std::fmt::Debug;
use std::fs::{self, File};
use std::future::Future;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::thread::{self, JoinHandle};

use crate::model::{boot, is_same_file};

/// What becomes durable in its own time.
pub type Syncing = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// A disk.
pub trait Disk: Debug + Send + Sync {
    /// Makes an empty file, in place of one that is there, to be written and read.
    ///
    /// # Errors
    /// The system's.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Opens a file that is there, to be read from its start and written to behind what was read.
    ///
    /// # Errors
    /// The system's.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Puts a file in another's place.
    ///
    /// # Errors
    /// The system's.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// The system's.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a file's folder durable.
    ///
    /// # Errors
    /// The system's.
    fn sync_folder_of(&self, path: &Path) -> io::Result<()>;

    /// A file without a name, on the disk of `path`, which is gone with its handle.
    ///
    /// # Errors
    /// The system's.
    fn scratch(&self, path: &Path) -> io::Result<Box<dyn Scratch>>;

    /// Which start of the machine this is: another one after a power cut. None where the system does not tell.
    fn boot(&self) -> Option<String>;
}

/// An open file.
pub trait DiskFile: Read + Write + Debug + Send {
    /// Drops all behind the first `length` bytes, and goes on there.
    ///
    /// # Errors
    /// The system's.
    fn cut(&mut self, length: u64) -> io::Result<()>;

    /// Makes all that was written durable.
    ///
    /// # Errors
    /// The system's.
    fn sync(&self) -> io::Result<()>;

    /// The same for all that is written by now, without anybody waiting for it. It fails, too, where the file's name
    /// has come to stand for another or none.
    ///
    /// # Errors
    /// The system gives no second handle.
    fn syncing(&self) -> io::Result<Syncing>;

    /// Begins to make durable what was written, and waits for nothing: the disk takes the beginning of a long file while the
    /// rest of it is made.
    ///
    /// # Errors
    /// The system's, where an earlier beginning has failed; of the last, `sync` tells it.
    fn write_out(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A file without a name, to be written and read anywhere. What was never written is zeros, or not there.
pub trait Scratch: Debug + Send + Sync {
    /// Reads from this byte on, and says how much; less only where the file ends.
    ///
    /// # Errors
    /// The system's.
    fn read_at(&self, from: u64, bytes: &mut [u8]) -> io::Result<usize>;

    /// Writes from this byte on.
    ///
    /// # Errors
    /// The system's.
    fn write_at(&mut self, from: u64, bytes: &[u8]) -> io::Result<()>;
}

/// The machine's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

#[derive(Debug)]
struct RealFile {
    path: PathBuf,
    file: File,
    /// What is made durable meanwhile. The system tells a failure of it once: whoever comes next has to ask for it.
    behind: RefCell<Option<JoinHandle<io::Result<()>>>>,
}

impl RealFile {
    fn boxed(path: &Path, file: File) -> Box<dyn DiskFile> {
        Box::new(Self {
            path: path.to_owned(),
            file,
            behind: RefCell::new(None),
        })
    }
}

impl Disk for RealDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut options = File::options();
        // A journal that begins is read like any other.
        let options = options.read(true).write(true).create(true).truncate(true);
        Ok(RealFile::boxed(path, options.open(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = File::options().read(true).write(true).open(path)?;
        Ok(RealFile::boxed(path, file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn sync_folder_of(&self, path: &Path) -> io::Result<()> {
        File::open(folder_of(path))?.sync_all()
    }

    fn scratch(&self, path: &Path) -> io::Result<Box<dyn Scratch>> {
        Ok(Box::new(tempfile::tempfile_in(folder_of(path))?))
    }

    fn boot(&self) -> Option<String> {
        boot()
    }
}

impl Scratch for File {
    fn read_at(&self, from: u64, bytes: &mut [u8]) -> io::Result<usize> {
        let mut read = 0;
        while read < bytes.len() {
            match FileExt::read_at(self, &mut bytes[read..], from + read as u64) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    fn write_at(&mut self, from: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, from)
    }
}

/// The folder that a file stands in.
fn folder_of(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

impl Read for RealFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Write for RealFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl DiskFile for RealFile {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.file.seek(SeekFrom::Start(length)).map(|_| ())
    }

    fn sync(&self) -> io::Result<()> {
        ended(self.behind.take())?;
        self.file.sync_all()
    }

    fn syncing(&self) -> io::Result<Syncing> {
        let (path, file) = (self.path.clone(), self.file.try_clone()?);
        let sync = move || {
            file.sync_data()?;
            must_stand_at(&file, &path)
        };
        Ok(Box::pin(async {
            match tokio::task::spawn_blocking(sync).await {
                Ok(synced) => synced,
                Err(stopped) => Err(io::Error::other(stopped)),
            }
        }))
    }

    fn write_out(&self) -> io::Result<()> {
        let mut behind = self.behind.borrow_mut();
        if behind.as_ref().is_some_and(|sync| !sync.is_finished()) {
            return Ok(());
        }
        ended(behind.take())?;
        // Without a handle or a thread to spare, all is left to the end.
        if let Ok(file) = self.file.try_clone() {
            *behind = thread::Builder::new().spawn(move || file.sync_data()).ok();
        }
        Ok(())
    }
}

/// How it has ended, when it has.
fn ended(behind: Option<JoinHandle<io::Result<()>>>) -> io::Result<()> {
    match behind.map(JoinHandle::join) {
        None => Ok(()),
        Some(Ok(synced)) => synced,
        Some(Err(_)) => Err(io::Error::other("what makes files durable has panicked")),
    }
}

/// What is written to a file that has lost its name is lost, too.
fn must_stand_at(file: &File, path: &Path) -> io::Result<()> {
    let gone = |_| {
        io::Error::new(
            io::ErrorKind::NotFound,
            "it has vanished while it was written to",
        )
    };
    let (file, named) = (file.metadata()?, fs::metadata(path).map_err(gone)?);
    if is_same_file(&file, &named) {
        return Ok(());
    }
    Err(io::Error::other("another file has taken its place"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn what_is_made_durable_meanwhile_is_written_once_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let mut file = RealDisk.create(&path).unwrap();
        let parts: Vec<Vec<u8>> = (0..50u8).map(|part| vec![part; 10_000]).collect();
        for part in &parts {
            file.write_all(part).unwrap();
            file.write_out().unwrap();
        }
        file.sync().unwrap();
        assert_eq!(fs::read(&path).unwrap(), parts.concat());
    }

    #[test]
    fn what_can_not_be_made_durable_meanwhile_is_told_to_who_goes_on_writing() {
        // A device that takes bytes, and never keeps them.
        let file = RealDisk.open(Path::new("/dev/null")).unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        let told = loop {
            match file.write_out() {
                Ok(()) if Instant::now() < deadline => thread::yield_now(),
                told => break told,
            }
        };
        told.unwrap_err();
    }
}
