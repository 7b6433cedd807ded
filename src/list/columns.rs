//! Header → which column is what (contract, section 1).

use std::str::FromStr;

use csv::ByteRecord;

use super::ListError;
use super::text::trim;
use crate::model::Action;

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
    const ALL: [Self; 3] = [Self::UserId, Self::Action, Self::Label];

    /// The column's own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserId => "userId",
            Self::Action => "action",
            Self::Label => "label",
        }
    }

    /// The names that are taken for it, folded.
    fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::UserId => &["userid", "customerid", "customer"],
            Self::Action => &["action", "operation"],
            Self::Label => &["label", "labelname", "tag"],
        }
    }

    /// How a list does without the column.
    fn hint(self) -> &'static str {
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
fn fold(header: &str) -> String {
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
    fn of(&self, column: Column) -> Option<&str> {
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

/// What the person says about the columns, by flags.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// `--columns`.
    pub names: ColumnNames,
    /// `--action`: every row's action.
    pub action: Option<Action>,
    /// `--label`: every row's label.
    pub label: Option<String>,
}

impl Wishes {
    /// The positions of the headers that match a column.
    fn matches<'h>(&self, column: Column, header: &'h ByteRecord) -> Vec<(usize, &'h str)> {
        let headers = || {
            header
                .iter()
                .enumerate()
                .filter_map(|(at, name)| Some((at, trim(str::from_utf8(name).ok()?))))
        };
        let Some(wanted) = self.names.of(column) else {
            return headers()
                .filter(|(_, name)| column.aliases().contains(&fold(name).as_str()))
                .collect();
        };
        let exact: Vec<_> = headers().filter(|(_, name)| *name == wanted).collect();
        if exact.is_empty() {
            headers()
                .filter(|(_, name)| fold(name) == fold(wanted))
                .collect()
        } else {
            exact
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
    fn supplied(&self, column: Column) -> Option<&'static str> {
        match column {
            Column::UserId => None,
            Column::Action => self.action.is_some().then_some("--action"),
            Column::Label => self.label.is_some().then_some("--label"),
        }
    }
}

/// Where a row's action or label comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin<T> {
    /// The column at this position, from 0.
    Column(usize),
    /// A flag: the same for every row.
    Flag(T),
}

/// Which column is what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The position of the ids.
    pub user: usize,
    /// Where actions come from.
    pub action: Origin<Action>,
    /// Where labels come from.
    pub label: Origin<String>,
    /// How many fields the header has.
    pub width: usize,
}

impl Columns {
    /// Finds the three columns in a header on `line` of `list`.
    ///
    /// # Errors
    /// A column is missing, matched twice, or both there and supplied by a flag.
    pub fn find(
        header: &ByteRecord,
        wishes: &Wishes,
        list: &str,
        line: u64,
    ) -> Result<Self, ListError> {
        let search = Search {
            header,
            wishes,
            list,
            line,
        };
        let user = search
            .position(Column::UserId)?
            .ok_or_else(|| search.missing(Column::UserId))?;
        let action = match (search.position(Column::Action)?, wishes.action) {
            (Some(at), _) => Origin::Column(at),
            (None, Some(action)) => Origin::Flag(action),
            (None, None) => return Err(search.missing(Column::Action)),
        };
        let label = match (search.position(Column::Label)?, &wishes.label) {
            (Some(at), _) => Origin::Column(at),
            (None, Some(label)) => Origin::Flag(label.clone()),
            (None, None) => return Err(search.missing(Column::Label)),
        };
        Ok(Self {
            user,
            action,
            label,
            width: header.len(),
        })
    }

    /// The positions that are columns of the list, with what they hold.
    pub fn positions(&self) -> impl Iterator<Item = (Column, usize)> {
        let action = match self.action {
            Origin::Column(at) => Some((Column::Action, at)),
            Origin::Flag(_) => None,
        };
        let label = match self.label {
            Origin::Column(at) => Some((Column::Label, at)),
            Origin::Flag(_) => None,
        };
        [Some((Column::UserId, self.user)), action, label]
            .into_iter()
            .flatten()
    }
}

struct Search<'a> {
    header: &'a ByteRecord,
    wishes: &'a Wishes,
    list: &'a str,
    line: u64,
}

impl Search<'_> {
    fn position(&self, column: Column) -> Result<Option<usize>, ListError> {
        let matches = self.wishes.matches(column, self.header);
        let (at, header) = match matches[..] {
            [] => return Ok(None),
            [one] => one,
            [(first, one), (second, other), ..] => {
                return Err(ListError::TwoColumns {
                    list: self.list.to_owned(),
                    line: self.line,
                    column: column.name(),
                    first: one.to_owned(),
                    second: other.to_owned(),
                    positions: (first + 1, second + 1),
                });
            }
        };
        match self.wishes.supplied(column) {
            None => Ok(Some(at)),
            Some(flag) => Err(ListError::Supplied {
                list: self.list.to_owned(),
                line: self.line,
                column: column.name(),
                header: header.to_owned(),
                flag,
            }),
        }
    }

    fn missing(&self, column: Column) -> ListError {
        let quoted = |name: &[u8]| format!("\"{}\"", trim(&String::from_utf8_lossy(name)));
        let hint = match self.wishes.names.of(column) {
            Some(wanted) => format!("--columns asks for \"{wanted}\""),
            None => column.hint().to_owned(),
        };
        let found = self.header.iter().map(quoted).collect();
        ListError::MissingColumn {
            list: self.list.to_owned(),
            line: self.line,
            column: column.name(),
            found,
            hint,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(header: &[&str], wishes: &Wishes) -> Result<Columns, String> {
        Columns::find(&ByteRecord::from(header), wishes, "list.csv", 1)
            .map_err(|error| error.to_string())
    }

    fn at(user: usize, action: usize, label: usize, width: usize) -> Result<Columns, String> {
        Ok(Columns {
            user,
            action: Origin::Column(action),
            label: Origin::Column(label),
            width,
        })
    }

    #[test]
    fn columns_are_found_under_every_name_in_any_case_and_spelling() {
        let none = Wishes::default();
        assert_eq!(find(&["userId", "action", "label"], &none), at(0, 1, 2, 3));
        assert_eq!(
            find(&["\u{FEFF}User ID", "ACTION", "label_name"], &none),
            at(0, 1, 2, 3)
        );
        assert_eq!(
            find(&["x", "Tag", "Customer-Id", "operation"], &none),
            at(2, 3, 1, 4)
        );
        assert_eq!(
            find(&["customer", " Label Name ", "Action"], &none),
            at(0, 2, 1, 3)
        );
    }

    #[test]
    fn columns_may_be_named_outright() {
        let wishes = Wishes {
            names: "userId=crm_id,label=Segment".parse().unwrap(),
            ..Wishes::default()
        };
        assert_eq!(
            find(&["userId", "crm_id", "action", "segment"], &wishes),
            at(1, 2, 3, 4)
        );
        assert!(
            find(&["userId", "action", "label"], &wishes)
                .unwrap_err()
                .contains("--columns asks for \"crm_id\"")
        );
    }

    #[test]
    fn two_columns_that_match_are_an_error_that_names_the_cure() {
        let sentence = find(
            &["userId", "customer id", "action", "label"],
            &Wishes::default(),
        )
        .unwrap_err();
        assert!(sentence.contains("--columns userId=NAME"), "{sentence}");
    }

    #[test]
    fn a_missing_column_is_told_with_what_was_found() {
        let sentence = find(&["id", "action"], &Wishes::default()).unwrap_err();
        assert!(
            sentence.contains("no column is the userId column; found: \"id\", \"action\""),
            "{sentence}"
        );
    }

    #[test]
    fn a_bare_column_of_ids_is_a_list_with_both_flags() {
        let wishes = Wishes {
            action: Some(Action::Add),
            label: Some("VIP".into()),
            ..Wishes::default()
        };
        let (action, label) = (Origin::Flag(Action::Add), Origin::Flag("VIP".to_owned()));
        assert_eq!(
            find(&["customerId"], &wishes),
            Ok(Columns {
                user: 0,
                action,
                label,
                width: 1
            })
        );
    }

    #[test]
    fn a_flag_beside_its_column_is_refused() {
        let wishes = Wishes {
            action: Some(Action::Add),
            ..Wishes::default()
        };
        let sentence = find(&["userId", "Operation", "label"], &wishes).unwrap_err();
        assert!(
            sentence.contains("\"Operation\" is the action column, and --action supplies it too"),
            "{sentence}"
        );
    }

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
