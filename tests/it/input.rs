//! Lists as people have them: each ends in a result or in one clear sentence.

use std::process::Command;

use crate::support::{Ran, Workplace};

const RESULT: &str = "campaign.sandbox.results.csv";

/// The one sentence that a list which can't be used is answered with.
#[track_caller]
fn refused(list: impl AsRef<[u8]>, more: &[&str]) -> String {
    let work = Workplace::new();
    let ran = work.rehearse(list, more).ended(2);
    assert_eq!(
        ran.stderr.lines().count(),
        1,
        "one sentence, and no other word\n{ran}"
    );
    assert_eq!(work.files(), ["campaign.csv"], "nothing is left behind");
    ran.stderr
}

#[track_caller]
fn outcomes(list: impl AsRef<[u8]>, more: &[&str], status: i32) -> Vec<String> {
    let work = Workplace::new();
    work.rehearse(list, more).ended(status);
    work.outcomes(RESULT)
}

#[test]
fn every_delimiter_line_end_and_byte_order_mark_is_understood() {
    for delimiter in [',', ';', '\t', '|'] {
        for end in ["\n", "\r\n", "\r"] {
            let list = String::from(
                "\u{FEFF}Label,Customer ID,OPERATION\nVIP,1,add\n\n\"a,b\",2,Remove\n",
            );
            let list = list
                .replace("a,b", "a+b")
                .replace(',', &delimiter.to_string())
                .replace('\n', end);
            assert_eq!(
                outcomes(&list, &[], 0),
                ["2 success", "4 warning 33001"],
                "{list:?}"
            );
        }
    }
}

#[test]
fn a_bare_column_of_ids_is_a_list() {
    let flags = ["--action", "add", "--label", " VIP "];
    assert_eq!(
        outcomes("customer\n1\n002.0\n", &flags, 0),
        ["2 success", "3 success"]
    );
}

#[test]
fn columns_and_delimiter_may_be_named() {
    let list = "crm#segment#action\n5#Gold, really#add\n";
    let flags = ["--columns", "userId=crm,label=segment", "--delimiter", "#"];
    assert_eq!(outcomes(list, &flags, 0), ["2 success"]);
}

#[test]
fn lines_are_physical_whatever_stands_between() {
    let list = "userId,note,action,label\r\n\r\n1,\"a\r\nb\rc\nd\",add,VIP\r\n,,,\r\n2,\"x \"\"y\"\"\",add,VIP\r\n";
    assert_eq!(outcomes(list, &[], 0), ["3 success", "8 success"]);
}

#[test]
fn a_list_of_rejected_rows_only_is_a_result_and_no_call() {
    let list = "userId,action,label\nx,add,VIP\n1,add,\n2,give,VIP\n3,add\n";
    let expected = [
        "2 rejected INVALID_USER_ID",
        "3 rejected EMPTY_LABEL",
        "4 rejected INVALID_ACTION",
        "5 rejected MISSING_FIELD",
    ];
    assert_eq!(outcomes(list, &[], 1), expected);
}

#[test]
fn absurd_rows_are_rejected_one_by_one() {
    let mut list = b"userId,action,label\n".to_vec();
    list.extend([&b"1"[..], &b"2".repeat(40), b",add,VIP\n"].concat());
    list.extend(b"2,add,a\0b\n3,add,Caf\xE9\n");
    list.extend([&b"4,add,VIP"[..], &b",x".repeat(300), b"\n"].concat());
    list.extend([&b"5,add,"[..], &b"L".repeat(5_000_000), b"\n6,add,VIP\n"].concat());
    let work = Workplace::new();
    work.rehearse(&list, &[]).ended(1);
    let outcomes = work.outcomes(RESULT);
    assert_eq!(
        outcomes[..4],
        [
            "2 rejected INVALID_USER_ID",
            "3 rejected INVALID_LABEL",
            "4 rejected INVALID_ENCODING",
            "5 rejected EXTRA_FIELDS"
        ]
    );
    assert_eq!(outcomes[5], "7 success");
    let rows = work.rows(RESULT);
    assert_eq!(
        (rows[1]["label"].as_str(), rows[2]["label"].as_str()),
        ("a\u{FFFD}b", "Caf\u{FFFD}")
    );
    assert_eq!(
        rows[4]["label"].len(),
        5_000_000,
        "the service decides how long a label may be"
    );
}

#[test]
fn an_empty_list_is_a_normal_night() {
    assert!(outcomes("userId,action,label\n", &[], 0).is_empty());
    assert!(outcomes("userId,action,label\n\n , ,\n", &[], 0).is_empty());
}

#[test]
fn one_rejected_row_is_too_many_with_strict() {
    let sentence = refused("userId,action,label\n1,add,VIP\nx,add,VIP\n", &["--strict"]);
    assert!(
        sentence.contains("1 row rejected") && sentence.contains("line 3, INVALID_USER_ID"),
        "{sentence}"
    );
}

#[test]
fn a_list_that_cannot_be_used_is_answered_with_one_sentence() {
    let sentences = [
        refused("", &[]),
        refused("\n \n", &[]),
        refused("id,action,label\n1,add,VIP\n", &[]),
        refused("userId,action\n1,add\n", &[]),
        refused("userId,customer,action,label\n1,2,add,VIP\n", &[]),
        refused("userId,action,label\n1,add,VIP\n", &["--action", "add"]),
        refused(
            "userId,action,label\r\n\r\n1,add,\"VIP\r\n2,add,Gold\r\n",
            &[],
        ),
        refused(
            "userId,action,label,note\n1,add,VIP,\"a\nb\n2,add,Gold,c\n",
            &[],
        ),
        refused("userId,action,label\n1,add,\"VIP\n2,add,\"Gold\n", &[]),
        refused("userId,note,action,label\n1,\"a\nb\",add,\"VI\nP\"\n", &[]),
        refused(b"PK\x03\x04rest", &[]),
        refused(b"\x1F\x8B\x08rest", &[]),
        refused(b"\xFF\xFEu\0s\0", &[]),
    ];
    insta::assert_snapshot!(sentences.concat());
}

#[test]
fn a_name_that_is_no_list_is_answered_with_one_sentence() {
    let work = Workplace::new();
    std::fs::create_dir(work.path("folder.csv")).unwrap();
    work.run(["run", "folder.csv", "--sandbox"])
        .ended(2)
        .said("folder.csv is a folder");
    work.run(["run", "missing.csv", "--sandbox"])
        .ended(2)
        .said("missing.csv: there is no such file");
    work.run(["run", "-", "--sandbox"])
        .ended(2)
        .said("--output FILE");
    assert!(
        Command::new("mkfifo")
            .arg(work.path("fifo.csv"))
            .status()
            .unwrap()
            .success()
    );
    let mut writer = Command::new("sh")
        .args(["-c", "echo userId > fifo.csv"])
        .current_dir(work.folder())
        .spawn()
        .unwrap();
    work.run(["run", "fifo.csv", "--sandbox"])
        .ended(2)
        .said("--output FILE");
    writer.kill().unwrap();
    writer.wait().unwrap();
    work.run(["run", "-", "--sandbox", "--output", "-"])
        .ended(2)
        .said("--output FILE");
}

#[test]
fn a_copy_that_a_kill_has_left_behind_is_no_hindrance() {
    let work = Workplace::new();
    work.list("a.csv.list", "left over")
        .list("a.csv.list.writing", "left over")
        .list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    let mut command = work.command(["run", "-", "--sandbox", "--output", "a.csv"]);
    command.stdin(std::fs::File::open(work.path("campaign.csv")).unwrap());
    Ran::from(command.output().unwrap()).ended(0);
    assert_eq!(work.outcomes("a.csv"), ["2 success"]);
    assert_eq!(work.files(), ["a.csv", "a.json", "campaign.csv"]);
}

#[test]
fn what_can_be_read_only_once_is_copied_first() {
    let work = Workplace::new();
    work.list(
        "campaign.csv",
        "userId,action,label\n1,add,VIP\nx,add,VIP\n",
    );
    assert!(
        Command::new("mkfifo")
            .arg(work.path("fifo"))
            .status()
            .unwrap()
            .success()
    );
    let mut writer = Command::new("cp")
        .args([work.path("campaign.csv"), work.path("fifo")])
        .spawn()
        .unwrap();
    work.run(["run", "fifo", "--sandbox", "--output", "a.csv"])
        .ended(1);
    assert!(writer.wait().unwrap().success());
    let list = std::fs::File::open(work.path("campaign.csv")).unwrap();
    let mut piped = work.command(["run", "-", "--sandbox", "--output", "b.csv"]);
    Ran::from(piped.stdin(list).output().unwrap()).ended(1);
    for result in ["a.csv", "b.csv"] {
        assert_eq!(
            work.outcomes(result),
            ["2 success", "3 rejected INVALID_USER_ID"]
        );
    }
    assert_eq!(
        work.files(),
        ["a.csv", "a.json", "b.csv", "b.json", "campaign.csv", "fifo"],
        "the copy is gone"
    );
    assert!(work.folder().is_dir());
}
