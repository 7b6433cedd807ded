//! What the sandbox remembers, and what it decides by that. No network; the time is an argument.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::credentials::Caller;
use super::faults::{Dice, Faults, Limit, OutageKind, Strike};
use super::log::Log;
use super::request::Route;
use super::tokens::{Admission, Tokens};
use super::world::World;

/// All that it remembers.
#[derive(Debug, Default)]
pub struct Memory {
    /// The customers and the catalogue.
    pub world: World,
    /// All that was asked.
    pub log: Log,
    /// The tokens that were given.
    pub tokens: Tokens,
    faults: Arc<Faults>,
    /// When outages began to be counted.
    outages_since: Duration,
    limit: Limit,
    /// How many more calls a burst of 429s strikes.
    burst: u64,
    /// How many calls were made, since they began to be counted.
    calls: u64,
    /// How many requests there were about each customer.
    about: HashMap<u64, u64>,
}

/// What a request meets.
#[derive(Debug, Clone)]
pub struct Meeting {
    /// How long the answer takes.
    pub latency: Duration,
    /// What chance is drawn from for it.
    pub dice: Dice,
    /// What becomes of it.
    pub fate: Fate,
    /// The faults in force.
    pub faults: Arc<Faults>,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is served, but for what strikes it.
    Served(Option<Strike>),
    /// The service is away.
    Away(OutageKind),
    /// It is not let in.
    Stranger,
    /// There were too many; there is room again after this.
    TooMany(Duration),
    /// It asks for a token, and none is given for the moment.
    NoTokenNow,
}

impl Memory {
    /// A memory of nothing, in which these faults are in force.
    pub fn new(faults: Faults) -> Self {
        Self {
            faults: Arc::new(faults),
            ..Self::default()
        }
    }

    /// The faults in force.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Has these faults in force from `now` on. Where outages are `set`, they count from then, and so do calls until
    /// credentials are revoked.
    pub fn change_faults(&mut self, faults: Faults, set: impl Fn(&str) -> bool, now: Duration) {
        if set("outage") {
            self.outages_since = now;
        }
        if set("revoke-after") {
            self.calls = 0;
        }
        if set("throttle") {
            self.burst = 0;
        }
        self.faults = Arc::new(faults);
    }

    /// What request `n`, which comes at `now`, meets.
    pub fn meet(&mut self, n: usize, route: Route, caller: &Caller, now: Duration) -> Meeting {
        let customer = route.customer().unwrap_or_default();
        let about = self.about.entry(customer).or_default();
        *about += 1;
        let faults = Arc::clone(&self.faults);
        let dice = Dice::of(faults.seed.0, customer, *about);
        let (fate, fault) = self.fate(route, caller, dice, now);
        if let Some(fault) = fault {
            self.log.fault(n, fault);
        }
        Meeting {
            latency: faults.latency.0 + faults.jitter.0.mul_f64(dice.roll("jitter")),
            dice,
            fate,
            faults,
        }
    }

    /// The same with the name of the fault in it.
    fn fate(
        &mut self,
        route: Route,
        caller: &Caller,
        dice: Dice,
        now: Duration,
    ) -> (Fate, Option<&'static str>) {
        if self
            .faults
            .outage
            .cover(now.saturating_sub(self.outages_since))
        {
            return (Fate::Away(self.faults.outage_kind), Some("outage"));
        }
        match route {
            Route::Token if dice.roll("token-errors") < self.faults.token_errors.0 => {
                (Fate::NoTokenNow, Some("token-errors"))
            }
            Route::Token | Route::Nowhere | Route::WrongMethod => (Fate::Served(None), None),
            Route::Catalogue | Route::ChangeLabels(_) => match self.refusal(caller, now) {
                Some(fault) => (Fate::Stranger, fault),
                None => self.call(route, dice, now),
            },
        }
    }

    /// Why a caller is not let in, if so, and by what fault.
    fn refusal(&mut self, caller: &Caller, now: Duration) -> Option<Option<&'static str>> {
        self.calls += 1;
        let faults = &self.faults;
        if faults
            .revoke_after
            .0
            .is_some_and(|calls| self.calls > calls)
        {
            return Some(Some("revoke-after"));
        }
        let is_let_in = match caller {
            Caller::User => true,
            Caller::Bearer(token) => {
                let uses = faults.revoke_token_after.0;
                match self.tokens.admit(token, now, uses) {
                    Admission::Open => true,
                    Admission::UsedUp => return Some(Some("revoke-token-after")),
                    Admission::Ended => return Some(Some("token-ttl")),
                    Admission::Unknown => false,
                }
            }
            Caller::Stranger => false,
        };
        (!is_let_in).then_some(None)
    }

    /// What becomes of a call that is let in. A request for the organisation's labels is one, but that no rate limits it.
    fn call(&mut self, route: Route, dice: Dice, now: Duration) -> (Fate, Option<&'static str>) {
        let faults = &self.faults;
        if self.burst == 0 && dice.roll("throttle") < faults.throttle.0 {
            self.burst = faults.throttle_burst.0;
        }
        if self.burst > 0 {
            self.burst -= 1;
            return (Fate::TooMany(Duration::from_secs(1)), Some("throttle"));
        }
        if let Some(rate) = faults.rate.0.filter(|_| route != Route::Catalogue)
            && let Err(wait) = self.limit.admit(rate, faults.rate_window, now)
        {
            return (Fate::TooMany(wait), Some("rate"));
        }
        let strike = Strike::drawn(faults, dice);
        // What strikes it is told with what comes of that.
        (Fate::Served(strike), None)
    }
}
