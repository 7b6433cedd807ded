//! What the program says of itself, and that it is true.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Ran, Workplace};

/// The names of all commands, as the manual has them.
fn commands(work: &Workplace) -> Vec<String> {
    let page = work.run(["man"]).ended(0).stdout;
    let titles = page
        .lines()
        .filter_map(|line| line.strip_prefix(".SS \"bulklabel "));
    titles
        .map(|title| title.trim_end_matches('"').to_owned())
        .collect()
}

/// A help that no line of is broken.
fn help(work: &Workplace, command: &str, flag: &str) -> String {
    let mut command = work.command([command, flag]);
    let ran = Ran::from(command.env("COLUMNS", "400").output().unwrap());
    ran.ended(0).stdout
}

/// The examples in a help text: their lines, those that a backslash joins in one, without what is said beside them.
fn examples(help: &str) -> Vec<String> {
    let after = help.split("Examples:\n").nth(1).unwrap_or_default();
    let lines = after.lines().take_while(|line| line.starts_with("  "));
    let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n    ", "");
    let alone = joined.lines().map(|line| line.trim().split("   ").next());
    alone.flatten().map(str::to_owned).collect()
}

#[test]
fn the_first_screen_is_enough_for_a_first_run() {
    let work = Workplace::new();
    let nothing: [&str; 0] = [];
    let mut alone = work.command(nothing);
    let alone = Ran::from(alone.env("COLUMNS", "80").output().unwrap()).ended(2);
    let mut short = work.command(["-h"]);
    let short = Ran::from(short.env("COLUMNS", "80").output().unwrap()).ended(0);
    assert_eq!(alone.stderr, short.stdout);
    assert!(
        alone.stdout.is_empty() && short.stderr.is_empty(),
        "{alone}"
    );
    assert!(short.stdout.lines().count() < 24, "{short}");
    assert!(short.stdout.lines().all(|line| line.chars().count() <= 80));
    insta::assert_snapshot!(short.stdout);
}

#[test]
fn every_command_is_on_both_first_screens() {
    let work = Workplace::new();
    let all = commands(&work);
    assert!(all.len() >= 10, "{all:?}");
    for flag in ["-h", "--help"] {
        let screen = work.run([flag]).ended(0).stdout;
        for command in &all {
            let listed = screen.split("Commands").nth(1).unwrap_or_default();
            assert!(listed.contains(&**command), "{command}\n{screen}");
        }
    }
}

#[test]
fn a_short_help_is_short_and_a_long_one_has_every_flag() {
    let work = Workplace::new();
    let (short, long) = (help(&work, "run", "-h"), help(&work, "run", "--help"));
    assert!(short.lines().count() < 60, "{short}");
    for flag in ["--sandbox", "--cluster", "--rate", "--yes", "--output"] {
        assert!(short.contains(flag), "{flag}\n{short}");
    }
    for flag in [
        "--max-outage",
        "--account-changed",
        "--log-format",
        "Exit status:",
    ] {
        assert!(!short.contains(flag), "{flag}\n{short}");
        assert!(long.contains(flag), "{flag}\n{long}");
    }
}

#[test]
fn examples_that_need_no_account_work_as_they_are_written() {
    let work = Workplace::new();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/campaign.csv");
    work.list("campaign.csv", fs::read(sample).unwrap())
        .list("ids.csv", "userId\n564663098\n564663099\n")
        .list("bulklabel.toml", "[profile.eu]\ncluster = \"eu\"\n");
    let binary = assert_cmd::cargo::cargo_bin!("bulklabel");
    let path = format!(
        "{}:{}",
        binary.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let shell = |line: &str| {
        let mut command = Command::new("bash");
        command
            .args(["-c", line])
            .current_dir(work.folder())
            .env_clear()
            .env("PATH", &path)
            .env("HOME", work.folder())
            .env("BULKLABEL_RATE", "none");
        Ran::from(command.output().unwrap())
    };
    shell("bulklabel run campaign.csv --sandbox --output campaign.results.csv").ended(1);
    shell("bulklabel retry campaign.results.csv --sandbox --output campaign.retry-1.results.csv; gzip -c campaign.csv > export.csv.gz; mkdir -p .zfunc .config/fish/completions results; cp campaign.csv nightly.csv").ended(0);
    shell("bulklabel run nightly.csv --sandbox --output 'results/nightly-{date}.csv'").ended(1);
    shell("for i in 1 2 3 4; do bulklabel run campaign.csv --sandbox --shard $i/4 --output campaign.results.csv --partial-ok || exit; done").ended(0);
    let has = |program: &str| shell(&format!("command -v {program}")).status == 0;
    let needs_none = |line: &&String| {
        let alone = [
            " check ",
            "--sandbox",
            "--print",
            " settings",
            " status ",
            " merge ",
            " report ",
            " completions ",
            " man",
        ];
        let programs = ["jq", "zcat", "man"];
        let other = line.starts_with("bulklabel sandbox") || line.contains("status -");
        let missing = programs.iter().any(|program| {
            let word = format!("{program} ");
            (line.starts_with(&word) || line.contains(&format!("| {word}"))) && !has(program)
        });
        let asks = line.contains("--against-org");
        alone.iter().any(|word| line.contains(word)) && !other && !missing && !asks
    };
    let all = commands(&work).into_iter();
    let all: Vec<_> = all
        .flat_map(|command| examples(&help(&work, &command, "--help")))
        .collect();
    let run: Vec<_> = all.iter().filter(needs_none).collect();
    assert!(all.len() >= 25 && run.len() >= 12, "{all:#?} {run:#?}");
    for line in run {
        let ran = shell(&format!("set -o pipefail; {line}"));
        assert!(
            matches!(ran.status, 0 | 1) && !ran.stderr.contains("error:"),
            "{line}\n{ran}"
        );
    }
}

#[test]
fn help_fits_its_terminal() {
    let work = Workplace::new();
    for command in commands(&work) {
        for columns in [80, 120] {
            let mut ran = work.command([&*command, "--help"]);
            let ran = Ran::from(ran.env("COLUMNS", columns.to_string()).output().unwrap());
            let ran = ran.ended(0);
            let is_example = |line: &str| {
                examples(&ran.stdout)
                    .iter()
                    .any(|own| line.contains(&**own))
            };
            let long = ran
                .stdout
                .lines()
                .filter(|line| line.chars().count() > columns);
            let long: Vec<_> = long.filter(|line| !is_example(line)).collect();
            assert!(long.is_empty(), "{command} {long:#?}");
        }
    }
}
