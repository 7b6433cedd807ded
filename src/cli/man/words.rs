//! What the manual says that no command's help does.

/// A word and what it means.
pub type Term = (&'static str, &'static str);

/// What a list looks like.
pub const LIST: &str = "\
A CSV file (or a workbook, .xlsx) whose first line names the columns, in any order; other columns are ignored:
  userId,action,label
  564663098,add,VIP 2026
  564663099,remove,Gold Member

The action is add or remove. Where a list has no such column, --action add says it for every row, and --label the label. \
Where columns have other names, --columns userId=crm_id,label=segment says which they are. Files may be packed with gzip or \
zstd.";

/// From a list to its result.
pub const FIRST_RUN: &str = "\
Look at the list, rehearse it, send it, and send again what failed:
  bulklabel check campaign.csv
  bulklabel run campaign.csv --sandbox
  export BULKLABEL_USERNAME=till.id
  bulklabel run campaign.csv --cluster eu
  bulklabel retry campaign.results.csv

On a terminal the password is asked for, and nothing is sent before a question is answered with y. The result, \
campaign.results.csv, says of every row what became of it. A run that was stopped is carried on by the same command.";

/// Where settings are given.
pub const SETTINGS: &str = "\
run, retry, undo and settings have these flags, and check those of the list, of the service, --rate, --timeout and --rejects. Each can also be a variable, or a line \
of bulklabel.toml: --base-url is BULKLABEL_BASE_URL and base_url. A flag overrules a variable, and a variable the file. \
bulklabel settings prints those in force.";

/// How the program ends.
pub const EXIT_STATUS: [Term; 6] = [
    (
        "0",
        "Complete, and every row is a success, skipped, or the removal of a label that was not there (33001). For check: \
         nothing was found.",
    ),
    (
        "1",
        "Complete, with other rows to look at, more of them than --tolerate allows. For check: there are findings.",
    ),
    (
        "2",
        "Nothing was sent, and trying again won't help: the command, the settings, the list, an existing result, or a label \
         that is not in use (--against-org).",
    ),
    (
        "3",
        "Stopped early, a person must look: the credentials, answers that can't be about the customers, more failures than \
         --max-failures allows, or what became of the first customers (--canary). The same command carries on afterwards.",
    ),
    (
        "75",
        "Stopped early or not started for a passing reason: an outage, a full disk, --limit, --until, or another run with the \
         same result. The same command carries on later.",
    ),
    (
        "130, 143",
        "Stopped by SIGINT (Ctrl-C), or by SIGTERM or SIGHUP. The same command carries on. A scheduler may repeat it blindly after 75, 130 \
         and 143.",
    ),
];

/// Variables that are no settings.
pub const ENVIRONMENT: [Term; 6] = [
    (
        "BULKLABEL_USERNAME, BULKLABEL_PASSWORD",
        "The account: for Capillary, the till's id and the MD5 form of its password.",
    ),
    (
        "BULKLABEL_CLIENT_KEY, BULKLABEL_CLIENT_SECRET",
        "The account of an OAuth client, in place of both.",
    ),
    (
        "BULKLABEL_USERNAME_FILE, BULKLABEL_PASSWORD_FILE, BULKLABEL_CLIENT_KEY_FILE, BULKLABEL_CLIENT_SECRET_FILE",
        "Files that hold the same.",
    ),
    (
        "BULKLABEL_RATE and so on",
        "Every setting, as told above. An empty variable is an unset one.",
    ),
    (
        "HTTPS_PROXY, NO_PROXY",
        "The proxy, and the hosts that are reached without it.",
    ),
    (
        "RUST_LOG, NO_COLOR",
        "Which log lines are written, in place of -v; and that none has colours.",
    ),
];

/// Files that are read and written.
pub const FILES: [Term; 6] = [
    (
        "bulklabel.toml",
        "Settings: in the working folder, else ~/.config/bulklabel/bulklabel.toml or ~/.config/bulklabel.toml, else where \
         --config says.",
    ),
    (
        "campaign.results.csv",
        "What became of every row of campaign.csv, in its order.",
    ),
    (
        "campaign.results.json",
        "What was run and how it went, for programs, and for retry, undo and merge.",
    ),
    (
        "campaign.results.html",
        "The page that bulklabel report makes of the result.",
    ),
    (
        "campaign.results.csv.partial, campaign.results.csv.state",
        "What an unfinished run has done so far. They are gone when it is complete.",
    ),
    (
        "campaign.retry-1.results.csv, campaign.undo.results.csv, campaign.sandbox.results.csv",
        "The results of a retry, an undo, and a rehearsal.",
    ),
];
