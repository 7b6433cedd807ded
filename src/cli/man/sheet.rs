//! A page of the manual in the language of `man`.

use clap::builder::StyledStr;
use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, roman};

use super::words::Term;

/// How the lines begin that say how quotes are written.
const PREAMBLE: [&str; 2] = [".ie ", ".el "];

/// A page that is being written.
pub struct Sheet {
    text: String,
    /// Whether the section has a paragraph already.
    is_begun: bool,
    roff: Roff,
}

impl Sheet {
    /// A page with its title and name.
    pub fn new(command: &Command, name: &str) -> Self {
        let about = command.get_about().map(StyledStr::to_string);
        let about = about.unwrap_or_default();
        let version = format!("bulklabel {}", env!("CARGO_PKG_VERSION"));
        let mut roff = Roff::new();
        roff.control("SH", ["NAME"]);
        roff.text([roman(format!("{name} - {about}"))]);
        Self {
            // An empty date, which its own writer would leave out.
            text: format!(".TH {name} 1 \"\" \"{version}\"\n"),
            is_begun: false,
            roff,
        }
    }

    /// Begins a section.
    pub fn section(&mut self, title: &str) {
        self.roff.control("SH", [title]);
        self.is_begun = false;
    }

    /// Begins a part of a section.
    pub fn subsection(&mut self, title: &str) {
        self.roff.control("SS", [title]);
        self.is_begun = false;
    }

    /// How a command is typed, on a line of its own.
    pub fn usage(&mut self, command: &Command, is_first: bool) {
        if !is_first {
            self.roff.control("br", []);
        }
        let usage = command.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ");
        let name = format!("bulklabel {}", command.get_name());
        let rest = usage.strip_prefix(&name).unwrap_or(usage);
        self.roff.text([bold(name), roman(rest)]);
    }

    /// What a command does.
    pub fn description(&mut self, command: &Command) {
        let about = command.get_long_about().or(command.get_about());
        self.text(&about.map(StyledStr::to_string).unwrap_or_default());
    }

    /// The flags, by headings: subsections (`SS`), or words of their own (`PP`).
    pub fn options(&mut self, command: &Command, heading: &str) {
        if command.get_arguments().all(Arg::is_hide_set) {
            return;
        }
        self.flush();
        self.is_begun = true;
        let mut options = Vec::new();
        // A text takes whatever is written to it.
        let _written = Man::new(command.clone()).render_options_section(&mut options);
        let options = String::from_utf8_lossy(&options);
        for line in options.lines().filter(|line| *line != ".SH OPTIONS") {
            match line.strip_prefix(".SH ").map(as_written) {
                None => self.text += line,
                Some(title) if heading == "SS" => self.text += &format!(".SS {title}"),
                Some(title) => {
                    self.text += &format!(".PP\n\\fI{}\\fR", title.trim_matches('"'));
                }
            }
            self.text.push('\n');
        }
    }

    /// What stands behind the flags in a command's help.
    pub fn after(&mut self, command: &Command) {
        let after = command.get_after_long_help();
        self.text(&after.map(StyledStr::to_string).unwrap_or_default());
    }

    /// Paragraphs. What is indented in one stays as it is.
    pub fn text(&mut self, text: &str) {
        for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
            if std::mem::replace(&mut self.is_begun, true) {
                self.roff.control("PP", []);
            }
            match paragraph.split_once("\n  ") {
                Some((head, lines)) => {
                    self.roff.text([roman(head)]);
                    self.as_it_is(lines);
                }
                None => {
                    self.roff.text([roman(paragraph.replace('\n', " "))]);
                }
            }
        }
    }

    fn as_it_is(&mut self, lines: &str) {
        self.roff.control("PP", []);
        self.roff.control("RS", ["4"]);
        self.roff.control("nf", []);
        for line in lines.lines() {
            let line = line.strip_prefix("  ").unwrap_or(line);
            self.roff.text([roman(line)]);
        }
        self.roff.control("fi", []);
        self.roff.control("RE", []);
    }

    /// Words and what they mean.
    pub fn terms(&mut self, terms: &[Term]) {
        for (term, meaning) in terms {
            self.roff.control("TP", []);
            let head: [Inline; 1] = [bold(*term)];
            self.roff.text(head);
            self.roff.text([roman(*meaning)]);
        }
    }

    fn flush(&mut self) {
        self.text += &std::mem::take(&mut self.roff).render();
    }

    /// The page, in ASCII: nobody has to be told its encoding. What every part begins with is needed once.
    pub fn end(mut self) -> Vec<u8> {
        self.flush();
        let mut lines: Vec<&str> = Vec::new();
        for line in self.text.lines() {
            let again =
                PREAMBLE.iter().any(|begin| line.starts_with(begin)) && lines.contains(&line);
            if !again {
                lines.push(line);
            }
        }
        let mut page = String::new();
        for line in lines {
            for letter in line.chars() {
                match letter {
                    '…' => page += "...",
                    _ if letter.is_ascii() => page.push(letter),
                    _ => page += &format!("\\[u{:04X}]", u32::from(letter)),
                }
            }
            page.push('\n');
        }
        page.into_bytes()
    }
}

/// A heading in its own capitals: `"THE LIST"` → `"The list"`.
fn as_written(title: &str) -> String {
    let lower = title.to_lowercase();
    let at = lower.find(char::is_alphabetic).unwrap_or_default();
    let (signs, word) = lower.split_at(at);
    let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
    format!("{signs}{}{rest}", first.to_uppercase())
}
