//! `bulklabel completions`.

use clap::{Args, Command, ValueHint};
use clap_complete::{Shell, generate};

use super::help::whole;
use super::standard_output::print;
use crate::error::{Error, ExitStatus};

/// Prints what a shell needs to complete commands, flags and file names with the Tab key
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    source <(bulklabel completions bash)    for good: a line of ~/.bashrc\n  \
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
    // What their generators leave out.
    match args.shell {
        Shell::Bash => script.extend(files_first(&command).bytes()),
        Shell::Fish => script.extend(words(&command).bytes()),
        _ => {}
    }
    print(&script)?;
    Ok(ExitStatus::Complete)
}

/// For bash, what shows file names rather than flags where nothing is typed yet of the word that may be a list or a result.
fn files_first(command: &Command) -> String {
    let takes_file = |command: &&Command| {
        let mut positionals = command.get_positionals();
        positionals.any(|arg| arg.get_value_hint() == ValueHint::AnyPath)
    };
    let names = command.get_subcommands().filter(takes_file);
    let names: Vec<_> = names.map(Command::get_name).collect();
    format!(
        "
_bulklabel_files_first() {{
    _bulklabel \"$@\"
    case \"${{COMP_WORDS[1]}}\" in
        {})
            # All flags are offered: the word is empty, and nothing before it asks for a value.
            [[ -z \"$2\" && \" ${{COMPREPLY[*]}} \" == *\" --help \"* ]] && COMPREPLY=()
            ;;
    esac
    return 0
}}

complete -F _bulklabel_files_first -o bashdefault -o default bulklabel
",
        names.join("|")
    )
}

/// For fish, the words that a command takes in place of a file.
fn words(command: &Command) -> String {
    let of_one = |one: &Command| {
        let words = one
            .get_positionals()
            .next()?
            .get_value_parser()
            .possible_values()?;
        let words: Vec<_> = words.map(|word| word.get_name().to_owned()).collect();
        Some(format!(
            "complete -c bulklabel -n \"__fish_seen_subcommand_from {}\" -f -a \"{}\"\n",
            one.get_name(),
            words.join(" ")
        ))
    };
    command.get_subcommands().filter_map(of_one).collect()
}
