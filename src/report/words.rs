//! Numbers, times and spans as people write them.

use std::time::Duration;

/// A number with its thousands marked: `12,345`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: `1 row`, `12,345 rows`.
pub fn counted(number: u64, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        count(number),
        if number == 1 { "" } else { "s" }
    )
}

/// A span of time, as exactly as people care: `0.4 s`, `48 s`, `4 min 10 s`, `2 h 05 min`.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", span.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        3_600..360_000 => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} days", count(seconds / 86_400)),
    }
}

/// A span of time where milliseconds count: `3 ms`, `1.2 s`.
pub fn brief(short: Duration) -> String {
    match short.as_millis() {
        milliseconds @ 0..1_000 => format!("{milliseconds} ms"),
        _ => span(short),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_marked() {
        let counts = [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ];
        for (number, text) in counts {
            assert_eq!(count(number), text);
        }
        assert_eq!(
            (counted(1, "row"), counted(2_000, "row")),
            ("1 row".into(), "2,000 rows".into())
        );
    }

    #[test]
    fn spans_are_as_exact_as_people_care() {
        let spans = [
            (0.44, "0.4 s"),
            (48.9, "48 s"),
            (250.0, "4 min 10 s"),
            (7_500.0, "2 h 05 min"),
            (864_000.0, "10 days"),
        ];
        for (seconds, text) in spans {
            assert_eq!(span(Duration::from_secs_f64(seconds)), text);
        }
        assert_eq!(brief(Duration::from_millis(3)), "3 ms");
        assert_eq!(brief(Duration::from_millis(1_230)), "1.2 s");
    }
}
