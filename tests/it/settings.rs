//! Settings: flag over environment over settings file over default.

use std::fs;
use std::path::Path;

use crate::support::{Canned, Ran, Workplace, answer};

const SECRET: &str = "hush-hush-hush";

/// The line of a setting in what `bulklabel settings` prints.
#[track_caller]
fn line<'a>(ran: &'a Ran, name: &str) -> &'a str {
    let mut lines = ran.stdout.lines();
    let line = lines.find(|line| line.split_whitespace().next() == Some(name));
    line.unwrap_or_else(|| panic!("no {name}\n{ran}"))
}

fn settings(work: &Workplace, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = work.command([&["settings"], arguments].concat());
    command.envs(variables.iter().copied());
    Ran::from(command.output().unwrap())
}

#[test]
fn each_layer_overrules_those_below_it() {
    let work = Workplace::new();
    let rate = |arguments: &[&str], variables: &[(&str, &str)]| {
        let ran = settings(&work, arguments, variables).ended(0);
        let words: Vec<_> = line(&ran, "rate")
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        words[1..].join(" ")
    };
    assert_eq!(rate(&[], &[]), "1000/min default");
    let file = "rate = \"1/s\"\n[profile.eu]\nrate = \"2/s\"\n[profile.us]\nburst = 2\n";
    work.list("bulklabel.toml", file);
    assert_eq!(rate(&[], &[]), "1/s bulklabel.toml, line 1");
    assert_eq!(
        rate(&["--profile", "us"], &[]),
        "1/s bulklabel.toml, line 1"
    );
    let eu = ("BULKLABEL_PROFILE", "eu");
    assert_eq!(rate(&[], &[eu]), "2/s bulklabel.toml, [profile.eu], line 3");
    let variable = ("BULKLABEL_RATE", "3/s");
    assert_eq!(rate(&[], &[eu, variable]), "3/s BULKLABEL_RATE");
    assert_eq!(rate(&["--rate", "4/s"], &[eu, variable]), "4/s --rate");
    assert_eq!(
        rate(&[], &[eu, ("BULKLABEL_RATE", "")]),
        "2/s bulklabel.toml, [profile.eu], line 3"
    );
}

#[test]
fn the_file_is_the_named_one_else_this_folders_else_the_users() {
    let work = Workplace::new();
    let title = |arguments: &[&str], variables: &[(&str, &str)]| {
        let ran = settings(&work, arguments, variables).ended(0);
        ran.stdout.lines().next().unwrap().to_owned()
    };
    let users = work.path("config");
    let home = ("XDG_CONFIG_HOME", users.to_str().unwrap());
    assert_eq!(title(&[], &[home]), "No settings file.");
    fs::create_dir_all(users.join("bulklabel")).unwrap();
    work.list("config/bulklabel/bulklabel.toml", "burst = 7\n");
    assert!(title(&[], &[home]).ends_with("config/bulklabel/bulklabel.toml"));
    work.list("bulklabel.toml", "burst = 8\n")
        .list("other.toml", "burst = 9\n");
    assert_eq!(title(&[], &[home]), "Settings file: bulklabel.toml");
    let named = ("BULKLABEL_CONFIG", "other.toml");
    assert_eq!(title(&[], &[home, named]), "Settings file: other.toml");
    settings(&work, &["--config", "none.toml"], &[])
        .ended(2)
        .said("none.toml: there is no such settings file");
    fs::remove_file(work.path("bulklabel.toml")).unwrap();
    std::os::unix::fs::symlink("/nowhere", work.path("bulklabel.toml")).unwrap();
    settings(&work, &[], &[])
        .ended(2)
        .said("bulklabel.toml: it can't be read: No such file");
    settings(&work, &["--config", "."], &[])
        .ended(2)
        .said("it can't be read");
}

#[test]
fn a_cluster_is_short_for_its_address_and_the_stronger_of_both_counts() {
    let work = Workplace::new();
    work.list(
        "bulklabel.toml",
        "cluster = \"eu\"\n[profile.own]\nbase_url = \"https://own.example.com\"\n",
    );
    let base_url = |arguments: &[&str], variables: &[(&str, &str)]| {
        let ran = settings(&work, arguments, variables).ended(0);
        line(&ran, "base-url")
            .split_whitespace()
            .nth(1)
            .unwrap()
            .to_owned()
    };
    assert_eq!(base_url(&[], &[]), "https://eu.api.capillarytech.com");
    assert_eq!(
        base_url(&["--profile", "own"], &[]),
        "https://own.example.com"
    );
    let variable = ("BULKLABEL_CLUSTER", "us");
    assert_eq!(
        base_url(&["--profile", "own"], &[variable]),
        "https://us.api.capillarytech.com"
    );
    let flag = ["--base-url", "https://flag.example.com"];
    assert_eq!(base_url(&flag, &[variable]), "https://flag.example.com");
    let overruled = settings(&work, &flag, &[variable]).ended(0);
    assert_eq!(line(&overruled, "cluster"), "cluster        -");
    let both = [&flag[..], &["--cluster", "us"]].concat();
    settings(&work, &both, &[])
        .ended(2)
        .said("both --cluster (--cluster) and --base-url (--base-url)");
    settings(&work, &["--cluster", "mars"], &[])
        .ended(2)
        .said("there are eu, apac, apac2");
}

#[test]
fn credentials_are_taken_from_the_strongest_that_names_a_way_to_sign_in() {
    let work = Workplace::new();
    let file = "username = \"till\"\npassword_file = \"secret\"\n[profile.oauth]\nclient_key = \"key\"\nclient_secret_file = \
                \"secret\"\n[profile.both]\nusername = \"till2\"\nclient_key = \"key\"\n[profile.other]\nusername = \"till2\"\n";
    work.list("bulklabel.toml", file).list("secret", SECRET);
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    let canned = Canned::replying(|_, request| {
        answer(
            200,
            "",
            if request.head.contains("/oauth/") {
                r#"{"data":{"accessToken":"a-token","ttlSeconds":300}}"#
            } else {
                r#"{"warnings":[]}"#
            },
        )
    });
    let run = |profile: &[&str], variables: &[(&str, &str)]| {
        let url = canned.url();
        let fixed = ["run", "campaign.csv", "--overwrite", "--base-url", &url];
        let mut command = work.command([&fixed[..], profile].concat());
        command
            .env_remove("BULKLABEL_USERNAME")
            .env_remove("BULKLABEL_PASSWORD")
            .envs(variables.iter().copied());
        Ran::from(command.output().unwrap())
    };
    let last = || canned.asked().last().unwrap().head.clone();
    run(&[], &[]).ended(0);
    // till:hush-hush-hush
    assert!(last().contains("authorization: Basic dGlsbDpodXNoLWh1c2gtaHVzaA=="));
    run(&["--profile", "oauth"], &[]).ended(0);
    assert!(last().contains("x-cap-api-oauth-token: a-token"));
    run(&["--profile", "other"], &[]).ended(0);
    // till2:hush-hush-hush
    assert!(last().contains("authorization: Basic dGlsbDI6aHVzaC1odXNoLWh1c2g="));
    let variables = [("BULKLABEL_USERNAME", "a"), ("BULKLABEL_PASSWORD", "b")];
    run(&["--profile", "oauth"], &variables).ended(0);
    // a:b
    assert!(last().contains("authorization: Basic YTpi"));
    run(&["--profile", "both"], &[])
        .ended(2)
        .said("both a user name or password and a client key");
    work.list("bulklabel.toml", "username = \"till\"\n");
    run(&[], &[])
        .ended(2)
        .said("bulklabel.toml, line 1 is set, but neither password_file nor BULKLABEL_PASSWORD is");
    work.list(
        "bulklabel.toml",
        "username = \"till\"\npassword_file = \"gone\"\n",
    );
    run(&[], &[])
        .ended(2)
        .said("bulklabel.toml, line 2 names gone, which can't be read");
}

#[test]
fn what_cannot_be_meant_is_told_with_its_line_and_no_secret() {
    let work = Workplace::new();
    let files = [
        "rates = \"5/s\"\n",
        "rate = 5\n",
        "[profile.eu]\non_conflict = \"first\"\n",
        "yes = \"perhaps\"\n",
        "timeout = \"soon\"\n",
        "max_attempts = 0\n",
        "columns = [\"a\"]\n",
        "label = \"\\u0007\"\n",
        "base_url = \"https://me:hush-hush-hush@example.com\"\n",
        "password = \"hush-hush-hush\"\n",
        "[profile.eu]\nclient_secret = \"hush-hush-hush\"\n",
        "password = hush-hush-hush\n",
        "\u{feff}rate = \"1/s\"\r\nrate = \"2/s\"\r\n",
        "[list]\ncolumns = \"a\"\n",
        "[[profile]]\nrate = \"1/s\"\n",
        "sandbox = true\n",
    ];
    let mut told = String::new();
    for file in files {
        work.list("bulklabel.toml", file);
        let ran = settings(&work, &[], &[]).ended(2);
        work.list("bulklabel.toml", "");
        work.holds_none_of(&[SECRET], &ran);
        told += &ran.stderr;
    }
    work.list("bulklabel.toml", b"label = \"\xff\"\n");
    told += &settings(&work, &[], &[]).ended(2).stderr;
    insta::assert_snapshot!(told);
}

#[test]
fn profiles_that_are_not_there_are_answered_with_the_nearest() {
    let work = Workplace::new();
    settings(&work, &["--profile", "eu"], &[])
        .ended(2)
        .said("there is no settings file for the profile \"eu\"");
    work.list(
        "bulklabel.toml",
        "[profile.europe]\nburst = 2\n[profile.us]\nburst = 3\n",
    );
    settings(&work, &["--profile", "erope"], &[])
        .ended(2)
        .said("there is no profile \"erope\": the nearest is \"europe\"; there are europe, us");
}

fn sample() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/bulklabel.toml");
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_sample_can_be_used_as_it_is() {
    let work = Workplace::new();
    work.list("bulklabel.toml", sample());
    let ran = settings(
        &work,
        &["--profile", "eu"],
        &[("BULKLABEL_USERNAME", ""), ("BULKLABEL_PASSWORD", "")],
    );
    insta::assert_snapshot!(ran.ended(0).stdout);
}

#[test]
fn every_setting_stands_in_the_sample_and_can_be_switched_on() {
    let work = Workplace::new();
    let ran = settings(&work, &[], &[]).ended(0);
    let names = ran
        .stdout
        .lines()
        .skip(2)
        .map(|line| line.split(' ').next().unwrap());
    let sample = sample();
    for name in names {
        let key = match name {
            "password" | "client-secret" => format!("{}_file", name.replace('-', "_")),
            name => name.replace('-', "_"),
        };
        let stands = |line: &str| {
            line.trim_start_matches("# ")
                .starts_with(&format!("{key} = "))
        };
        assert!(sample.lines().any(stands), "{key}");
    }
    let is_setting = |line: &str| {
        let word = line
            .strip_prefix("# ")
            .and_then(|line| line.split(' ').next());
        line.contains(" = ") && word.is_some_and(|word| !word.contains(char::is_uppercase))
    };
    let others = ["cluster", "client_key", "client_secret_file"];
    let switched_on: String = sample
        .lines()
        .map(|line| {
            let on = is_setting(line)
                && !others
                    .iter()
                    .any(|key| line.starts_with(&format!("# {key} ")));
            let line = if on {
                line.trim_start_matches("# ")
            } else {
                line
            };
            format!("{line}\n")
        })
        .collect();
    work.list("bulklabel.toml", switched_on);
    let ran = settings(&work, &[], &[]).ended(0);
    assert!(line(&ran, "ca-cert").contains("company-ca.pem"), "{ran}");
}

#[test]
fn a_settings_file_that_is_in_force_is_told_of() {
    let work = Workplace::new();
    work.list("bulklabel.toml", "rate = \"none\"\n");
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
    work.run(["run", "campaign.csv", "--sandbox", "-v"])
        .ended(0)
        .said("settings of bulklabel.toml");
}

#[test]
fn a_switch_is_on_or_off_and_nothing_else() {
    let work = Workplace::new();
    let with = |flags: &[&str], variable: &str| {
        let mut command = work.command([&["settings"], flags].concat());
        Ran::from(command.env("BULKLABEL_YES", variable).output().unwrap())
    };
    with(&[], "flase")
        .ended(2)
        .said("BULKLABEL_YES: \"flase\" is neither true nor false");
    let line = |ran: Ran| {
        let lines = ran.ended(0).stdout;
        let line = lines.lines().find(|line| line.starts_with("yes "));
        line.unwrap()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(line(with(&[], "no")), "yes no BULKLABEL_YES");
    work.list("bulklabel.toml", "yes = true\n");
    assert_eq!(line(with(&[], "")), "yes true bulklabel.toml, line 1");
    assert_eq!(line(with(&["--yes=false"], "true")), "yes false --yes");
    assert_eq!(line(with(&["--yes"], "no")), "yes true --yes");
}

#[test]
fn an_empty_variable_is_an_unset_one_for_every_setting() {
    let work = Workplace::new();
    let names = ["LOG_FORMAT", "RATE", "YES", "BASE_URL", "CONFIG", "OUTPUT"];
    let empty = names.map(|name| (format!("BULKLABEL_{name}"), ""));
    let mut command = work.command(["settings"]);
    Ran::from(command.envs(empty).output().unwrap()).ended(0);
}

#[test]
fn a_password_that_is_typed_in_the_wrong_place_is_not_repeated() {
    let work = Workplace::new();
    let typed = "https://till:hush-hush@eu.api.example.com";
    work.list("bulklabel.toml", format!("cluster = \"{typed}\"\n"));
    let in_file = work.run(["settings"]).ended(2);
    let file = work.path("bulklabel.toml");
    std::fs::remove_file(file).unwrap();
    let flag = work.run(["settings", "--cluster", typed]).ended(2);
    let json = work
        .run(["settings", "--rate", typed, "--log-format", "json"])
        .ended(2);
    for ran in [in_file, flag, json] {
        assert!(ran.stderr.contains("https://***@eu.api"), "{ran}");
        work.holds_none_of(&["hush-hush"], &ran);
    }
}

#[test]
fn a_rehearsal_takes_no_notice_of_where_the_real_result_goes() {
    let work = Workplace::new();
    work.list("campaign.csv", "userId,action,label\n1,add,VIP\n")
        .list("nightly.csv", "the real result")
        .list(
            "bulklabel.toml",
            "output = \"nightly.csv\"\noverwrite = true\ncluster = \"apac\"\n",
        );
    work.run(["run", "campaign.csv", "--sandbox"])
        .ended(0)
        .said("Result: campaign.sandbox.results.csv")
        .said("The real run: bulklabel run campaign.csv\n");
    let kept = std::fs::read_to_string(work.path("nightly.csv")).unwrap();
    assert_eq!(kept, "the real result");
}
