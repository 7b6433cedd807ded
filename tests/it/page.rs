//! The page as a file: where it goes, what it may replace, and when it is written. How it looks is seen in a browser.

use std::fs;
use std::time::Duration;

use crate::support::{Canned, Ran, Sandbox, Workplace, answer};

const MARK: &str = "<!DOCTYPE html><!-- a bulklabel report -->";

const LIST: &str =
    "userId,action,label\n1,add,VIP\n8015,add,VIP\n2,add,Unknown X\nx,add,VIP\n3,remove,Gold\n";

fn read(work: &Workplace, name: &str) -> String {
    fs::read_to_string(work.path(name)).unwrap()
}

/// The same, a line for each part of it.
fn lines(html: &str) -> String {
    let ends = [
        "</p>",
        "</tr>",
        "</h1>",
        "</h2>",
        "</h3>",
        "</pre>",
        "</svg>",
        "</option>",
        "</caption>",
    ];
    let html = ends
        .iter()
        .fold(html.to_owned(), |html, end| html.replace(end, "\u{B6}"));
    let text = text(&html);
    let lines = text
        .split('\u{B6}')
        .map(str::trim)
        .filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// What people read of a page: its text, without spaces that nobody sees.
fn text(html: &str) -> String {
    let body = html.split("<main").nth(1).unwrap_or_default();
    let top = html
        .split("<header class=\"top\">")
        .nth(1)
        .unwrap_or_default();
    let top = top.split("</header>").next().unwrap_or_default();
    let mut text = String::new();
    let mut is_tag = false;
    for c in format!(
        "{top}<main{}",
        body.split("<script").next().unwrap_or_default()
    )
    .chars()
    {
        match c {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                text.push(' ');
            }
            _ if !is_tag => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn rehearsed() -> Workplace {
    let work = Workplace::new();
    work.rehearse(LIST, &[]).ended(1);
    work
}

const RESULT: &str = "campaign.sandbox.results.csv";
const PAGE: &str = "campaign.sandbox.results.html";

#[track_caller]
fn refused(work: &Workplace, arguments: &[&str], words: &str) -> Ran {
    let before = work.files();
    let ran = work
        .run([&["report"], arguments].concat())
        .ended(2)
        .said(words);
    assert_eq!(work.files(), before, "{ran}");
    ran
}

#[test]
fn it_stands_beside_the_result_or_where_it_is_wanted() {
    let work = rehearsed();
    let ran = work
        .run(["report", RESULT])
        .ended(0)
        .said(&format!("Page: {PAGE}"));
    assert!(ran.stdout.is_empty(), "{ran}");
    let page = read(&work, PAGE);
    assert!(page.starts_with(MARK));
    work.run(["report", RESULT, "--output", "other.html"])
        .ended(0);
    let printed = work.run(["report", RESULT, "--output", "-"]).ended(0);
    assert!(
        printed.stderr.is_empty() && printed.stdout.starts_with(MARK),
        "{printed}"
    );
    assert_eq!(text(&printed.stdout), text(&page));
    assert_eq!(text(&read(&work, "other.html")), text(&page));
    fs::write(work.path(PAGE), format!("{MARK} of yesterday")).unwrap();
    work.run(["report", RESULT]).ended(0);
    assert_eq!(text(&read(&work, PAGE)), text(&page));
    assert!(!work.files().iter().any(|name| name.ends_with(".writing")));
}

#[test]
fn it_replaces_nothing_but_a_page() {
    let work = rehearsed();
    work.list(PAGE, "<html>mine</html>");
    refused(
        &work,
        &[RESULT],
        "it is there already, and not a page of bulklabel's",
    )
    .said("name another file with --output, or replace it with --overwrite");
    assert_eq!(read(&work, PAGE), "<html>mine</html>");
    work.run(["report", RESULT, "--overwrite"]).ended(0);
    assert!(read(&work, PAGE).starts_with(MARK));
    fs::create_dir(work.path("folder")).unwrap();
    let json = "campaign.sandbox.results.json";
    for (name, words) in [
        (RESULT, "it is in use"),
        (json, "it is in use"),
        (
            "campaign.csv",
            "it is there already, and not a page of bulklabel's",
        ),
        ("folder", "no regular file"),
        ("nowhere/page.html", "can't be written"),
    ] {
        refused(&work, &[RESULT, "--output", name], words);
    }
    for name in [RESULT, json] {
        refused(&work, &[RESULT, "--output", name, "--overwrite"], "it is");
    }
}

#[test]
fn what_is_no_whole_result_is_refused() {
    let work = rehearsed();
    refused(
        &work,
        &["campaign.csv"],
        "campaign.csv is no result: it has no column \"line\"",
    );
    refused(&work, &["none.csv"], "none.csv");
    refused(&work, &["-"], "a result is a file");
    let result = read(&work, RESULT);
    work.list(RESULT, &result[..result.len() - 30]);
    refused(&work, &[RESULT], "cut short");
    let rows: Vec<_> = result.lines().collect();
    work.list(RESULT, rows[..rows.len() - 1].join("\n") + "\n");
    refused(&work, &[RESULT], "was written with 5");
    work.list(RESULT, result.replace("8015,Customer", "8016,Customer"));
    refused(&work, &[RESULT], "tells of other outcomes");
    work.list(RESULT, &result);
    work.run(["report", RESULT]).ended(0);
    work.list("campaign.sandbox.results.json", "{}");
    refused(&work, &[RESULT], "does not say how a result came to be");
}

#[test]
fn what_is_said_beside_another_result_is_not_told_of_this() {
    let work = rehearsed();
    work.list(
        "other.csv",
        "userId,action,label\n1,add,A\n2,add,A\n3,add,A\n4,add,A\n5,add,A\n",
    );
    work.run(["run", "other.csv", "--sandbox", "--rate", "none"])
        .ended(0);
    fs::copy(
        work.path("other.sandbox.results.json"),
        work.path("campaign.sandbox.results.json"),
    )
    .unwrap();
    refused(&work, &[RESULT], "tells of other outcomes").said("move the .json away");
}

#[test]
fn without_the_json_it_says_what_it_cannot_show() {
    let work = rehearsed();
    fs::remove_file(work.path("campaign.sandbox.results.json")).unwrap();
    work.run(["report", RESULT]).ended(0);
    let told = text(&read(&work, PAGE));
    for words in [
        "The result campaign.sandbox.results.csv is complete: 2 of 5 rows are as they should be, and 3 need a look.",
        "Pace, latency and legs stand in the .json beside a result, which is not there: they can't be shown.",
        "it can't be told to which service this was sent",
        "8015 1 row",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
}

#[test]
fn people_read_what_happened_why_and_what_to_do() {
    let work = rehearsed();
    work.run(["report", RESULT]).ended(0);
    let told = lines(&read(&work, PAGE));
    // Times and pace are of this very run.
    let (before, after) = told.split_once("\nPace and latency\n").unwrap();
    let (_, rows) = after.split_once("\nRows\n").unwrap();
    let (rows, facts) = rows.split_once("\nThe run\n").unwrap();
    let (lead, before) = before.split_once("\nAll rows stand in ").unwrap();
    let (where_and_when, before) = before.split_once('\n').unwrap();
    assert!(
        where_and_when.starts_with(&format!("{RESULT} . It ended on 20")),
        "{where_and_when}"
    );
    insta::assert_snapshot!([lead, before, rows].join("\n\n"));
    assert!(
        facts.starts_with(
            "List campaign.csv , 5 rows Sent to an imitation on this machine: a rehearsal"
        ),
        "{facts}"
    );
    assert!(
        facts.contains("Exit status 1: complete, with rows to look at"),
        "{facts}"
    );
    assert!(facts.contains("--rate none"), "{facts}");
}

#[test]
fn a_run_that_was_given_up_a_retry_an_undo_and_a_fold_are_told_as_what_they_are() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    let url = sandbox.url();
    let lead = |name: &str| {
        let page = text(&read(&work, name));
        page.split(" All rows stand in ").next().unwrap().to_owned()
    };
    work.send(&url, &["--limit", "2", "--report", "page.html"])
        .ended(75)
        .said("Page: page.html");
    let stopped = text(&read(&work, "page.html"));
    for words in [
        "The run of campaign.csv is NOT complete: it was to make 2 calls. So far 3 of 5 rows have an outcome.",
        "The same command carries on",
        "Rows are told once the run is complete.",
        "pending 2",
        "8015 1 row",
        "Exit status 75: stopped early for a passing reason",
    ] {
        assert!(stopped.contains(words), "{words}\n{stopped}");
    }
    work.send(&url, &["--finish", "--report", "page.html"])
        .ended(1);
    let told = lead("page.html");
    assert!(
        told.contains("was ended before all customers were called: 1 of 5 rows is as it should be"),
        "{told}"
    );
    let retry = [
        "retry",
        "campaign.results.csv",
        "--rate",
        "none",
        "--report",
        "retry.html",
    ];
    work.run(retry).ended(1);
    let told = lead("retry.html");
    assert!(
        told.contains("The retry of campaign.results.csv is complete: "),
        "{told}"
    );
    let undo = [
        "undo",
        "campaign.results.csv",
        "--yes",
        "--rate",
        "none",
        "--report",
        "undo.html",
    ];
    work.run(undo).ended(0);
    let told = lead("undo.html");
    assert!(
        told.contains(
            "The undo of campaign.results.csv is complete: its one row is as it should be."
        ),
        "{told}"
    );
    work.run([
        "merge",
        "--latest",
        "campaign.results.csv",
        "campaign.retry-1.results.csv",
        "--output",
        "all.csv",
    ])
    .ended(1);
    work.run(["report", "all.csv"]).ended(0);
    let told = text(&read(&work, "all.html"));
    assert!(
        told.contains("The run of campaign.csv is complete: 2 of 5 rows are as they should be"),
        "{told}"
    );
    assert!(
        told.contains("bulklabel retry all.csv --codes 8015"),
        "{told}"
    );
}

#[test]
fn a_run_that_is_unfinished_has_no_result_to_tell_of() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    work.send(&sandbox.url(), &["--limit", "2"]).ended(75);
    refused(
        &work,
        &["campaign.results.csv"],
        "is not there yet: its run is unfinished",
    );
}

#[test]
fn a_result_on_standard_output_is_told_by_its_counts() {
    let work = Workplace::new();
    let ran = work
        .rehearse(LIST, &["--output", "-", "--report", "page.html"])
        .ended(1);
    assert_eq!(ran.stdout.lines().count(), 6);
    let told = text(&read(&work, "page.html"));
    for words in [
        "8015 1 row",
        "its labels are not told here",
        "its rows are not told here",
        "is complete",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
}

#[test]
fn a_name_that_harms_something_is_refused_before_anything_is_sent() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    work.list("mine.html", "mine");
    for (name, words) in [
        ("campaign.csv", "it is the list itself"),
        ("campaign.results.csv", "it is in use"),
        ("campaign.results.json", "it is in use"),
        ("campaign.results.csv.partial", "it is in use"),
        ("rejected.csv", "it is in use"),
        (
            "mine.html",
            "it is there already, and not a page of bulklabel's",
        ),
        ("nowhere/page.html", "it can't be written"),
        ("-", "standard output is not for it"),
    ] {
        work.send(
            &sandbox.url(),
            &["--rejects", "rejected.csv", "--report", name],
        )
        .ended(2)
        .said(words)
        .said("--report");
    }
    assert!(sandbox.asked().is_empty());
    assert_eq!(work.files(), ["campaign.csv", "mine.html"]);
    assert_eq!(read(&work, "mine.html"), "mine");
}

#[test]
fn settings_name_it_too_and_what_is_not_the_run_leaves_that_one() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("bulklabel.toml", "report = \"page.html\"\n");
    work.list("campaign.csv", LIST);
    work.send(&sandbox.url(), &[])
        .ended(1)
        .said("Page: page.html");
    let first = read(&work, "page.html");
    let rehearse = ["run", "campaign.csv", "--sandbox", "--rate", "none"];
    work.run(rehearse)
        .ended(1)
        .said("page.html is there already, and is left as it is");
    let retry = ["retry", "campaign.results.csv", "--rate", "none"];
    work.run(retry).ended(1).said("page.html is there already");
    assert_eq!(read(&work, "page.html"), first);
    work.run([&retry[..], &["--report", "page.html"]].concat())
        .ended(1);
    assert!(read(&work, "page.html").contains("The retry of"));
    work.send(&sandbox.url(), &["--overwrite"]).ended(1);
    assert!(read(&work, "page.html").contains("The run of campaign.csv is complete"));
}

#[test]
fn one_that_cannot_be_written_in_the_end_changes_nothing_that_was_done() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "400ms"]));
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    let url = sandbox.url();
    let run = [
        "run",
        "campaign.csv",
        "--base-url",
        &url,
        "--report",
        "page.html",
        "--quiet",
    ];
    let child = work
        .command(run)
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while sandbox.asked().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    fs::create_dir(work.path("page.html.writing")).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).ended(0);
    let ran = ran.said("error: the page was not written, and all else stands as told here: page.html: it can't be written");
    assert!(!ran.stderr.contains("Page: "), "{ran}");
    assert_eq!(work.outcomes("campaign.results.csv"), ["2 success"]);
}

#[test]
fn a_run_that_an_error_ends_says_so_in_the_place_of_an_earlier_page() {
    let work = Workplace::new();
    let path = work.path("campaign.csv");
    work.list(
        "campaign.csv",
        "userId,action,label\n1,add,VIP\n2,add,VIP\n",
    );
    work.list("page.html", format!("{MARK} all was well yesterday"));
    let canned = Canned::answering(move |_| {
        fs::write(&path, "userId,action,label\n1,add,VIP\n3,add,VIP\n").unwrap();
        answer(200, "", r#"{"warnings":[]}"#)
    });
    work.send(&canned.url(), &["--report", "page.html"])
        .ended(3);
    let told = text(&read(&work, "page.html"));
    for words in [
        "The run of campaign.csv is NOT complete: ",
        "has changed while it was run",
        "So far 2 of 2 rows have an outcome.",
        "the same command carries on",
        "Exit status 3: stopped early, a person must look",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    let refusing = Canned::answering(|_| answer(401, "", ""));
    work.list("other.csv", "userId,action,label\n1,add,VIP\n");
    let url = refusing.url();
    let run = [
        "run",
        "other.csv",
        "--base-url",
        &url,
        "--report",
        "page.html",
    ];
    work.run(run).ended(3);
    let told = text(&read(&work, "page.html"));
    let words = "The run of other.csv is NOT complete: the service refused the credentials, HTTP 401. So far its one row has no outcome.";
    assert!(told.contains(words), "{told}");
}

#[test]
fn programs_are_told_where_it_is() {
    let work = Workplace::new();
    let ran = work
        .rehearse(LIST, &["--report", "page.html", "--log-format", "json"])
        .ended(1);
    let last: serde_json::Value = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(last["event"], "summary");
    assert_eq!(last["report"], "page.html");
}

#[test]
fn kept_columns_are_passed_over() {
    let work = Workplace::new();
    let list =
        "userId,action,label,email\n1,add,VIP,secret@example.com\n8015,add,VIP,other@example.com\n";
    work.rehearse(list, &["--keep", "email"]).ended(1);
    work.run(["report", RESULT]).ended(0);
    let page = read(&work, PAGE);
    assert!(page.contains("8015") && !page.contains("@example.com"));
}

#[test]
fn however_much_there_is_to_tell_it_stays_small() {
    let work = Workplace::new();
    let header = "line,userId,action,label,outcome,code,message,httpStatus,attempts,completedAt\n";
    let nasty = "\u{202E}\"\"&<\u{1}".repeat(200);
    let rows = (0..20_000).map(|n| {
        let (line, code) = (n + 2, n % 5_000);
        format!("{line},{n}{nasty},add,\"{n}{nasty}\",failed,\"{code}\",\"{nasty}\",200,1,\n")
    });
    let rows = rows.map(|row| row.replacen(&nasty, "9", 1));
    work.list(
        "x.results.csv",
        header.to_owned() + &rows.collect::<String>(),
    );
    work.run(["report", "x.results.csv"]).ended(0);
    let page = read(&work, "x.results.html");
    assert!(page.len() < 2_000_000, "{}", page.len());
    let told = text(&page);
    for words in [
        "These are the 100 most frequent codes. 4,900 more are in the result, on 19,600 rows.",
        "These are the 200 most frequent; 19,800 more labels in the result.",
        "The result x.results.csv is complete: all 20,000 rows need a look.",
    ] {
        assert!(told.contains(words), "{words}");
    }
}
