//! What the program says of itself: the first screen, and which part of each command's help is shown at first.

use clap::builder::{PossibleValuesParser, StyledStr};
use clap::{Command, CommandFactory};

use super::Cli;
use super::settings::setting;

/// Flags that most people need; the others are shown by `--help` only.
const ESSENTIAL: [&str; 17] = [
    "sandbox",
    "yes",
    "columns",
    "action",
    "label",
    "sheet",
    "cluster",
    "rate",
    "output",
    "overwrite",
    "codes",
    "print",
    "json",
    "port",
    "latency",
    "errors",
    "outage",
];

/// How the first screen is laid out: it is written as it is to be seen.
pub const TEMPLATE: &str = "{about}{after-help}";

/// The first screen, short: it is seen whole on a terminal of 80 columns and 24 lines.
pub const FIRST: &str = "\
A list, campaign.csv (or .xlsx):    userId,action,label
                                    564663098,add,VIP 2026
                                    564663099,remove,Gold Member
A first run:
  bulklabel check campaign.csv              look at it: nothing is sent
  bulklabel run campaign.csv --sandbox      rehearse: no account, no network
  export BULKLABEL_USERNAME=till.id         who sends; the password is asked for
  bulklabel run campaign.csv --cluster eu   send it: shows what, and asks
                                            (result: campaign.results.csv)
  bulklabel retry campaign.results.csv      send again what failed

Commands:
  Sending      check, run, status       a run that was stopped is carried on by
                                        the same command
  Afterwards   report, retry, undo,     a page for the browser; send again,
               merge                    take back, fold into one
  Setting up   settings, sandbox        what is in force; a rehearsal service
  The shell    completions, man         for the Tab key; the manual

`bulklabel COMMAND --help` says more, `bulklabel --help` has the exit statuses.";

/// The first screen, long.
pub const LONG: &str = "\
A list is a CSV file (or a workbook, .xlsx) whose first line names the columns:

  userId,action,label
  564663098,add,VIP 2026
  564663099,remove,Gold Member

A first run:
  bulklabel check campaign.csv              look at it: nothing is sent
  bulklabel run campaign.csv --sandbox      rehearse: no account, no network
  export BULKLABEL_USERNAME=till.id         who sends; the password is asked for
  bulklabel run campaign.csv --cluster eu   send it: shows what, and asks
                                            (result: campaign.results.csv)
  bulklabel retry campaign.results.csv      send again what failed

Commands, in the order of use:
  check        look at a list: what it comes to, and what may not be meant
  run          send it; a run that was stopped is carried on by the same command
  status       how far an unfinished run is, also while it runs
  report       a page for the browser: what became of a run, and what to do
  retry        send again what failed, is unconfirmed or pending
  undo         take back what was done
  merge        join shards into one result; or fold a result and its retries
  settings     print the settings in force, and where each comes from
  sandbox      an imitation of the service on this machine, to practise on
  completions  what a shell needs to complete words with the Tab key
  man          the manual: bulklabel man | man -l -

Every command has these:
  -v, -vv              say more: of every retry, of every call
  --log-format json    write lines for programs to standard error
  -h, --help           what the command does, in short or in full

Without a terminal nothing is asked, and the credentials come from the
environment: BULKLABEL_USERNAME and BULKLABEL_PASSWORD, or BULKLABEL_CLIENT_KEY
and BULKLABEL_CLIENT_SECRET (OAuth). With _FILE behind its name, each names a
file that holds it instead.

Exit status:
  0         complete, and every row is as it should be
  1         complete, with rows to look at
  2         nothing was sent, and trying again won't help
  3         stopped early: a person must look; the same command carries on
  75        stopped early for a passing reason: the same command carries on
  130, 143  stopped by a signal: likewise";

/// The command line, complete: what derives can't say is added here.
pub fn whole() -> Command {
    let command = Cli::command();
    let names: Vec<_> = command
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    let commands = PossibleValuesParser::new(names);
    let command = command.mut_subcommand("man", |man| {
        man.mut_arg("command", |arg| {
            arg.value_parser(commands).hide_possible_values(true)
        })
    });
    let command = command.mut_args(setting);
    command.mut_subcommands(|command| brief(command.mut_args(setting)))
}

/// The command with a short help that shows the essential flags and the examples, beside the long one that shows all.
fn brief(command: Command) -> Command {
    let whole = command
        .get_after_help()
        .map(StyledStr::to_string)
        .unwrap_or_default();
    let examples = examples(&whole).unwrap_or_default().to_owned();
    let is_long = command.get_arguments().count() > 12;
    if !is_long {
        return command.after_long_help(whole);
    }
    let name = command.get_name().to_owned();
    let more = format!("{examples}\n\n`bulklabel {name} --help` shows all flags.");
    let command = command.after_help(more).after_long_help(whole);
    command.mut_args(|arg| {
        let is_essential = arg.is_positional() || ESSENTIAL.contains(&arg.get_id().as_str());
        arg.hide_short_help(!is_essential)
    })
}

/// The paragraph of a help text that has its examples.
pub fn examples(text: &str) -> Option<&str> {
    text.split("\n\n")
        .find(|paragraph| paragraph.starts_with("Examples:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a line as a shell takes them, up to where the program's own end.
    fn words(line: &str) -> Vec<String> {
        let line = line.trim().split("   ").next().unwrap_or_default();
        let end = [" | ", " > ", ")"];
        let end = end.iter().filter_map(|end| line.find(end)).min();
        let mut words = vec![String::new()];
        let mut quote = None;
        for letter in line[..end.unwrap_or(line.len())].chars() {
            match quote {
                Some(open) if letter == open => quote = None,
                None if "'\"".contains(letter) => quote = Some(letter),
                None if letter == ' ' => words.push(String::new()),
                _ => words.last_mut().unwrap().push(letter),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    #[test]
    fn every_example_is_understood_by_the_command_line() {
        let command = whole();
        let mut texts = vec![FIRST.to_owned(), LONG.to_owned()];
        let helps = command
            .get_subcommands()
            .filter_map(Command::get_after_long_help);
        let with_examples = helps.filter_map(|help| examples(&help.to_string()).map(str::to_owned));
        texts.extend(with_examples);
        let mut understood = 0;
        for text in &texts {
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "too long: {line}");
            }
            for line in text
                .replace("\\\n    ", "")
                .lines()
                .filter(|line| line.starts_with("  "))
            {
                let Some(at) = line
                    .find("bulklabel ")
                    .filter(|_| !line.contains("COMMAND"))
                else {
                    continue;
                };
                let parsed = command.clone().try_get_matches_from(words(&line[at..]));
                assert!(parsed.is_ok(), "{line}\n{}", parsed.unwrap_err());
                understood += 1;
            }
        }
        assert!(understood > 30, "{understood}");
        assert!(
            texts.len() == 2 + command.get_subcommands().count(),
            "a command has no examples"
        );
    }
}
