//! The question before anything is sent (contract, section 7).

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};

use rustix::termios::{QueueSelector, tcflush};

use super::command_line::quoted;
use crate::dispatch::Bounds;
use crate::job::Preview;
use crate::model::{Moment, Part, Rate};
use crate::report::{count, counted, doubts_in_brief, labels_in_brief, span};

/// What a person needs to know to say no.
#[derive(Debug)]
pub struct Question<'a> {
    /// The list.
    pub list: &'a OsStr,
    /// The shard of it that is to be run, where it is not run whole.
    pub shard: Option<Part>,
    /// Whether it is a list that can be looked at: no result, and no pipe.
    pub can_be_checked: bool,
    /// The host that calls go to.
    pub host: String,
    /// Who calls.
    pub account: &'a str,
    /// The settings file, where there is one.
    pub settings_file: Option<String>,
    /// How many calls the plan comes to.
    pub calls: u64,
    /// How many of them are left.
    pub left: u64,
    /// Its labels, and what stands out.
    pub preview: Preview,
    /// Rows that are rejected.
    pub rejected: u64,
    /// The rate, where there is one.
    pub rate: Option<Rate>,
    /// Whether others use some of it.
    pub is_shared: bool,
    /// When it stops though calls are left.
    pub bounds: Bounds,
    /// When it would begin.
    pub now: Moment,
}

impl fmt::Display for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  List:      {}", self.list.to_string_lossy())?;
        if let Some(shard) = self.shard {
            writeln!(
                f,
                "  Shard:     {shard}; the customers of the others are not called"
            )?;
        }
        writeln!(f, "  Host:      {}", self.host)?;
        writeln!(f, "  Account:   {}", self.account)?;
        if let Some(file) = &self.settings_file {
            writeln!(f, "  Settings:  {file}")?;
        }
        match self.calls {
            all if all == self.left => writeln!(f, "  Customers: {}", count(all))?,
            all => {
                let done = count(all - self.left);
                writeln!(f, "  Customers: {}; {done} of them are done", count(all))?;
            }
        }
        writeln!(
            f,
            "  Changes:   {}, {}",
            counted(self.preview.additions, "addition"),
            counted(self.preview.removals, "removal")
        )?;
        write_lines(f, "Labels:", &labels_in_brief(&self.preview.labels))?;
        if self.rejected > 0 {
            writeln!(
                f,
                "  Rejected:  {}, which will not be sent",
                counted(self.rejected, "row")
            )?;
        }
        let mut doubts = doubts_in_brief(&self.preview.findings);
        if !doubts.is_empty() && self.can_be_checked {
            let list = quoted(self.list);
            doubts.push(format!("(more about it: bulklabel check {list})"));
        }
        write_lines(f, "Look:", &doubts)?;
        write_lines(f, "Not all:", &self.not_all())?;
        match self.rate {
            Some(rate) => {
                let calls = self.left.min(self.bounds.limit.unwrap_or(u64::MAX));
                let time = rate.time_for(calls);
                let end = self.now.after(time).clock(self.now);
                let time = span(time);
                match self.is_shared {
                    false => writeln!(f, "  Time:      about {time} at {rate}, until {end}")?,
                    true => writeln!(
                        f,
                        "  Time:      {time} at least at {rate}, and longer where other runs use some of it"
                    )?,
                }
            }
            None => writeln!(f, "  Time:      as fast as the service answers")?,
        }
        write!(f, "Send these changes? [y/N] ")
    }
}

impl Question<'_> {
    /// What keeps it from doing all of that at once.
    fn not_all(&self) -> Vec<String> {
        let Bounds {
            limit,
            until,
            canary,
        } = self.bounds;
        let first = canary.filter(|first| *first < self.left).map(|first| {
            let first = counted(first, "customer");
            format!("{first} first, and you are asked again (--canary)")
        });
        let limit = limit.filter(|limit| *limit < self.left);
        let limit = limit.map(|limit| format!("{} (--limit)", counted(limit, "customer")));
        let until = until.map(|until| format!("until {} (--until)", until.clock(self.now)));
        [first, limit, until].into_iter().flatten().collect()
    }
}

/// A heading, and lines beside it.
fn write_lines(f: &mut fmt::Formatter<'_>, heading: &str, lines: &[String]) -> fmt::Result {
    let headings = std::iter::once(heading).chain(std::iter::repeat(""));
    headings
        .zip(lines)
        .try_for_each(|(heading, line)| writeln!(f, "  {heading:<10} {line}"))
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
    let terminal = File::open(TERMINAL)?;
    // What was typed before it was asked is no answer.
    tcflush(&terminal, QueueSelector::IFlush)?;
    let mut screen = io::stderr();
    write!(screen, "{question}")?;
    screen.flush()?;
    let mut answer = String::new();
    if BufReader::new(terminal).read_line(&mut answer)? == 0 {
        writeln!(screen)?;
    }
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{CheckedLabel, Findings};

    #[test]
    fn a_person_sees_what_they_need_to_say_no() {
        let mut findings = Findings::default();
        findings.contradictions.add(7);
        let label = |label: &str, add, remove| CheckedLabel {
            label: label.into(),
            add,
            remove,
            customers: add + remove,
            in_org: None,
        };
        let labels = vec![label("VIP", 12_000, 0), label("Gold", 3_000, 1)];
        let question = Question {
            list: OsStr::new("my campaign.csv"),
            shard: None,
            can_be_checked: true,
            preview: Preview {
                additions: 15_000,
                removals: 1,
                labels,
                findings,
            },
            now: Moment(1_795_400_000_007),
            host: "eu.api.example.com".into(),
            account: "till1",
            settings_file: Some("bulklabel.toml, profile eu".into()),
            calls: 12_001,
            left: 12_001,
            bounds: Bounds {
                limit: Some(12_000),
                until: None,
                canary: Some(20),
            },
            rejected: 3,
            rate: Some(Rate::DEFAULT),
            is_shared: false,
        };
        // When it ends depends on where the reader is.
        let now = question.now;
        let end = now.after(Rate::DEFAULT.time_for(12_000)).clock(now);
        insta::assert_snapshot!(question.to_string().replace(&end, "HH:MM"));
    }
}
