//! Completions and manual, as shells and `man` read them.

use std::fs;
use std::process::Command;

use crate::support::{Ran, Workplace};

/// Whether a program is on this machine.
fn has(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output();
    found.is_ok_and(|found| found.status.success())
}

#[test]
fn bash_completes_commands_flags_words_and_files() {
    let work = Workplace::new();
    work.list("campaign.csv", "").list(
        "bulklabel.bash",
        work.run(["completions", "bash"]).ended(0).stdout,
    );
    let complete = |words: &[&str]| {
        let script = "source bulklabel.bash; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1)); \
                      _bulklabel_files_first bulklabel \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"; echo \"${COMPREPLY[*]}\"";
        let mut bash = Command::new("bash");
        bash.args(["-c", script, "bash", "bulklabel"])
            .args(words)
            .current_dir(work.folder());
        Ran::from(bash.output().unwrap())
            .ended(0)
            .stdout
            .trim()
            .to_owned()
    };
    assert_eq!(complete(&["ru"]), "run");
    assert_eq!(complete(&["run", "campaign.csv", "--meth"]), "--method");
    assert_eq!(
        complete(&["run", "campaign.csv", "--cluster", "n"]),
        "north-america nightly"
    );
    assert_eq!(
        complete(&["run", "campaign.csv", "--action", ""]),
        "add remove"
    );
    assert_eq!(
        complete(&["run", "campaign.csv", "--output", "ca"]),
        "campaign.csv"
    );
    assert_eq!(complete(&["completions", "z"]), "zsh");
    // Nothing of our own: file names are bash's.
    assert_eq!(complete(&["run", ""]), "");
    assert_eq!(complete(&["run", "cam"]), "");
}

#[test]
fn every_shell_understands_its_completions() {
    let work = Workplace::new();
    for (shell, check) in [("bash", "bash -n"), ("zsh", "zsh -n"), ("fish", "fish -n")] {
        let script = work.run(["completions", shell]).ended(0).stdout;
        for word in ["retry", "cluster", "north-america", "rate"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        work.list(shell, script);
        if has(shell) {
            let line = format!("{check} {shell}");
            let mut checked = Command::new("sh");
            let checked = checked.args(["-c", &line]).current_dir(work.folder());
            let ran = Ran::from(checked.output().unwrap()).ended(0);
            assert!(ran.stderr.is_empty(), "{ran}");
        }
    }
    for shell in ["elvish", "powershell"] {
        let script = work.run(["completions", shell]).ended(0).stdout;
        assert!(script.contains("--cluster"), "{script}");
    }
}

#[test]
fn the_manual_has_every_command_and_is_ascii() {
    let work = Workplace::new();
    let page = work.run(["man"]).ended(0).stdout;
    for words in [
        ".SH \"EXIT STATUS\"",
        ".SH ENVIRONMENT",
        ".SH FILES",
        "BULKLABEL_PASSWORD_FILE",
        "campaign.results.json",
        "bulklabel retry",
        "\\-\\-account\\-changed",
        "\\-\\-max\\-outage",
        "Start an unfinished run over",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    assert!(page.is_ascii());
    assert_eq!(
        page.matches("The most attempts in any window").count(),
        1,
        "settings stand once"
    );
    let run = work.run(["man", "run"]).ended(0).stdout;
    assert!(
        run.contains("bulklabel\\-run") && run.contains("The most attempts in any window"),
        "{run}"
    );
    work.run(["man", "--folder", "new/man1"]).ended(0);
    let names = ["bulklabel.1", "bulklabel-run.1", "bulklabel-completions.1"];
    for name in names {
        assert!(
            fs::metadata(work.path(&format!("new/man1/{name}")))
                .unwrap()
                .len()
                > 500,
            "{name}"
        );
    }
    assert_eq!(
        fs::read_to_string(work.path("new/man1/bulklabel-run.1")).unwrap(),
        run
    );
}

#[test]
fn the_manual_is_read_without_complaint() {
    let work = Workplace::new();
    work.list("bulklabel.1", work.run(["man"]).ended(0).stdout);
    for (program, line) in [
        ("groff", "groff -man -ww -z -Tascii bulklabel.1"),
        ("mandoc", "mandoc -T lint -W error bulklabel.1"),
    ] {
        if has(program) {
            let mut command = Command::new("sh");
            let command = command.args(["-c", line]).current_dir(work.folder());
            let ran = Ran::from(command.output().unwrap()).ended(0);
            assert!(ran.stdout.is_empty() && ran.stderr.is_empty(), "{ran}");
        }
    }
}

#[test]
fn who_reads_only_the_beginning_is_no_error() {
    let work = Workplace::new();
    let binary = assert_cmd::cargo::cargo_bin!("bulklabel");
    for what in ["man", "completions bash", "completions zsh", "--help"] {
        // The reader is gone before the first byte is written.
        let line = format!(
            "{{ sleep 0.1; {} {what}; echo $? > status; }} | true",
            binary.display()
        );
        let mut bash = Command::new("bash");
        let ran = Ran::from(
            bash.args(["-c", &line])
                .current_dir(work.folder())
                .output()
                .unwrap(),
        );
        let status = fs::read_to_string(work.path("status")).unwrap();
        assert_eq!(status.trim(), "0", "{what}\n{ran}");
        assert!(ran.stderr.is_empty(), "{ran}");
    }
}
