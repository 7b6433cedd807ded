//! `bulklabel man`.

mod page;
mod sheet;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command};

use super::help::whole;
use super::standard_output::print;
use crate::error::{Error, ExitStatus};

/// Prints the manual, or its page about one command, as `man` reads it
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    bulklabel man | man -l -\n  \
    bulklabel man run | man -l -\n  \
    bulklabel man --folder ~/.local/share/man/man1\n\n\
    After the last, `man bulklabel` and `man bulklabel-run` find them. On a Mac, `bulklabel man | mandoc -a` shows the manual.")]
pub struct ManArgs {
    /// Only this command
    #[arg(value_name = "COMMAND", conflicts_with = "folder")]
    command: Option<String>,

    /// Write the manual and the pages of all commands into this folder, which is made if it is not there
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Prints or writes the manual.
///
/// # Errors
/// It can't be written.
pub fn run(args: ManArgs) -> Result<ExitStatus, Error> {
    // What a first help leaves out stands in the manual.
    let mut command = whole();
    command.build();
    let command = shown(command).mut_subcommands(shown);
    match (args.folder, args.command) {
        (Some(folder), _) => write_all(&command, &folder)?,
        (None, None) => print(&page::whole(&command))?,
        (None, Some(name)) => {
            // Its own reader has let no other name pass.
            let one = command.find_subcommand(&name).unwrap_or(&command);
            print(&page::of_one(one))?;
        }
    }
    Ok(ExitStatus::Complete)
}

fn shown(command: Command) -> Command {
    command.mut_args(|arg| arg.hide_short_help(false))
}

fn write_all(command: &Command, folder: &Path) -> Result<(), Error> {
    let failed = |path: &Path, error| {
        Error::unusable(format!("{} can't be written: {error}", path.display()))
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let write = |name: String, page: Vec<u8>| {
        let path = folder.join(name);
        fs::write(&path, page).map_err(|error| failed(&path, error))
    };
    write("bulklabel.1".to_owned(), page::whole(command))?;
    for one in page::commands(command) {
        write(format!("bulklabel-{}.1", one.get_name()), page::of_one(one))?;
    }
    Ok(())
}
