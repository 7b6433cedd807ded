//! Rows that break a rule and can be read in one way only: what they say, once that is mended. Pure.
//!
//! `id`, `action` and `label` decide for a field each; a row is mended where every field that breaks a rule can be. Nothing is
//! guessed: what could mean two things is left as it stands.

mod action;
mod id;
mod label;
mod peel;
mod slip;

use std::borrow::Cow;
use std::collections::HashMap;

use csv::ByteRecord;

pub use slip::Slip;

use super::columns::{Columns, Origin};
use super::text::trim;
use super::{rules, workbook};
use crate::model::{Action, Row, UserId};

/// What a row says that keeps every rule, or does once it is mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound<'a> {
    user: UserId,
    action: Action,
    label: Cow<'a, str>,
    slips: [Option<Slip>; 3],
    /// The label as it stood, where it was given another name.
    renamed: Option<Cow<'a, str>>,
}

impl<'a> Sound<'a> {
    /// A row that keeps every rule.
    pub(super) fn of(row: &Row<'a>) -> Self {
        Self {
            user: row.user,
            action: row.action,
            label: row.label.into(),
            slips: [None; 3],
            renamed: None,
        }
    }

    /// A row that breaks a rule; none where it can't be mended with certainty.
    pub(super) fn mended(record: &'a ByteRecord, columns: &'a Columns) -> Option<Self> {
        rules::no_extra_fields(record, columns).ok()?;
        rules::nothing_missing(record, columns).ok()?;
        let (user, in_user) = kept_or(
            readable(record, columns.user)?,
            |field| rules::user_id(field).ok(),
            id::mended,
        )?;
        let (action, in_action) = match columns.action {
            Origin::Flag(action) => (action, None),
            Origin::Column(at) => {
                kept_or(readable(record, at)?, Action::from_word, action::mended)?
            }
        };
        let (label, in_label) = match &columns.label {
            Origin::Flag(label) => (label.as_str(), None),
            Origin::Column(at) => kept_or(
                readable(record, *at)?,
                |field| rules::label_name(field).ok(),
                label::mended,
            )?,
        };
        let slips = [in_user, in_action, in_label];
        // What breaks another rule than those of its fields is not mended by leaving them as they are.
        slips.iter().any(Option::is_some).then_some(Self {
            user,
            action,
            label: label.into(),
            slips,
            renamed: None,
        })
    }

    /// The same with its label under another name, where it has one.
    pub(super) fn renamed(self, renames: &HashMap<String, String>) -> Self {
        match renames.get(&*self.label) {
            None => self,
            Some(name) => Self {
                label: name.clone().into(),
                renamed: Some(self.label),
                ..self
            },
        }
    }

    /// The row.
    pub fn row(&self) -> Row<'_> {
        Row {
            user: self.user,
            action: self.action,
            label: &self.label,
        }
    }

    /// What was mended of it.
    pub fn slips(&self) -> impl Iterator<Item = Slip> {
        self.slips.into_iter().flatten()
    }

    /// The label as it stood, where it was given another name.
    pub fn renamed_from(&self) -> Option<&str> {
        self.renamed.as_deref()
    }

    /// Puts what was mended in the place of what stands in the list's fields.
    pub(super) fn put_into(&self, fields: &mut [Cow<'_, str>], columns: &Columns) {
        let [user, action, label] = self.slips;
        let mut put = |at: usize, value: String| {
            if let Some(field) = fields.get_mut(at) {
                *field = value.into();
            }
        };
        if user.is_some() {
            put(columns.user, self.user.to_string());
        }
        match columns.action {
            Origin::Column(at) if action.is_some() => put(at, self.action.to_string()),
            _ => {}
        }
        match columns.label {
            Origin::Column(at) if label.is_some() || self.renamed.is_some() => {
                put(at, self.label.clone().into_owned());
            }
            _ => {}
        }
    }
}

/// A field that is whole: text of which nothing was lost.
fn readable(record: &ByteRecord, at: usize) -> Option<&str> {
    let text = str::from_utf8(record.get(at)?).ok()?;
    let is_whole = !text.contains(char::REPLACEMENT_CHARACTER) && workbook::marked(text).is_none();
    is_whole.then(|| trim(text))
}

/// What a field says by the rules, else what it says once it is mended, and of what.
fn kept_or<'a, T>(
    field: &'a str,
    rule: impl Fn(&'a str) -> Option<T>,
    mend: impl Fn(&'a str) -> Option<(T, Slip)>,
) -> Option<(T, Option<Slip>)> {
    match rule(field) {
        Some(value) => Some((value, None)),
        None => mend(field).map(|(value, slip)| (value, Some(slip))),
    }
}
