//! The fault matrix: whatever the service does, what the result says is what the sandbox did.

use crate::support::{Audit, Ran, Sandbox, Workplace, matrix_line};

const CUSTOMERS: u64 = 300;

/// A fault, how the run meets it, and what it must have led to somewhere, so that it is known to have struck.
struct Fault<'a> {
    name: &'a str,
    /// What the sandbox is told.
    faults: &'a str,
    /// What the run is told besides.
    run: &'a [&'a str],
    /// Whether the account is an OAuth client.
    oauth: bool,
    /// Outcomes and codes of which there must be some.
    outcomes: &'a [&'a str],
}

impl Default for Fault<'_> {
    fn default() -> Self {
        Self {
            name: "",
            faults: "{}",
            run: &[],
            oauth: false,
            outcomes: &["success"],
        }
    }
}

/// A list in which there is some of everything, and the lines of its data rows.
fn list() -> (String, Vec<u64>) {
    let mut rows = Vec::new();
    for n in 1..=CUSTOMERS {
        let customer = if n % 23 == 0 { n * 10_000 + 8_015 } else { n };
        rows.push(format!("{customer},add,VIP"));
        let more = [
            (3, "add,Gold"),
            (4, "remove,Old"),
            (5, "remove,Never held"),
            (17, "add,Unknown Segment"),
            (50, "add,VIP"),
            (60, "add,"),
        ];
        let more = more.iter().filter(|(every, _)| n % every == 0);
        rows.extend(more.map(|(_, row)| format!("{customer},{row}")));
        if n % 7 == 0 {
            rows.push(format!("{},remove,Never held", customer + 1_000_000));
        }
    }
    let lines = (2..2 + rows.len() as u64).collect();
    let list = format!("userId,action,label\n{}\n", rows.join("\n"));
    (list, lines)
}

/// Gives every eighth customer the label that some rows remove, while all is well.
fn prepare(work: &Workplace, sandbox: &Sandbox) {
    let holders: String = (1..=CUSTOMERS)
        .filter(|n| n % 8 == 0)
        .map(|n| format!("{n},add,Old\n"))
        .collect();
    work.list("before.csv", format!("userId,action,label\n{holders}"));
    let url = sandbox.url();
    work.run(["run", "before.csv", "--rate", "none", "--base-url", &url])
        .ended(0);
}

/// Runs the list against a sandbox with this fault, and holds the result against the sandbox's record.
#[track_caller]
fn audited(fault: &Fault<'_>) -> (Audit, Ran) {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--seed", "7"]));
    let (list, lines) = list();
    prepare(&work, &sandbox);
    let since = sandbox.asked().len();
    sandbox.set_faults(fault.faults);
    work.list("campaign.csv", list);
    let url = sandbox.url();
    let fixed = ["run", "campaign.csv", "--base-url", &url, "--retry-base", "1ms", "-vv"];
    let mut rate = vec!["--rate", "none"];
    rate.retain(|_| !fault.run.contains(&"--rate"));
    let mut command = work.command([&fixed[..], &rate, fault.run].concat());
    if fault.oauth {
        command
            .env_remove("BULKLABEL_USERNAME")
            .env_remove("BULKLABEL_PASSWORD")
            .env("BULKLABEL_CLIENT_KEY", "sandbox-key")
            .env("BULKLABEL_CLIENT_SECRET", "sandbox-secret");
    }
    let ran = Ran::from(command.env("RUST_LOG", "trace").output().unwrap()).ended(1);
    sandbox.set_faults("{}");
    let audit = Audit::of(&work, &sandbox, since);
    let disagreements = audit.disagreements(&lines);
    println!("{}", matrix_line(fault.name, &audit, disagreements.len(), &ran));
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    let outcomes = audit.outcomes();
    for outcome in fault.outcomes {
        assert!(outcomes.contains_key(*outcome), "no {outcome} in {outcomes:?}");
    }
    work.holds_none_of(&["c2FuZGJveDpzYW5kYm94", "sandbox-secret"], &ran);
    (audit, ran)
}
