//! `bulklabel settings`.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use clap::{ArgMatches, Args};

use super::credentials;
use super::settings::{SettingArgs, Settings, Understood, address, names};
use crate::error::{Error, ExitStatus};

/// Prints every setting in force, and where it comes from
///
/// It takes the settings of `run`, and changes and sends nothing. Secrets are not shown.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    bulklabel settings\n  \
    bulklabel settings --profile eu --rate 50/s")]
pub struct ShowArgs {
    #[command(flatten)]
    settings: SettingArgs,
}

/// A setting: its name, its value, and where that comes from.
type Line = (String, String, String);

/// Prints the settings.
pub fn run(args: ShowArgs, understood: &Understood) -> Result<ExitStatus, Error> {
    // What can't be meant is told here as it is on a run.
    let settings = Settings::new(&args.settings)?;
    let mut lines = Vec::new();
    if let Some((_, matches)) = understood.matches.subcommand() {
        for name in names() {
            lines.push(setting(
                (&args.settings, &settings),
                &name,
                matches,
                understood,
            )?);
        }
    }
    lines.extend(credentials::shown(understood.file.as_ref())?);
    let text = table(&title(understood), &lines);
    let written = io::stdout().lock().write_all(text.as_bytes());
    // Who does not read to the end has seen enough.
    let _cut_short = written;
    Ok(ExitStatus::Complete)
}

fn title(understood: &Understood) -> String {
    match &understood.file {
        Some(file) => format!("Settings file: {}", file.title()),
        None => "No settings file.".to_owned(),
    }
}

fn setting(
    (args, settings): (&SettingArgs, &Settings),
    name: &str,
    matches: &ArgMatches,
    understood: &Understood,
) -> Result<Line, Error> {
    let origin = understood.origins.origin(name);
    let id = name.replace('-', "_");
    let raw = matches.get_raw(&id);
    let value = raw.map(|values| {
        let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
        values.join(",")
    });
    let service = &args.service;
    if name == "base-url" && (service.base_url.is_some() || service.cluster.is_some()) {
        let (base_url, origin) = address(service, &understood.origins)?;
        return Ok((name.to_owned(), base_url.to_string(), origin.to_string()));
    }
    if let ("rate-url", Some(url)) = (name, &settings.rate_url) {
        return Ok((name.to_owned(), url.to_string(), origin.to_string()));
    }
    // What is overruled is not in force.
    let overruled =
        name == "cluster" && value.is_some() && address(service, &understood.origins)?.1 != *origin;
    let (value, origin) = match value.filter(|_| !overruled) {
        Some(value) => (value, origin.to_string()),
        None => ("-".to_owned(), String::new()),
    };
    Ok((name.to_owned(), value, origin))
}

fn table(title: &str, lines: &[Line]) -> String {
    let width = |of: fn(&Line) -> &String| {
        let widths = lines.iter().map(|line| of(line).chars().count());
        widths.max().unwrap_or_default()
    };
    let (name_width, value_width) = (width(|line| &line.0), width(|line| &line.1).min(48));
    let mut text = format!("{title}\n\n");
    for (name, value, origin) in lines {
        let line = format!("{name:name_width$}  {value:value_width$}  {origin}");
        // A text takes whatever is written to it.
        let _written = writeln!(text, "{}", line.trim_end());
    }
    text
}
