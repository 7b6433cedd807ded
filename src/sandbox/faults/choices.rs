//! The choices that a fault leaves, each a word.

use std::fmt;
use std::str::FromStr;

/// Makes a choice between a few words.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])+ $word:ident = $text:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])+ $word,)+
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$word),)+
                    _ => Err(format!("\"{text}\" is none of {}", [$($text),+].join(", "))),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$word => $text,)+ })
            }
        }
    };
}

words! {
    /// How requests are counted against a limit.
    RateWindow {
        /// In any window of its length.
        #[default]
        Sliding = "sliding",
        /// In windows that follow one another.
        Fixed = "fixed",
    }
}

words! {
    /// What a 429 says of when to come back.
    RetryAfter {
        /// A number of seconds.
        #[default]
        Seconds = "seconds",
        /// A date.
        Date = "date",
        /// Nothing.
        Nothing = "none",
    }
}

words! {
    /// What meets a request while the service is away.
    OutageKind {
        /// A 503 from a gateway.
        #[default]
        Unavailable = "503",
        /// The connection is closed.
        Drop = "drop",
        /// No answer.
        Hang = "hang",
    }
}

words! {
    /// What a request for the organisation's labels is answered with.
    Listing {
        /// The labels.
        #[default]
        Labels = "labels",
        /// That there are none: 33002 among the errors of a 200.
        Empty = "empty",
        /// The same among the warnings, beside an empty list.
        EmptyWarning = "empty-warning",
        /// The same with a status that says so, too.
        EmptyStatus = "empty-404",
        /// That the account may not read them.
        Forbidden = "forbidden",
    }
}

words! {
    /// Whether something is done.
    Switch {
        /// No.
        #[default]
        Off = "false",
        /// Yes.
        On = "true",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_word_and_any_other_names_those_that_there_are() {
        assert_eq!("fixed".parse(), Ok(RateWindow::Fixed));
        assert_eq!(OutageKind::Unavailable.to_string(), "503");
        let error = "later".parse::<RetryAfter>().unwrap_err();
        assert_eq!(error, "\"later\" is none of seconds, date, none");
    }
}
