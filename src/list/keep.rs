//! Which further columns of a list its result keeps (contract, section 5).

use std::fmt;
use std::str::FromStr;

use csv::ByteRecord;

use super::ListError;
use super::text::trim;
use super::wishes::{Column, fold, headers, named};
use crate::model::RESULT_COLUMNS;

/// What `--keep email,segment` says: the names of columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keep(Vec<String>);

/// A `--keep` that can't be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// A name is empty.
    #[error(
        "\"{0}\" names no columns: write their names with commas between them, such as email,segment"
    )]
    NoName(String),
    /// The result has a column of that name itself.
    #[error(
        "the result has a column \"{column}\" of its own: leave \"{name}\" out, or rename it in the list"
    )]
    OfResult {
        /// As it was given.
        name: String,
        /// The result's.
        column: &'static str,
    },
    /// In the result it would be taken for one of the three columns of a list.
    #[error(
        "in the result the column \"{name}\" would be taken for the {column} column: leave it out, or rename it in the list"
    )]
    OfList {
        /// As it was given.
        name: String,
        /// What it would be taken for.
        column: &'static str,
    },
    /// It stands there twice.
    #[error("\"{0}\" is named twice")]
    Twice(String),
}

impl Keep {
    /// All that several flags name.
    ///
    /// # Errors
    /// Two of them name the same.
    pub fn joined(all: &[Self]) -> Result<Self, KeepError> {
        let names = all.iter().flat_map(|keep| keep.0.iter().cloned());
        Self::of(names.collect())
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn of(names: Vec<String>) -> Result<Self, KeepError> {
        for (n, name) in names.iter().enumerate() {
            let is_own = |column: &&str| fold(column) == fold(name);
            let name = name.clone();
            if let Some(column) = RESULT_COLUMNS.into_iter().find(is_own) {
                return Err(KeepError::OfResult { name, column });
            }
            if let Some(column) = Column::called(&name) {
                let column = column.name();
                return Err(KeepError::OfList { name, column });
            }
            if names[..n].contains(&name) {
                return Err(KeepError::Twice(name));
            }
        }
        Ok(Self(names))
    }
}

impl FromStr for Keep {
    type Err = KeepError;

    /// Names as a header has them: one that holds a comma stands in quotes.
    fn from_str(text: &str) -> Result<Self, KeepError> {
        let no_name = || KeepError::NoName(text.to_owned());
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let (Some(Ok(record)), None) = (records.next(), records.next()) else {
            return Err(no_name());
        };
        let names: Vec<_> = record.iter().map(|name| trim(name).to_owned()).collect();
        match names.iter().any(String::is_empty) {
            true => Err(no_name()),
            false => Self::of(names),
        }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |name: &String| match name.contains([',', '"']) {
            true => format!("\"{}\"", name.replace('"', "\"\"")),
            false => name.clone(),
        };
        f.write_str(&self.0.iter().map(quoted).collect::<Vec<_>>().join(","))
    }
}

/// The columns that a result keeps, found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Where each stands, and its header.
    columns: Vec<(usize, String)>,
}

impl Kept {
    /// Finds them in a header on `line` of `list`.
    ///
    /// # Errors
    /// One is not there, or not only once.
    pub fn find(
        keep: &Keep,
        header: &ByteRecord,
        list: &str,
        line: u64,
    ) -> Result<Self, ListError> {
        let mut columns: Vec<(usize, String)> = Vec::new();
        for name in &keep.0 {
            let list = list.to_owned();
            let name = name.clone();
            let (at, found) = match named(&name, headers(header))[..] {
                [(at, found)] => (at, found.to_owned()),
                [] => {
                    let quoted = |name: &[u8]| format!("\"{}\"", trim(&super::rules::text(name)));
                    return Err(ListError::NothingToKeep {
                        list,
                        line,
                        name,
                        found: header.iter().map(quoted).collect(),
                    });
                }
                [(first, _), (second, _), ..] => {
                    return Err(ListError::TwoToKeep {
                        list,
                        line,
                        name,
                        positions: (first + 1, second + 1),
                    });
                }
            };
            if columns.iter().any(|(known, _)| *known == at) {
                return Err(ListError::KeptTwice {
                    list,
                    line,
                    name,
                    header: found,
                });
            }
            columns.push((at, found));
        }
        Ok(Self { columns })
    }

    /// All columns of a result that are not its own: what it has kept is carried along.
    pub fn of_result(header: &ByteRecord) -> Self {
        let names = header.iter().map(super::rules::text).enumerate();
        let names = names.map(|(at, name)| (at, trim(&name).to_owned()));
        let kept = names.filter(|(_, name)| !RESULT_COLUMNS.contains(&name.as_str()));
        Self {
            columns: kept.collect(),
        }
    }

    /// Their headers, as they stand in the list.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(_, header)| header.as_str())
    }

    /// Where they stand.
    pub fn positions(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(text: &str) -> Result<String, String> {
        let keep: Keep = text.parse().map_err(|error: KeepError| error.to_string())?;
        Ok(keep.to_string())
    }

    fn found(text: &str, header: &[&str]) -> Result<Vec<(usize, String)>, String> {
        let kept = Kept::find(
            &text.parse().unwrap(),
            &ByteRecord::from(header),
            "list.csv",
            1,
        );
        kept.map(|kept| kept.columns)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn names_are_read_as_those_of_a_header() {
        assert_eq!(keep(" email , Segment").as_deref(), Ok("email,Segment"));
        assert_eq!(
            keep("\"Name, first\",\"a \"\"b\"\"\"").as_deref(),
            Ok("\"Name, first\",\"a \"\"b\"\"\"")
        );
        let bad = [
            "",
            " ",
            "email,",
            "a\nb",
            "email,segment,email",
            "Completed At",
            "outcome",
            "userId",
            "Customer",
            "operation",
            "TAG",
        ];
        let told = bad.map(|text| keep(text).unwrap_err());
        insta::assert_snapshot!(told.join("\n"));
        let flags = ["a,b".parse().unwrap(), "b".parse().unwrap()];
        assert_eq!(Keep::joined(&flags), Err(KeepError::Twice("b".to_owned())));
    }

    #[test]
    fn columns_are_found_as_they_are_called_or_nearly_so() {
        let header = ["userId", " E-Mail ", "email", "Seg ment", "seg_ment"];
        assert_eq!(
            found("email,E-Mail", &header),
            Ok(vec![(2, "email".into()), (1, "E-Mail".into())])
        );
        let told = [
            found("segment", &header),
            found("phone", &header),
            found("Email,email", &["x", "email"]),
        ];
        let told = told.map(Result::unwrap_err);
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn of_a_result_all_is_kept_that_is_not_its_own() {
        let header = ["\u{FEFF}line", "email", "userId", "message", ""];
        let kept = Kept::of_result(&ByteRecord::from(&header[..]));
        assert_eq!(kept.positions().collect::<Vec<_>>(), [1, 4]);
    }
}
