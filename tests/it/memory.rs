//! `--memory`: a list that would take more is planned in parts, and nobody sees a difference but in the order of calls.

use std::fmt::Write;

use crate::support::{Ran, Row, Sandbox, Workplace};

/// As little as there can be: some 8,000 rows at once.
const LITTLE: &str = "1K";

/// Rows of so many customers, shuffled, each a few hundred times; with all that can be wrong with them.
fn list(customers: u64, rows: u64) -> String {
    let mut list = "userId,action,label\n".to_owned();
    for row in 0..rows {
        let mixed = (row + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let user = (mixed >> 40) % customers + 1;
        let label = (mixed >> 20) % 97;
        let action = ["add", "add", "add", "remove"][(mixed >> 10) as usize % 4];
        let line = match row % 1_000 {
            1 => "not an id,add,VIP".to_owned(),
            2 => format!("{user},delete,VIP"),
            3 => format!("{user},add,\"a, {label}\"\n"),
            _ if label == 5 => format!("{user},{action},Unknown"),
            _ => format!("{user},{action},Label {label}"),
        };
        writeln!(list, "{line}").unwrap();
    }
    list
}

/// All that a result says, but for when.
fn timeless(work: &Workplace, name: &str) -> Vec<Row> {
    let mut rows = work.rows(name);
    for row in &mut rows {
        row.remove("completedAt");
    }
    rows
}

#[test]
fn a_look_at_a_list_finds_the_same() {
    let work = Workplace::new();
    work.list("campaign.csv", list(9_000, 25_000));
    for more in [
        &[][..],
        &["--json"],
        &["--on-conflict", "reject", "--max-labels", "2"],
    ] {
        let look = |memory: &str| {
            let arguments = [&["check", "campaign.csv"], more].concat();
            let mut command = work.command(arguments);
            let ran = command.env("BULKLABEL_MEMORY", memory).output().unwrap();
            // When it would end depends on when it is looked at.
            let told = Ran::from(ran).ended(1).stdout;
            let told = told.lines().filter(|line| !line.contains("begun now"));
            told.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(look(""), look(LITTLE));
    }
}

#[test]
fn a_run_makes_the_same_calls_and_the_same_result() {
    let work = Workplace::new();
    work.list("campaign.csv", list(150, 25_000));
    let send = |memory: &[&str], output: &str| {
        let sandbox = Sandbox::start(&[]);
        let output = [
            "--output",
            output,
            "--rejects",
            &format!("{output}.rejects.csv"),
        ];
        let more = [&output[..], memory, &["--on-conflict", "reject"]].concat();
        work.send(&sandbox.url(), &more).ended(1);
        let mut asked: Vec<_> = sandbox
            .asked()
            .into_iter()
            .map(|call| (call.customer, call.add, call.remove))
            .collect();
        asked.sort();
        asked.dedup();
        asked
    };
    let (whole, parts) = (
        send(&[], "whole.csv"),
        send(&["--memory", LITTLE], "parts.csv"),
    );
    assert_eq!(whole, parts);
    assert_eq!(timeless(&work, "whole.csv").len(), 25_000);
    let attempts = |rows: Vec<Row>| -> Vec<Row> {
        let without = |mut row: Row| {
            row.remove("attempts");
            row
        };
        rows.into_iter().map(without).collect()
    };
    let (whole, parts) = (timeless(&work, "whole.csv"), timeless(&work, "parts.csv"));
    assert!(attempts(whole) == attempts(parts), "the results differ");
    let rejects = |name: &str| std::fs::read_to_string(work.path(name)).unwrap();
    assert!(rejects("whole.csv.rejects.csv") == rejects("parts.csv.rejects.csv"));
}

#[test]
fn a_run_that_was_begun_in_parts_is_carried_on_with_any_memory() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(60, 25_000));
    let first = ["--memory", LITTLE, "--limit", "25"];
    work.send(&sandbox.url(), &first).ended(75);
    work.send(&sandbox.url(), &["--limit", "20"])
        .ended(75)
        .said("The run was begun in 4 parts, and goes on so.");
    work.send(&sandbox.url(), &["--memory", "1G"]).ended(1);
    let mut asked: Vec<_> = sandbox
        .asked()
        .iter()
        .map(|call| call.customer.unwrap())
        .collect();
    let calls = asked.len();
    asked.sort_unstable();
    asked.dedup();
    assert_eq!((calls, asked.len()), (60, 60), "nobody is called twice");
    let rows = work.rows("campaign.results.csv");
    let of = |outcome: &str| rows.iter().filter(|row| row["outcome"] == outcome).count();
    assert_eq!(rows.len(), 25_000);
    assert_eq!(of("pending"), 0);
}

#[test]
fn a_run_in_parts_can_be_ended_early() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(40, 20_000));
    let first = ["--memory", LITTLE, "--limit", "25"];
    work.send(&sandbox.url(), &first).ended(75);
    work.send(&sandbox.url(), &["--memory", LITTLE, "--finish"])
        .ended(1);
    let rows = work.rows("campaign.results.csv");
    let sent: std::collections::BTreeSet<_> = sandbox
        .asked()
        .iter()
        .map(|call| call.customer.unwrap().to_string())
        .collect();
    assert_eq!(sent.len(), 25);
    let called = |row: &&Row| row["outcome"] == "success";
    assert!(
        rows.iter()
            .filter(called)
            .all(|row| sent.contains(&row["userId"]))
    );
    assert!(rows.iter().any(|row| row["outcome"] == "pending"));
}

#[test]
fn a_size_that_is_none_is_refused() {
    let work = Workplace::new();
    work.list("campaign.csv", list(3, 10));
    work.run(["check", "campaign.csv", "--memory", "512"])
        .ended(2)
        .said("\"512\" is no size: write 512M, 2G, or a share of the machine's memory such as 25%");
    work.run(["check", "campaign.csv", "--memory", "25%"])
        .ended(1);
}
