//! What a service says is left of its quota: the `RateLimit` and `RateLimit-Policy` fields of the IETF's draft
//! (draft-ietf-httpapi-ratelimit-headers), its older form of a field a figure, and the `X-RateLimit-…` that came before it.
//! One that is renewed at once says nothing.

use std::time::{Duration, SystemTime};

use super::reply::Quota;

/// A `reset` beyond this is no span but a time of day, in seconds since 1970.
const LONGEST: u64 = 365 * 86_400;

/// The fields of a figure each: how many are left, and when that is renewed.
const FIGURES: [(&str, &str); 3] = [
    ("ratelimit-remaining", "ratelimit-reset"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("x-rate-limit-remaining", "x-rate-limit-reset"),
];

/// Whether a header field of this name may say something.
pub fn may_be_in(name: &str) -> bool {
    // Names are short: to set out for a search takes longer than this does.
    name.as_bytes().windows(4).any(|part| part == b"rate")
}

/// What is left, as the header fields say that `named` finds, `now` being asked where they say
/// anything; none where they say nothing that can be meant.
pub fn left<'a>(
    named: &impl Fn(&str) -> Option<&'a str>,
    now: impl Fn() -> SystemTime,
) -> Option<Quota> {
    let of_figures = || of_figures(named, &now);
    let quota = named("ratelimit").and_then(|text| of_list(text, now()));
    quota
        .or_else(of_figures)
        .filter(|quota| !quota.reset.is_zero())
}

fn of_figures<'a>(
    named: &impl Fn(&str) -> Option<&'a str>,
    now: &impl Fn() -> SystemTime,
) -> Option<Quota> {
    FIGURES.iter().find_map(|(remaining, reset)| {
        Some(Quota {
            remaining: leading_number(named(remaining)?)?,
            reset: span(leading_number(named(reset)?)?, now())?,
        })
    })
}

/// `"default";r=50;t=30`, of several the one that leaves least; also `limit=100, remaining=50, reset=30`.
fn of_list(text: &str, now: SystemTime) -> Option<Quota> {
    let quota = |text: &str, separator: char| {
        let parameters = text
            .split(separator)
            .filter_map(|part| part.split_once('='));
        let parameters = parameters.map(|(name, value)| (name.trim(), value));
        let figure = |names: [&str; 2]| {
            let mut found = parameters.clone().filter(|(name, _)| names.contains(name));
            found.find_map(|(_, value)| leading_number(value))
        };
        Some(Quota {
            remaining: figure(["r", "remaining"])?,
            reset: span(figure(["t", "reset"])?, now)?,
        })
    };
    let of_items = text.split(',').filter_map(|item| quota(item, ';'));
    let pace = |quota: &Quota| quota.remaining as f64 / quota.reset.as_secs_f64().max(1.0);
    of_items
        .min_by(|one, other| pace(one).total_cmp(&pace(other)))
        .or_else(|| quota(text, ','))
}

/// How long it is until then.
fn span(reset: u64, now: SystemTime) -> Option<Duration> {
    if reset <= LONGEST {
        return Some(Duration::from_secs(reset));
    }
    let until = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(reset))?;
    let span = until.duration_since(now).ok();
    span.filter(|span| span.as_secs() <= LONGEST)
}

fn leading_number(text: &str) -> Option<u64> {
    let digits: String = text
        .trim()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_400_000);
        for (fields, expected) in [
            (
                &[("ratelimit", r#""default";r=50;t=30"#)][..],
                Some((50, 30)),
            ),
            (
                &[("ratelimit", r#""a";r=50;t=30, "b";r=1;t=30"#)],
                Some((1, 30)),
            ),
            (
                &[("ratelimit", "limit=100, remaining=50, reset=30")],
                Some((50, 30)),
            ),
            (
                &[("ratelimit-remaining", "7"), ("ratelimit-reset", "3")],
                Some((7, 3)),
            ),
            (
                &[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1795400060"),
                ],
                Some((0, 60)),
            ),
            (
                &[("x-rate-limit-remaining", "5"), ("x-rate-limit-reset", "9")],
                Some((5, 9)),
            ),
            (&[("x-ratelimit-remaining", "5")], None),
            (
                &[
                    ("x-ratelimit-remaining", "5"),
                    ("x-ratelimit-reset", "1795400060000"),
                ],
                None,
            ),
            (&[("ratelimit", "r=5;t=18446744073709551615")], None),
            (
                &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "0")],
                None,
            ),
            (&[("ratelimit", "soon")], None),
            (&[], None),
        ] {
            let named = |name: &str| Some(fields.iter().find(|(known, _)| *known == name)?.1);
            let quota = left(&named, || now).map(|quota| (quota.remaining, quota.reset.as_secs()));
            assert_eq!(quota, expected, "{fields:?}");
        }
    }
}
