//! What makes a run another than the one that is unfinished, in words.

use crate::job::{ACCOUNT, KIND, LIST, OF, RETRY, UNDO};

/// What has changed, in words.
pub fn change(name: &str, (before, now): (Option<&String>, Option<&String>)) -> String {
    let shown = |value: Option<&String>| value.map_or("not given".to_owned(), String::clone);
    match name {
        LIST => "the list is another, or has changed".to_owned(),
        ACCOUNT => {
            "the user name or key is another (--account-changed says that it is the same organisation's)"
                .to_owned()
        }
        KIND => {
            let kind = |value: Option<&String>| match value.map(String::as_str) {
                Some(UNDO) => "an undo",
                Some(RETRY) => "a retry",
                _ => "a run",
            };
            format!("it was {}, and is {}", kind(before), kind(now))
        }
        OF => "it is made of another result".to_owned(),
        _ => format!("--{name} was {}, and is {}", shown(before), shown(now)),
    }
}
