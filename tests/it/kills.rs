//! The real program, killed at random moments while the service misbehaves, and carried on each time.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use crate::support::{Audit, Ran, Sandbox, Workplace};

/// So many kills at least.
const KILLS: usize = 30;

const CONCURRENCY: usize = 8;

const FAULTS: &str = r#"{"latency":"1ms","jitter":"15ms","errors":"4%","busy-body":"2%","drop-before":"3%",
    "drop-after":"3%","hang":"1%","garbage":"2%","truncate":"2%","throttle":"0.2%","throttle-burst":2}"#;

fn list(customers: u64) -> (String, Vec<u64>) {
    let rows: Vec<_> = (1..=customers)
        .flat_map(|n| {
            let customer = if n % 19 == 0 { n * 10_000 + 8_015 } else { n };
            let second = (n % 5 == 0).then(|| format!("{customer},remove,Never held"));
            [Some(format!("{customer},add,VIP")), second]
        })
        .flatten()
        .collect();
    let lines = (2..2 + rows.len() as u64).collect();
    (format!("userId,action,label\n{}\n", rows.join("\n")), lines)
}

/// How many kills are asked for, and from which seed their moments are drawn.
fn wanted() -> (usize, u64) {
    let variable = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let kills = variable("KILLS").map_or(KILLS, |kills| kills as usize);
    (kills, variable("KILLS_SEED").unwrap_or(1))
}

#[test]
fn killed_again_and_again_the_program_loses_nothing_and_says_nothing_wrong() {
    let (wanted, seed) = wanted();
    let (mut chance, mut all, mut runs) = (fastrand::Rng::with_seed(seed), 0, 0);
    let (mut again, mut signals) = (0, 0);
    while all < wanted {
        let (work, sandbox) = (
            Workplace::new(),
            Sandbox::start(&["--seed", &(seed + runs).to_string()]),
        );
        sandbox.set_faults(FAULTS);
        let (text, lines) = list(150);
        work.list("campaign.csv", text);
        let url = sandbox.url();
        let fixed = [
            "run",
            "campaign.csv",
            "--base-url",
            &url,
            "--rate",
            "100/s",
            "--concurrency",
            "8",
            "--retry-base",
            "1ms",
            "--timeout",
            "300ms",
            "--max-attempts",
            "3",
            "--drain",
            "100ms",
        ];
        let mut kills = 0;
        loop {
            let mut process = work.command(fixed).stderr(Stdio::piped()).spawn().unwrap();
            let more = chance.usize(1..50);
            let done = sandbox.wait_or_end(sandbox.asked().len() + more, &mut process);
            if !done {
                let gently = chance.u8(..3) == 0;
                if gently {
                    let id = process.id().to_string();
                    let _ended_before = Command::new("kill").args(["-TERM", &id]).status().unwrap();
                    signals += 1;
                } else {
                    // One that has just ended can't be killed.
                    let _ended_before = process.kill();
                    kills += 1;
                }
            }
            let output = process.wait_with_output().unwrap();
            match output.status.code() {
                Some(0 | 1) => break,
                Some(143) => {}
                None if output.status.signal() == Some(9) => {}
                _ => panic!("{}", Ran::from(output)),
            }
        }
        sandbox.set_faults("{}");
        let audit = Audit::of(&work, &sandbox, 0).after(kills);
        let disagreements = audit.disagreements(&lines);
        assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
        let twice = audit.settled_twice();
        assert!(
            twice <= kills * CONCURRENCY,
            "{twice} customers after {kills} kills"
        );
        // From one process to the next, too. What leaves evenly comes to the sandbox a little less so.
        let fullest = audit.fullest_window(980_000);
        assert!((50..=100).contains(&fullest), "{fullest}");
        let files = [
            "campaign.csv",
            "campaign.results.csv",
            "campaign.results.json",
        ];
        assert_eq!(work.files(), files, "a kill leaves no litter");
        (all, again, runs) = (all + kills, again + twice, runs + 1);
    }
    println!(
        "{runs} runs, {all} kills, {signals} SIGTERMs, {again} customers called again after a verdict"
    );
}
