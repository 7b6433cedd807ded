//! The cells of a sheet → the text of a list, one line a row of the sheet: what is between two of them, or ends a row early, is
//! empty.

/// No sheet is held in memory beyond that: it has a million rows at most, and what is wider than any list has.
const LONGEST: usize = 2 << 30;

/// Why cells are no sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSheet {
    /// They don't stand in the order of rows and columns.
    Disordered,
    /// They are too many, or stand too far apart.
    TooLarge,
}

/// A sheet as it is read, cell after cell.
#[derive(Debug, Default)]
pub struct Sheet {
    text: Vec<u8>,
    /// The row that is written, from 0.
    row: u32,
    /// How many of its fields stand there.
    fields: u32,
    /// Whether something stands in one of them.
    says_something: bool,
    /// Where the first row ends that says something, and how many fields it has.
    header: Option<(usize, u32)>,
    /// The most fields of a row.
    widest: u32,
}

impl Sheet {
    /// Writes the field of a cell; rows and columns count from 0.
    ///
    /// # Errors
    /// The cell stands before one that was written, or too far behind it.
    pub fn write(&mut self, (row, column): (u32, u32), field: &str) -> Result<(), NoSheet> {
        if (row, column) < (self.row, self.fields) {
            return Err(NoSheet::Disordered);
        }
        while self.row < row {
            self.end_row();
        }
        while self.fields < column {
            self.begin_field();
        }
        self.begin_field();
        self.says_something |= !field.trim().is_empty();
        write_field(field, &mut self.text);
        match self.text.len() > LONGEST {
            true => Err(NoSheet::TooLarge),
            false => Ok(()),
        }
    }

    /// The text. Its first row has a field for each column of the sheet, so that what stands beside a list is a column without
    /// a name.
    pub fn into_text(mut self) -> Vec<u8> {
        if self.fields > 0 {
            self.end_row();
        }
        if let Some((end, width)) = self.header {
            let missing = self.widest.saturating_sub(width) as usize;
            self.text
                .splice(end..end, std::iter::repeat_n(b',', missing));
        }
        self.text
    }

    fn begin_field(&mut self) {
        if self.fields > 0 {
            self.text.push(b',');
        }
        self.fields += 1;
    }

    fn end_row(&mut self) {
        self.widest = self.widest.max(self.fields);
        match self.header {
            // A row that ends early has empty cells behind it.
            Some((_, width)) if self.fields > 0 => {
                while self.fields < width {
                    self.begin_field();
                }
            }
            None if self.says_something => self.header = Some((self.text.len(), self.fields)),
            _ => {}
        }
        self.text.push(b'\n');
        (self.row, self.fields) = (self.row + 1, 0);
    }
}

/// Writes a field in quotes. A line break in it would make another line: it becomes a vertical tab, which no label may hold
/// either.
fn write_field(field: &str, text: &mut Vec<u8>) {
    text.push(b'"');
    for byte in field.bytes() {
        match byte {
            b'"' => text.extend(b"\"\""),
            b'\n' | b'\r' => text.push(0x0B),
            _ => text.push(byte),
        }
    }
    text.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cells: &[((u32, u32), &str)]) -> Result<String, NoSheet> {
        let mut sheet = Sheet::default();
        for (place, field) in cells {
            sheet.write(*place, field)?;
        }
        Ok(String::from_utf8(sheet.into_text()).unwrap())
    }

    #[test]
    fn every_row_of_the_sheet_is_a_line() {
        let cells = [
            ((1, 0), "id"),
            ((1, 2), "label"),
            ((3, 0), "7"),
            ((4, 2), "VIP"),
            ((4, 4), "beside"),
        ];
        let expected = "\n\"id\",,\"label\",,\n\n\"7\",,\n,,\"VIP\",,\"beside\"\n";
        assert_eq!(text(&cells).as_deref(), Ok(expected));
        assert_eq!(text(&[]).as_deref(), Ok(""));
    }

    #[test]
    fn a_field_stays_on_its_line() {
        let expected = "\"a \"\"b\"\"\u{B}\u{B}c\"\n";
        assert_eq!(text(&[((0, 0), "a \"b\"\r\nc")]).as_deref(), Ok(expected));
    }

    #[test]
    fn cells_out_of_order_make_no_list() {
        assert_eq!(
            text(&[((1, 0), "a"), ((0, 5), "b")]),
            Err(NoSheet::Disordered)
        );
        assert_eq!(
            text(&[((0, 1), "a"), ((0, 1), "b")]),
            Err(NoSheet::Disordered)
        );
    }
}
