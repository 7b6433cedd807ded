//! Labels that look like what a spreadsheet makes of `1-2` or `Jan 26`.

/// Months as a spreadsheet shortens them.
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Whether a label looks like a date: `2026-11-23` (also with a time), `11/23/2026`, `1-Jan`, `Jan-26`, `1-Jan-2026`.
pub fn is_date(label: &str) -> bool {
    let date = without_time(label);
    ['-', '/', '.'].into_iter().any(|separator| {
        let parts: Vec<_> = date.splitn(4, separator).collect();
        match parts[..] {
            [one, two] => separator == '-' && is_short(one, two),
            [one, two, three] => is_whole(one, two, three, separator),
            _ => false,
        }
    })
}

/// The label without a time of day at its end.
fn without_time(label: &str) -> &str {
    let is_time = |text: &str| {
        text.contains(':')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'))
    };
    match label.split_once([' ', 'T']) {
        Some((date, time)) if is_time(time) => date,
        _ => label,
    }
}

/// `1-Jan`, or `Jan-26`.
fn is_short(one: &str, two: &str) -> bool {
    let day_and_month = is_day(one) && is_month_name(two);
    day_and_month || (is_month_name(one) && is_year(two))
}

/// Day, month and year in one of the orders in which people write them.
fn is_whole(one: &str, two: &str, three: &str, separator: char) -> bool {
    // Between dots, short numbers are a version's.
    let is_year = |text: &str| is_year(text) && (separator != '.' || text.len() == 4);
    let year_first = one.len() == 4 && is_year(one) && is_month(two) && is_day(three);
    let day_and_month = (is_day(one) && (is_month(two) || is_month_name(two)))
        || ((is_month(one) || is_month_name(one)) && is_day(two));
    year_first || (day_and_month && is_year(three))
}

fn number(text: &str) -> Option<u32> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn is_day(text: &str) -> bool {
    text.len() <= 2 && number(text).is_some_and(|day| (1..=31).contains(&day))
}

fn is_month(text: &str) -> bool {
    text.len() <= 2 && number(text).is_some_and(|month| (1..=12).contains(&month))
}

fn is_year(text: &str) -> bool {
    match (text.len(), number(text)) {
        (2, Some(_)) => true,
        (4, Some(year)) => (1900..2100).contains(&year),
        _ => false,
    }
}

fn is_month_name(text: &str) -> bool {
    MONTHS.iter().any(|month| text.eq_ignore_ascii_case(month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_labels_that_hold_numbers() {
        for date in [
            "2026-11-23",
            "2026-11-23 00:00:00",
            "2026-11-23T00:00:00.000",
            "2026/1/2",
            "11/23/2026",
            "23/11/2026",
            "23.11.2026",
            "1/2/26",
            "1-Jan",
            "01-JAN",
            "Jan-26",
            "1-Jan-26",
            "01-Mar-2026",
        ] {
            assert!(is_date(date), "{date}");
        }
        for label in [
            "",
            "VIP",
            "2026",
            "2026-11",
            "2026-13-01",
            "24/7",
            "24-7-365",
            "1.2.26",
            "10.20.300",
            "32-Jan",
            "Jan-2",
            "May",
            "VIP-26",
            "1-January sale",
            "2026-11-23 launch",
            "1-2-3-4",
            "--",
        ] {
            assert!(!is_date(label), "{label}");
        }
    }
}
