//! How long a `Retry-After` asks to wait (RFC 9110, section 10.2.3).

use std::time::{Duration, SystemTime};

/// The pause that a `Retry-After` asks for: seconds, or an HTTP date. A date is held against the
/// answer's own `Date`, where it has one, so that a clock that is wrong on either side does no harm; `now`
/// stands in for it.
pub fn pause(retry_after: &str, date: Option<&str>, now: SystemTime) -> Option<Duration> {
    let retry_after = retry_after.trim();
    if !retry_after.is_empty() && retry_after.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than 64 bits hold is for ever; a century is enough of that.
        return Some(Duration::from_secs(
            retry_after
                .parse()
                .unwrap_or(u64::MAX)
                .min(100 * 365 * 86_400),
        ));
    }
    let until = httpdate::parse_http_date(retry_after).ok()?;
    let from = date
        .and_then(|date| httpdate::parse_http_date(date.trim()).ok())
        .unwrap_or(now);
    Some(until.duration_since(from).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Mon, 23 Nov 2026 02:13:05 GMT";

    #[test]
    fn both_forms_are_read() {
        let now = SystemTime::UNIX_EPOCH;
        let seconds = |text, date| pause(text, date, now).map(|pause| pause.as_secs());
        assert_eq!(seconds("120", None), Some(120));
        assert_eq!(seconds(" 0 ", None), Some(0));
        assert_eq!(
            seconds("Mon, 23 Nov 2026 02:14:05 GMT", Some(DATE)),
            Some(60)
        );
        assert_eq!(
            seconds("Mon, 23 Nov 2026 02:12:05 GMT", Some(DATE)),
            Some(0),
            "a time that has passed"
        );
        assert_eq!(
            seconds("99999999999999999999999", None),
            Some(100 * 365 * 86_400)
        );
        for nonsense in ["", "-1", "1.5", "soon"] {
            assert_eq!(seconds(nonsense, Some(DATE)), None, "{nonsense}");
        }
    }

    #[test]
    fn without_a_date_the_own_clock_counts() {
        let now = httpdate::parse_http_date(DATE).unwrap();
        assert_eq!(
            pause("Mon, 23 Nov 2026 02:13:35 GMT", None, now),
            Some(Duration::from_secs(30))
        );
    }
}
