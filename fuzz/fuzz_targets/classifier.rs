//! Any status and body: a verdict, with an outcome for every row of the call.

#![no_main]

use std::sync::Arc;

use bulklabel::model::{Action, Call, Change, Labels, Outcomes, RowIndex, UserId};
use bulklabel::service::{Answer, Reply, Verdict, classify};
use libfuzzer_sys::fuzz_target;

fn call() -> Call {
    let mut labels = Labels::default();
    let wishes = [
        (Action::Add, "VIP"),
        (Action::Add, "Gold"),
        (Action::Remove, "Old"),
    ];
    let changes = wishes.iter().zip(0..).map(|((action, name), row)| Change {
        row: RowIndex(row),
        action: *action,
        label: labels.intern(name).expect("there are few"),
    });
    let changes = changes.collect();
    Call {
        customer: 0,
        user: UserId::new(7).expect("it is positive"),
        changes,
        labels: Arc::new(labels),
    }
}

fuzz_target!(|input: (u16, Vec<u8>)| {
    let (status, body) = input;
    let call = call();
    let reply = Reply::Http(Answer {
        status: status % 1000,
        retry_after: None,
        quota: None,
        body: body.into(),
    });
    if let Verdict::Done {
        outcomes: Outcomes::Each(each),
        ..
    } = classify(&reply, &call, &|text| text)
    {
        assert_eq!(each.len(), call.changes.len());
    }
});
