//! A settings file's text → its settings, each with its line. Pure.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::Entry;
use crate::cli::misheard::setting;
use crate::model::nearest;

/// Secrets, which must not stand in it, and what may instead; as they are called, whatever their case and signs.
const SECRETS: [(&str, &str); 7] = [
    ("password", "password_file"),
    ("passwd", "password_file"),
    ("pass", "password_file"),
    ("md5", "password_file"),
    ("clientsecret", "client_secret_file"),
    ("secret", "client_secret_file"),
    ("token", "client_secret_file"),
];

/// Settings that name a file beside this one.
const BESIDE: [&str; 3] = ["ca-cert", "password-file", "client-secret-file"];

/// What is wrong with a line.
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and no secret.
    pub what: String,
}

/// A document's settings, and the names of its profiles. Where several things are wrong, the first is told.
pub fn parse(
    text: &str,
    folder: &Path,
    known: &[&str],
) -> Result<(Vec<Entry>, Vec<String>), Fault> {
    let document = DeTable::parse(text).map_err(|error| Fault {
        line: line(text, error.span()),
        // Its own display shows the line, which may hold a secret.
        what: format!("it is no TOML: {}", error.message()),
    })?;
    let mut reader = Reader {
        text,
        folder,
        known,
        entries: Vec::new(),
        profiles: Vec::new(),
        faults: Vec::new(),
    };
    reader.table(document.get_ref(), None);
    match reader.faults.into_iter().min_by_key(|fault| fault.line) {
        Some(fault) => Err(fault),
        None => {
            reader.entries.sort_by_key(|entry| entry.line);
            Ok((reader.entries, reader.profiles))
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    folder: &'a Path,
    known: &'a [&'a str],
    entries: Vec<Entry>,
    profiles: Vec<String>,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, profile: Option<&str>) {
        for (key, value) in table {
            let name = key.get_ref().replace('_', "-");
            let line = line(self.text, Some(key.span()));
            if profile.is_none() && name == "profile" {
                self.profiles(value, line);
            } else {
                match self.entry(key.get_ref(), &name, value) {
                    Ok(value) => self.entries.push(Entry {
                        key: name,
                        value,
                        line,
                        profile: profile.map(str::to_owned),
                    }),
                    Err(what) => self.faults.push(Fault { line, what }),
                }
            }
        }
    }

    fn profiles(&mut self, value: &Spanned<DeValue<'_>>, line: usize) {
        let what = "profiles are tables of settings: write [profile.NAME] above them";
        let Some(profiles) = value.get_ref().as_table() else {
            let what = what.to_owned();
            return self.faults.push(Fault { line, what });
        };
        for (name, settings) in profiles {
            match settings.get_ref().as_table() {
                Some(settings) => {
                    self.profiles.push(name.get_ref().to_string());
                    self.table(settings, Some(name.get_ref()));
                }
                None => self.faults.push(Fault {
                    line: self::line(self.text, Some(name.span())),
                    what: what.to_owned(),
                }),
            }
        }
    }

    /// The value of a known key, as text. `typed` is how the key is written.
    fn entry(
        &self,
        typed: &str,
        key: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<String, String> {
        let plain = key.to_ascii_lowercase().replace('-', "");
        let plain = plain.strip_prefix("bulklabel").unwrap_or(&plain);
        if let Some((_, instead)) = SECRETS.iter().find(|(secret, _)| *secret == plain) {
            return Err(format!(
                "{typed} is a secret, which must not stand in a settings file: put it into a file of its own and name that \
                 with {instead}"
            ));
        }
        if !self.known.contains(&key) {
            let lower = key.to_ascii_lowercase();
            let word = lower.strip_prefix("bulklabel-").unwrap_or(&lower);
            let known = || self.known.iter().copied();
            let elsewhere = setting(word, |setting| self.known.contains(&setting));
            let nearest = elsewhere
                .or_else(|| nearest(word, known()))
                .unwrap_or_default();
            let nearest = nearest.replace('-', "_");
            return Err(format!(
                "there is no setting \"{typed}\": the nearest is \"{nearest}\""
            ));
        }
        let text = text_of(value.get_ref()).ok_or_else(|| {
            format!("{typed} must be a text in quotes, a whole number, or true or false")
        })?;
        if text.trim().is_empty() {
            return Err(format!(
                "{typed} is empty: give it a value, or leave the line out"
            ));
        }
        Ok(if BESIDE.contains(&key) {
            beside(self.folder, &text)
        } else {
            text
        })
    }
}

fn text_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .map(|number| number.to_string()),
        _ => None,
    }
}

/// A file that is named in a settings file: in the same folder, unless it says otherwise. `~` is the user's home.
fn beside(folder: &Path, name: &str) -> String {
    let path = match (name.strip_prefix("~/"), etcetera::home_dir()) {
        (Some(rest), Ok(home)) => home.join(rest),
        _ => folder.join(name),
    };
    path.to_string_lossy().into_owned()
}

fn line(text: &str, span: Option<Range<usize>>) -> usize {
    let before = span.and_then(|span| text.get(..span.start));
    1 + before.unwrap_or_default().matches('\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 5] = ["rate", "base-url", "ca-cert", "yes", "password-file"];

    fn read(text: &str) -> String {
        match parse(text, Path::new("/etc/x"), &KNOWN) {
            Ok((entries, profiles)) => {
                let entries = entries.iter().map(|entry| {
                    let profile = entry.profile.as_deref().unwrap_or("-");
                    format!("{}:{profile}:{}={}", entry.line, entry.key, entry.value)
                });
                format!(
                    "{} [{}]",
                    entries.collect::<Vec<_>>().join(" "),
                    profiles.join(" ")
                )
            }
            Err(Fault { line, what }) => format!("line {line}: {what}"),
        }
    }

    #[test]
    fn settings_are_read_with_their_lines_and_profiles() {
        let text = "rate = \"5/s\"\nbase_url='x'\nca-cert = \"a.pem\"\n\n[profile.eu]\nyes = true\nrate = 7\n";
        assert_eq!(
            read(text),
            "1:-:rate=5/s 2:-:base-url=x 3:-:ca-cert=/etc/x/a.pem 6:eu:yes=true 7:eu:rate=7 [eu]"
        );
        assert_eq!(
            read("password_file = \"/run/p\""),
            "1:-:password-file=/run/p []"
        );
        assert_eq!(read(""), " []");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_no_secret() {
        let texts = [
            "rate = \"5/s\"\nbase_ulr = \"x\"",
            "password = \"hush-hush\"",
            "\npassword = hush-hush",
            "[profile.eu]\nclient_secret = \"hush-hush\"",
            "rate = [1]",
            "rate = 1.5",
            "rate = 2026-11-23",
            "rate = 1\nrate = 2",
            "[profile]\nrate = 1",
            "profile = \"eu\"",
            "[rates]\nx = 1",
            "hush-hush",
            "RATE = 1",
            "BULKLABEL_PASSWORD = \"hush-hush\"",
            "clientSecret = \"hush-hush\"",
            "rate = \" \"",
        ];
        let told = texts.map(read).join("\n");
        insta::assert_snapshot!(told);
    }
}
