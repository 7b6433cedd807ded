//! Fields, joined to the text of records: what is to be quoted, and how, the csv crate says (contract, section 5; RFC 4180 with LF).
//!
//! Most fields of a result are numbers and words of ours. The csv crate's own writer asks that of each, and copies each twice;
//! for millions of rows that is most of what writing them takes.

use csv_core::{Terminator, Writer, quote};

/// The text of some records.
#[derive(Debug)]
pub struct Fields {
    text: Vec<u8>,
    rules: Writer,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            rules: Writer::new(),
        }
    }
}

impl Fields {
    /// Adds a field to the record.
    pub fn push(&mut self, field: &str) {
        match self.rules.should_quote(field.as_bytes()) {
            true => self.push_quoted(field.as_bytes()),
            false => self.push_plain(field.as_bytes()),
        }
    }

    /// Adds a field of which nothing is to be quoted: no comma, quote or line end is in it.
    pub fn push_plain(&mut self, field: &[u8]) {
        self.text.extend_from_slice(field);
        self.text.push(self.rules.get_delimiter());
    }

    fn push_quoted(&mut self, field: &[u8]) {
        let (mark, escape) = (self.rules.get_quote(), self.rules.get_escape());
        self.text.push(mark);
        let from = self.text.len();
        // All of it may be marks, which are doubled.
        self.text.resize(from + 2 * field.len(), 0);
        let (_, _, written) = quote(field, &mut self.text[from..], mark, escape, true);
        self.text.truncate(from + written);
        self.text.extend([mark, self.rules.get_delimiter()]);
    }

    /// Ends the record, which has fields.
    pub fn end_record(&mut self) {
        if let (Some(last), Terminator::Any(end)) =
            (self.text.last_mut(), self.rules.get_terminator())
        {
            *last = end;
        }
    }

    /// The text so far.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Forgets the text.
    pub fn clear(&mut self) {
        self.text.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn records_are_what_the_csv_crate_writes(
            records in proptest::collection::vec(proptest::collection::vec("([a-z ]|[\",\n\r;é\u{FEFF}]){0,20}", 2..6), 0..6),
        ) {
            let (mut fields, mut csv) = (Fields::default(), csv::WriterBuilder::new().flexible(true).from_writer(Vec::new()));
            for record in &records {
                record.iter().for_each(|field| fields.push(field));
                fields.end_record();
                csv.write_record(record).unwrap();
            }
            let written = csv.into_inner().unwrap();
            prop_assert_eq!(str::from_utf8(fields.text()), str::from_utf8(&written));
        }
    }
}
