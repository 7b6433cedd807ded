//! Where a list is copied to that can be read only once.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The place of a copy.
#[derive(Debug, Clone, Copy)]
pub enum Spool<'a> {
    /// There is none.
    Nowhere,
    /// A file with this name.
    At(&'a Path),
    /// A file in this folder that has no name.
    Nameless(&'a Path),
}

impl<'a> Spool<'a> {
    /// Copies all of `from`; none where there is no place.
    pub fn copy(self, mut from: impl Read) -> Option<io::Result<File>> {
        let opened = match self {
            Self::Nowhere => return None,
            Self::At(path) => named(path),
            Self::Nameless(folder) => tempfile::tempfile_in(folder),
        };
        let copied = opened.and_then(|mut file| {
            io::copy(&mut from, &mut file)?;
            if let Self::At(_) = self {
                file.sync_all()?;
            }
            Ok(file)
        });
        if let (Self::At(path), Err(_)) = (self, &copied) {
            // What can't be removed is overwritten by the next run.
            let _left = fs::remove_file(path);
        }
        Some(copied)
    }

    /// Where it is, as errors say it.
    pub fn place(self) -> &'a Path {
        match self {
            Self::Nowhere => Path::new(""),
            Self::At(path) | Self::Nameless(path) => path,
        }
    }
}

fn named(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    let file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    file.set_len(0)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek, SeekFrom};

    #[test]
    fn a_nameless_copy_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut copy = Spool::Nameless(folder.path())
            .copy(&b"a,b\n"[..])
            .unwrap()
            .unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut text = String::new();
        copy.seek(SeekFrom::Start(0)).unwrap();
        copy.read_to_string(&mut text).unwrap();
        assert_eq!(text, "a,b\n");
    }
}
