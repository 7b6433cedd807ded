//! The same work on many things, by as many threads as there are processors, and what comes of it in the order of the things.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::model::processors;

/// More threads than that wait for the one that reads, and what they have made takes memory.
const MOST_THREADS: usize = 4;

/// A thing to be worked on, and where what comes of it is waited for.
type Order<I, O> = (I, SyncSender<O>);

/// Does `work` on all that `next` gives, and hands what comes of it to `take`. Both are called by this thread alone; a single
/// thing is worked on by it, too.
///
/// # Errors
/// The first that `next` or `take` has.
pub fn in_order<I: Send, O: Send, E>(
    mut next: impl FnMut() -> Result<Option<I>, E>,
    work: &(impl Fn(I) -> O + Sync),
    mut take: impl FnMut(O) -> Result<(), E>,
) -> Result<(), E> {
    let Some(first) = next()? else { return Ok(()) };
    let Some(second) = next()? else {
        return take(work(first));
    };
    let threads = processors().min(MOST_THREADS);
    let most = threads + 2;
    let (orders, inbox) = sync_channel::<Order<I, O>>(most);
    let inbox = Mutex::new(inbox);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work_on(&inbox, work));
        }
        // Once it is gone, the workers leave.
        let orders = orders;
        let mut made = VecDeque::with_capacity(most);
        let order = |thing: I, made: &mut VecDeque<Receiver<O>>| {
            let (to, from) = sync_channel(1);
            // The workers listen for as long as there is somebody to give orders.
            let _heard = orders.send((thing, to));
            made.push_back(from);
        };
        order(first, &mut made);
        order(second, &mut made);
        loop {
            let mut is_over = false;
            while made.len() < most && !is_over {
                match next()? {
                    Some(thing) => order(thing, &mut made),
                    None => is_over = true,
                }
            }
            let Some(oldest) = made.pop_front() else {
                return Ok(());
            };
            match oldest.recv() {
                Ok(made) => take(made)?,
                // It has panicked, and the scope says so.
                Err(_) => return Ok(()),
            }
        }
    })
}

fn work_on<I, O>(inbox: &Mutex<Receiver<Order<I, O>>>, work: impl Fn(I) -> O) {
    loop {
        let order = inbox.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((thing, made)) = order else { return };
        // Nobody waits any more where what was made before could not be taken.
        let _unwanted = made.send(work(thing));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_comes_in_the_order_of_what_it_is_made_of() {
        for many in [0, 1, 2, 3, 1_000] {
            let (mut things, mut made) = (0..many, Vec::new());
            let done: Result<(), ()> = in_order(
                || Ok(things.next()),
                &|thing: u32| (0..thing % 7).fold(thing * 2, |sum, _| std::hint::black_box(sum)),
                |thing| {
                    made.push(thing);
                    Ok(())
                },
            );
            assert_eq!(done, Ok(()));
            assert_eq!(made, (0..many).map(|thing| thing * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_error_ends_it() {
        let mut things = 0..;
        let ended = in_order(
            || Ok(things.next()),
            &|thing: u32| thing,
            |thing| if thing == 40 { Err(thing) } else { Ok(()) },
        );
        assert_eq!(ended, Err(40));
        let mut things = [Ok(Some(1)), Ok(Some(2)), Ok(Some(3)), Err("unreadable")].into_iter();
        let ended = in_order(|| things.next().unwrap(), &|thing: u32| thing, |_| Ok(()));
        assert_eq!(ended, Err("unreadable"));
    }
}
