//! Which physical line a record starts on.
//!
//! The csv crate's own count misses lone CRs and is behind after CRLF and blank lines, so the bytes
//! are watched on their way to it.

use memchr::memchr2_iter;

/// Counts line ends (LF, CRLF, lone CR) of a stream that is handed on chunk by chunk to a reader that
/// takes the next chunk only once it has used up the last one.
///
/// Only the line ends of the current chunk are kept apart, so memory is bounded by its size.
#[derive(Debug)]
pub struct LineCounter {
    /// How many bytes were seen.
    seen: u64,
    /// Where the current record starts; moves over line ends until its first byte has come.
    start: u64,
    /// The line that `start` is on.
    line: u64,
    /// Line ends after `start` in earlier chunks.
    behind: u64,
    /// The CRs and LFs of the current chunk that came after `start` when it was seen.
    ends: Vec<LineEnd>,
    /// How many of these are not after `start` any more.
    passed: usize,
    /// Whether the last byte seen was a CR.
    after_cr: bool,
}

#[derive(Debug, Clone, Copy)]
struct LineEnd {
    at: u64,
    /// 1, but for an LF that belongs to the CR before it.
    lines: u64,
}

impl Default for LineCounter {
    fn default() -> Self {
        Self {
            seen: 0,
            start: 0,
            line: 1,
            behind: 0,
            ends: Vec::new(),
            passed: 0,
            after_cr: false,
        }
    }
}

impl LineCounter {
    /// Takes note of the next bytes of the stream.
    pub fn feed(&mut self, chunk: &[u8]) {
        let left = &self.ends[self.passed..];
        self.behind += left.iter().map(|end| end.lines).sum::<u64>();
        self.ends.clear();
        self.passed = 0;
        for index in memchr2_iter(b'\n', b'\r', chunk) {
            let after_cr = if index == 0 {
                self.after_cr
            } else {
                chunk[index - 1] == b'\r'
            };
            let lines = u64::from(chunk[index] == b'\r' || !after_cr);
            let at = self.seen + index as u64;
            if at == self.start {
                self.line += lines;
                self.start += 1;
            } else {
                self.ends.push(LineEnd { at, lines });
            }
        }
        self.seen += chunk.len() as u64;
        self.after_cr = chunk.last().map_or(self.after_cr, |last| *last == b'\r');
    }

    /// Says that all before byte `position` belongs to earlier records; the next one starts there, or
    /// after the line ends that follow.
    pub fn record_from(&mut self, position: u64) {
        self.line += std::mem::take(&mut self.behind);
        self.start = self.start.max(position);
        while let Some(end) = self
            .ends
            .get(self.passed)
            .filter(|end| end.at <= self.start)
        {
            self.line += end.lines;
            self.start = self.start.max(end.at + 1);
            self.passed += 1;
        }
    }

    /// The 1-based line on which the current record starts.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many bytes were seen.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// How many bytes have come since the current record's first.
    pub fn record_bytes(&self) -> u64 {
        self.seen.saturating_sub(self.start)
    }
}

/// How many line ends a text holds.
pub fn line_ends(text: &[u8]) -> u64 {
    let mut counter = LineCounter::default();
    counter.feed(text);
    counter.record_from(text.len() as u64);
    counter.line() - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The contract's definition, literally: 1 + the line ends before a byte.
    fn line_by_definition(text: &[u8], first_byte: usize) -> u64 {
        let before = String::from_utf8_lossy(&text[..first_byte]).replace("\r\n", "\n");
        1 + before.matches(['\n', '\r']).count() as u64
    }

    proptest! {
        #[test]
        fn a_record_is_on_the_line_that_the_line_ends_before_it_say(
            text in "[ab\r\n]{0,40}",
            sizes in proptest::collection::vec(1usize..7, 1..40),
        ) {
            let text = text.as_bytes();
            let mut counter = LineCounter::default();
            let mut fed = 0;
            let mut sizes = sizes.into_iter().cycle();
            // Records are the runs of letters; like the csv crate, each is said to start where the one before
            // it ended, which is before the rest of a CRLF and before blank lines.
            let mut position = 0;
            for (index, _) in text.iter().enumerate().filter(|(i, b)| {
                b.is_ascii_lowercase() && (*i == 0 || !text[i - 1].is_ascii_lowercase())
            }) {
                counter.record_from(position as u64);
                let run = text[index..].iter().take_while(|b| b.is_ascii_lowercase()).count();
                let end = (index + run + 1).min(text.len());
                while fed < end {
                    let next = (fed + sizes.next().unwrap_or(1)).min(text.len());
                    counter.feed(&text[fed..next]);
                    fed = next;
                }
                prop_assert_eq!(counter.line(), line_by_definition(text, index));
                position = end;
            }
        }

        #[test]
        fn line_ends_are_counted_as_the_definition_says(text in "[a\r\n]{0,20}") {
            prop_assert_eq!(1 + line_ends(text.as_bytes()), line_by_definition(text.as_bytes(), text.len()));
        }
    }
}
