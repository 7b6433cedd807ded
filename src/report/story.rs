//! What happens, as log lines: a sentence for people, fields for programs. The fields' names are fixed.

use std::time::Duration;

use super::closing::why;
use super::troubles::{down, rate_away, why_held};
use super::words::{brief, counted, span};
use crate::model::{
    Action, Attempted, Call, CallRecord, Event, Met, Moment, OutcomeKind, Outcomes, Pause,
    StopReason, UserId,
};

/// The names of all fields, but for those that every line has. The sentence holds the same for people.
pub const FIELDS: [&str; 28] = [
    "event",
    "customer",
    "attempt",
    "attempts",
    "met",
    "httpStatus",
    "milliseconds",
    "outcome",
    "code",
    "reason",
    "waitMilliseconds",
    "perHour",
    "since",
    "calls",
    "places",
    "needed",
    "done",
    "customers",
    "callsPerSecond",
    "secondsLeft",
    "success",
    "warning",
    "failed",
    "unconfirmed",
    "rejected",
    "skipped",
    "retries",
    "throttled",
];

/// Tells of an event: of a hold always, of failures and what is tried again with `-v`, of every attempt with `-vv`.
pub fn tell(event: &Event) {
    match event {
        Event::Held {
            why,
            pause,
            throttled,
        } => tracing::warn!(
            event = "hold",
            reason = match why {
                Pause::Throttled => "throttled",
                Pause::Unavailable => "unavailable",
                Pause::Quota => "quota",
                Pause::Elsewhere => "elsewhere",
            },
            waitMilliseconds = milliseconds(*pause),
            perHour = throttled.map(|throttled| throttled.pace.0),
            "{}{}; all calls wait {}{}",
            match why {
                Pause::Elsewhere => "",
                _ => "the service says: ",
            },
            why_held(*why),
            span(*pause),
            throttled.map_or_else(String::new, |throttled| format!(
                ", then go on at {}",
                throttled.pace
            ))
        ),
        Event::Attempted { user, attempt, .. } => attempted(*user, attempt),
        Event::Retrying {
            user,
            attempt,
            why,
            delay,
        } => tracing::debug!(
            event = "retry",
            customer = user.get(),
            attempt,
            code = &*why.code,
            reason = &*why.message,
            waitMilliseconds = milliseconds(*delay),
            "customer {user}, attempt {attempt} came to nothing: {}: {}; again in {}",
            why.code,
            why.message,
            brief(*delay)
        ),
        Event::Finished {
            call, record, last, ..
        } => {
            if let Some(last) = last {
                attempted(call.user, last);
            }
            finished(call, record);
        }
        Event::Unfinished { user, attempts } => tracing::debug!(
            event = "unfinished",
            customer = user.get(),
            attempts,
            "customer {user}: no verdict after {}, and the run ends",
            counted(u64::from(*attempts), "attempt")
        ),
        Event::PutBack { user } => tracing::debug!(
            event = "putBack",
            customer = user.get(),
            "customer {user} is put back until the service answers others"
        ),
        Event::Down { .. } | Event::Up { .. } => outage(event),
        Event::RateAway { .. } | Event::RateBack { .. } => shared_rate(event),
        Event::GivenUp { calls, since } => tracing::warn!(
            event = "givenUp",
            calls,
            since = %since,
            "{} end as they stand: the service has answered none of them since {}, and there are no others to tell whether it \
             is down; a retry sends them again",
            counted(*calls, "call"),
            since.clock(Moment::now())
        ),
        Event::Woken { after } => tracing::info!(
            event = "woken",
            milliseconds = milliseconds(*after),
            "everything stood still for {}, as on a machine that sleeps; the run goes on from here",
            span(*after)
        ),
        Event::TooFewPlaces { places, needed } => tracing::warn!(
            event = "concurrency",
            places,
            needed,
            "--concurrency {places} is too low for the rate: at these latencies {needed} calls have to be on their way at a \
             time, and left alone, the program sees to that"
        ),
        // What comes of it is what counts; and the run's own words come when it ends.
        Event::Sending { .. }
        | Event::CalledBack { .. }
        | Event::CanaryEnded { .. }
        | Event::Stopping(_) => {}
    }
}

/// An outage is told when it begins and when it is over; with `-v` each probe, too.
fn outage(event: &Event) {
    match event {
        Event::Down {
            since,
            why,
            next,
            probe,
        } => {
            macro_rules! tell {
                ($level:ident) => {
                    tracing::$level!(
                        event = "down",
                        since = %since,
                        reason = &**why,
                        waitMilliseconds = milliseconds(*next),
                        "{} ({why})",
                        down(*since, *next)
                    )
                };
            }
            match probe {
                1 => tell!(warn),
                _ => tell!(debug),
            }
        }
        Event::Up { after } => tracing::info!(
            event = "up",
            milliseconds = milliseconds(*after),
            "the service answers again, after {}",
            span(*after)
        ),
        _ => {}
    }
}

/// That nobody says when attempts may leave is told when it begins and when it is over; with `-v` each time that it is asked, too.
fn shared_rate(event: &Event) {
    match event {
        Event::RateAway {
            place,
            since,
            why,
            next,
            time,
        } => {
            macro_rules! tell {
                ($level:ident) => {
                    tracing::$level!(
                        event = "rateAway",
                        since = %since,
                        reason = &**why,
                        waitMilliseconds = milliseconds(*next),
                        "{} ({why}); nothing is sent until it can",
                        rate_away(place, *since)
                    )
                };
            }
            match time {
                1 => tell!(warn),
                _ => tell!(debug),
            }
        }
        Event::RateBack { place, after } => tracing::info!(
            event = "rateBack",
            milliseconds = milliseconds(*after),
            "{place} can be asked again, after {}",
            span(*after)
        ),
        _ => {}
    }
}

/// Every attempt is told with `-vv`; with `-v` one that was refused for the pace's sake, of which nothing else tells.
fn attempted(user: UserId, attempted: &Attempted) {
    let Attempted {
        attempt,
        latency,
        met,
        ..
    } = *attempted;
    macro_rules! tell {
        ($level:ident) => {
            tracing::$level!(
                event = "attempt",
                customer = user.get(),
                attempt,
                met = word(met),
                httpStatus = status(met),
                milliseconds = milliseconds(latency),
                "customer {user}, attempt {attempt}: {} after {}",
                words(met),
                brief(latency)
            )
        };
    }
    if met.is_throttled() {
        tell!(debug)
    } else {
        tell!(trace)
    }
}

/// Tells that the run stops before its end.
pub fn stopping(reason: &StopReason, drain: Duration) {
    if matches!(
        reason,
        StopReason::CanaryFailed { .. } | StopReason::Declined(_)
    ) {
        // Nothing is on its way, and why has just been told.
        return;
    }
    let signal = match reason {
        StopReason::Interrupt | StopReason::Terminate | StopReason::HangUp => "a second signal",
        _ => "a signal",
    };
    tracing::warn!(
        event = "stopping",
        reason = why(reason),
        waitMilliseconds = milliseconds(drain),
        "stopping: {}; no new calls, and those on their way may take {} to end ({signal} gives them up)",
        why(reason),
        span(drain)
    );
}

/// Every call's end is told with `-vv`, with `-v` that of the calls that were no plain success.
fn finished(call: &Call, record: &CallRecord) {
    let outcome = match &record.outcomes {
        Outcomes::All(outcome) => outcome,
        Outcomes::Each(each) => each
            .iter()
            .find(|outcome| outcome.kind != OutcomeKind::Success)
            .unwrap_or(&each[0]),
    };
    let is_plain = outcome.kind == OutcomeKind::Success && record.attempts == 1;
    let sentence = || {
        let attempts = counted(u64::from(record.attempts), "attempt");
        let (kind, code, message) = (outcome.kind.as_str(), &outcome.code, &outcome.message);
        let why = match (code.is_empty(), message.is_empty()) {
            (true, _) => String::new(),
            (false, true) => format!(" {code}"),
            (false, false) => format!(" {code}, {message}"),
        };
        format!(
            "customer {} ({}): {kind}{why}, after {attempts}",
            call.user,
            changes(call)
        )
    };
    macro_rules! tell {
        ($level:ident) => {
            tracing::$level!(
                event = "finished",
                customer = record.user,
                attempts = record.attempts,
                httpStatus = record.status,
                outcome = outcome.kind.as_str(),
                code = Some(&*outcome.code).filter(|code| !code.is_empty()),
                reason = Some(&*outcome.message).filter(|message| !message.is_empty()),
                "{}",
                sentence()
            )
        };
    }
    if is_plain { tell!(trace) } else { tell!(debug) }
}

/// What a call changes: `add VIP, Gold; remove Old`.
fn changes(call: &Call) -> String {
    let side = |action, word: &str| {
        let names: Vec<_> = call.names(action).collect();
        (!names.is_empty()).then(|| format!("{word} {}", names.join(", ")))
    };
    let sides = [side(Action::Add, "add"), side(Action::Remove, "remove")];
    sides.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn status(met: Met) -> Option<u16> {
    match met {
        Met::Answer(status) => Some(status),
        _ => None,
    }
}

fn word(met: Met) -> &'static str {
    match met {
        Met::Answer(_) => "answer",
        Met::NoConnection => "noConnection",
        Met::NoToken => "noToken",
        Met::TimedOut => "timeout",
        Met::Lost => "connectionLost",
        Met::CutOff => "cutOff",
    }
}

fn words(met: Met) -> String {
    let words = match met {
        Met::Answer(status) => return format!("answered HTTP {status}"),
        Met::NoConnection => "no connection",
        Met::NoToken => "no token to send it with",
        Met::TimedOut => "no answer in time",
        Met::Lost => "the connection broke",
        Met::CutOff => "cut off by the end of the run",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Change, Labels, RowIndex, UserId};
    use std::sync::Arc;

    #[test]
    fn the_readme_lists_every_field() {
        let readme = include_str!("../../README.md");
        for field in FIELDS {
            assert!(readme.contains(&format!("`{field}`")), "{field}");
        }
    }

    #[test]
    fn a_call_is_told_with_its_labels() {
        let mut labels = Labels::default();
        let changes = [
            (Action::Add, "VIP"),
            (Action::Remove, "Old"),
            (Action::Add, "Gold"),
        ];
        let changes = changes
            .into_iter()
            .zip(0..)
            .map(|((action, name), row)| Change {
                row: RowIndex(row),
                action,
                label: labels.intern(name).unwrap(),
            });
        let call = Call {
            customer: 0,
            user: UserId::new(7).unwrap(),
            changes: changes.collect(),
            labels: Arc::new(labels),
        };
        assert_eq!(super::changes(&call), "add VIP, Gold; remove Old");
    }
}
