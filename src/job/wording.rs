//! What workers tell → what the journal says. Pure.

use std::time::Duration;

use crate::model::{Attempted, Bearing, CallRecord, Met, Moment, Outcome, Throttled};
use crate::record::{AttemptEnd, CallEnd, Entry};

/// An attempt of `call` has met its end, and the call has not; `doubt` is there where it may have been applied.
pub fn attempt(call: u32, attempt: &Attempted, doubt: Option<Outcome>) -> Entry {
    Entry::Attempt(AttemptEnd {
        call,
        at: attempt.at,
        ms: milliseconds(attempt.latency),
        unsent: !attempt.left,
        status: match attempt.met {
            Met::Answer(status) => Some(status),
            _ => None,
        },
        doubt,
    })
}

/// `call` has ended so, with its `last` attempt, if that was not told before. `lines` are those of its rows, where
/// nobody else knows them.
pub fn ended(
    call: u32,
    record: CallRecord,
    last: Option<&Attempted>,
    bearing: Bearing,
    lines: Vec<u64>,
) -> Entry {
    Entry::Ended(CallEnd {
        call,
        record,
        ms: last.map_or(0, |last| milliseconds(last.latency)),
        unsent: last.is_some_and(|last| !last.left),
        told: last.is_none(),
        bearing,
        lines,
    })
}

/// All calls wait from then on, for so long, and may have to go on at a lower pace.
pub fn held(at: Moment, pause: Duration, throttled: Option<Throttled>) -> Entry {
    Entry::Held {
        at,
        ms: milliseconds(pause),
        throttled,
        unasked: false,
    }
}

/// The shared rate is away, and is asked again after such a pause.
pub fn away(at: Moment, pause: Duration) -> Entry {
    Entry::Held {
        at,
        ms: milliseconds(pause),
        throttled: None,
        unasked: true,
    }
}

/// An attempt of `call` is about to leave. Those that are told together are said together.
pub fn sending(call: u32, entries: &mut Vec<Entry>) {
    match entries.last_mut() {
        Some(Entry::Sending(calls)) => calls.push(call),
        _ => entries.push(Entry::Sending(call.into())),
    }
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
