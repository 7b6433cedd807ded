//! Accounts that sign in with a key and a secret, which are exchanged for a token.

use std::process::Command;

use crate::support::{Canned, Ran, Request, Workplace, answer};

const SECRET: &str = "the-clients-own-secret";
const OK: &str = r#"{"warnings":[]}"#;

/// A run of `customers` calls by a client with a key and a secret.
struct Client {
    work: Workplace,
    canned: Canned,
}

impl Client {
    fn of(
        customers: u32,
        answers: impl Fn(usize, &Request) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let work = Workplace::new();
        let rows: String = (1..=customers)
            .map(|customer| format!("{customer},add,VIP\n"))
            .collect();
        work.list("campaign.csv", format!("userId,action,label\n{rows}"));
        Self {
            work,
            canned: Canned::replying(answers),
        }
    }

    fn command(&self, more: &[&str]) -> Command {
        let url = self.canned.url();
        let fixed = ["run", "campaign.csv", "--base-url", &url];
        let mut command = self.work.command([&fixed[..], more].concat());
        // What a flag says counts more.
        command.env("BULKLABEL_RATE", "none");
        command
            .env_remove("BULKLABEL_USERNAME")
            .env_remove("BULKLABEL_PASSWORD")
            .env("BULKLABEL_CLIENT_KEY", "a-key")
            .env("BULKLABEL_CLIENT_SECRET", SECRET)
            .env("RUST_LOG", "trace");
        command
    }

    /// Runs it, and makes sure that no secret stands in anything that it wrote.
    #[track_caller]
    fn run(&self, more: &[&str]) -> Ran {
        let more = [&["--retry-base", "1ms"], more].concat();
        let ran = Ran::from(self.command(&more).output().unwrap());
        self.work.holds_none_of(&[SECRET, "token-number"], &ran);
        ran
    }

    /// How often a token was asked for, and how often a customer was called.
    fn asked(&self) -> (usize, usize) {
        let asked = self.canned.asked();
        let tokens = asked.iter().filter(|request| is_for_token(request)).count();
        (tokens, asked.len() - tokens)
    }
}

fn is_for_token(request: &Request) -> bool {
    request.head.starts_with("POST /v3/oauth/token/generate ")
}

/// The `n`-th token, which lives so long.
fn token(n: usize, seconds: u32) -> Vec<u8> {
    let data = format!(r#""accessToken":"token-number-{n}","ttlSeconds":{seconds}"#);
    answer(200, "", &format!(r#"{{"data":{{{data}}},"errors":null}}"#))
}

/// The token that a call was sent with.
fn sent_with(request: &Request) -> &str {
    let header = request
        .head
        .lines()
        .find_map(|line| line.strip_prefix("x-cap-api-oauth-token: "));
    header.unwrap_or_default()
}

#[test]
fn key_and_secret_are_exchanged_for_one_token_that_all_calls_are_sent_with() {
    let client = Client::of(40, |n, request| {
        if is_for_token(request) {
            token(n, 300)
        } else {
            answer(200, "", OK)
        }
    });
    client.run(&[]).ended(0);
    assert_eq!(client.asked(), (1, 40));
    let asked = client.canned.asked();
    assert_eq!(
        asked[0].body,
        format!(r#"{{"key":"a-key","secret":"{SECRET}"}}"#)
    );
    for call in &asked[1..] {
        assert_eq!(sent_with(call), "token-number-0");
        assert!(!call.head.contains("authorization:"), "{}", call.head);
    }
}

#[test]
fn a_refused_token_is_renewed_once_and_the_call_repeated() {
    let client = Client::of(1, |n, request| {
        if is_for_token(request) {
            token(n, 300)
        } else if sent_with(request) == "token-number-0" {
            answer(401, "", "")
        } else {
            answer(200, "", OK)
        }
    });
    client.run(&["--max-attempts", "1"]).ended(0);
    assert_eq!(client.asked(), (2, 2));
    assert_eq!(
        client.work.rows("campaign.results.csv")[0]["attempts"],
        "2",
        "every attempt counts"
    );
}

#[test]
fn a_second_refusal_stops_the_run() {
    let client = Client::of(3, |n, request| {
        if is_for_token(request) {
            token(n, 300)
        } else {
            answer(
                401,
                "",
                &format!(r#"{{"errors":[{{"message":"{}?"}}]}}"#, sent_with(request)),
            )
        }
    });
    client
        .run(&[])
        .ended(3)
        .said("refused the credentials, HTTP 401 (it says: ***")
        .said("BULKLABEL_CLIENT_KEY and BULKLABEL_CLIENT_SECRET");
    assert_eq!(client.asked(), (2, 2));
}

#[test]
fn a_refused_key_stops_the_run_with_the_services_words() {
    let client = Client::of(3, |_, _| {
        let words = format!(r#"{{"success":false,"message":"no such client: {SECRET}"}}"#);
        answer(400, "", &words)
    });
    client
        .run(&[])
        .ended(3)
        .said("the service refused a token for the client key and secret (it says: HTTP 400, no such client: ***)");
    assert_eq!(client.asked(), (1, 0));
    assert_eq!(client.work.files(), ["campaign.csv"], "nothing was sent");
}

#[test]
fn a_token_endpoint_out_of_reach_is_as_no_connection() {
    let client = Client::of(1, |n, request| {
        if is_for_token(request) && n < 2 {
            answer(503, "", "<html>")
        } else if is_for_token(request) {
            token(n, 300)
        } else {
            answer(200, "", OK)
        }
    });
    client.run(&[]).ended(0);
    assert_eq!(client.asked(), (3, 1));
    let down = Client::of(3, |_, _| answer(502, "", "<html>"));
    let ran = down.run(&["--max-attempts", "2", "--max-outage", "1s"]);
    let (code, message) = ran.unanswered();
    assert_eq!(code, "CONNECT");
    assert!(message.contains("no token: HTTP 502"), "{message}");
}

#[test]
fn nobody_asks_for_a_token_while_all_wait() {
    let client = Client::of(8, |n, request| match n {
        // A token that is refused at once, so that all ask for another.
        0 => token(n, 300),
        1 => answer(200, "", OK),
        _ if sent_with(request) == "token-number-0" => answer(401, "", ""),
        _ if is_for_token(request) && n < 12 => answer(429, "retry-after: 1\r\n", ""),
        _ if is_for_token(request) => token(n, 300),
        _ => answer(200, "", OK),
    });
    client.run(&[]).ended(0);
    let asked = client.canned.asked();
    let refused: Vec<_> = asked[1..]
        .iter()
        .filter(|request| is_for_token(request))
        .collect();
    let waited = refused
        .windows(2)
        .all(|pair| (pair[1].at - pair[0].at).as_millis() >= 900);
    assert!(waited && refused.len() >= 2, "{refused:?}");
}

#[test]
fn the_secret_may_stand_in_a_file_and_halves_are_named() {
    let client = Client::of(1, |n, request| {
        if is_for_token(request) {
            token(n, 300)
        } else {
            answer(200, "", OK)
        }
    });
    let run = |change: fn(&mut Command)| {
        let mut command = client.command(&["--overwrite"]);
        change(&mut command);
        Ran::from(command.output().unwrap())
    };
    client.work.list("secret", format!("{SECRET}\n"));
    run(|command| {
        command
            .env("BULKLABEL_CLIENT_SECRET", "")
            .env("BULKLABEL_CLIENT_SECRET_FILE", "secret");
    })
    .ended(0);
    run(|command| {
        command.env_remove("BULKLABEL_CLIENT_SECRET");
    })
    .ended(2)
    .said("BULKLABEL_CLIENT_KEY is set, but BULKLABEL_CLIENT_SECRET is not");
    run(|command| {
        command.env_remove("BULKLABEL_CLIENT_KEY");
    })
    .ended(2)
    .said("BULKLABEL_CLIENT_SECRET is set, but BULKLABEL_CLIENT_KEY is not");
    run(|command| {
        command.env("BULKLABEL_USERNAME", "till");
    })
    .ended(2)
    .said("both a user name or password and a client key or secret are set");
}

#[test]
fn a_token_endpoint_that_fails_is_asked_at_the_pace_of_all_that_is_sent() {
    let client = Client::of(12, |_, request| match is_for_token(request) {
        true => answer(500, "", ""),
        false => answer(200, "", OK),
    });
    let more = ["--rate", "40/s", "--max-outage", "2s"];
    client.run(&more).ended(75);
    let asked = client.canned.asked();
    let at: Vec<_> = asked.iter().map(|request| request.at).collect();
    let within = |from: usize| {
        let second = std::time::Duration::from_millis(500);
        at[from..]
            .iter()
            .filter(|moment| **moment < at[from] + second)
            .count()
    };
    let fullest = (0..at.len()).map(within).max().unwrap();
    // Those who wait together ask once more before their turn.
    assert!(fullest <= 2 * 20 + 2, "{fullest} in half a second");
}

#[test]
fn a_second_refusal_stops_the_run_whatever_came_between() {
    for between in [503, 429] {
        let client = Client::of(1, move |n, request| {
            if is_for_token(request) {
                return token(n, 300);
            }
            let times = sent_with(request)
                .trim_start_matches("token-number-")
                .parse::<usize>();
            // Each token is taken once, and refused the next time.
            match n - times.unwrap() {
                1 if n > 1 => answer(between, "retry-after: 0\r\n", ""),
                _ => answer(401, "", ""),
            }
        });
        client.run(&["--max-attempts", "9"]).ended(3);
        assert_eq!(client.asked().0, 2, "{between}");
    }
}

#[test]
fn where_no_token_is_taken_any_more_each_is_not_tried_by_every_worker() {
    let client = Client::of(200, |n, request| {
        if is_for_token(request) {
            token(n, 300)
        } else if n < 60 {
            answer(200, "", OK)
        } else {
            answer(401, "", "")
        }
    });
    client.run(&["--rate", "200/s"]).ended(3);
    let (tokens, _) = client.asked();
    assert!((2..=4).contains(&tokens), "{tokens}");
}

#[test]
fn what_was_never_sent_for_want_of_a_token_is_no_attempt() {
    let client = Client::of(3, |_, _| answer(401, "", ""));
    client
        .run(&[])
        .ended(3)
        .said("0 of 3 calls, 0 attempts")
        .said("refused a token");
    let client = Client::of(1, |n, request| match (is_for_token(request), n) {
        (true, 0 | 1) => answer(429, "retry-after: 0\r\n", ""),
        (true, _) => token(n, 300),
        (false, _) => answer(200, "", OK),
    });
    client.run(&[]).ended(0);
    assert_eq!(client.work.rows("campaign.results.csv")[0]["attempts"], "1");
}
