//! Reply → verdict: the contract's table (section 3), its lines in their order. Pure.

use super::body::{Body, Notice, one_line};
use super::reply::{Answer, Reply};
use crate::model::{Action, Call, Change, Outcome, OutcomeKind, Outcomes, StopReason};

/// "Customer not found".
const NO_SUCH_CUSTOMER: &str = "8015";
/// "<label> label not found".
const NO_SUCH_LABEL: &str = "33000";
/// "User labels not found".
const NO_USER_LABELS: &str = "33001";
/// Search engine busy, several actions running for the customer, customer locked: try later.
pub(super) const BUSY: [&str; 3] = ["461", "521", "23055"];

/// What is to be done after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The call has ended.
    Done {
        /// What became of its rows.
        outcomes: Outcomes,
        /// Whether such an answer can hardly be about the customer.
        suspect: bool,
    },
    /// The call is tried again.
    Retry {
        /// What becomes of the rows once the attempts are used up; [`OutcomeKind::Unconfirmed`] where the
        /// attempt may have been applied.
        ending: Outcome,
        /// Whether it was an answer, so that the service is not down as a whole (contract, section 4).
        answered: bool,
    },
    /// Too many requests: the call is tried again, and no attempt is used up.
    Throttled,
    /// The run stops.
    Stop(StopReason),
}

/// Takes what must not be repeated out of a text.
pub type Discreet<'a> = &'a dyn Fn(String) -> String;

/// The verdict on what an attempt of `call` met. The first line of the contract's table that fits counts. What it repeats
/// of the service's words is `discreet`.
pub fn classify(reply: &Reply, call: &Call, discreet: Discreet<'_>) -> Verdict {
    match reply {
        Reply::NoConnection(why) => {
            unanswered(Outcome::new(OutcomeKind::Failed, "CONNECT", why.as_str()))
        }
        Reply::TimedOut(why) => unanswered(may_have_been_applied("TIMEOUT", why)),
        Reply::Lost(why) => unanswered(may_have_been_applied("CONNECTION_LOST", why)),
        Reply::NoToken(words) => Verdict::Stop(StopReason::NoToken(words.clone())),
        Reply::Http(answer) => classify_answer(answer, call, discreet),
    }
}

fn classify_answer(answer: &Answer, call: &Call, discreet: Discreet<'_>) -> Verdict {
    let body = Body::read(&answer.body);
    let said = Said {
        body: &body,
        discreet,
    };
    let with_code = |codes: &[&str]| {
        body.errors.iter().find(|error| {
            error
                .code
                .as_deref()
                .is_some_and(|code| codes.contains(&code))
        })
    };
    if answer.status == 401 {
        return Verdict::Stop(StopReason::Unauthorized(said.words()));
    }
    if let Some(error) = with_code(&[NO_SUCH_CUSTOMER]) {
        return done(Outcome::new(
            OutcomeKind::Failed,
            NO_SUCH_CUSTOMER,
            said.line(&error.message),
        ));
    }
    if let Some(busy) = with_code(&BUSY) {
        let code = busy.code.as_deref().unwrap_or_default();
        return try_later(OutcomeKind::Failed, code, &said.line(&busy.message));
    }
    match answer.status {
        429 => Verdict::Throttled,
        408 | 425 | 461 => passing_failure(answer, said, true),
        500..=599 => passing_failure(answer, said, false),
        403 if body.errors.iter().all(is_about_access) => not_about_the_customer(answer, said),
        300..=399 => not_about_the_customer(answer, said),
        400..=499 if body.errors.is_empty() => not_about_the_customer(answer, said),
        200..=299 | 400..=499 if !body.errors.is_empty() => done(api_errors(said)),
        200..=299 if body.documented => accepted(said, call),
        status => try_later(
            OutcomeKind::Unconfirmed,
            "BAD_RESPONSE",
            &unreadable(status),
        ),
    }
}

fn done(outcome: Outcome) -> Verdict {
    Verdict::Done {
        outcomes: Outcomes::All(outcome),
        suspect: false,
    }
}

fn try_later(kind: OutcomeKind, code: &str, message: &str) -> Verdict {
    Verdict::Retry {
        ending: Outcome::new(kind, code, message),
        answered: true,
    }
}

fn unanswered(ending: Outcome) -> Verdict {
    Verdict::Retry {
        ending,
        answered: false,
    }
}

fn may_have_been_applied(code: &str, why: &str) -> Outcome {
    let message = format!("{why}; it may have been applied");
    Outcome::new(OutcomeKind::Unconfirmed, code, message)
}

fn passing_failure(answer: &Answer, said: Said<'_>, answered: bool) -> Verdict {
    let mut codes = said.body.errors.iter().filter_map(|error| said.code(error));
    let code = codes.next().unwrap_or_else(|| http_code(answer));
    Verdict::Retry {
        ending: Outcome::new(OutcomeKind::Failed, code, http_message(answer, said)),
        answered,
    }
}

fn not_about_the_customer(answer: &Answer, said: Said<'_>) -> Verdict {
    let outcome = Outcome::new(
        OutcomeKind::Failed,
        http_code(answer),
        http_message(answer, said),
    );
    Verdict::Done {
        outcomes: Outcomes::All(outcome),
        suspect: true,
    }
}

/// Beside a 403, an error without a code, or with one that only repeats the status, says nothing about a customer.
fn is_about_access(error: &Notice) -> bool {
    matches!(error.code.as_deref(), None | Some("401" | "403"))
}

fn api_errors(said: Said<'_>) -> Outcome {
    let code = said.body.errors.first().and_then(|error| said.code(error));
    let code = code.unwrap_or_else(|| "API_ERROR".to_owned());
    Outcome::new(OutcomeKind::Failed, code, said.words())
}

fn http_code(answer: &Answer) -> String {
    format!("HTTP_{}", answer.status)
}

fn http_message(answer: &Answer, said: Said<'_>) -> String {
    match said.words() {
        words if words.is_empty() => format!("the service answered HTTP {}", answer.status),
        words => words,
    }
}

fn unreadable(status: u16) -> String {
    format!(
        "the service answered HTTP {status} with a body that can't be read; it may have been applied"
    )
}

/// What the service says in a body, as it may be repeated.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub body: &'a Body,
    pub discreet: Discreet<'a>,
}

impl Said<'_> {
    /// Its errors, else its remark.
    pub fn words(self) -> String {
        let errors = self.body.errors.iter();
        let messages: Vec<_> = errors
            .map(|error| self.line(&error.message))
            .filter(|message| !message.is_empty())
            .collect();
        if messages.is_empty() {
            self.line(self.body.remark.as_deref().unwrap_or_default())
        } else {
            messages.join("; ")
        }
    }

    /// Words of its on one line of at most 1,000 characters.
    fn line(self, text: &str) -> String {
        let whole = (self.discreet)(one_line(text, usize::MAX));
        one_line(&whole, 1_000)
    }

    fn code(self, notice: &Notice) -> Option<String> {
        notice.code.clone().map(self.discreet)
    }
}

/// A documented 2xx without errors.
fn accepted(said: Said<'_>, call: &Call) -> Verdict {
    let body = said.body;
    if let Some(other) = body.entity.filter(|entity| *entity != call.user.get()) {
        let message =
            format!("the service answered for customer {other}: the accounts may have been merged");
        return done(Outcome::new(
            OutcomeKind::Warning,
            "OTHER_CUSTOMER",
            message,
        ));
    }
    if body.warnings.is_empty() {
        return done(Outcome::success());
    }
    let outcomes: Vec<_> = call
        .changes
        .iter()
        .map(|change| warned(said, call, change))
        .collect();
    let outcomes = match outcomes.split_first() {
        Some((first, others)) if others.iter().all(|other| other == first) => {
            Outcomes::All(first.clone())
        }
        _ => Outcomes::Each(outcomes),
    };
    Verdict::Done {
        outcomes,
        suspect: false,
    }
}

/// What becomes of one row of a call that was answered with warnings.
fn warned(said: Said<'_>, call: &Call, change: &Change) -> Outcome {
    let body = said.body;
    let names_it = body
        .warnings
        .iter()
        .find(|warning| about(warning, body, call) == About::Label(call.name(change)));
    let touches_it = || {
        body.warnings
            .iter()
            .find(|warning| match about(warning, body, call) {
                About::Label(_) => false,
                About::Removals => change.action == Action::Remove,
                About::EveryRow => true,
            })
    };
    match names_it.or_else(touches_it) {
        None => Outcome::success(),
        Some(warning) => {
            let code = said.code(warning);
            let code = code.unwrap_or_else(|| "API_WARNING".to_owned());
            Outcome::new(OutcomeKind::Warning, code, said.line(&warning.message))
        }
    }
}

/// Which rows of the call a warning is about.
#[derive(Debug, PartialEq, Eq)]
enum About<'a> {
    Label(&'a str),
    Removals,
    EveryRow,
}

fn about<'a>(warning: &'a Notice, body: &Body, call: &Call) -> About<'a> {
    match warning.code.as_deref() {
        Some(NO_SUCH_LABEL) => match warning
            .message
            .trim()
            .strip_suffix("label not found")
            .map(str::trim)
        {
            Some(label) if call.changes.iter().any(|change| call.name(change) == label) => {
                About::Label(label)
            }
            _ => About::EveryRow,
        },
        // Without an entity nothing confirms the additions.
        Some(NO_USER_LABELS)
            if body.entity.is_some() && call.names(Action::Remove).next().is_some() =>
        {
            About::Removals
        }
        _ => About::EveryRow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Labels, RowIndex, UserId};
    use bytes::Bytes;
    use proptest::prelude::*;
    use std::sync::Arc;

    /// With nothing to be kept quiet.
    fn classify(reply: &Reply, call: &Call) -> Verdict {
        super::classify(reply, call, &|text| text)
    }

    const USER: u64 = 564_663_098;
    /// The error bodies and the sample answer of the service's reference page, verbatim.
    const SAMPLE: &str = "{\n    \"entity\": 564663098,\n    \"warnings\": []\n}";
    const NO_LABELS: &str = r#"{ "warnings": [ { "status": false, "code": 33001, "message": "User labels not found" } ], "errors": [] }"#;
    const NO_CUSTOMER: &str = r#"{ "errors": [ { "status": false, "message": "Customer not found for the given identifiers", "code": 8015 } ] }"#;
    const NO_LABEL: &str = r#"{ "entity": 565345934, "warnings": [ { "status": false, "code": 33000, "message": "123212100000Old Customer000000000000 label not found" } ] }"#;

    fn call(user: u64, changes: &[(Action, &str)]) -> Call {
        let mut labels = Labels::default();
        let change = |(at, (action, name)): (usize, &(Action, &str))| Change {
            row: RowIndex(at as u32),
            action: *action,
            label: labels.intern(name).unwrap(),
        };
        let changes = changes.iter().enumerate().map(change).collect();
        Call {
            customer: 0,
            user: UserId::new(user).unwrap(),
            changes,
            labels: Arc::new(labels),
        }
    }

    fn http(status: u16, body: &str) -> Reply {
        Reply::Http(Answer {
            status,
            retry_after: None,
            quota: None,
            body: Bytes::copy_from_slice(body.as_bytes()),
        })
    }

    /// What becomes of the rows of a call that adds VIP and Gold and removes Old, in a line.
    fn verdict(status: u16, body: &str) -> String {
        let call = call(
            USER,
            &[
                (Action::Add, "VIP"),
                (Action::Add, "Gold"),
                (Action::Remove, "Old"),
            ],
        );
        shown(&classify(&http(status, body), &call))
    }

    fn shown(verdict: &Verdict) -> String {
        let outcome = |outcome: &Outcome| {
            let words = [outcome.kind.as_str(), &outcome.code, &outcome.message];
            words
                .into_iter()
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        };
        match verdict {
            Verdict::Done {
                outcomes: Outcomes::All(all),
                suspect,
            } => {
                format!(
                    "{}{}",
                    outcome(all),
                    if *suspect { " (suspect)" } else { "" }
                )
            }
            Verdict::Done {
                outcomes: Outcomes::Each(each),
                ..
            } => each.iter().map(outcome).collect::<Vec<_>>().join(" | "),
            Verdict::Retry { ending, .. } => format!("retry, then {}", outcome(ending)),
            Verdict::Throttled => "throttled".to_owned(),
            Verdict::Stop(StopReason::Unauthorized(words)) => format!("stop: unauthorized {words}"),
            Verdict::Stop(other) => format!("stop: {other:?}"),
        }
    }

    #[test]
    fn every_status_has_its_verdict() {
        let bodies = [
            ("no body", ""),
            ("HTML", "<html><body>Hello</body></html>"),
            ("an empty object", "{}"),
            ("success", SAMPLE),
            ("8015", NO_CUSTOMER),
            (
                "busy",
                r#"{"errors":[{"code":"23055","message":"locked"}]}"#,
            ),
            (
                "access",
                r#"{"errors":[{"code":403,"message":"no permission"}]}"#,
            ),
            (
                "another error",
                r#"{"errors":[{"code":618,"message":"fraud"},"and more"]}"#,
            ),
            ("second shape", r#"{"success":false,"message":"refused"}"#),
        ];
        let mut table = String::new();
        for (name, body) in bodies {
            table += &format!("{name}\n");
            let verdicts: Vec<_> = (100..=600)
                .map(|status| {
                    (
                        status,
                        verdict(status, body)
                            .replace(&format!("HTTP_{status}"), "HTTP_###")
                            .replace(&format!("HTTP {status}"), "HTTP ###"),
                    )
                })
                .collect();
            for same in verdicts.chunk_by(|(_, one), (_, next)| one == next) {
                let ((from, verdict), (to, _)) = (&same[0], &same[same.len() - 1]);
                let range = if from == to {
                    from.to_string()
                } else {
                    format!("{from}-{to}")
                };
                table += &format!("  {range:<8} {verdict}\n");
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn the_reference_pages_own_bodies_are_understood() {
        assert_eq!(verdict(200, SAMPLE), "success");
        assert_eq!(
            verdict(200, NO_LABELS),
            "warning 33001 User labels not found",
            "without an entity nothing confirms the additions"
        );
        assert_eq!(
            verdict(200, NO_CUSTOMER),
            "failed 8015 Customer not found for the given identifiers"
        );
        let old = "123212100000Old Customer000000000000";
        let call = call(565_345_934, &[(Action::Add, old), (Action::Add, "VIP")]);
        let warned = format!("warning 33000 {old} label not found | success");
        assert_eq!(shown(&classify(&http(200, NO_LABEL), &call)), warned);
    }

    #[test]
    fn codes_are_read_as_numbers_and_as_strings() {
        for code in ["8015", "\"8015\"", "\" 8015 \""] {
            let body = format!(r#"{{"errors":[{{"code":{code},"message":"no"}}]}}"#);
            assert_eq!(verdict(500, &body), "failed 8015 no");
            let body = format!(r#"{{"success":false,"errorCode":{code},"message":"no"}}"#);
            assert_eq!(verdict(404, &body), "failed 8015 no");
        }
        for code in ["461", "\"521\"", "23055"] {
            let busy = format!(r#"{{"errors":[{{"code":{code},"message":"later"}}]}}"#);
            assert_eq!(
                verdict(200, &busy),
                format!("retry, then failed {} later", code.trim_matches('"'))
            );
        }
    }

    #[test]
    fn an_error_in_the_body_outweighs_a_good_status() {
        assert_eq!(
            verdict(
                200,
                r#"{"errors":[{"code":618,"message":"fraud"},{"message":"x"}]}"#
            ),
            "failed 618 fraud; x"
        );
        assert_eq!(
            verdict(
                200,
                r#"{"success":false,"message":"no","errors":["a","b"]}"#
            ),
            "failed API_ERROR a; b"
        );
        assert_eq!(
            verdict(201, r#"{"entity":564663098,"errors":["x"]}"#),
            "failed API_ERROR x"
        );
        assert_eq!(
            verdict(503, r#"{"errors":[{"code":500,"message":"down"}]}"#),
            "retry, then failed 500 down"
        );
        assert_eq!(
            verdict(403, r#"{"errors":[{"code":618,"message":"fraud"}]}"#),
            "failed 618 fraud"
        );
    }

    #[test]
    fn an_answer_for_another_customer_is_no_success() {
        let verdict = verdict(
            200,
            r#"{"entity":7,"warnings":[{"code":33001,"message":"x"}]}"#,
        );
        assert!(
            verdict.starts_with("warning OTHER_CUSTOMER the service answered for customer 7"),
            "{verdict}"
        );
        assert_eq!(
            super::tests::verdict(200, r#"{"entity":"564663098"}"#),
            "success"
        );
    }

    #[test]
    fn a_warning_is_about_the_rows_that_it_names() {
        let warned = |warnings: &str| {
            verdict(
                200,
                &format!(r#"{{"entity":564663098,"warnings":[{warnings}]}}"#),
            )
        };
        let gold = r#"{"code":33000,"message":"Gold label not found"}"#;
        let old = r#"{"code":"33000","message":" Old label not found "}"#;
        let user = r#"{"code":33001,"message":"User labels not found"}"#;
        assert_eq!(
            warned(gold),
            "success | warning 33000 Gold label not found | success"
        );
        assert_eq!(
            warned(user),
            "success | success | warning 33001 User labels not found"
        );
        assert_eq!(
            warned(&format!("{user},{old},{gold}")),
            "success | warning 33000 Gold label not found | warning 33000 Old label not found",
            "one that names the label counts first"
        );
        let all = "warning 33000 gold label not found";
        assert_eq!(
            warned(r#"{"code":33000,"message":"gold label not found"}"#),
            all,
            "it fits no row"
        );
        assert_eq!(warned(r#""something""#), "warning API_WARNING something");
        assert_eq!(
            warned(r#"{"code":5,"message":"a"},{"code":6,"message":"b"}"#),
            "warning 5 a",
            "the order of the body"
        );
    }

    #[test]
    fn user_labels_not_found_without_a_removal_is_about_every_row() {
        let call = call(USER, &[(Action::Add, "VIP")]);
        let body =
            r#"{"entity":564663098,"warnings":[{"code":33001,"message":"User labels not found"}]}"#;
        assert_eq!(
            shown(&classify(&http(200, body), &call)),
            "warning 33001 User labels not found"
        );
    }

    #[test]
    fn what_went_out_without_an_answer_may_have_been_applied() {
        let call = call(USER, &[(Action::Add, "VIP")]);
        let ending = |reply| shown(&classify(&reply, &call));
        assert_eq!(
            ending(Reply::NoConnection("refused".into())),
            "retry, then failed CONNECT refused"
        );
        assert!(
            ending(Reply::TimedOut("no answer".into()))
                .starts_with("retry, then unconfirmed TIMEOUT no answer; it may")
        );
        assert!(
            ending(Reply::Lost("reset".into()))
                .starts_with("retry, then unconfirmed CONNECTION_LOST reset; it may")
        );
    }

    #[test]
    fn the_services_words_fit_on_a_line() {
        let body = format!(
            r#"{{"errors":[{{"code":1,"message":"a\r\n\tb\u0000c {}"}}]}}"#,
            "x".repeat(5_000)
        );
        let verdict = verdict(200, &body);
        assert!(
            verdict.starts_with("failed 1 a b c xxx") && verdict.len() < 1_100,
            "{verdict}"
        );
    }

    #[test]
    fn what_must_not_be_repeated_is_read_all_the_same() {
        let discreet = |text: String| text.replace("Gold", "***").replace("618", "***");
        let verdict = |body: &str| {
            let changes = [(Action::Add, "Gold Member"), (Action::Add, "VIP")];
            shown(&super::classify(
                &http(200, body),
                &call(USER, &changes),
                &discreet,
            ))
        };
        assert_eq!(
            verdict(
                r#"{"entity":564663098,"warnings":[{"code":33000,"message":"Gold Member label not found"}]}"#
            ),
            "warning 33000 *** Member label not found | success"
        );
        assert_eq!(
            verdict(r#"{"errors":[{"code":618,"message":"Gold"}]}"#),
            "failed *** ***"
        );
        let long = format!(
            r#"{{"errors":[{{"code":7,"message":"{}Gold"}}]}}"#,
            "x".repeat(998)
        );
        assert!(verdict(&long).ends_with("xx**"), "cut after, not before");
    }

    proptest! {
        #[test]
        fn any_answer_has_a_verdict(status in 0u16..1000, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let call = call(USER, &[(Action::Add, "VIP"), (Action::Remove, "Old")]);
            let reply = Reply::Http(Answer { status, retry_after: None, quota: None, body: body.into() });
            if let Verdict::Done { outcomes: Outcomes::Each(each), .. } = classify(&reply, &call) {
                prop_assert_eq!(each.len(), call.changes.len());
            }
        }
    }
}
