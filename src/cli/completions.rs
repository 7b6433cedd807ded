//! `bulklabel completions`.

use clap::Args;
use clap_complete::{Shell, generate};

use super::help::whole;
use super::standard_output::print;
use crate::error::{Error, ExitStatus};

/// Prints what a shell needs to complete commands, flags and file names with the Tab key
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    source <(bulklabel completions bash)    for this window only; for good, as a line of ~/.bashrc\n  \
    bulklabel completions zsh > ~/.zfunc/_bulklabel\n  \
    bulklabel completions fish > ~/.config/fish/completions/bulklabel.fish\n\n\
    For zsh, ~/.zshrc needs the line `fpath+=~/.zfunc` above the one with `compinit`. The shell must be started anew.")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints the completions of a shell.
///
/// # Errors
/// Standard output can't be written.
pub fn run(args: CompletionsArgs) -> Result<ExitStatus, Error> {
    let mut command = whole();
    let mut script = Vec::new();
    generate(args.shell, &mut command, "bulklabel", &mut script);
    print(&script)?;
    Ok(ExitStatus::Complete)
}
