//! The customers that go first, and whether the others follow.

use crate::support::{Sandbox, Terminal, Workplace};

/// So many customers, of whom every `nth` does not exist.
fn list(customers: u64, nth: u64) -> String {
    let id = |n: u64| match n % nth {
        0 => format!("{n}8015"),
        _ => n.to_string(),
    };
    let rows: String = (1..=customers)
        .map(|n| format!("{},add,VIP\n", id(n)))
        .collect();
    format!("userId,action,label\n{rows}")
}

#[test]
fn the_others_follow_where_fewer_than_half_failed() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(30, 3));
    let ran = work.send(&sandbox.url(), &["--canary", "8"]).ended(1);
    ran.said("The first 8 customers (8 rows), as --canary says:")
        .said("Fewer than half came to nothing: the others follow.");
    assert_eq!(sandbox.asked().len(), 30);
    assert_eq!(work.rows("campaign.results.csv").len(), 30);
    let summary = work.summary("campaign.results.json");
    assert_eq!(summary["legs"].as_array().unwrap().len(), 1);
    assert_eq!(summary["settings"]["canary"], "8");
}

#[test]
fn where_half_failed_a_person_must_look_and_the_same_command_carries_on() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(30, 2));
    let canary = ["--canary", "8", "--max-failures", "none"];
    work.send(&sandbox.url(), &canary)
        .ended(3)
        .said("4 of the first 8 customers came to nothing")
        .said("without --canary all others follow");
    assert_eq!(sandbox.asked().len(), 8, "no other was called");
    work.send(&sandbox.url(), &canary).ended(3);
    assert_eq!(sandbox.asked().len(), 16, "the next ones went first");
    work.send(&sandbox.url(), &["--max-failures", "none"])
        .ended(1);
    assert_eq!(sandbox.asked().len(), 30, "nobody was called twice");
    assert_eq!(work.rows("campaign.results.csv").len(), 30);
}

#[test]
fn what_is_there_to_send_may_be_less_than_goes_first() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(5, 2));
    work.send(&sandbox.url(), &["--canary", "8"])
        .ended(1)
        .said("5 rows, complete");
    assert_eq!(sandbox.asked().len(), 5);
    let work = Workplace::new();
    work.list("campaign.csv", list(30, 9));
    let ran = work
        .send(&sandbox.url(), &["--canary", "8", "--limit", "8"])
        .ended(75)
        .said("it was to make 8 calls");
    assert!(!ran.stderr.contains("follow"), "{ran}");
    work.send(&sandbox.url(), &["--canary", "8", "--limit", "10"])
        .ended(75)
        .said("it was to make 10 calls");
    assert_eq!(sandbox.asked().len(), 5 + 18);
}

#[test]
fn a_limit_does_not_hide_that_the_first_customers_failed() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(30, 1));
    for limit in ["8", "5"] {
        let ran = work.send(&sandbox.url(), &["--canary", "8", "--limit", limit]);
        ran.ended(3).said(&format!(
            "{limit} of the first {limit} customers came to nothing"
        ));
    }
    assert_eq!(sandbox.asked().len(), 13);
}

#[test]
fn programs_are_told_what_became_of_them() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(30, 3));
    let more = ["--canary", "8", "--log-format", "json"];
    let ran = work.send(&sandbox.url(), &more).ended(1);
    let lines = ran.stderr.lines().map(serde_json::from_str);
    let mut lines = lines.map(Result::<serde_json::Value, _>::unwrap);
    let canary = lines.find(|line| line["event"] == "canary").unwrap();
    assert_eq!(canary["customers"], 8);
    assert_eq!(canary["failedCalls"], 2);
    assert_eq!(canary["othersFollow"], true);
    assert_eq!(canary["rows"]["success"], 6);
    assert_eq!(canary["codes"]["8015"], 2);
}

/// A person who has said yes to the list, and is shown what became of the first customers.
fn person(work: &Workplace, sandbox: &Sandbox) -> Terminal {
    let url = sandbox.url();
    let command = work.command(["run", "campaign.csv", "--base-url", &url, "--canary", "8"]);
    Terminal::running(&command)
        .shows("Send these changes? [y/N] ")
        .types("y\n")
        .shows("Send the 22 customers that are left, too? [y/N] ")
}

#[test]
fn a_person_sees_the_codes_and_decides() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(30, 2));
    let (status, shown) = person(&work, &sandbox).types("\n").ends();
    assert_eq!(status, 3, "{shown}");
    assert!(shown.contains("8015                      4"), "{shown}");
    assert!(
        shown.contains("after the first 8 customers the others were not wanted"),
        "{shown}"
    );
    assert_eq!(sandbox.asked().len(), 8);
    let work = Workplace::new();
    work.list("campaign.csv", list(30, 2));
    let (status, shown) = person(&work, &sandbox).types("y\n").ends();
    assert_eq!(status, 1, "{shown}");
    assert_eq!(sandbox.asked().len(), 8 + 30);
}

#[test]
fn who_interrupts_at_the_question_sends_no_more_and_loses_nothing() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(30, 9));
    let (status, shown) = person(&work, &sandbox).types("\u{3}").ends();
    assert_eq!(status, 130, "{shown}");
    assert_eq!(sandbox.asked().len(), 8);
    work.send(&sandbox.url(), &[]).ended(1);
    assert_eq!(sandbox.asked().len(), 30);
}
