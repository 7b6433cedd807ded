//! UTF-16 has its characters in pairs of bytes: where one is missing, all that follows is read wrongly.

use std::io::{self, Read};

/// A list in UTF-16 that has lost a byte, or has one too many.
#[derive(Debug, thiserror::Error)]
#[error("it is in UTF-16 and has an odd number of bytes, so one is missing or too many")]
pub struct OddBytes;

/// Bytes on their way to be decoded, counted where they are UTF-16.
#[derive(Debug)]
pub struct Pairs<R> {
    bytes: R,
    /// Whether somebody has said that they are.
    is_said: bool,
    /// The first bytes, as many as a mark (BOM) has.
    first: [u8; 2],
    count: u64,
}

impl<R: Read> Pairs<R> {
    /// All of `bytes`; `is_said` where they are UTF-16 even without a mark.
    pub fn of(bytes: R, is_said: bool) -> Self {
        Self {
            bytes,
            is_said,
            first: [0; 2],
            count: 0,
        }
    }

    fn are_pairs(&self) -> bool {
        self.is_said || matches!(self.first, [0xFF, 0xFE] | [0xFE, 0xFF])
    }
}

impl<R: Read> Read for Pairs<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        if read == 0 && !buffer.is_empty() && self.are_pairs() && self.count % 2 == 1 {
            return Err(io::Error::other(OddBytes));
        }
        for (place, byte) in (self.count..2).zip(&buffer[..read]) {
            self.first[place as usize] = *byte;
        }
        self.count += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(bytes: &[u8], is_said: bool) -> bool {
        let read = Pairs::of(bytes, is_said).read_to_end(&mut Vec::new());
        read.is_err_and(|error| error.get_ref().is_some_and(|cause| cause.is::<OddBytes>()))
    }

    #[test]
    fn a_lost_byte_is_noticed_where_pairs_are_expected() {
        assert!(is_refused(b"\xFF\xFEa\0b", false) && is_refused(b"\xFE\xFF\0", false));
        assert!(is_refused(b"a\0b", true));
        assert!(!is_refused(b"\xFF\xFEa\0", false) && !is_refused(b"a,b", false));
        assert!(!is_refused(b"", true) && !is_refused(b"\xFF", false));
    }
}
