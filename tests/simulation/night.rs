//! One run, from its list to its result, through all that may happen in a night.

use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bulklabel::dispatch::{Bounds, Concurrency, MaxFailures, RetryPolicy};
use bulklabel::error::ExitStatus;
use bulklabel::job::{self, Identity, Planned, Reading, Run, Surroundings, Terms, Unfinished};
use bulklabel::list::{Source, Wishes};
use bulklabel::model::{Part, StopReason, Tolerance, UserId};
use bulklabel::plan::{Holding, OnConflict, Policy};
use bulklabel::record::Outputs;
use bulklabel::report::{LogFormat, Progress, Screen};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use crate::chance::Chance;
use crate::checks::{Cut, Evidence};
use crate::clock;
use crate::disk::SimulatedDisk;
use crate::service::{Mood, Service};

/// What happened in so many runs.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    pub runs: u64,
    pub legs: u64,
    pub carried_on: u64,
    pub attempts: u64,
    pub kills: u64,
    pub power_cuts: u64,
    pub full_disks: u64,
    pub signals: u64,
    /// The machine slept in the middle of a leg.
    pub naps: u64,
    /// Customers who were called again although their call had been answered.
    pub called_again: u64,
    pub unconfirmed: u64,
    /// Legs that stopped early, by reason.
    pub stops: BTreeMap<&'static str, u64>,
}

impl Figures {
    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.legs += other.legs;
        self.carried_on += other.carried_on;
        self.attempts += other.attempts;
        self.kills += other.kills;
        self.power_cuts += other.power_cuts;
        self.full_disks += other.full_disks;
        self.signals += other.signals;
        self.naps += other.naps;
        self.called_again += other.called_again;
        self.unconfirmed += other.unconfirmed;
        for (reason, legs) in &other.stops {
            *self.stops.entry(reason).or_default() += legs;
        }
    }

    fn stopped(&mut self, reason: &StopReason) {
        let reason = match reason {
            StopReason::Outage { .. } => "outage",
            StopReason::RateAway { .. } => "rate away",
            StopReason::OnlyThrottled(_) => "only throttled",
            StopReason::TooManyFailures { .. } => "too many failures",
            StopReason::CanaryFailed { .. } => "canary",
            StopReason::Limit(_) => "limit",
            StopReason::Until(_) => "until",
            _ => "other",
        };
        *self.stops.entry(reason).or_default() += 1;
    }
}

/// No leg takes longer, and no run has more legs.
const LONGEST_LEG: Duration = Duration::from_secs(6 * 3600);
const MOST_LEGS: u32 = 60;

/// From so many legs on nothing more is done to the run.
const PEACE: u32 = 8;

/// A list with some of everything, and the lines of its data rows.
fn list(chance: &mut Chance) -> (String, Vec<u64>) {
    let most = chance.from(&[40, 40, 40, 40, 150]);
    let customers = chance.0.u64(1..=most);
    let mut rows = Vec::new();
    for n in 1..=customers {
        let user = if chance.happens(0.1) {
            n * 10_000 + 8_015
        } else {
            n
        };
        rows.push(format!("{user},add,VIP"));
        if chance.happens(0.3) {
            rows.push(format!("{user},remove,Old"));
        }
        if chance.happens(0.1) {
            rows.push(format!("{user},add,VIP"));
        }
        if chance.happens(0.05) {
            rows.push(format!("{user},add,"));
        }
    }
    let lines = (2..2 + rows.len() as u64).collect();
    (format!("userId,action,label\n{}\n", rows.join("\n")), lines)
}

fn mood(chance: &mut Chance) -> Mood {
    Mood {
        faults: chance.from(&[0.0, 0.1, 0.3, 0.6]),
        throttled: chance.from(&[0.0, 0.0, 0.05, 0.2]),
        latency: chance.from(&[5, 50, 400, 2_000]),
        slow_to_connect: chance.happens(0.3),
        beside_the_point: chance
            .happens(0.15)
            .then(|| (chance.0.u64(0..40), chance.0.u64(1..30))),
        unauthorized: chance.happens(0.1).then(|| chance.0.u64(0..40)),
        down: chance.happens(0.3).then(|| {
            let span = chance.from(&[5, 60, 110, 600, 4_000]);
            (chance.milliseconds(0, 20_000), Duration::from_secs(span))
        }),
        bad_customers: chance.happens(0.2),
        allows: chance
            .happens(0.2)
            .then(|| (chance.from(&[1, 5, 40]), chance.from(&[1, 10, 60]))),
        tells: chance.happens(0.5),
    }
}

fn terms(chance: &mut Chance) -> Terms {
    let rate = chance.from(&["none", "2/s", "10/s", "50/s", "60/min", "300/min"]);
    Terms {
        rate: rate.parse().ok(),
        burst: NonZeroU32::new(chance.from(&[1, 1, 5, 100])).unwrap(),
        concurrency: match chance.from(&[0, 1, 2, 8, 32]) {
            0 => Concurrency::AsNeeded,
            places => Concurrency::Given(NonZeroUsize::new(places).unwrap()),
        },
        retries: RetryPolicy {
            max_attempts: NonZeroU32::new(chance.from(&[1, 2, 5])).unwrap(),
            base: chance.milliseconds(1, 2_000),
            max_outage: Duration::from_secs(chance.from(&[1_800, 1_800, 600, 60, 5])),
        },
        drain: chance.milliseconds(0, 5_000),
        max_failures: chance.from(&[
            MaxFailures::None,
            MaxFailures::Percent(50.0),
            MaxFailures::Count(3),
        ]),
        bounds: Bounds {
            limit: chance.happens(0.2).then(|| chance.0.u64(1..30)),
            until: chance
                .happens(0.1)
                .then(|| clock::now().after(chance.milliseconds(0, 60_000))),
            canary: chance.happens(0.2).then(|| chance.0.u64(1..12)),
        },
    }
}

/// Which customers are run, mostly all, and the lines of their rows. Of a few customers all may be such
/// that the service fails for, and then no night ends: not of those.
fn share(seed: u64, text: &str, lines: Vec<u64>) -> (Part, Vec<u64>) {
    let mut chance = Chance::of(!seed);
    let of = chance.from(&[1, 1, 1, 2, 3]);
    let share = Part::new(chance.0.u32(1..=of), of).unwrap();
    let theirs = lines_of(share, text, &lines);
    match theirs.len() {
        ..10 => (Part::WHOLE, lines),
        _ => (share, theirs),
    }
}

/// The lines of these customers' rows.
fn lines_of(share: Part, text: &str, lines: &[u64]) -> Vec<u64> {
    let is_theirs = |row: &str| {
        let user = row.split_once(',').and_then(|(user, _)| user.parse().ok());
        user.and_then(UserId::new)
            .is_some_and(|user| share.holds(user))
    };
    let rows = text.lines().skip(1).zip(lines);
    rows.filter(|(row, _)| is_theirs(row))
        .map(|(_, line)| *line)
        .collect()
}

/// The same for a person who wants the end to come.
fn without_valves(terms: Terms) -> Terms {
    let retries = RetryPolicy {
        max_outage: Duration::from_secs(7_200),
        ..terms.retries
    };
    Terms {
        retries,
        max_failures: MaxFailures::None,
        bounds: Bounds::default(),
        ..terms
    }
}

/// Makes the run with this seed; tells its journals, as each leg left them.
pub fn simulate(seed: u64) -> (Figures, String) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.unwrap().block_on(async {
        clock::begin();
        let night = Night::new(seed);
        // What the program itself draws; the folder's name is drawn from the same.
        fastrand::seed(seed);
        night.pass().await
    })
}

/// How a leg ended.
#[derive(Debug)]
enum Ended {
    /// With the result in place.
    Complete(ExitStatus),
    /// Early, in good order; for this reason, where calls had been made.
    Stopped(Option<StopReason>),
    /// The program or the machine was stopped.
    Cut,
}

struct Night {
    chance: Chance,
    disk: SimulatedDisk,
    service: Service,
    terms: Terms,
    lines: Vec<u64>,
    _folder: tempfile::TempDir,
    source: Source,
    reading: Reading,
    planned: Planned,
    outputs: Outputs,
    identity: Identity,
    figures: Figures,
    cuts: Vec<Cut>,
    hasty: bool,
    story: String,
}

impl Night {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::of(seed);
        let (text, lines) = list(&mut chance);
        let (share, lines) = share(seed, &text, lines);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("campaign.csv");
        std::fs::write(&path, text).unwrap();
        let source = Source::open(&path, None).unwrap();
        let reading = Reading {
            wishes: Wishes {
                share,
                ..Wishes::default()
            },
            delimiter: None,
            selection: None,
            policy: Policy {
                on_conflict: OnConflict::LastWins,
                max_labels: 1_000,
            },
            holding: match chance.happens(0.4) {
                true => Holding::Parts(chance.0.u32(2..6)),
                false => Holding::All,
            },
        };
        let planned = job::plan(&source, &reading).unwrap();
        let disk = SimulatedDisk::new(chance.fork());
        let service = Service::new(mood(&mut chance), chance.fork(), disk.clone());
        Self {
            terms: terms(&mut chance),
            chance,
            disk,
            service,
            lines,
            _folder: folder,
            source,
            reading,
            planned,
            outputs: Outputs::of(Path::new("/run/campaign.csv"), None, false).unwrap(),
            identity: Identity::new([("list", "the list".to_owned())]),
            figures: Figures::default(),
            cuts: Vec::new(),
            hasty: false,
            story: String::new(),
        }
    }

    /// Leg after leg, until the result is there; then it is held against what the service has done.
    async fn pass(mut self) -> (Figures, String) {
        let start = Instant::now();
        for leg in 0..MOST_LEGS {
            self.service
                .memory()
                .begin_leg(leg, self.terms.concurrency.most());
            let retries = self.terms.retries;
            self.hasty |=
                retries.max_attempts.get() == 1 || retries.max_outage < Duration::from_secs(120);
            self.is_known_as_this_run();
            self.figures.legs += 1;
            self.figures.carried_on += u64::from(leg > 0);
            let bad = leg < PEACE;
            if !bad {
                self.terms = without_valves(self.terms);
            }
            if let Some(status) = self.is_complete() {
                self.figures.runs += 1;
                self.check(status, start);
                return (self.figures, self.story);
            }
            let before = self.service.memory().seen.len();
            let ended = self.leg(bad).await;
            self.no_more_are_called_than_allowed(before);
            let journal = self.disk.content(&self.outputs.partial());
            let journal = journal.unwrap_or_default();
            let journal = String::from_utf8_lossy(&journal);
            self.story += &format!("leg {leg}: {ended:?}\n{journal}\n");
            if let Ended::Stopped(Some(reason)) = &ended {
                self.figures.stopped(reason);
            }
            match ended {
                Ended::Complete(status) => {
                    self.figures.runs += 1;
                    // A result that is in its place stays there, whatever comes.
                    if self.chance.happens(0.5) {
                        self.disk.power_up();
                    }
                    self.check(status.code(), start);
                    return (self.figures, self.story);
                }
                Ended::Stopped(_) if self.disk.was_full() => {
                    self.disk.go_on();
                    self.note_cut(leg, false);
                }
                // What was to stop it has come too late.
                Ended::Stopped(_) => self.disk.go_on(),
                Ended::Cut => self.recover(leg),
            }
            self.disk.leave_room(None);
            let pause = self.chance.from(&[0, 1_000, 90_000]);
            sleep(self.chance.milliseconds(0, pause)).await;
            if self.chance.happens(0.3) {
                let identical_but_for_terms = terms(&mut self.chance);
                self.terms = Terms {
                    // The window that is checked is that of one rate.
                    rate: self.terms.rate,
                    ..identical_but_for_terms
                };
            }
        }
        panic!("no end after {MOST_LEGS} legs");
    }

    /// A leg that is to make so many calls calls no more customers than that.
    fn no_more_are_called_than_allowed(&self, before: usize) {
        let Some(limit) = self.terms.bounds.limit else {
            return;
        };
        let memory = self.service.memory();
        let called = memory.seen[before..].iter().map(|seen| seen.user);
        let called: BTreeSet<_> = called.collect();
        assert!(called.len() as u64 <= limit, "{called:?}");
    }

    /// What is left of a leg in which anything was sent is found to be this run, and told alike from outside.
    fn is_known_as_this_run(&self) {
        let glimpse = job::glimpse(&self.disk, &self.outputs).unwrap();
        let sent = glimpse.is_some_and(|glimpse| glimpse.attempts > 0);
        let (found, _) = job::look(&self.disk, &self.outputs, &self.identity).unwrap();
        assert!(!sent || found == Unfinished::This, "{found:?}");
    }

    /// Whether the run was cut after its very last step: the program refuses a result that exists.
    fn is_complete(&self) -> Option<u8> {
        let journal = self.disk.content(&self.outputs.partial());
        if journal.is_some_and(|journal| !journal.is_empty()) {
            return None;
        }
        let summary = self.disk.content(&self.outputs.summary()?)?;
        let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
        summary["exitStatus"].as_u64()?.try_into().ok()
    }

    /// What was in flight may have been answered and not recorded.
    fn note_cut(&mut self, leg: u32, power: bool) {
        self.cuts.push(Cut {
            leg,
            power,
            concurrency: self.terms.concurrency.most(),
            durable_since: self.disk.durable_since(),
        });
    }

    fn recover(&mut self, leg: u32) {
        let power = self.chance.happens(0.4);
        self.note_cut(leg, power);
        if power {
            self.figures.power_cuts += 1;
            self.disk.power_up();
        } else {
            self.figures.kills += 1;
            self.disk.go_on();
        }
    }

    async fn leg(&mut self, bad: bool) -> Ended {
        let (interrupt, interrupts) = mpsc::channel(4);
        let (mut kill, mut term) = (None, None);
        if bad {
            match self.chance.0.u8(0..10) {
                0..3 => kill = Some(self.chance.milliseconds(0, 20_000)),
                3..5 => self.disk.stop_in(self.chance.0.u64(0..120)),
                5 => {
                    self.figures.full_disks += 1;
                    self.disk.leave_room(Some(self.chance.0.u64(0..6_000)));
                }
                6 => term = Some(self.chance.milliseconds(0, 10_000)),
                _ => {}
            }
        }
        let second = self.chance.happens(0.3);
        let naps = (bad && self.chance.happens(0.1)).then(|| self.chance.milliseconds(0, 5_000));
        let nap = self.chance.milliseconds(10_000, 40_000_000);
        self.figures.naps += u64::from(naps.is_some());
        self.figures.signals += u64::from(term.is_some());
        let signals = async {
            if let Some(after) = naps {
                sleep(after).await;
                clock::sleep(nap);
            }
            if let Some(after) = term {
                sleep(after).await;
                let _gone = interrupt.send(StopReason::Terminate).await;
                if second {
                    let _gone = interrupt.send(StopReason::Terminate).await;
                }
            }
            // Nobody else stops it.
            std::future::pending::<()>().await
        };
        let disk = self.disk.clone();
        let cut = async {
            let start = Instant::now();
            let deadline = kill.map(|after| start + after);
            loop {
                if disk.has_stopped() || deadline.is_some_and(|deadline| Instant::now() >= deadline)
                {
                    disk.stop();
                    return;
                }
                // Long outages are looked through faster.
                let is_early = start.elapsed() < Duration::from_secs(30);
                sleep(Duration::from_millis(if is_early { 10 } else { 500 })).await;
            }
        };
        let leg = tokio::time::timeout(LONGEST_LEG, self.work(interrupts));
        tokio::select! {
            biased;
            () = cut => Ended::Cut,
            () = signals => unreachable!("it never ends"),
            ended = leg => match ended.expect("a leg ends in bounded time") {
                _ if self.disk.has_stopped() => Ended::Cut,
                Some(ended) => ended,
                None => panic!("neither stopped nor complete"),
            },
        }
    }

    /// What the program does.
    async fn work(&self, interrupts: mpsc::Receiver<StopReason>) -> Option<Ended> {
        let run = Run {
            list: Path::new("/run/campaign.csv"),
            source: &self.source,
            reading: &self.reading,
            planned: &self.planned,
            outputs: &self.outputs,
            identity: &self.identity,
            rehearsal: false,
            others: &BTreeMap::new(),
            tolerance: Tolerance::default(),
            started: clock::now(),
            disk: Arc::new(self.disk.clone()),
            now: clock::now,
            asleep: clock::asleep,
        };
        let failed = |error: bulklabel::error::Error| {
            let status = error.status();
            let fine = status == ExitStatus::TryLater || self.disk.has_stopped();
            assert!(fine, "{error}");
            Some(Ended::Stopped(None))
        };
        let underway = match job::take_up(&run, self.terms.rate) {
            Ok(underway) => underway,
            Err(error) => return failed(error),
        };
        let surroundings = Surroundings {
            progress: Progress::start(&Screen::new(LogFormat::Json), 0, 0, None),
            interrupts,
            sharing: None,
            ask: None,
        };
        let service = Some(self.service.clone());
        let called = job::call_all(&run, None, underway, service, surroundings, self.terms).await;
        let called = match called {
            Ok(called) => called,
            Err(error) => return failed(error),
        };
        self.is_the_same_when_read(&run, &called);
        match called.stopped.clone() {
            None => match job::complete(&run, called, false) {
                Ok(completion) => Some(Ended::Complete(completion.status)),
                Err(error) => failed(error),
            },
            Some(reason) => match job::leave(&run, called, reason.status()) {
                Ok(_) => Some(Ended::Stopped(Some(reason))),
                Err(error) => failed(error),
            },
        }
    }

    /// Where a run stands is what its journal says: a leg that takes it up finds what the one before has left.
    fn is_the_same_when_read(&self, run: &Run<'_>, called: &job::Called) {
        if self.disk.has_stopped() || self.disk.was_full() {
            return;
        }
        let Ok(read) = job::take_up(run, self.terms.rate) else {
            assert!(self.disk.has_stopped());
            return;
        };
        let (live, read) = (&called.standing, read.standing());
        assert_eq!(live.tally, read.tally);
        assert_eq!(live.streak, read.streak);
        assert_eq!(live.legs, read.legs);
        let now = clock::now();
        assert_eq!(live.effort(now), read.effort(now));
        assert_eq!(live.before(now), read.before(now));
        assert_eq!(live.left(), read.left());
    }

    fn check(&mut self, status: u8, start: Instant) {
        assert!(
            start.elapsed() < 2 * LONGEST_LEG,
            "it took {:?}",
            start.elapsed()
        );
        let evidence = Evidence {
            disk: &self.disk,
            outputs: &self.outputs,
            memory: &self.service.memory(),
            cuts: &self.cuts,
            lines: &self.lines,
            rate: self.terms.rate,
            status,
            mood: self.service.mood,
            hasty: self.hasty,
        };
        evidence.check(&mut self.figures);
    }
}
