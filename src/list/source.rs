//! Where a list's bytes come from: a file, or what can be read only once and is copied first.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::encoding::{decoded, is_marked};
use super::packed::Unpacked;
use super::spool::Spool;
use super::{ListError, Wishes, workbook};

/// So much of a file is read at once.
const AT_ONCE: usize = 1 << 18;

/// A hash of a list's content, as its file holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(blake3::Hash);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_hex())
    }
}

/// A list that is held open, to be read as often as needed.
#[derive(Debug)]
pub struct Source {
    name: String,
    file: File,
    is_copy: bool,
}

impl Source {
    /// Whether the list at `path` can be read only once.
    pub fn needs_copy(path: &Path) -> bool {
        is_standard_input(path)
            || fs::metadata(path).is_ok_and(|kind| !kind.is_file() && !kind.is_dir())
    }

    /// Opens the list at `path`. What is no regular file (`-` for standard input, a FIFO) can be read
    /// only once, and is copied to `spool` first.
    ///
    /// # Errors
    /// No such file, a directory, a file that is no text, or no `spool` where one is needed.
    pub fn open(path: &Path, spool: Option<&Path>) -> Result<Self, ListError> {
        Self::spooled(path, spool.map_or(Spool::Nowhere, Spool::At))
    }

    /// The same for a list that is read and not run: a copy has no name, and is gone with the program. `folder` is the one for
    /// temporary files.
    ///
    /// # Errors
    /// No such file, a directory, a file that is no text, or a copy that can't be made.
    pub fn open_aside(path: &Path, folder: &Path) -> Result<Self, ListError> {
        Self::spooled(path, Spool::Nameless(folder))
    }

    fn spooled(path: &Path, spool: Spool<'_>) -> Result<Self, ListError> {
        let source = if is_standard_input(path) {
            Self::copied(io::stdin().lock(), "standard input".to_owned(), spool)?
        } else {
            Self::opened(path, spool)?
        };
        source.refuse_what_is_no_text()?;
        Ok(source)
    }

    fn opened(path: &Path, spool: Spool<'_>) -> Result<Self, ListError> {
        let name = path.display().to_string();
        let file = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
        match file {
            Ok((kind, _)) if kind.is_dir() => Err(ListError::Directory { list: name }),
            Ok((kind, file)) if kind.is_file() => Ok(Self {
                name,
                file,
                is_copy: false,
            }),
            Ok((_, file)) => Self::copied(file, name, spool),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(ListError::NotFound { list: name })
            }
            Err(source) => Err(ListError::Unreadable { list: name, source }),
        }
    }

    /// Copies what can be read only once.
    fn copied(from: impl Read, name: String, spool: Spool<'_>) -> Result<Self, ListError> {
        match spool.copy(from) {
            Some(Ok(file)) => Ok(Self {
                name,
                file,
                is_copy: true,
            }),
            Some(Err(source)) => Err(ListError::Spool {
                list: name,
                spool: spool.place().to_owned(),
                source,
            }),
            None => Err(ListError::NeedsOutput { list: name }),
        }
    }

    /// Whether it is a copy of what can be read only once.
    pub fn is_copy(&self) -> bool {
        self.is_copy
    }

    /// The list's name, as errors say it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The list's text from its start, in UTF-8 where its encoding is known: it says so itself, or somebody wishes. Only
    /// one reader at a time: all share the file's position.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn read(&self, wishes: &Wishes) -> Result<Content, ListError> {
        let hasher = Hasher::default();
        let is_workbook = self.is_workbook()?;
        let unpacked = self.unpacked(&hasher);
        let unpacked = unpacked.map_err(|error| ListError::unreadable(&self.name, error))?;
        if is_workbook {
            return self.sheet(unpacked, wishes.sheet.as_deref(), hasher);
        }
        let text = Box::new(decoded(unpacked, wishes.encoding));
        Ok(Content { text, hasher })
    }

    /// How long the file is, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.file.metadata().map_or(0, |file| file.len())
    }

    /// The hash of the list's content, as it is now.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn fingerprint(&self) -> Result<Fingerprint, ListError> {
        let mut hasher = blake3::Hasher::new();
        let read = self
            .rewound()
            .and_then(|file| hasher.update_reader(file).map(|_| ()));
        read.map_err(|error| ListError::unreadable(&self.name, error))?;
        Ok(Fingerprint(hasher.finalize()))
    }

    /// What the file holds, unpacked, and hashed as it is read.
    fn unpacked(&self, hasher: &Hasher) -> io::Result<Unpacked<BufReader<Hashed>>> {
        let file = self.rewound()?;
        let hasher = Arc::clone(hasher);
        let hashed = Hashed { file, hasher };
        Unpacked::new(BufReader::with_capacity(AT_ONCE, hashed))
    }

    /// Whether it is a workbook, compressed once more or not, of which a sheet is the list.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn is_workbook(&self) -> Result<bool, ListError> {
        Ok(self.start()?.starts_with(workbook::MAGIC))
    }

    /// Whether what is written of it again should be marked as UTF-8: where the list says itself what it is in, as those of
    /// spreadsheets do, and where somebody says it, who will say the same of that.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn marks_its_text(&self, wishes: &Wishes) -> Result<bool, ListError> {
        if wishes.encoding.is_some() || self.is_workbook()? {
            return Ok(true);
        }
        let mut start = Vec::new();
        let read = self
            .rewound()
            .and_then(|file| Unpacked::new(BufReader::new(file)))
            .and_then(|text| text.take(3).read_to_end(&mut start));
        read.map_err(|error| ListError::unreadable(&self.name, error))?;
        Ok(is_marked(&start))
    }

    /// Why the first sheet of a workbook is no list, and which sheets there are besides, where nobody has named one.
    pub(super) fn naming_other_sheets(&self, error: ListError, wishes: &Wishes) -> ListError {
        let is_none = matches!(
            error,
            ListError::NoHeader { .. } | ListError::MissingColumn { .. }
        );
        if !is_none || wishes.sheet.is_some() || !self.is_workbook().unwrap_or(false) {
            return error;
        }
        let mut whole = Vec::new();
        let read = self.unpacked(&Hasher::default());
        let read = read.and_then(|mut file| file.read_to_end(&mut whole));
        match read.map(|_| workbook::sheets(whole)) {
            Ok(sheets) if sheets.len() > 1 => ListError::WrongSheet {
                error: Box::new(error),
                others: sheets.into_iter().skip(1).collect(),
            },
            _ => error,
        }
    }

    /// The text of a sheet.
    fn sheet(
        &self,
        mut workbook: impl Read,
        name: Option<&str>,
        hasher: Hasher,
    ) -> Result<Content, ListError> {
        let mut whole = Vec::new();
        let read = workbook.read_to_end(&mut whole);
        read.map_err(|error| ListError::unreadable(&self.name, error))?;
        let text = workbook::text(whole, name).map_err(|source| ListError::Workbook {
            list: self.name.clone(),
            source,
        })?;
        let text = Box::new(Cursor::new(text));
        Ok(Content { text, hasher })
    }

    /// The first bytes of what it holds.
    fn start(&self) -> Result<Vec<u8>, ListError> {
        let mut start = Vec::new();
        let unpacked = self.unpacked(&Hasher::default());
        let read = unpacked.and_then(|file| file.take(8).read_to_end(&mut start));
        read.map_err(|error| ListError::unreadable(&self.name, error))?;
        Ok(start)
    }

    fn rewound(&self) -> io::Result<File> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }

    /// Files that people mistake for CSV are named as what they are, instead of as rows full of noise.
    fn refuse_what_is_no_text(&self) -> Result<(), ListError> {
        match self.start()?.starts_with(b"\xD0\xCF\x11\xE0") {
            true => Err(ListError::NoText {
                list: self.name.clone(),
                kind: "an old workbook, or one with a password",
            }),
            false => Ok(()),
        }
    }
}

/// Whether the path stands for standard input.
fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Hashes what a file holds, as it is read.
type Hasher = Arc<Mutex<blake3::Hasher>>;

/// A file's bytes on their way to be unpacked.
struct Hashed {
    file: File,
    hasher: Hasher,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let mut hasher = self.hasher.lock().unwrap_or_else(PoisonError::into_inner);
        hasher.update(&buffer[..read]);
        Ok(read)
    }
}

/// A list's text on its way to the reader.
pub struct Content {
    text: Box<dyn Read + Send>,
    hasher: Hasher,
}

impl Content {
    /// How many bytes of the file were read so far.
    pub fn taken(&self) -> u64 {
        let hasher = self.hasher.lock().unwrap_or_else(PoisonError::into_inner);
        hasher.count()
    }

    /// The hash of all that was read of the file so far.
    pub fn fingerprint(&self) -> Fingerprint {
        let hasher = self.hasher.lock().unwrap_or_else(PoisonError::into_inner);
        Fingerprint(hasher.finalize())
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").finish_non_exhaustive()
    }
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.text.read(buffer)
    }
}
