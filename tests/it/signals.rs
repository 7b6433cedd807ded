//! A stop loses nothing that was recorded.

use std::process::{Child, Command, Stdio};

use crate::support::{Ran, Sandbox, Workplace};

fn start(work: &Workplace, sandbox: &Sandbox, more: &[&str]) -> Child {
    let rows: String = (1..=400)
        .map(|customer| format!("{customer},add,VIP\n"))
        .collect();
    work.list("campaign.csv", format!("userId,action,label\n{rows}"));
    let url = sandbox.url();
    let arguments = [
        &["run", "campaign.csv", "--base-url", &url, "--rate", "none"],
        more,
    ]
    .concat();
    work.command(arguments)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs")
}

fn signal(process: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &process.id().to_string()])
        .status()
        .expect("kill is there");
    assert!(sent.success());
}

#[test]
fn a_signal_lets_calls_on_their_way_end_and_records_them() {
    for (name, status) in [("-INT", 130), ("-TERM", 143), ("-HUP", 143)] {
        let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "100ms"]));
        let process = start(&work, &sandbox, &["--concurrency", "4"]);
        sandbox.wait_for(6);
        signal(&process, name);
        let ran = Ran::from(process.wait_with_output().unwrap())
            .ended(status)
            .said("NOT complete: stopped by SIG");
        let answered = sandbox
            .asked()
            .iter()
            .filter(|call| call.until.is_some())
            .count();
        assert_eq!(
            work.recorded("campaign.results.csv").len(),
            answered,
            "every call that was answered is recorded\n{ran}"
        );
        assert!((6..400).contains(&answered), "{ran}");
        assert!(!work.path("campaign.results.csv").exists());
    }
}

#[test]
fn a_run_that_is_to_outlive_its_connection_does() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "100ms"]));
    work.list(
        "campaign.csv",
        "userId,action,label\n1,add,VIP\n2,add,VIP\n",
    );
    let ran = work.command(["run", "campaign.csv", "--base-url", &sandbox.url()]);
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
        .arg(ran.get_program())
        .args(ran.get_args())
        .current_dir(work.folder())
        .env_clear()
        .envs(
            ran.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stderr(Stdio::piped());
    let process = command.spawn().expect("the binary runs");
    sandbox.wait_for(1);
    signal(&process, "-HUP");
    Ran::from(process.wait_with_output().unwrap()).ended(0);
}

#[test]
fn a_second_signal_does_not_wait() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "60s"]));
    let process = start(&work, &sandbox, &["--drain", "60s"]);
    sandbox.wait_for(1);
    signal(&process, "-INT");
    let mut stopping = process;
    let mut said = String::new();
    let mut stderr = std::io::BufReader::new(stopping.stderr.take().unwrap());
    while !said.contains("a second signal") {
        assert!(
            std::io::BufRead::read_line(&mut stderr, &mut said).unwrap() > 0,
            "{said}"
        );
    }
    signal(&stopping, "-INT");
    assert_eq!(stopping.wait().unwrap().code(), Some(130));
    assert!(
        work.path("campaign.results.csv.partial").exists(),
        "what was cut off may have been applied"
    );
}

#[test]
fn a_stop_does_not_outlast_the_drain() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "60s"]));
    let process = start(&work, &sandbox, &["--drain", "100ms"]);
    sandbox.wait_for(1);
    signal(&process, "-TERM");
    Ran::from(process.wait_with_output().unwrap())
        .ended(143)
        .said("0 of 400 calls, 1 attempt");
}

#[test]
fn a_result_that_nobody_takes_can_be_given_up() {
    let work = Workplace::new();
    let rows: String = (1..=20_000)
        .map(|customer| format!("{customer},add,\n"))
        .collect();
    work.list("campaign.csv", format!("userId,action,label\n{rows}"));
    let mut command = work.command(["run", "campaign.csv", "--sandbox", "--output", "-"]);
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    // The first byte says that the result is being written; the pipe holds no more than a part of it.
    let mut stdout = process.stdout.take().unwrap();
    std::io::Read::read_exact(&mut stdout, &mut [0]).unwrap();
    signal(&process, "-TERM");
    assert_eq!(process.wait().unwrap().code(), Some(143));
}

#[test]
fn a_stop_before_anything_is_sent_takes_the_copy_of_the_list_along() {
    let work = Workplace::new();
    let mut command = work.command(["run", "-", "--sandbox", "--output", "out.csv"]);
    let mut process = command
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Held open: the end of the list would let the run go on.
    let _list = process.stdin.take();
    while !work.path("out.csv.list.writing").exists() {
        std::thread::yield_now();
    }
    signal(&process, "-INT");
    Ran::from(process.wait_with_output().unwrap())
        .ended(130)
        .said("nothing was sent");
    assert!(work.files().is_empty());
}
