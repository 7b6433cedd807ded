//! What answers lead to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::{Canned, Ran, Row, Sandbox, Workplace, answer};

const OK: &str = r#"{"warnings":[]}"#;

fn list(customers: u32) -> String {
    let rows: Vec<_> = (1..=customers)
        .map(|customer| format!("{customer},add,VIP\n"))
        .collect();
    format!("userId,action,label\n{}", rows.concat())
}

/// A run that has ended.
struct Answered {
    work: Workplace,
    canned: Canned,
    ran: Ran,
}

/// Runs a list of so many customers, quickly, against a server that answers so, and expects this exit status.
#[track_caller]
fn answered(
    customers: u32,
    answers: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static,
    more: &[&str],
    status: i32,
) -> Answered {
    let work = Workplace::new();
    work.list("campaign.csv", list(customers));
    let canned = Canned::answering(answers);
    let ran = work
        .send(&canned.url(), &[&["--retry-base", "1ms"], more].concat())
        .ended(status);
    Answered { work, canned, ran }
}

/// Runs a list of which all are answered well but customer 2, whose n-th attempt, from 0, is answered so; gives the row.
fn among_others(answers: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static, more: &[&str]) -> Row {
    let work = Workplace::new();
    work.list("campaign.csv", list(60));
    let asked = AtomicUsize::new(0);
    let canned = Canned::replying(move |_, request| {
        if request.head.contains("/customers/2/") {
            return answers(asked.fetch_add(1, Ordering::SeqCst));
        }
        std::thread::sleep(Duration::from_millis(20));
        answer(200, "", OK)
    });
    let fixed = ["--retry-base", "200ms", "--concurrency", "4"];
    work.send(&canned.url(), &[&fixed[..], more].concat())
        .ended(1);
    let mut rows = work.rows("campaign.results.csv");
    assert_eq!(
        rows.iter()
            .filter(|row| row["outcome"] == "success")
            .count(),
        59
    );
    rows.remove(1)
}

#[test]
fn a_passing_failure_is_tried_again() {
    let run = answered(
        1,
        |n| {
            if n < 2 {
                answer(503, "", "")
            } else {
                answer(200, "", OK)
            }
        },
        &[],
        0,
    );
    assert_eq!(run.work.rows("campaign.results.csv")[0]["attempts"], "3");
}

#[test]
fn attempts_that_are_used_up_end_in_a_failure() {
    let row = among_others(|_| answer(500, "", "<html>oops</html>"), &[]);
    assert_eq!((&*row["outcome"], &*row["code"]), ("failed", "HTTP_500"));
    // Where others had no time to be answered meanwhile, the attempts were given back.
    let attempts: u32 = row["attempts"].parse().unwrap();
    assert!(attempts >= 5 && attempts.is_multiple_of(5), "{row:?}");
}

#[test]
fn a_page_in_place_of_an_answer_confirms_nothing() {
    let work = Workplace::new();
    work.list("campaign.csv", list(1));
    let canned =
        Canned::answering(|_| answer(200, "content-type: text/html\r\n", "<html>Sign in</html>"));
    work.send(&canned.url(), &["--retry-base", "1ms"])
        .ended(1)
        .said("may have been applied");
    assert_eq!(
        work.outcomes("campaign.results.csv"),
        ["2 unconfirmed BAD_RESPONSE"]
    );
}

#[test]
fn a_connection_that_breaks_leaves_the_row_unconfirmed() {
    let breaks_once = |n| match n {
        0 => Vec::new(),
        _ => answer(500, "", ""),
    };
    let row = among_others(breaks_once, &[]);
    let outcome = (&*row["outcome"], &*row["code"]);
    assert_eq!(outcome, ("unconfirmed", "CONNECTION_LOST"));
}

#[test]
fn an_answer_that_is_cut_short_confirms_nothing() {
    let cut_short = |_| b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"entity\":1".to_vec();
    let row = among_others(cut_short, &[]);
    let outcome = (&*row["outcome"], &*row["code"]);
    assert_eq!(outcome, ("unconfirmed", "CONNECTION_LOST"));
}

#[test]
fn a_body_that_cannot_be_unpacked_confirms_nothing() {
    let work = Workplace::new();
    work.list("campaign.csv", list(1));
    let canned =
        Canned::answering(|_| answer(200, "content-encoding: gzip\r\n", "this is no gzip"));
    work.send(
        &canned.url(),
        &["--retry-base", "1ms", "--max-attempts", "2"],
    )
    .ended(1);
    assert_eq!(
        work.outcomes("campaign.results.csv"),
        ["2 unconfirmed BAD_RESPONSE"]
    );
    assert_eq!(work.rows("campaign.results.csv")[0]["httpStatus"], "200");
}

#[test]
fn a_503_that_names_a_time_holds_everyone() {
    let run = answered(
        3,
        |n| {
            if n == 0 {
                answer(503, "retry-after: 1\r\n", "")
            } else {
                answer(200, "", OK)
            }
        },
        &["--max-attempts", "1"],
        0,
    );
    run.ran.said("unavailable for now (503)");
    let asked = run.canned.asked();
    assert_eq!(asked.len(), 4);
    assert!(asked[1].at - asked[0].at >= Duration::from_millis(990));
}

#[test]
fn a_server_that_is_not_there_fails_nobody() {
    let work = Workplace::new();
    work.list("campaign.csv", list(2));
    // Port 1 of loopback: nothing listens there.
    let quick = ["--retry-base", "1ms", "--max-outage", "1s"];
    let (code, message) = work.send("http://127.0.0.1:1", &quick).unanswered();
    assert_eq!(code, "CONNECT");
    assert!(message.contains(": nobody listens there"), "{message}");
    assert!(work.recorded("campaign.results.csv").is_empty());
}

#[test]
fn no_redirect_is_followed() {
    let run = answered(1, |_| answer(307, "location: /elsewhere\r\n", ""), &[], 1);
    assert_eq!(
        run.work.outcomes("campaign.results.csv"),
        ["2 failed HTTP_307"]
    );
    assert_eq!(run.canned.asked().len(), 1);
}

#[test]
fn wrong_credentials_stop_the_run_after_one_call() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", list(9));
    let arguments = ["run", "campaign.csv", "--base-url", &sandbox.url()];
    let output = work
        .command(arguments)
        .env("BULKLABEL_PASSWORD", "hush-hush")
        .output()
        .unwrap();
    let ran = Ran::from(output).ended(3).said("refused the credentials");
    assert!(!ran.stderr.contains("hush"), "{ran}");
    assert_eq!(sandbox.asked().len(), 1);
    assert!(work.recorded("campaign.results.csv").is_empty());
    // The right ones carry on, whoever's they are: what is left says nothing of a customer.
    work.send(&sandbox.url(), &[]).ended(0);
    let rows = work.rows("campaign.results.csv");
    assert_eq!(rows[0]["attempts"], "2", "every attempt counts");
}

#[test]
fn two_answers_that_are_not_about_customers_stop_the_run() {
    let run = answered(9, |_| answer(404, "", "<html>no such page</html>"), &[], 3);
    run.ran.said("can't be about the customers");
    assert_eq!(run.canned.asked().len(), 2);
    let journal = std::fs::read_to_string(run.work.path("campaign.results.csv.partial")).unwrap();
    assert!(journal.contains(r#"{"takenBack":0}"#), "{journal}");
    // It does not hold up a run to the right place.
    let sandbox = Sandbox::start(&[]);
    run.work.send(&sandbox.url(), &[]).ended(0);
    assert_eq!(sandbox.asked().len(), 9);
}

#[test]
fn ten_such_answers_in_a_row_stop_a_run_on_its_way_and_are_taken_back() {
    let run = answered(
        40,
        |n| {
            if n == 0 {
                answer(200, "", OK)
            } else {
                answer(404, "", "")
            }
        },
        &["--concurrency", "1"],
        3,
    );
    run.ran.said("10 answers in a row were HTTP 404");
    assert_eq!(run.canned.asked().len(), 11);
    let journal = std::fs::read_to_string(run.work.path("campaign.results.csv.partial")).unwrap();
    let count = |words: &str| journal.matches(words).count();
    assert_eq!(
        (count("HTTP_404"), count("takenBack"), count("success")),
        (9, 9, 1),
        "{journal}"
    );
}

#[test]
fn a_wait_that_the_service_asks_for_is_kept_by_all() {
    let run = answered(
        8,
        |n| {
            if n == 1 {
                answer(429, "retry-after: 1\r\n", "")
            } else {
                answer(200, "", OK)
            }
        },
        &["--concurrency", "1"],
        0,
    );
    run.ran.said("too many requests");
    let asked = run.canned.asked();
    assert_eq!(asked.len(), 9, "the refused attempt is repeated");
    assert!(asked[2].at - asked[1].at >= Duration::from_millis(990));
    assert_eq!(run.work.rows("campaign.results.csv")[1]["attempts"], "2");
}

#[test]
fn what_is_sent_is_what_the_reference_page_shows() {
    let work = Workplace::new();
    work.list(
        "campaign.csv",
        "userId,action,label\n7,add,\"a \"\"b\"\"\"\n7,remove,Old\n",
    );
    let canned = Canned::answering(|_| answer(200, "", r#"{"entity":7,"warnings":[]}"#));
    work.send(&canned.url(), &["--method", "put"]).ended(0);
    let request = &canned.asked()[0];
    assert!(
        request
            .head
            .starts_with("PUT /v2/customers/7/changeLabels HTTP/1.1\r\n"),
        "{}",
        request.head
    );
    let head = request.head.to_ascii_lowercase();
    for header in [
        "accept: application/json",
        "content-type: application/json",
        "authorization: basic c2fuzgjvedpzyw5kym94",
    ] {
        assert!(head.contains(header), "{header} is not in {head}");
    }
    assert_eq!(
        request.body,
        r#"{"add":[{"labelName":"a \"b\""}],"remove":[{"labelName":"Old"}]}"#
    );
}

#[test]
fn a_password_that_is_a_word_of_the_answer_changes_nothing_of_what_it_means() {
    for (password, body, outcome) in [
        (
            "errors",
            r#"{"entity":1,"errors":[{"code":618,"message":"fraud"}]}"#,
            "2 failed 618",
        ),
        (
            "warnings",
            r#"{"entity":1,"warnings":[{"code":5,"message":"x"}]}"#,
            "2 warning 5",
        ),
        ("entity", r#"{"entity":7}"#, "2 warning OTHER_CUSTOMER"),
    ] {
        let work = Workplace::new();
        work.list("campaign.csv", "userId,action,label\n1,add,VIP\n");
        let canned = Canned::answering(move |_| answer(200, "", body));
        let url = canned.url();
        let mut command = work.command(["run", "campaign.csv", "--base-url", &url]);
        Ran::from(
            command
                .env("BULKLABEL_PASSWORD", password)
                .output()
                .unwrap(),
        )
        .ended(1);
        assert_eq!(work.outcomes("campaign.results.csv"), [outcome]);
    }
}
