//! What is said while a run is on its way.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Canned, Ran, Workplace, answer};

const OK: &str = r#"{"warnings":[]}"#;

/// Two customers, of whom the second meets everything: a busy service, a hold, and at last an answer.
fn eventful(more: &[&str]) -> Ran {
    let work = Workplace::new();
    let list = "userId,action,label\n41,add,VIP\n42,add,VIP\n42,remove,Old\n";
    work.list("campaign.csv", list);
    let canned = Canned::answering(|n| match n {
        0 => answer(200, "", OK),
        1 => answer(503, "", "<html>"),
        2 => answer(
            200,
            "",
            r#"{"errors":[{"code":23055,"message":"customer locked"}]}"#,
        ),
        3 => answer(429, "", ""),
        _ => answer(200, "", r#"{"errors":[{"code":618,"message":"fraud"}]}"#),
    });
    let more = [&["--retry-base", "1ms"], more].concat();
    work.send(&canned.url(), &more).ended(1)
}

/// The log's lines without what differs from run to run.
fn lines(ran: &Ran) -> String {
    let log = ran.stderr.lines().take_while(|line| line.starts_with("20"));
    let line = |line: &str| {
        let (_, line) = line.split_once("  ").or(line.split_once(' ')).unwrap();
        let words: Vec<_> = line.trim_start().split(' ').collect();
        let is_span = |at: usize| {
            at > 0 && matches!(words[at].trim_end_matches(','), "ms" | "s")
                || words.get(at + 1).is_some_and(|unit| *unit == "ms")
        };
        let kept = words
            .iter()
            .enumerate()
            .map(|(at, word)| if is_span(at) { "~" } else { word });
        kept.collect::<Vec<_>>().join(" ") + "\n"
    };
    log.map(line).collect()
}

#[test]
fn one_calls_story_can_be_read() {
    insta::assert_snapshot!(lines(&eventful(&["-vv"])));
}

#[test]
fn only_holds_are_told_unless_more_is_asked_for() {
    let quiet = lines(&eventful(&[]));
    assert_eq!(quiet.lines().count(), 1, "{quiet}");
    assert!(quiet.contains("too many requests (429); all calls wait"));
    let more = lines(&eventful(&["-v"]));
    assert!(more.contains("customer 42, attempt 2 came to nothing: 23055: customer locked"));
    assert!(!more.contains("customer 41"), "a plain success is no story");
}

/// The objects on standard error, which is to hold nothing else.
#[track_caller]
fn objects(ran: &Ran) -> Vec<Value> {
    let parsed = ran.stderr.lines().map(serde_json::from_str);
    parsed
        .collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{error}\n{ran}"))
}

#[test]
fn a_log_for_programs_holds_json_only_and_every_field_stands_in_the_readme() {
    let ran = eventful(&["-vv", "--log-format", "json"]);
    let objects = objects(&ran);
    let events: Vec<_> = objects
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .collect();
    let expected = [
        "attempt", "finished", "attempt", "retry", "attempt", "retry", "attempt", "hold",
        "attempt", "finished", "summary",
    ];
    assert_eq!(events, expected, "{ran}");
    let documented = include_str!("../../README.md");
    let fields: BTreeSet<&String> = objects
        .iter()
        .flat_map(|line| line.as_object().unwrap().keys())
        .collect();
    for field in fields {
        assert!(documented.contains(&format!("`{field}`")), "{field}");
    }
    let summary = objects.last().unwrap();
    assert_eq!(summary["rows"]["failed"], 2);
    assert_eq!(summary["codes"]["618"], 2);
    assert_eq!(summary["exitStatus"], 1);
}

#[test]
fn errors_are_json_too_also_those_of_the_command_line() {
    let work = Workplace::new();
    for arguments in [
        &["run", "no-such-list.csv", "--sandbox"][..],
        &["run", "x.csv", "--no-such-flag"],
    ] {
        let ran = work
            .run([arguments, &["--log-format", "json"]].concat())
            .ended(2);
        let objects = objects(&ran);
        assert_eq!(objects.len(), 1, "{ran}");
        assert_eq!(objects[0]["event"], "error");
        assert_eq!(objects[0]["exitStatus"], 2);
    }
    let mut command = work.command(["run", "x.csv", "--no-such-flag"]);
    let ran = Ran::from(
        command
            .env("BULKLABEL_LOG_FORMAT", "json")
            .output()
            .unwrap(),
    );
    assert_eq!(objects(&ran)[0]["level"], "ERROR");
}

#[test]
fn a_stop_is_told_when_it_begins_and_summed_up_in_the_last_line() {
    let work = Workplace::new();
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    let canned = Canned::answering(|_| answer(401, "", ""));
    let ran = work.send(&canned.url(), &["--log-format", "json"]).ended(3);
    let objects = objects(&ran);
    assert_eq!(objects[0]["event"], "stopping", "{ran}");
    let summary = objects.last().unwrap();
    assert_eq!(summary["event"], "summary");
    assert_eq!(summary["complete"], false);
    assert_eq!(summary["rows"]["pending"], 1);
    assert_eq!(summary["reason"], objects[0]["reason"]);
}
