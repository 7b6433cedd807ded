//! Compressed lists, told by their content: gzip (RFC 1952) and Zstandard (RFC 8878), of one member or of several.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// How a list is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Packing {
    /// What a file that starts so is compressed with.
    pub fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// A compressed file that is cut short or damaged.
#[derive(Debug, thiserror::Error)]
#[error("it is compressed with {}, and cut short or damaged ({cause})", packing.name())]
pub struct Damaged {
    packing: Packing,
    cause: io::Error,
}

/// What a file holds, unpacked as it is read.
pub struct Unpacked<R: BufRead> {
    packing: Option<Packing>,
    reader: Reader<R>,
}

enum Reader<R: BufRead> {
    Plain(R),
    Gzip(Box<MultiGzDecoder<R>>),
    Zstd(Box<zstd::Decoder<'static, R>>),
}

impl<R: Read> Unpacked<BufReader<R>> {
    /// Looks how the file starts.
    ///
    /// # Errors
    /// It can't be read.
    pub fn new(mut file: BufReader<R>) -> io::Result<Self> {
        let packing = Packing::of(file.fill_buf()?);
        let reader = match packing {
            None => Reader::Plain(file),
            Some(Packing::Gzip) => Reader::Gzip(Box::new(MultiGzDecoder::new(file))),
            Some(Packing::Zstd) => Reader::Zstd(Box::new(zstd::Decoder::with_buffer(file)?)),
        };
        Ok(Self { packing, reader })
    }
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.reader {
            Reader::Plain(file) => return file.read(buffer),
            Reader::Gzip(file) => file.read(buffer),
            Reader::Zstd(file) => file.read(buffer),
        };
        match self.packing {
            Some(packing) => read.map_err(|cause| io::Error::other(Damaged { packing, cause })),
            None => read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    const TEXT: &[u8] = b"userId,action,label\n1,add,VIP\n";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut text = Vec::new();
        let read = Unpacked::new(BufReader::new(bytes))
            .unwrap()
            .read_to_end(&mut text);
        read.map(|_| text).map_err(|error| error.to_string())
    }

    #[test]
    fn members_are_read_one_after_the_other() {
        let (head, tail) = TEXT.split_at(20);
        assert_eq!(unpacked(TEXT).as_deref(), Ok(TEXT));
        assert_eq!(
            unpacked(&[gzip(head), gzip(tail)].concat()).as_deref(),
            Ok(TEXT)
        );
        let zstd = |text| zstd::encode_all(text, 3).unwrap();
        assert_eq!(
            unpacked(&[zstd(head), zstd(tail)].concat()).as_deref(),
            Ok(TEXT)
        );
    }

    #[test]
    fn what_is_cut_short_is_an_error_wherever_that_is() {
        for packed in [gzip(TEXT), zstd::encode_all(TEXT, 3).unwrap()] {
            for length in 5..packed.len() {
                let told = unpacked(&packed[..length]).unwrap_err();
                assert!(told.contains("cut short or damaged"), "{length}: {told}");
            }
        }
    }
}
