//! An answer → what it means.

use bulklabel::job;
use bulklabel::model::Call;
use bulklabel::service::{Answer, Reply, Verdict, change_labels, classify};
use divan::{Bencher, black_box};

use crate::list::list;
use crate::reading::reading;

/// Any call.
fn call() -> Call {
    let planned = job::plan(&list(100), &reading()).expect("it is a list");
    planned.plan.calls().next().expect("it has customers")
}

/// What comes back of calls, by what it says.
fn replies(call: &Call) -> [(&'static str, u16, String); 5] {
    let user = call.user;
    let unknown = r#""status":false,"code":33000,"message":"Gold Member 7 label not found""#;
    let nobody =
        r#""status":false,"code":8015,"message":"Customer not found for the given identifiers""#;
    [
        (
            "success",
            200,
            format!(r#"{{"entity":{user},"warnings":[]}}"#),
        ),
        (
            "unknown label",
            200,
            format!(r#"{{"entity":{user},"warnings":[{{{unknown}}}]}}"#),
        ),
        (
            "no customer",
            200,
            format!(r#"{{"errors":[{{{nobody}}}]}}"#),
        ),
        ("throttled", 429, String::new()),
        (
            "gateway",
            502,
            "<html><body>Bad gateway</body></html>".to_owned(),
        ),
    ]
}

#[divan::bench(args = ["success", "unknown label", "no customer", "throttled", "gateway"])]
fn answer(bencher: Bencher, says: &str) {
    let call = call();
    let reply = replies(&call).into_iter().find(|(name, ..)| *name == says);
    let (_, status, body) = reply.expect("each has its answer");
    let reply = Reply::Http(Answer {
        status,
        retry_after: None,
        quota: None,
        body: body.into(),
    });
    bencher.bench_local(|| -> Verdict { classify(black_box(&reply), &call, &|text| text) });
}

#[divan::bench]
fn body_of_a_call(bencher: Bencher) {
    let call = call();
    bencher.bench_local(|| change_labels(black_box(&call)));
}
