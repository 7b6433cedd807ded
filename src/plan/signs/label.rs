//! What is odd about a label.

use super::date::is_date;

/// The service documents no longer names.
const LONGEST: usize = 100;

/// What programs write for no value: spreadsheets, pandas, databases.
const MISSING: [&str; 15] = [
    "#n/a",
    "#ref!",
    "#name?",
    "#value!",
    "#div/0!",
    "#num!",
    "#null!",
    "n/a",
    "nan",
    "nat",
    "null",
    "<na>",
    "none",
    "undefined",
    "\\n",
];

/// A reason to look at a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelSign {
    /// It is what programs write where a value is missing or can't be computed.
    Missing,
    /// It looks like a date that a spreadsheet has made of something else.
    Date,
    /// It has more than 100 characters.
    Long,
    /// Quotes around it are part of it.
    Quoted,
}

impl LabelSign {
    const ALL: [Self; 4] = [Self::Missing, Self::Date, Self::Long, Self::Quoted];

    /// All that is odd about a label.
    pub fn of(label: &str) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |sign| sign.is_seen_in(label))
    }

    fn is_seen_in(self, label: &str) -> bool {
        match self {
            Self::Missing => MISSING.contains(&&*label.to_ascii_lowercase()),
            Self::Date => is_date(label),
            Self::Long => label.chars().nth(LONGEST).is_some(),
            Self::Quoted => is_quoted(label),
        }
    }
}

/// Whether a label both begins and ends with a quote.
fn is_quoted(label: &str) -> bool {
    const QUOTES: &[char] = &[
        '"', '\'', '`', '\u{2018}', '\u{2019}', '\u{201A}', '\u{201C}', '\u{201D}', '\u{201E}',
        '\u{AB}', '\u{BB}',
    ];
    let mut characters = label.chars();
    let ends = (characters.next(), characters.next_back());
    matches!(ends, (Some(first), Some(last)) if QUOTES.contains(&first) && QUOTES.contains(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_is_seen() {
        let hundred = "é".repeat(100);
        let table: [(&str, &[LabelSign]); 12] = [
            ("#N/A", &[LabelSign::Missing]),
            ("nan", &[LabelSign::Missing]),
            ("Nancy", &[]),
            ("VIP", &[]),
            ("2026-11-23", &[LabelSign::Date]),
            (&hundred, &[]),
            (&format!("{hundred}x"), &[LabelSign::Long]),
            ("\"VIP\"", &[LabelSign::Quoted]),
            ("\u{201E}VIP\u{201C}", &[LabelSign::Quoted]),
            ("55\" TV", &[]),
            ("TV 55\"", &[]),
            ("\"", &[]),
        ];
        for (label, signs) in table {
            assert_eq!(LabelSign::of(label).collect::<Vec<_>>(), signs, "{label}");
        }
    }
}
