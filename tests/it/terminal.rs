//! What a person at a terminal is asked and shown.

use crate::support::{Sandbox, Terminal, Workplace};

const SECRET: &str = "hush-hush-hush";

fn workplace() -> Workplace {
    let work = Workplace::new();
    work.list(
        "campaign.csv",
        "userId,action,label\n1,add,VIP\n2,remove,Old\n",
    );
    work
}

/// Starts a run against a sandbox for a person.
fn run(work: &Workplace, url: &str, more: &[&str], password: &str) -> Terminal {
    let fixed = ["run", "campaign.csv", "--base-url", url];
    let mut command = work.command([&fixed[..], more].concat());
    command.env("BULKLABEL_PASSWORD", password);
    Terminal::running(&command)
}

#[test]
fn a_missing_password_is_asked_for_and_not_shown() {
    let (work, sandbox) = (workplace(), Sandbox::start(&[]));
    work.list("bulklabel.toml", "rate = \"50/s\"\n");
    let (status, shown) = run(&work, &sandbox.url(), &[], "")
        .shows("Password of sandbox: ")
        .types("sandbox\n")
        .shows("Settings:  bulklabel.toml")
        .shows("Send these changes? [y/N] ")
        .types("y\n")
        .ends();
    assert_eq!(status, 0, "{shown}");
    assert!(!shown.contains("Password of sandbox: sandbox"), "{shown}");
    assert_eq!(sandbox.asked().len(), 2);
}

#[test]
fn a_wrong_password_is_no_less_secret() {
    let (work, sandbox) = (workplace(), Sandbox::start(&[]));
    let (status, shown) = run(&work, &sandbox.url(), &["--yes"], "")
        .shows("Password of sandbox: ")
        .types(&format!("{SECRET}\n"))
        .ends();
    assert_eq!(status, 3, "{shown}");
    assert!(!shown.contains(SECRET), "{shown}");
}

#[test]
fn who_gives_up_at_the_prompt_sends_nothing() {
    let (work, sandbox) = (workplace(), Sandbox::start(&[]));
    let (status, shown) = run(&work, &sandbox.url(), &["--yes"], "")
        .shows("Password of sandbox: ")
        .types("\u{3}")
        .ends();
    assert_eq!(status, 130, "{shown}");
    assert!(shown.contains("nothing was sent"), "{shown}");
    let (status, shown) = run(&work, &sandbox.url(), &["--yes"], "")
        .shows("Password of sandbox: ")
        .types("\n")
        .ends();
    assert_eq!(status, 2, "{shown}");
    assert!(sandbox.asked().is_empty());
}

#[test]
fn anything_but_yes_sends_nothing() {
    let (work, sandbox) = (workplace(), Sandbox::start(&[]));
    for no in ["\n", "n\n", "no\n", "yeah\n"] {
        let (status, shown) = run(&work, &sandbox.url(), &[], "sandbox")
            .shows("[y/N] ")
            .types(no)
            .ends();
        assert_eq!(status, 2, "{shown}");
    }
    assert!(sandbox.asked().is_empty());
}

#[test]
fn where_lines_are_json_nothing_is_asked_and_nothing_sent() {
    let (work, sandbox) = (workplace(), Sandbox::start(&[]));
    let json = ["--log-format", "json"];
    let (status, shown) = run(&work, &sandbox.url(), &json, "sandbox").ends();
    assert_eq!(status, 2, "{shown}");
    assert!(shown.contains("--yes sends without a question"), "{shown}");
    assert!(sandbox.asked().is_empty());
}

#[test]
fn the_bar_says_what_is_tried_again_and_what_is_waited_for() {
    let work = Workplace::new();
    let rows: String = (1..=30).map(|n| format!("{n},add,VIP\n")).collect();
    work.list("campaign.csv", format!("userId,action,label\n{rows}"));
    let busy = [
        "--busy-body",
        "50%",
        "--throttle",
        "3%",
        "--throttle-burst",
        "1",
    ];
    let sandbox = Sandbox::start(&busy);
    let more = ["--yes", "--rate", "30/s", "--retry-base", "1ms"];
    let (_, shown) = run(&work, &sandbox.url(), &more, "sandbox")
        .shows("tried again")
        .shows(" busy")
        .shows("all calls wait")
        .shows(": too many requests (429)")
        .ends();
    assert!(shown.contains("30 rows, complete"), "{shown}");
}

/// What was drawn, line by line, without what moves the cursor.
fn drawn(shown: &str) -> Vec<String> {
    let lines = shown.split(['\n', '\r']).map(|line| {
        let mut parts = line.split("\u{1b}[");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |line, part| {
            line + part
                .split_once(|c: char| c.is_ascii_alphabetic())
                .map_or("", |(_, text)| text)
        })
    });
    lines.collect()
}

#[test]
fn the_bar_fits_into_a_narrow_terminal_and_leaves_nothing_out() {
    let work = Workplace::new();
    let rows: String = (1..=60).map(|n| format!("{n},add,VIP\n")).collect();
    work.list(
        "campaign.csv",
        format!("userId,action,label\nx,add,VIP\n{rows}"),
    );
    for columns in [30, 40, 60, 200] {
        let command = work.command(["run", "campaign.csv", "--sandbox", "--rate", "40/s"]);
        let (_, shown) = Terminal::of_width(columns, &command).ends();
        let (bar, _) = shown.split_once("61 rows, complete").expect("it ends well");
        let lines = drawn(bar);
        // Lines of a bar are filled up with blanks, each to the width of the terminal.
        let is_whole = |word: &str| {
            let known = [
                "of",
                "customers,",
                "calls/s,",
                "s",
                "left",
                "success",
                "rejected",
            ];
            let is_number = word.starts_with(|c: char| c.is_ascii_digit());
            known.contains(&word) || is_number || word.chars().all(|c| "=>".contains(c))
        };
        for line in &lines[..lines.len() - 1] {
            let characters: Vec<char> = line.chars().collect();
            for line in characters.chunks(usize::from(columns)) {
                let line: String = line.iter().collect();
                assert!(line.split_whitespace().all(is_whole), "{columns}: {line}");
            }
        }
        for words in [
            " of 60 customers",
            " calls/s",
            " left",
            "success ",
            "rejected 1",
        ] {
            assert!(
                lines.iter().any(|line| line.contains(words)),
                "{words}: {lines:#?}"
            );
        }
    }
}

#[test]
fn a_person_is_asked_also_where_the_list_comes_from_a_pipe() {
    let (work, sandbox) = (workplace(), Sandbox::start(&[]));
    let url = sandbox.url();
    let fixed = ["run", "-", "--output", "out.csv", "--base-url", &url];
    let (status, shown) = Terminal::piped("campaign.csv", &work.command(fixed))
        .shows("Send these changes? [y/N] ")
        .types("n\n")
        .ends();
    assert_eq!(status, 2, "{shown}");
    assert!(sandbox.asked().is_empty());
}

#[test]
fn who_says_no_to_a_restart_loses_nothing_of_what_was_recorded() {
    let (work, sandbox) = (workplace(), Sandbox::start(&["--revoke-after", "1"]));
    work.send(&sandbox.url(), &[]).ended(3);
    sandbox.set_faults("{}");
    let (status, shown) = run(&work, &sandbox.url(), &["--restart"], "sandbox")
        .shows("Send these changes? [y/N] ")
        .types("n\n")
        .ends();
    assert_eq!(status, 2, "{shown}");
    assert_eq!(work.recorded("campaign.results.csv").len(), 1);
    work.send(&sandbox.url(), &[])
        .ended(0)
        .said("Carrying on: 1 of 2 calls are done");
}

#[test]
fn a_terminal_that_can_draw_no_bar_gets_lines() {
    let (work, sandbox) = (workplace(), Sandbox::start(&[]));
    let mut command = work.command(["run", "campaign.csv", "--yes", "--base-url", &sandbox.url()]);
    command.env("TERM", "dumb");
    let (status, shown) = Terminal::running(&command).ends();
    assert_eq!(status, 0, "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown}");
}
