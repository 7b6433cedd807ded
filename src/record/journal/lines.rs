//! Bytes → lines, each where it lies in the buffer.

use std::io::{self, Read};
use std::ops::Range;

/// So much is read at once.
const AT_ONCE: usize = 1 << 18;

/// The lines of what is read, one after the other.
#[derive(Debug)]
pub struct Lines<R> {
    from: R,
    buffer: Vec<u8>,
    /// How much of the buffer is filled.
    filled: usize,
    /// Where the line that was read last lies in it.
    line: Range<usize>,
    /// No line is longer: what is, comes in parts.
    longest: usize,
}

impl<R: Read> Lines<R> {
    /// Those of `from`; one that is longer than `longest` comes in parts of that length.
    pub fn of(from: R, longest: usize) -> Self {
        Self {
            from,
            buffer: Vec::new(),
            filled: 0,
            line: 0..0,
            longest,
        }
    }

    /// The line that was read last, with its end where it has one.
    pub fn line(&self) -> &[u8] {
        &self.buffer[self.line.clone()]
    }

    /// Reads a line. False at the end.
    ///
    /// # Errors
    /// The system's.
    pub fn advance(&mut self) -> io::Result<bool> {
        self.line.start = self.line.end;
        let mut searched = self.line.start;
        loop {
            let most = self.filled.min(self.line.start + self.longest);
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[searched..most]) {
                self.line.end = searched + at + 1;
                return Ok(true);
            }
            let length = most - self.line.start;
            if length == self.longest || !self.read_more()? {
                // Reading may have moved it.
                self.line.end = self.line.start + length;
                return Ok(length > 0);
            }
            searched = self.line.start + length;
        }
    }

    /// Reads more behind the line that has begun, which moves to the front where there is no room. False at the end.
    fn read_more(&mut self) -> io::Result<bool> {
        if self.filled == self.buffer.len() {
            self.buffer.copy_within(self.line.start..self.filled, 0);
            self.filled -= self.line.start;
            self.line = 0..0;
            if self.buffer.len() - self.filled < AT_ONCE / 2 {
                let twice = (self.buffer.len() * 2).max(AT_ONCE);
                self.buffer.resize(twice, 0);
            }
        }
        loop {
            match self.from.read(&mut self.buffer[self.filled..]) {
                Ok(read) => {
                    self.filled += read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives a few bytes at a time.
    struct Sips<'a>(&'a [u8], usize);

    impl Read for Sips<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(self.1);
            self.0.read(&mut buffer[..most])
        }
    }

    fn read(bytes: &[u8], sip: usize, longest: usize) -> Vec<Vec<u8>> {
        let mut lines = Lines::of(Sips(bytes, sip), longest);
        let next = || lines.advance().unwrap().then(|| lines.line().to_vec());
        std::iter::from_fn(next).collect()
    }

    proptest! {
        #[test]
        fn they_are_what_stands_between_line_ends(
            lines in proptest::collection::vec("[a-z]{0,9}", 0..20),
            has_end: bool,
            sip in 1usize..40,
        ) {
            let text = lines.join("\n") + if has_end { "\n" } else { "" };
            let expected: Vec<_> = text.as_bytes().split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            prop_assert_eq!(read(text.as_bytes(), sip, 100), expected);
        }
    }

    #[test]
    fn a_long_one_comes_in_parts_and_a_longer_one_than_the_buffer_whole() {
        assert_eq!(
            read(b"abcdefg\nhi", 3, 3),
            [&b"abc"[..], b"def", b"g\n", b"hi"]
        );
        let long = vec![b'x'; 3 * AT_ONCE + 7];
        let text = [b"first\n", &long[..], b"\nlast"].concat();
        let lengths: Vec<_> = read(&text, AT_ONCE, 1 << 26).iter().map(Vec::len).collect();
        assert_eq!(lengths, [6, long.len() + 1, 4]);
    }
}
