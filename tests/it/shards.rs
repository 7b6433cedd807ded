//! A list is run in shards, and their results come to what one run would have come to.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::{Ran, Row, Sandbox, Workplace};

/// A list of which some rows break rules, some are skipped, and some fail.
fn list(rows: u64) -> String {
    let mut chance = fastrand::Rng::with_seed(7);
    let mut text = "userId,action,label,email\n".to_owned();
    text += "28015,add,VIP,of nobody\n";
    for row in 1..rows {
        let customer = 1 + chance.u64(..rows / 3);
        let id = match chance.u8(..40) {
            0 => "5.64663E+08".to_owned(),
            1 => String::new(),
            2 => format!("{customer}8015"),
            3 => format!("00{customer}.0"),
            _ => customer.to_string(),
        };
        let action = ["add", "remove", "Add"][chance.usize(..3)];
        let label = ["VIP", "Gold", "Unknown", ""][chance.usize(..4)];
        match chance.u8(..40) {
            0 => text += &format!("{id},{action}\n"),
            1 => text += &format!("{id},{action},Gold, Silver,x\n"),
            2 => text += &format!("\n{id},tag,{label},e{row}\n"),
            3 => text += &format!("{id},{action},{label},\"two\nlines\"\n"),
            _ => text += &format!("{id},{action},{label},e{row}\n"),
        }
    }
    text
}

fn shard(work: &Workplace, sandbox: &Sandbox, shard: &str, more: &[&str]) -> Ran {
    work.send(&sandbox.url(), &[&["--shard", shard], more].concat())
}

fn merge(work: &Workplace, results: &[&str], more: &[&str]) -> Ran {
    work.run([&["merge"], results, more].concat())
}

/// A row but for what two runs may say differently of it.
fn timeless(mut row: Row) -> Row {
    row.retain(|column, _| !matches!(column.as_str(), "attempts" | "completedAt"));
    row
}

fn timeless_rows(work: &Workplace, result: &str) -> Vec<Row> {
    work.rows(result).into_iter().map(timeless).collect()
}

const FOUR: [&str; 4] = [
    "campaign.results.1-of-4.csv",
    "campaign.results.2-of-4.csv",
    "campaign.results.3-of-4.csv",
    "campaign.results.4-of-4.csv",
];

/// A short list, run in four shards.
fn in_four() -> (Workplace, Sandbox) {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(120));
    for one in ["1/4", "2/4", "3/4", "4/4"] {
        let ran = shard(&work, &sandbox, one, &[]);
        assert!(matches!(ran.status, 0 | 1), "{ran}");
    }
    (work, sandbox)
}

#[test]
fn four_shards_and_a_merge_come_to_what_one_run_comes_to() {
    let settings: [&[&str]; 3] = [
        &["--keep", "email", "--on-conflict", "reject"],
        &["--keep", "email", "--memory", "1K", "--max-labels", "2"],
        &[
            "--columns",
            "label=segment",
            "--delimiter",
            ",",
            "--tolerate",
            "100%",
            "--action",
            "add",
        ],
    ];
    for (round, settings) in settings.iter().enumerate() {
        let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
        let text = match round {
            2 => list(900).replace("userId,action,label,email", "userId,what,segment,email"),
            _ => list(900),
        };
        work.list("campaign.csv", text);
        let whole = work.send(
            &sandbox.url(),
            &[settings, &["--output", "one.csv"][..]].concat(),
        );
        let calls = sandbox.asked().len();
        for one in ["3/4", "1/4", "4/4", "2/4"] {
            let ran = shard(&work, &sandbox, one, settings);
            assert!(matches!(ran.status, 0 | 1), "{ran}");
        }
        assert_eq!(sandbox.asked().len(), 2 * calls);
        merge(&work, &[FOUR[2], FOUR[0], FOUR[3], FOUR[1]], &[]).ended(whole.status);
        assert_eq!(
            timeless_rows(&work, "campaign.results.csv"),
            timeless_rows(&work, "one.csv")
        );
        let [one, merged] = ["one.json", "campaign.results.json"].map(|name| work.summary(name));
        assert!(
            one.as_object()
                .unwrap()
                .keys()
                .eq(merged.as_object().unwrap().keys())
        );
        for (key, value) in one.as_object().unwrap() {
            if !matches!(key.as_str(), "legs" | "seconds" | "minutes") {
                assert_eq!(merged[key], *value, "{key}");
            }
        }
        assert_eq!(merged["legs"].as_array().unwrap().len(), 4);
        let minutes = merged["minutes"].as_array().unwrap();
        let of_all: u64 = minutes
            .iter()
            .map(|one| one["calls"].as_u64().unwrap())
            .sum();
        assert_eq!(of_all, merged["calls"].as_u64().unwrap());
    }
}

#[test]
fn a_shard_says_of_its_own_rows_only_and_which_it_is() {
    let (work, _sandbox) = in_four();
    let mut rows = 0;
    for (number, name) in (1..).zip(FOUR) {
        let summary = work.summary(&name.replace(".csv", ".json"));
        assert_eq!(summary["shard"], format!("{number}/4"));
        assert_eq!(summary["list"]["rows"], 120);
        let own = work.rows(name);
        let counted = summary["rows"].as_object().unwrap().values();
        let counted: u64 = counted.map(|rows| rows.as_u64().unwrap()).sum();
        assert_eq!(counted, own.len() as u64);
        let lines: Vec<u64> = own.iter().map(|row| row["line"].parse().unwrap()).collect();
        assert!(lines.is_sorted());
        // Nobody can read whose these are.
        let unreadable = own.iter().any(|row| row["code"] == "INVALID_USER_ID");
        assert_eq!(unreadable, number == 1, "{name}");
        rows += own.len();
    }
    assert_eq!(rows, 120);
}

#[test]
fn an_empty_shard_and_an_empty_list_are_normal() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    for (one, rows) in [("1/16", 0), ("6/16", 1)] {
        shard(&work, &sandbox, one, &[]).ended(0);
        let name = format!("campaign.results.{}.csv", one.replace('/', "-of-"));
        assert_eq!(work.rows(&name).len(), rows, "{one}");
    }
    work.list("empty.csv", "userId,action,label\n");
    let url = sandbox.url();
    let ran = |one| work.run(["run", "empty.csv", "--base-url", &url, "--shard", one]);
    ran("1/2").ended(0);
    ran("2/2").ended(0);
    merge(
        &work,
        &["empty.results.1-of-2.csv", "empty.results.2-of-2.csv"],
        &[],
    )
    .ended(0);
    assert_eq!(work.rows("empty.results.csv").len(), 0);
}

#[test]
fn a_complete_shard_is_no_error_and_sends_nothing() {
    let (work, sandbox) = in_four();
    let asked = sandbox.asked().len();
    shard(&work, &sandbox, "1/4", &[]).ended(1).said(
        "Shard 1/4 is complete already, as campaign.results.1-of-4.json says: nothing is sent",
    );
    let ran = shard(&work, &sandbox, "1/4", &["--partial-ok"]).ended(0);
    assert!(ran.last_line().contains("exit=1"), "{ran}");
    assert_eq!(sandbox.asked().len(), asked);
    shard(&work, &sandbox, "1/4", &["--max-labels", "7"])
        .ended(2)
        .said("campaign.results.1-of-4.csv exists already, and is of another list, account or setting");
    work.list("campaign.csv", list(90));
    shard(&work, &sandbox, "1/4", &[])
        .ended(2)
        .said("exists already");
    assert_eq!(sandbox.asked().len(), asked);
    shard(&work, &sandbox, "1/4", &["--overwrite"]).ended(1);
    assert!(sandbox.asked().len() > asked);
}

#[test]
fn shards_of_another_number_are_refused() {
    let (work, sandbox) = in_four();
    let asked = sandbox.asked().len();
    for overwrite in [&[][..], &["--overwrite"]] {
        shard(&work, &sandbox, "1/8", overwrite).ended(2).said(
            "of shard 1/4, and this is shard 1/8: shards of another number do not fit together",
        );
    }
    let elsewhere = ["--output", "elsewhere.csv"];
    shard(&work, &sandbox, "1/8", &elsewhere).ended(1);
    assert!(work.path("elsewhere.1-of-8.csv").exists());
    // The whole beside them is another matter, once it is complete.
    work.send(&sandbox.url(), &[]).ended(1);
    shard(&work, &sandbox, "1/4", &[]).ended(1);
    assert!(sandbox.asked().len() > asked);
}

#[test]
fn an_unfinished_whole_and_an_unfinished_shard_keep_each_other_away() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(120));
    work.send(&sandbox.url(), &["--limit", "5"]).ended(75);
    shard(&work, &sandbox, "1/4", &[])
        .ended(2)
        .said("campaign.results.csv.partial is of a run of the whole list, which is unfinished");
    work.send(&sandbox.url(), &["--finish"]).ended(1);
    fs::remove_file(work.path("campaign.results.csv")).unwrap();
    fs::remove_file(work.path("campaign.results.json")).unwrap();
    shard(&work, &sandbox, "2/4", &["--limit", "2"]).ended(75);
    work.send(&sandbox.url(), &[]).ended(2).said(
        "campaign.results.2-of-4.csv.partial is of shard 2/4 of this list, which is unfinished",
    );
    assert_eq!(sandbox.asked().len(), 7);
    shard(&work, &sandbox, "2/4", &[])
        .ended(1)
        .said("Carrying on: 2 of");
}

#[test]
fn guards_look_at_the_whole_list_and_counts_at_the_shard() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    let rows: String = (1..=40).map(|id| format!("{id},remove,VIP\n")).collect();
    // Of sixteen, customer 1 is in the sixth and customer 2 in the fourteenth.
    work.list(
        "campaign.csv",
        format!("userId,action,label\n{rows}2,add,\n"),
    );
    let sixth = |guard: [&str; 2]| shard(&work, &sandbox, "6/16", &guard);
    sixth(["--expect-rows", "..40"])
        .ended(2)
        .said("campaign.csv: 41 rows, and --expect-rows wants 40 at most");
    sixth(["--max-removals", "39"])
        .ended(2)
        .said("40 removals would be sent, and --max-removals allows 39");
    sixth(["--strict", "--yes"])
        .ended(2)
        .said("1 row rejected, and --strict allows none; the first on line 42, EMPTY_LABEL");
    assert_eq!(sandbox.asked().len(), 0);
    shard(
        &work,
        &sandbox,
        "6/16",
        &["--expect-rows", "41", "--max-removals", "40"],
    )
    .ended(0);
    // A contradiction of a customer of another shard is one of the list.
    work.list(
        "campaign.csv",
        "userId,action,label\n1,add,VIP\n2,add,VIP\n2,remove,VIP\n",
    );
    let strict = ["--strict", "--on-conflict", "reject", "--output", "x.csv"];
    shard(&work, &sandbox, "6/16", &strict)
        .ended(2)
        .said("CONFLICT");
}

#[test]
fn a_scheduler_says_which_shard_it_is() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(120));
    let url = sandbox.url();
    let run = |shard: &str, variables: &[(&str, &str)]| {
        let fixed = [
            "run",
            "campaign.csv",
            "--base-url",
            &url,
            "--rate",
            "none",
            "--partial-ok",
        ];
        let arguments = [&fixed[..], &["--shard", shard, "--summary", "s.json"]].concat();
        let mut command = work.command(arguments);
        command.envs(variables.iter().copied());
        Ran::from(command.output().unwrap())
    };
    run(
        "auto",
        &[("JOB_COMPLETION_INDEX", "2"), ("JOB_COMPLETIONS", "4")],
    )
    .ended(0)
    .said("This is shard 3/4, as JOB_COMPLETION_INDEX=2 says.");
    assert!(work.path("campaign.results.3-of-4.csv").exists());
    assert_eq!(work.summary("s.3-of-4.json")["shard"], "3/4");
    run(
        "auto/4",
        &[
            ("SLURM_ARRAY_TASK_ID", "1"),
            ("SLURM_ARRAY_TASK_COUNT", "1"),
        ],
    )
    .ended(0);
    assert!(work.path("campaign.results.1-of-4.csv").exists());
    let asked = sandbox.asked().len();
    for (shard, variables, words) in [
        ("auto", &[][..], "no scheduler says which shard this is"),
        (
            "auto",
            &[("SLURM_ARRAY_TASK_ID", "2")],
            "write --shard auto/16 for an array of 16",
        ),
        (
            "auto/4",
            &[("SLURM_ARRAY_TASK_ID", "5")],
            "they go from 1 to 4",
        ),
        (
            "auto/4",
            &[("PARALLEL_SEQ", "2"), ("NOMAD_ALLOC_INDEX", "2")],
            "two schedulers say different things",
        ),
        ("5/4", &[], "is no shard"),
    ] {
        run(shard, variables).ended(2).said(words);
    }
    assert_eq!(sandbox.asked().len(), asked);
    assert_eq!(
        work.summary("s.json")["exitStatus"],
        2,
        "also where nobody knows the shard"
    );
}

#[test]
fn a_shard_that_is_killed_is_carried_on_and_has_one_owner() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--latency", "5ms"]));
    work.list("campaign.csv", list(900));
    let url = sandbox.url();
    let fixed = [
        "run",
        "campaign.csv",
        "--base-url",
        &url,
        "--rate",
        "100/s",
        "--shard",
        "2/4",
    ];
    let mut process = work.command(fixed).stderr(Stdio::null()).spawn().unwrap();
    sandbox.wait_for(10);
    work.run(fixed).ended(75).said("another run has ");
    shard(&work, &sandbox, "3/4", &[]).ended(1);
    process.kill().unwrap();
    process.wait().unwrap();
    let done = work.recorded("campaign.results.2-of-4.csv").len();
    merge(&work, &[FOUR[2]], &[])
        .ended(2)
        .said("shard 2/4 is unfinished, as campaign.results.2-of-4.csv.partial says");
    let ran = work.run(["status", "campaign.csv"]).ended(0);
    let shown: Vec<_> = ran.stdout.lines().map(str::trim).collect();
    assert_eq!(
        shown[0], "4 shards: 1 complete, 1 stopped, 2 not begun",
        "{ran}"
    );
    assert!(
        shown[1].starts_with(&format!("2/4        stopped    {done} of ")),
        "{ran}"
    );
    assert!(
        shown[2].ends_with("complete   campaign.results.3-of-4.csv"),
        "{ran}"
    );
    let ran = work
        .run(["status", "campaign.csv", "--shard", "2/4"])
        .ended(0);
    assert!(ran.stdout.starts_with("campaign.csv: stopped"), "{ran}");
    work.run(["status", "campaign.csv", "--shard", "1/4"])
        .ended(2);
    work.run([
        "run",
        "campaign.csv",
        "--base-url",
        &url,
        "--rate",
        "none",
        "--shard",
        "2/4",
    ])
    .ended(1)
    .said("Carrying on");
    for one in ["1/4", "4/4"] {
        shard(&work, &sandbox, one, &[]).ended(1);
    }
    merge(&work, &FOUR, &[]).ended(1);
    assert_eq!(work.rows("campaign.results.csv").len(), 900);
    let mut calls: Vec<_> = sandbox
        .asked()
        .iter()
        .filter_map(|one| one.customer)
        .collect();
    calls.sort_unstable();
    let twice = calls.windows(2).filter(|two| two[0] == two[1]).count();
    assert!(twice <= 32, "{twice}: more than were on their way");
}

#[test]
fn what_are_not_all_shards_of_one_list_is_refused_by_name() {
    let (work, sandbox) = in_four();
    let refused = |results: &[&str], words: &str| {
        merge(&work, results, &["--output", "m.csv"])
            .ended(2)
            .said(words);
        assert!(!work.path("m.csv").exists());
    };
    refused(
        &FOUR[..3],
        "shard 4/4 (campaign.results.4-of-4.csv) is missing: name the results of all shards",
    );
    refused(
        &[FOUR[0], FOUR[1], FOUR[1], FOUR[2], FOUR[3]],
        "campaign.results.2-of-4.csv and campaign.results.2-of-4.csv are both shard 2/4",
    );
    shard(&work, &sandbox, "1/8", &["--output", "o.csv"]).ended(1);
    refused(
        &[FOUR[0], "o.1-of-8.csv"],
        "o.1-of-8.csv is shard 1/8, and campaign.results.1-of-4.csv is shard 1/4",
    );
    shard(
        &work,
        &sandbox,
        "2/4",
        &["--output", "p.csv", "--method", "PUT"],
    )
    .ended(1);
    refused(
        &[FOUR[0], "p.2-of-4.csv"],
        "the one was run with --method PUT, and the other with --method POST",
    );
    work.send(&sandbox.url(), &["--output", "whole.csv"])
        .ended(1);
    refused(&[FOUR[0], "whole.csv"], "whole.csv is no shard's");
    work.run([
        "retry",
        FOUR[1],
        "--base-url",
        &sandbox.url(),
        "--codes",
        "33001",
        "--max-failures",
        "none",
    ]);
    refused(
        &[FOUR[0], "campaign.results.2-of-4.retry-1.csv"],
        "campaign.results.2-of-4.retry-1.csv is no shard's",
    );
    let text = fs::read_to_string(work.path(FOUR[1])).unwrap();
    let cut = text.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n";
    work.list(FOUR[1], cut);
    refused(&FOUR, "and was written with");
    work.list(FOUR[1], &text);
    shard(&work, &sandbox, "2/4", &["--keep", "email", "--overwrite"]).ended(1);
    refused(
        &FOUR,
        "campaign.results.2-of-4.csv has other columns than campaign.results.1-of-4.csv",
    );
    work.list(FOUR[1], text);
    let json = work.path("campaign.results.2-of-4.json");
    let told = fs::read_to_string(&json).unwrap();
    fs::write(&json, told.replace("\"2/4\"", "\"3/4\"")).unwrap();
    refused(&FOUR, "does not fit the run that it names");
    fs::remove_file(&json).unwrap();
    refused(
        &FOUR,
        "campaign.results.2-of-4.csv: campaign.results.2-of-4.json is not there",
    );
}

#[test]
fn what_was_merged_is_a_result_like_any_other() {
    let (work, sandbox) = in_four();
    merge(&work, &FOUR, &[]).ended(1);
    merge(&work, &FOUR, &[])
        .ended(2)
        .said("campaign.results.csv exists already");
    merge(&work, &FOUR, &["--overwrite", "--partial-ok"])
        .ended(0)
        .said("The exit status is 0 in the place of 1");
    assert_eq!(work.summary("campaign.results.json")["exitStatus"], 1);
    merge(&work, &FOUR, &["--overwrite", "--tolerate", "100%"]).ended(0);
    let printed = merge(&work, &FOUR, &["--output", "-"]).ended(1).stdout;
    assert_eq!(
        printed,
        fs::read_to_string(work.path("campaign.results.csv")).unwrap()
    );
    merge(&work, &FOUR, &["--output", FOUR[1], "--overwrite"])
        .ended(2)
        .said("is one of the results that are merged");
    work.run(["report", "campaign.results.csv"]).ended(0);
    let failed = work
        .rows("campaign.results.csv")
        .iter()
        .filter(|row| row["outcome"] == "failed")
        .count();
    assert!(failed > 0);
    let again = work
        .run(["retry", "campaign.results.csv", "--print"])
        .ended(0);
    assert_eq!(again.stdout.lines().count(), failed + 1, "{again}");
    let asked = sandbox.asked().len();
    work.run(["undo", "campaign.results.csv", "--yes", "--rate", "none"])
        .ended(0);
    assert!(sandbox.asked().len() > asked);
    assert!(work.path("campaign.undo.results.csv").exists());
}

#[test]
fn more_shards_are_merged_than_files_may_be_open() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(90));
    for number in 1..=24 {
        let ran = shard(&work, &sandbox, &format!("{number}/24"), &["--partial-ok"]);
        ran.ended(0);
    }
    let binary = assert_cmd::cargo::cargo_bin!("bulklabel");
    let line = format!(
        "ulimit -Sn 20; {} merge campaign.results.*-of-24.csv",
        binary.display()
    );
    let mut bash = Command::new("bash");
    bash.args(["-c", &line]).current_dir(work.folder());
    Ran::from(bash.output().unwrap()).ended(1);
    assert_eq!(work.rows("campaign.results.csv").len(), 90);
}
