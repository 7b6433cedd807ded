//! Entries are read ahead, on a thread of their own, of who takes them.

use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::entry::Entry;
use super::reader::{Reader, Unreadable};

/// So many entries go from hand to hand at once.
const BATCH: usize = 1024;

/// So many times that is read ahead at most.
const AHEAD: usize = 8;

/// Tells `each` entry of a journal that counts, in their order. What comes before the end of the first batch is read without a
/// thread.
///
/// # Errors
/// What `each` says, which ends it; or what the journal can't be read for, as `failed` has it.
pub fn tell_all<R: Read + Send, E>(
    reader: &mut Reader<R>,
    failed: impl Fn(Unreadable) -> E,
    mut each: impl FnMut(Entry) -> Result<(), E>,
) -> Result<(), E> {
    let (first, is_all) = batch(reader);
    let mut take = |batch: Batch| {
        batch.entries.into_iter().try_for_each(&mut each)?;
        batch.unreadable.map_or(Ok(()), |why| Err(failed(why)))
    };
    take(first)?;
    if is_all {
        return Ok(());
    }
    thread::scope(|scope| {
        let (sender, batches) = sync_channel(AHEAD);
        scope.spawn(|| read_ahead(reader, sender));
        take_all(batches, take)
    })
}

/// Entries, and why there are no more if that is no good end.
struct Batch {
    entries: Vec<Entry>,
    unreadable: Option<Unreadable>,
}

/// The next entries, and whether they are the last.
fn batch<R: Read>(reader: &mut Reader<R>) -> (Batch, bool) {
    let mut entries = Vec::with_capacity(BATCH);
    while entries.len() < BATCH {
        let unreadable = match reader.next() {
            Ok(Some(entry)) => {
                entries.push(entry);
                continue;
            }
            Ok(None) => None,
            Err(unreadable) => Some(unreadable),
        };
        return (
            Batch {
                entries,
                unreadable,
            },
            true,
        );
    }
    let unreadable = None;
    (
        Batch {
            entries,
            unreadable,
        },
        false,
    )
}

fn read_ahead<R: Read>(reader: &mut Reader<R>, sender: SyncSender<Batch>) {
    loop {
        let (batch, is_last) = batch(reader);
        // Who takes them may have heard enough.
        if sender.send(batch).is_err() || is_last {
            return;
        }
    }
}

fn take_all<E>(
    batches: Receiver<Batch>,
    take: impl FnMut(Batch) -> Result<(), E>,
) -> Result<(), E> {
    batches.into_iter().try_for_each(take)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::journal::line;

    /// A journal of so many entries.
    fn journal(entries: u32) -> Vec<u8> {
        let mut bytes = line::HEADER.to_vec();
        (0..entries).for_each(|call| line::write(&Entry::CalledBack(call), &mut bytes));
        bytes
    }

    /// The calls that are told until one is `last`, and what ends that.
    fn told(bytes: &[u8], last: u32) -> (Vec<u32>, Result<(), String>) {
        let mut reader = Reader::new(bytes, None).unwrap();
        let mut calls = Vec::new();
        let failed = |why| format!("{why:?}");
        let result = tell_all(&mut reader, failed, |entry| {
            let Entry::CalledBack(call) = entry else {
                unreachable!("no other entry is there");
            };
            calls.push(call);
            match call == last {
                true => Err("enough".to_owned()),
                false => Ok(()),
            }
        });
        (calls, result)
    }

    #[test]
    fn all_are_told_in_their_order_however_many_there_are() {
        let batch = BATCH as u32;
        for entries in [0, 1, batch - 1, batch, batch + 1, 5 * batch, 30 * batch + 7] {
            let expected = ((0..entries).collect(), Ok(()));
            assert_eq!(told(&journal(entries), u32::MAX), expected, "{entries}");
        }
    }

    #[test]
    fn who_has_heard_enough_hears_no_more() {
        let bytes = journal(40 * BATCH as u32);
        for last in [0, BATCH as u32, 3 * BATCH as u32 + 5] {
            let expected = ((0..=last).collect(), Err("enough".to_owned()));
            assert_eq!(told(&bytes, last), expected, "{last}");
        }
    }

    #[test]
    fn damage_is_told_behind_what_is_sound() {
        let sound = journal(4 * BATCH as u32);
        let mut bytes = [&sound[..], b"x\n"].concat();
        line::write(&Entry::CalledBack(7), &mut bytes);
        let (calls, result) = told(&bytes, u32::MAX);
        assert_eq!(calls.len(), 4 * BATCH);
        assert_eq!(result, Err(format!("Damaged({})", 4 * BATCH + 2)));
    }
}
