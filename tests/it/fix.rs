//! A list is written again, clean where it is certain what was meant.

use std::io::Write;
use std::process::Stdio;

use crate::support::{Ran, Workplace};

/// Something of all that can be mended, and of what can't.
fn messy() -> String {
    let mut list = String::from("email;Customer ID;Action;Label\n");
    (1001..1031).for_each(|id| list += &format!("m@x;{id};add;Gold Member\n"));
    for row in [
        "a@x;5.64663098E+08;add;Gold Member",
        "a@x;5,64663E+08;add;Gold Member",
        "b@x;1 234 567;delete;VIP",
        "c@x;'42;ADD;Gold\u{A0}Member",
        "d@x;43;remove.;Gold  Member",
        "e@x;44;-;VIP",
        "f@x;45;add;gold member",
        "g@x;46;add;Gold;Silver",
        "h@x;47;add",
        "i@x;48;add;\"a,b\u{1}\"",
        "j@x;1001;remove;Gold Member",
        "k@x;1002;add;Gold Member",
        "l@x;1003;added;Gold\u{A0}Member",
    ] {
        list += &format!("{row}\n");
    }
    list
}

fn read(work: &Workplace, name: &str) -> String {
    std::fs::read_to_string(work.path(name)).unwrap()
}

fn fix(content: impl AsRef<[u8]>, more: &[&str]) -> (Workplace, Ran) {
    let work = Workplace::new();
    work.list("campaign.csv", content);
    let fixed = ["check", "campaign.csv", "--fix", "campaign.fixed.csv"];
    let ran = work.run([&fixed[..], more].concat());
    (work, ran)
}

#[test]
fn what_is_certain_is_mended_and_all_else_stands_as_it_was() {
    let (work, ran) = fix(messy(), &[]);
    let ran = ran.ended(1);
    let (_, told) = ran.stdout.split_once("The list is written again").unwrap();
    insta::assert_snapshot!(told);
    let fixed = read(&work, "campaign.fixed.csv");
    let mended: Vec<_> = fixed
        .lines()
        .filter(|line| !line.starts_with("m@x"))
        .collect();
    insta::assert_snapshot!(mended.join("\n"));
    assert_eq!(fixed.lines().count(), 1 + 30 + 13 - 3);
    let (_, again) = fix(&fixed, &[]);
    let (_, told) = again
        .stdout
        .split_once("The list is written again")
        .unwrap();
    assert!(told.contains("left as it stood"), "{again}");
    assert!(!told.contains("has become"), "{again}");
}

#[test]
fn what_is_said_of_it_is_what_a_run_of_it_does() {
    let (work, ran) = fix(messy(), &["--json"]);
    let found: serde_json::Value = serde_json::from_str(&ran.ended(1).stdout).unwrap();
    let fixed = &found["fixed"];
    assert_eq!(fixed["file"], "campaign.fixed.csv");
    work.run(["run", "campaign.fixed.csv", "--sandbox", "--rate", "none"])
        .ended(1);
    let done = work.summary("campaign.fixed.sandbox.results.json");
    assert_eq!(fixed["rows"], done["list"]["rows"]);
    assert_eq!(fixed["customers"], done["customers"]);
    assert_eq!(fixed["calls"], done["calls"]);
    for (code, rows) in fixed["rejected"].as_object().unwrap() {
        assert_eq!(&done["codes"][code], rows, "{code}");
    }
    assert_eq!(done["rows"]["skipped"], 0);
}

#[test]
fn contradictions_that_are_rejected_are_kept() {
    let list = "userId,action,label\n1,add,VIP\n1,delete,VIP\n2,add,VIP\n2,add,VIP\n";
    let (work, ran) = fix(list, &["--on-conflict", "reject"]);
    let ran = ran.ended(1);
    assert!(
        ran.stdout
            .contains("2 rows would still be rejected: CONFLICT 2."),
        "{ran}"
    );
    let fixed = read(&work, "campaign.fixed.csv");
    assert_eq!(
        fixed,
        "userId,action,label\n1,add,VIP\n1,remove,VIP\n2,add,VIP\n"
    );
}

#[test]
fn a_clean_list_is_written_as_it_is() {
    let list = "userId,action,label,note\n 1 ,ADD,VIP,\"a\nb\"\n2,remove,\"x,y\",\n";
    let (work, ran) = fix(list, &[]);
    let ran = ran.ended(0);
    assert!(
        ran.stdout.contains("Nothing was to be mended in it."),
        "{ran}"
    );
    assert_eq!(read(&work, "campaign.fixed.csv"), list);
}

#[test]
fn lists_of_every_dialect_and_standard_input_are_written_in_one() {
    let plain = fix(messy(), &[]).0;
    let expected = read(&plain, "campaign.fixed.csv");
    let utf16: Vec<u8> = format!("\u{FEFF}{}", messy().replace('\n', "\r\n"))
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    let zstd = zstd::encode_all(messy().replace('\n', "\r").as_bytes(), 3).unwrap();
    for (content, mark) in [(utf16, "\u{FEFF}"), (zstd, "")] {
        let (work, _) = fix(content, &[]);
        assert_eq!(
            read(&work, "campaign.fixed.csv"),
            format!("{mark}{expected}")
        );
    }
    let work = Workplace::new();
    let mut command = work.command(["check", "-", "--fix", "fixed.csv"]);
    command.env("TMPDIR", work.folder());
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(messy().as_bytes())
        .unwrap();
    Ran::from(child.wait_with_output().unwrap()).ended(1);
    assert_eq!(read(&work, "fixed.csv"), expected);
}

#[test]
fn a_file_that_is_there_is_never_written_over() {
    let work = Workplace::new();
    work.list("campaign.csv", messy()).list("other.csv", "mine");
    for (name, words) in [
        ("campaign.csv", "it is the list itself"),
        (
            "other.csv",
            "it is there already, and nothing is written over it",
        ),
        ("campaign.results.csv", "it is in use"),
        ("-", "standard output is not for it"),
        ("nowhere/x.csv", "it can't be written"),
    ] {
        work.run(["check", "campaign.csv", "--fix", name])
            .ended(2)
            .said(words)
            .said("--fix");
    }
    work.run([
        "check",
        "campaign.csv",
        "--fix",
        "x.csv",
        "--rejects",
        "./x.csv",
    ])
    .ended(2)
    .said("it is in use");
    assert_eq!(read(&work, "other.csv"), "mine");
    assert_eq!(work.files(), ["campaign.csv", "other.csv"]);
}

#[test]
fn causes_end_with_the_command_that_mends_them() {
    let work = Workplace::new();
    work.list("my list.csv", messy());
    let ran = work.run(["check", "my list.csv", "--rate", "5/s"]).ended(1);
    let fix = "bulklabel check 'my list.csv' --rate 5/s --fix 'my list.fixed.csv'\n";
    for words in [
        format!("    To mend 1 of them: {fix}"),
        format!("    To mend them: {fix}"),
        format!("  To leave out those that don't count: {fix}"),
        "in a file of its own: bulklabel check 'my list.csv' --rate 5/s --rejects 'my list.rejected.csv'\n".to_owned(),
    ] {
        assert!(ran.stdout.contains(&words), "not told: {words}\n{ran}");
    }
    assert_eq!(
        ran.stdout.matches("To mend").count(),
        5 + 1,
        "once a cause\n{ran}"
    );
    // The commands do what they say.
    work.run([
        "check",
        "my list.csv",
        "--rate",
        "5/s",
        "--fix",
        "my list.fixed.csv",
    ])
    .ended(1);
    let ran = work.run(["check", "my list.csv"]).ended(1);
    assert!(ran.stdout.contains("--fix 'my list.fixed-2.csv'"), "{ran}");
}

#[test]
fn settings_that_let_rows_pass_are_named() {
    let work = Workplace::new();
    let (western, _, _) =
        encoding_rs::WINDOWS_1252.encode("userId,action,label\n1,add,Café\n2,add,“Gold”\n");
    work.list("western.csv", &western);
    let ran = work.run(["check", "western.csv"]).ended(1);
    let command = "bulklabel check western.csv --encoding windows-1252";
    assert_eq!(ran.stdout.matches(command).count(), 1, "{ran}");
    work.run(command.split(' ').skip(1)).ended(0);
    work.list("noise.csv", b"userId,action,label\n1,add,\x81\xFE\n");
    let ran = work.run(["check", "noise.csv"]).ended(1);
    assert!(!ran.stdout.contains("--encoding windows-1252\n"), "{ran}");
    work.list(
        "crowd.csv",
        "userId,action,label\n1,add,A\n1,add,B\n1,add,C\n2,add,A\n2,remove,A\n",
    );
    let flags = ["--max-labels=2", "--on-conflict", "reject"];
    let ran = work
        .run([&["check", "crowd.csv"], &flags[..]].concat())
        .ended(1);
    for command in [
        "To allow as many: bulklabel check crowd.csv --on-conflict reject --max-labels 3\n",
        "To let the last row count: bulklabel check crowd.csv --max-labels=2 --on-conflict last\n",
    ] {
        assert!(ran.stdout.contains(command), "{ran}");
    }
}
