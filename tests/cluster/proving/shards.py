"""One process against four shards and a merge, in each way to keep one rate on one machine: the same result, row by row."""

import time

from . import lists
from .judge import judge, read

RATE = 20
# A shard's first call leaves at once, and a call may come to the sandbox a tenth of a second after it has left.
FEW = 6
# What two runs may say differently of the same row.
OF_ITS_TIME = ("attempts", "completedAt")


def scenario(ground):
    listed = lists.of(140)
    listed.write(ground.folder / "campaign.csv")
    whole = one_process(ground, listed)
    ways = {"each with its part of the rate": {"rate_split": True}, "one rate in a file": {"rate_url": f"file:{ground.folder}/rate"}}
    for way, setting in ways.items():
        merged = four_shards(ground, listed, way, setting)
        ground.checks.same(f"four shards, {way}: merged they say what one process says", merged, whole)


def one_process(ground, listed):
    sandbox = ground.sandbox(latency="20ms")
    config = ground.settings(sandbox, rate=f"{RATE}/s")
    began = time.monotonic()
    status, said = ground.run([ground.program, "run", "campaign.csv", "--config", config, "--output", "whole.csv"])
    ground.checks.that("one process ends with exit status 1: there are rows to look at", status == 1, said)
    result = ground.folder / "whole.csv"
    judge(ground.checks, sandbox, listed, result, engine="one process", injected="none", wall=time.monotonic() - began, rate=RATE,
          few=FEW)
    return timeless(result)


def four_shards(ground, listed, way, setting):
    sandbox = ground.sandbox(latency="20ms")
    config = ground.settings(sandbox, rate=f"{RATE}/s", **setting)
    name = "-".join(setting)
    began = time.monotonic()
    running = [ground.start(f"{name}-{n}", [ground.program, "run", "campaign.csv", "--config", config, "--shard", f"{n}/4", "--output",
                                            f"{name}.csv"]) for n in range(1, 5)]
    statuses = {ground.ended("a shard", process) for process in running}
    ground.checks.same(f"four shards, {way}: each ends with exit status 1", statuses, {1})
    result = ground.folder / f"{name}.csv"
    status, said = ground.run([ground.program, "merge", *(f"{name}.{n}-of-4.csv" for n in (3, 1, 4, 2)), "--output", result])
    ground.checks.that("their merge ends with the status of one process", status == 1, said)
    judge(ground.checks, sandbox, listed, result, engine=f"four shards, {way}", injected="none", wall=time.monotonic() - began, rate=RATE,
          few=FEW)
    return timeless(result)


def timeless(result):
    """The rows of a result without what belongs to its time only."""
    return [{name: value for name, value in row.items() if name not in OF_ITS_TIME} for row in read(result)]
