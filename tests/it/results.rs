//! A result accounts for every row, whatever happened on the way.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use crate::support::{Canned, Ran, Sandbox, Workplace, answer};

#[test]
fn every_row_has_its_result_in_input_order() {
    let work = Workplace::new();
    let list = "userId,note,action,label\r\n\
        1,\"two\r\nlines\",add,VIP\r\n\
        \r\n\
        28015,,add,VIP\r\n\
        x,,add,VIP\r\n\
        2,,add,Unknown Segment\r\n\
        2,,remove,\"Gold, Silver\"\r\n\
        1,,add,Gold, Silver\r\n";
    work.rehearse(list, &[]).ended(1);
    insta::assert_debug_snapshot!(work.outcomes("campaign.sandbox.results.csv"), @r#"
    [
        "2 success",
        "5 failed 8015",
        "6 rejected INVALID_USER_ID",
        "7 warning 33000",
        "8 warning 33001",
        "9 rejected EXTRA_FIELDS",
    ]
    "#);
    let rows = work.rows("campaign.sandbox.results.csv");
    assert_eq!(
        (rows[1]["httpStatus"].as_str(), rows[1]["attempts"].as_str()),
        ("400", "1")
    );
    assert!(
        rows[0]["completedAt"].ends_with('Z') && rows[0]["completedAt"].len() == 24,
        "{rows:?}"
    );
    assert_eq!(
        (
            rows[2]["httpStatus"].as_str(),
            rows[2]["completedAt"].as_str()
        ),
        ("", "")
    );
    assert_eq!(rows[5]["label"], "Gold", "as it stood in the list");
}

#[test]
fn a_result_is_itself_a_legal_list() {
    let work = Workplace::new();
    work.rehearse("userId,action,label\n1,add,VIP\n2,add,\"a, b\"\n", &[])
        .ended(0);
    fs::rename(
        work.path("campaign.sandbox.results.csv"),
        work.path("again.csv"),
    )
    .unwrap();
    work.run(["run", "again.csv", "--sandbox", "--rate", "none"])
        .ended(0);
    let rows = work.rows("again.sandbox.results.csv");
    assert_eq!((rows.len(), rows[1]["label"].as_str()), (2, "a, b"));
}

#[test]
fn the_summary_for_programs_stands_beside_the_result() {
    let work = Workplace::new();
    work.rehearse(
        "userId,action,label\n1,add,VIP\n28015,add,VIP\n,,\nx,add,VIP\n",
        &[],
    )
    .ended(1);
    let json = fs::read_to_string(work.path("campaign.sandbox.results.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(summary["rows"]["success"], 1);
    assert_eq!(
        summary["codes"],
        serde_json::json!({"8015": 1, "INVALID_USER_ID": 1})
    );
    assert_eq!(
        (&summary["list"]["rows"], &summary["calls"]),
        (&3.into(), &2.into())
    );
    assert_eq!(
        (&summary["exitStatus"], &summary["legs"][0]["exitStatus"]),
        (&1.into(), &1.into())
    );
    assert_eq!(
        summary["minutes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|minute| minute["attempts"].as_u64().unwrap())
            .sum::<u64>(),
        2
    );
    assert_eq!(summary["list"]["name"], "campaign.csv");
    assert_eq!(summary["settings"]["rate"], "none");
}

#[test]
fn nothing_is_left_beside_a_complete_result() {
    let work = Workplace::new();
    work.rehearse("userId,action,label\n1,add,VIP\n", &[])
        .ended(0);
    assert_eq!(
        work.files(),
        [
            "campaign.csv",
            "campaign.sandbox.results.csv",
            "campaign.sandbox.results.json"
        ]
    );
    work.rehearse("userId,action,label\n1,add,VIP\n", &[])
        .ended(0);
}

#[test]
fn an_existing_result_is_refused_unless_it_may_be_replaced() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n")
        .list("campaign.results.csv", "mine");
    work.send(&sandbox.url(), &[])
        .ended(2)
        .said("exists already");
    assert!(sandbox.asked().is_empty());
    assert_eq!(
        fs::read_to_string(work.path("campaign.results.csv")).unwrap(),
        "mine"
    );
    work.send(&sandbox.url(), &["--overwrite"]).ended(0);
    assert_eq!(work.outcomes("campaign.results.csv"), ["2 success"]);
}

#[test]
fn a_foreign_file_under_the_journals_name_is_never_overwritten() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n")
        .list("campaign.results.csv.partial", "kept");
    for more in [&[][..], &["--overwrite"], &["--restart"]] {
        work.send(&sandbox.url(), more)
            .ended(2)
            .said("no program of ours wrote it");
    }
    assert!(sandbox.asked().is_empty());
    assert_eq!(
        fs::read_to_string(work.path("campaign.results.csv.partial")).unwrap(),
        "kept"
    );
}

#[test]
fn an_output_that_no_result_may_replace_is_refused_before_the_first_call() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    fs::create_dir(work.path("folder")).unwrap();
    symlink(work.path("campaign.csv"), work.path("link.csv")).unwrap();
    symlink("loop.csv", work.path("loop.csv")).unwrap();
    for (output, words) in [
        ("folder", "no regular file"),
        ("/dev/null", "no regular file"),
        ("campaign.csv", "the list itself"),
        ("link.csv", "the list itself"),
        ("loop.csv", "Too many levels of symbolic links"),
        ("no/such/folder/x.csv", "No such file or directory"),
    ] {
        work.send(&sandbox.url(), &["--overwrite", "--output", output])
            .ended(2)
            .said(words);
    }
    assert!(sandbox.asked().is_empty());
}

#[test]
fn neither_the_list_nor_a_foreign_file_is_lost_to_what_stands_beside_the_result() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    let list = "userId,action,label\n1,add,VIP\n";
    for (name, output, words) in [
        ("campaign.csv", "out.json", "let it end in .csv"),
        (
            "out.json",
            "out.csv",
            "out.json is in the way of the result: it is the list itself",
        ),
        ("out.csv.writing", "out.csv", "it is the list itself"),
        ("out.csv.list", "out.csv", "it is the list itself"),
    ] {
        work.list(name, list);
        let url = sandbox.url();
        work.run([
            "run",
            name,
            "--base-url",
            &url,
            "--overwrite",
            "--output",
            output,
        ])
        .ended(2)
        .said(words);
        assert_eq!(fs::read_to_string(work.path(name)).unwrap(), list);
        fs::remove_file(work.path(name)).unwrap();
    }
    work.list("campaign.csv", list).list("package.json", "mine");
    work.send(&sandbox.url(), &["--output", "package.csv"])
        .ended(2)
        .said("package.json exists already");
    fs::create_dir(work.path("campaign.results.json")).unwrap();
    work.send(&sandbox.url(), &["--overwrite"])
        .ended(2)
        .said("no regular file");
    assert!(sandbox.asked().is_empty());
}

#[test]
fn a_result_that_comes_to_be_there_while_the_list_is_read_is_not_replaced() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    assert!(
        Command::new("mkfifo")
            .arg(work.path("fifo"))
            .status()
            .unwrap()
            .success()
    );
    let url = sandbox.url();
    let arguments = ["run", "fifo", "--base-url", &url, "--output", "out.csv"];
    let process = work
        .command(arguments)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Opening a FIFO to write waits for its reader: by now the program has looked at its outputs.
    let mut fifo = fs::File::options()
        .write(true)
        .open(work.path("fifo"))
        .unwrap();
    work.list("out.csv", "mine");
    fifo.write_all(b"userId,action,label\n1,add,VIP\n").unwrap();
    drop(fifo);
    Ran::from(process.wait_with_output().unwrap())
        .ended(2)
        .said("out.csv exists already");
    assert!(sandbox.asked().is_empty());
    assert_eq!(work.files(), ["fifo", "out.csv"]);
}

#[test]
fn a_symbolic_link_is_followed() {
    let work = Workplace::new();
    fs::create_dir(work.path("shelf")).unwrap();
    symlink("shelf/result.csv", work.path("link.csv")).unwrap();
    work.rehearse(
        "userId,action,label\n1,add,VIP\n",
        &["--output", "link.csv"],
    )
    .ended(0);
    assert!(
        fs::symlink_metadata(work.path("link.csv"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(work.outcomes("shelf/result.csv"), ["2 success"]);
}

#[test]
fn a_result_on_standard_output_is_all_that_is_there() {
    let work = Workplace::new();
    let ran = work
        .rehearse("userId,action,label\n1,add,VIP\n", &["--output", "-"])
        .ended(0);
    assert!(
        ran.stdout.starts_with("line,userId,action,label,outcome"),
        "{ran}"
    );
    assert_eq!(ran.stdout.lines().count(), 2, "{ran}");
    assert_eq!(work.files(), ["campaign.csv"]);
}

#[test]
fn a_list_that_changes_while_it_is_run_gets_no_result() {
    let work = Workplace::new();
    let path = work.path("campaign.csv");
    work.list(
        "campaign.csv",
        "userId,action,label\n1,add,VIP\n2,add,VIP\n",
    );
    let canned = Canned::answering(move |_| {
        fs::write(&path, "userId,action,label\n1,add,VIP\n3,add,VIP\n").unwrap();
        answer(200, "", r#"{"warnings":[]}"#)
    });
    work.send(&canned.url(), &[])
        .ended(3)
        .said("has changed while it was run");
    assert_eq!(
        work.files(),
        [
            "campaign.csv",
            "campaign.results.csv.partial",
            "campaign.results.csv.state"
        ],
        "what was called stays recorded"
    );
}
