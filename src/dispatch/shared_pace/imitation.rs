//! An imitation of a place where runs share a rate, under the clock of tests.

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
}

/// The way of one process to it.
#[derive(Debug)]
pub struct Imitation {
    account: Arc<Mutex<Account>>,
    start: Instant,
    /// How long asking takes, both ways together.
    way: Duration,
}

impl Imitation {
    /// Asks.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, NoAnswer> {
        sleep(self.way / 2).await;
        let answer = self.answer(ask);
        sleep(self.way / 2).await;
        answer
    }

    fn answer(&self, ask: Ask) -> Result<Answer, NoAnswer> {
        let mut account = self.account.lock().unwrap();
        account.asked.push(ask);
        if account.is_away {
            return Err(NoAnswer::for_now("away"));
        }
        let now = 1_000_000_000 + self.start.elapsed().as_micros() as u64;
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
    let imitation = Imitation {
        account: Arc::clone(account),
        start,
        way,
    };
    SharedRate::of(Store::Imitation(imitation), "imitation")
}
