//! The organisation's labels: a reply → a catalogue, or what went wrong. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use super::classify::{BUSY, Discreet, Said};
use super::listing::Listing;
use super::reply::{Answer, Reply};

/// Where the labels are asked for.
pub const PATH: &str = "/v2/organization/labels";

/// A catalogue is read so far, in bytes.
pub const LONGEST: usize = 16 << 20;

/// "No labels found for the organization".
const NO_LABELS: &str = "33002";

/// The labels of an organisation, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue(BTreeMap<String, bool>);

/// Why there is no catalogue; the texts are for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It may be different in a moment: no connection, no answer in time, a service that is busy or down.
    Passing {
        /// What was met.
        why: String,
        /// How long the service asks to wait, from now.
        after: Option<Duration>,
        /// Whether it says that there were too many requests.
        throttled: bool,
    },
    /// An answer that is no list of labels, which a gateway may have given in passing.
    Unreadable(String),
    /// The service refuses the credentials, or a token for them.
    Refused(String),
    /// The service refuses what was asked: HTTP 403.
    Forbidden(String),
    /// More labels than are read.
    TooLong(String),
    /// Another answer, which will be the same again.
    Senseless(String),
}

impl Catalogue {
    /// Adds a label. One without a name is none, and of two with the same name the one in use counts.
    pub(super) fn add(&mut self, name: &str, active: bool) {
        if !name.is_empty() {
            *self.0.entry(name.to_owned()).or_default() |= active;
        }
    }

    /// Whether the organisation has the label in use; none where it does not have it at all.
    pub fn is_active(&self, label: &str) -> Option<bool> {
        self.0.get(label).copied()
    }

    /// The names of all labels in use, in order.
    pub fn active(&self) -> impl Iterator<Item = &str> {
        let active = self.0.iter().filter(|(_, active)| **active);
        active.map(|(name, _)| &**name)
    }

    /// How many labels there are, in use or not.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the organisation has no label at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> FromIterator<(&'a str, bool)> for Catalogue {
    /// Labels by name, each with whether it is in use.
    fn from_iter<T: IntoIterator<Item = (&'a str, bool)>>(labels: T) -> Self {
        let mut catalogue = Self::default();
        labels
            .into_iter()
            .for_each(|(name, active)| catalogue.add(name, active));
        catalogue
    }
}

/// Reads the reply to a request for the organisation's labels. What is repeated of it is `discreet`.
///
/// # Errors
/// Why it holds none.
pub fn catalogue(reply: Reply, discreet: Discreet<'_>) -> Result<Catalogue, Trouble> {
    let answer = match reply {
        Reply::Http(answer) => answer,
        Reply::NoToken(words) => return Err(Trouble::Refused(no_token(&words))),
        Reply::NoConnection(why) | Reply::TimedOut(why) | Reply::Lost(why) => {
            return Err(passing(why, None, false));
        }
    };
    if answer.body.len() > LONGEST {
        let most = LONGEST >> 20;
        let why = format!("the list of them is longer than {most} MiB");
        return Err(Trouble::TooLong(why));
    }
    let (listed, body) = Listing::read(&answer.body).into_parts();
    let has_code = |codes: &[&str]| {
        let mut notices = body.errors.iter().chain(&body.warnings);
        notices.any(|it| it.code.as_deref().is_some_and(|code| codes.contains(&code)))
    };
    if has_code(&[NO_LABELS]) {
        // Labels that stand beside it all the same are labels.
        return Ok(listed.unwrap_or_default());
    }
    let words = said(
        &answer,
        Said {
            body: &body,
            discreet,
        },
    );
    match answer.status {
        401 => Err(Trouble::Refused(words)),
        429 => Err(passing(words, answer.retry_after, true)),
        408 | 425 | 461 | 500..=599 => Err(passing(words, answer.retry_after, false)),
        _ if has_code(&BUSY) => Err(passing(words, answer.retry_after, false)),
        403 => Err(Trouble::Forbidden(words)),
        200..=299 if !body.errors.is_empty() => Err(Trouble::Senseless(words)),
        200..=299 => listed.ok_or_else(|| unreadable(answer.status)),
        300..=499 => Err(Trouble::Senseless(words)),
        status => Err(unreadable(status)),
    }
}

fn passing(why: String, after: Option<Duration>, throttled: bool) -> Trouble {
    Trouble::Passing {
        why,
        after,
        throttled,
    }
}

fn no_token(words: &str) -> String {
    format!("no token: {words}")
}

fn unreadable(status: u16) -> Trouble {
    Trouble::Unreadable(format!(
        "the service answered HTTP {status} with what is no list of labels"
    ))
}

fn said(answer: &Answer, said: Said<'_>) -> String {
    match said.words() {
        words if words.is_empty() => format!("the service answered HTTP {}", answer.status),
        words => format!("the service answered HTTP {}: {words}", answer.status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn read(status: u16, body: impl Into<Bytes>) -> Result<Catalogue, Trouble> {
        let answer = Answer {
            status,
            retry_after: None,
            quota: None,
            body: body.into(),
        };
        catalogue(Reply::Http(answer), &|text| text)
    }

    fn shown(status: u16, body: &'static str) -> String {
        match read(status, body) {
            Ok(catalogue) => {
                let label = |(name, active): (&String, &bool)| match active {
                    true => name.clone(),
                    false => format!("({name})"),
                };
                let labels: Vec<_> = catalogue.0.iter().map(label).collect();
                format!("labels [{}]", labels.join(", "))
            }
            Err(trouble) => format!("{trouble:?}"),
        }
    }

    #[test]
    fn labels_are_read_however_they_are_written() {
        let table = [
            r#"{"data":[{"id":1,"orgId":2,"name":"VIP","active":true},{"name":"Old","active":false}],"warnings":[],"errors":[]}"#,
            r#"{"data":[{"name":"A"},{"name":"B","active":null},{"name":"","active":true},{"id":9},{"name":null},{"name":7},null,"x"]}"#,
            r#"{"data":[{"name":"A","active":"false"},{"name":"B","active":0},{"name":"C","active":"TRUE"},{"name":"D","active":1}]}"#,
            r#"{"data":[{"name":"A","active":false},{"name":"A","active":true}],"errors":null,"more":{"data":1}}"#,
            r#"{"data":[{"name":"VIP "}],"warnings":[{"code":1,"message":"slow"}]}"#,
            "\u{feff}{\"data\":[]}",
        ];
        let shown = table.map(|body| format!("{body}\n  → {}", shown(200, body)));
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn no_labels_are_no_failure_wherever_that_is_said() {
        for (status, body) in [
            (200, r#"{"errors":[{"code":33002,"message":"none"}]}"#),
            (200, r#"{"data":[],"warnings":[{"code":"33002"}]}"#),
            (200, r#"{"success":false,"errorCode":"33002"}"#),
            (404, r#"{"errors":[{"code":"33002"}],"data":null}"#),
            (500, r#"{"warnings":{"code":33002}}"#),
        ] {
            assert_eq!(read(status, body), Ok(Catalogue::default()), "{body}");
        }
    }

    #[test]
    fn what_is_no_catalogue_passes_or_does_not() {
        let table = [
            (200, ""),
            (200, "<html>"),
            (200, "[]"),
            (200, "{}"),
            (200, r#"{"data":null,"errors":[]}"#),
            (200, r#"{"data":[{"name":"VIP"}"#),
            (200, r#"{"data":[],"errors":[{"code":7,"message":"no"}]}"#),
            (
                200,
                r#"{"data":[],"errors":[{"code":"521","message":"busy"}]}"#,
            ),
            (200, r#"{"success":false,"message":"no"}"#),
            (302, ""),
            (401, "{}"),
            (403, "<html>"),
            (403, r#"{"errors":[{"code":403,"message":"no access"}]}"#),
            (404, ""),
            (408, ""),
            (429, ""),
            (461, ""),
            (503, "<html>"),
            (600, ""),
        ];
        let shown =
            table.map(|(status, body)| format!("{status} {body} → {}", shown(status, body)));
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn one_that_is_too_long_is_not_taken_for_a_whole_one() {
        let mut body = br#"{"data":[]}"#.to_vec();
        body.resize(LONGEST, b' ');
        assert!(read(200, body.clone()).is_ok());
        body.push(b' ');
        assert!(matches!(read(200, body), Err(Trouble::TooLong(_))));
    }
}
