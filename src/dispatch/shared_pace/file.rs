//! The account of a rate in a file, for runs on one machine: a lock and a few bytes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::time::{Instant, sleep};

use super::ask::{Answer, Ask, NoAnswer, micros};
use super::book::Book;

/// What stands in the first line.
const TITLE: &str = "bulklabel rate 1";

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
        let now = now();
        let kept = accounts.iter().position(|(key, _)| *key == self.key);
        let kept = kept.map(|at| accounts.swap_remove(at).1);
        let (book, answer) = Book::answer(kept, ask, now);
        if kept.is_none() || ask.permits > 0 || ask.hold.is_some() {
            accounts.retain(|(_, other)| !other.is_idle(now));
            accounts.push((self.key.clone(), book));
            self.on_file(write(&mut file, &shown(&accounts)))?;
        }
        Ok(answer)
    }

    /// The file, locked until it is dropped.
    async fn locked(&self) -> Result<File, NoAnswer> {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            let file = self.on_file(options.open(&self.path))?;
            match file.try_lock() {
                // Whoever has waited may hold the lock of a file that was removed meanwhile.
                Ok(()) if is_at(&file, &self.path) => return Ok(file),
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

    fn damaged(&self) -> NoAnswer {
        NoAnswer::for_good(format!(
            "{} is damaged, or no file of this program's: once no run uses it, delete it, and it is made anew; or name another",
            self.path.display()
        ))
    }
}

/// The time as all processes of the machine see it, in microseconds since it was started. Nobody sets it.
fn now() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanoseconds = u64::try_from(time.tv_nsec).unwrap_or_default();
    micros(Duration::from_secs(seconds) + Duration::from_nanos(nanoseconds))
}

fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), path.metadata()) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
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

fn shown(accounts: &[(String, Book)]) -> String {
    let mut text = format!("{TITLE}\n");
    for (key, book) in accounts {
        let Book {
            next,
            held,
            epoch,
            seen,
        } = book;
        let line = format!("{next:020} {held:020} {epoch:020} {seen:020} {key}");
        text += &format!("{line} {:08x}\n", crc32fast::hash(line.as_bytes()));
    }
    text
}

/// The accounts in a text; none where it is damaged. A new file is empty.
fn parse(text: &str) -> Option<Vec<(String, Book)>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let lines = text.strip_prefix(TITLE)?.strip_prefix('\n')?;
    lines.lines().map(account).collect()
}

fn account(line: &str) -> Option<(String, Book)> {
    let (line, sum) = line.rsplit_once(' ')?;
    if sum != format!("{:08x}", crc32fast::hash(line.as_bytes())) {
        return None;
    }
    let mut parts = line.splitn(5, ' ');
    let mut number = || parts.next()?.parse().ok();
    let book = Book {
        next: number()?,
        held: number()?,
        epoch: number()?,
        seen: number()?,
    };
    Some((parts.next()?.to_owned(), book))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOK: Book = Book {
        next: 4,
        held: 3,
        epoch: 2,
        seen: 1,
    };

    #[test]
    fn what_is_written_is_read_and_what_is_damaged_is_not() {
        let accounts = vec![("a b".to_owned(), BOOK), ("c".to_owned(), BOOK)];
        let text = shown(&accounts);
        assert_eq!(parse(&text), Some(accounts));
        assert_eq!(parse(""), Some(Vec::new()));
        for damaged in [
            &text[1..],
            &text[..text.len() - 3],
            &text.replace('4', "5"),
            "{}",
        ] {
            assert_eq!(parse(damaged), None, "{damaged}");
        }
    }
}
