//! A result keeps further columns of its list.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Ran, Sandbox, Workplace};

const LIST: &str = "userId,E-Mail,action,label,\"Name, first\"\n\
    1,a@x.example,add,VIP,Ann\n\
    1,a@x.example,add,VIP,\"Ann \"\"A\"\"\nB\"\n\
    x, b@x.example ,add,VIP\n\
    2,c@x.example,add\n\
    3,d@x.example,add,VIP,Dee,what\n\
    28015,e@x.example,remove,VIP,=1+1\n";

const RESULT: &str = "campaign.sandbox.results.csv";

/// What stands after the ten columns of a result, row by row, its header first.
fn kept(work: &Workplace, name: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(work.path(name))
        .unwrap();
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| row.iter().skip(10).collect::<Vec<_>>().join("|"))
        .collect()
}

fn refused(keep: &str) -> Ran {
    let work = Workplace::new();
    let ran = work.rehearse(LIST, &["--keep", keep]).ended(2);
    assert_eq!(work.files(), ["campaign.csv"]);
    ran
}

#[test]
fn columns_are_kept_as_they_stand_in_the_list_whatever_becomes_of_the_row() {
    let work = Workplace::new();
    let keep = ["--keep", "\"Name, first\"", "--keep=email"];
    work.rehearse(LIST, &keep).ended(1);
    assert_eq!(
        kept(&work, RESULT),
        [
            "Name, first|E-Mail",
            "Ann|a@x.example",
            "Ann \"A\"\nB|a@x.example",
            "| b@x.example ",
            "|c@x.example",
            "Dee|d@x.example",
            "=1+1|e@x.example",
        ]
    );
    let settings = &work.summary("campaign.sandbox.results.json")["settings"];
    assert_eq!(settings["keep"], "\"Name, first\",email");
}

#[test]
fn a_result_with_kept_columns_is_a_list() {
    let work = Workplace::new();
    work.rehearse(LIST, &["--keep", "E-Mail,\"Name, first\""])
        .ended(1);
    let again = ["run", RESULT, "--sandbox", "--rate", "none"];
    work.run([&again[..], &["--keep", "e_mail"]].concat())
        .ended(1);
    let twice = kept(&work, "campaign.sandbox.results.sandbox.results.csv");
    assert_eq!(twice[..2], ["E-Mail", "a@x.example"]);
}

#[test]
fn lists_of_every_kind_keep_their_columns() {
    let work = Workplace::new();
    let text = "userId\taction\tlabel\temail\r\n1\tadd\tVIP\tcafé@x.example\r\n";
    let utf16: Vec<u8> = format!("\u{FEFF}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&utf16).unwrap();
    let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let lists: [(Vec<u8>, &[&str], &str); 4] = [
        (utf16, &[], "café@x.example"),
        (packed.finish().unwrap(), &[], "café@x.example"),
        (latin.clone(), &["--encoding", "latin1"], "café@x.example"),
        (latin, &[], "caf\u{FFFD}@x.example"),
    ];
    for (content, more, expected) in lists {
        work.rehearse(content, &[&["--keep", "email"], more].concat())
            .ended(0);
        assert_eq!(kept(&work, RESULT), ["email", expected]);
    }
}

#[test]
fn what_cannot_be_kept_is_refused_before_anything_is_sent() {
    let long = "\"E-Mail\", \"action\", \"label\", \"Name, first\"";
    refused("phone")
        .said("line 1: there is no column \"phone\"")
        .said(long);
    refused("email,E-Mail").said("names the column \"E-Mail\" twice");
    refused("label").said("the result has a column \"label\" of its own");
    refused("Customer Id").said("would be taken for the userId column");
    refused("email,").said("names no columns");
    let work = Workplace::new();
    work.rehearse(
        "userId,action,label,mail,Mail\n1,add,VIP,,\n",
        &["--keep", "MAIL"],
    )
    .ended(2)
    .said("the columns number 4 and 5 may both be \"MAIL\"");
    let flags = ["--keep", "mail", "--keep", "mail"];
    work.rehearse("userId,action,label,mail\n1,add,VIP,\n", &flags)
        .ended(2)
        .said("--keep: \"mail\" is named twice");
}

#[test]
fn it_is_a_setting_and_shows_where_it_comes_from() {
    let work = Workplace::new();
    fs::write(work.path("bulklabel.toml"), "keep = \"email\"\n").unwrap();
    work.rehearse(LIST, &[]).ended(1);
    assert_eq!(kept(&work, RESULT)[..2], ["E-Mail", "a@x.example"]);
    let shown = work.run(["settings", "--keep", "a", "--keep", "b"]);
    let line = shown.stdout.lines().find(|line| line.contains("keep "));
    assert!(
        line.is_some_and(|line| line.contains("a,b") && line.ends_with("--keep")),
        "{shown}"
    );
    work.run(["check", "campaign.csv", "--keep", "phone"])
        .ended(2);
}

#[test]
fn it_may_change_from_leg_to_leg() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    work.send(&sandbox.url(), &["--limit", "1", "--keep", "name,first"])
        .ended(2);
    work.send(&sandbox.url(), &["--limit", "1"]).ended(75);
    work.send(&sandbox.url(), &["--keep", "email"]).ended(1);
    assert_eq!(kept(&work, "campaign.results.csv")[1], "a@x.example");
    assert_eq!(sandbox.asked().len(), 2);
}

#[test]
fn what_a_result_has_kept_goes_on_to_what_is_made_of_it() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    work.send(&sandbox.url(), &["--keep", "email,\"Name, first\""])
        .ended(1)
        .said("--rate none\n");
    work.run(["retry", "campaign.results.csv", "--rate", "none"])
        .ended(1);
    let retried = kept(&work, "campaign.retry-1.results.csv");
    assert_eq!(retried, ["E-Mail|Name, first", "e@x.example|=1+1"]);
    let undo = ["undo", "campaign.results.csv", "--rate", "none", "--yes"];
    work.run(undo).ended(0);
    let undone = kept(&work, "campaign.undo.results.csv");
    assert_eq!(undone[1], "a@x.example|Ann \"A\"\nB");
    let names = ["campaign.retry-1.results.csv", "campaign.results.csv"];
    let merge = [
        "merge", "--latest", names[0], names[1], "--output", "all.csv",
    ];
    work.run(merge).ended(1);
    assert_eq!(kept(&work, "all.csv"), kept(&work, "campaign.results.csv"));
    let printed = work.run(["retry", "all.csv", "--print"]).ended(0).stdout;
    assert!(
        printed.starts_with("line,userId,action,label\n"),
        "{printed}"
    );
}
