//! Words of other programs, and what does the same here.

/// Words with spaces between them, the flag that the command must have for the answer to be of use, and the answer.
type Answer = (&'static str, &'static str, &'static str);

/// Flags.
const FLAGS: [Answer; 29] = [
    (
        "--password --pass --passwd --username --user --till -u -p --token --api-key --secret --client-key \
         --client-secret --auth --credentials --key",
        "",
        "credentials are no flags: set BULKLABEL_USERNAME and BULKLABEL_PASSWORD in the environment, or BULKLABEL_CLIENT_KEY and \
         BULKLABEL_CLIENT_SECRET",
    ),
    (
        "--dry-run --dryrun --dry -n --simulate --noop --no-op --test --preview --check --validate",
        "--print",
        "--print prints the rows that would be sent, and --sandbox rehearses them",
    ),
    (
        "--dry-run --dryrun --dry -n --simulate --noop --no-op --test --preview --check --validate --what-if",
        "--sandbox",
        "--sandbox rehearses the list and changes nothing, and `bulklabel check LIST` looks at it and sends nothing",
    ),
    (
        "--dry-run --dryrun --dry -n --simulate --sandbox --test",
        "--json",
        "check sends nothing anyway; `bulklabel run LIST --sandbox` rehearses the list",
    ),
    (
        "--force -f",
        "--restart",
        "--overwrite replaces a result that exists, --restart starts an unfinished run over, and --yes does not ask",
    ),
    (
        "--force -f",
        "--overwrite",
        "--overwrite replaces a result that exists",
    ),
    (
        "--resume --continue --carry-on --skip --offset --start --start-at --from --from-line --checkpoint",
        "--restart",
        "leave it out: the command that began a run carries it on by itself",
    ),
    (
        "--threads --workers --parallel --parallelism --jobs -j --connections --max-connections -c -t",
        "--concurrency",
        "--concurrency says how many calls are on their way at a time; it rises by itself as the rate needs",
    ),
    (
        "--retries --retry --max-retries --attempts --max-tries --tries",
        "--max-attempts",
        "--max-attempts says how often a call is tried, the first time included: 3 retries are --max-attempts 4",
    ),
    (
        "--backoff --retry-delay --retry-wait --retry-interval",
        "--retry-base",
        "--retry-base is the longest first pause between attempts",
    ),
    (
        "--out -o --output-file --outfile --result --results --to --dest --out-file",
        "--output",
        "--output FILE says where the result goes",
    ),
    (
        "--no-confirm --assume-yes -y --noconfirm --no-prompt --no-input --non-interactive --batch --confirm \
         --no-ask",
        "--yes",
        "--yes sends without asking; without a terminal nothing is asked anyway",
    ),
    (
        "--host --url --endpoint --server --api-url --region --base-uri --address",
        "--cluster",
        "--cluster eu says where the service is, or --base-url https://… does",
    ),
    (
        "--insecure -k --no-verify --cacert --ca --no-check-certificate --skip-tls-verify",
        "--ca-cert",
        "--ca-cert FILE trusts a certificate authority of your own",
    ),
    (
        "--http",
        "--allow-http",
        "--allow-http allows an address without encryption",
    ),
    (
        "--proxy -x --https-proxy",
        "",
        "a proxy is named by the variable HTTPS_PROXY",
    ),
    (
        "--input --file -i --list --csv --infile --input-file --source",
        "--columns",
        "the list is named without a flag: bulklabel run campaign.csv",
    ),
    (
        "--separator --sep -d -s --field-separator --fs",
        "--delimiter",
        "--delimiter says what stands between fields",
    ),
    (
        "--charset --codepage --character-set --from-code",
        "--encoding",
        "--encoding says what the list is written in",
    ),
    (
        "--tab --worksheet --sheet-name",
        "--sheet",
        "--sheet NAME says which sheet of a workbook is read",
    ),
    (
        "--tag --labels --tags --label-name -l",
        "--label",
        "--label NAME is the label of every row of a list without such a column",
    ),
    (
        "--add --remove --delete --operation",
        "--action",
        "--action add (or remove) is the action of every row of a list without such a column",
    ),
    (
        "--rps --qps --tps --rate-limit --throttle --rpm --max-rate --limit-rate --delay --sleep -r --speed",
        "--rate",
        "--rate says how many calls at most: 50/s or 1000/min",
    ),
    (
        "--batch-size --chunk-size --chunk --bulk",
        "--rate",
        "there are no batches: every customer is one call, and --rate says how many there are a minute",
    ),
    (
        "--max-errors --fail-fast --stop-on-error --abort-on-error --max-fail",
        "--max-failures",
        "--max-failures 0 stops at the first call that fails, --max-failures 10 at the eleventh",
    ),
    (
        "--debug --log-level --trace --verbosity --loglevel",
        "",
        "-v says more, and -vv most",
    ),
    (
        "--silent --no-progress --no-progress-bar --cron --brief",
        "--quiet",
        "--quiet says nothing where all is well, and shows no progress",
    ),
    (
        "--prometheus --prom --metrics-file --textfile --statsd",
        "--metrics",
        "--metrics FILE.prom tells Prometheus' textfile collector how the run ended",
    ),
    (
        "--json --log --json-logs --log-json --format",
        "--log-format",
        "--log-format json writes JSON lines to standard error",
    ),
];

/// Commands.
const COMMANDS: [(&str, &str); 12] = [
    (
        "send import upload apply start exec execute go tag label add resume continue push submit",
        "run",
    ),
    (
        "validate lint verify preview inspect dry-run plan test look stats analyse analyze",
        "check",
    ),
    ("redo rerun again repeat", "retry"),
    ("revert rollback roll-back reverse rm remove", "undo"),
    ("join fold combine concat union", "merge"),
    ("progress ps state show", "status"),
    (
        "config configure env options setup init profiles",
        "settings",
    ),
    ("mock serve server rehearse simulate demo fake", "sandbox"),
    ("completion complete autocomplete", "completions"),
    ("manual manpage docs doc", "man"),
    ("version ver", "--version"),
    ("usage commands", "help"),
];

/// What does here what a flag of this name does elsewhere. `has` says whether the command has a flag.
pub fn flag(typed: &str, has: impl Fn(&str) -> bool) -> Option<&'static str> {
    let fits = |(words, needed, _): &&Answer| {
        words.split(' ').any(|word| word == typed) && (needed.is_empty() || has(needed))
    };
    FLAGS.iter().find(fits).map(|(.., answer)| *answer)
}

/// The setting that does here what one of this name does elsewhere, where it is one that `is_known`.
pub fn setting(typed: &str, is_known: impl Fn(&str) -> bool) -> Option<&'static str> {
    let typed = format!("--{typed}");
    let named = FLAGS.iter().filter(|(words, needed, answer)| {
        words.split(' ').any(|word| word == typed) && answer.starts_with(needed)
    });
    let mut settings = named.filter_map(|(_, needed, _)| needed.strip_prefix("--"));
    settings.find(|setting| is_known(setting))
}

/// The command that does here what one of this name does elsewhere.
pub fn command(typed: &str) -> Option<&'static str> {
    let typed = typed.to_ascii_lowercase();
    let fits = |(words, _): &&(&str, &str)| words.split(' ').any(|word| word == typed);
    COMMANDS.iter().find(fits).map(|(_, command)| *command)
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};

    use super::*;
    use crate::cli::help::whole;

    #[test]
    fn every_answer_can_be_typed() {
        let command = whole();
        let all = command.get_subcommands().flat_map(Command::get_arguments);
        let all = all.chain(command.get_arguments());
        let all: Vec<_> = all.filter_map(Arg::get_long).collect();
        let is_flag = |word: &str| all.contains(&&word[2..]);
        for (_, needed, answer) in FLAGS {
            let words = answer.split([' ', ',', ':', ';', '`']).chain([needed]);
            for word in words.filter(|word| word.starts_with("--")) {
                assert!(is_flag(word), "{word}: {answer}");
            }
        }
        for (_, answer) in COMMANDS {
            let known = command.find_subcommand(answer).is_some();
            assert!(known || matches!(answer, "--version" | "help"), "{answer}");
        }
    }

    #[test]
    fn settings_have_other_names_elsewhere() {
        let all = ["concurrency", "max-attempts", "columns"];
        let named = ["threads", "retries", "input", "rate"];
        let found = named.map(|name| setting(name, |known| all.contains(&known)));
        assert_eq!(
            found,
            [Some("concurrency"), Some("max-attempts"), None, None]
        );
    }

    #[test]
    fn no_flag_of_ours_is_a_foreign_one() {
        let run = whole().find_subcommand("run").unwrap().clone();
        let own = run.get_arguments().filter_map(|arg| arg.get_long());
        let has = |flag: &str| {
            run.get_arguments()
                .any(|arg| arg.get_long() == flag.strip_prefix("--"))
        };
        for flag_name in own {
            assert_eq!(flag(&format!("--{flag_name}"), has), None, "{flag_name}");
        }
    }
}
