//! A data row as it was read, and what else is told of it.

use std::borrow::Cow;
use std::collections::HashMap;

use csv::ByteRecord;

use super::columns::{Columns, Origin};
use super::encoding::reads_in_windows_1252;
use super::keep::Kept;
use super::mend::Sound;
use super::whole::spoiled;
use super::{rules, text};
use crate::model::{Action, Rejection, Row};

/// A data row: where it stands, and what it says or which rule it breaks.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The physical line on which it starts; for a row of a result, that of the list which was run.
    pub line: u64,
    /// The row, or the rule that it breaks.
    pub row: Result<Row<'a>, Rejection>,
    pub(super) record: &'a ByteRecord,
    pub(super) columns: &'a Columns,
    pub(super) kept: &'a Kept,
    /// Whether it is taken as its opposite.
    pub(super) is_inverted: bool,
    /// Whether it keeps every rule by what can be seen of it.
    pub(super) reads_well: bool,
}

impl Entry<'_> {
    /// The fields of the further columns that the result keeps; empty where the row ends before them.
    pub fn kept(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let fields = self.kept.positions();
        fields.map(|at| rules::text(self.record.get(at).unwrap_or_default()))
    }

    /// All of its fields as they stand in the list, those included for which the header has no name: bad bytes as U+FFFD. A
    /// label that would pass for one though the row is rejected, such as a workbook's date, has a U+FFFD before it.
    pub fn fields(&self) -> Vec<Cow<'_, str>> {
        let mut fields: Vec<_> = self.record.iter().map(rules::text).collect();
        if let (true, Origin::Column(at)) = (self.is_inverted, &self.columns.action)
            && let Some(field) = fields.get_mut(*at)
        {
            let [_, action, _] = self.raw();
            *field = action.into();
        }
        if let Origin::Column(at) = self.columns.label
            && let (Some(field), Some(stands)) = (fields.get_mut(at), self.record.get(at))
            && (self.is_lost() || rules::is_marked(stands))
        {
            *field = spoiled(field).into();
        }
        fields
    }

    /// Whether it looks well and is rejected all the same, because what was wrong with it can't be seen any more.
    fn is_lost(&self) -> bool {
        self.reads_well && self.row.is_err()
    }

    /// What the row says, also where it breaks a rule and can be mended with certainty; `renames` gives labels other names.
    pub fn sound(&self, renames: &HashMap<String, String>) -> Option<Sound<'_>> {
        let sound = match &self.row {
            Ok(row) => Some(Sound::of(row)),
            Err(_) => Sound::mended(self.record, self.columns),
        };
        // What a flag says is nowhere in the list.
        sound.map(|sound| match self.columns.label {
            Origin::Column(_) => sound.renamed(renames),
            Origin::Flag(_) => sound,
        })
    }

    /// All of its fields, with what was mended in the place of what stands there.
    pub fn mended_fields(&self, sound: &Sound<'_>) -> Vec<Cow<'_, str>> {
        let mut fields = self.fields();
        sound.put_into(&mut fields, self.columns);
        fields
    }

    /// Whether some field holds bytes that are no characters.
    pub fn is_in_part_unreadable(&self) -> bool {
        let is_unreadable = |field: &[u8]| match str::from_utf8(field) {
            Ok(text) => text.contains(['\0', char::REPLACEMENT_CHARACTER]),
            Err(_) => true,
        };
        self.record.iter().any(is_unreadable)
    }

    /// Whether it is no UTF-8, and makes sense in windows-1252, in which Excel writes plain CSV in the West.
    pub fn reads_in_windows_1252(&self) -> bool {
        let mut fields = self.record.iter();
        let is_foreign = self
            .record
            .iter()
            .any(|field| str::from_utf8(field).is_err());
        is_foreign
            && fields.all(|field| str::from_utf8(field).is_ok() || reads_in_windows_1252(field))
    }

    /// `userId`, `action` and `label` as they stand in the list.
    pub fn raw(&self) -> [String; 3] {
        let [user, action, label] = rules::raw_fields(self.record, self.columns);
        let inverse = match Action::from_word(text::trim(&action)) {
            Some(action) if self.is_inverted => Some(action.inverse().as_str().to_owned()),
            _ => None,
        };
        [user, inverse.unwrap_or(action), label]
    }
}
