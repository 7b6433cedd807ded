//! A list, read by several threads: its text is cut into pieces at line ends, and each is read as a list of its own.
//!
//! A line end may stand inside a quoted field. Whether it does is seen when the piece before it is read: that must end with a
//! whole record, or both are read once more as one.

use std::io::{self, Read};
use std::mem;
use std::sync::Arc;

use super::in_order::in_order;
use super::rows::{Rows, Shape};
use super::source::Content;
use super::{Fingerprint, ListError, Source, Wishes};

/// A piece is so long, in bytes, and up to a line end. As many as there are threads and two more, and what came of
/// them, are in memory.
const PIECE: usize = 1 << 19;

/// Pieces that hold no whole record are joined up to this length, in bytes; a list with longer records is read as a whole.
const JOINED: usize = 1 << 22;

/// What was read of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// How long it is, in bytes.
    pub bytes: usize,
    /// How many line ends it has.
    pub lines: u64,
}

/// Why a list was not read to its end in pieces.
#[derive(Debug)]
pub enum Broken<E> {
    /// It has to be read as a whole, and what is wrong with it told then.
    InPieces,
    /// It can't be read any more.
    Unreadable(ListError),
    /// What came of a piece could not be taken.
    Taking(E),
}

/// A list that is about to be read in pieces.
#[derive(Debug)]
pub struct Pieces {
    shape: Arc<Shape>,
    content: Content,
    /// What was read behind the last line end.
    rest: Vec<u8>,
    /// How many pieces were read.
    number: usize,
    /// How long a piece is, at least.
    size: usize,
    /// How long the file is.
    length: u64,
    /// How long each is, where that is known.
    known: Option<Vec<Extent>>,
}

/// A piece on its way.
#[derive(Debug)]
struct Piece {
    text: Vec<u8>,
    /// Which it is, from 0.
    number: usize,
    /// How much of the list was read with it, about, from 0 to 1.
    share: f64,
}

impl Pieces {
    /// The pieces of a list whose header was read; none where it can't be read so.
    ///
    /// # Errors
    /// It can't be read.
    pub fn of(rows: Rows, source: &Source, wishes: &Wishes) -> Result<Option<Self>, ListError> {
        let Some(shape) = rows.shape() else {
            return Ok(None);
        };
        // What of a workbook is a list stands in memory, after some work.
        if source.is_workbook()? {
            return Ok(None);
        }
        // All readers share the file's position.
        drop(rows);
        Ok(Some(Self {
            shape,
            content: source.read(wishes)?,
            rest: Vec::new(),
            number: 0,
            size: PIECE,
            length: source.length(),
            known: None,
        }))
    }

    /// The same pieces as when it was read before.
    pub fn again(self, pieces: impl IntoIterator<Item = Extent>) -> Self {
        let known = Some(pieces.into_iter().collect());
        Self { known, ..self }
    }

    /// Has each piece read by `work`, on several threads, and what comes of them taken by `take`, in the order of the list, with how
    /// much of it was read so far, about, from 0 to 1. Lines are counted from the beginning of each piece; pieces are numbered from 0, which means something where they are known.
    ///
    /// # Errors
    /// It has to be read as a whole, or what `take` says.
    pub fn read<T: Send, E>(
        mut self,
        work: impl Fn(usize, &mut Rows<&[u8]>) -> Result<T, ListError> + Sync,
        mut take: impl FnMut(T, Extent, f64) -> Result<(), E>,
    ) -> Result<Fingerprint, Broken<E>> {
        let (shape, is_known) = (Arc::clone(&self.shape), self.known.is_some());
        let read = |piece: Piece| {
            let read = piece.read(&shape, &work);
            (piece, read)
        };
        let mut open: Option<Piece> = None;
        let took = in_order(
            || self.next().map_err(|error| broken(error, &shape.list)),
            &read,
            |(piece, made)| {
                let (piece, made) = match open.take() {
                    None => (piece, made),
                    Some(before) => read(before.joined(&piece)),
                };
                match made {
                    Ok((made, extent)) => take(made, extent, piece.share).map_err(Broken::Taking),
                    Err(_) if piece.text.len() <= JOINED && !is_known => {
                        open = Some(piece);
                        Ok(())
                    }
                    Err(_) => Err(Broken::InPieces),
                }
            },
        );
        took?;
        match open {
            None => Ok(self.content.fingerprint()),
            Some(_) => Err(Broken::InPieces),
        }
    }

    /// Reads the next piece.
    fn next(&mut self) -> io::Result<Option<Piece>> {
        let number = self.number;
        self.number += 1;
        let text = match &self.known {
            None => self.up_to_a_line_end()?,
            Some(known) => self.so_long(known.get(number).map(|known| known.bytes))?,
        };
        // At the beginning of a text, and only there, that is a mark and no character.
        if number > 0 && text.starts_with("\u{FEFF}".as_bytes()) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let share = self.content.taken() as f64 / self.length.max(1) as f64;
        let piece = Piece {
            text,
            number,
            share,
        };
        Ok((!piece.text.is_empty() || number == 0).then_some(piece))
    }

    fn up_to_a_line_end(&mut self) -> io::Result<Vec<u8>> {
        let mut text = mem::take(&mut self.rest);
        text.reserve(self.size.saturating_sub(text.len()));
        loop {
            let wanted = self.size.saturating_sub(text.len()).max(self.size / 4 + 1) as u64;
            let read = self.content.by_ref().take(wanted).read_to_end(&mut text)?;
            let end = match read {
                0 => Some(text.len()),
                _ if text.len() < self.size => None,
                _ => memchr::memrchr(b'\n', &text).map(|at| at + 1),
            };
            if let Some(end) = end {
                self.rest = text.split_off(end);
                return Ok(text);
            }
            if text.len() > JOINED {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
    }

    /// Reads a piece of a known length, or, where there should be none, what is there all the same.
    fn so_long(&mut self, bytes: Option<usize>) -> io::Result<Vec<u8>> {
        let wanted = bytes.unwrap_or(1);
        let mut text = Vec::with_capacity(wanted);
        let mut content = self.content.by_ref().take(wanted as u64);
        content.read_to_end(&mut text)?;
        match bytes.unwrap_or(0) == text.len() {
            true => Ok(text),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// What an error comes to: where a list ends earlier or later than it did, or has no line ends, it has to be read as a whole.
fn broken<E>(error: io::Error, list: &str) -> Broken<E> {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::FileTooLarge | io::ErrorKind::InvalidData => {
            Broken::InPieces
        }
        _ => Broken::Unreadable(ListError::unreadable(list, error)),
    }
}

impl Piece {
    fn read<T>(
        &self,
        shape: &Arc<Shape>,
        work: impl Fn(usize, &mut Rows<&[u8]>) -> Result<T, ListError>,
    ) -> Result<(T, Extent), ListError> {
        let mut rows = Rows::of_piece(shape, &self.text[..], self.number == 0)?;
        let made = work(self.number, &mut rows)?;
        let extent = Extent {
            bytes: self.text.len(),
            lines: rows.line_ends(),
        };
        Ok((made, extent))
    }

    fn joined(mut self, next: &Self) -> Self {
        self.text.extend_from_slice(&next.text);
        self.share = next.share;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A row: its line, and what it says or which rule it breaks.
    type Told = (u64, Result<String, String>);

    fn all<R: Read>(rows: &mut Rows<R>) -> Result<Vec<Told>, ListError> {
        let mut told = Vec::new();
        while let Some(entry) = rows.advance()? {
            let said = entry.raw().join("|");
            let row = match &entry.row {
                Ok(row) => Ok(format!("{} {} {} {said}", row.user, row.action, row.label)),
                Err(rejection) => Err(format!("{} {said}", rejection.code.as_str())),
            };
            told.push((entry.line, row));
        }
        Ok(told)
    }

    /// The rows of a list that is read in pieces of this size, and once more in the same; none where it has to be read as a whole.
    fn in_pieces(source: &Source, size: usize) -> Option<(Vec<Told>, Fingerprint)> {
        let wishes = Wishes::default();
        let pieces = || {
            let rows = Rows::open(source, &wishes, None).unwrap();
            let pieces = Pieces::of(rows, source, &wishes).unwrap().unwrap();
            Pieces { size, ..pieces }
        };
        let (mut told, mut extents, mut lines) = (Vec::new(), Vec::new(), 0);
        let read = pieces().read(
            |_, rows| all(rows),
            |rows, extent, _| {
                told.extend(rows.into_iter().map(|(line, row)| (lines + line, row)));
                lines += extent.lines;
                extents.push(extent);
                Ok::<_, ()>(())
            },
        );
        let fingerprint = read.ok()?;
        let mut again = Vec::new();
        let read = pieces().again(extents.clone()).read(
            |number, rows| Ok((number, all(rows)?)),
            |(number, rows), _, _| {
                let before: u64 = extents[..number].iter().map(|extent| extent.lines).sum();
                again.extend(rows.into_iter().map(|(line, row)| (before + line, row)));
                Ok::<_, ()>(())
            },
        );
        assert_eq!(read.ok(), Some(fingerprint));
        assert_eq!(again, told);
        Some((told, fingerprint))
    }

    proptest! {
        #[test]
        fn a_list_says_the_same_in_pieces_of_any_size(
            words in proptest::collection::vec(
                "1|22|add|remove|VIP|,|,|,|,|\n|\n|\n|\r\n|\r|\"|\"\"|é|\u{FEFF}| |\"a\nb\"|7,add,Gold\n|8,remove,\"x, y\"\n|9,add,\"two\nlines\"\n",
                0..60,
            ),
            size in 1usize..70,
            more in "(userId,action,label|note,label,userId,action)",
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("list.csv");
            std::fs::write(&path, format!("{more}\n{}", words.concat())).unwrap();
            let source = Source::open(&path, None).unwrap();
            let mut rows = Rows::open(&source, &Wishes::default(), None).unwrap();
            let whole = all(&mut rows).ok().map(|told| (told, rows.fingerprint()));
            drop(rows);
            if let Some(told) = in_pieces(&source, size) {
                prop_assert_eq!(Some(told), whole);
            }
        }
    }

    #[test]
    fn most_lists_are_read_in_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        let rows: String = (1..500)
            .map(|id| format!("{id},add,\"Label, {id}\"\n"))
            .collect();
        std::fs::write(&path, format!("userId,action,label\n{rows}")).unwrap();
        let source = Source::open(&path, None).unwrap();
        let (told, _) = in_pieces(&source, 64).unwrap();
        assert_eq!(told.len(), 499);
        assert_eq!(told[498].0, 500);
    }
}
