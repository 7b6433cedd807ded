//! README.md's commands, typed as they stand there.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Ran, Sandbox, Workplace};

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The program's commands in README.md, in its order: the lines of its shell blocks, and what stands between backticks.
fn commands(readme: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_shell = false;
    for line in readme.lines() {
        let trimmed = line.trim();
        if let Some(language) = trimmed.strip_prefix("```") {
            is_shell = matches!(language, "sh" | "bash");
        } else if is_shell {
            found.push(trimmed.to_owned());
        } else {
            found.extend(
                line.split('`')
                    .skip(1)
                    .step_by(2)
                    .map(|code| code.replace("\\|", "|")),
            );
        }
    }
    found.retain(|line| line.starts_with("bulklabel "));
    found.dedup();
    found
}

/// What stands for something else, runs until it is stopped, or is for another system's shell.
fn can_be_typed(command: &str) -> bool {
    let others = [
        "COMMAND",
        "SHELL",
        "powershell",
        "mandoc",
        "man -l",
        "bulklabel sandbox",
        "…",
    ];
    !others.iter().any(|word| command.contains(word))
}

#[test]
fn every_command_of_the_readme_works_as_it_stands_there() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/campaign.csv");
    work.list("campaign.csv", fs::read(sample).unwrap());
    let binary = assert_cmd::cargo::cargo_bin!("bulklabel");
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", binary.parent().unwrap().display());
    let shell = |line: &str| {
        let mut command = Command::new("bash");
        command
            .args(["-c", &format!("set -o pipefail; {line}")])
            .current_dir(work.folder())
            .env_clear()
            .env("PATH", &path)
            .env("HOME", work.folder())
            .env("BULKLABEL_USERNAME", "sandbox")
            .env("BULKLABEL_PASSWORD", "sandbox")
            .env("BULKLABEL_YES", "true")
            .env("BULKLABEL_RATE", "none")
            // The service itself is never asked: the way to it ends here.
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .env("BULKLABEL_MAX_OUTAGE", "1s")
            .env("BULKLABEL_RETRY_BASE", "1ms");
        Ran::from(command.output().unwrap())
    };
    shell("mkdir -p .config/fish/completions .local/share/man/man1").ended(0);
    let url = sandbox.url();
    shell(&format!(
        "bulklabel run campaign.csv --base-url {url} --rejects rejected.csv"
    ))
    .ended(1);
    let commands: Vec<_> = commands(&readme())
        .into_iter()
        .filter(|command| can_be_typed(command))
        .collect();
    assert!(commands.len() > 15, "{commands:#?}");
    for command in &commands {
        let to_the_service = command.contains("--cluster");
        let again = command.starts_with("bulklabel run") && to_the_service;
        if again {
            // The result of the sandbox's run is in its place.
            shell("rm -f campaign.results.*").ended(0);
        }
        let ran = shell(command);
        match to_the_service {
            true => assert_eq!(ran.status, 75, "{command}\n{ran}"),
            false => assert!(matches!(ran.status, 0 | 1), "{command}\n{ran}"),
        }
        if again {
            shell("rm -f campaign.results.*").ended(0);
            shell(&format!(
                "bulklabel run campaign.csv --base-url {url} --rejects rejected.csv"
            ))
            .ended(1);
        }
    }
}

#[test]
fn every_link_of_the_readme_leads_somewhere() {
    let readme = readme();
    let headings: Vec<_> = readme
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            let kept = words
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            format!("#{}", kept.collect::<String>().replace(' ', "-"))
        })
        .collect();
    let links = readme
        .split("](")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(')')?.0));
    let mut seen = 0;
    for link in links.filter(|link| !link.starts_with("http")) {
        seen += 1;
        let is_there = match link.strip_prefix('#') {
            Some(_) => headings.iter().any(|heading| heading == link),
            None => Path::new(env!("CARGO_MANIFEST_DIR")).join(link).exists(),
        };
        assert!(is_there, "{link}");
    }
    assert!(seen > 3);
}
