//! The account of a rate in a file, for runs on one machine: a lock and a few bytes.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::OFlags;
use rustix::time::{ClockId, clock_gettime};
use tokio::time::{Instant, sleep};

use super::accounts::{Account, Writer, parse, shown};
use super::ask::{Answer, Ask, NoAnswer, micros};
use super::book::Book;
use crate::model::{boot, stands_at};

/// A longer file is none of ours.
const LONGEST: u64 = 64 * 1024;

/// So long a lock is waited for: nobody needs it for more than a moment.
const PATIENCE: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// Keeps the account in a file.
#[derive(Debug)]
pub struct FileStore {
    path: PathBuf,
    /// Whose account it is.
    key: String,
}

impl FileStore {
    /// The account `key` in the file at `path`, which may hold others, too.
    pub fn new(path: PathBuf, key: String) -> Self {
        Self { path, key }
    }

    /// Asks.
    ///
    /// # Errors
    /// The file can't be locked, read or written, or is damaged.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, NoAnswer> {
        let mut file = self.locked().await?;
        let text = self.on_file(read(&mut file))?;
        let mut accounts = parse(&text).ok_or_else(|| self.damaged())?;
        let (now, me) = (now(), me());
        let kept = accounts.iter().position(|account| account.key == self.key);
        let kept = kept.map(|at| accounts.swap_remove(at));
        if kept
            .as_ref()
            .is_some_and(|kept| kept.is_in_use_elsewhere(&me))
        {
            return Err(self.is_used_elsewhere());
        }
        let kept = kept
            .filter(|kept| kept.is_known_to(&me))
            .map(|kept| kept.book);
        let (book, answer) = Book::answer(kept, ask, now);
        if kept.is_none_or(|kept| (kept.next, kept.held) != (book.next, book.held)) {
            accounts.retain(|other| !other.is_idle(&me, now));
            accounts.push(Account {
                book,
                writer: me,
                key: self.key.clone(),
            });
            self.on_file(write(&mut file, &shown(&accounts)))?;
        }
        Ok(answer)
    }

    /// The file, locked until it is dropped.
    async fn locked(&self) -> Result<File, NoAnswer> {
        let until = Instant::now() + PATIENCE;
        loop {
            let file = self.open()?;
            match file.try_lock() {
                // Whoever has waited may hold the lock of a file that was removed meanwhile.
                Ok(()) if stands_at(&file, &self.path).unwrap_or(false) => return Ok(file),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return self.on_file(Err(error)),
            }
            if Instant::now() >= until {
                let path = self.path.display();
                return Err(NoAnswer::for_now(format!(
                    "another process holds the lock of {path}"
                )));
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// The file, which is made where there is none. A pipe or a device keeps nothing: it would let everybody go.
    fn open(&self) -> Result<File, NoAnswer> {
        let is_other = |kind: io::Result<Metadata>| kind.is_ok_and(|kind| !kind.is_file());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        // Nobody may be at the other end of a pipe.
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
        let file = match is_other(self.path.metadata()) {
            true => None,
            false => Some(self.on_file(options.custom_flags(flags).open(&self.path))?),
        };
        file.filter(|file| !is_other(file.metadata())).ok_or_else(|| {
            NoAnswer::for_good(format!(
                "{} is no regular file, and keeps nothing; name a file with file:PATH that can be made and written there",
                self.path.display()
            ))
        })
    }

    fn on_file<T>(&self, done: io::Result<T>) -> Result<T, NoAnswer> {
        done.map_err(|error| {
            let why = format!("{}: {error}", self.path.display());
            match error.kind() {
                io::ErrorKind::InvalidData => self.damaged(),
                io::ErrorKind::NotFound
                | io::ErrorKind::NotADirectory
                | io::ErrorKind::PermissionDenied
                | io::ErrorKind::IsADirectory
                | io::ErrorKind::ReadOnlyFilesystem
                | io::ErrorKind::Unsupported => NoAnswer::for_good(format!(
                    "{why}; name a file with file:PATH that can be made and written there"
                )),
                _ => NoAnswer::for_now(why),
            }
        })
    }

    /// That may pass: a machine that was started again is another one, too, until what it gave out before is used up.
    fn is_used_elsewhere(&self) -> NoAnswer {
        NoAnswer::for_now(format!(
            "another machine uses {}, or this one did before it was started again, which passes in a minute or once what was given \
             out then is used up; a file is for runs on one machine: for many take a Redis, redis://HOST/0, or --rate-split",
            self.path.display()
        ))
    }

    fn damaged(&self) -> NoAnswer {
        NoAnswer::for_good(format!(
            "{} is damaged, or no file of this program's: once no run uses it, delete it, and it is made anew; or name another",
            self.path.display()
        ))
    }
}

/// This machine, from this start on, at this time.
fn me() -> Writer {
    let time = SystemTime::now().duration_since(UNIX_EPOCH);
    Writer {
        boot: boot().unwrap_or_else(|| "-".to_owned()),
        time: time.map_or(0, |time| time.as_secs()),
    }
}

/// The time as all processes of the machine see it, in microseconds since it was started. Nobody sets it.
fn now() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanoseconds = u64::try_from(time.tv_nsec).unwrap_or_default();
    micros(Duration::from_secs(seconds) + Duration::from_nanos(nanoseconds))
}

fn read(file: &mut File) -> io::Result<String> {
    let mut text = String::new();
    let read = (&*file).take(LONGEST + 1).read_to_string(&mut text)?;
    match read as u64 > LONGEST {
        true => Err(io::ErrorKind::InvalidData.into()),
        false => Ok(text),
    }
}

/// Lines are as long as they are before and after: one that is killed in the middle of it leaves the old text or the new.
fn write(file: &mut File, text: &str) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)
}
