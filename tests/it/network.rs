//! Servers that behave as no server should, and HTTP/2.

use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use flate2::write::GzEncoder;

use crate::support::{Authority, Http2, Ran, Raw, Stream, Workplace, answer, endlessly, silence};

const OK: &str = r#"{"warnings":[]}"#;
const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

fn list(customers: usize) -> String {
    let rows: String = (1..=customers).map(|n| format!("{n},add,VIP\n")).collect();
    format!("userId,action,label\n{rows}")
}

fn command(work: &Workplace, url: &str, customers: usize, more: &[&str]) -> Command {
    work.list("campaign.csv", list(customers));
    let fixed = [
        "run",
        "campaign.csv",
        "--base-url",
        url,
        "--rate",
        "none",
        "--retry-base",
        "1ms",
    ];
    work.command([&fixed[..], more].concat())
}

/// Makes one call with one attempt; gives its outcome and code, and the message; or what was met where it was not answered.
#[track_caller]
fn one_call(
    serve: impl Fn(&mut TcpStream) + Send + Sync + 'static,
    more: &[&str],
) -> (String, String) {
    let (work, server) = (Workplace::new(), Raw::serving(serve));
    let more = [&["--max-attempts", "1", "--max-outage", "1ms"], more].concat();
    let ran = Ran::from(command(&work, &server.url(), 1, &more).output().unwrap());
    if ran.status == 75 {
        let (code, message) = ran.unanswered();
        return (format!("unanswered {code}"), message);
    }
    assert!(matches!(ran.status, 0 | 1), "{ran}");
    assert_eq!(server.requests(), 1);
    let row = work.rows("campaign.results.csv").remove(0);
    let outcome = format!("{} {}", row["outcome"], row["code"]);
    (outcome.trim_end().to_owned(), row["message"].clone())
}

#[test]
fn an_answer_that_takes_too_long_is_a_time_out_wherever_it_stops() {
    let timeout = ["--timeout", "300ms"];
    let (outcome, message) = one_call(silence, &timeout);
    assert_eq!(outcome, "unanswered TIMEOUT");
    assert_eq!(
        message,
        "no whole answer within 300 ms; it may have been applied"
    );
    let in_the_head = |stream: &mut TcpStream| {
        stream.write_all(HEAD).unwrap();
        silence(stream);
    };
    assert_eq!(one_call(in_the_head, &timeout).0, "unanswered TIMEOUT");
    let in_the_body = |stream: &mut TcpStream| {
        stream
            .write_all(&[HEAD, b"content-length: 99\r\n\r\n{"].concat())
            .unwrap();
        silence(stream);
    };
    assert_eq!(one_call(in_the_body, &timeout).0, "unanswered TIMEOUT");
    let drop_by_drop = |stream: &mut TcpStream| {
        let mut written = stream.write_all(&[HEAD, b"content-length: 99999\r\n\r\n"].concat());
        while written.is_ok() {
            std::thread::sleep(Duration::from_millis(5));
            written = stream.write_all(b" ");
        }
    };
    assert_eq!(one_call(drop_by_drop, &timeout).0, "unanswered TIMEOUT");
}

#[test]
fn of_a_body_no_more_than_a_mebibyte_is_read() {
    let padded = |length: usize| {
        move |stream: &mut TcpStream| {
            let body = format!("{OK}{}", " ".repeat(length - OK.len()));
            stream.write_all(&answer(200, "", &body)).unwrap();
        }
    };
    assert_eq!(one_call(padded(1 << 20), &[]).0, "success");
    let endless = |stream: &mut TcpStream| {
        let head = [
            HEAD,
            b"content-length: 99999999999\r\n\r\n{\"warnings\":[],\"more\":\"",
        ]
        .concat();
        endlessly(stream, &head, &[b'x'; 4096]);
    };
    assert_eq!(one_call(endless, &[]).0, "unconfirmed BAD_RESPONSE");
}

#[test]
fn headers_without_end_are_no_answer() {
    let endless = |stream: &mut TcpStream| endlessly(stream, HEAD, b"x-more: and more\r\n");
    let (outcome, message) = one_call(endless, &[]);
    assert_eq!(outcome, "unanswered CONNECTION_LOST", "{message}");
}

fn gzipped(parts: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::best());
    let part = |part: &&[u8]| {
        encoder.write_all(part).unwrap();
        encoder.flush().unwrap();
        std::mem::take(encoder.get_mut())
    };
    let mut parts: Vec<_> = parts.iter().map(part).collect();
    parts.push(encoder.finish().unwrap());
    parts
}

#[test]
fn packed_answers_are_understood() {
    let serve = |stream: &mut TcpStream| {
        let body = gzipped(&[OK.as_bytes()]).concat();
        let head = format!(
            "content-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream
            .write_all(&[HEAD, head.as_bytes(), &body].concat())
            .unwrap();
    };
    assert_eq!(one_call(serve, &[]).0, "success");
}

#[test]
fn a_packed_body_that_unpacks_to_gigabytes_fits_in_little_memory() {
    let zeros = vec![b'0'; 1 << 20];
    let parts = gzipped(&[OK.as_bytes(), &zeros, &zeros]);
    let server = Raw::serving(move |stream| {
        // Every mebibyte of zeros after another is packed alike.
        let head = [
            HEAD,
            b"content-encoding: gzip\r\ncontent-length: 999999999\r\n\r\n",
            &parts[0],
            &parts[1],
        ];
        endlessly(stream, &head.concat(), &parts[2]);
    });
    let work = Workplace::new();
    let run = command(&work, &server.url(), 1, &["--max-attempts", "1"]);
    let program = run.get_program().to_string_lossy().into_owned();
    let arguments: Vec<_> = run
        .get_args()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    // In kilobytes, where the system knows such a limit.
    let limited = format!(
        "ulimit -v 600000 2>/dev/null; exec '{program}' {}",
        arguments.join(" ")
    );
    let ran = Command::new("bash")
        .args(["-c", &limited])
        .current_dir(work.folder())
        .env_clear()
        .envs(
            run.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .output();
    Ran::from(ran.unwrap()).ended(1);
    assert_eq!(
        work.outcomes("campaign.results.csv"),
        ["2 unconfirmed BAD_RESPONSE"]
    );
}

#[test]
fn what_comes_before_the_answer_is_not_taken_for_it() {
    let interim = |stream: &mut TcpStream| {
        let before = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
        stream
            .write_all(&[before, &*answer(200, "", OK)].concat())
            .unwrap();
    };
    assert_eq!(one_call(interim, &[]).0, "success");
}

/// How many attempts the result tells of.
fn attempts(work: &Workplace) -> usize {
    let rows = work.rows("campaign.results.csv");
    let attempts = rows
        .iter()
        .map(|row| row["attempts"].parse::<usize>().unwrap());
    attempts.sum()
}

#[test]
fn a_connection_that_is_closed_unannounced_is_no_reason_to_repeat_in_silence() {
    let server = Raw::keeping(|stream| {
        let body = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{OK}",
            OK.len()
        );
        stream.write_all(body.as_bytes()).unwrap();
        false
    });
    let work = Workplace::new();
    let ran = command(&work, &server.url(), 200, &["--concurrency", "4"]).output();
    Ran::from(ran.unwrap()).ended(0);
    // What is written to a closed connection is an attempt, though nobody reads it.
    assert_eq!(server.requests(), 200);
    assert!(attempts(&work) >= 200);
}

#[test]
fn a_redirect_is_followed_nowhere() {
    let elsewhere = Raw::serving(|stream| stream.write_all(&answer(200, "", OK)).unwrap());
    let there = format!("location: {}/v2\r\n", elsewhere.url());
    for status in [301, 302, 303, 307, 308] {
        let there = there.clone();
        let redirect = move |stream: &mut TcpStream| {
            stream.write_all(&answer(status, &there, "")).unwrap();
        };
        let (outcome, message) = one_call(redirect, &[]);
        assert_eq!(outcome, format!("failed HTTP_{status}"));
        assert_eq!(message, format!("the service answered HTTP {status}"));
    }
    assert_eq!(elsewhere.requests(), 0);
}

#[test]
fn a_host_that_cannot_be_found_or_reached_is_no_connection() {
    let work = Workplace::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for (url, words) in [
        (
            "https://no-such-host.invalid".to_owned(),
            "no connection to no-such-host.invalid: the name can't be resolved: check it, and the network",
        ),
        (format!("http://127.0.0.1:{port}"), ": nobody listens there"),
    ] {
        let more = ["--max-attempts", "1", "--max-outage", "1ms", "--restart"];
        let run = command(&work, &url, 1, &more).output();
        let (code, message) = Ran::from(run.unwrap()).unanswered();
        assert_eq!(code, "CONNECT");
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn a_handshake_that_never_ends_is_no_connection() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let work = Workplace::new();
    let more = ["--timeout", "300ms", "--max-outage", "1ms"];
    let ran = Ran::from(command(&work, &url, 1, &more).output().unwrap());
    let (code, message) = ran.unanswered();
    assert_eq!(code, "CONNECT");
    assert!(message.ends_with(": none within 300 ms"), "{message}");
}

/// Makes so many calls over HTTP/2, of whose streams this becomes.
fn over_http2(
    customers: usize,
    streams: impl Fn(usize) -> Stream + Send + Sync + Clone + 'static,
) -> (Workplace, Http2, Ran) {
    over_http2_with(customers, streams, &[])
}

fn over_http2_with(
    customers: usize,
    streams: impl Fn(usize) -> Stream + Send + Sync + Clone + 'static,
    more: &[&str],
) -> (Workplace, Http2, Ran) {
    let (work, authority) = (Workplace::new(), Authority::new());
    authority.trusted_in(&work);
    let server = Http2::serving(authority.certify(&["localhost"]), streams);
    let fixed = ["--ca-cert", "ca.pem", "--concurrency", "8"];
    let mut run = command(
        &work,
        &server.url(),
        customers,
        &[&fixed[..], more].concat(),
    );
    let ran = Ran::from(run.env("RUST_LOG", "trace").output().unwrap());
    // sandbox:sandbox
    work.holds_none_of(&["c2FuZGJveDpzYW5k"], &ran);
    (work, server, ran)
}

#[test]
fn where_it_is_offered_http2_carries_all_calls_over_one_connection() {
    let (work, server, ran) = over_http2(60, |_| Stream::Answered);
    ran.ended(0);
    assert_eq!((server.connections(), server.requests()), (1, 60));
    assert_eq!(attempts(&work), 60);
}

#[test]
fn what_is_asked_before_the_calls_costs_none_of_them_an_attempt() {
    let (work, server, ran) = over_http2_with(60, |_| Stream::Answered, &["--against-org"]);
    ran.ended(0);
    assert_eq!((server.requests(), attempts(&work)), (61, 60));
}

#[test]
fn a_connection_that_takes_no_more_is_followed_by_another() {
    let (work, server, ran) = over_http2(60, |n| match n % 20 {
        19 => Stream::LastOfConnection,
        _ => Stream::Answered,
    });
    ran.ended(0);
    assert!(server.connections() > 1);
    assert!(server.requests() >= 60 && server.requests() <= attempts(&work));
}

#[test]
fn a_stream_that_is_reset_is_tried_again_and_counted() {
    for reason in [h2::Reason::REFUSED_STREAM, h2::Reason::INTERNAL_ERROR] {
        let (work, server, ran) = over_http2(30, move |n| match n % 7 {
            3 => Stream::Reset(reason),
            _ => Stream::Answered,
        });
        ran.ended(0);
        assert!(server.requests() > 30);
        assert_eq!(attempts(&work), server.requests());
    }
    let reset = |_| Stream::Reset(h2::Reason::INTERNAL_ERROR);
    let (_, _, ran) = over_http2_with(1, reset, &["--max-outage", "1ms"]);
    assert_eq!(ran.unanswered().0, "CONNECTION_LOST");
}

#[test]
fn a_connection_that_breaks_takes_no_outcome_with_it() {
    let (work, server, ran) = over_http2(60, |n| match n {
        20 | 50 => Stream::Broken,
        _ => Stream::Answered,
    });
    ran.ended(0);
    assert!(server.connections() >= 3);
    assert!(server.requests() >= 60 && server.requests() <= attempts(&work));
}

#[test]
fn a_call_that_waits_for_a_place_on_the_connection_has_not_left_and_is_not_timed_out() {
    let more = ["--timeout", "400ms", "--max-attempts", "1"];
    let (work, server, ran) = over_http2_with(20, |_| Stream::Slow(100), &more);
    ran.ended(0);
    assert_eq!((server.connections(), server.requests()), (1, 20));
    assert_eq!(attempts(&work), 20);
}
