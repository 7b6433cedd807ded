//! One rate for several runs: in a file, on a Redis, or split among shards.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Output, Stdio};

use crate::support::{Authority, Ran, Redis, Sandbox, Workplace, free_port};

/// What leaves evenly arrives less evenly: a machine with other things to do delays a request by so much.
const UNEVENNESS: u64 = 20_000;

/// The most requests in any second, as the server sees it.
fn fullest_second(sandbox: &Sandbox) -> usize {
    let at: Vec<u64> = sandbox.asked().iter().map(|asked| asked.at).collect();
    let second = |from: u64| from..from + 1_000_000 - UNEVENNESS;
    let within = |from: &u64| at.iter().filter(|at| second(*from).contains(*at)).count();
    at.iter().map(within).max().unwrap_or_default()
}

/// Customers that were called, each once.
fn called_once(sandbox: &Sandbox) -> usize {
    let mut customers: Vec<_> = sandbox.asked().iter().map(|asked| asked.customer).collect();
    customers.sort_unstable();
    let all = customers.len();
    customers.dedup();
    assert_eq!(customers.len(), all, "nobody twice");
    all
}

fn list_of(work: &Workplace, customers: u64) {
    let rows: String = (1..=customers)
        .map(|id| format!("{id},add,VIP\n"))
        .collect();
    work.list("campaign.csv", format!("userId,action,label\n{rows}"));
}

/// A run of `campaign.csv` that shares its rate, with what it says at hand.
fn start(work: &Workplace, sandbox: &Sandbox, url: &str, more: &[&str]) -> Child {
    let own = ["run", "campaign.csv", "--base-url", &sandbox.url()];
    work.command([&own, more].concat())
        .env("BULKLABEL_RATE_URL", url)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs")
}

fn run(work: &Workplace, sandbox: &Sandbox, url: &str, more: &[&str]) -> Ran {
    let process = start(work, sandbox, url, more);
    Ran::from(process.wait_with_output().expect("it ends"))
}

/// Three shards at once share 100/s.
fn shards_share(work: &Workplace, url: &str) {
    let sandbox = Sandbox::start(&["--latency", "10ms"]);
    list_of(work, 130);
    let shards = ["1/3", "2/3", "3/3"];
    let shards =
        shards.map(|shard| start(work, &sandbox, url, &["--rate", "100/s", "--shard", shard]));
    for shard in shards {
        Ran::from(shard.wait_with_output().unwrap()).ended(0);
    }
    assert_eq!(called_once(&sandbox), 130);
    let fullest = fullest_second(&sandbox);
    assert!(fullest <= 100, "{fullest}");
}

#[test]
fn shards_on_one_machine_share_a_rate_in_a_file() {
    let work = Workplace::new();
    shards_share(&work, "file:rate");
    let kept = std::fs::read_to_string(work.path("rate")).unwrap();
    assert!(kept.starts_with("bulklabel rate 1\n"), "{kept}");
}

#[test]
fn shards_share_a_rate_on_a_redis() {
    let work = Workplace::new();
    let Some(redis) = Redis::start(&work, &[]) else {
        return;
    };
    shards_share(&work, &redis.url(""));
}

#[test]
fn a_file_that_holds_something_else_is_told_and_left_alone() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    list_of(&work, 3);
    work.list("notes.txt", "milk, bread");
    run(&work, &sandbox, "file:notes.txt", &[])
        .ended(2)
        .said("notes.txt is damaged, or no file of this program's");
    assert_eq!(
        std::fs::read(work.path("notes.txt")).unwrap(),
        b"milk, bread"
    );
    assert_eq!(called_once(&sandbox), 0);
}

#[test]
fn what_keeps_nothing_is_no_file_for_a_rate() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    list_of(&work, 3);
    let made = std::process::Command::new("mkfifo")
        .arg(work.path("pipe"))
        .status();
    assert!(made.unwrap().success());
    for url in ["file:/dev/null", "file:pipe"] {
        run(&work, &sandbox, url, &[])
            .ended(2)
            .said("is no regular file, and keeps nothing");
    }
    assert_eq!(called_once(&sandbox), 0);
}

#[test]
fn a_file_that_another_machine_uses_is_waited_for_and_taken_once_it_does_not() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    list_of(&work, 3);
    let more = ["--rate", "50/s", "--max-outage", "100ms"];
    run(
        &work,
        &sandbox,
        "file:rate",
        &[&more[..], &["--limit", "1"]].concat(),
    )
    .ended(75);
    let kept = std::fs::read_to_string(work.path("rate")).unwrap();
    let line = kept.lines().nth(1).expect("an account");
    let (line, _) = line.rsplit_once(' ').expect("a sum");
    let parts: Vec<&str> = line.splitn(7, ' ').collect();
    let [next, held, epoch, seen, time, _, key] = parts[..] else {
        panic!("{kept}");
    };
    let written_by_another = |time: &str| {
        let line = format!("{next} {held} {epoch} {seen} {time} another {key}");
        let sum = crc32fast::hash(line.as_bytes());
        work.list("rate", format!("bulklabel rate 1\n{line} {sum:08x}\n"));
    };
    written_by_another(time);
    run(&work, &sandbox, "file:rate", &more)
        .ended(75)
        .said("another machine uses rate");
    assert_eq!(called_once(&sandbox), 1);
    written_by_another("1");
    let carried_on = run(&work, &sandbox, "file:rate", &more[..2]).ended(0);
    let binds = carried_on.stderr.contains("A pause is to be kept");
    assert!(
        !binds,
        "when the last one would have asked again is its own affair"
    );
    assert_eq!(called_once(&sandbox), 3);
}

#[test]
fn a_rehearsal_shares_its_rate_with_nobody() {
    let work = Workplace::new();
    list_of(&work, 3);
    let url = format!("redis://127.0.0.1:{}", free_port());
    let mut rehearsal = work.command(["run", "campaign.csv", "--sandbox", "--rate-url", &url]);
    Ran::from(rehearsal.output().unwrap())
        .ended(0)
        .said("--rate-url is set aside: a rehearsal shares its rate with nobody.");
}

#[test]
fn a_first_call_that_has_to_wait_says_so() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    list_of(&work, 3);
    let process = start(&work, &sandbox, "file:rate", &["--rate", "10/h"]);
    terminated_when_it_says(process, "leaves room for the next call")
        .ended(143)
        .said("of this account in 6 min");
    assert_eq!(called_once(&sandbox), 0);
}

#[test]
fn what_the_service_asks_of_one_holds_all() {
    let work = Workplace::new();
    let sandbox = Sandbox::start(&["--throttle", "100%", "--throttle-burst", "1"]);
    list_of(&work, 2);
    let url = "file:rate";
    let first = start(&work, &sandbox, url, &["--shard", "1/2", "--rate", "50/s"]);
    sandbox.wait_for(1);
    sandbox.set_faults("{}");
    let second = start(&work, &sandbox, url, &["--shard", "2/2", "--rate", "50/s"]);
    for process in [first, second] {
        Ran::from(process.wait_with_output().unwrap()).ended(0);
    }
    let asked = sandbox.asked();
    let held = asked[0].until.unwrap() + 1_000_000 - UNEVENNESS;
    assert!(asked[1..].iter().all(|asked| asked.at > held), "{asked:?}");
}

/// Reads what a run says until it says this.
fn until(said: &mut impl BufRead, words: &str) -> String {
    let mut all = String::new();
    while !all.contains(words) {
        assert!(
            said.read_line(&mut all).unwrap() > 0,
            "not said: {words}\n{all}"
        );
    }
    all
}

fn terminate(process: &Child) {
    let sent = std::process::Command::new("kill")
        .args(["-TERM", &process.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Waits for the end of a run of which some was read already.
fn end(mut process: Child, mut said: String, mut stderr: BufReader<impl Read>) -> Ran {
    stderr.read_to_string(&mut said).unwrap();
    let status = process.wait().unwrap();
    Ran::from(Output {
        status,
        stdout: Vec::new(),
        stderr: said.into_bytes(),
    })
}

fn terminated_when_it_says(mut process: Child, words: &str) -> Ran {
    let mut stderr = BufReader::new(process.stderr.take().unwrap());
    let said = until(&mut stderr, words);
    terminate(&process);
    end(process, said, stderr)
}

#[test]
fn a_redis_that_restarts_with_nothing_in_it_makes_a_run_pause_and_no_more() {
    let work = Workplace::new();
    let Some(mut redis) = Redis::start(&work, &[]) else {
        return;
    };
    let sandbox = Sandbox::start(&[]);
    list_of(&work, 150);
    let mut process = start(&work, &sandbox, &redis.url(""), &["--rate", "50/s"]);
    let mut stderr = BufReader::new(process.stderr.take().unwrap());
    sandbox.wait_for(5);
    redis.kill();
    let said = until(&mut stderr, "can't be asked since");
    let before = sandbox.asked().len();
    redis.restart();
    let ran = end(process, said, stderr)
        .ended(0)
        .said("can be asked again, after");
    assert!(before < 150, "{ran}");
    assert_eq!(called_once(&sandbox), 150);
    let fullest = fullest_second(&sandbox);
    assert!(fullest <= 50, "{fullest}");
}

#[test]
fn without_its_redis_a_run_stops_in_the_end_and_is_carried_on_later() {
    let work = Workplace::new();
    let Some(mut redis) = Redis::start(&work, &[]) else {
        return;
    };
    let sandbox = Sandbox::start(&[]);
    list_of(&work, 20);
    let settings = ["--rate", "50/s", "--max-outage", "300ms"];
    let process = start(&work, &sandbox, &redis.url(""), &settings);
    sandbox.wait_for(5);
    redis.kill();
    let ran = Ran::from(process.wait_with_output().unwrap())
        .ended(75)
        .said("NOT complete: redis://127.0.0.1:");
    assert!(sandbox.asked().len() < 20, "{ran}");
    // To begin without it is no more than that.
    run(&work, &sandbox, &redis.url(""), &settings).ended(75);
    redis.restart();
    run(&work, &sandbox, &redis.url(""), &settings).ended(0);
    assert_eq!(called_once(&sandbox), 20);
}

#[test]
fn a_stop_does_not_wait_for_a_redis() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    list_of(&work, 3);
    let url = format!("redis://127.0.0.1:{}", free_port());
    let process = start(&work, &sandbox, &url, &[]);
    terminated_when_it_says(process, "can't be asked since")
        .ended(143)
        .said("nobody listens there");
    assert_eq!(called_once(&sandbox), 0);
}

#[test]
fn a_password_is_told_to_the_redis_and_to_nobody_else() {
    let work = Workplace::new();
    let Some(redis) = Redis::start(&work, &["--requirepass", "hush-hush"]) else {
        return;
    };
    let sandbox = Sandbox::start(&[]);
    list_of(&work, 2);
    for user in ["", ":hush%2Dwrong@", "nobody:hush-hush@"] {
        let ran = run(&work, &sandbox, &redis.url(user), &["-vv"])
            .ended(2)
            .said("it refuses user name and password");
        work.holds_none_of(&["hush"], &ran);
    }
    let url = redis.url(":hush-hush@");
    let typed = [
        "-vv",
        "--rate-url",
        &url,
        "--report",
        "page.html",
        "--limit",
        "1",
    ];
    let ran = run(&work, &sandbox, "", &typed).ended(75);
    work.holds_none_of(&["hush"], &ran);
    let ran = run(&work, &sandbox, &url, &["--summary", "summary.json", "-vv"]).ended(0);
    work.holds_none_of(&["hush"], &ran);
    let shown = &work.summary("summary.json")["settings"]["rate-url"];
    assert_eq!(shown, &redis.url(""));
    let mut settings = work.command(["settings", "--rate-url", &url]);
    let settings = Ran::from(settings.output().unwrap()).ended(0);
    assert!(settings.stdout.contains(&redis.url("")), "{settings}");
    work.holds_none_of(&["hush"], &settings);
}

#[test]
fn a_redis_is_spoken_to_in_secret_where_that_is_wanted() {
    let work = Workplace::new();
    let authority = Authority::new();
    authority.trusted_in(&work);
    authority.written_for(&work, &["127.0.0.1"]);
    let port = free_port().to_string();
    let of_tls = [
        "--tls-port",
        &port,
        "--tls-auth-clients",
        "no",
        "--tls-ca-cert-file",
        "ca.pem",
    ];
    let shown = [
        "--tls-cert-file",
        "server.pem",
        "--tls-key-file",
        "server.key",
    ];
    let Some(redis) = Redis::start(&work, &[&of_tls[..], &shown].concat()) else {
        return;
    };
    let sandbox = Sandbox::start(&[]);
    list_of(&work, 2);
    let url = format!("rediss://127.0.0.1:{port}/0");
    run(&work, &sandbox, &url, &[])
        .ended(2)
        .said("UnknownIssuer");
    let plain = format!("redis://127.0.0.1:{port}/0");
    run(&work, &sandbox, &plain, &["--max-outage", "100ms"]).ended(75);
    run(&work, &sandbox, &url, &["--ca-cert", "ca.pem"]).ended(0);
    drop(redis);
}

#[test]
fn what_can_share_no_rate_is_refused_before_anything_is_sent() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    list_of(&work, 3);
    let not_a_redis = sandbox.url().replace("http", "redis");
    for (url, more, said) in [
        (&*not_a_redis, &[][..], "what answers there is no Redis"),
        ("http://127.0.0.1", &[], "it is no place for a shared rate"),
        ("file:nowhere/rate", &[], "name a file with file:PATH"),
        ("file:rate", &["--rate", "none"], "leave one of them out"),
        (
            "file:rate",
            &["--burst", "2"],
            "permits of a shared rate are given out one by one",
        ),
        (
            "file:rate",
            &["--rate-split", "--shard", "1/2"],
            "leave one of them out",
        ),
        ("", &["--rate-split"], "--rate-split needs --shard"),
        (
            "",
            &["--rate-split", "--rate", "none", "--shard", "1/2"],
            "nothing to split",
        ),
        (
            "",
            &["--rate-split", "--rate", "3/s", "--shard", "1/4"],
            "3/s leaves less than one call for each of 4 shards",
        ),
    ] {
        run(&work, &sandbox, url, more).ended(2).said(said);
    }
    work.list(
        "bulklabel.toml",
        "rate_url = \"redis://:hush@127.0.0.1/0\"\n",
    );
    let ran = run(&work, &sandbox, "", &[]);
    let ran = ran
        .ended(2)
        .said("bulklabel.toml, line 1: rate_url: it holds a password");
    assert!(!ran.stderr.contains("hush"), "{ran}");
    assert_eq!(called_once(&sandbox), 0);
}

#[test]
fn a_shard_may_have_its_own_part_of_the_rate() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    list_of(&work, 300);
    let split = [
        "--rate",
        "101/s",
        "--rate-split",
        "--summary",
        "summary.json",
        "--shard",
    ];
    let shards =
        ["1/2", "2/2"].map(|shard| start(&work, &sandbox, "", &[&split[..], &[shard]].concat()));
    for shard in shards {
        Ran::from(shard.wait_with_output().unwrap()).ended(0);
    }
    assert_eq!(called_once(&sandbox), 300);
    let shard = work.summary("summary.1-of-2.json");
    assert_eq!(shard["settings"]["rate-split"], "true", "{shard}");
    let fullest = fullest_second(&sandbox);
    assert!(fullest <= 101, "{fullest}");
}
