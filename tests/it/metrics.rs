//! `--metrics` and `--summary`: a monitor learns how a run ended, whichever way it did.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::{Canned, Ran, Sandbox, Workplace, answer, tool, words};

const LIST: &str = "userId,action,label\n1,add,VIP\n2,add,VIP\n2,remove,Old\nx,add,VIP\n";

const MORE: [&str; 4] = ["--metrics", "nightly.prom", "--summary", "last.json"];

/// The samples of a file in Prometheus' text format, by name, those by outcome as `name outcome`; read as strictly as its
/// documents say.
#[track_caller]
fn samples(text: &str) -> BTreeMap<String, f64> {
    let (mut samples, mut about) = (BTreeMap::new(), String::new());
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').unwrap();
            assert!(help.ends_with('.'), "{line}");
            about = name.to_owned();
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            assert_eq!(kind, format!("{about} gauge"));
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap();
            assert_eq!(name, about, "{line}");
            let labels = labels.strip_suffix('}').unwrap();
            let outcome = labels.strip_prefix("name=\"nightly\"").unwrap();
            let outcome = outcome.replace(",outcome=", " ").replace('"', "");
            let value = value.parse().unwrap();
            assert_eq!(samples.insert(format!("{name}{outcome}"), value), None);
        }
    }
    assert!(samples.keys().all(|name| name.starts_with("bulklabel_")));
    samples
}

/// What a monitor learns of the run that has just ended.
#[track_caller]
fn learnt(work: &Workplace) -> (BTreeMap<String, f64>, Value) {
    let metrics = fs::read_to_string(work.path("nightly.prom")).expect("there are metrics");
    if let Some(said) = promtool(&work.path("nightly.prom")) {
        assert_eq!(said, (true, String::new()), "{metrics}");
    }
    let left: Vec<_> = work.files();
    assert!(
        !left.iter().any(|name| name.ends_with(".writing")),
        "{left:?}"
    );
    (samples(&metrics), work.summary("last.json"))
}

/// Whether promtool has nothing against a file, and what it says.
fn promtool(path: &Path) -> Option<(bool, String)> {
    let check = format!("promtool check metrics < '{}'", path.display());
    tool("promtool", ["--version"])?;
    let said = tool("sh", ["-c", &check])?;
    Some((said.status.success(), words(&said)))
}

fn night(work: &Workplace, url: &str, more: &[&str]) -> Ran {
    let fixed = ["--overwrite", "--retry-base", "1ms"];
    work.send(url, &[&MORE[..], &fixed, more].concat())
}

#[test]
fn a_night_is_told_in_figures_and_the_last_good_one_is_kept() {
    let work = Workplace::new();
    work.list("campaign.csv", LIST.replace("x,add,VIP\n", ""));
    let canned = Canned::answering(|n| match n {
        0 => answer(429, "retry-after: 1\r\n", ""),
        1 => answer(503, "", ""),
        _ => answer(200, "", r#"{"warnings":[]}"#),
    });
    night(&work, &canned.url(), &[]).ended(0);
    let (good, summary) = learnt(&work);
    for (name, value) in [
        ("bulklabel_exit_status", 0.0),
        ("bulklabel_complete", 1.0),
        ("bulklabel_rows success", 3.0),
        ("bulklabel_rows failed", 0.0),
        ("bulklabel_calls", 2.0),
        ("bulklabel_customers_left", 0.0),
        ("bulklabel_attempts", 4.0),
        ("bulklabel_retries", 2.0),
        ("bulklabel_throttled_attempts", 1.0),
    ] {
        assert_eq!(good[name], value, "{name}: {good:?}");
    }
    let held = good["bulklabel_held_seconds"];
    assert!((0.9..60.0).contains(&held), "{held}");
    assert!(good["bulklabel_duration_seconds"] >= held);
    let success = good["bulklabel_last_success_timestamp_seconds"];
    assert_eq!(success, good["bulklabel_end_timestamp_seconds"]);
    assert_eq!(summary, work.summary("campaign.results.json"));
    // The next night is no good one.
    work.list("campaign.csv", LIST);
    night(&work, &canned.url(), &[]).ended(1);
    let (bad, _) = learnt(&work);
    assert_eq!(bad["bulklabel_exit_status"], 1.0);
    assert_eq!(bad["bulklabel_rows rejected"], 1.0);
    assert_eq!(bad["bulklabel_last_success_timestamp_seconds"], success);
    assert!(bad["bulklabel_start_timestamp_seconds"] >= success);
    let readme = include_str!("../../README.md");
    for name in bad.keys() {
        let name = name.split(' ').next().unwrap();
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn promtool_has_something_against_a_file_that_is_none() {
    let work = Workplace::new();
    work.list(
        "x.prom",
        "# TYPE bulklabel_rows gauge\nbulklabel_rows{outcome=success} 1\n",
    );
    work.list(
        "y.prom",
        "# TYPE bulklabel_rows_total gauge\nbulklabel_rows_total 1\n",
    );
    for name in ["x.prom", "y.prom"] {
        if let Some((passes, said)) = promtool(&work.path(name)) {
            assert!(!passes, "{said}");
        }
    }
}

/// How many rows are pending, and what the summary, the metrics and the exit status say alike.
#[track_caller]
fn ended_early(work: &Workplace, ran: &Ran, status: i32) -> u64 {
    assert_eq!(ran.status, status, "{ran}");
    let (metrics, summary) = learnt(work);
    assert_eq!(metrics["bulklabel_exit_status"], f64::from(status));
    assert_eq!(metrics["bulklabel_complete"], 0.0);
    assert_eq!(metrics["bulklabel_last_success_timestamp_seconds"], 0.0);
    assert_eq!(summary["exitStatus"], status);
    assert!(summary["reason"].is_string(), "{summary}");
    let legs = summary["legs"].as_array().unwrap();
    assert_eq!(legs.last().unwrap()["exitStatus"], status);
    let pending = summary["rows"]["pending"].as_u64().unwrap_or_default();
    let told = metrics.get("bulklabel_rows pending").copied();
    assert_eq!(told.unwrap_or_default(), pending as f64);
    fs::remove_file(work.path("nightly.prom")).unwrap();
    fs::remove_file(work.path("last.json")).unwrap();
    pending
}

#[test]
fn a_run_that_stops_or_never_begins_is_told_too() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    let url = sandbox.url();
    work.list("campaign.csv", LIST);
    let refused = night(&work, &url, &["--expect-rows", "1000.."]);
    assert_eq!(ended_early(&work, &refused, 2), 3, "the list was read");
    let refused = night(&work, &url, &["--timeout", "1s", "--label", "x"]);
    assert_eq!(ended_early(&work, &refused, 2), 0, "there is such a column");
    let limited = night(&work, &url, &["--limit", "1"]);
    assert_eq!(ended_early(&work, &limited, 75), 2);
    night(&work, &url, &["--finish"]).ended(1);
    let (finished, _) = learnt(&work);
    assert_eq!(finished["bulklabel_complete"], 1.0);
    assert_eq!(finished["bulklabel_customers_left"], 1.0);
    assert_eq!(finished["bulklabel_rows pending"], 2.0);
    fs::remove_file(work.path("nightly.prom")).unwrap();
    let limited = night(&work, &url, &["--limit", "1"]);
    assert_eq!(ended_early(&work, &limited, 75), 2);
    // Carried on, and refused: nobody says that what was done was not.
    let refused = night(&work, &url, &["--strict"]);
    assert_eq!(ended_early(&work, &refused, 2), 0);
    let canned = Canned::answering(|_| answer(401, "", ""));
    let locked_out = night(&work, &canned.url(), &["--restart"]);
    assert_eq!(ended_early(&work, &locked_out, 3), 3);
    let down = night(
        &work,
        "http://127.0.0.1:9",
        &["--restart", "--max-outage", "1s"],
    );
    assert_eq!(ended_early(&work, &down, 75), 3);
    fs::remove_file(work.path("campaign.csv")).unwrap();
    let refused = night(&work, &url, &[]);
    assert_eq!(ended_early(&work, &refused, 2), 0);
}

fn hanging(work: &Workplace, sandbox: &Sandbox, more: &[&str]) -> Child {
    work.list("campaign.csv", LIST);
    let url = sandbox.url();
    let fixed = ["run", "campaign.csv", "--base-url", &url, "--drain", "0s"];
    let mut command = work.command([&fixed[..], more].concat());
    command.stderr(Stdio::piped()).spawn().unwrap()
}

fn terminate(process: &Child) {
    let id = process.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn so_are_a_signal_and_a_run_that_finds_the_lock_held() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--hang", "100%"]));
    let first = hanging(&work, &sandbox, &[]);
    sandbox.wait_for(1);
    let second = night(&work, &sandbox.url(), &[]);
    assert_eq!(ended_early(&work, &second, 75), 0);
    terminate(&first);
    Ran::from(first.wait_with_output().unwrap()).ended(143);
    let third = hanging(&work, &sandbox, &MORE);
    sandbox.wait_for(2);
    terminate(&third);
    let third = Ran::from(third.wait_with_output().unwrap());
    assert_eq!(ended_early(&work, &third, 143), 3);
}

#[test]
fn a_signal_before_anything_is_sent_is_told() {
    let work = Workplace::new();
    let fifo = work.path("campaign.csv");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let fixed = ["run", "campaign.csv", "--sandbox", "--output", "x.csv"];
    let mut command = work.command([&fixed[..], &MORE].concat());
    let process = command.stderr(Stdio::piped()).spawn().unwrap();
    // It has opened the pipe, and waits for what does not come.
    let writer = fs::File::options().write(true).open(&fifo).unwrap();
    while !work.path("x.csv.list.writing").exists() {
        std::thread::yield_now();
    }
    terminate(&process);
    let ran = Ran::from(process.wait_with_output().unwrap());
    drop(writer);
    fs::remove_file(fifo).unwrap();
    assert_eq!(ended_early(&work, &ran, 143), 0);
    let last = ran.last_line();
    assert!(
        last.starts_with("bulklabel finished: exit=143 complete=false "),
        "{ran}"
    );
}

#[test]
fn a_file_that_cannot_be_written_at_the_end_changes_nothing_else() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "300ms"]));
    fs::create_dir(work.path("gone")).unwrap();
    let more = [
        "--metrics",
        "gone/x.prom",
        "--summary",
        "gone/x.json",
        "--quiet",
    ];
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    let url = sandbox.url();
    let fixed = ["run", "campaign.csv", "--base-url", &url];
    let mut command = work.command([&fixed[..], &more].concat());
    let process = command.stderr(Stdio::piped()).spawn().unwrap();
    sandbox.wait_for(1);
    fs::remove_dir(work.path("gone")).unwrap();
    let ran = Ran::from(process.wait_with_output().unwrap()).ended(0);
    let complaints = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("error: "));
    assert_eq!(complaints.count(), 2, "{ran}");
    let ran = ran
        .said("gone/x.prom: it can't be written")
        .said("gone/x.json: it can't be written")
        .said("name another file with --metrics");
    let last = ran.last_line();
    assert!(
        last.starts_with("bulklabel finished: exit=0 complete=true "),
        "{ran}"
    );
    assert_eq!(work.outcomes("campaign.results.csv"), ["2 success"]);
}

#[test]
fn names_that_harm_something_or_would_never_be_read_are_refused() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    work.list("other.prom", "# HELP node_x Another's.\nnode_x 1\n");
    work.list("other.json", "{\"name\": \"mine\"}");
    let header = "line,userId,action,label,outcome,code,message,httpStatus,attempts,completedAt\n";
    work.list("before.results.csv", header);
    work.list("before.results.json", "{\"program\":\"bulklabel 0.1.0\"}");
    work.list("campaign.prom", LIST);
    let before = work.files();
    for (flag, name, why) in [
        ("--metrics", "nightly.txt", "names end in .prom"),
        ("--metrics", "nowhere/x.prom", "it can't be written"),
        (
            "--metrics",
            "other.prom",
            "not metrics that bulklabel has written",
        ),
        ("--metrics", "-", "names end in .prom"),
        (
            "--summary",
            "n-{date}.json",
            "only --output and --excel know {date}",
        ),
        ("--summary", "-", "standard output is not for it"),
        ("--summary", "campaign.csv", "it is the list itself"),
        (
            "--summary",
            "other.json",
            "not a summary that bulklabel has written",
        ),
        ("--summary", "before.results.json", "it is in use"),
        ("--summary", "campaign.results.csv", "it is in use"),
        ("--summary", "campaign.results.json", "it is in use"),
        ("--summary", "campaign.results.csv.partial", "it is in use"),
    ] {
        work.send(&sandbox.url(), &[flag, name]).ended(2).said(why);
        assert_eq!(work.files(), before, "{name}");
    }
    for (more, why) in [
        (
            ["--output", "x.json", "--summary", "x.json"],
            "it is in use",
        ),
        (
            ["--output", "x.prom", "--metrics", "x.prom"],
            "it is in use",
        ),
        (
            ["--metrics", "x.prom", "--summary", "x.prom"],
            "it is in use",
        ),
    ] {
        work.send(&sandbox.url(), &more).ended(2).said(why);
    }
    work.run([
        "run",
        "campaign.prom",
        "--sandbox",
        "--metrics",
        "campaign.prom",
    ])
    .ended(2)
    .said("it is the list itself");
    assert_eq!(
        fs::read_to_string(work.path("campaign.prom")).unwrap(),
        LIST
    );
    assert!(sandbox.asked().is_empty());
}

#[test]
fn settings_name_them_for_the_run_itself_and_for_nothing_else() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    work.list(
        "bulklabel.toml",
        "metrics = \"nightly.prom\"\nsummary = \"last.json\"\n",
    );
    work.rehearse(LIST, &[]).ended(1);
    assert!(!work.path("nightly.prom").exists() && !work.path("last.json").exists());
    work.send(&sandbox.url(), &[]).ended(1);
    let (before, _) = learnt(&work);
    let retry = [
        "retry",
        "campaign.results.csv",
        "--codes",
        "INVALID_USER_ID",
    ];
    let mut command = work.command(retry);
    command.env("BULKLABEL_METRICS", "nightly.prom");
    Ran::from(command.output().unwrap()).ended(1);
    assert_eq!(learnt(&work).0, before);
    let undo = ["undo", "campaign.results.csv", "--yes"];
    let ran = work.run([&undo[..], &MORE].concat()).ended(0);
    let (after, summary) = learnt(&work);
    assert_eq!(after["bulklabel_rows success"], 2.0, "{ran}");
    assert_eq!(summary["settings"]["kind"], "undo");
    // A rehearsal is no good night.
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    let rehearsal = ["run", "campaign.csv", "--sandbox"];
    work.run([&rehearsal[..], &MORE].concat()).ended(0);
    let (rehearsed, _) = learnt(&work);
    let at = "bulklabel_last_success_timestamp_seconds";
    assert_eq!(rehearsed[at], after[at]);
}

#[test]
fn a_summary_is_written_where_the_result_is_printed() {
    let work = Workplace::new();
    let ran = work
        .rehearse(LIST, &["--output", "-", "--summary", "last.json"])
        .ended(1);
    assert!(ran.stdout.starts_with("line,userId,"), "{ran}");
    assert_eq!(work.summary("last.json")["rows"]["rejected"], 1);
    assert_eq!(work.files(), ["campaign.csv", "last.json"]);
}

#[test]
fn a_summary_named_after_the_list_is_written_night_after_night() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    let flags = ["--overwrite", "--summary", "campaign.json"];
    for _ in 0..2 {
        work.send(&sandbox.url(), &flags).ended(0);
    }
    let beside = ["--overwrite", "--summary", "campaign.results.json"];
    work.send(&sandbox.url(), &beside).ended(2);
}

#[test]
fn what_a_temporary_name_leads_to_is_not_written_over() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    for name in [
        "nightly.prom",
        "last.json",
        "page.html",
        "campaign.results.csv",
    ] {
        work.list("mine.txt", "mine");
        std::os::unix::fs::symlink("mine.txt", work.path(&format!("{name}.writing"))).unwrap();
        let flags = [
            "--overwrite",
            "--metrics",
            "nightly.prom",
            "--summary",
            "last.json",
            "--report",
            "page.html",
        ];
        work.send(&sandbox.url(), &flags).ended(0);
        assert_eq!(
            fs::read_to_string(work.path("mine.txt")).unwrap(),
            "mine",
            "{name}"
        );
        assert!(
            !fs::symlink_metadata(work.path(name)).unwrap().is_symlink(),
            "{name}"
        );
    }
}
