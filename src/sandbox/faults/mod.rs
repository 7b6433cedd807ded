//! All that may go wrong on demand: flags and the live interface are made of this one table.

mod chance;
mod choices;
mod disguise;
mod limit;
mod strike;
mod values;

use std::collections::BTreeMap;

pub use chance::{Dice, mix};
pub use choices::{Listing, OutageKind, RateWindow, RetryAfter, Switch};
pub use disguise::disguised;
pub use limit::Limit;
pub use strike::Strike;
use values::{Count, MaybeCount, MaybeRate, Outages, Share, Span};

/// A setting as the command line and the live interface show it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name, with hyphens.
    pub name: &'static str,
    /// What stands for its value.
    pub value: &'static str,
    /// What it is where nobody sets it.
    pub default: &'static str,
    /// The group that it belongs to.
    pub group: &'static str,
    /// What it does.
    pub help: &'static str,
}

/// Makes the settings of a table: field, name, type, what stands for a value, default, group and help.
macro_rules! settings {
    ($($field:ident $name:literal: $type:ty, $value:literal = $default:literal, $group:literal, $help:literal;)+) => {
        /// What goes wrong. Each setting is read from and shown as text.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Faults {
            $(#[doc = $help] pub $field: $type,)+
        }

        impl Faults {
            /// All settings, in the order in which they are shown.
            pub const SETTINGS: &[Setting] = &[
                $(Setting { name: $name, value: $value, default: $default, group: $group, help: $help },)+
            ];

            /// Sets one.
            ///
            /// # Errors
            /// There is no such setting, or the text is no value for it; nothing is changed.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
                match name {
                    $($name => {
                        self.$field = value.parse().map_err(|error| format!("{name}: {error}"))?;
                    })+
                    _ => return Err(format!(
                        "there is no setting \"{name}\": there are {}",
                        [$($name),+].join(", ")
                    )),
                }
                Ok(())
            }

            /// All settings as they are.
            pub fn shown(&self) -> BTreeMap<&'static str, String> {
                BTreeMap::from([$(($name, self.$field.to_string()),)+])
            }
        }

        impl Default for Faults {
            fn default() -> Self {
                Self {
                    $($field: $default.parse().expect("a test reads every default"),)+
                }
            }
        }
    };
}

settings! {
    seed "seed": Count, "N" = "1", "Chance",
        "What chance is drawn from: with the same seed a run meets the same faults";

    latency "latency": Span, "SPAN" = "0s", "Pace",
        "How long an answer takes";
    jitter "jitter": Span, "SPAN" = "0s", "Pace",
        "How much longer it takes at most, drawn evenly";
    rate "rate": MaybeRate, "RATE" = "none", "Pace",
        "Answer 429 to more calls than this: 100/min, 50/s, or none";
    rate_window "rate-window": RateWindow, "KIND" = "sliding", "Pace",
        "Whether calls are counted in any window of that length (sliding), or in windows that follow one another (fixed)";
    retry_after "retry-after": RetryAfter, "KIND" = "seconds", "Pace",
        "What a 429 says of when to come back: seconds, date or none";
    throttle "throttle": Share, "SHARE" = "0%", "Pace",
        "Begin a burst of 429s at so many of the calls";
    throttle_burst "throttle-burst": Count, "N" = "10", "Pace",
        "How many calls such a burst strikes";

    errors "errors": Share, "SHARE" = "0%", "Failures",
        "Answer 500, 502, 503 or 504 to so many of the calls";
    busy_body "busy-body": Share, "SHARE" = "0%", "Failures",
        "Answer with the code 461, 521 or 23055 (busy, try later) in the body";
    busy_status "busy-status": Share, "SHARE" = "0%", "Failures",
        "Answer with 461 or 521 as HTTP status";
    outage "outage": Outages, "FROM+FOR" = "none", "Failures",
        "Be away altogether: 10s+30s from the tenth second for thirty; several with commas between";
    outage_kind "outage-kind": OutageKind, "KIND" = "503", "Failures",
        "What meets a request then: 503, drop (the connection is closed) or hang";

    drop_before "drop-before": Share, "SHARE" = "0%", "Connections",
        "Close the connection without an answer, before the labels are changed";
    drop_after "drop-after": Share, "SHARE" = "0%", "Connections",
        "Close the connection without an answer, after the labels are changed";
    hang "hang": Share, "SHARE" = "0%", "Connections",
        "Never answer; half of these after the labels are changed";

    garbage "garbage": Share, "SHARE" = "0%", "Bodies",
        "Answer 200 with what is no answer; half of these after the labels are changed";
    truncate "truncate": Share, "SHARE" = "0%", "Bodies",
        "Close the connection in the middle of the body, after the labels are changed";
    second_shape "second-shape": Share, "SHARE" = "0%", "Bodies",
        "Answer in the second documented shape, where there are no warnings";
    string_codes "string-codes": Share, "SHARE" = "0%", "Bodies",
        "Write codes as strings";
    no_entity "no-entity": Share, "SHARE" = "0%", "Bodies",
        "Leave the entity out of answers with warnings";
    other_entity "other-entity": Share, "SHARE" = "0%", "Bodies",
        "Answer for another customer, after the labels are changed";

    catalogue "catalogue": Listing, "KIND" = "labels", "The organisation's labels",
        "What the organisation's labels are: labels, none (empty, empty-warning or empty-404), or forbidden to read";

    revoke_after "revoke-after": MaybeCount, "N" = "none", "Credentials",
        "Refuse all credentials after so many calls";
    revoke_token_after "revoke-token-after": MaybeCount, "N" = "none", "Credentials",
        "Refuse a token after so many calls with it";
    token_ttl "token-ttl": Span, "SPAN" = "300s", "Credentials",
        "How long a token lives, in whole seconds";
    token_errors "token-errors": Share, "SHARE" = "0%", "Credentials",
        "Answer 503 to so many requests for a token";
    token_refused "token-refused": Switch, "BOOL" = "false", "Credentials",
        "Refuse to give tokens: true or false";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_can_be_read_and_is_no_fault() {
        let faults = Faults::default();
        for setting in Faults::SETTINGS {
            let mut again = Faults::default();
            again
                .set(setting.name, &faults.shown()[setting.name])
                .unwrap();
            assert_eq!(again, faults, "{}", setting.name);
        }
    }

    #[test]
    fn what_is_unknown_or_no_value_changes_nothing() {
        let mut faults = Faults::default();
        assert!(
            faults
                .set("erors", "5%")
                .unwrap_err()
                .contains("errors, busy-body")
        );
        assert_eq!(
            faults.set("errors", "many").unwrap_err(),
            "errors: \"many\" is no share: write 5% or 0.05"
        );
        assert_eq!(faults, Faults::default());
        faults.set("errors", "5%").unwrap();
        assert_eq!(faults.shown()["errors"], "5%");
    }

    #[test]
    fn the_readme_lists_every_setting() {
        let readme = include_str!("../../../README.md");
        for setting in Faults::SETTINGS {
            assert!(
                readme.contains(&format!("`{}`", setting.name)),
                "{}",
                setting.name
            );
        }
    }
}
