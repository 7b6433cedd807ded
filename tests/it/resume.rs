//! The same command carries on: nothing recorded is called again, and nothing is lost or mixed.

use std::process::{Child, Stdio};

use crate::support::{Canned, Ran, Sandbox, Workplace, answer};

const ROWS: u64 = 60;

fn list(from: u64) -> String {
    let rows: String = (from..from + ROWS)
        .map(|n| format!("{n},add,VIP\n"))
        .collect();
    format!("userId,action,label\n{rows}")
}

/// A list of which a part was called before the program was killed.
struct Killed {
    work: Workplace,
    sandbox: Sandbox,
}

const RESULT: &str = "campaign.results.csv";

fn start(work: &Workplace, sandbox: &Sandbox, more: &[&str]) -> Child {
    let url = sandbox.url();
    let fixed = ["run", "campaign.csv", "--base-url", &url, "--rate", "none"];
    let mut command = work.command([&fixed[..], more].concat());
    command.stderr(Stdio::piped()).spawn().unwrap()
}

impl Killed {
    fn after(requests: usize, more: &[&str]) -> Self {
        let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "20ms"]));
        work.list("campaign.csv", list(1));
        let mut process = start(&work, &sandbox, &[&["--concurrency", "2"], more].concat());
        sandbox.wait_for(requests);
        process.kill().unwrap();
        process.wait().unwrap();
        let killed = Self { work, sandbox };
        let recorded = killed.work.recorded(RESULT).len();
        assert!((1..requests).contains(&recorded), "{recorded}");
        killed
    }

    fn run(&self, more: &[&str]) -> Ran {
        self.work.send(&self.sandbox.url(), more)
    }

    /// Whether so many attempts may be said where the sandbox was asked so often: those that were about to leave when the
    /// program was killed count.
    fn may_have_sent(asked: usize, said: usize) -> bool {
        (asked..=asked + 2).contains(&said)
    }

    fn asked(&self) -> usize {
        self.sandbox.asked().len()
    }

    fn partial(&self) -> String {
        std::fs::read_to_string(self.work.path("campaign.results.csv.partial")).unwrap()
    }
}

#[test]
fn after_a_kill_the_same_command_calls_only_those_that_are_not_recorded() {
    let killed = Killed::after(20, &[]);
    let recorded = killed.work.recorded(RESULT).len();
    killed
        .run(&[])
        .ended(0)
        .said(&format!("Carrying on: {recorded} of 60 calls are done"))
        .said("60 calls,");
    let mut called: Vec<u64> = killed
        .sandbox
        .asked()
        .iter()
        .filter_map(|call| call.customer)
        .collect();
    let twice = called.len() - ROWS as usize;
    assert!(
        twice <= 2,
        "at most those in flight are called twice: {twice}"
    );
    called.sort_unstable();
    called.dedup();
    assert_eq!(called.len(), ROWS as usize);
    let rows = killed.work.rows(RESULT);
    assert_eq!(rows.len(), ROWS as usize);
    let attempts: usize = rows
        .iter()
        .map(|row| row["attempts"].parse::<usize>().unwrap())
        .sum();
    let asked = killed.asked();
    assert!(
        Killed::may_have_sent(asked, attempts),
        "every attempt of every leg counts: {attempts} {asked}"
    );
    let names = ["campaign.csv", RESULT, "campaign.results.json"];
    assert_eq!(killed.work.files(), names);
}

#[test]
fn the_summary_is_that_of_the_whole_run() {
    let killed = Killed::after(20, &["--drain", "0s"]);
    let stopped = start(&killed.work, &killed.sandbox, &["--concurrency", "2"]);
    killed.sandbox.wait_for(40);
    let id = stopped.id().to_string();
    std::process::Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .unwrap();
    let stopped = Ran::from(stopped.wait_with_output().unwrap()).ended(143);
    assert!(
        stopped.stderr.contains("The same command carries on"),
        "{stopped}"
    );
    killed.run(&[]).ended(0);
    let json = std::fs::read_to_string(killed.work.path("campaign.results.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&json).unwrap();
    let statuses: Vec<_> = summary["legs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leg| &leg["exitStatus"])
        .collect();
    assert_eq!(statuses, [&serde_json::Value::Null, &143.into(), &0.into()]);
    assert_eq!(
        (&summary["calls"], &summary["exitStatus"]),
        (&ROWS.into(), &0.into())
    );
    let attempts = summary["attempts"].as_u64().unwrap() as usize;
    let asked = killed.asked();
    assert!(Killed::may_have_sent(asked, attempts), "{attempts} {asked}");
}

#[test]
fn what_was_in_flight_at_a_kill_is_never_called_failed() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--hang", "100%"]));
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    let mut process = start(&work, &sandbox, &[]);
    sandbox.wait_for(1);
    process.kill().unwrap();
    process.wait().unwrap();
    sandbox.set_faults(r#"{"busy-body":"100%"}"#);
    work.send(
        &sandbox.url(),
        &["--max-attempts", "2", "--retry-base", "1ms"],
    )
    .ended(1);
    assert_eq!(work.outcomes(RESULT), ["2 unconfirmed CONNECTION_LOST"]);
    assert_eq!(work.rows(RESULT)[0]["attempts"], "3");
}

#[test]
fn another_list_or_other_settings_are_refused_by_name_and_lose_nothing() {
    let killed = Killed::after(10, &[]);
    let (before, asked) = (killed.partial(), killed.asked());
    killed
        .run(&["--on-conflict", "reject", "--method", "PUT"])
        .ended(2)
        .said("--method was POST, and is PUT; --on-conflict was last, and is reject")
        .said("--restart");
    killed.work.list("campaign.csv", list(1_000));
    killed
        .run(&[])
        .ended(2)
        .said("the list is another, or has changed");
    killed.work.list("campaign.csv", list(1));
    let mut command =
        killed
            .work
            .command(["run", "campaign.csv", "--base-url", &killed.sandbox.url()]);
    Ran::from(
        command
            .env("BULKLABEL_USERNAME", "another")
            .output()
            .unwrap(),
    )
    .ended(2)
    .said("--account-changed");
    assert_eq!((killed.partial(), killed.asked()), (before, asked));
}

#[test]
fn another_user_name_of_the_same_organisation_carries_on_when_that_is_said() {
    let (work, canned) = (
        Workplace::new(),
        Canned::answering(|n| match n {
            0 => answer(200, "", r#"{"warnings":[]}"#),
            1 => answer(401, "", ""),
            _ => answer(200, "", r#"{"warnings":[]}"#),
        }),
    );
    work.list(
        "campaign.csv",
        "userId,action,label\n1,add,VIP\n2,add,VIP\n",
    );
    work.send(&canned.url(), &[]).ended(3);
    let again = |more: &[&str]| {
        let url = canned.url();
        let fixed = ["run", "campaign.csv", "--base-url", &url];
        let mut command = work.command([&fixed[..], more].concat());
        Ran::from(
            command
                .env("BULKLABEL_USERNAME", "till-2")
                .output()
                .unwrap(),
        )
    };
    again(&[]).ended(2);
    again(&["--account-changed"]).ended(0);
    assert_eq!(canned.asked().len(), 3);
}

#[test]
fn a_restart_sets_what_was_recorded_aside_and_starts_over() {
    let killed = Killed::after(10, &[]);
    let (before, asked) = (killed.partial(), killed.asked());
    killed.run(&["--restart"]).ended(0);
    assert_eq!(killed.asked(), asked + ROWS as usize);
    let aside = killed.work.path("campaign.results.csv.partial.1");
    assert_eq!(std::fs::read_to_string(aside).unwrap(), before);
}

#[test]
fn a_restart_that_may_not_replace_a_result_sets_nothing_aside() {
    let killed = Killed::after(10, &[]);
    let before = killed.partial();
    killed.work.list(RESULT, "of another night");
    killed.run(&["--restart"]).ended(2).said("exists already");
    assert_eq!(killed.partial(), before);
    assert!(!killed.work.path("campaign.results.csv.partial.1").exists());
}

#[test]
fn without_its_state_a_run_is_known_by_its_journal() {
    let killed = Killed::after(10, &[]);
    let asked = killed.asked();
    std::fs::remove_file(killed.work.path("campaign.results.csv.state")).unwrap();
    killed
        .run(&["--method", "PUT"])
        .ended(2)
        .said("the list, the account or a setting is another");
    killed.run(&[]).ended(0);
    assert!(killed.asked() < asked + ROWS as usize);
}

#[test]
fn a_nightly_list_under_a_fixed_name_sets_yesterdays_unfinished_run_aside_and_carries_todays_on() {
    let killed = Killed::after(10, &["--overwrite"]);
    let asked = killed.asked();
    killed.work.list("campaign.csv", list(1_000));
    killed.run(&["--overwrite"]).ended(0);
    assert_eq!(killed.asked(), asked + ROWS as usize);
    assert!(killed.work.path("campaign.results.csv.partial.1").exists());
    let again = Killed::after(10, &["--overwrite"]);
    let recorded = again.work.recorded(RESULT).len();
    again
        .run(&["--overwrite"])
        .ended(0)
        .said(&format!("Carrying on: {recorded} of 60"));
}

#[test]
fn an_unfinished_run_can_be_ended_as_it_stands() {
    let killed = Killed::after(10, &[]);
    let (asked, recorded) = (killed.asked(), killed.work.recorded(RESULT).len());
    // It makes no call, so it needs nobody's credentials.
    let mut command = killed.work.command(["run", "campaign.csv", "--finish"]);
    command
        .env_remove("BULKLABEL_USERNAME")
        .env_remove("BULKLABEL_PASSWORD");
    Ran::from(command.output().unwrap()).ended(1);
    assert_eq!(killed.asked(), asked);
    let rows = killed.work.rows(RESULT);
    let of = |outcome: &str| rows.iter().filter(|row| row["outcome"] == outcome).count();
    assert_eq!(
        (of("success"), of("pending")),
        (recorded, ROWS as usize - recorded)
    );
    let in_flight = rows
        .iter()
        .filter(|row| row["outcome"] == "pending" && row["attempts"] == "1");
    let sent = in_flight.count() + recorded;
    assert!(Killed::may_have_sent(asked, sent), "{sent} {asked}");
    killed
        .work
        .run(["run", "campaign.csv", "--finish"])
        .ended(2)
        .said("no unfinished run");
    assert_eq!(
        killed.work.files(),
        ["campaign.csv", RESULT, "campaign.results.json"]
    );
}

#[test]
fn a_second_run_is_refused_while_the_first_goes_on_or_waits_for_it() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "20ms"]));
    work.list("campaign.csv", list(1));
    let first = start(&work, &sandbox, &["--concurrency", "2"]);
    sandbox.wait_for(1);
    work.send(&sandbox.url(), &[])
        .ended(75)
        .said("another run has campaign.results.csv.partial open");
    // It finds a complete result.
    work.send(&sandbox.url(), &["--lock-wait", "60s"])
        .ended(2)
        .said("Another run has campaign.results.csv.partial open; waiting for its end, 1 min 00 s at most.")
        .said("exists already");
    assert_eq!(first.wait_with_output().unwrap().status.code(), Some(0));
    assert_eq!(sandbox.asked().len(), ROWS as usize);
}

#[test]
fn damage_names_the_line_and_a_torn_end_is_dropped() {
    let killed = Killed::after(10, &[]);
    let (whole, asked) = (killed.partial(), killed.asked());
    let lines: Vec<_> = whole.split_inclusive('\n').collect();
    let damaged = [&lines[..3], &["x"], &lines[3..]].concat().concat();
    killed.work.list("campaign.results.csv.partial", damaged);
    killed
        .run(&[])
        .ended(2)
        .said("campaign.results.csv.partial, line 4: it is damaged");
    assert_eq!(killed.asked(), asked);
    killed.work.list(
        "campaign.results.csv.partial",
        format!("{whole}8a9b {{\"end"),
    );
    killed.run(&[]).ended(0);
}

#[test]
fn the_end_of_a_run_can_be_cut_anywhere_and_repeated() {
    let killed = Killed::after(10, &[]);
    let (work, partial) = (&killed.work, killed.partial());
    killed.run(&[]).ended(0);
    let (result, asked) = (work.rows(RESULT), killed.asked());
    // The result stands, and the journal was not removed: of a run that had all but a few calls made.
    work.list("campaign.results.csv.partial", &partial);
    killed.run(&[]).ended(0);
    assert!(
        killed.asked() > asked,
        "those that the journal does not know are called"
    );
    assert_eq!(work.rows(RESULT).len(), result.len());
    // No journal any more, but a state that a cut has left.
    work.list("campaign.results.csv.state", "{\"format\":1}");
    killed.run(&[]).ended(2).said("exists already");
}

#[test]
fn a_copied_list_carries_on_from_the_same_input_and_keeps_its_copy_from_another() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "20ms"]));
    work.list("campaign.csv", list(1))
        .list("other.csv", list(500));
    let run = |input: &str, more: &[&str]| {
        let url = sandbox.url();
        let fixed = [
            "run",
            "-",
            "--output",
            "out.csv",
            "--base-url",
            &url,
            "--rate",
            "none",
        ];
        let mut command = work.command([&fixed[..], more].concat());
        command.stdin(std::fs::File::open(work.path(input)).unwrap());
        command.stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut first = run("campaign.csv", &["--concurrency", "2"]);
    sandbox.wait_for(10);
    first.kill().unwrap();
    first.wait().unwrap();
    let copy = || std::fs::read_to_string(work.path("out.csv.list")).unwrap();
    assert_eq!(copy(), list(1));
    Ran::from(run("other.csv", &[]).wait_with_output().unwrap()).ended(2);
    assert_eq!(copy(), list(1), "another list does not take its place");
    Ran::from(run("campaign.csv", &[]).wait_with_output().unwrap()).ended(0);
    assert_eq!(
        work.files(),
        ["campaign.csv", "other.csv", "out.csv", "out.json"]
    );
}

#[test]
fn a_rehearsal_and_a_real_run_never_mix() {
    let killed = Killed::after(10, &["--output", RESULT]);
    let before = killed.partial();
    let rehearse = [
        "run",
        "campaign.csv",
        "--sandbox",
        "--rate",
        "none",
        "--output",
        RESULT,
    ];
    killed.work.run(rehearse).ended(2).said("--restart");
    assert_eq!(killed.partial(), before);
    killed
        .work
        .run(["run", "campaign.csv", "--sandbox", "--rate", "none"])
        .ended(0);
    assert_eq!(killed.partial(), before);
    killed.run(&["--output", RESULT]).ended(0);
}

#[test]
fn the_status_tells_how_far_a_run_is_while_it_runs_and_after() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "20ms"]));
    work.list("campaign.csv", list(1));
    work.run(["status", "campaign.csv"])
        .ended(2)
        .said("no unfinished run");
    let mut process = start(&work, &sandbox, &["--concurrency", "2"]);
    sandbox.wait_for(10);
    let status = || work.run(["status", "campaign.csv"]).ended(0).stdout;
    let running = status();
    assert!(
        running.starts_with("campaign.csv: running, begun "),
        "{running}"
    );
    process.kill().unwrap();
    process.wait().unwrap();
    let recorded = work.recorded(RESULT).len();
    let stopped = status();
    assert!(
        stopped.starts_with("campaign.csv: stopped, begun "),
        "{stopped}"
    );
    assert!(
        stopped.contains(&format!("  {recorded} of 60 calls are done")),
        "{stopped}"
    );
    // It needs no list, and takes nothing from whoever runs it.
    std::fs::rename(work.path("campaign.csv"), work.path("away.csv")).unwrap();
    assert!(status().contains("calls are done"));
    std::fs::rename(work.path("away.csv"), work.path("campaign.csv")).unwrap();
    work.send(&sandbox.url(), &[]).ended(0);
    assert_eq!(status(), "Complete: campaign.results.csv\n");
}

/// A run of five calls that was stopped at the fifth, and a server that answers all that come after.
fn stopped_at_the_fifth() -> (Workplace, Canned) {
    let canned = Canned::answering(|n| match n {
        4 => answer(401, "", ""),
        _ => answer(200, "", r#"{"warnings":[]}"#),
    });
    let work = Workplace::new();
    let rows: String = (1..=5).map(|n| format!("{n},add,VIP\n")).collect();
    work.list("campaign.csv", format!("userId,action,label\n{rows}"));
    work.send(&canned.url(), &["--concurrency", "1"]).ended(3);
    (work, canned)
}

/// Carries on from a journal that is cut, at every `step`-th byte of its last three records, from the `first` on.
fn carried_on_from_every_cut(first: usize, step: usize) {
    let (work, canned) = stopped_at_the_fifth();
    let read = |name: &str| std::fs::read(work.path(name)).unwrap();
    let journal = read("campaign.results.csv.partial");
    let state = read("campaign.results.csv.state");
    let mut end = 0;
    let ends: Vec<usize> = journal
        .split_inclusive(|byte| *byte == b'\n')
        .filter_map(|line| {
            end += line.len();
            line[9..].starts_with(b"{\"ended\"").then_some(end)
        })
        .collect();
    for cut in (ends[ends.len() - 4] + first..journal.len()).step_by(step) {
        work.list("campaign.results.csv.partial", &journal[..cut])
            .list("campaign.results.csv.state", &state);
        let known = ends.iter().filter(|end| **end <= cut).count();
        let before = canned.asked().len();
        work.send(&canned.url(), &["--overwrite"]).ended(0);
        assert_eq!(canned.asked().len() - before, 5 - known, "cut at {cut}");
        assert_eq!(work.rows(RESULT).len(), 5);
    }
}

#[test]
fn a_journal_cut_at_any_byte_of_its_last_records_is_carried_on() {
    std::thread::scope(|scope| {
        for first in 0..4 {
            scope.spawn(move || carried_on_from_every_cut(first, 4));
        }
    });
}
