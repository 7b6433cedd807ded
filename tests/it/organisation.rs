//! A list is held against the organisation's labels before it is sent, or only looked at.

use serde_json::json;

use crate::support::{Canned, Ran, Request, Sandbox, Terminal, Workplace, answer};

const LABELS: &str = "/v2/organization/labels";

/// Labels as people have them: right, hidden differences, slips, and one of the past.
const LIST: &str = "userId,action,label\n1,add,VIP\n2,add,Gold\u{A0}Member\n3,add,Gold\u{A0}Member\n4,remove,Newsleter\n5,add,Summer \
                    Sale 2019\n6,remove,Diwali\n7,add,gold  member\n8,add,Never sent\n8,remove,Never sent\n9,add,Unheard Of,Rejected\n";

const CLEAN: &str = "userId,action,label\n1,add,VIP\n2,add,Gold Member\n3,remove,Newsletter\n";

/// A list, and an organisation in the sandbox.
struct Desk {
    work: Workplace,
    sandbox: Sandbox,
}

impl Desk {
    fn with(list: &str, faults: &[&str]) -> Self {
        let work = Workplace::new();
        work.list("campaign.csv", list);
        let sandbox = Sandbox::start(faults);
        Self { work, sandbox }
    }

    fn run(&self, command: &str, more: &[&str]) -> Ran {
        let url = self.sandbox.url();
        let file = match command {
            "retry" | "undo" => "campaign.results.csv",
            _ => "campaign.csv",
        };
        let fixed = [command, file, "--against-org", "--base-url", &url];
        self.work.run([&fixed[..], more].concat())
    }

    /// How often the labels were asked for, and how often a customer was called.
    fn asked(&self) -> (usize, usize) {
        let asked = self.sandbox.asked();
        let labels = asked
            .iter()
            .filter(|request| request.path == LABELS)
            .count();
        let calls = asked.iter().filter(|request| request.customer.is_some());
        (labels, calls.count())
    }

    /// What is said, with the sandbox's address and the time of day by their names.
    fn told(&self, text: &str) -> String {
        let text = text.replace(&self.sandbox.url(), "URL");
        let lines = text
            .lines()
            .map(|line| match line.split_once("would end at ") {
                Some((before, _)) => format!("{before}would end at NOW"),
                None => line.to_owned(),
            });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}\n{ran}"))
}

#[test]
fn labels_that_are_not_in_use_are_told_by_cause_with_the_command_that_mends_them() {
    let desk = Desk::with(LIST, &[]);
    let ran = desk.run("check", &["--on-conflict", "reject"]).ended(1);
    assert_eq!(ran.stderr, "");
    insta::assert_snapshot!(desk.told(&ran.stdout));
    assert_eq!(desk.asked(), (1, 0));
    assert_eq!(desk.work.files(), ["campaign.csv"]);
}

#[test]
fn programs_are_told_which_labels_are_in_use_and_which_are_inactive() {
    let desk = Desk::with(LIST, &[]);
    let found = json(
        &desk
            .run("check", &["--on-conflict=reject", "--json"])
            .ended(1),
    );
    let labels = found["labels"].as_array().unwrap().iter();
    let in_org: Vec<_> = labels
        .map(|it| (it["label"].as_str().unwrap(), &it["inOrg"]))
        .collect();
    assert_eq!(in_org.len(), 7);
    for (label, in_org) in in_org {
        assert_eq!(*in_org, json!(label == "VIP"), "{label}");
    }
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&found["findings"]["organisation"]).unwrap()
    );
}

#[test]
fn without_the_flag_nobody_is_asked_whatever_is_set() {
    let desk = Desk::with(CLEAN, &["--catalogue", "empty"]);
    let settings = format!(
        "against_org = true\nbase_url = \"{}\"\n",
        desk.sandbox.url()
    );
    desk.work.list("bulklabel.toml", settings);
    let mut command = desk.work.command(["check", "campaign.csv", "--json"]);
    command.env("BULKLABEL_AGAINST_ORG", "true");
    let found = json(&Ran::from(command.output().unwrap()).ended(0));
    assert!(found["labels"][0]["inOrg"].is_null());
    assert!(found["findings"].get("organisation").is_none());
    assert_eq!(desk.asked(), (0, 0));
}

#[test]
fn a_run_sends_nothing_and_leaves_nothing_where_a_label_is_not_in_use() {
    let desk = Desk::with(LIST, &[]);
    let ran = desk.run("run", &["--on-conflict", "reject"]).ended(2);
    insta::assert_snapshot!(desk.told(&ran.stderr));
    assert_eq!(desk.asked(), (1, 0));
    assert_eq!(desk.work.files(), ["campaign.csv"]);
    let json = desk.run("run", &["--log-format", "json"]).ended(2);
    assert_eq!(json.stderr.lines().count(), 1, "{json}");
    // The command that it names is one.
    let words = ran
        .stderr
        .split("To look closer: bulklabel ")
        .nth(1)
        .unwrap();
    let closer = desk.work.run(words.split_whitespace()).ended(1);
    assert!(
        closer.stdout.contains("\"Newsleter\" is not in"),
        "{closer}"
    );
}

#[test]
fn a_run_whose_labels_are_all_in_use_is_sent() {
    let desk = Desk::with(CLEAN, &[]);
    let looked = desk.run("check", &[]).ended(0);
    assert!(
        looked
            .stdout
            .contains("All 3 labels are in use in the organisation.\n"),
        "{looked}"
    );
    desk.run("run", &[]).ended(0);
    assert_eq!(desk.asked(), (2, 3));
    assert_eq!(desk.sandbox.labels(2), ["Gold Member"]);
    let summary = desk.work.summary("campaign.results.json");
    assert_eq!(summary["settings"]["against-org"], "true");
    assert_eq!(
        summary["attempts"], 3,
        "what was asked besides is no attempt of a call"
    );
    desk.run("undo", &["--yes"]).ended(0);
    assert_eq!(desk.asked().0, 3);
}

#[test]
fn ten_labels_are_named_and_the_others_counted() {
    let rows: String = (1..=13).map(|n| format!("{n},add,Foreign {n}\n")).collect();
    let desk = Desk::with(&format!("userId,action,label\n{rows}"), &[]);
    let ran = desk.run("run", &[]).ended(2);
    let ran = ran
        .said("13 labels that would be sent")
        .said("\n  and 3 more labels\n");
    assert_eq!(ran.stderr.matches("\n  \"Foreign ").count(), 10);
    let told = desk.run("check", &[]).ended(1);
    let words = "\n3 more labels not in use in the organisation (--json has all)\n";
    assert!(told.stdout.contains(words), "{told}");
}

#[test]
fn an_organisation_without_labels_is_told_once_wherever_it_says_so() {
    for kind in ["empty", "empty-warning", "empty-404"] {
        let desk = Desk::with(CLEAN, &["--catalogue", kind]);
        let ran = desk.run("check", &[]).ended(1);
        let told = "\nThe organisation has no labels at all, so none of those that would be sent";
        assert_eq!(ran.stdout.matches(told).count(), 1, "{ran}");
        assert!(!ran.stdout.contains("not in the organisation"), "{ran}");
        desk.run("run", &[])
            .ended(2)
            .said("the organisation has no labels at all");
        assert_eq!(desk.asked(), (2, 0), "it is no failure to be tried again");
        assert_eq!(desk.work.files(), ["campaign.csv"]);
    }
    let desk = Desk::with("userId,action,label\n", &["--catalogue", "empty"]);
    desk.run("check", &[]).ended(0);
    desk.run("run", &[]).ended(0);
    assert_eq!(
        desk.asked(),
        (1, 0),
        "where nothing is to be sent nobody is asked"
    );
}

#[test]
fn who_may_not_read_labels_is_told_so_and_the_run_stops_for_a_person() {
    for (faults, words) in [
        (&["--revoke-after", "0"], "HTTP 401: Wrong credentials"),
        (&["--catalogue", "forbidden"], "HTTP 403: Access denied"),
    ] {
        let desk = Desk::with(CLEAN, faults);
        desk.run("run", &[])
            .ended(3)
            .said(words)
            .said("; nothing was sent.");
        let ran = desk.run("check", &[]).ended(2).said(words);
        assert!(ran.stdout.starts_with("campaign.csv: "), "{ran}");
        assert_eq!(desk.asked(), (2, 0));
        assert_eq!(desk.work.files(), ["campaign.csv"]);
    }
    let desk = Desk::with(CLEAN, &["--catalogue", "forbidden"]);
    desk.run("run", &[])
        .said("ask whoever runs it, or leave --against-org out");
    let desk = Desk::with(CLEAN, &["--revoke-after", "0"]);
    desk.run("run", &[])
        .said("check BULKLABEL_USERNAME and BULKLABEL_PASSWORD");
}

#[test]
fn what_passes_is_tried_again_and_then_later() {
    let quick = ["--retry-base", "1ms", "--rate", "none"];
    for fault in [
        "errors",
        "busy-status",
        "busy-body",
        "drop-before",
        "garbage",
        "truncate",
    ] {
        let all = format!("--{fault}=100%");
        let desk = Desk::with(CLEAN, &[&all]);
        // What is no list of labels may be a gateway's, and may never be one.
        let status = if fault == "garbage" { 3 } else { 75 };
        desk.run("run", &quick)
            .ended(status)
            .said("can't be read: ")
            .said("; nothing was sent");
        assert_eq!(desk.asked(), (5, 0), "{fault}");
        assert_eq!(desk.work.files(), ["campaign.csv"], "{fault}");
    }
    let desk = Desk::with(CLEAN, &["--hang", "100%"]);
    let flags = [&quick[..], &["--timeout", "20ms", "--max-attempts", "2"]].concat();
    desk.run("run", &flags)
        .ended(75)
        .said("no whole answer within");
    assert_eq!(desk.asked(), (2, 0));
    let work = Workplace::new();
    work.list("campaign.csv", CLEAN);
    let nobody = [
        "check",
        "campaign.csv",
        "--against-org",
        "--base-url",
        "http://127.0.0.1:9",
    ];
    work.run(nobody)
        .ended(75)
        .said("no connection to 127.0.0.1:9");
    let nowhere = ["run", "campaign.csv", "--against-org", "--base-url"];
    let url = format!("{}/nowhere", desk.sandbox.url());
    desk.sandbox.set_faults("{}");
    work.run([&nowhere[..], &[&url]].concat())
        .ended(3)
        .said("check the base URL, ");
}

#[test]
fn after_an_outage_the_answer_counts_and_the_run_goes_on() {
    let body =
        r#"{"data":[{"name":"VIP"},{"name":"Gold Member","active":true},{"name":"Newsletter"}]}"#;
    let canned = Canned::replying(move |n, request| match n {
        0 => answer(503, "retry-after: 1\r\n", "<html>"),
        1 => answer(429, "retry-after: 3\r\n", ""),
        _ if request.head.contains(LABELS) => answer(200, "", body),
        _ => answer(200, "", r#"{"warnings":[]}"#),
    });
    let work = Workplace::new();
    work.list("campaign.csv", CLEAN);
    let ran = work
        .send(&canned.url(), &["--against-org", "--retry-base", "1ms"])
        .ended(0);
    ran.said(
        "can't be read yet: the service answered HTTP 429. They are asked for again in 3.0 s.",
    );
    let asked = canned.asked();
    assert_eq!(asked.len(), 6);
    assert!(asked[2].at - asked[0].at >= std::time::Duration::from_secs(4));
    let head = &asked[0].head;
    assert!(
        head.starts_with("GET /v2/organization/labels HTTP/1.1\r\n"),
        "{head}"
    );
    for header in ["authorization: Basic ", "accept: application/json\r\n"] {
        assert!(head.contains(header), "{head}");
    }
    assert_eq!(asked[0].body, "");
}

#[test]
fn a_client_with_a_key_asks_with_a_token_that_is_renewed_once() {
    let token = |n: usize| format!(r#"{{"data":{{"accessToken":"token-{n}","ttlSeconds":300}}}}"#);
    let sent_with =
        |request: &Request, name: &str| request.head.contains(&format!("token: {name}\r\n"));
    let answers = move |n: usize, request: &Request| match request {
        _ if request.head.contains("/oauth/") => answer(200, "", &token(n)),
        _ if !sent_with(request, "token-2") => answer(401, "", ""),
        _ if request.head.contains(LABELS) => answer(200, "", r#"{"data":[{"name":"VIP"}]}"#),
        _ => answer(200, "", r#"{"warnings":[]}"#),
    };
    let run = |canned: &Canned, status| {
        let work = Workplace::new();
        work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
        let url = canned.url();
        let mut command =
            work.command(["run", "campaign.csv", "--against-org", "--base-url", &url]);
        command
            .env_remove("BULKLABEL_USERNAME")
            .env_remove("BULKLABEL_PASSWORD");
        command
            .env("BULKLABEL_CLIENT_KEY", "key")
            .env("BULKLABEL_CLIENT_SECRET", "hush-hush");
        let ran = Ran::from(command.output().unwrap()).ended(status);
        work.holds_none_of(&["hush-hush", "token-0"], &ran);
        (canned.asked().len(), ran)
    };
    // A token, refused labels, another token, the labels, and the call with the same.
    assert_eq!(run(&Canned::replying(answers), 0).0, 5);
    let refusing = Canned::replying(move |n, request| match request.head.contains("/oauth/") {
        true => answer(200, "", &token(n)),
        false => answer(401, "", r#"{"message":"no, hush-hush"}"#),
    });
    let (asked, ran) = run(&refusing, 3);
    assert_eq!(asked, 4);
    ran.said("check BULKLABEL_CLIENT_KEY and BULKLABEL_CLIENT_SECRET");
    let none = Canned::answering(|_| answer(401, "", "{}"));
    assert_eq!(
        run(&none, 3).0,
        1,
        "a token that is refused is not asked for again"
    );
}

#[test]
fn a_rehearsal_sets_it_aside_and_a_settings_file_may_ask_for_it() {
    let desk = Desk::with(LIST, &[]);
    desk.work.list("bulklabel.toml", "against_org = true\n");
    let fixed = ["run", "campaign.csv", "--sandbox", "--rate", "none"];
    let ran = desk.work.run(fixed).ended(1);
    ran.said("--against-org is set aside: a rehearsal knows no organisation.\n");
    desk.work
        .send(&desk.sandbox.url(), &[])
        .ended(2)
        .said("To look closer: ");
    assert_eq!(desk.asked(), (1, 0));
    let off = ["--against-org=false"];
    desk.work.send(&desk.sandbox.url(), &off).ended(1);
    assert_eq!(desk.asked().0, 1);
}

#[test]
fn a_run_that_is_carried_on_asks_for_the_labels_of_the_calls_that_are_left() {
    let list = "userId,action,label\n1,add,Summer Sale 2019\n2,add,VIP\n3,add,Newsleter\n";
    let desk = Desk::with(list, &[]);
    let url = desk.sandbox.url();
    desk.work.send(&url, &["--limit", "1"]).ended(75);
    let files = desk.work.files();
    let ran = desk
        .run("run", &[])
        .ended(2)
        .said("a label that would be sent is not in use");
    let ran = ran.said("nothing more was sent. To look closer: ");
    assert!(
        !ran.stderr.contains("Summer Sale"),
        "it was sent already\n{ran}"
    );
    assert_eq!((desk.asked(), desk.work.files()), ((1, 1), files));
    desk.work.send(&url, &[]).ended(0);
    assert_eq!(desk.asked(), (1, 3));
}

#[test]
fn a_retry_names_the_command_that_looks_at_its_own_rows() {
    let desk = Desk::with(
        "userId,action,label\n8015,add,Newsleter\n1,add,Diwali\n",
        &[],
    );
    desk.work.send(&desk.sandbox.url(), &[]).ended(1);
    let ran = desk
        .run("retry", &[])
        .ended(2)
        .said("\"Newsleter\" is not in the organisation");
    assert!(!ran.stderr.contains("Diwali"), "{ran}");
    let ran = ran.said("retry campaign.results.csv --base-url ");
    ran.said(&format!(
        " --print | bulklabel check - --against-org --base-url {}\n",
        desk.sandbox.url()
    ));
    assert_eq!(desk.work.files().len(), 3, "the list and its result");
}

#[test]
fn asking_counts_for_the_rate() {
    let desk = Desk::with(CLEAN, &[]);
    desk.run("run", &["--rate", "2/s", "--burst", "2"]).ended(0);
    let asked = desk.sandbox.asked();
    let at: Vec<_> = asked.iter().map(|request| request.at).collect();
    assert_eq!(at.len(), 4);
    for (first, third) in at.iter().zip(&at[2..]) {
        // The sandbox sees a request a little after it has left.
        assert!(third - first > 950_000, "{at:?}");
    }
}

#[test]
fn a_label_that_is_given_once_for_all_is_mended_there() {
    let desk = Desk::with("customer\n1\n2\n", &[]);
    let flags = ["--action", "add", "--label", "gold member"];
    let ran = desk.run("check", &flags).ended(1);
    let mended = " --action add --label 'Gold Member'\n";
    assert!(
        ran.stdout
            .contains("To mend what is certain: bulklabel check"),
        "{ran}"
    );
    assert!(ran.stdout.contains(mended), "{ran}");
}

#[test]
fn the_person_is_asked_after_the_organisation() {
    let ask = |desk: &Desk| {
        let url = desk.sandbox.url();
        let fixed = ["run", "campaign.csv", "--against-org", "--base-url", &url];
        Terminal::running(&desk.work.command(fixed))
    };
    let refused = Desk::with(LIST, &[]);
    let (status, shown) = ask(&refused).ends();
    assert_eq!(status, 2, "{shown}");
    assert!(!shown.contains("[y/N]"), "{shown}");
    let clean = Desk::with(CLEAN, &[]);
    let asking = ask(&clean).shows("Send these changes? [y/N] ");
    assert_eq!(clean.asked(), (1, 0));
    let (status, shown) = asking.types("n\n").ends();
    assert_eq!(status, 2, "{shown}");
    assert_eq!(clean.work.files(), ["campaign.csv"]);
}
