//! The last line of a log, and the silence of a good night.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{Canned, Ran, Sandbox, Terminal, Workplace, answer};

const GOOD: &str = "userId,action,label\n1,add,VIP\n2,remove,Old\n";
const BAD: &str = "userId,action,label\n1,add,VIP\n8015,add,VIP\nx,add,VIP\n";

/// The keys and values of the last line, which is read as README.md says.
#[track_caller]
fn last(ran: &Ran) -> BTreeMap<String, Value> {
    let line = ran.last_line();
    let mut rest = line.strip_prefix("bulklabel finished:").unwrap();
    let mut others = ran.stderr.lines();
    assert!(
        others.all(|line| !line.starts_with("bulklabel finished:")),
        "{ran}"
    );
    let mut values = BTreeMap::new();
    while let Some(pair) = rest.strip_prefix(' ') {
        let (key, behind) = pair.split_once('=').unwrap();
        let mut parsed = serde_json::Deserializer::from_str(behind).into_iter::<Value>();
        let (value, length) = match behind.starts_with('"') {
            true => (parsed.next().unwrap().unwrap(), parsed.byte_offset()),
            false => {
                let word = behind.split(' ').next().unwrap();
                (Value::from(word), word.len())
            }
        };
        assert_eq!(values.insert(key.to_owned(), value), None, "{line}");
        rest = &behind[length..];
    }
    assert_eq!(rest, "", "{line}");
    let readme = include_str!("../../README.md");
    for key in values.keys() {
        assert!(readme.contains(&format!("`{key}`")), "{key}");
    }
    assert_eq!(values["exit"], ran.status.to_string());
    values
}

#[test]
fn the_last_line_says_how_a_run_ended_whichever_way_it_did() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", BAD);
    let ran = work.send(&sandbox.url(), &["--limit", "1"]).ended(75);
    let stopped = last(&ran);
    for (key, value) in [
        ("complete", "false"),
        ("command", "run"),
        ("list", "campaign.csv"),
        ("rows", "3"),
        ("success", "1"),
        ("rejected", "1"),
        ("pending", "1"),
        ("calls", "1"),
        ("attempts", "1"),
        ("throttled", "0"),
        ("recorded", "campaign.results.csv.partial"),
        ("reason", "it was to make 1 call"),
    ] {
        assert_eq!(stopped[key], value, "{key}\n{ran}");
    }
    let complete = last(&work.send(&sandbox.url(), &[]).ended(1));
    assert_eq!(complete["complete"], "true");
    assert_eq!(complete["failed"], "1");
    assert_eq!(complete["result"], "campaign.results.csv");
    assert!(!complete.contains_key("reason"));
    let refused = last(&work.send(&sandbox.url(), &[]).ended(2));
    assert!(
        refused["reason"]
            .as_str()
            .unwrap()
            .starts_with("campaign.results.csv")
    );
    let canned = Canned::answering(|_| answer(401, "", ""));
    last(&work.send(&canned.url(), &["--overwrite"]).ended(3));
    let retry = ["retry", "campaign.results.csv", "--yes"];
    assert_eq!(last(&work.run(retry))["command"], "retry");
    let undo = ["undo", "campaign.results.csv", "--yes"];
    assert_eq!(last(&work.run(undo))["command"], "undo");
}

#[test]
fn a_command_that_is_not_understood_has_ended_too_and_one_that_sends_nothing_says_nothing() {
    let work = Workplace::new();
    work.list("campaign.csv", GOOD);
    for arguments in [
        &["run", "campaign.csv", "--no-such-flag"][..],
        &["run"],
        &["-v", "retry", "x.csv", "--rate", "soon"],
        &["run", "campaign.csv", "--sandbox", "--quiet", "-v"],
        &["undo", "no-such.csv"],
        &["run", "campaign.csv", "--config", "no-such.toml"],
    ] {
        let ended = last(&work.run(arguments).ended(2));
        assert_eq!(ended["complete"], "false");
        assert!(!ended["reason"].as_str().unwrap().is_empty());
    }
    for arguments in [
        &["check", "campaign.csv"][..],
        &["status", "campaign.csv"],
        &["settings"],
        &["--help"],
        &["run", "--help"],
        &["check", "--no-such-flag"],
    ] {
        let ran = work.run(arguments);
        assert_eq!(ran.last_line, None, "{ran}");
    }
    work.rehearse(BAD, &[]).ended(1);
    let print = ["retry", "campaign.sandbox.results.csv", "--print"];
    let ran = work.run(print).ended(0);
    assert_eq!(ran.last_line, None, "{ran}");
}

#[test]
fn no_name_and_no_message_forges_the_last_line() {
    let work = Workplace::new();
    let hostile = "x\" exit=0\nbulklabel finished: exit=0 complete=true\u{202e}.csv";
    work.list(hostile, BAD);
    let canned = Canned::answering(|_| {
        let forged = r#"{"errors":[{"code":1,"message":"x\nbulklabel finished: exit=0 "}]}"#;
        answer(200, "", forged)
    });
    let url = canned.url();
    let ran = work
        .run(["run", hostile, "--base-url", &url, "--rate", "none"])
        .ended(1);
    let values = last(&ran);
    assert_eq!(values["list"], hostile);
    assert_eq!(ran.last_line().matches("exit=").count(), 1, "{ran}");
    // Nor does an error that names it.
    last(
        &work
            .run(["run", &format!("no-{hostile}"), "--sandbox"])
            .ended(2),
    );
    last(
        &work
            .run(["run", hostile, "\nbulklabel finished: exit=0"])
            .ended(2),
    );
}

#[test]
fn on_a_terminal_nobody_searches_and_json_says_it_in_json() {
    let work = Workplace::new();
    work.list("campaign.csv", GOOD);
    let rehearsal = ["run", "campaign.csv", "--sandbox", "--rate", "none"];
    let (status, screen) = Terminal::running(&work.command(rehearsal)).ends();
    assert_eq!(status, 0);
    assert!(screen.contains("2 rows, complete"), "{screen}");
    assert!(!screen.contains("bulklabel finished"), "{screen}");
    let ran = work.rehearse(GOOD, &["--log-format", "json"]).ended(0);
    let last: Value = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(last["event"], "summary");
}

#[test]
fn a_good_night_is_silent() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", GOOD);
    // Whatever there was to warn of has passed.
    let canned = Canned::answering(|n| match n % 4 {
        0 => answer(429, "retry-after: 0\r\n", ""),
        1 => answer(503, "", ""),
        _ => answer(200, "", r#"{"warnings":[]}"#),
    });
    for more in [&["--quiet"][..], &["-q"], &["--log-format=json", "-q"]] {
        let more = [more, &["--overwrite", "--retry-base", "1ms"]].concat();
        let ran = work.send(&canned.url(), &more).ended(0);
        assert_eq!(
            (ran.stdout.as_str(), ran.stderr.as_str(), &ran.last_line),
            ("", "", &None),
            "{ran}"
        );
    }
    // Also where a setting says so, and where it is carried on.
    work.list("bulklabel.toml", "quiet = true\noverwrite = true\n");
    work.send(&sandbox.url(), &["--limit", "1"]).ended(75);
    let ran = work.send(&sandbox.url(), &[]).ended(0);
    assert_eq!(ran.stderr, "");
    // What is typed is stronger.
    work.send(&sandbox.url(), &["-v"])
        .ended(0)
        .said("2 rows, complete");
    work.send(&sandbox.url(), &["--quiet=false"])
        .ended(0)
        .said("2 rows, complete");
}

#[test]
fn a_bad_night_says_what_went_wrong_with_its_warnings_and_no_progress() {
    let work = Workplace::new();
    work.list("campaign.csv", BAD);
    let canned = Canned::answering(|n| match n {
        0 => answer(429, "retry-after: 0\r\n", ""),
        1 => answer(200, "", r#"{"warnings":[]}"#),
        _ => answer(200, "", r#"{"errors":[{"code":8015,"message":"no"}]}"#),
    });
    let ran = work
        .send(&canned.url(), &["--quiet"])
        .ended(1)
        .said("3 rows, complete");
    let (hold, summary) = (ran.stderr.find("all calls wait"), ran.stderr.find("3 rows"));
    assert!(hold.is_some() && hold < summary, "{ran}");
    assert!(ran.last_line().starts_with("bulklabel finished: exit=1 "));
    let ran = work.send(&canned.url(), &["--quiet"]).ended(2);
    assert_eq!(ran.stderr.lines().count(), 1, "the error\n{ran}");
    ran.last_line();
    let ran = work
        .send(
            &canned.url(),
            &["--quiet", "--overwrite", "--log-format", "json"],
        )
        .ended(1);
    let lines = ran.stderr.lines().map(serde_json::from_str::<Value>);
    let lines: Vec<_> = lines.map(Result::unwrap).collect();
    assert_eq!(lines.last().unwrap()["event"], "summary");
    assert!(lines.iter().all(|line| line["event"] != "progress"));
}

#[test]
fn who_must_be_asked_is_asked_and_told_what_it_is_about() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", GOOD);
    let url = sandbox.url();
    let run = ["run", "campaign.csv", "--base-url", &url, "--quiet"];
    let (status, screen) = Terminal::running(&work.command(run))
        .shows("Send these changes? [y/N]")
        .types("y\n")
        .ends();
    assert_eq!(status, 0, "{screen}");
    assert!(!screen.contains("complete"), "{screen}");
    let undo = ["undo", "campaign.results.csv", "-q"];
    let (status, screen) = Terminal::running(&work.command(undo))
        .shows("Undoing takes 1 label away")
        .shows("Send these changes? [y/N]")
        .types("n\n")
        .ends();
    assert_eq!(status, 2);
    assert!(screen.contains("Nothing was sent."), "{screen}");
    fs::remove_file(work.path("campaign.results.json")).unwrap();
}

#[test]
fn a_quiet_run_that_sets_another_ones_record_aside_says_so() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list(
        "campaign.csv",
        "userId,action,label\n1,add,VIP\n2,add,VIP\n",
    );
    work.send(&sandbox.url(), &["--limit", "1"]).ended(75);
    work.list("campaign.csv", "userId,action,label\n3,add,VIP\n");
    work.send(&sandbox.url(), &["--overwrite", "--quiet"])
        .ended(0)
        .said("warning: an unfinished run of another list had this name")
        .said("campaign.results.csv.partial.1");
}
