//! A command line that can't be understood, or that asks for help only.

use std::env;
use std::process::ExitCode;

use super::afterword::{Afterword, SENDING};
use super::scrub::without_passwords;
use super::{LOG_FORMAT, environment, misheard};
use crate::error::ExitStatus;
use crate::report::{LogFormat, Screen};

/// The screen where the command line could not be understood as a whole.
pub fn early_screen() -> Screen {
    Screen::new(if environment::asks_for_json(LOG_FORMAT) {
        LogFormat::Json
    } else {
        LogFormat::Text
    })
}

/// Says why a command line can't be understood, or the help that it asks for.
pub fn misunderstood(error: &clap::Error, command: &clap::Command) -> ExitCode {
    let screen = early_screen();
    let words: Vec<_> = env::args_os().skip(1).collect();
    let Some(said) = misheard::sentence(error, command, &words) else {
        return in_its_own_words(error, &screen);
    };
    let said = without_passwords(&said);
    screen.fail(&said, ExitStatus::Unusable);
    say_it_ended(&screen, ExitStatus::Unusable, &said);
    ExitStatus::Unusable.into()
}

/// The last line of a command that could not be understood, if it is one that has such a line.
pub fn say_it_ended(screen: &Screen, status: ExitStatus, reason: &str) {
    let mut words = env::args_os().skip(1);
    let word = words.find(|word| !word.to_string_lossy().starts_with('-'));
    let command = SENDING
        .into_iter()
        .find(|name| word.as_deref() == Some(name.as_ref()));
    let afterword = Afterword::new(screen);
    afterword.of_command(command);
    afterword.write(status, Some(&without_passwords(reason)));
    afterword.say(status);
}

fn in_its_own_words(error: &clap::Error, screen: &Screen) -> ExitCode {
    let said = error.render().to_string();
    let text = without_passwords(&said);
    if !error.use_stderr() {
        error.exit()
    }
    let reason = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
    if screen.format() == LogFormat::Text && text == said {
        // With its colours. Where nobody reads it, that is no other failure.
        let _unread = error.print();
    } else {
        screen.fail(reason, ExitStatus::Unusable);
    }
    let first = reason.lines().next().unwrap_or_default();
    say_it_ended(screen, ExitStatus::Unusable, first);
    ExitStatus::Unusable.into()
}
