//! One call per customer, the last row of a label winning.

use crate::support::{Sandbox, Workplace};

const LIST: &str = "userId,action,label\n\
    7,add,VIP\n\
    5,add,Gold\n\
    7,remove,Old\n\
    7,add,Ärzte 季节\n\
    5,remove,Gold\n\
    7,add,VIP\n";

#[test]
fn every_customer_gets_one_call_in_the_order_of_first_appearance() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    work.send(&sandbox.url(), &[]).ended(0);
    let asked = sandbox.asked();
    let customers: Vec<_> = asked.iter().map(|call| call.customer.unwrap()).collect();
    assert_eq!(customers, [7, 5]);
    assert_eq!(
        (asked[0].add.as_slice(), asked[0].remove.as_slice()),
        (
            &["Ärzte 季节".to_owned(), "VIP".to_owned()][..],
            &["Old".to_owned()][..]
        )
    );
    assert_eq!(asked[0].path, "/v2/customers/7/changeLabels");
    assert_eq!(asked[0].method, "POST");
    assert_eq!(
        (asked[1].add.len(), asked[1].remove.as_slice()),
        (0, &["Gold".to_owned()][..])
    );
    assert_eq!(sandbox.labels(7), ["VIP", "Ärzte 季节"]);
}

#[test]
fn rows_that_are_overruled_say_by_which_line() {
    let work = Workplace::new();
    work.rehearse(LIST, &[]).ended(0);
    let rows = work.rows("campaign.sandbox.results.csv");
    let said: Vec<_> = rows
        .iter()
        .map(|row| format!("{} {}", row["code"], row["message"]))
        .collect();
    assert_eq!(said[0], "DUPLICATE same as line 7");
    assert_eq!(said[1], "SUPERSEDED line 6 removes this label");
    assert_eq!(rows[0]["attempts"], "0");
}

#[test]
fn both_sides_of_a_contradiction_can_be_rejected() {
    let work = Workplace::new();
    work.rehearse(LIST, &["--on-conflict", "reject"]).ended(1);
    let outcomes = work.outcomes("campaign.sandbox.results.csv");
    assert_eq!(outcomes[1], "3 rejected CONFLICT");
    assert_eq!(outcomes[4], "6 rejected CONFLICT");
}

#[test]
fn a_customer_with_too_many_labels_is_not_called() {
    let (work, sandbox) = (Workplace::new(), Sandbox::start(&[]));
    work.list("campaign.csv", LIST);
    work.send(&sandbox.url(), &["--max-labels", "2"])
        .ended(1)
        .said("TOO_MANY_LABELS");
    let customers: Vec<_> = sandbox
        .asked()
        .iter()
        .map(|call| call.customer.unwrap())
        .collect();
    assert_eq!(customers, [5]);
    assert!(work.outcomes("campaign.results.csv")[0].ends_with("rejected TOO_MANY_LABELS"));
}
