//! Never more than the rate, as the server sees it.

use std::num::NonZeroUsize;

use crate::support::{Sandbox, Workplace};

/// What leaves evenly arrives less evenly: a machine with other things to do delays a request by so much.
const UNEVENNESS: u64 = 20_000;

/// The most requests in any second, as the server sees it.
fn fullest_second(sandbox: &Sandbox) -> usize {
    let at: Vec<u64> = sandbox.asked().iter().map(|asked| asked.at).collect();
    let second = |from: u64| from..from + 1_000_000 - UNEVENNESS;
    let within = |from: &u64| at.iter().filter(|at| second(*from).contains(*at)).count();
    at.iter().map(within).max().unwrap_or_default()
}

#[test]
fn no_second_holds_more_attempts_than_the_rate_whatever_the_burst() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "20ms"]));
    let rows: String = (1..=250).map(|customer| format!("{customer}\n")).collect();
    work.list("ids.csv", format!("userId\n{rows}"));
    let fixed = [
        "run",
        "ids.csv",
        "--action",
        "add",
        "--label",
        "VIP",
        "--base-url",
    ];
    work.run(
        [
            &fixed[..],
            &[&sandbox.url(), "--rate", "100/s", "--burst", "50"],
        ]
        .concat(),
    )
    .ended(0);
    assert!(
        fullest_second(&sandbox) <= 100,
        "{}",
        fullest_second(&sandbox)
    );
    assert_eq!(sandbox.asked().len(), 250);
}

#[test]
fn an_absurd_burst_is_no_more_than_the_rate() {
    let work = Workplace::new();
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    let arguments = ["run", "campaign.csv", "--sandbox", "--burst", "4000000000"];
    work.run(arguments).ended(0);
}

#[test]
fn no_more_calls_are_in_flight_than_allowed_and_no_customer_twice() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "20ms"]));
    let rows: String = (1..=60)
        .map(|row| format!("{},add,Label {row}\n", row % 20 + 1))
        .collect();
    work.list("campaign.csv", format!("userId,action,label\n{rows}"));
    work.send(&sandbox.url(), &["--concurrency", "4"]).ended(0);
    let asked = sandbox.asked();
    assert_eq!(asked.len(), 20);
    let in_flight = |at: u64| {
        asked
            .iter()
            .filter(|other| other.at <= at && at < other.until.unwrap())
            .count()
    };
    let most = asked.iter().map(|call| in_flight(call.at)).max();
    assert_eq!(most.and_then(NonZeroUsize::new), NonZeroUsize::new(4));
}
