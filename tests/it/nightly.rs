//! What `samples/nightly` says is understood by whoever has to: the program itself, and a tool that knows the file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Ran, Workplace, tool, words};

fn sample(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(root.join("samples/nightly").join(name)).unwrap()
}

fn program() -> &'static Path {
    Path::new(assert_cmd::cargo::cargo_bin!("bulklabel"))
}

/// A machine on which a nightly job is set up: each folder that the samples name stands in a folder of its own.
struct Machine(Workplace);

/// Folders that the samples name, and what they are here.
const FOLDERS: [(&str, &str); 7] = [
    ("/etc/bulklabel", "etc"),
    ("/run/secrets/bulklabel", "etc"),
    ("/srv/exports", "exports"),
    ("/var/lib/bulklabel", "results"),
    ("/data", "results"),
    ("/var/lib/prometheus/node-exporter", "metrics"),
    ("/var/log/bulklabel", "log"),
];

impl Machine {
    fn new() -> Self {
        let machine = Self(Workplace::new());
        for folder in ["etc", "exports", "results", "metrics", "log", "bin"] {
            fs::create_dir(machine.0.path(folder)).unwrap();
        }
        let rows: String = (1..=120).map(|id| format!("{id},add,VIP\n")).collect();
        let list = format!("userId,action,label\n{rows}");
        machine.0.list("exports/nightly.csv", &list);
        machine.0.list("results/nightly.csv", &list);
        machine.0.list("etc/nightly.toml", sample("nightly.toml"));
        machine.0.list("etc/username", "till.nightly");
        machine.0.list("etc/password", "no password");
        machine
    }

    /// A text of a sample with the folders of this machine.
    fn here(&self, text: &str) -> String {
        FOLDERS.iter().fold(text.to_owned(), |text, (there, here)| {
            let here = self.0.path(here);
            text.replace(there, here.to_str().unwrap())
        })
    }

    /// Runs the program as a sample says, as a rehearsal and as fast as it goes.
    fn rehearse(&self, arguments: &[String], variables: &[(String, String)]) -> Ran {
        let more = ["--sandbox", "--rate", "none"].map(str::to_owned);
        let mut command = self.0.command([arguments, &more].concat());
        command
            .env_remove("BULKLABEL_USERNAME")
            .env_remove("BULKLABEL_PASSWORD")
            .envs(variables.iter().cloned());
        Ran::from(command.output().unwrap())
    }

    /// Writes a script that stands in the place of a program.
    fn script(&self, name: &str, text: &str) {
        let path = self.0.path(&format!("bin/{name}"));
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[track_caller]
    fn has_a_result_of_tonight(&self) {
        let results = fs::read_dir(self.0.path("results")).unwrap();
        let names = results.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let (dated, others): (Vec<_>, Vec<_>) =
            names.partition(|name| name.starts_with("nightly-20") && name.ends_with(".csv"));
        assert_eq!(dated.len(), 1, "{others:?}");
        assert!(others.contains(&"nightly.rejected.csv".to_owned()));
        let rows = self.0.rows(&format!("results/{}", dated[0]));
        assert_eq!(rows.len(), 120);
    }
}

/// The lines of a unit file that give a setting, each joined with what carries it on.
fn settings_of(unit: &str, name: &str) -> Vec<String> {
    let unit = unit.replace("\\\n", " ");
    let values = unit.lines().filter_map(|line| line.split_once('='));
    let values = values.filter(|(key, _)| *key == name);
    values.map(|(_, value)| value.to_owned()).collect()
}

#[test]
fn the_service_runs_a_list_as_it_is_written() {
    let machine = Machine::new();
    let unit = machine.here(&sample("bulklabel-nightly.service"));
    let start = &settings_of(&unit, "ExecStart")[0];
    let words: Vec<_> = start.split_whitespace().map(str::to_owned).collect();
    assert_eq!(words[0], "/usr/local/bin/bulklabel");
    let credentials = machine.0.path("etc");
    let variables = settings_of(&unit, "Environment").into_iter().map(|pair| {
        let (name, value) = pair.split_once('=').unwrap();
        (
            name.to_owned(),
            value.replace("%d", credentials.to_str().unwrap()),
        )
    });
    let variables: Vec<_> = variables.collect();
    for (_, file) in &variables {
        assert!(Path::new(file).exists(), "{file}");
    }
    machine.rehearse(&words[1..], &variables).ended(0);
    machine.has_a_result_of_tonight();
    assert!(machine.0.path("metrics/nightly.prom").exists());
    // Started twice, nothing is sent twice.
    machine.rehearse(&words[1..], &variables).ended(2);
}

#[test]
fn systemd_starts_again_what_may_be_tried_again_and_nothing_else() {
    let unit = sample("bulklabel-nightly.service");
    let one = |name: &str| settings_of(&unit, name).pop().unwrap();
    assert_eq!(one("RestartForceExitStatus"), "75 130 143");
    assert_eq!(one("RestartPreventExitStatus"), "1 2 3");
    assert_eq!(one("SuccessExitStatus"), "130 143");
    let drain = "drain = \"10s\"";
    assert!(sample("nightly.toml").contains(drain));
    assert_eq!(one("TimeoutStopSec"), "60", "longer than {drain}");
}

/// What systemd has against a unit, which starts the program from where it is.
fn against(folder: &Workplace, name: &str, service: &str, timer: &str) -> Option<String> {
    let program = program().to_str().unwrap();
    let service = service.replace("/usr/local/bin/bulklabel", program);
    folder.list("bulklabel-nightly.service", service);
    folder.list("bulklabel-nightly.timer", timer);
    let path = folder.path(name);
    let arguments = ["verify", "--man=no", path.to_str().unwrap()];
    Some(words(&tool("systemd-analyze", arguments)?))
}

#[test]
fn systemd_has_nothing_against_the_units() {
    let folder = Workplace::new();
    let (service, timer) = (
        sample("bulklabel-nightly.service"),
        sample("bulklabel-nightly.timer"),
    );
    for name in ["bulklabel-nightly.service", "bulklabel-nightly.timer"] {
        let said = against(&folder, name, &service, &timer);
        assert!(said.as_ref().is_none_or(String::is_empty), "{said:?}");
    }
    for (good, bad) in [
        ("RestartSec=10min", "RestartSec=tenmin"),
        ("LoadCredential=username:", "LoadCredentials=username:"),
        ("Type=exec", "Type=oneshot"),
        ("/usr/local/bin/", "/nowhere/"),
    ] {
        let broken = service.replacen(good, bad, 1);
        assert_ne!(broken, service, "{good}");
        let said = against(&folder, "bulklabel-nightly.service", &broken, &timer);
        assert!(said.is_none_or(|said| !said.is_empty()), "{bad}");
    }
    let broken = timer.replace("02:17:00", "26:17:00");
    let said = against(&folder, "bulklabel-nightly.timer", &service, &broken);
    assert!(said.is_none_or(|said| said.contains("26:17:00")));
}

/// The variables of the crontab, and its command.
fn crontab(machine: &Machine) -> (Vec<(String, String)>, String) {
    let text = machine.here(&sample("crontab"));
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let (jobs, variables): (Vec<_>, Vec<_>) = lines.partition(|line| line.contains("* * *"));
    let pair = |line: &str| {
        let (name, value) = line.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    };
    let command = jobs[0].splitn(6, ' ').last().unwrap().to_owned();
    assert!(!command.contains('%'), "cron would end the command there");
    (variables.into_iter().map(pair).collect(), command)
}

/// Runs the crontab's command as cron does, with these programs instead of the real ones.
fn night_of_cron(machine: &Machine, bulklabel: &str) -> Ran {
    let (variables, command) = crontab(machine);
    machine.script("bulklabel", bulklabel);
    machine.script(
        "sleep",
        &format!("echo \"$1\" >> {}", machine.0.path("slept").display()),
    );
    let path = format!("{}:/usr/bin:/bin", machine.0.path("bin").display());
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().envs(variables).env("PATH", path);
    shell.env("HOME", machine.0.folder());
    Ran::from(shell.args(["-c", &command]).output().unwrap())
}

#[test]
fn cron_mails_nothing_of_a_good_night_and_the_error_of_a_bad_one() {
    let machine = Machine::new();
    let real = format!("exec {} \"$@\" --sandbox --rate none", program().display());
    let mail = night_of_cron(&machine, &real);
    assert_eq!((mail.stdout.as_str(), mail.stderr.as_str()), ("", ""));
    machine.has_a_result_of_tonight();
    assert!(machine.0.path("metrics/nightly.prom").exists());
    let log = machine.0.path("log/nightly.log");
    assert_eq!(fs::read_to_string(&log).unwrap(), "");
    machine
        .0
        .list("exports/nightly.csv", "userId,action,label\n");
    let mail = night_of_cron(&machine, &real);
    assert!(mail.stdout.contains("error: "), "{mail}");
    assert!(
        mail.stdout.contains("bulklabel finished: exit=2 "),
        "{mail}"
    );
    assert_eq!(fs::read_to_string(log).unwrap(), mail.stdout);
    assert!(!machine.0.path("slept").exists());
}

#[test]
fn cron_tries_again_where_that_helps_and_ends() {
    let machine = Machine::new();
    night_of_cron(&machine, "exit 75");
    let slept = fs::read_to_string(machine.0.path("slept")).unwrap();
    assert_eq!(slept, "600\n".repeat(6));
    night_of_cron(&machine, "exit 3");
    assert_eq!(fs::read_to_string(machine.0.path("slept")).unwrap(), slept);
}

#[test]
fn cron_has_nothing_against_the_crontab() {
    let work = Workplace::new();
    let good = sample("crontab");
    let broken = good.replace("17 2 * * *", "17 26 * * *");
    assert_ne!(good, broken);
    // Newer ones test with -T, older ones of Debian with -n; others can't.
    let asks = |flag: &str| tool("crontab", ["-h"]).map(|said| words(&said).contains(flag));
    let flags = [" -T ", "[-n]"].map(|flag| asks(flag).unwrap_or_default());
    let flag = match flags {
        [true, _] => "-T",
        [_, true] => "-n",
        _ => return,
    };
    for (text, passes) in [(good, true), (broken, false)] {
        work.list("crontab", text);
        let path = work.path("crontab");
        let said = tool("crontab", [flag, path.to_str().unwrap()]).unwrap();
        assert_eq!(said.status.success(), passes, "{}", words(&said));
    }
}

/// The items of a list in the manifest that begins after a line.
fn items(manifest: &str, after: &str) -> Vec<String> {
    let lines = manifest.lines().map(str::trim);
    let mut lines = lines.skip_while(|line| *line != after).skip(1);
    let items = lines.by_ref().map_while(|line| line.strip_prefix("- "));
    items
        .map(|item| item.trim_matches('"').to_owned())
        .collect()
}

#[test]
fn the_cronjob_runs_a_list_as_it_is_written() {
    let machine = Machine::new();
    let manifest = machine.here(&sample("cronjob.yaml"));
    let variables = manifest.split("- name: ").skip(1).filter_map(|text| {
        let mut lines = text.lines();
        let name = lines.next()?.to_owned();
        let value = lines.next()?.trim().strip_prefix("value: ")?.to_owned();
        Some((name, value))
    });
    let variables: Vec<_> = variables.collect();
    assert_eq!(variables.len(), 3, "{variables:?}");
    machine
        .rehearse(&items(&manifest, "args:"), &variables)
        .ended(0);
    machine.has_a_result_of_tonight();
    let summary = machine.0.summary("results/nightly.summary.json");
    assert_eq!(summary["exitStatus"], 0);
}

#[test]
fn kubernetes_tries_again_what_may_be_tried_again_and_nothing_else() {
    let manifest = sample("cronjob.yaml");
    let rules: Vec<_> = manifest.split("- action: ").skip(1).collect();
    let rule = |action: &str, what: &str| {
        let is_it = |rule: &&&str| rule.starts_with(action) && rule.contains(what);
        rules.iter().filter(is_it).count()
    };
    assert_eq!(rule("FailJob\n", "values: [1, 2, 3]"), 1);
    assert_eq!(rule("Ignore\n", "type: DisruptionTarget"), 1);
    assert_eq!(rule("Ignore\n", "values: [130, 143]"), 1);
    assert_eq!(rules.len(), 3, "75 counts against backoffLimit");
    for line in [
        "concurrencyPolicy: Forbid",
        "restartPolicy: Never",
        "terminationGracePeriodSeconds: 60",
        "operator: In",
    ] {
        assert!(manifest.contains(&format!(" {line}\n")), "{line}");
    }
}

/// Whether a tool has nothing against a sample; none where it is not there.
fn passes(name: &str, arguments: &[&str], content: &str) -> Option<(bool, String)> {
    let work = Workplace::new();
    work.list("sample", content);
    let path = work.path("sample");
    let path = [path.to_str().unwrap()];
    let said = tool(name, [arguments, &path].concat())?;
    let words = words(&said);
    // Some only tell of an error, and go on.
    let has_error = words.lines().any(|line| line.starts_with("error: "));
    Some((said.status.success() && !has_error, words))
}

/// Has a tool judge a sample, and what each of these changes makes of it.
#[track_caller]
fn judged(name: &str, arguments: &[&str], good: &str, changes: &[(&str, &str)]) {
    if let Some((passes, said)) = passes(name, arguments, good) {
        assert!(passes, "{said}");
    }
    for (right, wrong) in changes {
        let broken = good.replacen(right, wrong, 1);
        assert_ne!(broken, good, "{right}");
        if let Some((passes, said)) = passes(name, arguments, &broken) {
            assert!(!passes, "{wrong}: {said}");
        }
    }
}

#[test]
fn the_manifest_keeps_the_schema_to_the_letter() {
    let manifest = sample("cronjob.yaml");
    let changes = [
        ("concurrencyPolicy", "concurencyPolicy"),
        ("values: [1, 2, 3]", "values: [\"1\"]"),
        ("  schedule: \"17 2 * * *\"\n", ""),
        ("podFailurePolicy:", "podFailPolicy:"),
    ];
    judged("kubernetes-validate", &["--strict"], &manifest, &changes);
}

#[test]
fn nothing_is_to_be_said_against_the_dockerfile() {
    let changes = [
        ("debian:12.11-slim", "debian"),
        ("USER 65532:65532", "USER root"),
        ("ENTRYPOINT [\"/usr", "ENTRYPOINT \"/usr"),
    ];
    judged("hadolint", &["--no-color"], &sample("Dockerfile"), &changes);
}

#[test]
fn the_dockerfile_copies_all_that_cargo_wants() {
    let work = Workplace::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dockerfile = sample("Dockerfile");
    let copies = dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "));
    let copies = copies.filter(|copy| !copy.starts_with("--from"));
    let ignored = sample("Dockerfile.dockerignore");
    for copy in copies {
        let names: Vec<_> = copy.split(' ').collect();
        for name in &names[..names.len() - 1] {
            assert!(ignored.contains(&format!("\n!{name}\n")), "{name}");
            let from: PathBuf = root.join(name);
            let to = work.path("");
            let copied = Command::new("cp").arg("-r").args([from, to]).status();
            assert!(copied.unwrap().success());
        }
    }
    let cargo = Command::new(env!("CARGO"))
        // What other systems need may never have been fetched here.
        .args(["tree", "--offline", "--locked"])
        .current_dir(work.folder())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", words(&cargo));
    let line = format!("rust-version = \"{}\"", env!("CARGO_PKG_RUST_VERSION"));
    assert!(
        fs::read_to_string(work.path("Cargo.toml"))
            .unwrap()
            .contains(&line)
    );
    let image = format!("FROM rust:{}.", env!("CARGO_PKG_RUST_VERSION"));
    assert!(dockerfile.contains(&image), "{image}");
    let entry = "ENTRYPOINT [\"/usr/local/bin/bulklabel\"]\nCMD [\"--help\"]\n";
    assert!(dockerfile.ends_with(entry));
}

#[test]
fn logrotate_has_nothing_against_its_file() {
    // Its user is not there on this machine.
    let text = sample("logrotate").replace("bulklabel bulklabel", "root root");
    assert!(text.contains("su root root") && text.contains("create 0640 root root"));
    let changes = [("weekly", "weekely"), ("rotate 26", "rotate often")];
    judged("logrotate", &["--debug"], &text, &changes);
}

#[test]
fn every_file_of_the_folder_is_told_of() {
    let readme = sample("README.md");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/nightly");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let told = readme.contains(&format!("`{name}`"));
        assert!(told || name == "README.md", "{name}");
    }
}
