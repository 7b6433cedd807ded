//! A campaign of which half fails: sent again, and again, folded into one result, and undone.

use std::collections::BTreeMap;

use crate::support::{Sandbox, Workplace};

/// Customers that are given a label; of them, the first few have it already.
const ADDED: u64 = 40;
const HELD_BEFORE: u64 = 5;

/// Customers that a label is taken from; of them, the first few have it.
const REMOVED: std::ops::RangeInclusive<u64> = 41..=50;
const HAVE_OLD: std::ops::RangeInclusive<u64> = 41..=45;

fn labels(sandbox: &Sandbox) -> BTreeMap<u64, Vec<String>> {
    let customers = 1..=*REMOVED.end();
    customers.map(|n| (n, sandbox.labels(n))).collect()
}

fn campaign() -> String {
    let added = (1..=ADDED).map(|n| format!("{n},add,VIP\n"));
    let removed = REMOVED.map(|n| format!("{n},remove,Old\n"));
    let rows: String = added.chain(removed).collect();
    // The first line of data is not the second of the file, and one row is no row.
    format!("userId,action,label\n\n{rows}x,add,VIP\n")
}

#[test]
fn what_half_failed_is_sent_again_folded_and_undone() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    let url = sandbox.url();
    let held = (1..=HELD_BEFORE).map(|n| format!("{n},add,VIP\n"));
    let old = HAVE_OLD.map(|n| format!("{n},add,Old\n"));
    let before: String = held.chain(old).collect();
    work.list("before.csv", format!("userId,action,label\n{before}"))
        .list("campaign.csv", campaign());
    let address = ["--base-url", &url, "--rate", "none"];
    work.run([&["run", "before.csv"], &address[..]].concat())
        .ended(0);
    let at_the_start = labels(&sandbox);

    sandbox.set_faults(r#"{"busy-body":"50%"}"#);
    let once = ["--max-attempts", "1", "--rate", "none"];
    work.send(&url, &once[..2]).ended(1);
    let failed = |name: &str| {
        let rows = work.rows(name);
        rows.iter()
            .filter(|row| row["outcome"] == "failed")
            .map(|row| row["line"].clone())
            .collect::<Vec<_>>()
    };
    let first = failed("campaign.results.csv");
    assert!((15..36).contains(&first.len()), "{}", first.len());

    let retry = |result: &str| work.run([&["retry", result][..], &once].concat());
    retry("campaign.results.csv")
        .ended(1)
        .said("bulklabel retry campaign.retry-1.results.csv");
    let lines = |name: &str| {
        let rows = work.rows(name);
        rows.iter()
            .map(|row| row["line"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(lines("campaign.retry-1.results.csv"), first);
    let second = failed("campaign.retry-1.results.csv");
    assert!((1..first.len()).contains(&second.len()));

    sandbox.set_faults("{}");
    let fold = "bulklabel merge --latest campaign.results.csv campaign.retry-1.results.csv campaign.retry-2.results.csv \
                --output campaign.latest.results.csv";
    retry("campaign.retry-1.results.csv").ended(0).said(fold);
    assert_eq!(lines("campaign.retry-2.results.csv"), second);

    work.run(fold.split(' ').skip(1))
        .ended(1)
        .said("51 rows, complete");
    let runs = ["", ".retry-1", ".retry-2", ".latest"]
        .map(|name| work.summary(&format!("campaign{name}.results.json")));
    assert_eq!(runs[1]["of"], runs[0]["run"]);
    assert_eq!(runs[2]["of"], runs[1]["run"]);
    assert_eq!(runs[3]["run"], runs[0]["run"]);
    assert!(runs[0].get("of").is_none() && runs[3].get("of").is_none());
    let (latest, all) = (
        work.rows("campaign.latest.results.csv"),
        work.rows("campaign.results.csv"),
    );
    let own = |row: &crate::support::Row| {
        ["line", "userId", "action", "label"].map(|column| row[column].clone())
    };
    assert!(latest.iter().map(own).eq(all.iter().map(own)));
    let warned = REMOVED.count() - HAVE_OLD.count();
    let count = |outcome: &str| {
        latest
            .iter()
            .filter(|row| row["outcome"] == outcome)
            .count()
    };
    assert_eq!(
        (count("success"), count("warning"), count("rejected")),
        (ADDED as usize + HAVE_OLD.count(), warned, 1)
    );
    let attempts: usize = latest
        .iter()
        .map(|row| row["attempts"].parse::<usize>().unwrap())
        .sum();
    assert_eq!(attempts, 50 + first.len() + second.len());
    assert_eq!(runs[3]["attempts"], attempts);

    work.run(["undo", "campaign.latest.results.csv", "--rate", "none"])
        .ended(2)
        .said("add --yes");
    let undo = [
        "undo",
        "campaign.latest.results.csv",
        "--yes",
        "--rate",
        "none",
    ];
    work.run(undo)
        .ended(0)
        .said("Undoing takes 40 labels away even from a customer who had the label before");
    assert_eq!(
        work.rows("campaign.latest.undo.results.csv").len(),
        ADDED as usize + HAVE_OLD.count()
    );
    let mut expected = at_the_start;
    for customer in 1..=HELD_BEFORE {
        expected.insert(customer, Vec::new());
    }
    assert_eq!(labels(&sandbox), expected);
}
