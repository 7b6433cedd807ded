#!/usr/bin/env python3
"""Proves that lists can be run in shards by the engines that samples/cluster has recipes for, though machines die meanwhile.

    cargo build --release
    python3 tests/cluster/prove.py --install            # everything, as CI does it
    python3 tests/cluster/prove.py slurm                # one scenario, with what is installed

Each scenario starts its engine on loopback, runs the recipe against `bulklabel sandbox`, kills something in the middle and lets
the engine carry on. The sandbox's own record is the judge: it knows who was called, how often and when. Nothing stays behind but
what `--install` has installed.
"""

import argparse
import fcntl
import importlib
import os
import pathlib
import signal
import sys
import tempfile
import time
import traceback

from proving import processes, table
from proving.checks import Checks
from proving.ground import Ground, Stuck
from proving.tools import Missing, Tools

# In the order in which they run; a scenario is the function `scenario` of the module.
SCENARIOS = {
    "shards": "one process against four shards and a merge",
    "parallel": "GNU parallel over two sshd, of which one is killed, and one connection cut",
    "slurm": "a Slurm array, of which a node is killed",
    "redis": "one rate in Redis, which is killed, and restarted empty",
    "dask": "shards as tasks of Dask, of which a worker is killed",
    "manifests": "manifests against their schemas, and each index as they run it",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    about = "; ".join(f"{name}: {what}" for name, what in SCENARIOS.items())
    parser.add_argument("what", nargs="*", choices=[[], *SCENARIOS], help=f"all of them where none is named. {about}")
    parser.add_argument("--program", type=pathlib.Path, help="the bulklabel to prove (default: the release build)")
    parser.add_argument("--install", action="store_true", help="install what is missing (Debian, as root)")
    parser.add_argument("--keep", action="store_true", help="leave the scenarios' folders, to be looked at")
    return parser.parse_args()


def main():
    given = arguments()
    signal.signal(signal.SIGTERM, interrupted)
    processes.adopt_orphans()
    checks, began = Checks(), time.monotonic()
    # Held until this process has ended.
    _alone = one_at_a_time()
    try:
        tools = Tools(given.program, given.install)
        tools.prepare()
        for name in given.what or SCENARIOS:
            prove(name, tools, checks, given.keep)
    except Missing as missing:
        sys.exit(f"prove.py: {missing}")
    except KeyboardInterrupt:
        sys.exit("prove.py: interrupted")
    finally:
        processes.end_all()
    table.show(checks.trials, time.monotonic() - began)
    print(f"\n{checks.passed} passed, {len(checks.failures)} failed", flush=True)
    sys.exit(1 if checks.failures else 0)


def one_at_a_time():
    """Waits for other proofs on this machine: they would install the same, and each is too slow beside another. Gives the lock."""
    lock = os.open(tempfile.gettempdir(), os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("waiting for another proof on this machine", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def interrupted(*_):
    raise KeyboardInterrupt


def prove(name, tools, checks, keep):
    """Runs one scenario on a ground of its own, which is cleared whatever happens."""
    print(f"\n-- {name}: {SCENARIOS[name]}", flush=True)
    scenario = importlib.import_module(f"proving.{name}").scenario
    with Ground(name, tools, checks, keep) as ground:
        try:
            scenario(ground)
        except Exception as error:
            if not isinstance(error, (Stuck, Missing)):
                traceback.print_exc(file=sys.stdout)
            checks.that(f"{name} comes to its end", False, error)
            ground.show_logs()


if __name__ == "__main__":
    main()
