//! What a result says was done can be undone.

use crate::support::{Sandbox, Terminal, Workplace};

const LIST: &str =
    "userId,action,label\n1,add,VIP\n2,remove,Old\n3,add,Unknown X\n18015,add,VIP\n1,add,Gold\n";

fn sent() -> (Workplace, Sandbox) {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("before.csv", "userId,action,label\n2,add,Old\n");
    work.run(["run", "before.csv", "--base-url", &sandbox.url()])
        .ended(0);
    work.list("campaign.csv", LIST);
    work.send(&sandbox.url(), &[]).ended(1);
    (work, sandbox)
}

#[test]
fn only_successes_are_undone_each_on_its_line() {
    let (work, sandbox) = sent();
    work.run(["undo", "campaign.results.csv", "--yes"]).ended(0);
    let rows: Vec<_> = work
        .rows("campaign.undo.results.csv")
        .iter()
        .map(|row| {
            ["line", "userId", "action", "label"]
                .map(|name| row[name].clone())
                .join(" ")
        })
        .collect();
    assert_eq!(rows, ["2 1 remove VIP", "3 2 add Old", "6 1 remove Gold"]);
    assert_eq!(sandbox.labels(1), Vec::<String>::new());
    assert_eq!(sandbox.labels(2), ["Old"]);
    let summary = work.summary("campaign.undo.results.json");
    assert_eq!(summary["of"], work.summary("campaign.results.json")["run"]);
    work.run(["undo", "campaign.results.csv", "--yes"])
        .ended(2)
        .said("campaign.undo.results.csv exists already");
}

#[test]
fn nobody_undoes_by_mistake() {
    let (work, sandbox) = sent();
    let asked = sandbox.asked().len();
    work.run(["undo", "campaign.results.csv"])
        .ended(2)
        .said("away even from a customer who had the label before: the service does not tell")
        .said("add --yes");
    work.list("bulklabel.toml", "yes = true\n");
    work.run(["undo", "campaign.results.csv"])
        .ended(2)
        .said("in a settings file it does not count for this")
        .said("nothing was sent");
    std::fs::remove_file(work.path("bulklabel.toml")).unwrap();
    let (status, shown) = Terminal::running(&work.command(["undo", "campaign.results.csv"]))
        .shows("the service does not tell")
        .shows("Changes:   1 addition, 2 removals")
        .shows("Send these changes? [y/N] ")
        .types("n\n")
        .ends();
    assert_eq!(status, 2, "{shown}");
    assert_eq!(sandbox.asked().len(), asked);
    assert!(!work.path("campaign.undo.results.csv").exists());
    work.run([
        "undo",
        "campaign.results.csv",
        "--max-removals",
        "1",
        "--yes",
    ])
    .ended(2)
    .said("2 removals would be sent");
    let mut command = work.command(["undo", "campaign.results.csv"]);
    let ran = command.env("BULKLABEL_YES", "true").output().unwrap();
    crate::support::Ran::from(ran).ended(0);
}

#[test]
fn the_inverse_can_be_printed_and_is_a_list() {
    let (work, _sandbox) = sent();
    let mut command = work.command(["undo", "campaign.results.csv", "--print"]);
    command.env_remove("BULKLABEL_USERNAME");
    let printed = command.output().unwrap();
    assert!(printed.status.success() && printed.stderr.is_empty());
    let text = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(
        text,
        "line,userId,action,label\n2,1,remove,VIP\n3,2,add,Old\n6,1,remove,Gold\n"
    );
    work.rehearse(text, &[]).ended(0);
}

#[test]
fn undone_things_have_names_of_their_own() {
    let (work, sandbox) = sent();
    let url = sandbox.url();
    work.run(["retry", "campaign.results.csv", "--codes", "33000,8015"])
        .ended(1);
    work.run(["undo", "campaign.retry-1.results.csv", "--yes"])
        .ended(0);
    assert_eq!(work.rows("campaign.retry-1.undo.results.csv").len(), 0);
    work.send(&url, &["--output", "out.csv"]).ended(1);
    work.run(["undo", "out.csv", "--yes", "--base-url", &url])
        .ended(0);
    assert!(work.path("out.undo.csv").exists() && work.path("out.undo.json").exists());
    let undo = ["undo", "campaign.results.csv", "--sandbox"];
    // In a fresh sandbox nobody has the labels that are taken away.
    work.run(undo).ended(0).said("this was a rehearsal");
    assert!(work.path("campaign.sandbox.undo.results.csv").exists());
}
