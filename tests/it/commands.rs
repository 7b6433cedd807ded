//! What people type, and what they are told.

use crate::support::{Ran, Sandbox, Workplace};

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let work = Workplace::new();
    for (arguments, words) in [
        (
            ["--rate", "1000"],
            "write a whole number of calls per s, min or h",
        ),
        (["--delimiter", "ab"], "is no delimiter"),
        (["--timeout", "0s"], "is no span of time"),
        (["--action", "erase"], "write add or remove"),
        (
            ["--columns", "id=x"],
            "none of the columns userId, action, label",
        ),
        (["--max-attempts", "0"], "--max-attempts"),
        (["--label", "\u{7}"], "control character"),
        (["--base-url", "eu.api.example.com"], "is no base URL"),
        (
            ["--base-url", "https://me:hush@x.example.com"],
            "must not hold a user name",
        ),
        (
            ["--base-url", "http://x.example.com"],
            "use https, or add --allow-http",
        ),
    ] {
        let ran = work
            .run([&["run", "no-such-list.csv"], &arguments[..]].concat())
            .ended(2)
            .said(words);
        assert!(!ran.stderr.contains("hush@"), "{ran}");
    }
}

#[test]
fn the_environment_is_heard_and_flags_overrule_it() {
    let work = Workplace::new();
    work.list("ids.csv", "id\n1\n");
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let arguments = [
            &["run", "ids.csv", "--sandbox", "--action", "add"],
            arguments,
        ]
        .concat();
        Ran::from(
            work.command(arguments)
                .envs(variables.iter().copied())
                .output()
                .unwrap(),
        )
    };
    let columns = ("BULKLABEL_COLUMNS", "userId=id");
    run(
        &["--rate", "none"],
        &[
            columns,
            ("BULKLABEL_LABEL", "VIP"),
            ("BULKLABEL_RATE", "nonsense"),
        ],
    )
    .ended(0);
    run(
        &[],
        &[
            columns,
            ("BULKLABEL_LABEL", "VIP"),
            ("BULKLABEL_RATE", "nonsense"),
        ],
    )
    .ended(2)
    .said("nonsense");
    run(
        &["--label", "VIP"],
        &[columns, ("BULKLABEL_RATE", ""), ("BULKLABEL_TIMEOUT", "")],
    )
    .ended(0);
}

#[test]
fn credentials_are_missed_before_the_list_is_read() {
    let work = Workplace::new();
    let run = |variables: &[(&str, &str)]| {
        let mut command = work.command([
            "run",
            "no-such-list.csv",
            "--base-url",
            "https://eu.api.example.com",
        ]);
        command
            .env_remove("BULKLABEL_USERNAME")
            .env_remove("BULKLABEL_PASSWORD")
            .envs(variables.iter().copied());
        Ran::from(command.output().unwrap()).ended(2)
    };
    run(&[]).said("no credentials: set BULKLABEL_USERNAME and BULKLABEL_PASSWORD");
    run(&[("BULKLABEL_USERNAME", "till")]).said("BULKLABEL_PASSWORD is not");
    run(&[("BULKLABEL_PASSWORD", "hush"), ("BULKLABEL_USERNAME", "")])
        .said("BULKLABEL_USERNAME is not");
    run(&[
        ("BULKLABEL_USERNAME", "till"),
        ("BULKLABEL_PASSWORD", "hush"),
    ])
    .said("there is no such file");
}

#[test]
fn credentials_may_stand_in_files() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    work.list("secret", "sandbox\r\n")
        .list("empty", "\n")
        .list("wrong", "hush-hush");
    let run = |variables: &[(&str, &str)]| {
        let url = sandbox.url();
        let mut command = work.command(["run", "campaign.csv", "--overwrite", "--base-url", &url]);
        command
            .env_remove("BULKLABEL_PASSWORD")
            .envs(variables.iter().copied());
        Ran::from(command.output().unwrap())
    };
    run(&[("BULKLABEL_PASSWORD_FILE", "secret")]).ended(0);
    run(&[("BULKLABEL_PASSWORD_FILE", "empty")])
        .ended(2)
        .said("BULKLABEL_PASSWORD_FILE names empty, which is empty");
    run(&[("BULKLABEL_PASSWORD_FILE", "nothing")])
        .ended(2)
        .said("names nothing, which can't be read");
    let twice = [
        ("BULKLABEL_PASSWORD_FILE", "secret"),
        ("BULKLABEL_PASSWORD", "sandbox"),
    ];
    run(&twice).ended(2).said("both set");
    let refused = run(&[("BULKLABEL_PASSWORD_FILE", "wrong")]).ended(3);
    assert!(!refused.stderr.contains("hush"), "{refused}");
}

#[test]
fn without_a_base_url_nothing_is_guessed() {
    Workplace::new()
        .run(["run", "x.csv"])
        .ended(2)
        .said("nothing says where the service is: name its cluster, such as --cluster eu");
}

#[test]
fn nobody_has_to_listen() {
    let work = Workplace::new();
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    let run = "bulklabel run campaign.csv --sandbox -vv 2>&1 >&- | true; exit ${PIPESTATUS[0]}";
    let binary = assert_cmd::cargo::cargo_bin!("bulklabel");
    let ran = std::process::Command::new("bash")
        .args([
            "-c",
            &run.replace("bulklabel", &binary.display().to_string()),
        ])
        .current_dir(work.folder())
        .status();
    assert_eq!(ran.unwrap().code(), Some(0));
    assert_eq!(work.outcomes("campaign.sandbox.results.csv"), ["2 success"]);
}
