//! A disk in memory that forgets what was not synced when the power is cut, also in the middle of a write.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bulklabel::record::{Disk, DiskFile, Scratch, Syncing};
use tokio::time::Instant;

use crate::chance::Chance;

/// The disk. All handles share it.
#[derive(Debug, Clone)]
pub struct SimulatedDisk(Arc<Mutex<Platter>>);

/// What is on it.
struct Platter {
    chance: Chance,
    files: Vec<Content>,
    /// What each name stands for, now and after a power cut.
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    /// So many operations from now the program or the machine stops, in the middle of it.
    stop_in: Option<u64>,
    stopped: bool,
    /// So many bytes from now the disk is full.
    room: Option<u64>,
    boot: u64,
    /// When the last sync began that has ended: what was written before is durable.
    durable_since: Option<Instant>,
}

#[derive(Debug, Default, Clone)]
struct Content {
    now: Vec<u8>,
    durable: Vec<u8>,
}

#[derive(Debug)]
struct SimulatedFile {
    disk: SimulatedDisk,
    file: usize,
    at: usize,
}

impl std::fmt::Debug for Platter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Platter").finish_non_exhaustive()
    }
}

/// What nobody hears any more.
fn stopped() -> io::Error {
    io::Error::other("the program has stopped")
}

impl SimulatedDisk {
    pub fn new(chance: Chance) -> Self {
        Self(Arc::new(Mutex::new(Platter {
            chance,
            files: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            stop_in: None,
            stopped: false,
            room: None,
            boot: 1,
            durable_since: None,
        })))
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap()
    }

    /// Has everything stop in the middle of the operation that is so many from now.
    pub fn stop_in(&self, operations: u64) {
        self.platter().stop_in = Some(operations);
    }

    /// Has everything stop now.
    pub fn stop(&self) {
        self.platter().stopped = true;
    }

    /// Whether everything has stopped: what is done from then on has no effect.
    pub fn has_stopped(&self) -> bool {
        self.platter().stopped
    }

    /// Leaves so much room, or all that is wanted.
    pub fn leave_room(&self, room: Option<u64>) {
        self.platter().room = room;
    }

    /// When the last sync began that has ended.
    pub fn durable_since(&self) -> Option<Instant> {
        self.platter().durable_since
    }

    /// Whether there was no room for something.
    pub fn was_full(&self) -> bool {
        self.platter().room == Some(0)
    }

    /// Goes on after the program was killed: nothing that was written is lost.
    pub fn go_on(&self) {
        let mut platter = self.platter();
        (platter.stopped, platter.stop_in) = (false, None);
    }

    /// Goes on after the power was cut.
    pub fn power_up(&self) {
        let mut platter = self.platter();
        (platter.stopped, platter.stop_in) = (false, None);
        platter.boot += 1;
        platter.forget();
    }

    /// The names of all files.
    pub fn names(&self) -> Vec<PathBuf> {
        self.platter().names.keys().cloned().collect()
    }

    /// What stands under a name.
    pub fn content(&self, path: &Path) -> Option<Vec<u8>> {
        let platter = self.platter();
        let file = platter.names.get(path)?;
        Some(platter.files[*file].now.clone())
    }
}

impl Platter {
    /// Whether this operation still has an effect; a part of it only where it is the last.
    fn operate(&mut self) -> io::Result<bool> {
        if self.stopped {
            return Err(stopped());
        }
        if let Some(left) = &mut self.stop_in {
            if *left == 0 {
                self.stopped = true;
                return Ok(false);
            }
            *left -= 1;
        }
        Ok(true)
    }

    /// Forgets what was not synced: of what was written behind it some part is left, or zeros stand in its place.
    fn forget(&mut self) {
        for content in &mut self.files {
            let grown = content.now.starts_with(&content.durable);
            if !grown {
                // Cut and written anew: either may have come to the disk.
                if self.chance.happens(0.5) {
                    content.now = content.durable.clone();
                }
                content.durable = content.now.clone();
                continue;
            }
            let (from, to) = (content.durable.len(), content.now.len());
            let kept = self.chance.0.usize(from..=to);
            content.now.truncate(kept);
            if kept > from && self.chance.happens(0.3) {
                let hole = self.chance.0.usize(from..kept);
                let end = self.chance.0.usize(hole..=kept);
                content.now[hole..end].fill(0);
            }
            content.durable = content.now.clone();
        }
        // Names come to the disk in their order, up to some moment.
        if self.chance.happens(0.5) {
            self.names = self.durable_names.clone();
        } else {
            self.durable_names = self.names.clone();
        }
    }
}

impl Disk for SimulatedDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut platter = self.platter();
        if !platter.operate()? {
            return Err(stopped());
        }
        let file = platter.files.len();
        platter.files.push(Content::default());
        platter.names.insert(path.to_owned(), file);
        let (disk, at) = (self.clone(), 0);
        Ok(Box::new(SimulatedFile { disk, file, at }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut platter = self.platter();
        platter.operate()?;
        let file = platter.names.get(path).copied();
        let file = file.ok_or(io::ErrorKind::NotFound)?;
        let (disk, at) = (self.clone(), 0);
        Ok(Box::new(SimulatedFile { disk, file, at }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut platter = self.platter();
        // The last operation may have come through or not.
        if platter.operate()? || platter.chance.happens(0.5) {
            let file = platter.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
            platter.names.insert(to.to_owned(), file);
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut platter = self.platter();
        if platter.operate()? || platter.chance.happens(0.5) {
            platter.names.remove(path);
        }
        Ok(())
    }

    fn sync_folder_of(&self, _path: &Path) -> io::Result<()> {
        let mut platter = self.platter();
        if platter.operate()? {
            platter.durable_names = platter.names.clone();
        }
        Ok(())
    }

    fn scratch(&self, _path: &Path) -> io::Result<Box<dyn Scratch>> {
        let mut platter = self.platter();
        platter.operate()?;
        let file = platter.files.len();
        platter.files.push(Content::default());
        let (disk, at) = (self.clone(), 0);
        Ok(Box::new(SimulatedFile { disk, file, at }))
    }

    fn boot(&self) -> Option<String> {
        Some(self.platter().boot.to_string())
    }
}

impl Scratch for SimulatedFile {
    fn read_at(&self, from: u64, bytes: &mut [u8]) -> io::Result<usize> {
        let platter = self.disk.platter();
        let all = &platter.files[self.file].now;
        let from = usize::try_from(from).unwrap().min(all.len());
        let read = bytes.len().min(all.len() - from);
        bytes[..read].copy_from_slice(&all[from..from + read]);
        Ok(read)
    }

    fn write_at(&mut self, from: u64, bytes: &[u8]) -> io::Result<()> {
        let mut platter = self.disk.platter();
        if !platter.operate()? {
            return Err(stopped());
        }
        let from = usize::try_from(from).unwrap();
        let all = &mut platter.files[self.file].now;
        let end = from + bytes.len();
        let grown = end.saturating_sub(all.len());
        if all.len() < end {
            all.resize(end, 0);
        }
        all[from..end].copy_from_slice(bytes);
        match &mut platter.room {
            Some(room) if *room < grown as u64 => Err(io::ErrorKind::StorageFull.into()),
            Some(room) => {
                *room -= grown as u64;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Read for SimulatedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let platter = self.disk.platter();
        let mut rest = &platter.files[self.file].now[self.at..];
        let read = rest.read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

impl Write for SimulatedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut platter = self.disk.platter();
        let whole = platter.operate()?;
        let mut written = match whole {
            true => bytes.len(),
            false => platter.chance.0.usize(..=bytes.len()),
        };
        if let Some(room) = &mut platter.room {
            written = written.min(usize::try_from(*room).unwrap());
            *room -= written as u64;
            if written == 0 && whole {
                let kinds = [
                    io::ErrorKind::StorageFull,
                    io::ErrorKind::ReadOnlyFilesystem,
                ];
                return Err(platter.chance.from(&kinds).into());
            }
        }
        let content = &mut platter.files[self.file].now;
        content.truncate(self.at);
        content.extend_from_slice(&bytes[..written]);
        self.at += written;
        if whole { Ok(written) } else { Err(stopped()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DiskFile for SimulatedFile {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        let mut platter = self.disk.platter();
        if platter.operate()? {
            self.at = usize::try_from(length).unwrap();
            platter.files[self.file].now.truncate(self.at);
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut platter = self.disk.platter();
        if platter.operate()? {
            let content = &mut platter.files[self.file];
            content.durable = content.now.clone();
            platter.durable_since = Some(Instant::now());
        }
        Ok(())
    }

    fn syncing(&self) -> io::Result<Syncing> {
        let (disk, file, began) = (self.disk.clone(), self.file, Instant::now());
        let (content, takes) = {
            let mut platter = disk.platter();
            platter.operate()?;
            let slow = platter.chance.happens(0.05);
            let takes = match slow {
                true => platter.chance.milliseconds(1_000, 20_000),
                false => platter.chance.milliseconds(0, 50),
            };
            (platter.files[file].now.clone(), takes)
        };
        Ok(Box::pin(async move {
            tokio::time::sleep(takes.max(Duration::from_millis(1))).await;
            let mut platter = disk.platter();
            if platter.operate()? {
                platter.files[file].durable = content;
                platter.durable_since = Some(began);
            }
            Ok(())
        }))
    }
}
