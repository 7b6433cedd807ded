//! Rejected rows in a file of their own: mended there, and sent.

use std::io::Write;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Ran, Sandbox, Workplace};

/// A list with a row for each way to be rejected, in some dialect.
fn messy(delimiter: &str, line_end: &str) -> String {
    let rows = [
        "email,User ID,Action,Label",
        "a@x,1,add,Gold",
        "b@x,5.64663E+08,add,Gold",
        "c@x,3,ad,\"Käse, Brot\"",
        "d@x,4,add",
        "e@x,5,add,\"\"",
        "f@x,6,add,Gold,Silver,",
        "g@x,7,add,VIP",
        "h@x,7,remove,VIP",
    ];
    let rows = rows.map(|row| match delimiter {
        "," => row.to_owned(),
        // The comma within quotes stays one.
        _ => row
            .replace(',', delimiter)
            .replace(&format!("Käse{delimiter} Brot"), "Käse, Brot"),
    });
    rows.join(line_end) + line_end
}

fn utf16(text: &str) -> Vec<u8> {
    let marked = format!("\u{FEFF}{text}");
    marked.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn read(work: &Workplace, name: &str) -> String {
    std::fs::read_to_string(work.path(name)).unwrap()
}

fn rehearse(work: &Workplace, list: &str, more: &[&str]) -> Ran {
    let fixed = ["run", list, "--sandbox", "--rate", "none"];
    work.run([&fixed[..], more].concat())
}

const REJECT: [&str; 4] = ["--on-conflict", "reject", "--rejects", "rejected.csv"];

#[test]
fn rejected_rows_stand_in_the_lists_own_columns_whatever_its_dialect() {
    let of_excel = messy(";", "\r\n");
    let (western, _, _) = encoding_rs::WINDOWS_1252.encode(&of_excel);
    let western = western.into_owned();
    let mut told = Vec::new();
    for (content, more) in [
        (messy(",", "\n").into_bytes(), &[][..]),
        (messy(";", "\r\n").into_bytes(), &[]),
        (messy("\t", "\r").into_bytes(), &[]),
        (format!("\u{FEFF}{}", messy("|", "\n")).into_bytes(), &[]),
        (utf16(&messy("\t", "\r\n")), &[]),
        (gzip(messy(";", "\n").as_bytes()), &[]),
        (western, &["--encoding", "windows-1252"]),
    ] {
        let work = Workplace::new();
        work.list("campaign.csv", content);
        rehearse(&work, "campaign.csv", &[&REJECT[..], more].concat()).ended(1);
        let ran = work.run(
            [
                &["check", "campaign.csv", "--rejects", "x.csv"],
                &REJECT[..2],
                more,
            ]
            .concat(),
        );
        assert!(
            ran.stdout
                .contains("The rejected rows, to be mended: x.csv"),
            "{ran}"
        );
        assert_eq!(read(&work, "x.csv"), read(&work, "rejected.csv"));
        told.push(
            read(&work, "rejected.csv")
                .trim_start_matches('\u{FEFF}')
                .to_owned(),
        );
        // Where nothing is mended in it, everything is rejected again, also with the same flags.
        let again = ["--on-conflict", "reject", "--rejects", "again.csv"];
        rehearse(&work, "rejected.csv", &[&again[..], more].concat()).ended(1);
        let rows = work.outcomes("rejected.sandbox.results.csv");
        assert!(rows.iter().all(|row| row.contains("rejected")), "{rows:?}");
        let header = read(&work, "again.csv")
            .trim_start_matches('\u{FEFF}')
            .lines()
            .next()
            .map(str::to_owned);
        assert_eq!(
            header.as_deref(),
            Some("email,User ID,Action,Label,line,code,message")
        );
        assert!(read(&work, "again.csv").contains("Käse, Brot"));
    }
    assert!(told.iter().all(|text| text == &told[0]), "{told:#?}");
    insta::assert_snapshot!(told[0]);
}

#[test]
fn rows_that_are_mended_in_it_are_sent() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", messy(";", "\r\n"));
    let ran = work
        .send(
            &sandbox.url(),
            &["--rejects", "rejected.csv", "--delimiter", ";"],
        )
        .ended(1)
        .said("Rejected rows: rejected.csv");
    let (_, command) = ran
        .stderr
        .split_once("mend them in rejected.csv, and: bulklabel ")
        .unwrap();
    let mended = read(&work, "rejected.csv")
        .replace("5.64663E+08", "564663098")
        .replace("3,ad,", "3,add,")
        .replace("4,add,,", "4,add,Gold,")
        .replace("5,add,,", "5,add,Gold,")
        .replace("6,add,Gold,", "6,add,\"Gold,Silver\",");
    let mended: Vec<_> = mended
        .lines()
        .map(|line| line.strip_suffix(",Silver").unwrap_or(line))
        .collect();
    work.list("rejected.csv", mended.join("\r\n"));
    let again: Vec<_> = command.split_whitespace().collect();
    work.run(again).ended(0);
    let rows = work.rows("rejected.results.csv");
    let labels: Vec<_> = rows.iter().map(|row| row["label"].as_str()).collect();
    assert_eq!(
        labels,
        ["Gold", "Käse, Brot", "Gold", "Gold", "Gold,Silver"]
    );
}

#[test]
fn it_is_there_also_where_the_list_is_refused_and_where_nothing_is_rejected() {
    let work = Workplace::new();
    work.list("campaign.csv", messy(",", "\n"));
    for guard in ["--strict", "--expect-rows=1000..", "--max-removals=0"] {
        rehearse(&work, "campaign.csv", &["--rejects", "rejected.csv", guard])
            .ended(2)
            .said("5 rejected rows, to be mended: rejected.csv");
        assert_eq!(read(&work, "rejected.csv").lines().count(), 6);
        std::fs::remove_file(work.path("rejected.csv")).unwrap();
    }
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    let ran = rehearse(&work, "campaign.csv", &["--rejects", "rejected.csv"]).ended(0);
    assert!(!ran.stderr.contains("Rejected rows"), "{ran}");
    assert_eq!(
        read(&work, "rejected.csv"),
        "userId,action,label,line,code,message\n"
    );
}

#[test]
fn a_run_that_is_carried_on_leaves_what_somebody_mends() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list(
        "campaign.csv",
        "userId,action,label\nx,add,VIP\n1,add,VIP\n2,add,VIP\n",
    );
    let header = "userId,action,label,line,code,message\n";
    let yesterday = format!("{header}y,add,VIP,9,INVALID_USER_ID,no\n");
    work.list("rejected.csv", &yesterday);
    let more = ["--rejects", "rejected.csv", "--limit"];
    work.send(&sandbox.url(), &[&more[..], &["1"]].concat())
        .ended(75)
        .said("rejected.csv held other rows: they are kept in rejected.csv.before")
        .said("Rejected rows: rejected.csv");
    assert_eq!(read(&work, "rejected.csv.before"), yesterday);
    assert!(read(&work, "rejected.csv").starts_with(header));
    work.list("rejected.csv", format!("{header}3,add,VIP,2,,\n"));
    work.send(&sandbox.url(), &[&more[..], &["9"]].concat())
        .ended(1);
    assert_eq!(
        read(&work, "rejected.csv"),
        format!("{header}3,add,VIP,2,,\n")
    );
}

#[test]
fn it_is_there_before_anything_is_sent_and_stays_after_a_kill() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--hang", "100%"]));
    work.list(
        "campaign.csv",
        "userId,action,label\nx,add,VIP\n1,add,VIP\n",
    );
    let url = sandbox.url();
    let run = [
        "run",
        "campaign.csv",
        "--base-url",
        &url,
        "--rejects",
        "rejected.csv",
    ];
    let mut child = work.command(run).stderr(Stdio::null()).spawn().unwrap();
    while sandbox.asked().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(read(&work, "rejected.csv").lines().count(), 2);
    assert!(
        !work
            .files()
            .iter()
            .any(|name| name.ends_with("rejected.csv.writing"))
    );
}

#[test]
fn settings_name_it_too_and_what_is_not_the_run_leaves_that_one() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("bulklabel.toml", "rejects = \"rejected.csv\"\n");
    work.list(
        "campaign.csv",
        "userId,action,label\nx,add,VIP\n8015,add,VIP\n",
    );
    work.run(["check", "campaign.csv"]).ended(1);
    let first = read(&work, "rejected.csv");
    assert_eq!(first.lines().count(), 2);
    let mine = "userId,action,label,line,code,message\nmine,add,VIP,2,,\n";
    work.list("rejected.csv", mine);
    let ran = work.run(["check", "campaign.csv"]).ended(1);
    assert!(!ran.stdout.contains("to be mended: rejected.csv"), "{ran}");
    rehearse(&work, "campaign.csv", &[])
        .ended(1)
        .said("rejected.csv is there already, and is left as it is");
    assert_eq!(read(&work, "rejected.csv"), mine);
    work.send(&sandbox.url(), &[]).ended(1);
    assert_eq!(read(&work, "rejected.csv"), first);
    let retry = [
        "retry",
        "campaign.results.csv",
        "--codes",
        "INVALID_USER_ID,8015",
        "--yes",
        "--rate",
        "none",
    ];
    let mine = "userId,action,label,line,code,message\nmine,add,VIP,2,,\n";
    work.list("rejected.csv", mine);
    work.run(retry).ended(1);
    assert_eq!(read(&work, "rejected.csv"), mine);
    work.run([&retry[..], &["--rejects", "again.csv"]].concat())
        .ended(1);
    assert!(
        read(&work, "again.csv")
            .contains(",line,code,message\n2,x,add,VIP,rejected,INVALID_USER_ID")
    );
}

#[test]
fn a_name_that_harms_something_is_refused_before_anything_is_sent() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    let list = "userId,action,label\nx,add,VIP\n1,add,VIP\n";
    work.list("campaign.csv", list);
    std::fs::create_dir(work.path("folder")).unwrap();
    for (name, words) in [
        ("campaign.csv", "it is the list itself"),
        ("./campaign.csv", "it is the list itself"),
        ("campaign.results.csv", "it is in use"),
        ("campaign.results.json", "it is in use"),
        ("campaign.results.csv.partial", "it is in use"),
        ("campaign.results.csv.state", "it is in use"),
        ("folder", "it is no regular file"),
        ("nowhere/rejected.csv", "it can't be written"),
        ("-", "standard output is not for it"),
    ] {
        work.send(&sandbox.url(), &["--rejects", name])
            .ended(2)
            .said(words)
            .said("--rejects");
    }
    assert!(sandbox.asked().is_empty());
    assert_eq!(read(&work, "campaign.csv"), list);
    assert_eq!(work.files(), ["campaign.csv", "folder"]);
    work.send(&sandbox.url(), &[]).ended(1);
    for name in ["campaign.results.csv", "campaign.results.json"] {
        work.run([
            "retry",
            "campaign.results.csv",
            "--codes",
            "INVALID_USER_ID",
            "--sandbox",
            "--rejects",
            name,
        ])
        .ended(2);
        work.run(["check", "campaign.csv", "--rejects", name])
            .ended(2)
            .said("it is in use");
    }
}

#[test]
fn columns_of_the_list_that_have_the_same_names_are_its_own() {
    let work = Workplace::new();
    work.list(
        "campaign.csv",
        "code,line,action,Message\n1,a,add,VIP\nx,b,add,Gold\n",
    );
    let columns = ["--columns", "userId=code,label=message", "--rejects"];
    rehearse(
        &work,
        "campaign.csv",
        &[&columns[..], &["rejected.csv"]].concat(),
    )
    .ended(1);
    let rejected = read(&work, "rejected.csv");
    assert!(rejected.starts_with(
        "code,line,action,Message,line,code,message\nx,b,add,Gold,3,INVALID_USER_ID,"
    ));
    work.list("rejected.csv", rejected.replace("\nx,", "\n2,"));
    rehearse(
        &work,
        "rejected.csv",
        &[&columns[..], &["again.csv"]].concat(),
    )
    .ended(0);
    assert_eq!(
        work.rows("rejected.sandbox.results.csv")[0]["label"],
        "Gold"
    );
}

#[test]
fn what_only_looked_well_is_not_sent_unmended() {
    let work = Workplace::new();
    let fixture =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/openpyxl.xlsx");
    std::fs::copy(fixture, work.path("campaign.xlsx")).unwrap();
    let sheet = ["--sheet", "august", "--rejects", "rejected.csv"];
    rehearse(&work, "campaign.xlsx", &sheet).ended(1);
    let rejected = read(&work, "rejected.csv");
    rehearse(&work, "rejected.csv", &[]);
    let rows = work.outcomes("rejected.sandbox.results.csv");
    assert!(
        rows.iter().all(|row| row.contains("rejected")),
        "{rejected}\n{rows:?}"
    );
    // Of a row with too many fields a result holds only a part, and that looks well.
    work.list(
        "campaign.csv",
        "userId,action,label\n1,add,Gold, Silver\n2,add,VIP\n",
    );
    rehearse(&work, "campaign.csv", &[]).ended(1);
    let retry = [
        "retry",
        "campaign.sandbox.results.csv",
        "--sandbox",
        "--codes",
        "EXTRA_FIELDS",
    ];
    work.run([&retry[..], &["--rejects", "again.csv"]].concat())
        .ended(1);
    rehearse(&work, "again.csv", &[]).ended(1);
    let rows = work.outcomes("again.sandbox.results.csv");
    assert_eq!(rows, ["2 rejected INVALID_ENCODING"]);
}

#[test]
fn a_file_with_the_rows_of_another_list_is_not_taken_for_this_ones() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    let list = |label: &str| format!("userId,action,label\nx,add,{label}\n1,add,VIP\n2,add,VIP\n");
    work.list("campaign.csv", list("first"));
    let limited = ["--rejects", "r.csv", "--limit", "1"];
    work.send(&sandbox.url(), &limited).ended(75);
    let others = std::fs::read_to_string(work.path("r.csv")).unwrap();
    let mended = others.replace("first", "other");
    work.list("r.csv", &mended);
    let ran = work.send(&sandbox.url(), &["--rejects", "r.csv"]).ended(1);
    let ran = ran.said("r.csv is there already, and is left as it is");
    assert!(!ran.stderr.contains("Rejected rows: "), "{ran}");
    assert_eq!(std::fs::read_to_string(work.path("r.csv")).unwrap(), mended);
}

#[test]
fn the_retry_that_is_advised_leaves_the_rejected_rows_alone() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list(
        "campaign.csv",
        "userId,action,label\nx,add,VIP\n18015,add,VIP\n",
    );
    let ran = work.send(&sandbox.url(), &["--rejects", "r.csv"]).ended(1);
    let advised = ran
        .stderr
        .lines()
        .find(|line| line.contains("bulklabel retry"));
    assert!(
        !advised
            .unwrap()
            .split("bulklabel retry")
            .nth(1)
            .unwrap()
            .contains("--rejects")
    );
}

#[test]
fn only_rejected_rows_are_ever_replaced() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list(
        "campaign.csv",
        "userId,action,label\nx,add,VIP\n1,add,VIP\n",
    );
    for other in [
        "userId,action,label\n7,add,VIP\n",
        "hush-hush-hush",
        "{\"a\": 1}",
    ] {
        work.list("other.csv", other);
        for flags in [
            &["--rejects", "other.csv"][..],
            &["--rejects", "other.csv", "--strict"],
        ] {
            work.send(&sandbox.url(), flags)
                .ended(2)
                .said("other.csv: it is there already, and holds no rejected rows");
        }
        work.run(["check", "campaign.csv", "--rejects", "other.csv"])
            .ended(2);
        assert_eq!(read(&work, "other.csv"), other);
    }
    assert!(sandbox.asked().is_empty());
    for name in ["r.xlsx", "r.csv.gz", "r.json"] {
        work.send(&sandbox.url(), &["--rejects", name])
            .ended(2)
            .said("it is written as plain CSV");
    }
    work.list("empty.csv", "");
    work.send(&sandbox.url(), &["--rejects", "empty.csv"])
        .ended(1);
    assert_eq!(read(&work, "empty.csv").lines().count(), 2);
}
