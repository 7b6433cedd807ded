//! The three columns, their names, and what the person says about them by flags (contract, section 1).

use std::str::FromStr;

use csv::ByteRecord;

use super::encoding::Encoding;
use super::keep::Keep;
use super::text::trim;
use super::whole::own_width;
use crate::model::{Action, Part, RejectCode};

/// One of the three columns that make a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Whose labels change.
    UserId,
    /// What is done.
    Action,
    /// Which label.
    Label,
}

impl Column {
    /// All three.
    pub const ALL: [Self; 3] = [Self::UserId, Self::Action, Self::Label];

    /// The column's own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserId => "userId",
            Self::Action => "action",
            Self::Label => "label",
        }
    }

    /// The names that are taken for it, folded.
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::UserId => &["userid", "customerid", "customer"],
            Self::Action => &["action", "operation"],
            Self::Label => &["label", "labelname", "tag"],
        }
    }

    /// The column that a header of this name is taken for.
    pub(super) fn called(name: &str) -> Option<Self> {
        let folded = fold(name);
        let is_called = |column: &Self| column.aliases().contains(&folded.as_str());
        Self::ALL.into_iter().find(is_called)
    }

    /// The code of a row that has nothing of use in the column.
    pub fn broken(self) -> RejectCode {
        match self {
            Self::UserId => RejectCode::InvalidUserId,
            Self::Action => RejectCode::InvalidAction,
            Self::Label => RejectCode::InvalidLabel,
        }
    }

    /// How a list does without the column.
    pub fn hint(self) -> &'static str {
        match self {
            Self::UserId => "name it with --columns userId=NAME",
            Self::Action => {
                "name it with --columns action=NAME, or give every row the same with --action add"
            }
            Self::Label => {
                "name it with --columns label=NAME, or give every row the same with --label NAME"
            }
        }
    }
}

/// A header without case, spaces, `_` and `-`.
pub(super) fn fold(header: &str) -> String {
    let kept = trim(header)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'));
    kept.flat_map(char::to_lowercase).collect()
}

/// What `--columns userId=crm_id,label=segment` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnNames {
    names: Vec<(Column, String)>,
}

impl ColumnNames {
    /// Those of a result: each column has its own name.
    pub fn of_result() -> Self {
        let own = |column: Column| (column, column.name().to_owned());
        Self {
            names: Column::ALL.map(own).to_vec(),
        }
    }

    /// The same with another name for a column.
    pub fn with(mut self, column: Column, name: &str) -> Self {
        self.names.retain(|(named, _)| *named != column);
        self.names.push((column, name.to_owned()));
        self.names.sort_by_key(|(column, _)| *column as u8);
        self
    }

    /// The name that is given for a column.
    pub fn of(&self, column: Column) -> Option<&str> {
        self.names
            .iter()
            .find(|(named, _)| *named == column)
            .map(|(_, name)| name.as_str())
    }
}

impl std::fmt::Display for ColumnNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pairs: Vec<_> = self
            .names
            .iter()
            .map(|(column, name)| format!("{}={name}", column.name()))
            .collect();
        f.write_str(&pairs.join(","))
    }
}

/// A `--columns` that can't be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnNamesError {
    /// No `column=NAME`.
    #[error("\"{0}\" names no column: write pairs such as userId=crm_id,label=segment")]
    NoPair(String),
    /// Not one of the three.
    #[error("\"{0}\" is none of the columns userId, action, label")]
    Unknown(String),
    /// A column is named twice, or two by the same name.
    #[error("\"{0}\" is given twice: each of userId, action and label has a column of its own")]
    Twice(String),
}

impl FromStr for ColumnNames {
    type Err = ColumnNamesError;

    fn from_str(text: &str) -> Result<Self, ColumnNamesError> {
        let mut names: Vec<(Column, String)> = Vec::new();
        for pair in text.split(',') {
            let (key, name) = pair
                .split_once('=')
                .ok_or_else(|| ColumnNamesError::NoPair(pair.to_owned()))?;
            let (key, name) = (trim(key), trim(name));
            if name.is_empty() {
                return Err(ColumnNamesError::NoPair(pair.to_owned()));
            }
            let column = Column::ALL
                .into_iter()
                .find(|column| fold(column.name()) == fold(key));
            let column = column.ok_or_else(|| ColumnNamesError::Unknown(key.to_owned()))?;
            if let Some((_, twice)) = names
                .iter()
                .find(|(known, taken)| *known == column || taken == name)
            {
                return Err(ColumnNamesError::Twice(
                    if twice == name { name } else { key }.to_owned(),
                ));
            }
            names.push((column, name.to_owned()));
        }
        Ok(Self { names })
    }
}

/// The positions of the headers that have a name: exactly, or else without regard to case, spaces, `_` and `-`.
pub(super) fn named<'h>(
    wanted: &str,
    headers: impl Iterator<Item = (usize, &'h str)> + Clone,
) -> Vec<(usize, &'h str)> {
    let exact: Vec<_> = headers
        .clone()
        .filter(|(_, name)| *name == wanted)
        .collect();
    match exact.is_empty() {
        true => headers
            .filter(|(_, name)| fold(name) == fold(wanted))
            .collect(),
        false => exact,
    }
}

/// The headers that are text, trimmed, with their positions.
pub(super) fn headers(header: &ByteRecord) -> impl Iterator<Item = (usize, &str)> + Clone {
    let names = header.iter().enumerate();
    names.filter_map(|(at, name)| Some((at, trim(str::from_utf8(name).ok()?))))
}

/// What the person says about the columns, by flags.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// `--columns`.
    pub names: ColumnNames,
    /// `--action`: every row's action.
    pub action: Option<Action>,
    /// `--label`: every row's label.
    pub label: Option<String>,
    /// `--encoding`: what the list is in.
    pub encoding: Option<Encoding>,
    /// `--sheet`: the sheet of a workbook.
    pub sheet: Option<String>,
    /// `--keep`: which further columns the result keeps. It shapes no plan.
    pub keep: Keep,
    /// `--shard`: the customers whose rows are taken; those of others are read, checked for what makes the whole list unusable,
    /// and passed over.
    pub share: Part,
}

impl Wishes {
    /// The positions of the headers that match a column. What a file of rejected rows has behind its list's own columns counts
    /// only where none of those does.
    pub fn matches<'h>(&self, column: Column, header: &'h ByteRecord) -> Vec<(usize, &'h str)> {
        let width = own_width(header);
        let own = headers(header).take_while(|(at, _)| *at < width);
        let own = self.matches_among(column, own);
        match own.is_empty() {
            true => self.matches_among(column, headers(header)),
            false => own,
        }
    }

    fn matches_among<'h>(
        &self,
        column: Column,
        headers: impl Iterator<Item = (usize, &'h str)> + Clone,
    ) -> Vec<(usize, &'h str)> {
        match self.names.of(column) {
            Some(wanted) => named(wanted, headers),
            None => headers
                .filter(|(_, name)| Column::called(name) == Some(column))
                .collect(),
        }
    }

    /// How many of the three columns a header has.
    pub fn columns_found(&self, header: &ByteRecord) -> usize {
        Column::ALL
            .into_iter()
            .filter(|column| !self.matches(*column, header).is_empty())
            .count()
    }

    /// Whether a flag supplies the column, and which.
    pub fn supplied(&self, column: Column) -> Option<&'static str> {
        match column {
            Column::UserId => None,
            Column::Action => self.action.is_some().then_some("--action"),
            Column::Label => self.label.is_some().then_some("--label"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_be_meant_are_refused() {
        for text in [
            "",
            "userId",
            "userId=",
            "id=x",
            "userId=a,userId=b",
            "userId=a,label=a",
        ] {
            assert!(text.parse::<ColumnNames>().is_err(), "{text}");
        }
    }
}
