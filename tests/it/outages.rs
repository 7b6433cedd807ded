//! A service that is away for a while, or wants less.

use crate::support::{Canned, Ran, Sandbox, Workplace, answer};

const RESULT: &str = "campaign.results.csv";
const OK: &str = r#"{"warnings":[]}"#;

fn list(work: &Workplace, customers: usize) {
    let rows: String = (1..=customers).map(|n| format!("{n},add,VIP\n")).collect();
    work.list("campaign.csv", format!("userId,action,label\n{rows}"));
}

/// Runs the list, as fast as it goes where nothing else is said.
fn send(work: &Workplace, url: &str, more: &[&str]) -> Ran {
    let fixed = ["run", "campaign.csv", "--base-url", url];
    let quick = ["--retry-base", "20ms"];
    let mut command = work.command([&fixed[..], &quick, more].concat());
    command.env("BULKLABEL_RATE", "none");
    Ran::from(command.output().unwrap())
}

/// A run of so many customers against a sandbox that is told this.
fn run(customers: usize, faults: &str, more: &[&str]) -> (Workplace, Sandbox, Ran) {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    list(&work, customers);
    sandbox.set_faults(faults);
    let ran = send(&work, &sandbox.url(), more);
    (work, sandbox, ran)
}

#[test]
fn an_outage_is_told_and_waited_out_and_nobody_fails() {
    let faults = r#"{"latency":"2ms","outage":"50ms+1s"}"#;
    let (work, sandbox, ran) = run(400, faults, &["--rate", "1000/s"]);
    let ran = ran
        .ended(0)
        .said("service down since ")
        .said("503: ")
        .said("the service answers again, after ");
    let rows = work.rows(RESULT);
    assert!(rows.iter().all(|row| row["outcome"] == "success"), "{ran}");
    // Twenty, those on their way meanwhile, and few probes at growing intervals.
    let recorded = sandbox.recorded();
    let refused = recorded.iter().filter(|call| call.status == Some(503));
    assert!(refused.count() < 20 + 64 + 10);
}

#[test]
fn an_outage_that_lasts_too_long_stops_the_run_and_the_same_command_carries_on() {
    // Late enough for some to be answered before, and too early for all.
    let faults = r#"{"latency":"2ms","outage":"600ms+1h"}"#;
    let rate = ["--rate", "300/s"];
    let quick = [&rate[..], &["--max-outage", "1s"]].concat();
    let (work, sandbox, ran) = run(400, faults, &quick);
    let (code, _) = ran.unanswered();
    assert!(code.ends_with("503"), "{code}");
    let ended = work.recorded(RESULT).len();
    assert!((1..400).contains(&ended), "{ended}");
    sandbox.set_faults("{}");
    send(&work, &sandbox.url(), &rate).ended(0);
    let rows = work.rows(RESULT);
    assert_eq!(rows.len(), 400);
    assert!(rows.iter().all(|row| row["outcome"] == "success"));
}

#[test]
fn where_nothing_but_429_is_answered_the_run_stops() {
    let faults = r#"{"rate":"1/h","retry-after":"none"}"#;
    let (_, _, ran) = run(20, faults, &["--max-outage", "2s"]);
    ran.ended(75).said("nothing but 429, too many requests");
}

#[test]
fn a_limit_makes_so_many_calls_and_the_same_command_carries_on() {
    let (work, sandbox, ran) = run(50, "{}", &["--limit", "20"]);
    ran.ended(75).said("it was to make 20 calls");
    assert_eq!(work.recorded(RESULT).len(), 20);
    let url = sandbox.url();
    send(&work, &url, &["--limit", "20"]).ended(75);
    send(&work, &url, &["--limit", "20"]).ended(0);
    assert_eq!(sandbox.asked().len(), 50);
}

#[test]
fn a_time_to_stop_is_kept() {
    let more = ["--until", "1s", "--rate", "20/s"];
    let (work, sandbox, ran) = run(60, "{}", &more);
    ran.ended(75).said("it was to go on until ");
    let made = work.recorded(RESULT).len();
    assert!((5..45).contains(&made), "{made}");
    send(&work, &sandbox.url(), &[]).ended(0);
    assert_eq!(sandbox.asked().len(), 60);
}

/// A list of customers who do not exist.
fn strangers(work: &Workplace, customers: usize) {
    let rows: String = (1..=customers)
        .map(|n| format!("{n}8015,add,VIP\n"))
        .collect();
    work.list("campaign.csv", format!("userId,action,label\n{rows}"));
}

#[test]
fn where_the_first_fifty_all_fail_a_person_must_look() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    strangers(&work, 60);
    let url = sandbox.url();
    send(&work, &url, &["--concurrency", "1"])
        .ended(3)
        .said("all of the first 50 calls failed: is it the right list");
    assert_eq!(work.recorded(RESULT).len(), 50);
    send(&work, &url, &["--max-failures", "none"]).ended(1);
    assert_eq!(sandbox.asked().len(), 60);
    strangers(&work, 50);
    send(&work, &url, &["--overwrite"]).ended(1);
}

#[test]
fn a_number_of_failures_is_counted_from_the_start_of_each_leg() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    strangers(&work, 25);
    let more = ["--max-failures", "10", "--concurrency", "1"];
    for recorded in [11, 22] {
        send(&work, &sandbox.url(), &more).ended(3);
        assert_eq!(work.recorded(RESULT).len(), recorded);
    }
    send(&work, &sandbox.url(), &more).ended(1);
}

#[test]
fn calls_on_their_way_rise_by_themselves_as_far_as_the_rate_needs() {
    let rate = ["--rate", "400/s"];
    let (_, sandbox, ran) = run(1_200, r#"{"latency":"300ms"}"#, &rate);
    ran.ended(0);
    let asked = sandbox.asked();
    let span = (asked.last().unwrap().at - asked[600].at) as f64 / 1e6;
    // With 32 at a time, no more than 107 a second would be.
    assert!(span < 3.0, "{span}");
}

#[test]
fn a_number_of_calls_that_is_too_low_for_the_rate_is_told() {
    let more = ["--rate", "100/s", "--concurrency", "2"];
    let (_, _, ran) = run(100, r#"{"latency":"210ms"}"#, &more);
    ran.ended(0)
        .said("--concurrency 2 is too low for the rate: at these latencies 2");
}

/// Runs a list against a server that says with the first answer what is left of its quota; gives when each was asked.
fn with_quota(fields: &'static str, customers: usize) -> Vec<f64> {
    let work = Workplace::new();
    list(&work, customers);
    let canned = Canned::answering(move |n| match n {
        0 => answer(200, fields, OK),
        _ => answer(200, "", OK),
    });
    send(&work, &canned.url(), &[]).ended(0);
    let asked = canned.asked();
    let first = asked[0].at;
    asked
        .iter()
        .map(|request| (request.at - first).as_secs_f64())
        .collect()
}

#[test]
fn a_quota_that_is_used_up_is_waited_for_and_one_that_is_not_is_kept_to() {
    let used_up = "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 2\r\n";
    let at = with_quota(used_up, 5);
    assert!((1.99..2.5).contains(&at[1]), "{at:?}");
    // Fifty in the ten seconds that are left.
    let kept_to = "RateLimit: \"default\";r=50;t=10\r\n";
    let at = with_quota(kept_to, 8);
    let are_spread = at[1..].windows(2).all(|pair| pair[1] - pair[0] > 0.15);
    assert!(are_spread, "{at:?}");
}

#[test]
fn a_status_of_a_run_that_waits_says_how_far_it_is() {
    let faults = r#"{"outage":"0s+1h"}"#;
    let (work, _, ran) = run(30, faults, &["--max-outage", "1s"]);
    ran.ended(75);
    let ran = work.run(["status", "campaign.csv"]).ended(0);
    assert!(ran.stdout.contains("0 of 30 calls are done"), "{ran}");
}

#[test]
fn a_wait_that_is_longer_than_a_run_waits_is_remembered_by_the_next_leg() {
    let faults = r#"{"rate":"1/h"}"#;
    let more = ["--max-outage", "10s"];
    let (work, sandbox, ran) = run(5, faults, &more);
    ran.ended(75).said("the service asks to wait 1 h 00 min");
    let asked = sandbox.asked().len();
    send(&work, &sandbox.url(), &more)
        .ended(75)
        .said("the service asks to wait 59 min");
    assert_eq!(sandbox.asked().len(), asked, "nobody is asked too early");
}

#[test]
fn a_run_in_which_nobody_was_answered_can_be_finished_as_it_stands() {
    let faults = r#"{"outage":"0s+1h"}"#;
    let (work, sandbox, ran) = run(3, faults, &["--max-outage", "1ms"]);
    ran.ended(75);
    send(&work, &sandbox.url(), &["--finish"]).ended(1);
    let rows = work.rows(RESULT);
    assert!(rows.iter().all(|row| row["outcome"] == "pending"));
    send(&work, &sandbox.url(), &["--finish", "--overwrite"]).ended(2);
}

#[test]
fn a_list_from_a_pipe_is_carried_on_from_its_copy() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    list(&work, 9);
    let url = sandbox.url();
    let shell = |line: &str| {
        let program = work.command(["--version"]);
        let mut bash = std::process::Command::new("bash");
        let path = std::path::Path::new(program.get_program());
        bash.args(["-c", line])
            .current_dir(work.folder())
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", path.parent().unwrap().display()),
            )
            .env("BULKLABEL_USERNAME", "sandbox")
            .env("BULKLABEL_PASSWORD", "sandbox");
        Ran::from(bash.output().unwrap())
    };
    let first =
        format!("cat campaign.csv | bulklabel run - --output out.csv --limit 4 --base-url {url}");
    let ran = shell(&first).ended(75);
    let advised = ran
        .stderr
        .lines()
        .find_map(|line| line.split_once("it is done: "));
    let (_, advised) = advised.unwrap_or_else(|| panic!("{ran}"));
    assert!(advised.ends_with(" < out.csv.list"), "{advised}");
    for status in [75, 0] {
        shell(advised).ended(status);
    }
    assert_eq!(sandbox.asked().len(), 9);
}
