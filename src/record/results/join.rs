//! Shards → one result: the rows of all, in the order of the list (contract, section 8).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{Read, Write};

use super::fold::Folded;
use super::reader::ReadRow;
use super::{ResultError, ResultReader, ResultWriter};

/// Joins the results of shards and writes their rows in the order of the list, with the further columns that all of them have.
/// One row of each is held at a time.
///
/// # Errors
/// One of them can't be read, has other columns, or a row that another has, too; or what they come to can't be written.
pub fn join<R: Read>(
    mut shards: Vec<ResultReader<R>>,
    to: impl Write,
) -> Result<Folded, ResultError> {
    let mut writer = ResultWriter::new(to, further_columns(&shards)?)?;
    let mut folded = Folded::default();
    let (mut next, mut heads) = (BinaryHeap::new(), Vec::new());
    for (at, shard) in shards.iter_mut().enumerate() {
        let head = shard.advance()?;
        next.extend(head.as_ref().map(|row| Reverse((row.line, at))));
        heads.push(head);
    }
    let mut last: Option<(u64, usize)> = None;
    while let Some(Reverse((line, at))) = next.pop() {
        if let Some((before, other)) = last
            && before == line
        {
            return Err(ResultError::InBoth {
                path: shards[at].path().to_owned(),
                line,
                other: shards[other].path().to_owned(),
            });
        }
        last = Some((line, at));
        let row: Option<ReadRow> = heads[at].take();
        if let Some(row) = row {
            writer.write(&row.to_write(), shards[at].further())?;
            folded.count(&row);
        }
        heads[at] = shards[at].advance()?;
        next.extend(heads[at].as_ref().map(|row| Reverse((row.line, at))));
    }
    writer.finish()?.flush()?;
    folded.read = shards.iter().map(ResultReader::rows_read).collect();
    Ok(folded)
}

/// The columns beyond a result's own, which must be the same in all.
fn further_columns<R: Read>(shards: &[ResultReader<R>]) -> Result<Vec<&str>, ResultError> {
    let columns = |shard: &'_ ResultReader<R>| shard.further_headers().map(str::to_owned).collect();
    let Some(first) = shards.first() else {
        return Ok(Vec::new());
    };
    let of_first: Vec<String> = columns(first);
    match shards.iter().find(|shard| columns(shard) != of_first) {
        Some(other) => Err(ResultError::OtherColumns {
            path: other.path().to_owned(),
            first: first.path().to_owned(),
        }),
        None => Ok(first.further_headers().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Outcome, OutcomeKind};
    use proptest::prelude::*;
    use std::path::Path;

    fn written(lines: &[u64], further: &[&str]) -> Vec<u8> {
        let mut writer = ResultWriter::new(Vec::new(), further.iter().copied()).unwrap();
        for line in lines {
            let row = ReadRow {
                line: *line,
                fields: [line.to_string(), "add".into(), "VIP, \"x\"".into()],
                outcome: Outcome::new(OutcomeKind::Failed, "8015", "nobody"),
                status: Some(200),
                attempts: 2,
                at: None,
            };
            let kept = further.iter().map(|name| format!("{name} of {line}"));
            writer.write(&row.to_write(), kept).unwrap();
        }
        writer.finish().unwrap()
    }

    fn joined(shards: &[Vec<u8>]) -> Result<(Vec<u8>, Folded), String> {
        let names = ["one.csv", "two.csv", "three.csv", "four.csv"].map(Path::new);
        let readers = names.into_iter().zip(shards);
        let readers = readers.map(|(name, text)| ResultReader::new(name, &text[..]).unwrap());
        let mut output = Vec::new();
        let folded = join(readers.collect(), &mut output).map_err(|error| error.to_string())?;
        Ok((output, folded))
    }

    #[test]
    fn a_row_that_two_have_is_refused_and_so_are_other_columns() {
        let told = joined(&[written(&[2, 5], &[]), written(&[3, 5], &[])]).unwrap_err();
        assert_eq!(
            told,
            "two.csv and one.csv both have a row for line 5 of the list: they are not shards of one list"
        );
        let told = joined(&[written(&[2], &["email"]), written(&[3], &["segment"])]).unwrap_err();
        assert!(
            told.starts_with("two.csv has other columns than one.csv"),
            "{told}"
        );
    }

    proptest! {
        #[test]
        fn what_was_cut_is_joined_to_the_same_bytes(cut in proptest::collection::vec(0usize..4, 0..60)) {
            let lines = |of: Option<usize>| -> Vec<u64> {
                let lines = (2..).zip(&cut).filter(|(_, shard)| of.is_none_or(|of| of == **shard));
                lines.map(|(line, _)| line).collect()
            };
            let shards = [0, 1, 2, 3].map(|shard| written(&lines(Some(shard)), &["email"]));
            let (output, folded) = joined(&shards).unwrap();
            prop_assert_eq!(output, written(&lines(None), &["email"]));
            prop_assert_eq!(folded.read.iter().sum::<u64>(), cut.len() as u64);
            prop_assert_eq!((folded.tally.total(), folded.to_look_at), (cut.len() as u64, cut.len() as u64));
        }
    }
}
