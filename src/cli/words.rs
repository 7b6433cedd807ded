//! Values that are one of some words, which shells complete.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error};

/// Reads a value as `reader` does, which knows more spellings than the `words` that are offered, and has its own words
/// against others.
#[derive(Debug, Clone)]
pub struct OneOf<R> {
    words: Vec<&'static str>,
    reader: R,
}

/// One of some words, read by `reader`.
pub fn one_of<R: TypedValueParser>(
    words: impl IntoIterator<Item = &'static str>,
    reader: R,
) -> OneOf<R> {
    OneOf {
        words: words.into_iter().collect(),
        reader,
    }
}

impl<R: TypedValueParser> TypedValueParser for OneOf<R> {
    type Value = R::Value;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, Error> {
        self.reader.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.words.iter().map(PossibleValue::new)))
    }
}
