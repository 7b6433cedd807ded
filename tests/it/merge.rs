//! A result and its retries are folded into one, and nothing else is.

use crate::support::{Sandbox, Workplace};

const FIRST: &str = "campaign.results.csv";
const SECOND: &str = "campaign.retry-1.results.csv";
const LATEST: &str = "campaign.latest.results.csv";

/// A result of which one row has failed, and a retry that has done it.
fn retried() -> (Workplace, Sandbox) {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--busy-body", "100%"]));
    work.list(
        "campaign.csv",
        "userId,action,label\n1,add,VIP\n2,add,VIP\n3,add,\n",
    );
    work.send(
        &sandbox.url(),
        &["--max-attempts", "2", "--retry-base", "1ms"],
    )
    .ended(1);
    sandbox.set_faults("{}");
    work.run(["retry", FIRST, "--rate", "none"]).ended(0);
    (work, sandbox)
}

fn merge(work: &Workplace, results: &[&str], more: &[&str]) -> crate::support::Ran {
    let output = ["--output", LATEST];
    work.run([&["merge", "--latest"], results, &output, more].concat())
}

#[test]
fn the_last_word_of_each_row_counts_whatever_the_order_of_the_files() {
    let (work, sandbox) = retried();
    merge(&work, &[SECOND, FIRST], &[]).ended(1);
    let rows = work.rows(LATEST);
    let shown: Vec<_> = rows
        .iter()
        .map(|row| {
            ["line", "outcome", "httpStatus", "attempts"]
                .map(|c| row[c].clone())
                .join(" ")
        })
        .collect();
    assert_eq!(
        shown,
        ["2 success 200 3", "3 success 200 3", "4 rejected  0"]
    );
    let [first, second, folded] = ["results", "retry-1.results", "latest.results"]
        .map(|name| work.summary(&format!("campaign.{name}.json")));
    for key in [
        "run",
        "list",
        "baseUrl",
        "account",
        "settings",
        "shard",
        "customers",
    ] {
        assert_eq!(folded[key], first[key], "{key}");
    }
    for key in ["calls", "attempts", "throttled"] {
        let sum = first[key].as_u64().unwrap() + second[key].as_u64().unwrap();
        assert_eq!(folded[key], sum, "{key}");
    }
    assert_eq!(folded["rows"]["success"], 2);
    assert_eq!(folded["codes"], serde_json::json!({"EMPTY_LABEL": 1}));
    assert_eq!(folded["exitStatus"], 1);
    let legs = folded["legs"].as_array().unwrap();
    assert_eq!(legs.len(), 2);
    assert_eq!(legs[0], first["legs"][0]);
    let minutes = folded["minutes"].as_array().unwrap();
    let calls: u64 = minutes
        .iter()
        .map(|one| one["calls"].as_u64().unwrap())
        .sum();
    assert_eq!(calls, 4);
    assert!(
        minutes
            .windows(2)
            .all(|two| two[0]["at"].as_str() < two[1]["at"].as_str())
    );
    assert!(
        folded
            .as_object()
            .unwrap()
            .keys()
            .eq(first.as_object().unwrap().keys())
    );

    let asked = sandbox.asked().len();
    work.run(["retry", LATEST]).ended(0);
    assert_eq!(sandbox.asked().len(), asked);
    let again = work.summary("campaign.latest.retry-1.results.json");
    assert_eq!(again["of"], first["run"]);
    let latest_retry = "campaign.latest.retry-1.results.csv";
    let more = ["merge", "--latest", LATEST, latest_retry, "--output", "-"];
    let ran = work.run(more).ended(1);
    assert_eq!(ran.stdout.lines().count(), 4, "{ran}");
}

#[test]
fn a_rehearsal_is_no_part_of_what_was_done() {
    let (work, _sandbox) = retried();
    work.run(["retry", FIRST, "--sandbox"]).ended(0);
    let rehearsed = "campaign.sandbox.retry-1.results.csv";
    merge(&work, &[FIRST, rehearsed], &[])
        .ended(2)
        .said("campaign.sandbox.retry-1.results.csv is the result of a rehearsal, and campaign.results.csv is none");
    assert!(!work.path(LATEST).exists());
}

#[test]
fn nothing_is_printed_of_a_fold_that_fails() {
    let (work, _sandbox) = retried();
    let second = std::fs::read_to_string(work.path(SECOND)).unwrap();
    work.list(SECOND, second.replace("3,2,add", "3,7,add"));
    let ran = work.run(["merge", "--latest", FIRST, SECOND, "--output", "-"]);
    assert_eq!(ran.ended(2).stdout, "");
}

#[test]
fn a_fold_is_advised_where_it_is_whole() {
    let (work, _sandbox) = retried();
    merge(&work, &[FIRST, SECOND], &[]).ended(1);
    work.run(["retry", SECOND]).ended(0).said(
        "campaign.results.csv campaign.retry-1.results.csv campaign.retry-2.results.csv --output \
         campaign.latest.results.csv --overwrite",
    );
    work.run(["retry", FIRST, "--output", "mine.csv"]).ended(0);
    let ran = work.run(["retry", "mine.csv"]).ended(0);
    assert!(work.path("mine.retry-1.csv").exists());
    assert!(!ran.stderr.contains("To fold"), "{ran}");
}

#[test]
fn who_does_not_belong_is_refused_by_name() {
    let (work, sandbox) = retried();
    let url = sandbox.url();
    work.list("other.csv", "userId,action,label\n9,add,VIP\n");
    work.run(["run", "other.csv", "--base-url", &url]).ended(0);
    work.run(["undo", SECOND, "--yes"]).ended(0);
    let foreign = "other.results.csv is no retry of campaign.results.csv: it is a run of its own";
    merge(&work, &[FIRST, SECOND, "other.results.csv"], &[])
        .ended(2)
        .said(foreign);
    merge(
        &work,
        &[FIRST, SECOND, "campaign.retry-1.undo.results.csv"],
        &[],
    )
    .ended(2)
    .said("campaign.retry-1.undo.results.csv is an undo");
    merge(&work, &[FIRST, FIRST], &[])
        .ended(2)
        .said("campaign.results.csv is part of campaign.results.csv already");
    merge(&work, &[FIRST, "campaign.csv"], &[])
        .ended(2)
        .said("campaign.csv: campaign.json is not there");
    merge(&work, &["nothing.csv"], &[])
        .ended(2)
        .said("nothing.csv: there is no such result");
    work.run(["merge", FIRST, SECOND, "--output", LATEST])
        .ended(2)
        .said("say so with --latest");
    std::fs::remove_file(work.path("campaign.retry-1.results.json")).unwrap();
    merge(&work, &[FIRST, SECOND], &[])
        .ended(2)
        .said("campaign.retry-1.results.csv: campaign.retry-1.results.json is not there");
    assert!(!work.path(LATEST).exists());
}

#[test]
fn a_result_that_is_not_as_it_was_written_is_refused() {
    let (work, _sandbox) = retried();
    let (first, second) = [FIRST, SECOND]
        .map(|name| std::fs::read_to_string(work.path(name)).unwrap())
        .into();
    let changed: [(&str, String, &str); 5] = [
        (
            FIRST,
            first
                .lines()
                .rev()
                .map(|line| format!("{line}\n"))
                .collect(),
            "no column",
        ),
        (FIRST, swapped(&first), "not in the order of the list"),
        (FIRST, first[..first.len() - 3].to_owned(), "cut short"),
        (
            SECOND,
            without_last_line(&second),
            "campaign.retry-1.results.csv has 1 rows, and was written with 2",
        ),
        (
            SECOND,
            second.replace("2,1,add", "2,7,add"),
            "the row for line 2 of the list is another in campaign.retry-1.results.csv",
        ),
    ];
    for (name, text, words) in changed {
        work.list(FIRST, &first)
            .list(SECOND, &second)
            .list(name, text);
        merge(&work, &[FIRST, SECOND], &[]).ended(2).said(words);
    }
    let names = work.files();
    assert!(
        !names.iter().any(|name| name.starts_with("campaign.latest")),
        "{names:?}"
    );
}

fn swapped(text: &str) -> String {
    let mut lines: Vec<_> = text.lines().collect();
    lines.swap(1, 2);
    lines.join("\n") + "\n"
}

fn without_last_line(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[..lines.len() - 1].join("\n") + "\n"
}

#[test]
fn no_result_is_lost_to_a_fold() {
    let (work, _sandbox) = retried();
    merge(&work, &[FIRST, SECOND], &[]).ended(1);
    merge(&work, &[FIRST, SECOND], &[])
        .ended(2)
        .said("campaign.latest.results.csv exists already");
    merge(&work, &[FIRST, SECOND], &["--overwrite"]).ended(1);
    merge(&work, &[FIRST, SECOND], &["--overwrite", "--tolerate", "1"])
        .ended(0)
        .said("look at 1 row in the result, no more than --tolerate allows");
    let folded = work.summary("campaign.latest.results.json");
    assert_eq!(folded["exitStatus"], 0);
    assert_eq!(folded["settings"]["tolerate"], "1");
    merge(&work, &[LATEST, SECOND], &["--overwrite"])
        .ended(2)
        .said("campaign.retry-1.results.csv is part of campaign.latest.results.csv already");
    let before = std::fs::read(work.path(FIRST)).unwrap();
    let results = ["merge", "--latest", FIRST, SECOND];
    for output in [FIRST, SECOND, "campaign.results.txt"] {
        work.run([&results[..], &["--output", output, "--overwrite"]].concat())
            .ended(2)
            .said("is one of the results that are merged");
    }
    assert_eq!(std::fs::read(work.path(FIRST)).unwrap(), before);
    work.list("busy.csv.partial", "an unfinished run");
    work.run([&results[..], &["--output", "busy.csv"]].concat())
        .ended(2)
        .said("a run is unfinished whose result would have this place");
}
