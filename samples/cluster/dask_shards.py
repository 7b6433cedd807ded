#!/usr/bin/env python3
"""Makes one list of many files, and runs it in shards as tasks of a Dask cluster.

    pip install 'dask[dataframe,distributed]'
    python3 dask_shards.py --scheduler tcp://scheduler:8786 --config /shared/cluster.toml --shards 16 \\
        --list /shared/campaign.csv '/shared/exports/*.parquet'

Without --scheduler it starts so many workers on this machine as there are shards. The list, the settings file and bulklabel stand
under the same paths on all machines. It ends with 3 or 2 where a shard has: a person must look, and no further shard is started.
75 is "try later": the same command carries on. All else is what the merge says.

Dask prepares the data, and drives shards; the calls are never a stage of its own, with rows going through
`map_partitions`. An engine like that (Dask, Spark, Beam) may run a stage twice at any time: where a worker is lost, where
data that it held are needed again, or because a task is slow. That is right for what can be computed again, and wrong for calls,
which have been made: on Spark, a lost executor had 454 of 1,914 customers called twice when rows were piped through such a stage,
and none when shards were driven. A shard remembers on the shared disk whom it has called, and its lock keeps a second one out, so
that it may be run again as often as the engine likes.
"""

import argparse
import glob
import os
import pathlib
import subprocess
import sys
import time

COLUMNS = ["userId", "action", "label"]
# Exit statuses after which a person must look, the most urgent first: all shards have one account and one list.
FOR_A_PERSON = (3, 2)
# "Try later"; those after which the same command may be given again blindly, and how often and how soon that is done.
TRY_LATER = 75
PASSING = (TRY_LATER, 130, 143)
TRIES = 20
PAUSE = 60


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exports", nargs="+", help="Parquet or CSV files with the columns userId, action and label; also patterns")
    parser.add_argument("--list", type=pathlib.Path, required=True, help="the list that is made of them, on the shared disk")
    parser.add_argument("--config", type=pathlib.Path, required=True, help="the settings file, on the shared disk")
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--scheduler", help="the address of Dask's scheduler")
    parser.add_argument("--bulklabel", default="bulklabel", help="the program, if it is not on PATH")
    return parser.parse_args()


def main():
    given = arguments()
    from dask.distributed import Client, LocalCluster

    listed = given.list.resolve()
    cluster = given.scheduler or LocalCluster(n_workers=given.shards, threads_per_worker=1, processes=True, dashboard_address=None)
    with Client(cluster) as client:
        make_list(given.exports, listed)
        statuses = run_shards(client, given, listed)
    for n, status in sorted(statuses.items()):
        if status != 0:
            print(f"shard {n} ended with {status}: look at its log", file=sys.stderr)
    if any(statuses.values()):
        sys.exit(next((status for status in FOR_A_PERSON if status in statuses.values()), TRY_LATER))
    results = [f"{without_ending(listed)}.results.{n}-of-{given.shards}.csv" for n in range(1, given.shards + 1)]
    sys.exit(subprocess.run([given.bulklabel, "merge", *results]).returncode)


def run_shards(client, given, listed):
    """Runs all shards; gives the exit status of each. Where one has ended so that a person must look, no other is started.

    Those that run already come to their end: a task that is cancelled would leave its shard running, with nobody to wait for it.
    """
    from dask.distributed import as_completed

    stop = listed.with_name(listed.name + ".stop")
    stop.unlink(missing_ok=True)
    command = [given.bulklabel, "run", str(listed), "--config", str(given.config.resolve())]
    # A name for each shard: a task that is asked for twice is run once. A worker that is lost has its task run again.
    tasks = {client.submit(run_shard, command, n, given.shards, stop, key=f"{listed}-{n}-of-{given.shards}"): n
             for n in range(1, given.shards + 1)}
    statuses = {}
    for task in as_completed(tasks):
        # Dask gives a task up whose workers die one after the other.
        statuses[tasks[task]] = task.result() if task.status == "finished" else TRY_LATER
    return statuses


def without_ending(path):
    """A list's path without its ending, as bulklabel names what belongs to it."""
    return (path.with_suffix("") if path.suffix in (".gz", ".zst") else path).with_suffix("")


def make_list(exports, path):
    """One list of all exports, whole or not at all. One that is there is taken as it is: a run of it may be unfinished.

    Workers read, and this program alone writes: Dask's own `to_csv` would add a part twice where a worker dies.
    """
    if path.exists():
        return
    import dask.dataframe

    files = sorted(file for pattern in exports for file in glob.glob(pattern) or [pattern])
    if all(file.endswith(".parquet") for file in files):
        rows = dask.dataframe.read_parquet(files, columns=COLUMNS)
    else:
        # As text: a number would lose its leading zeros, and with an empty field among them it would be a float.
        rows = dask.dataframe.read_csv(files, usecols=COLUMNS, dtype=str, keep_default_na=False)
    making = path.with_name(path.name + ".making")
    with open(making, "w", encoding="utf-8", newline="") as file:
        for n, part in enumerate(rows[COLUMNS].partitions):
            part.compute().to_csv(file, header=n == 0, index=False)
    os.replace(making, path)


def run_shard(command, number, shards, stop):
    """Runs one shard to its end, also where another worker has begun it; gives its exit status. Begins nothing once `stop` is there."""
    log = f"{command[2]}.{number}-of-{shards}.log"
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE)
        if stop.exists():
            return TRY_LATER
        with open(log, "a", encoding="utf-8") as said:
            # --partial-ok: rows to look at are no failure.
            status = subprocess.run([*command, "--shard", f"{number}/{shards}", "--partial-ok"], stderr=said).returncode
        # A signal that ended it passes, too: it is told as a negative number.
        if status >= 0 and status not in PASSING:
            break
    if status in FOR_A_PERSON:
        stop.touch()
    return status


if __name__ == "__main__":
    main()
