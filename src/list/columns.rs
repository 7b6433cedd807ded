//! Header → which column is what (contract, section 1).

use csv::ByteRecord;

use super::ListError;
use super::delimiter::untold;
use super::misnamed::misnamed;
use super::text::trim;
use super::wishes::{Column, Wishes};
use crate::model::{Action, UserId};

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
        let columns = Self {
            user,
            action,
            label,
            width: header.len(),
        };
        match columns.named_twice() {
            None => Ok(columns),
            Some((at, first, second)) => Err(ListError::OneForTwo {
                list: list.to_owned(),
                line,
                header: trim(&String::from_utf8_lossy(&header[at])).to_owned(),
                columns: (first.name(), second.name()),
            }),
        }
    }

    /// A position that two columns share, because `--columns` says so.
    fn named_twice(&self) -> Option<(usize, Column, Column)> {
        let all: Vec<_> = self.positions().collect();
        let twice = |(index, (column, at)): (usize, &(Column, usize))| {
            let (other, _) = all[index + 1..].iter().find(|(_, other)| other == at)?;
            Some((*at, *column, *other))
        };
        all.iter().enumerate().find_map(twice)
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

    /// Whether it is no header: it has an id, which no column is called.
    fn is_a_row(&self) -> bool {
        let names = self
            .header
            .iter()
            .filter_map(|name| str::from_utf8(name).ok());
        names.map(trim).any(|name| {
            let is_number = name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_digit());
            is_number && name.parse().ok().and_then(UserId::new).is_some()
        })
    }

    fn missing(&self, column: Column) -> ListError {
        let asked = self.wishes.names.of(column);
        let meant = misnamed(column, self.header, self.wishes);
        let hint = match (untold(self.header, self.wishes), asked, meant) {
            _ if self.header.iter().any(|name| name.contains(&0)) => {
                "it has bytes that no text has: if it is in UTF-16, say so with --encoding utf-16le"
                    .to_owned()
            }
            (_, None, None) if self.is_a_row() => format!(
                "this line looks like a row: put one above it that names the columns, such as {}",
                Column::ALL.map(Column::name).join(",")
            ),
            (Some(sign), ..) => {
                format!("its fields seem to stand between {sign} signs: add --delimiter '{sign}'")
            }
            (None, Some(wanted), Some(meant)) => {
                format!("--columns asks for \"{wanted}\": {meant}")
            }
            (None, Some(wanted), None) => format!("--columns asks for \"{wanted}\""),
            (None, None, Some(meant)) => meant,
            (None, None, None) => column.hint().to_owned(),
        };
        let found = self.header.iter().map(shown).collect();
        ListError::MissingColumn {
            list: self.list.to_owned(),
            line: self.line,
            column: column.name(),
            found,
            hint,
        }
    }
}

/// A header as people are shown it: without what a terminal would obey, and not without end.
fn shown(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let name = trim(&name).chars().take(LONGEST_SHOWN);
    let name: String = name
        .map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect();
    format!("\"{name}\"")
}

/// So much of a header is shown.
const LONGEST_SHOWN: usize = 40;

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
    fn one_column_is_never_two() {
        let wishes = Wishes {
            names: "label=userId".parse().unwrap(),
            ..Wishes::default()
        };
        let sentence = find(&["userId", "action"], &wishes).unwrap_err();
        assert!(
            sentence.contains("\"userId\" can't be both the userId and the label column"),
            "{sentence}"
        );
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
    fn misspelt_columns_are_answered_with_the_flag_that_names_them() {
        let hint = |header: &[&str], names: &str| {
            let names = names.parse().unwrap_or_default();
            let wishes = Wishes {
                names,
                ..Wishes::default()
            };
            find(header, &wishes).unwrap_err()
        };
        for (header, names, expected) in [
            (
                &["user_idd", "actoin", "lable"][..],
                "",
                "are \"user_idd\", \"actoin\" and \"lable\" meant? Then add --columns userId=user_idd,action=actoin,label=lable",
            ),
            (
                &["userId", "action", "My lable", "lable"],
                "",
                "is \"lable\" meant? Then add --columns label=lable",
            ),
            (
                &["crm_id", "action", "segment"],
                "userId=crm_id,label=segmnt",
                "--columns asks for \"segmnt\": is \"segment\" meant? Then add --columns userId=crm_id,label=segment",
            ),
            (
                &["userId", "action", "label name s"],
                "",
                "add --columns 'label=label name s'",
            ),
            (&["name", "city"], "", "name it with --columns userId=NAME"),
        ] {
            let told = hint(header, names);
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn a_delimiter_that_is_not_told_by_itself_is_named() {
        let sentence = find(&["userId^action^label"], &Wishes::default()).unwrap_err();
        assert!(sentence.ends_with("add --delimiter '^'"), "{sentence}");
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
}
