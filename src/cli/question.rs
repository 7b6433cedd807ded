//! The question before anything is sent (contract, section 7).

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};

use crate::model::Rate;
use crate::plan::Totals;
use crate::report::{count, counted, span};

/// What a person needs to know to say no.
#[derive(Debug)]
pub struct Question<'a> {
    /// The host that calls go to.
    pub host: String,
    /// Who calls.
    pub account: &'a str,
    /// The settings file, where there is one.
    pub settings_file: Option<String>,
    /// What the plan comes to.
    pub totals: Totals,
    /// How many of its calls are left.
    pub left: u64,
    /// Rows that are rejected.
    pub rejected: u64,
    /// The rate, where there is one.
    pub rate: Option<Rate>,
}

impl fmt::Display for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals {
            calls,
            additions,
            removals,
        } = self.totals;
        writeln!(f, "  Host:      {}", self.host)?;
        writeln!(f, "  Account:   {}", self.account)?;
        if let Some(file) = &self.settings_file {
            writeln!(f, "  Settings:  {file}")?;
        }
        match u64::from(calls) {
            all if all == self.left => writeln!(f, "  Customers: {}", count(all))?,
            all => {
                let done = count(all - self.left);
                writeln!(f, "  Customers: {}; {done} of them are done", count(all))?;
            }
        }
        writeln!(
            f,
            "  Changes:   {}, {}",
            counted(additions, "addition"),
            counted(removals, "removal")
        )?;
        if self.rejected > 0 {
            writeln!(
                f,
                "  Rejected:  {}, which will not be sent",
                counted(self.rejected, "row")
            )?;
        }
        match self.rate {
            Some(rate) => writeln!(
                f,
                "  Time:      about {} at {rate}",
                span(rate.time_for(self.left))
            )?,
            None => writeln!(f, "  Time:      as fast as the service answers")?,
        }
        write!(f, "Send these changes? [y/N] ")
    }
}

/// Whether a person can be asked: standard error is a terminal, and there is one to answer at, also where the list comes
/// from standard input.
pub fn somebody_is_there() -> bool {
    io::stderr().is_terminal() && File::open(TERMINAL).is_ok()
}

/// The terminal that the process belongs to, wherever its streams lead.
pub const TERMINAL: &str = "/dev/tty";

/// Asks a question, and waits for the answer: true where it is yes.
///
/// # Errors
/// The terminal can't be read.
pub fn ask(question: &str) -> io::Result<bool> {
    eprint!("{question}");
    io::stderr().flush()?;
    let mut answer = String::new();
    BufReader::new(File::open(TERMINAL)?).read_line(&mut answer)?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_sees_what_they_need_to_say_no() {
        let question = Question {
            host: "eu.api.example.com".into(),
            account: "till1",
            settings_file: Some("bulklabel.toml, profile eu".into()),
            totals: Totals {
                calls: 12_001,
                additions: 15_000,
                removals: 1,
            },
            left: 12_001,
            rejected: 3,
            rate: Some(Rate::DEFAULT),
        };
        insta::assert_snapshot!(question.to_string());
    }
}
