//! Fields, joined to the text of records: which are to be quoted, the csv crate says (contract, section 5; RFC 4180 with LF).
//!
//! In a line number, a status, or a moment nothing ever is to be quoted. The csv crate's own writer looks at each all the same, and
//! its quick way takes a record only once its fields were copied together: for millions of rows that is most of the work of
//! writing them.

use csv_core::Writer;

/// The text keeps room for so many bytes; a record may be far longer.
const ROOM: usize = 1 << 17;

/// The text of some records, all of them of as many fields.
#[derive(Debug)]
pub struct Fields {
    text: Vec<u8>,
    rules: Writer,
    /// How many fields the record has so far.
    count: usize,
    /// How many every record has.
    width: usize,
}

impl Fields {
    /// No records yet, which will have so many fields each, two at least.
    pub fn of_width(width: usize) -> Self {
        Self {
            text: Vec::new(),
            rules: Writer::new(),
            count: 0,
            width,
        }
    }

    /// Adds a field to the record.
    pub fn push(&mut self, field: &str) {
        match self.rules.should_quote(field.as_bytes()) {
            true => self.push_quoted(field.as_bytes()),
            false => self.push_as_it_is(field.as_bytes()),
        }
    }

    /// Adds a field in which nothing is to be quoted: no comma, quote or line end is in it.
    pub fn push_plain(&mut self, field: &[u8]) {
        debug_assert!(!self.rules.should_quote(field));
        self.push_as_it_is(field);
    }

    fn push_as_it_is(&mut self, field: &[u8]) {
        self.text.extend_from_slice(field);
        self.end_field();
    }

    fn push_quoted(&mut self, field: &[u8]) {
        let mark = self.rules.get_quote();
        self.text.push(mark);
        for part in field.split_inclusive(|byte| *byte == mark) {
            self.text.extend_from_slice(part);
            if part.ends_with(&[mark]) {
                self.text.push(mark);
            }
        }
        self.text.push(mark);
        self.end_field();
    }

    fn end_field(&mut self) {
        self.text.push(self.rules.get_delimiter());
        self.count += 1;
    }

    /// Ends the record.
    ///
    /// # Panics
    /// It has more or fewer fields than every record: they would stand below the names of others.
    pub fn end_record(&mut self) {
        let count = std::mem::take(&mut self.count);
        assert_eq!(count, self.width, "every record has as many fields");
        if let Some(last) = self.text.last_mut() {
            *last = b'\n';
        }
    }

    /// The text so far.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Forgets the text.
    pub fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(ROOM);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn end_record_of(count: usize) {
        let mut fields = Fields::of_width(2);
        (0..count).for_each(|_| fields.push("VIP"));
        fields.end_record();
    }

    #[test]
    #[should_panic(expected = "every record has as many fields")]
    fn no_record_is_wider_than_the_others() {
        end_record_of(3);
    }

    #[test]
    #[should_panic(expected = "every record has as many fields")]
    fn no_record_is_narrower_than_the_others() {
        end_record_of(1);
    }

    #[test]
    fn what_a_long_record_took_is_given_back() {
        let mut fields = Fields::of_width(2);
        fields.push(&"\"".repeat(ROOM));
        fields.push("");
        fields.end_record();
        assert_eq!(fields.text().len(), 2 * ROOM + 4);
        fields.clear();
        assert!(fields.text().is_empty() && fields.text.capacity() < 2 * ROOM);
    }

    proptest! {
        #[test]
        fn records_are_what_the_csv_crate_writes(
            width in 2usize..6,
            all in proptest::collection::vec("([a-z ]|[\",\n\r;é\0\u{FEFF}]){0,20}", 0..30),
        ) {
            let (mut fields, mut csv) = (Fields::of_width(width), csv::Writer::from_writer(Vec::new()));
            for record in all.chunks_exact(width) {
                for field in record {
                    match field.bytes().all(|byte| byte.is_ascii_lowercase()) {
                        true => fields.push_plain(field.as_bytes()),
                        false => fields.push(field),
                    }
                }
                fields.end_record();
                csv.write_record(record).unwrap();
            }
            let written = csv.into_inner().unwrap();
            prop_assert_eq!(str::from_utf8(fields.text()), str::from_utf8(&written));
        }
    }
}
