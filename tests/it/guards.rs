//! What is not as it was expected is not sent; what was expected is no failure.

use crate::support::{Ran, Sandbox, Workplace};

const LIST: &str = "userId,action,label\n1,add,VIP\n2,remove,Old\n3,remove,Old\n3,remove,Old\n";

#[test]
fn a_list_of_another_size_is_not_sent() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    for (range, words) in [
        (
            "5..",
            "campaign.csv: 4 rows, and --expect-rows wants 5 at least",
        ),
        ("..3", "wants 3 at most"),
        ("100..50000", "wants 100 to 50,000"),
        ("3", "wants 3;"),
    ] {
        work.send(&sandbox.url(), &["--expect-rows", range])
            .ended(2)
            .said(words);
    }
    work.send(&sandbox.url(), &["--expect-rows", "4..3"])
        .ended(2)
        .said("is no range of rows");
    assert!(sandbox.asked().is_empty());
    assert_eq!(work.files(), ["campaign.csv"]);
    work.send(&sandbox.url(), &["--expect-rows", "4"]).ended(0);
}

#[test]
fn more_removals_than_allowed_are_not_sent() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST)
        .list("bulklabel.toml", "max_removals = 1\n");
    let words =
        "campaign.csv: 2 removals would be sent, and --max-removals allows 1; nothing was sent";
    work.send(&sandbox.url(), &[]).ended(2).said(words);
    let mut command = work.command(["run", "campaign.csv", "--base-url", &sandbox.url()]);
    let ran = command.env("BULKLABEL_MAX_REMOVALS", "0").output().unwrap();
    Ran::from(ran).ended(2).said("allows 0");
    assert!(sandbox.asked().is_empty());
    work.send(&sandbox.url(), &["--max-removals", "2"]).ended(0);
}

#[test]
fn an_empty_list_can_be_expected_not_to_be() {
    let work = Workplace::new();
    work.rehearse("userId,action,label\n", &["--expect-rows", "1.."])
        .ended(2)
        .said("0 rows");
    work.rehearse("userId,action,label\n", &[]).ended(0);
}

/// Of 200 rows two are for customers that do not exist.
fn two_of_two_hundred() -> String {
    let rows: String = (1..=198).map(|n| format!("{n},add,VIP\n")).collect();
    format!("userId,action,label\n{rows}18015,add,VIP\n28015,add,VIP\n")
}

#[test]
fn what_is_tolerated_is_no_failure_and_is_told_all_the_same() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", two_of_two_hundred());
    for (tolerance, status) in [("0.9%", 1), ("1%", 0), ("1", 1), ("2", 0)] {
        let more = ["--overwrite", "--tolerate", tolerance];
        let ran = work.send(&sandbox.url(), &more).ended(status);
        let summary = work.summary("campaign.results.json");
        assert_eq!(summary["exitStatus"], status, "{tolerance}");
        assert_eq!(summary["settings"]["tolerate"], tolerance);
        assert_eq!(summary["legs"][0]["exitStatus"], status, "{tolerance}");
        assert!(
            ran.stderr.contains("first on line 200: Customer not found"),
            "{ran}"
        );
        assert!(
            !ran.stderr.contains("every row is as it should be"),
            "{ran}"
        );
        if status == 0 {
            ran.said("look at 2 rows in the result, no more than --tolerate allows")
                .said("bulklabel retry campaign.results.csv");
        }
    }
    work.send(&sandbox.url(), &["--overwrite", "--tolerate", "1.5"])
        .ended(2)
        .said("neither a number of rows nor a share");
    work.run(["retry", "campaign.results.csv", "--tolerate", "2"])
        .ended(0)
        .said("look at 2 rows");
}
