//! Disks that fill up, and folders that vanish, while the program runs.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::{Ran, Sandbox, Workplace};

const CUSTOMERS: usize = 400;

fn workplace() -> (Workplace, Sandbox) {
    let work = Workplace::new();
    let rows: String = (1..=CUSTOMERS).map(|n| format!("{n},add,VIP\n")).collect();
    work.list("campaign.csv", format!("userId,action,label\n{rows}"));
    fs::create_dir(work.path("out")).unwrap();
    (work, Sandbox::start(&["--latency", "2ms"]))
}

fn arguments(url: &str) -> [String; 9] {
    let words = [
        "run",
        "campaign.csv",
        "--output",
        "out/result.csv",
        "--base-url",
        url,
        "--rate",
        "none",
        "--concurrency=4",
    ];
    words.map(str::to_owned)
}

fn start(work: &Workplace, sandbox: &Sandbox) -> Child {
    let mut command = work.command(arguments(&sandbox.url()));
    command.stderr(Stdio::piped()).spawn().unwrap()
}

/// After a stop for want of room nobody is called any more, and with room the same command carries on.
#[track_caller]
fn carries_on(work: &Workplace, sandbox: &Sandbox) {
    let recorded = work.recorded("out/result.csv").len();
    let asked = sandbox.asked().len();
    assert!(recorded > 0 && asked < CUSTOMERS, "{recorded} {asked}");
    assert!(
        asked <= recorded + 4,
        "no calls but those in flight: {asked}, {recorded} recorded"
    );
    work.run(arguments(&sandbox.url())).ended(0);
    let twice = sandbox.asked().len() - CUSTOMERS;
    assert!(twice <= 4, "{twice}");
    assert_eq!(work.rows("out/result.csv").len(), CUSTOMERS);
}

fn mount(options: &str, at: &Path) -> bool {
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at);
    let mounted = mount.stdout(Stdio::null()).stderr(Stdio::null()).status();
    mounted.is_ok_and(|status| status.success())
}

/// A small disk of its own, where the system lends one.
struct SmallDisk<'a>(&'a Path);

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}

#[test]
fn a_full_disk_stops_the_run_and_with_room_it_is_carried_on() {
    let (work, sandbox) = workplace();
    let out = work.path("out");
    let small = mount("size=24k", &out).then(|| SmallDisk(&out));
    let ran = match &small {
        Some(_) => work.run(arguments(&sandbox.url())),
        None => {
            // No file may grow beyond that; unheard, the signal is an error.
            let program = assert_cmd::cargo::cargo_bin!("bulklabel")
                .display()
                .to_string();
            let words = arguments(&sandbox.url()).join(" ");
            let line = format!("trap '' XFSZ; ulimit -f 16; exec '{program}' {words}");
            let mut shell = Command::new("bash");
            shell.args(["-c", &line]).current_dir(work.folder());
            shell
                .env("BULKLABEL_USERNAME", "sandbox")
                .env("BULKLABEL_PASSWORD", "sandbox");
            Ran::from(shell.output().unwrap())
        }
    };
    ran.ended(75)
        .said("NOT complete: out/result.csv.partial can't be written");
    if small.is_some() {
        let more = Command::new("mount")
            .args(["-o", "remount,size=10m"])
            .arg(&out)
            .status();
        assert!(more.unwrap().success());
    }
    carries_on(&work, &sandbox);
}

#[test]
fn a_result_for_which_there_is_no_room_is_written_later_without_a_call() {
    let (work, sandbox) = workplace();
    let out = work.path("out");
    // Room for the journal, but not for the result beside it.
    let Some(_small) = mount("size=72k", &out).then(|| SmallDisk(&out)) else {
        return;
    };
    work.run(arguments(&sandbox.url()))
        .ended(75)
        .said("can't be written");
    assert_eq!(sandbox.asked().len(), CUSTOMERS);
    let more = Command::new("mount")
        .args(["-o", "remount,size=10m"])
        .arg(&out)
        .status();
    assert!(more.unwrap().success());
    work.run(arguments(&sandbox.url())).ended(0);
    assert_eq!(sandbox.asked().len(), CUSTOMERS);
    assert_eq!(work.rows("out/result.csv").len(), CUSTOMERS);
}

#[test]
fn a_folder_that_vanishes_stops_the_run_and_when_it_is_back_it_is_carried_on() {
    let (work, sandbox) = workplace();
    sandbox.set_faults(r#"{"latency":"40ms"}"#);
    let process = start(&work, &sandbox);
    sandbox.wait_for(8);
    fs::rename(work.path("out"), work.path("away")).unwrap();
    Ran::from(process.wait_with_output().unwrap())
        .ended(75)
        .said("vanished while it was written to");
    fs::rename(work.path("away"), work.path("out")).unwrap();
    sandbox.set_faults("{}");
    carries_on(&work, &sandbox);
}
