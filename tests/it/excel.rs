//! The result as a workbook, read by an independent reader.

use std::fs;
use std::process::Command;

use calamine::{Data, Reader, Xlsx, open_workbook};

use crate::support::{Ran, Sandbox, Workplace};

const LIST: &str =
    "userId,action,label,email\n0564663098,add,VIP,=1+1\nx,add,VIP,+49 1\n28015,add,\"@a\",\n";

const BOOK: &str = "campaign.xlsx";

/// The cells of a workbook's first sheet.
fn cells(work: &Workplace, name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook(work.path(name)).unwrap();
    let sheet = book.worksheet_range("Result").unwrap();
    sheet.rows().map(<[Data]>::to_vec).collect()
}

/// Holds a workbook against the result beside it, cell by cell.
#[track_caller]
fn says_the_same(work: &Workplace, book: &str, result: &str) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(work.path(result))
        .unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let cells = cells(work, book);
    assert_eq!(cells.len(), rows.len());
    for (n, (cells, row)) in cells.iter().zip(&rows).enumerate() {
        for (column, field) in row.iter().enumerate() {
            let cell = &cells[column];
            match column {
                0 | 7 | 8 if n > 0 && !field.is_empty() => {
                    assert_eq!(*cell, Data::Float(field.parse().unwrap()));
                }
                9 if n > 0 && !field.is_empty() => assert!(matches!(cell, Data::DateTime(_))),
                _ if field.is_empty() => assert_eq!(*cell, Data::Empty),
                _ => assert_eq!(*cell, Data::String(field.to_owned())),
            }
        }
    }
}

fn refused(work: &Workplace, excel: &str, words: &str) -> Ran {
    let before = work.files();
    let ran = work
        .rehearse(LIST, &["--excel", excel])
        .ended(2)
        .said(words);
    assert_eq!(work.files(), before, "{ran}");
    ran
}

#[test]
fn a_workbook_says_what_the_result_says() {
    let work = Workplace::new();
    let more = ["--excel", BOOK, "--keep", "email"];
    work.rehearse(LIST, &more)
        .ended(1)
        .said("  Workbook: campaign.xlsx\n");
    says_the_same(&work, BOOK, "campaign.sandbox.results.csv");
    let files = [
        "campaign.csv",
        "campaign.sandbox.results.csv",
        "campaign.sandbox.results.json",
        BOOK,
    ];
    assert_eq!(work.files(), files);
    let json = ["--excel", "other.xlsx", "--log-format", "json"];
    let told = work.rehearse(LIST, &json).ended(1);
    assert!(told.stderr.contains(r#""workbook":"other.xlsx""#), "{told}");
}

#[test]
fn a_workbook_in_the_way_is_refused_before_anything_is_sent() {
    let work = Workplace::new();
    work.list("campaign.csv", LIST)
        .list("there.xlsx", "somebody's");
    fs::create_dir(work.path("folder.xlsx")).unwrap();
    refused(&work, "x.xls", "let it end in .xlsx");
    refused(&work, "there.xlsx", "exists already");
    refused(&work, "folder.xlsx", "no regular file");
    refused(
        &work,
        "nowhere/x.xlsx",
        "the workbook can't be written: nowhere/x.xlsx",
    );
    assert_eq!(fs::read(work.path("there.xlsx")).unwrap(), b"somebody's");
    work.list("list.xlsx", fs::read(work.path("campaign.csv")).unwrap());
    let itself = [
        "run",
        "list.xlsx",
        "--sandbox",
        "--excel",
        "./list.xlsx",
        "--overwrite",
    ];
    work.run(itself)
        .ended(2)
        .said("is the list, the result or another file of the run");
    let both = ["--output", "x.xlsx", "--excel", "x.xlsx"];
    work.rehearse(LIST, &both)
        .ended(2)
        .said("is the list, the result");
}

#[test]
fn an_existing_one_is_replaced_where_the_result_is() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST).list(BOOK, "yesterday's");
    let more = ["--excel", BOOK];
    work.send(&sandbox.url(), &more)
        .ended(2)
        .said("exists already");
    assert_eq!(sandbox.asked().len(), 0);
    let nightly = ["--excel", BOOK, "--overwrite"];
    work.send(&sandbox.url(), &nightly).ended(1);
    says_the_same(&work, BOOK, "campaign.results.csv");
    work.send(&sandbox.url(), &nightly).ended(1);
}

#[test]
fn a_run_that_is_carried_on_replaces_its_own_and_nobody_elses() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST)
        .list("old.xlsx", "somebody's");
    work.send(&sandbox.url(), &["--limit", "1", "--excel", BOOK])
        .ended(75);
    assert!(!work.path(BOOK).exists());
    work.send(&sandbox.url(), &["--excel", "old.xlsx"])
        .ended(2)
        .said("old.xlsx exists already");
    // As a kill would leave it between both files.
    work.list(BOOK, "written, and the run was not at its end");
    work.send(&sandbox.url(), &["--excel", BOOK]).ended(1);
    says_the_same(&work, BOOK, "campaign.results.csv");
    assert_eq!(sandbox.asked().len(), 2);
}

#[test]
fn it_goes_with_standard_output_and_with_a_run_that_is_finished_early() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    let ran = work.send(&sandbox.url(), &["--output", "-", "--excel", BOOK]);
    let ran = ran.ended(1).said("Workbook: campaign.xlsx");
    work.list("printed.csv", &ran.stdout);
    says_the_same(&work, BOOK, "printed.csv");
    work.send(&sandbox.url(), &["--limit", "1"]).ended(75);
    let finish = ["run", "campaign.csv", "--finish", "--excel", "early.xlsx"];
    work.run(finish).ended(1).said("Workbook: early.xlsx");
    says_the_same(&work, "early.xlsx", "campaign.results.csv");
    let outcomes = cells(&work, "early.xlsx");
    assert!(
        outcomes
            .iter()
            .any(|row| row[4] == Data::String("pending".into()))
    );
}

#[test]
fn what_is_made_of_a_result_has_one_of_its_own_where_its_command_says_so() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    fs::write(work.path("bulklabel.toml"), "excel = \"campaign.xlsx\"\n").unwrap();
    let ran = work.send(&sandbox.url(), &[]).ended(1);
    let variable = |excel: &[&str]| {
        let words = ["retry", "campaign.results.csv", "--rate", "none"];
        let mut command = work.command([&words[..], excel].concat());
        Ran::from(command.env("BULKLABEL_EXCEL", BOOK).output().unwrap())
    };
    let retried = variable(&[]).ended(1);
    assert!(!retried.stderr.contains("Workbook"), "{ran}{retried}");
    variable(&["--excel", "again.xlsx"]).ended(1);
    says_the_same(&work, "again.xlsx", "campaign.retry-2.results.csv");
}

#[test]
fn without_room_for_it_nothing_is_put_in_place_and_it_is_written_later_without_a_call() {
    const CUSTOMERS: usize = 400;
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    let rows: String = (1..=CUSTOMERS)
        .map(|n| format!("{n},add,VIP,,1,2,3,4,5\n"))
        .collect();
    work.list(
        "campaign.csv",
        format!("userId,action,label,note,a,b,c,d,e\n{rows}"),
    );
    let program = assert_cmd::cargo::cargo_bin!("bulklabel")
        .display()
        .to_string();
    let url = sandbox.url();
    // Journal and result fit into it, and what a workbook holds on the way does not.
    let line = format!(
        "trap '' XFSZ; ulimit -f 150; exec '{program}' run campaign.csv --base-url {url} --rate none --excel {BOOK} --keep a,b,c,d,e"
    );
    let mut shell = Command::new("bash");
    shell.args(["-c", &line]).current_dir(work.folder());
    shell
        .env("BULKLABEL_USERNAME", "sandbox")
        .env("BULKLABEL_PASSWORD", "sandbox");
    let full = Ran::from(shell.output().unwrap());
    full.ended(75)
        .said("the workbook campaign.xlsx can't be written: File too large");
    let files = [
        "campaign.csv",
        "campaign.results.csv.partial",
        "campaign.results.csv.state",
    ];
    assert_eq!(work.files(), files);
    work.send(&url, &["--excel", BOOK]).ended(0);
    assert_eq!(sandbox.asked().len(), CUSTOMERS);
    says_the_same(&work, BOOK, "campaign.results.csv");
}
