//! An imitation of a place where runs share a rate, under the clock of tests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::ask::{Answer, Ask, Epoch, NoAnswer};
use super::book::Book;
use super::{SharedRate, Store};

/// What all who share it see.
#[derive(Debug, Default)]
pub struct Account {
    /// None where it was lost.
    pub book: Option<Book>,
    /// Whether nobody is there.
    pub is_away: bool,
    /// How often it was there anew.
    pub restarts: u64,
    /// What it was asked.
    pub asked: Vec<Ask>,
    /// So much its clock was set forward.
    pub set_forward: Duration,
}

/// The way of one process to it.
#[derive(Debug)]
pub struct Imitation {
    account: Arc<Mutex<Account>>,
    start: Instant,
    /// How long asking takes, both ways together.
    way: Duration,
    /// How much longer it takes now and then, there or back.
    trouble: Option<Trouble>,
    /// How often it was asked.
    times: AtomicUsize,
}

/// Now and then something is lost on the way, and sent again.
#[derive(Debug, Clone, Copy)]
pub struct Trouble {
    /// So much later it gets there or back then.
    pub late: Duration,
    /// One time in so many, by turns there and back.
    pub every: usize,
}

impl Imitation {
    /// Asks.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, NoAnswer> {
        let (there, back) = self.late();
        sleep(self.way / 2 + there).await;
        let answer = self.answer(ask);
        sleep(self.way / 2 + back).await;
        answer
    }

    fn late(&self) -> (Duration, Duration) {
        let times = self.times.fetch_add(1, Ordering::Relaxed);
        match self.trouble {
            Some(Trouble { late, every }) if times.is_multiple_of(every) => match times / every % 2
            {
                0 => (Duration::ZERO, late),
                _ => (late, Duration::ZERO),
            },
            _ => (Duration::ZERO, Duration::ZERO),
        }
    }

    fn answer(&self, ask: Ask) -> Result<Answer, NoAnswer> {
        let mut account = self.account.lock().unwrap();
        account.asked.push(ask);
        if account.is_away {
            return Err(NoAnswer::for_now("away"));
        }
        let since = self.start.elapsed() + account.set_forward;
        let now = 1_000_000_000 + since.as_micros() as u64;
        let (book, answer) = Book::answer(account.book, ask, now);
        account.book = Some(book);
        let epoch = Epoch {
            of_connection: account.restarts,
            ..answer.epoch
        };
        Ok(Answer { epoch, ..answer })
    }
}

/// A rate that is shared in `account`, to which the way takes so long.
pub fn shared_in(account: &Arc<Mutex<Account>>, start: Instant, way: Duration) -> SharedRate {
    over(account, start, way, None)
}

/// The same where there is `trouble` on the way.
pub fn over(
    account: &Arc<Mutex<Account>>,
    start: Instant,
    way: Duration,
    trouble: Option<Trouble>,
) -> SharedRate {
    let imitation = Imitation {
        account: Arc::clone(account),
        start,
        way,
        trouble,
        times: AtomicUsize::new(0),
    };
    SharedRate::of(Store::Imitation(imitation), "imitation")
}
