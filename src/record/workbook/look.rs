//! How the cells of a workbook look.

use rust_xlsxwriter::{Color, Format};

use crate::model::OutcomeKind;

/// The widths of the result's own columns, in characters.
const WIDTHS: [u8; 10] = [9, 21, 10, 28, 14, 22, 50, 12, 11, 27];

/// The width of a column that was kept, in characters.
const WIDTH: u8 = 24;

/// The formats of its cells.
#[derive(Debug)]
pub struct Look {
    /// Of headers.
    pub header: Format,
    /// Of texts that look like numbers: typed over, they stay texts.
    pub text: Format,
    /// Of moments, which say that they are in UTC.
    pub moment: Format,
    outcomes: [(OutcomeKind, Format); OutcomeKind::ALL.len()],
}

impl Look {
    /// The formats.
    pub fn new() -> Self {
        Self {
            header: Format::new()
                .set_bold()
                .set_background_color(Color::RGB(0xD9_D9_D9)),
            text: Format::new().set_num_format("@"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss.000 \"UTC\""),
            outcomes: OutcomeKind::ALL.map(|kind| (kind, coloured(kind))),
        }
    }

    /// That of an outcome's word.
    pub fn outcome(&self, word: &str) -> &Format {
        let known = self.outcomes.iter().find(|(kind, _)| kind.as_str() == word);
        known.map_or(&self.text, |(_, format)| format)
    }

    /// The width of a column, from 0.
    pub fn width(&self, column: usize) -> u8 {
        WIDTHS.get(column).copied().unwrap_or(WIDTH)
    }
}

/// Letters and ground of an outcome: dark on light, so that the word can be read without its colour.
fn coloured(kind: OutcomeKind) -> Format {
    let (letters, ground) = match kind {
        OutcomeKind::Success => (0x00_61_00, 0xC6_EF_CE),
        OutcomeKind::Warning => (0x7F_60_00, 0xFF_EB_9C),
        OutcomeKind::Failed => (0x9C_00_06, 0xFF_C7_CE),
        OutcomeKind::Unconfirmed => (0x84_3C_0C, 0xF8_CB_AD),
        OutcomeKind::Rejected => (0x50_32_80, 0xE4_DF_EC),
        OutcomeKind::Skipped => (0x59_59_59, 0xED_ED_ED),
        OutcomeKind::Pending => (0x1F_4E_78, 0xDD_EB_F7),
    };
    let format = Format::new().set_font_color(Color::RGB(letters));
    format.set_background_color(Color::RGB(ground))
}
