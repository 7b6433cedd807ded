//! What stands on a page of the manual.

use clap::{Arg, Command};

use super::sheet::Sheet;
use super::words::{self, ENVIRONMENT, EXIT_STATUS, FILES, FIRST_RUN, LIST};

/// The command that has all settings, and nothing else.
const SETTINGS: &str = "settings";

/// All commands but `help`.
pub fn commands(command: &Command) -> impl Iterator<Item = &Command> {
    let all = command.get_subcommands();
    all.filter(|command| command.get_name() != "help")
}

/// The page of the whole program.
pub fn whole(command: &Command) -> Vec<u8> {
    let mut page = Sheet::new(command, "bulklabel");
    page.section("SYNOPSIS");
    for (at, one) in commands(command).enumerate() {
        page.usage(one, at == 0);
    }
    page.section("DESCRIPTION");
    page.description(command);
    page.section("THE LIST");
    page.text(LIST);
    page.section("A FIRST RUN");
    page.text(FIRST_RUN);
    page.section("COMMANDS");
    let settings = command.find_subcommand(SETTINGS);
    for one in commands(command) {
        page.subsection(&format!("bulklabel {}", one.get_name()));
        page.description(one);
        page.options(&without_settings(one, settings), "PP");
        page.after(one);
    }
    if let Some(settings) = settings {
        page.section("SETTINGS");
        page.text(words::SETTINGS);
        page.options(&without_own(settings), "SS");
    }
    page.section("EXIT STATUS");
    page.terms(&EXIT_STATUS);
    page.section("ENVIRONMENT");
    page.terms(&ENVIRONMENT);
    page.section("FILES");
    page.terms(&FILES);
    page.end()
}

/// The page of one command.
pub fn of_one(command: &Command) -> Vec<u8> {
    let name = format!("bulklabel-{}", command.get_name());
    let mut page = Sheet::new(command, &name);
    page.section("SYNOPSIS");
    page.usage(command, true);
    page.section("DESCRIPTION");
    page.description(command);
    page.section("OPTIONS");
    page.options(command, "SS");
    page.section("NOTES");
    page.after(command);
    page.section("SEE ALSO");
    page.text("bulklabel(1)");
    page.end()
}

/// The command with its own flags only, where it has the settings, too: those have a section of their own.
fn without_settings(command: &Command, settings: Option<&Command>) -> Command {
    let is_setting = |arg: &Arg| {
        let mut settings = settings.into_iter().flat_map(Command::get_arguments);
        settings.any(|setting| setting.get_id() == arg.get_id())
    };
    command.clone().mut_args(|arg| {
        let hidden = arg.get_id() == "help" || is_setting(&arg);
        arg.hide(hidden)
    })
}

/// The settings without what every command has besides.
fn without_own(settings: &Command) -> Command {
    let settings = settings.clone();
    settings.mut_args(|arg| {
        let is_help = arg.get_id() == "help";
        arg.hide(is_help)
    })
}
