//! A service whose answers, latencies and faults are drawn, and which remembers what it has really done.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bulklabel::model::Call;
use bulklabel::service::{Answer, Leaving, Quota, Reply, Sender};
use tokio::time::{Instant, sleep};

use crate::chance::Chance;
use crate::clock;
use crate::disk::SimulatedDisk;

/// How the service is tonight.
#[derive(Debug, Clone, Copy)]
pub struct Mood {
    /// Of so many calls something goes wrong.
    pub faults: f64,
    /// So many are answered 429.
    pub throttled: f64,
    /// An answer takes so long at most, in milliseconds.
    pub latency: u64,
    /// Whether connections take long to make.
    pub slow_to_connect: bool,
    /// From the so-many-th attempt on, for so many, no answer is about a customer.
    pub beside_the_point: Option<(u64, u64)>,
    /// The so-many-th attempt is refused for its credentials.
    pub unauthorized: Option<u64>,
    /// From when on the service is down as a whole, and for how long.
    pub down: Option<(Duration, Duration)>,
    /// Whether some customers are never answered but with a 500.
    pub bad_customers: bool,
    /// So many attempts are taken in each window of so many seconds.
    pub allows: Option<(usize, u64)>,
    /// Whether answers tell what is left of that.
    pub tells: bool,
}

impl Mood {
    fn is_down(&self) -> bool {
        let since_start = clock::since_start();
        self.down
            .is_some_and(|(from, span)| (from..from + span).contains(&since_start))
    }
}

/// An attempt as the service saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub user: u64,
    pub leg: u32,
    pub at: Instant,
    /// The same with the time that the machine has slept.
    pub on_the_wall: Duration,
    /// When its answer was given; none where the program was gone, or the connection broke.
    pub until: Option<Instant>,
    /// Whether its labels were changed.
    pub applied: bool,
    /// Whether the answer says what became of the call once and for all.
    pub settles: bool,
    /// Whether it leaves open whether it was applied.
    pub doubtful: bool,
}

#[derive(Debug, Default)]
pub struct Memory {
    pub seen: Vec<Seen>,
    /// Attempts of each customer that met no connection.
    pub unconnected: BTreeMap<u64, u64>,
    pub leg: u32,
    in_flight: usize,
    concurrency: usize,
}

impl Memory {
    /// Those of the leg before are gone.
    pub fn begin_leg(&mut self, leg: u32, concurrency: usize) {
        (self.leg, self.in_flight, self.concurrency) = (leg, 0, concurrency);
    }
}

/// An attempt on its way, until its answer is taken or it is given up.
struct InFlight {
    memory: Arc<Mutex<Memory>>,
    leg: u32,
}

impl InFlight {
    fn of(memory: &Arc<Mutex<Memory>>) -> Self {
        let leg = {
            let mut memory = memory.lock().unwrap();
            memory.in_flight += 1;
            assert!(memory.in_flight <= memory.concurrency, "too many in flight");
            memory.leg
        };
        let memory = Arc::clone(memory);
        Self { memory, leg }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Ok(mut memory) = self.memory.lock()
            && memory.leg == self.leg
        {
            memory.in_flight = memory.in_flight.saturating_sub(1);
        }
    }
}

#[derive(Clone)]
pub struct Service {
    pub memory: Arc<Mutex<Memory>>,
    chance: Arc<Mutex<Chance>>,
    pub mood: Mood,
    disk: SimulatedDisk,
}

const OK: &str = r#"{"warnings":[]}"#;

impl Service {
    pub fn new(mood: Mood, chance: Chance, disk: SimulatedDisk) -> Self {
        Self {
            memory: Arc::default(),
            chance: Arc::new(Mutex::new(chance)),
            mood,
            disk,
        }
    }

    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    fn chance<T>(&self, draw: impl FnOnce(&mut Chance) -> T) -> T {
        draw(&mut self.chance.lock().unwrap())
    }

    fn http(status: u16, retry_after: Option<u64>, body: &'static str) -> Reply {
        Reply::Http(Answer {
            status,
            retry_after: retry_after.map(Duration::from_secs),
            quota: None,
            body: body.into(),
        })
    }

    /// What becomes of an attempt: whether it is applied, the reply, and how long that takes.
    fn fate(&self, user: u64, n: u64) -> (bool, Reply, Duration) {
        let mood = self.mood;
        let takes = self.chance(|chance| chance.milliseconds(1, mood.latency));
        if mood.is_down() {
            return match self.chance(|chance| chance.0.u8(0..3)) {
                0 => (false, Reply::Lost("reset".into()), takes),
                1 => (
                    false,
                    Reply::TimedOut("none in time".into()),
                    Duration::from_secs(3),
                ),
                _ => (false, Self::http(503, None, ""), takes),
            };
        }
        if mood.bad_customers && user % 7 == 3 {
            return (false, Self::http(500, None, ""), takes);
        }
        let left = mood.allows.map(|allows| self.left(allows));
        if left.is_some_and(|quota| quota.remaining == 0) {
            let after = self.chance(|chance| chance.from(&[None, Some(1)]));
            return (false, Self::http(429, after, ""), takes);
        }
        let (applied, mut reply, takes) = self.fate_of_taken(user, n, takes);
        if let (true, Reply::Http(answer), Some(left)) = (mood.tells, &mut reply, left) {
            let remaining = left.remaining - 1;
            answer.quota = Some(Quota { remaining, ..left });
        }
        (applied, reply, takes)
    }

    /// What is left in this window, before this attempt.
    fn left(&self, (most, seconds): (usize, u64)) -> Quota {
        let window = |at: Instant| clock::since(at).as_secs() / seconds;
        let this = window(Instant::now());
        let memory = self.memory();
        let before = memory.seen.iter().rev().skip(1);
        let taken = before.take_while(|seen| window(seen.at) == this).count();
        let elapsed = clock::since_start().as_secs() % seconds;
        Quota {
            remaining: most.saturating_sub(taken) as u64,
            reset: Duration::from_secs(seconds - elapsed),
        }
    }

    fn fate_of_taken(&self, user: u64, n: u64, takes: Duration) -> (bool, Reply, Duration) {
        let mood = self.mood;
        let roll = |likelihood| self.chance(|chance| chance.happens(likelihood));
        if mood.unauthorized == Some(n) {
            return (false, Self::http(401, None, ""), takes);
        }
        if mood
            .beside_the_point
            .is_some_and(|(from, many)| (from..from + many).contains(&n))
        {
            return (false, Self::http(404, None, ""), takes);
        }
        if roll(mood.throttled) {
            let after = self.chance(|chance| chance.from(&[None, Some(0), Some(1), Some(7)]));
            return (false, Self::http(429, after, ""), takes);
        }
        if roll(mood.faults) {
            let applied = roll(0.5) && user % 10_000 != 8_015;
            let timeout = Duration::from_secs(3);
            return match self.chance(|chance| chance.0.u8(0..7)) {
                0 => (false, Self::http(503, None, ""), takes),
                1 => (false, Self::http(503, Some(2), ""), takes),
                2 => (
                    false,
                    Self::http(200, None, r#"{"errors":[{"code":23055}]}"#),
                    takes,
                ),
                3 => (applied, Reply::Lost("reset".into()), takes),
                4 => (applied, Reply::TimedOut("none in time".into()), timeout),
                5 => (applied, Self::http(200, None, "<html>"), takes),
                _ => (
                    false,
                    Self::http(400, None, r#"{"errors":[{"code":618}]}"#),
                    takes,
                ),
            };
        }
        if user % 10_000 == 8_015 {
            return (
                false,
                Self::http(400, None, r#"{"errors":[{"code":8015}]}"#),
                takes,
            );
        }
        (true, Self::http(200, None, OK), takes)
    }
}

/// Whether a reply says what became of its call once and for all.
fn settles(reply: &Reply) -> bool {
    let Reply::Http(answer) = reply else {
        return false;
    };
    match answer.status {
        200 => answer.body == OK,
        400 => true,
        _ => false,
    }
}

/// Whether a reply leaves open whether the attempt was applied.
fn is_doubtful(reply: &Reply) -> bool {
    match reply {
        Reply::TimedOut(_) | Reply::Lost(_) => true,
        Reply::Http(answer) => answer.body == "<html>",
        _ => false,
    }
}

impl Sender for Service {
    async fn send(&self, call: &Call, leaving: impl Leaving) -> Reply {
        let user = call.user.get();
        if self.mood.slow_to_connect {
            sleep(self.chance(|chance| chance.milliseconds(0, 2_000))).await;
        }
        let is_down = self.mood.is_down();
        let unconnected = if is_down { 0.5 } else { self.mood.faults / 5.0 };
        if self.chance(|chance| chance.happens(unconnected)) {
            *self.memory().unconnected.entry(user).or_default() += 1;
            return Reply::NoConnection("refused".into());
        }
        if self.disk.has_stopped() {
            // The program is gone: nothing leaves any more.
            return std::future::pending().await;
        }
        let _in_flight = InFlight::of(&self.memory);
        leaving.leave();
        let (n, leg) = {
            let mut memory = self.memory();
            let (n, leg) = (memory.seen.len(), memory.leg);
            memory.seen.push(Seen {
                user,
                leg,
                at: Instant::now(),
                on_the_wall: clock::since_start() + clock::asleep(),
                until: None,
                applied: false,
                settles: false,
                doubtful: false,
            });
            (n, leg)
        };
        let (applied, reply, takes) = self.fate(user, n as u64);
        // Applied at once: whoever goes away meanwhile does not hear of it.
        self.memory().seen[n].applied = applied;
        sleep(takes).await;
        let mut memory = self.memory();
        if memory.leg == leg && !self.disk.has_stopped() {
            memory.seen[n].until = Some(Instant::now());
            memory.seen[n].settles = settles(&reply);
            memory.seen[n].doubtful = is_doubtful(&reply);
        }
        reply
    }
}
