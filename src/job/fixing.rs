//! A list, written again: clean where it is certain what was meant, and all else as it stands (contract, section 1).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::path::Path;

use super::again::{AgainError, read_again};
use super::reading::{Planned, Reading, TOGETHER, plan, too_many_rows};
use crate::list::{
    Delimiter, Entry, Fingerprint, ListError, Slip, Sound, Source, TableWriter, Wishes,
};
use crate::model::FirstLines;
use crate::plan::{Assigned, Assignments, Batch, Builder, Fate, Plan, Totals, certain_renames};
use crate::record::{Disk, SideFile};

/// Labels and the names that they are given in the place of their own; one that stands for itself certainly keeps it.
pub type Renames = HashMap<String, String>;

/// What was done with a list that was written again, by lines of the list.
#[derive(Debug, Default)]
pub struct Fixes {
    /// What was mended.
    pub mended: BTreeMap<Slip, FirstLines>,
    /// Labels that were given another name, and that.
    pub renamed: BTreeMap<(String, String), FirstLines>,
    /// Rows left out, because a later one says the same.
    pub duplicates: FirstLines,
    /// Rows left out, because a later one says the opposite.
    pub superseded: FirstLines,
    /// Rows that break a rule and stand as they were.
    pub unmended: FirstLines,
    /// Rows that keep every rule, and hold bytes elsewhere that are no characters.
    pub unreadable: FirstLines,
    /// What the calls of the list come to as it was written.
    pub totals: Totals,
}

/// Writes a list into `file`: in its own columns and order, mended where that is certain, and without the rows that no call is
/// about because a later one counts. Labels are given the names of `others`, after those that are certain from the list itself.
///
/// # Errors
/// The list is not that with this `fingerprint` any more, or can't be read; or the file can't be written, is there already, or
/// would not be what is said of it. Then nothing is written.
pub fn fix(
    (source, fingerprint): (&Source, Fingerprint),
    reading: &Reading,
    others: &Renames,
    file: &SideFile,
    disk: &dyn Disk,
) -> Result<(Fixes, Planned), AgainError> {
    let (plan, now) = plan_of_sound(source, reading, &Renames::new())?;
    if now != fingerprint {
        return Err(AgainError::changed(source));
    }
    let renames = joined(renames_of(&plan), others);
    let plan = match renames.is_empty() {
        true => plan,
        false => {
            drop(plan);
            let (plan, now) = plan_of_sound(source, reading, &renames)?;
            match now == fingerprint {
                true => plan,
                false => return Err(AgainError::changed(source)),
            }
        }
    };
    let unwritable = |error: io::Error| AgainError::from(file.unwritable(error));
    // All of it is held: no setting says otherwise.
    let groups = plan.held().ok_or_else(|| AgainError::changed(source))?;
    let assignments = Assignments::of(groups, plan.data_rows());
    let mut planned = None;
    let write = |to: &mut dyn Write| {
        let marked = source.marks_its_text(&reading.wishes)?;
        let mut rows = reading.rows(source)?;
        let mut table = TableWriter::new(to, &rows.header(), marked).map_err(unwritable)?;
        let mut fixes = Fixes {
            totals: plan.totals(),
            ..Fixes::default()
        };
        read_again(source, &mut rows, fingerprint, |row, entry| {
            let sound = entry.sound(&renames);
            let fate = match &sound {
                None => None,
                Some(_) => match assignments.on(row) {
                    Assigned::Rejected => return Err(AgainError::changed(source)),
                    Assigned::Called(_) => Some(Fate::Called),
                    Assigned::LeftOut(fate) => Some(fate),
                },
            };
            match fixes.row(entry, sound.as_ref(), fate) {
                Some(fields) => table.write(&fields).map_err(unwritable),
                None => Ok(()),
            }
        })?;
        table.finish().map_err(unwritable)?;
        Ok(fixes)
    };
    let verify = |written: &Path, fixes: &Fixes| {
        let of_fixed = plan_of_fixed(reading, written)?;
        if of_fixed.plan.totals() != fixes.totals {
            return Err(AgainError::Unequal(file.path().to_owned()));
        }
        planned = Some(of_fixed);
        Ok(())
    };
    let fixes = file.write_new(disk, write, verify)?;
    Ok((fixes, planned.ok_or_else(|| AgainError::changed(source))?))
}

/// What a run of the new list would come to.
fn plan_of_fixed(reading: &Reading, path: &Path) -> Result<Planned, ListError> {
    let reading = Reading {
        wishes: Wishes {
            encoding: None,
            sheet: None,
            ..reading.wishes.clone()
        },
        delimiter: Some(Delimiter::COMMA),
        ..reading.clone()
    };
    plan(&Source::open(path, None)?, &reading)
}

/// The labels of a plan that certainly are slips for others of it.
pub(super) fn renames_of(plan: &Plan) -> Renames {
    let uses = plan.label_uses();
    certain_renames(plan.labels(), |label| uses[label.get() as usize])
}

/// Renames, one after the other.
fn joined(mut first: Renames, then: &Renames) -> Renames {
    first.retain(|label, _| then.get(label) != Some(label));
    for name in first.values_mut() {
        if let Some(other) = then.get(name) {
            other.clone_into(name);
        }
    }
    for (label, name) in then {
        first.entry(label.clone()).or_insert_with(|| name.clone());
    }
    // A label keeps its name where two renames lead back to it.
    first.retain(|label, name| label != name);
    first
}

/// The plan of a list as if all that can be mended was.
fn plan_of_sound(
    source: &Source,
    reading: &Reading,
    renames: &Renames,
) -> Result<(Plan, Fingerprint), ListError> {
    let mut rows = reading.rows(source)?;
    let (mut builder, mut batch) = (Builder::default(), Batch::default());
    let mut take = |batch: Batch| {
        let taken = builder.take(&batch, 0, 1.0);
        taken.map_err(|too_many| too_many_rows(source, batch.first_line(), too_many))
    };
    while let Some(entry) = rows.advance()? {
        let sound = entry.sound(renames);
        batch.push(entry.line, sound.as_ref().map(Sound::row));
        if batch.len() == TOGETHER {
            take(std::mem::take(&mut batch))?;
        }
    }
    take(batch)?;
    let fingerprint = rows.fingerprint();
    Ok((builder.finish(reading.policy), fingerprint))
}

impl Fixes {
    /// Notes a row, and gives it as it is written; none where it is left out.
    fn row<'a>(
        &mut self,
        entry: &'a Entry<'_>,
        sound: Option<&Sound<'_>>,
        fate: Option<Fate>,
    ) -> Option<Vec<Cow<'a, str>>> {
        let line = entry.line;
        let (Some(sound), Some(fate)) = (sound, fate) else {
            self.unmended.add(line);
            return Some(entry.fields());
        };
        match fate {
            Fate::Duplicate(_) => {
                self.duplicates.add(line);
                return None;
            }
            Fate::Superseded(_) => {
                self.superseded.add(line);
                return None;
            }
            Fate::Called | Fate::Conflict(_) | Fate::TooManyLabels(_) => {}
        }
        for slip in sound.slips() {
            self.mended.entry(slip).or_default().add(line);
        }
        if let Some(label) = sound.renamed_from() {
            let pair = (label.to_owned(), sound.row().label.to_owned());
            self.renamed.entry(pair).or_default().add(line);
        }
        if entry.is_in_part_unreadable() {
            self.unreadable.add(line);
        }
        Some(entry.mended_fields(sound))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, Change};
    use crate::plan::{Holding, OnConflict, Policy};
    use crate::record::RealDisk;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn renames(pairs: &[(&str, &str)]) -> Renames {
        let pairs = pairs.iter();
        pairs
            .map(|(label, name)| ((*label).to_owned(), (*name).to_owned()))
            .collect()
    }

    #[test]
    fn renames_are_made_one_after_the_other() {
        let own = renames(&[("a ", "a"), ("b ", "b")]);
        let others = renames(&[("a", "A"), ("c", "C"), ("b", "b ")]);
        let expected = renames(&[("a ", "A"), ("a", "A"), ("c", "C"), ("b", "b ")]);
        assert_eq!(joined(own, &others), expected);
    }

    /// A field as a list may hold it: mostly right, sometimes a slip or nonsense.
    fn field(
        right: &'static [&'static str],
        wrong: &'static [&'static str],
    ) -> impl Strategy<Value = &'static str> {
        prop_oneof![
            4 => proptest::sample::select(right),
            1 => proptest::sample::select(wrong),
        ]
    }

    fn rows() -> impl Strategy<Value = Vec<(String, String, String)>> {
        let user = field(
            &["1001", "1002", "1003", "1004"],
            &["1,001", "1.003E+03", "'1004", "5E8", "", "x"],
        );
        let action = field(&["add", "remove", "ADD"], &["delete", "add.", "-", "Added"]);
        let label = field(
            &["Gold Member", "Gold Member", "VIP"],
            &["Gold\u{A0}Member", "gold member", "VIP\u{1}", "a\u{B}b", ""],
        );
        let row = (user, action, label).prop_map(|(user, action, label)| {
            (user.to_owned(), action.to_owned(), label.to_owned())
        });
        let many = (1_u64..2_000)
            .prop_map(|user| (user.to_string(), "add".to_owned(), "Gold Member".to_owned()));
        proptest::collection::vec(prop_oneof![3 => row, 1 => many], 0..60)
    }

    fn reading(on_conflict: OnConflict) -> Reading {
        Reading {
            wishes: Wishes::default(),
            delimiter: None,
            selection: None,
            policy: Policy {
                on_conflict,
                max_labels: 1_000,
            },
            holding: Holding::All,
        }
    }

    fn fixed_as_it_is(source: &Source, reading: &Reading, file: &SideFile) -> (Fixes, Planned) {
        let fingerprint = plan(source, reading).unwrap().fingerprint;
        fix(
            (source, fingerprint),
            reading,
            &Renames::new(),
            file,
            &RealDisk,
        )
        .unwrap()
    }

    type Asked = BTreeMap<(u64, String), Action>;

    /// What the calls of a list ask for.
    fn asked(path: &Path, reading: &Reading) -> Asked {
        let source = Source::open(path, None).unwrap();
        let planned = plan(&source, reading).unwrap();
        let calls = planned.plan.calls();
        let changes = calls.flat_map(|call| {
            let change = |change: &Change| {
                (
                    (call.user.get(), call.name(change).to_owned()),
                    change.action,
                )
            };
            call.changes.iter().map(change).collect::<Vec<_>>()
        });
        changes.collect()
    }

    /// Customers and labels of which a row was mended or renamed, before and after.
    fn touched(path: &Path, reading: &Reading) -> BTreeSet<(u64, String)> {
        let source = Source::open(path, None).unwrap();
        let (plan, _) = plan_of_sound(&source, reading, &Renames::new()).unwrap();
        let renames = renames_of(&plan);
        let mut rows = reading.rows(&source).unwrap();
        let mut touched = BTreeSet::new();
        while let Some(entry) = rows.advance().unwrap() {
            let Some(sound) = entry.sound(&renames) else {
                continue;
            };
            if entry.row.is_err() || sound.renamed_from().is_some() {
                let row = sound.row();
                touched.insert((row.user.get(), row.label.to_owned()));
                touched.extend(
                    sound
                        .renamed_from()
                        .map(|label| (row.user.get(), label.to_owned())),
                );
            }
        }
        touched
    }

    proptest! {
        #[test]
        fn what_was_neither_mended_nor_renamed_is_asked_for_as_before(
            rows in rows(), rejects in any::<bool>(), semicolons in any::<bool>()
        ) {
            let on_conflict = if rejects { OnConflict::Reject } else { OnConflict::LastWins };
            let reading = reading(on_conflict);
            let folder = tempfile::tempdir().unwrap();
            let (list, fixed) = (folder.path().join("list.csv"), folder.path().join("fixed.csv"));
            let delimiter = if semicolons { b';' } else { b',' };
            let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_path(&list).unwrap();
            writer.write_record(["User ID", "remark", "action", "label"]).unwrap();
            for (user, action, label) in &rows {
                writer.write_record([user.as_str(), "a;b,c", action, label]).unwrap();
            }
            drop(writer);
            let source = Source::open(&list, None).unwrap();
            let file = SideFile::new(&fixed, "--fix", &list, &[]).unwrap();
            let (fixes, _) = fixed_as_it_is(&source, &reading, &file);

            let touched = touched(&list, &reading);
            let without = |asked: Asked| -> Asked {
                asked.into_iter().filter(|(key, _)| !touched.contains(key)).collect()
            };
            let (before, after) = (asked(&list, &reading), asked(&fixed, &reading));
            prop_assert_eq!(after.len() as u64, fixes.totals.additions + fixes.totals.removals);
            prop_assert_eq!(without(before), without(after.clone()));

            // Nothing is lost, and a second look finds nothing more to do.
            let written = csv::Reader::from_path(&fixed).unwrap().into_records().count() as u64;
            let left_out = fixes.duplicates.rows() + fixes.superseded.rows();
            prop_assert_eq!(written + left_out, rows.len() as u64);
            let again = folder.path().join("again.csv");
            let file = SideFile::new(&again, "--fix", &fixed, &[]).unwrap();
            let source = Source::open(&fixed, None).unwrap();
            let (fixes, _) = fixed_as_it_is(&source, &reading, &file);
            prop_assert!(fixes.mended.is_empty(), "{:?}", fixes);
            prop_assert_eq!(asked(&again, &reading), after);
        }
    }
}
