//! The fault matrix: whatever the service does, what the result says is what the sandbox did.

use crate::support::{Audit, Ran, Sandbox, Workplace, matrix_line};

const CUSTOMERS: u64 = 300;

/// A fault, how the run meets it, and what it must have led to somewhere, so that it is known to have struck.
struct Fault<'a> {
    name: &'a str,
    /// What the sandbox is told.
    faults: &'a str,
    /// What the run is told besides.
    run: &'a [&'a str],
    /// Whether the account is an OAuth client.
    oauth: bool,
    /// Outcomes and codes of which there must be some.
    outcomes: &'a [&'a str],
    /// And of which there must be none.
    never: &'a [&'a str],
}

impl Default for Fault<'_> {
    fn default() -> Self {
        Self {
            name: "",
            faults: "{}",
            run: &[],
            oauth: false,
            outcomes: &["success"],
            never: &[],
        }
    }
}

/// A list in which there is some of everything, and the lines of its data rows.
fn list() -> (String, Vec<u64>) {
    let mut rows = Vec::new();
    for n in 1..=CUSTOMERS {
        let customer = if n % 23 == 0 { n * 10_000 + 8_015 } else { n };
        rows.push(format!("{customer},add,VIP"));
        let more = [
            (3, "add,Gold"),
            (4, "remove,Old"),
            (5, "remove,Never held"),
            (17, "add,Unknown Segment"),
            (50, "add,VIP"),
            (60, "add,"),
        ];
        let more = more.iter().filter(|(every, _)| n % every == 0);
        rows.extend(more.map(|(_, row)| format!("{customer},{row}")));
        if n % 7 == 0 {
            rows.push(format!("{},remove,Never held", customer + 1_000_000));
        }
    }
    let lines = (2..2 + rows.len() as u64).collect();
    let list = format!("userId,action,label\n{}\n", rows.join("\n"));
    (list, lines)
}

/// Gives every eighth customer the label that some rows remove, while all is well.
fn prepare(work: &Workplace, sandbox: &Sandbox) {
    let holders: String = (1..=CUSTOMERS)
        .filter(|n| n % 8 == 0)
        .map(|n| format!("{n},add,Old\n"))
        .collect();
    work.list("before.csv", format!("userId,action,label\n{holders}"));
    let url = sandbox.url();
    work.run(["run", "before.csv", "--rate", "none", "--base-url", &url])
        .ended(0);
}

/// Runs the list against a sandbox with this fault, and holds the result against the sandbox's record.
#[track_caller]
fn audited(fault: &Fault<'_>) -> (Audit, Ran) {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--seed", "7"]));
    let (list, lines) = list();
    prepare(&work, &sandbox);
    let since = sandbox.asked().len();
    sandbox.set_faults(fault.faults);
    work.list("campaign.csv", list);
    let url = sandbox.url();
    let fixed = [
        "run",
        "campaign.csv",
        "--base-url",
        &url,
        "--retry-base",
        "1ms",
        "-vv",
    ];
    let mut rate = vec!["--rate", "none"];
    rate.retain(|_| !fault.run.contains(&"--rate"));
    let mut command = work.command([&fixed[..], &rate, fault.run].concat());
    if fault.oauth {
        command
            .env_remove("BULKLABEL_USERNAME")
            .env_remove("BULKLABEL_PASSWORD")
            .env("BULKLABEL_CLIENT_KEY", "sandbox-key")
            .env("BULKLABEL_CLIENT_SECRET", "sandbox-secret");
    }
    let ran = Ran::from(command.env("RUST_LOG", "trace").output().unwrap()).ended(1);
    sandbox.set_faults("{}");
    let audit = Audit::of(&work, &sandbox, since);
    let disagreements = audit.disagreements(&lines);
    println!(
        "{}",
        matrix_line(fault.name, &audit, disagreements.len(), &ran)
    );
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    let per_second = fault
        .run
        .iter()
        .find_map(|word| word.strip_suffix("/s")?.parse().ok());
    // What leaves evenly here comes to the sandbox a little less so.
    let fullest = audit.fullest_window(980_000);
    assert!(
        per_second.is_none_or(|most| fullest <= most),
        "{fullest}\n{ran}"
    );
    let outcomes = audit.outcomes();
    for outcome in fault.outcomes {
        assert!(
            outcomes.contains_key(*outcome),
            "no {outcome} in {outcomes:?}"
        );
    }
    for outcome in fault.never {
        assert!(!outcomes.contains_key(*outcome), "{outcomes:?}\n{ran}");
    }
    work.holds_none_of(&["c2FuZGJveDpzYW5kYm94", "sandbox-secret"], &ran);
    (audit, ran)
}

macro_rules! matrix {
    ($($name:ident: $fault:expr;)+) => {
        $(#[test]
        fn $name() {
            audited(&Fault { name: stringify!($name), ..$fault });
        })+
    };
}

/// A fault with nothing else about it.
const fn fault<'a>(faults: &'a str, outcomes: &'a [&'a str]) -> Fault<'a> {
    Fault {
        name: "",
        faults,
        run: &["--max-attempts", "2"],
        oauth: false,
        outcomes,
        never: &[],
    }
}

/// What the calls that an outage met must not end with.
const OF_AN_OUTAGE: &[&str] = &[
    "failed HTTP_503",
    "unconfirmed CONNECTION_LOST",
    "unconfirmed TIMEOUT",
];

const USUAL: &[&str] = &["success", "warning 33000", "warning 33001", "failed 8015"];

matrix! {
    no_fault: fault("{}", USUAL);
    latency_and_jitter: fault(r#"{"latency":"5ms","jitter":"40ms"}"#, USUAL);
    server_errors: fault(r#"{"errors":"30%"}"#, &["success", "failed HTTP_503", "failed 500"]);
    busy_in_the_body: fault(r#"{"busy-body":"30%"}"#, &["success", "failed 461", "failed 521", "failed 23055"]);
    busy_as_status: fault(r#"{"busy-status":"30%"}"#, &["success", "failed 461", "failed HTTP_521"]);
    dropped_before: fault(r#"{"drop-before":"30%"}"#, &["success", "unconfirmed CONNECTION_LOST"]);
    dropped_after: fault(r#"{"drop-after":"30%"}"#, &["success", "unconfirmed CONNECTION_LOST"]);
    hanging: Fault {
        run: &["--max-attempts", "2", "--timeout", "250ms"],
        ..fault(r#"{"hang":"20%"}"#, &["success", "unconfirmed TIMEOUT"])
    };
    garbage: fault(r#"{"garbage":"30%"}"#, &["success", "unconfirmed BAD_RESPONSE"]);
    truncated_bodies: fault(r#"{"truncate":"30%"}"#, &["success", "unconfirmed CONNECTION_LOST"]);
    second_shape: fault(r#"{"second-shape":"100%"}"#, USUAL);
    string_codes: fault(r#"{"string-codes":"100%"}"#, USUAL);
    warnings_without_entity: fault(r#"{"no-entity":"50%"}"#, USUAL);
    another_customers_entity: fault(r#"{"other-entity":"30%"}"#, &["success", "warning OTHER_CUSTOMER"]);
    bursts_of_429: fault(r#"{"throttle":"0.7%","throttle-burst":5}"#, USUAL);
    a_sliding_limit_with_seconds: Fault {
        run: &["--rate", "190/s"],
        ..fault(r#"{"rate":"100/s"}"#, USUAL)
    };
    a_fixed_limit_with_a_date: Fault {
        run: &["--rate", "190/s"],
        ..fault(r#"{"rate":"100/s","rate-window":"fixed","retry-after":"date"}"#, USUAL)
    };
    a_limit_without_advice: Fault {
        run: &["--rate", "190/s"],
        ..fault(r#"{"rate":"150/s","retry-after":"none"}"#, USUAL)
    };
    an_outage_of_503s: Fault {
        run: &["--rate", "300/s", "--max-attempts", "2"],
        never: OF_AN_OUTAGE,
        ..fault(r#"{"outage":"200ms+300ms"}"#, USUAL)
    };
    an_outage_of_closed_connections: Fault {
        run: &["--rate", "300/s", "--max-attempts", "2"],
        never: OF_AN_OUTAGE,
        ..fault(r#"{"outage":"200ms+300ms","outage-kind":"drop"}"#, USUAL)
    };
    an_outage_without_answers: Fault {
        run: &["--rate", "300/s", "--timeout", "250ms"],
        never: OF_AN_OUTAGE,
        ..fault(r#"{"outage":"200ms+600ms","outage-kind":"hang"}"#, USUAL)
    };
    tokens_that_are_revoked: Fault {
        oauth: true,
        ..fault(r#"{"revoke-token-after":"40"}"#, USUAL)
    };
    a_token_endpoint_that_fails: Fault {
        run: &["--max-attempts", "2", "--concurrency", "8"],
        oauth: true,
        ..fault(r#"{"token-errors":"60%","revoke-token-after":"20"}"#, USUAL)
    };
}

#[test]
fn all_together_at_a_high_rate() {
    let faults = r#"{"latency":"5ms","jitter":"20ms","errors":"3%","busy-body":"3%","busy-status":"2%",
        "drop-before":"3%","drop-after":"3%","hang":"2%","garbage":"3%","truncate":"3%","second-shape":"20%",
        "string-codes":"20%","no-entity":"20%","other-entity":"3%","throttle":"0.3%","throttle-burst":3,
        "rate":"250/s","outage":"500ms+200ms","token-ttl":"2s","token-errors":"20%","revoke-token-after":"90"}"#;
    let run = &[
        "--rate",
        "300/s",
        "--burst",
        "20",
        "--timeout",
        "400ms",
        "--concurrency",
        "64",
        "--max-attempts",
        "2",
    ];
    let all = Fault {
        name: "all together",
        run,
        oauth: true,
        ..fault(faults, &["success", "unconfirmed CONNECTION_LOST"])
    };
    audited(&all);
}

#[test]
fn tokens_of_two_seconds_are_renewed_before_they_end() {
    let (audit, ran) = audited(&Fault {
        name: "tokens_of_two_seconds",
        run: &["--rate", "100/s"],
        oauth: true,
        ..fault(r#"{"token-ttl":"2s"}"#, USUAL)
    });
    let of_status = |status| {
        let asked = audit.asked().iter();
        asked.filter(|call| call.status == Some(status)).count()
    };
    assert_eq!(of_status(401), 0, "{ran}");
    let tokens = audit.asked().iter().filter(|call| call.customer.is_none());
    assert!((2..=4).contains(&tokens.count()), "{ran}");
}

#[test]
fn revoked_credentials_stop_the_run_and_nothing_more_is_asked() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&["--revoke-after", "50"]));
    work.list("campaign.csv", list().0);
    let ran = work.send(&sandbox.url(), &["--concurrency", "4"]).ended(3);
    let refused = sandbox
        .recorded()
        .iter()
        .filter(|call| call.status == Some(401))
        .count();
    assert!((1..=4).contains(&refused), "{refused}\n{ran}");
    assert!(!work.path("campaign.results.csv").exists());
    assert_eq!(work.recorded("campaign.results.csv").len(), 50, "{ran}");
}
