//! A list is looked at before it is sent.

use std::io::Write;
use std::process::Stdio;

use crate::support::{Ran, Row, Workplace};

/// Something of all that people do to lists.
fn messy() -> String {
    let mut list = String::from("userId,action,label\n");
    (1001..1021).for_each(|id| list += &format!("{id},add,Gold Member\n"));
    list +=
        "2001,add,Gold member\n2002,add,Gold\u{A0}Member\n2003,add,Cafe\u{301}\n2004,add,Café\n";
    list += "12345678901234500,add,Gold Member\n12345678901234567,add,Gold Member\n";
    list += "3001,add,2026-11-23\n3002,remove,Jan-26\n";
    list += &format!("3003,add,{}\n3004,add,\"\"\"VIP\"\"\"\n", "x".repeat(101));
    list += "5.64663E+08,add,VIP\n6.1E+08,add,VIP\n";
    (4001..4013).for_each(|id| list += &format!("{id},delete,VIP\n"));
    list += "4013,ad,VIP\n4014,add,\n5001,add,Gold, Silver\n";
    list += "1001,remove,Gold Member\n1002,add,Gold Member\n";
    list
}

fn check(list: impl AsRef<[u8]>, more: &[&str]) -> Ran {
    let work = Workplace::new();
    work.list("campaign.csv", list);
    let mut command = work.command([&["check", "campaign.csv"], more].concat());
    let nobody = command
        .env_remove("BULKLABEL_USERNAME")
        .env_remove("BULKLABEL_PASSWORD");
    let ran = Ran::from(nobody.output().unwrap());
    assert_eq!(work.files(), ["campaign.csv"], "nothing is written");
    ran
}

fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}\n{ran}"))
}

#[test]
fn a_messy_list_is_told_as_people_read_it() {
    let ran = check(messy(), &[]).ended(1);
    assert_eq!(ran.stderr, "");
    let told = ran
        .stdout
        .lines()
        .map(|line| match line.split_once("would end at ") {
            Some((before, _)) => format!("{before}would end at NOW"),
            None => line.to_owned(),
        });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_messy_list_is_told_as_programs_read_it() {
    let ran = check(messy(), &["--json"]).ended(1);
    json(&ran);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn a_clean_list_ends_well_duplicates_and_all() {
    let list = "userId,action,label\n1,add,VIP\n1,add,VIP\n2,remove,\"\"\"Old\"\"\"\n";
    let ran = check(list, &[]).ended(0);
    assert!(
        ran.stdout
            .starts_with("campaign.csv: 3 rows, 2 customers, 2 calls\n"),
        "{ran}"
    );
    assert!(
        ran.stdout
            .ends_with("Nothing stands in the way of sending it.\n"),
        "{ran}"
    );
    assert!(
        ran.stdout.contains("1 row the same as a later row"),
        "{ran}"
    );
    assert!(ran.stdout.contains("'\"Old\"' is in quotes"), "{ran}");
    let empty = check("userId,action,label\n", &["--json"]).ended(0);
    assert_eq!(json(&empty)["seconds"], 0.0);
}

#[test]
fn each_finding_alone_is_one() {
    for rows in [
        "x,add,VIP\n",
        "1,add,VIP\n1,remove,VIP\n",
        "1,add,VIP\n2,add,vip\n",
        "1234567890123400,add,VIP\n",
        "1,add,11/23/2026\n",
    ] {
        let ran = check(format!("userId,action,label\n{rows}"), &[]).ended(1);
        assert!(
            ran.stdout.ends_with("Look at this before you send it.\n"),
            "{ran}"
        );
    }
}

#[test]
fn contradictions_that_are_rejected_are_rejected_rows() {
    let list = "userId,action,label\n1,add,VIP\n1,remove,VIP\n2,add,A\n2,add,B\n";
    let flags = ["--on-conflict", "reject", "--max-labels", "1", "--json"];
    let found = json(&check(list, &flags).ended(1));
    let rejected = serde_json::json!({"CONFLICT": 2, "TOO_MANY_LABELS": 2});
    assert_eq!(found["rejected"], rejected);
    assert_eq!(found["calls"], 0);
    let lines = found["findings"]["rejected"][0]["lines"].clone();
    assert_eq!(lines, serde_json::json!([4, 5]));
}

#[test]
fn what_is_told_is_what_a_run_does() {
    let work = Workplace::new();
    for more in [&[][..], &["--on-conflict", "reject", "--max-labels", "1"]] {
        work.rehearse(messy(), more).ended(1);
        let ran = work.run([&["check", "campaign.csv", "--json"], more].concat());
        let found = json(&ran.ended(1));
        let done = work.summary("campaign.sandbox.results.json");
        assert_eq!(found["rows"], done["list"]["rows"]);
        assert_eq!(found["customers"], done["customers"]);
        assert_eq!(found["calls"], done["calls"]);
        let left_out = ["rejected", "skipped"].map(|kind| found[kind].as_object().unwrap());
        for (code, rows) in left_out.into_iter().flatten() {
            assert_eq!(&done["codes"][code], rows, "{code}");
        }
        let sent = work.rows("campaign.sandbox.results.csv");
        for label in found["labels"].as_array().unwrap() {
            let of = |action: &str| {
                let is_it = |row: &&Row| {
                    row["attempts"] != "0"
                        && row["action"] == action
                        && label["label"] == row["label"]
                };
                sent.iter().filter(is_it).count()
            };
            assert_eq!(label["add"], of("add"), "{label}");
            assert_eq!(label["remove"], of("remove"), "{label}");
        }
    }
}

#[test]
fn the_time_is_that_of_the_rate() {
    let rows: String = (1..=121).map(|id| format!("{id}\n")).collect();
    let list = format!("customer\n{rows}");
    let flags = ["--action", "add", "--label", "VIP", "--rate"];
    let at =
        |rate: &str, more: &[&str]| check(&list, &[&flags[..], &[rate], more].concat()).ended(0);
    assert_eq!(json(&at("60/min", &["--json"]))["seconds"], 120.0);
    assert!(json(&at("none", &["--json"]))["seconds"].is_null());
    let told = at("60/min", &[]);
    assert!(
        told.stdout
            .contains("about 2 min 00 s at 60/min; begun now, it would end at "),
        "{told}"
    );
    let told = at("none", &[]);
    assert!(
        told.stdout.contains("as fast as the service answers"),
        "{told}"
    );
}

#[test]
fn what_run_would_refuse_is_refused_after_it_was_told() {
    for (flag, value, words) in [
        (
            "--expect-rows",
            "100..",
            "wants 100 at least; a run would send nothing",
        ),
        ("--max-removals", "1", "2 removals would be sent"),
        ("--strict=true", "--json", "17 rows rejected"),
    ] {
        let ran = check(messy(), &[flag, value]).ended(2).said(words);
        assert!(ran.stdout.contains("Gold Member"), "{ran}");
    }
    for (list, words) in [
        ("id\n1\n", "no column is the userId column"),
        ("", "is empty"),
        ("userId,action,label\n1,add,\"VIP\n", "quote"),
    ] {
        let ran = check(list, &[]).ended(2).said(words);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn the_settings_file_counts_as_for_run() {
    let work = Workplace::new();
    let settings = "rate = \"1/s\"\nmax_removals = 0\noverwrite = true\nconcurrency = 7\n";
    work.list("bulklabel.toml", settings);
    work.list(
        "campaign.csv",
        "userId,action,label\n1,remove,VIP\n2,add,VIP\n",
    );
    let ran = work.run(["check", "campaign.csv"]).ended(2);
    assert!(ran.stdout.contains("about 1.0 s at 1/s"), "{ran}");
    ran.said("1 removal would be sent, and --max-removals allows 0");
}

#[test]
fn what_can_be_read_only_once_is_looked_at_too() {
    let work = Workplace::new();
    let mut command = work.command(["check", "-"]);
    command.env("TMPDIR", work.folder());
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut list = child.stdin.take().unwrap();
    list.write_all(messy().as_bytes()).unwrap();
    drop(list);
    let ran = Ran::from(child.wait_with_output().unwrap()).ended(1);
    assert!(ran.stdout.starts_with("standard input: 49 rows"), "{ran}");
    assert!(work.files().is_empty(), "nothing is left behind");
    let mut command = work.command(["check", "-"]);
    command.env("TMPDIR", work.path("nowhere"));
    Ran::from(command.output().unwrap())
        .ended(2)
        .said("standard input can't be copied to");
}

#[test]
fn many_labels_and_many_rows_are_told_in_short() {
    let mut list = String::from("userId,action,label\n");
    (1..=60).for_each(|n| list += &format!("{n},add,Label {n}\n"));
    (61..=9_472).for_each(|_| list += "5.6E+08,add,VIP\n");
    let ran = check(&list, &[]).ended(1);
    for words in [
        "and 10 more labels (--json has all)",
        "9,412 rows rejected, one cause: INVALID_USER_ID",
        "(\"5.6E+08\")",
        "lines 62, 63, 64, 65, 66, 67, 68, 69, 70, 71 and 9,402 more",
    ] {
        assert!(ran.stdout.contains(words), "not told: {words}\n{ran}");
    }
    let found = json(&check(&list, &["--json"]).ended(1));
    assert_eq!(found["labels"].as_array().map(Vec::len), Some(60));
}

#[test]
fn help_leads_to_it() {
    let work = Workplace::new();
    let help = work.run(["--help"]).ended(0);
    assert!(
        help.stdout.contains("bulklabel check campaign.csv"),
        "{help}"
    );
    let help = work.run(["check", "--help"]).ended(0);
    for words in [
        "zcat export.csv.gz | bulklabel check -",
        "--json",
        "1 with findings",
    ] {
        assert!(help.stdout.contains(words), "{help}");
    }
    assert!(!help.stdout.contains("--overwrite"), "{help}");
}
