//! `{date}` in the result's name: the date on which the run began.

use std::fs;
use std::process::Stdio;

use bulklabel::model::Moment;

use crate::support::{Ran, Sandbox, Workplace};

const LIST: &str = "userId,action,label\n1,add,VIP\n2,add,VIP\n3,add,VIP\n";

/// Days on which runs have begun.
const BEFORE: [&str; 2] = ["2020-02-28", "2020-02-29"];

/// Sends `campaign.csv` to a result of this name.
fn send(work: &Workplace, sandbox: &Sandbox, output: &str, more: &[&str]) -> Ran {
    let url = sandbox.url();
    let fixed = ["run", "campaign.csv", "--rate", "none", "--base-url", &url];
    work.run([&fixed[..], &["--output", output], more].concat())
}

/// A run that began on an earlier day and has made one call.
fn begun(days: &[&str]) -> (Workplace, Sandbox) {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    for day in days {
        let output = format!("x-{day}.csv");
        send(&work, &sandbox, &output, &["--limit", "1"]).ended(75);
    }
    (work, sandbox)
}

/// The names of the files that begin so, but for the summaries.
fn files(work: &Workplace, start: &str) -> Vec<String> {
    let mut files = work.files();
    files.retain(|name| name.starts_with(start) && !name.ends_with(".json"));
    files
}

/// Whether a name has today's date in the place of `{date}`; it may have become tomorrow's meanwhile.
#[track_caller]
fn is_of_today(name: &str, pattern: &str) {
    let now = Moment::now();
    let moments = [now, Moment(now.0 - 60_000)];
    let names = moments.map(|moment| pattern.replace("{date}", &moment.day()));
    assert!(names.contains(&name.to_owned()), "{name}");
}

#[test]
fn a_result_is_named_after_the_day_on_which_its_run_began() {
    let (work, sandbox) = begun(&[]);
    let more = ["--excel", "b-{date}.xlsx"];
    send(&work, &sandbox, "x-{date}-{day}-{date}.csv", &more).ended(0);
    is_of_today(&files(&work, "x")[0], "x-{date}-{day}-{date}.csv");
    is_of_today(&files(&work, "b-")[0], "b-{date}.xlsx");
    let again = send(&work, &sandbox, "x-{date}-{day}-{date}.csv", &[]);
    again.ended(2).said("exists already");
}

#[test]
fn the_day_is_that_of_the_clock_where_the_program_runs() {
    let (work, sandbox) = begun(&[]);
    let url = sandbox.url();
    let day = |zone: &str, output: &str| {
        let fixed = ["run", "campaign.csv", "--rate", "none", "--base-url", &url];
        let mut command = work.command([&fixed[..], &["--output", output]].concat());
        Ran::from(command.env("TZ", zone).output().unwrap()).ended(0);
        files(&work, &output[..4])[0][5..15].to_owned()
    };
    let east = day("UTC-14", "east-{date}.csv");
    let west = day("UTC+12", "west-{date}.csv");
    assert!(west < east, "26 hours apart: {west} {east}");
}

#[test]
fn an_unfinished_run_of_another_day_is_carried_on_under_its_name() {
    let (work, sandbox) = begun(&BEFORE[1..]);
    let more = ["--excel", "x-{date}.xlsx"];
    let ran = send(
        &work,
        &sandbox,
        "x-{date}.csv",
        &[&more[..], &["--limit", "1"]].concat(),
    );
    ran.ended(75)
        .said("Carrying on: 1 of 3 calls are done, as x-2020-02-29.csv.partial says")
        .said("--output 'x-{date}.csv' --excel 'x-{date}.xlsx' --limit 1\n");
    send(&work, &sandbox, "x-{date}.csv", &more)
        .ended(0)
        .said("Result: x-2020-02-29.csv")
        .said("Workbook: x-2020-02-29.xlsx");
    assert_eq!(files(&work, "x"), ["x-2020-02-29.csv", "x-2020-02-29.xlsx"]);
    assert_eq!(sandbox.asked().len(), 3);
    // A complete one of another day is no hindrance.
    send(&work, &sandbox, "x-{date}.csv", &[]).ended(0);
    assert_eq!(sandbox.asked().len(), 6);
}

#[test]
fn the_one_that_began_last_is_carried_on_and_another_run_is_left_as_it_is() {
    let (work, sandbox) = begun(&BEFORE);
    work.list("other.csv", "userId,action,label\n9,add,VIP\n8,add,VIP\n");
    let url = sandbox.url();
    let other = [
        "run",
        "other.csv",
        "--base-url",
        &url,
        "--limit",
        "1",
        "--output",
    ];
    work.run([&other[..], &["x-2020-03-01.csv"]].concat())
        .ended(75);
    send(&work, &sandbox, "x-{date}.csv", &[])
        .ended(0)
        .said("Result: x-2020-02-29.csv");
    send(&work, &sandbox, "x-{date}.csv", &[])
        .ended(0)
        .said("Result: x-2020-02-28.csv");
    assert!(work.path("x-2020-03-01.csv.partial").exists());
    assert_eq!(sandbox.asked().len(), 7);
}

#[test]
fn the_same_list_with_another_setting_is_another_run_and_told() {
    let (work, sandbox) = begun(&BEFORE[..1]);
    let more = ["--on-conflict", "reject"];
    send(&work, &sandbox, "x-{date}.csv", &more)
        .ended(0)
        .said("x-2020-02-28.csv.partial is of an unfinished run of the same list")
        .said("--on-conflict was last, and is reject");
    assert_eq!(sandbox.asked().len(), 4);
}

#[test]
fn one_that_another_process_works_on_is_not_started_twice() {
    let (work, sandbox) = begun(&BEFORE[..1]);
    sandbox.set_faults(r#"{"latency":"10s"}"#);
    let url = sandbox.url();
    let fixed = ["run", "campaign.csv", "--rate", "none", "--base-url", &url];
    let pattern = ["--output", "x-{date}.csv"];
    let mut command = work.command([&fixed[..], &pattern].concat());
    let mut process = command.stderr(Stdio::null()).spawn().unwrap();
    sandbox.wait_for(2);
    send(&work, &sandbox, "x-{date}.csv", &[])
        .ended(75)
        .said("another run has x-2020-02-28.csv.partial open");
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(sandbox.asked().len(), 2);
    assert_eq!(files(&work, "x").len(), 2, "today's name is not taken");
}

#[test]
fn a_list_through_a_pipe_is_carried_on_with_its_copy() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    let url = sandbox.url();
    let piped = |from: &str, output: &str, more: &[&str]| {
        let fixed = [
            "run",
            "-",
            "--rate",
            "none",
            "--base-url",
            &url,
            "--output",
            output,
        ];
        let mut command = work.command([&fixed[..], more].concat());
        command.stdin(fs::File::open(work.path(from)).unwrap());
        Ran::from(command.output().unwrap())
    };
    piped("campaign.csv", "x-2020-02-28.csv", &["--limit", "1"]).ended(75);
    piped("campaign.csv", "x-{date}.csv", &["--limit", "1"])
        .ended(75)
        .said("--output 'x-{date}.csv' --limit 1 < x-2020-02-28.csv.list");
    piped("x-2020-02-28.csv.list", "x-{date}.csv", &[]).ended(0);
    assert_eq!(files(&work, "x"), ["x-2020-02-28.csv"]);
    assert_eq!(sandbox.asked().len(), 3);
}

#[test]
fn it_is_finished_started_over_and_looked_at_under_its_name() {
    let (work, sandbox) = begun(&BEFORE);
    let status = ["status", "campaign.csv", "--output", "x-{date}.csv"];
    let told = work.run(status).ended(0).stdout;
    assert!(
        told.contains("Recorded in x-2020-02-29.csv.partial"),
        "{told}"
    );
    let finish = [
        "run",
        "campaign.csv",
        "--finish",
        "--output",
        "x-{date}.csv",
    ];
    work.run(finish).ended(1).said("Result: x-2020-02-29.csv");
    send(&work, &sandbox, "x-{date}.csv", &["--restart"]).ended(0);
    let files = files(&work, "x");
    assert_eq!(
        files[..2],
        ["x-2020-02-28.csv.partial.1", "x-2020-02-29.csv"]
    );
    is_of_today(&files[2], "x-{date}.csv");
    assert_eq!(sandbox.asked().len(), 5);
    let told = work.run(status).ended(0).stdout;
    assert_eq!(told, format!("Complete: {}\n", files[2]));
    work.run(finish)
        .ended(2)
        .said("no unfinished run to finish");
}

#[test]
fn a_folder_may_have_the_date_and_a_workbook_alone_too() {
    let (work, sandbox) = begun(&[]);
    for day in [BEFORE[0], &Moment::now().day()] {
        fs::create_dir(work.path(day)).unwrap();
    }
    send(&work, &sandbox, "2020-02-28/x.csv", &["--limit", "1"]).ended(75);
    let ran = send(
        &work,
        &sandbox,
        "{date}/x.csv",
        &["--excel", "{date}/x.xlsx"],
    );
    ran.ended(0)
        .said("Result: 2020-02-28/x.csv")
        .said("Workbook: 2020-02-28/x.xlsx");
    send(&work, &sandbox, "y.csv", &["--limit", "1"]).ended(75);
    let state = fs::read_to_string(work.path("y.csv.state")).unwrap();
    let began = state
        .lines()
        .find(|line| line.contains("startedAt"))
        .unwrap();
    let (_, began) = began.split_once(": ").unwrap();
    // 2020-02-29T12:00Z, in milliseconds.
    let earlier = state.replace(began, "1582977600000");
    fs::write(work.path("y.csv.state"), earlier).unwrap();
    send(&work, &sandbox, "y.csv", &["--excel", "y-{date}.xlsx"]).ended(0);
    assert_eq!(files(&work, "y"), ["y-2020-02-29.xlsx", "y.csv"]);
}
