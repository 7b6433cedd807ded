//! Words that are a slip away from what they should be, and those of other programs.

use crate::support::{Ran, Workplace};

/// What is said of each command line.
fn told(work: &Workplace, lines: &[&str]) -> String {
    let one = |line: &&str| {
        let ran = work.run(line.split(' ')).ended(2);
        assert!(
            ran.stdout.is_empty() && ran.stderr.lines().count() == 1,
            "{ran}"
        );
        format!("bulklabel {line}\n  {}", ran.stderr)
    };
    lines.iter().map(one).collect()
}

#[test]
fn commands_are_answered_with_the_nearest() {
    let work = Workplace::new();
    insta::assert_snapshot!(told(
        &work,
        &[
            "chekc campaign.csv --json",
            "runn campaign.csv --cluster eu",
            "campaign.csv --cluster eu",
            "campaign.results.csv",
            "validate campaign.csv",
            "resume campaign.csv",
            "run",
            "run my list.csv",
        ]
    ));
}

#[test]
fn flags_are_answered_with_the_nearest_or_with_what_does_the_same_here() {
    let work = Workplace::new();
    let flags = [
        "--ratee 5/s",
        "--sandbx",
        "--dry-run",
        "-n",
        "--force",
        "--resume",
        "--threads 8",
        "--workers=8",
        "--retries 3",
        "--out x.csv",
        "-o x.csv",
        "-y",
        "--password=hush-hush",
        "--codes 8015",
        "--json",
        "--host x",
        "--xyz",
        "--sandbox=true",
        "--yes false",
    ];
    let lines: Vec<_> = flags
        .iter()
        .map(|flag| format!("run campaign.csv {flag}"))
        .collect();
    let mut lines: Vec<_> = lines.iter().map(String::as_str).collect();
    lines.extend([
        "check campaign.csv --dry-run",
        "check campaign.csv --concurrency 5",
        "retry campaign.results.csv --dry-run",
        "--rate 5/s run campaign.csv",
    ]);
    let told = told(&work, &lines);
    assert!(
        !told.replace("password=hush-hush\n", "").contains("hush"),
        "{told}"
    );
    insta::assert_snapshot!(told);
}

#[test]
fn values_are_answered_with_the_nearest() {
    let work = Workplace::new();
    let values = [
        "--action ad",
        "--action delete",
        "--action x",
        "--method PSOT",
        "--on-conflict lst",
        "--cluster ue",
        "--cluster mars",
        "--encoding utf8x",
        "--encoding windows1252",
        "--delimiter semicolons",
        "--log-format jsn",
        "--yes=maybe",
        "--rate",
        "--rate 1000",
        "--finish --restart",
    ];
    let lines: Vec<_> = values
        .iter()
        .map(|value| format!("run campaign.csv {value}"))
        .collect();
    let mut lines: Vec<_> = lines.iter().map(String::as_str).collect();
    lines.extend(["completions bahs", "man rnu", "sandbox --port abc"]);
    insta::assert_snapshot!(told(&work, &lines));
}

#[test]
fn a_variable_is_blamed_for_what_it_says() {
    let work = Workplace::new();
    work.list("campaign.csv", "userId,action\n1,add\n");
    let said = |arguments: &[&str], variable: &str, value: &str| {
        let mut command = work.command([&["check", "campaign.csv"], arguments].concat());
        Ran::from(command.env(variable, value).output().unwrap())
            .ended(2)
            .stderr
    };
    assert!(
        said(&[], "BULKLABEL_RATE", "nonsense")
            .starts_with("error: BULKLABEL_RATE: \"nonsense\" is no rate")
    );
    assert!(
        said(&[], "BULKLABEL_LABEL", "\u{7}")
            .starts_with("error: BULKLABEL_LABEL: the label holds")
    );
    assert!(
        said(&[], "BULKLABEL_ON_CONFLICT", "lst")
            .starts_with("error: BULKLABEL_ON_CONFLICT: \"lst\" is none of")
    );
    assert!(
        said(&["--rate", "fast"], "BULKLABEL_RATE", "5/s")
            .starts_with("error: --rate: \"fast\" is no rate")
    );
}

#[test]
fn a_variable_that_nobody_reads_sends_nothing_where_it_is_a_slip() {
    let work = Workplace::new();
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = work.command(arguments);
        Ran::from(command.envs(variables.iter().copied()).output().unwrap())
    };
    let rehearse = ["run", "campaign.csv", "--sandbox"];
    for (name, words) in [
        ("BULKLABEL_RATEE", "is BULKLABEL_RATE meant?"),
        ("BULKLABEL_SANDBOX", "--sandbox is a flag only"),
        ("BULKLABEL_MAX_REMOVAL", "is BULKLABEL_MAX_REMOVALS meant?"),
    ] {
        let ran = run(&rehearse, &[(name, "1")]).ended(2).said(words);
        assert!(
            ran.stderr
                .starts_with(&format!("error: nothing reads the variable {name}: ")),
            "{ran}"
        );
        assert!(!work.path("campaign.sandbox.results.csv").exists());
        run(&["check", "campaign.csv"], &[(name, "")]).ended(0);
        run(&["man"], &[(name, "1")]).ended(0);
    }
    let others = [
        ("BULKLABEL_SERVICE_HOST", "10.0.0.1"),
        ("BULKLABEL_PORT", "tcp://10.0.0.1:80"),
    ];
    run(&rehearse, &others)
        .ended(0)
        .said("warning: nothing reads the variables BULKLABEL_PORT, BULKLABEL_SERVICE_HOST\n");
}

#[test]
fn columns_sheets_and_codes_are_answered_with_the_nearest() {
    let work = Workplace::new();
    work.list("slips.csv", "user_idd,actoin,lable\n1,add,VIP\n");
    let slips = work.run(["check", "slips.csv"]).ended(2);
    let flag = slips.stderr.split("Then add ").nth(1).unwrap().trim();
    let flag: Vec<_> = flag.split(' ').collect();
    work.run([&["check", "slips.csv"], &flag[..]].concat())
        .ended(0);
    work.list("crm.csv", "crm id;action;My Segment\n1;add;VIP\n");
    let names = [
        "check",
        "crm.csv",
        "--columns",
        "userId=crm id,label=segmnt",
    ];
    work.run(names)
        .ended(2)
        .said("--columns asks for \"segmnt\"");
    let names = [
        "check",
        "crm.csv",
        "--columns",
        "userId=crm id,label=my segmnt",
    ];
    work.run(names)
        .ended(2)
        .said("is \"My Segment\" meant? Then add --columns 'userId=crm id,label=My Segment'");
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/fixtures/libreoffice.xlsx"
    );
    work.run(["check", fixture, "--sheet", "Sheat"])
        .ended(2)
        .said("it has no sheet \"Sheat\": is \"Sheet\" meant? Its sheets are: Sheet");
    work.rehearse("userId,action,label\n18015,add,VIP\n2,add,VIP\n", &[])
        .ended(1);
    let retry = [
        "retry",
        "campaign.sandbox.results.csv",
        "--sandbox",
        "--print",
    ];
    work.run([&retry[..], &["--codes", "8051"]].concat())
        .ended(0)
        .said("has the code 8051 (is 8015 meant?), which --codes names.");
}
