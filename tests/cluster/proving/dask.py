"""Shards as tasks of Dask: a worker dies with its shard, and another alone, whose shard goes on without it."""

import os
import time

from . import lists, processes
from .judge import judge

SHARDS, RATE, FEW, CONCURRENCY = 4, 20, 6, 2
LATENCY = "300ms"

# The list in two files, as a cluster exports it, once as CSV and once as Parquet.
EXPORT = """
import pandas
rows = pandas.read_csv("campaign-whole.csv", dtype=str, keep_default_na=False)
for name, part in (("a", rows[:100]), ("b", rows[100:])):
    part.to_parquet(name + ".parquet")
    part.to_csv(name + ".csv", index=False)
"""
MAKE_LIST = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import dask_shards
dask_shards.make_list(["[ab].csv"], pathlib.Path("of-csv.csv"))
"""


def scenario(ground):
    python, recipe = ground.tools.python_with_dask(), ground.tools.recipe("dask_shards.py")
    listed, path = lists.of(300), ground.folder / "campaign.csv"
    listed.write(ground.folder / "campaign-whole.csv")
    status, said = ground.run([python, "-c", EXPORT])
    ground.checks.that("the list is exported", status == 0, said)
    sandbox = ground.sandbox(latency=LATENCY)
    config = ground.settings(sandbox, rate=f"{RATE}/s", rate_split=True, concurrency=CONCURRENCY, lock_wait="1m")
    began = time.monotonic()
    driver = ground.start("driver", [python, recipe, "--config", config, "--shards", SHARDS, "--list", path,
                                     "--bulklabel", ground.program, "*.parquet"])
    sandbox.until(60)
    kills = [worker_dies_with_its_shard(sandbox, 2)]
    sandbox.until(100)
    left_alone = worker_dies_alone(ground, sandbox, 3)
    status = ground.ended("the driver", driver)
    ground.checks.same("the driver ends with the status of the merge: there are rows to look at", status, 1)
    it_was_waited_for(ground, left_alone)
    judge(ground.checks, sandbox, listed, ground.folder / "campaign.results.csv", engine="Dask",
          injected="a worker and its shard killed; a worker killed, its shard left alone", wall=time.monotonic() - began, rate=RATE,
          few=FEW, kills=kills, in_flight=CONCURRENCY)
    same_list_of_csv(ground, python, recipe, path)


def it_was_waited_for(ground, left_alone):
    """The shard that lost its worker came to its end, and its task on another worker did nothing but wait for it."""
    ground.checks.that("the shard that lost its worker has come to its end alone", not processes.command_of(left_alone))
    said = (ground.folder / f"campaign.csv.3-of-{SHARDS}.log").read_text()
    waited = "waiting for its end" in said and "complete already" in said
    ground.checks.that("its task was run again, waited for it, and sent nothing", waited, said)


def same_list_of_csv(ground, python, recipe, path):
    status, said = ground.run([python, "-B", "-c", MAKE_LIST, recipe.parent])
    same = status == 0 and path.read_bytes() == (ground.folder / "of-csv.csv").read_bytes()
    ground.checks.that("many CSV files make the same list as Parquet", same, said)


def worker_dies_with_its_shard(sandbox, number):
    """A machine loses its power: the worker on it, and the shard that this one drives."""
    shard = process_of(number)
    processes.kill(processes.parent_of(shard), shard)
    return sandbox.now()


def worker_dies_alone(ground, sandbox, number):
    """A worker is killed (as for its memory), and what it has started goes on. Gives the process of the shard.

    Answers are slow until the shard's task has come to another worker, so that it finds the shard at work, however late it comes.
    """
    sandbox.misbehave(latency="3s")
    shard = process_of(number)
    processes.kill(processes.parent_of(shard))
    log = ground.folder / f"campaign.csv.{number}-of-{SHARDS}.log"
    ground.wait("the shard's task on another worker", lambda: "waiting for its end" in log.read_text())
    sandbox.misbehave(latency=LATENCY)
    return shard


def process_of(number):
    """The process that runs a shard."""
    return next(process for process in processes.below(os.getpid()) if f"{number}/{SHARDS}" in processes.command_of(process))
