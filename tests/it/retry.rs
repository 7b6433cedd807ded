//! Rows of a result are sent again: which of them, to whom, and where what comes of it is told.

use std::process::Stdio;

use crate::support::{Ran, Row, Sandbox, Workplace};

const RESULT: &str = "campaign.results.csv";

/// A list of which some rows fail, whatever is done: those of customers that do not exist.
const LIST: &str = "userId,action,label,note\n\
    1,add,VIP,a\n18015,add,\"VIP, \"\"gold\"\"\",b\n\n2,add,Unknown X,c\n2,add,VIP,d\n28015,remove,Old,e\n\
    x,add,VIP,f\n2,add,VIP,g\n3,add,A, B,x\n";

fn sent() -> (Workplace, Sandbox) {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    work.send(&sandbox.url(), &[]).ended(1);
    (work, sandbox)
}

fn shown(rows: &[Row]) -> Vec<String> {
    let columns = ["line", "userId", "action", "label", "outcome", "code"];
    let shown = |row: &Row| columns.map(|column| row[column].clone()).join("|");
    rows.iter().map(shown).collect()
}

#[test]
fn rows_that_were_not_done_are_sent_again_on_their_lines() {
    let (work, sandbox) = sent();
    let before = sandbox.asked().len();
    work.run(["retry", RESULT]).ended(1);
    assert_eq!(
        shown(&work.rows("campaign.retry-1.results.csv")),
        [
            "3|18015|add|VIP, \"gold\"|failed|8015",
            "7|28015|remove|Old|failed|8015",
        ]
    );
    assert_eq!(sandbox.asked().len(), before + 2);
    let (first, again) = (
        work.summary("campaign.results.json"),
        work.summary("campaign.retry-1.results.json"),
    );
    assert_eq!(again["of"], first["run"]);
    assert_eq!(again["baseUrl"], first["baseUrl"]);
    assert_eq!(again["account"], first["account"]);
    assert_eq!(
        (&again["list"]["name"], &again["list"]["rows"]),
        (&RESULT.into(), &2.into())
    );
    assert_eq!(again["exitStatus"], 1);
}

#[test]
fn codes_pick_rows_whatever_their_outcome() {
    let (work, sandbox) = sent();
    let before = sandbox.asked().len();
    let codes = "33000,INVALID_USER_ID,DUPLICATE,EXTRA_FIELDS";
    work.run(["retry", RESULT, "--codes", codes]).ended(1);
    assert_eq!(
        shown(&work.rows("campaign.retry-1.results.csv")),
        [
            "5|2|add|Unknown X|warning|33000",
            "6|2|add|VIP|success|",
            "8|x|add|VIP|rejected|INVALID_USER_ID",
            "10|3|add|A|rejected|EXTRA_FIELDS",
        ],
        "of a row with an unquoted comma the result holds a part only, which nobody has asked for"
    );
    assert_eq!(sandbox.asked().len(), before + 1);
    assert_eq!(
        work.summary("campaign.retry-1.results.json")["settings"]["codes"],
        "33000,DUPLICATE,EXTRA_FIELDS,INVALID_USER_ID"
    );
    work.run(["retry", RESULT, "--codes", "8015,"])
        .ended(2)
        .said("names no codes");
}

#[test]
fn what_would_be_sent_is_printed_and_is_a_list() {
    let (work, sandbox) = sent();
    let before = sandbox.asked().len();
    std::fs::remove_file(work.path("campaign.results.json")).unwrap();
    let mut command = work.command(["retry", RESULT, "--print"]);
    command
        .env_remove("BULKLABEL_USERNAME")
        .env_remove("BULKLABEL_PASSWORD");
    let ran = Ran::from(command.output().unwrap()).ended(0);
    assert_eq!(
        ran.stdout,
        "line,userId,action,label\n3,18015,add,\"VIP, \"\"gold\"\"\"\n7,28015,remove,Old\n"
    );
    assert_eq!(ran.stderr, "");
    assert_eq!(sandbox.asked().len(), before);
    work.rehearse(&ran.stdout, &[]).ended(1);
    assert_eq!(
        work.outcomes("campaign.sandbox.results.csv"),
        ["2 failed 8015", "3 failed 8015"]
    );
}

#[test]
fn each_retry_has_the_next_name() {
    let (work, _sandbox) = sent();
    let retry = |result: &str| work.run(["retry", result]).ended(1);
    retry(RESULT);
    retry(RESULT).said(
        "campaign.retry-1.results.csv is there already. This sends the same rows of campaign.results.csv once more",
    );
    assert!(work.path("campaign.retry-2.results.json").exists());
    retry("campaign.retry-1.results.csv");
    assert!(work.path("campaign.retry-3.results.csv").exists());
    work.run(["retry", RESULT, "--output", "mine.csv"]).ended(1);
    retry("mine.csv");
    assert!(work.path("mine.retry-1.csv").exists() && work.path("mine.retry-1.json").exists());
    work.run(["retry", RESULT, "--output", "mine.csv"])
        .ended(2)
        .said("mine.csv exists already");
    work.run(["retry", RESULT, "--output", RESULT, "--overwrite"])
        .ended(2)
        .said("campaign.results.csv is what this is made of");
    retry(RESULT).said("campaign.retry-2.results.csv is there already. This sends the same rows");
}

#[test]
fn no_retry_takes_the_place_of_what_it_is_made_of() {
    let (work, sandbox) = sent();
    let json = std::fs::read(work.path("campaign.results.json")).unwrap();
    let (asked, url) = (sandbox.asked().len(), sandbox.url());
    let words = "campaign.results.json is what this is made of, or stands beside it";
    for command in ["retry", "undo"] {
        let output = ["--output", "campaign.results.txt", "--overwrite", "--yes"];
        work.run([&[command, RESULT], &output[..]].concat())
            .ended(2)
            .said(words);
        assert_eq!(
            std::fs::read(work.path("campaign.results.json")).unwrap(),
            json
        );
    }
    // Nor does it come to stand where that was, as if it told how the result came to be.
    std::fs::remove_file(work.path("campaign.results.json")).unwrap();
    let output = ["--output", "campaign.results.txt", "--base-url", &url];
    work.run([&["retry", RESULT], &output[..]].concat())
        .ended(2)
        .said(words);
    assert_eq!(sandbox.asked().len(), asked);
}

#[test]
fn a_result_that_is_about_to_be_replaced_is_left_alone() {
    let (work, sandbox) = sent();
    work.list("campaign.results.csv.partial", "a run of another list\n");
    let asked = sandbox.asked().len();
    let words = "campaign.results.csv is about to be replaced: a run is unfinished";
    for command in ["retry", "undo"] {
        work.run([command, RESULT, "--yes"]).ended(2).said(words);
    }
    work.run(["merge", "--latest", RESULT, "--output", "x.csv"])
        .ended(2)
        .said(words);
    assert_eq!(sandbox.asked().len(), asked);
}

#[test]
fn another_service_or_account_is_refused() {
    let (work, sandbox) = sent();
    let other = Sandbox::start(&[]);
    let asked = sandbox.asked().len();
    let url = other.url();
    let words = format!("came from {}, and --base-url says {url}", sandbox.url());
    work.run(["retry", RESULT, "--base-url", &url])
        .ended(2)
        .said(&words);
    let as_another = |more: &[&str]| {
        let mut command = work.command([&["retry", RESULT], more].concat());
        command
            .env_remove("BULKLABEL_USERNAME")
            .env_remove("BULKLABEL_PASSWORD")
            .env("BULKLABEL_CLIENT_KEY", "sandbox-key")
            .env("BULKLABEL_CLIENT_SECRET", "sandbox-secret");
        Ran::from(command.output().unwrap())
    };
    as_another(&[])
        .ended(2)
        .said("campaign.results.csv came from another account than sandbox-key");
    assert!(other.asked().is_empty());
    assert_eq!(sandbox.asked().len(), asked);
    assert!(!work.files().iter().any(|name| name.contains("retry")));
    as_another(&["--account-changed"]).ended(1);
}

#[test]
fn without_a_summary_nothing_is_guessed() {
    let (work, sandbox) = sent();
    std::fs::remove_file(work.path("campaign.results.json")).unwrap();
    let warning = "warning: campaign.results.json is not there, so nothing can tell to which service and account";
    work.run(["retry", RESULT])
        .ended(2)
        .said(warning)
        .said("nothing says where the service is");
    let url = sandbox.url();
    work.run(["retry", RESULT, "--base-url", &url])
        .ended(1)
        .said(warning);
    let summary = work.summary("campaign.retry-1.results.json");
    assert!(summary.get("of").is_none());
    work.list("campaign.results.json", "{}");
    work.run(["retry", RESULT])
        .ended(2)
        .said("campaign.results.json: it does not say how a result came to be");
}

#[test]
fn what_is_no_whole_result_sends_nothing() {
    let (work, sandbox) = sent();
    let asked = sandbox.asked().len();
    let whole = std::fs::read_to_string(work.path(RESULT)).unwrap();
    work.run(["retry", "campaign.csv"])
        .ended(2)
        .said("campaign.csv is no result: it has no column \"outcome\"");
    work.run(["retry", "nothing.csv"])
        .ended(2)
        .said("nothing.csv: there is no such file");
    work.list("ids.csv", "id,name\n1,Eve\n");
    let ran = work.run(["retry", "ids.csv"]).ended(2);
    assert!(!ran.stderr.contains("--columns"), "{ran}");
    ran.said("ids.csv is no result: it has no column");
    work.run(["retry", "-", "--output", "x.csv"])
        .ended(2)
        .said("-: a result is a file");
    let mut rows: Vec<_> = whole.lines().collect();
    rows[1..].reverse();
    work.list(RESULT, rows.join("\n") + "\n");
    for command in ["retry", "undo"] {
        work.run([command, RESULT, "--yes"])
            .ended(2)
            .said("line 3: its rows are not in the order of the list any more: sort them by the column \"line\"");
    }
    work.list(RESULT, &whole[..whole.len() - 40]);
    work.run(["retry", RESULT]).ended(2).said("cut short");
    let rows: Vec<_> = whole.lines().take(4).collect();
    work.list(RESULT, rows.join("\n") + "\n");
    work.run(["retry", RESULT])
        .ended(2)
        .said("campaign.results.csv has 3 rows, and was written with 8");
    work.list(RESULT, whole.replace("failed", "fehlgeschlagen"));
    work.run(["retry", RESULT])
        .ended(2)
        .said("\"fehlgeschlagen\" in the column \"outcome\"");
    assert_eq!(sandbox.asked().len(), asked);
    assert!(!work.files().iter().any(|name| name.contains("retry")));
}

#[test]
fn settings_that_are_meant_for_lists_are_not_heard() {
    let (work, _sandbox) = sent();
    let file = "strict = true\nexpect_rows = 7\nmax_removals = 0\ncolumns = \"userId=crm\"\naction = \"add\"\n\
                output = \"nightly.csv\"\ntolerate = 2\n";
    work.list("bulklabel.toml", file);
    let mut command = work.command(["retry", RESULT]);
    command
        .env("BULKLABEL_STRICT", "true")
        .env("BULKLABEL_EXPECT_ROWS", "7")
        .env("BULKLABEL_OUTPUT", "nightly.csv")
        .env("BULKLABEL_LABEL", "VIP");
    Ran::from(command.output().unwrap()).ended(0);
    assert!(work.path("campaign.retry-1.results.csv").exists());
    assert!(!work.path("nightly.csv").exists());
    for (flag, words) in [
        (
            ["--expect-rows", "7"],
            "2 rows taken of campaign.results.csv, and --expect-rows wants 7; nothing was sent",
        ),
        (["--max-removals", "0"], "1 removal would be sent"),
        (
            ["--columns", "userId=x"],
            "retry has no flag --columns: run, check and settings have it",
        ),
    ] {
        work.run([&["retry", RESULT], &flag[..]].concat())
            .ended(2)
            .said(words);
    }
    work.run(["retry", RESULT, "--strict", "--codes", "INVALID_USER_ID"])
        .ended(2)
        .said("--strict allows none; the first on line 8 of the list, INVALID_USER_ID");
}

#[test]
fn contradictions_are_settled_as_for_a_run() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list(
        "campaign.csv",
        "userId,action,label\n1,add,VIP\n1,remove,VIP\n",
    );
    work.send(&sandbox.url(), &["--on-conflict", "reject"])
        .ended(1);
    let codes = ["retry", RESULT, "--codes", "CONFLICT"];
    let printed = work.run([&codes[..], &["--print"]].concat()).ended(0);
    assert_eq!(printed.stdout.lines().count(), 3, "{printed}");
    let mut command = work.command(codes);
    command.env("BULKLABEL_ON_CONFLICT", "reject");
    Ran::from(command.output().unwrap()).ended(1);
    let rejected = ["2 rejected CONFLICT", "3 rejected CONFLICT"];
    assert_eq!(work.outcomes(RETRY), rejected);
    work.list("bulklabel.toml", "on_conflict = \"reject\"\n");
    let printed = work.run([&codes[..], &["--print"]].concat()).ended(0);
    assert_eq!(printed.stdout.lines().count(), 1, "{printed}");
    printed.said("2 rows left out");
    work.run([&codes[..], &["--on-conflict", "last"]].concat())
        .ended(0);
    assert_eq!(
        work.outcomes("campaign.retry-2.results.csv"),
        ["2 skipped SUPERSEDED", "3 warning 33001"]
    );
}

#[test]
fn a_code_that_no_row_has_is_told() {
    let (work, _sandbox) = sent();
    let words = "warning: no row of campaign.results.csv has the code 8016 or HTTP_500, which --codes names.";
    let codes = ["retry", RESULT, "--codes", "HTTP_500,8015,8016"];
    let ran = work.run([&codes[..], &["--print"]].concat()).ended(0);
    assert_eq!(ran.stdout.lines().count(), 3);
    ran.said(words);
    work.run(codes).ended(1).said(words);
}

#[test]
fn rows_that_would_be_rejected_again_are_not_printed() {
    let (work, _sandbox) = sent();
    let codes = "8015,INVALID_USER_ID,EXTRA_FIELDS";
    let ran = work
        .run(["retry", RESULT, "--codes", codes, "--print"])
        .ended(0)
        .said(
            "2 rows left out, because sent again they would be rejected: lines 8, 10 of the list.",
        );
    assert_eq!(
        ran.stdout,
        "line,userId,action,label\n3,18015,add,\"VIP, \"\"gold\"\"\"\n7,28015,remove,Old\n"
    );
}

#[test]
fn what_is_not_as_it_was_expected_is_not_printed_either() {
    let (work, _sandbox) = sent();
    for (guard, words) in [
        (
            &["--expect-rows", "7"][..],
            "2 rows taken of campaign.results.csv",
        ),
        (&["--max-removals", "0"], "1 removal would be sent"),
        (
            &["--strict", "--codes", "INVALID_USER_ID"],
            "--strict allows none",
        ),
    ] {
        let ran = work
            .run([&["retry", RESULT, "--print"], guard].concat())
            .ended(2)
            .said(words)
            .said("nothing was printed");
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn rehearsals_stay_rehearsals() {
    let work = Workplace::new();
    work.rehearse(LIST, &[]).ended(1);
    let rehearsed = "campaign.sandbox.results.csv";
    work.run(["retry", rehearsed])
        .ended(2)
        .said("is the result of a rehearsal")
        .said("add --sandbox");
    for _ in 0..2 {
        work.run(["retry", rehearsed, "--sandbox"])
            .ended(1)
            .said("Result: campaign.sandbox.retry-1.results.csv");
    }
    work.run(["retry", "campaign.sandbox.retry-1.results.csv", "--sandbox"])
        .ended(1)
        .said("Result: campaign.sandbox.retry-2.results.csv");
    work.run(["undo", rehearsed, "--sandbox"])
        .ended(0)
        .said("Result: campaign.sandbox.undo.results.csv");
}

/// A result of which all rows failed, and a retry of it that was killed after so many requests.
fn killed(customers: usize) -> (Workplace, Sandbox) {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    let rows: String = (1..=customers).map(|n| format!("{n},add,VIP\n")).collect();
    work.list("campaign.csv", format!("userId,action,label\n{rows}"));
    sandbox.set_faults(r#"{"busy-body":"100%"}"#);
    // That the first fifty all fail is meant here.
    let once = ["--max-attempts", "1", "--max-failures", "none"];
    work.send(&sandbox.url(), &once).ended(1);
    sandbox.set_faults(r#"{"latency":"20ms"}"#);
    let before = sandbox.asked().len();
    let arguments = ["retry", RESULT, "--rate", "none", "--concurrency", "2"];
    let mut process = work
        .command(arguments)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    sandbox.wait_for(before + 20);
    process.kill().unwrap();
    process.wait().unwrap();
    (work, sandbox)
}

const RETRY: &str = "campaign.retry-1.results.csv";

#[test]
fn an_unfinished_retry_is_carried_on_by_the_same_command() {
    let (work, sandbox) = killed(60);
    let recorded = work.recorded(RETRY).len();
    assert!((1..20).contains(&recorded), "{recorded}");
    work.run(["retry", RETRY])
        .ended(2)
        .said("campaign.retry-1.results.csv is not there yet: its run is unfinished");
    work.run(["retry", RESULT, "--codes", "HTTP_503"])
        .ended(2)
        .said("--codes was not given, and is HTTP_503");
    work.run(["undo", RESULT, "--output", RETRY, "--yes"])
        .ended(2)
        .said("it was a retry, and is an undo");
    work.run(["retry", RESULT, "--expect-rows", "7"])
        .ended(2)
        .said("60 rows taken of campaign.results.csv, and --expect-rows wants 7; nothing more was sent");
    work.run(["retry", RESULT, "--rate", "none"])
        .ended(0)
        .said(&format!("Carrying on: {recorded} of 60 calls are done"));
    assert_eq!(work.rows(RETRY).len(), 60);
    let asked = sandbox.asked().len();
    assert!((120..=122).contains(&asked), "{asked}");
    let summary = work.summary("campaign.retry-1.results.json");
    assert_eq!(summary["legs"].as_array().unwrap().len(), 2);
    let names = [
        "campaign.csv",
        "campaign.results.csv",
        "campaign.results.json",
    ];
    let names = [&names[..], &[RETRY, "campaign.retry-1.results.json"]].concat();
    assert_eq!(work.files(), names);
}

#[test]
fn an_unfinished_retry_can_be_ended_or_started_over() {
    let (work, sandbox) = killed(60);
    let recorded = work.recorded(RETRY).len();
    let mut command = work.command(["retry", RESULT, "--finish"]);
    command.env_remove("BULKLABEL_PASSWORD");
    Ran::from(command.output().unwrap())
        .ended(1)
        .said("bulklabel retry campaign.retry-1.results.csv");
    let rows = work.rows(RETRY);
    let pending = rows
        .iter()
        .filter(|row| row["outcome"] == "pending")
        .count();
    assert_eq!((rows.len(), pending), (60, 60 - recorded));
    let asked = sandbox.asked().len();
    work.run(["retry", "nothing.results.csv"])
        .ended(2)
        .said("nothing.results.csv: there is no such file");
    work.run(["retry", RETRY, "--rate", "none"]).ended(0);
    assert_eq!(sandbox.asked().len(), asked + pending);
    work.run(["retry", RETRY, "--finish"])
        .ended(2)
        .said("there is no unfinished run");

    let (work, sandbox) = killed(30);
    let asked = sandbox.asked().len();
    work.run(["retry", RESULT, "--restart", "--rate", "none"])
        .ended(0);
    assert_eq!(sandbox.asked().len(), asked + 30);
    assert!(work.path("campaign.retry-1.results.csv.partial.1").exists());
}

#[test]
fn a_result_without_anything_to_send_gives_an_empty_one() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    work.send(&sandbox.url(), &[]).ended(0);
    work.run(["retry", RESULT])
        .ended(0)
        .said("0 rows, complete");
    assert_eq!(work.rows(RETRY).len(), 0);
    let ran = work.run(["retry", RESULT, "--output", "-"]).ended(0);
    assert_eq!(ran.stdout.lines().count(), 1, "{ran}");
}

#[test]
fn a_result_that_a_spreadsheet_has_saved_is_read_all_the_same() {
    let (work, _sandbox) = sent();
    let text = std::fs::read_to_string(work.path(RESULT)).unwrap();
    let quoted = text.replace("\"VIP, \"\"gold\"\"\"", "\u{1}");
    let excel = quoted
        .replace(',', ";")
        .replace('\u{1}', "\"VIP, \"\"gold\"\"\"");
    work.list(RESULT, format!("\u{feff}{}", excel.replace('\n', "\r\n")));
    work.run(["retry", RESULT]).ended(1);
    assert_eq!(work.outcomes(RETRY), ["3 failed 8015", "7 failed 8015"]);
}

#[test]
fn a_row_that_is_not_taken_may_not_hide_others() {
    let work = Workplace::new();
    let result = "line,userId,action,label,outcome,code,message,httpStatus,attempts,completedAt\n\
        2,5,add,\"VIP,success,,,200,1,2026-11-23T02:13:05.123Z\n\
        3,6,add,Gold,failed,8015,no such customer,404,1,2026-11-23T02:13:05.123Z\n\
        4,7,add,X\",success,,,200,1,2026-11-23T02:13:05.123Z\n";
    work.list("campaign.results.csv", result);
    work.run(["retry", "campaign.results.csv", "--print"])
        .ended(2)
        .said("line 2: ");
}
