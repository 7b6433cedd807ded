"""GNU parallel over two sshd: one of them, and all that it runs, is killed; the same command again carries on on the other."""

import csv
import getpass
import shutil
import time

from . import lists, sshd
from .judge import judge

SHARDS, RATE, FEW, CONCURRENCY = 4, 40, 4, 4


def scenario(ground):
    listed = lists.of(240)
    path = listed.write(ground.folder / "campaign.csv")
    sandbox = ground.sandbox(latency="300ms")
    config = ground.settings(sandbox, rate=f"{RATE}/s", rate_split=True, concurrency=CONCURRENCY)
    with sshd.Hosts(ground, ["node1", "node2"]) as hosts:
        command = [shutil.which("bash"), ground.tools.recipe("parallel.sh"), *(f"{getpass.getuser()}@{host}" for host in hosts.names)]
        variables = {"LIST": path, "BULKLABEL_CONFIG": config, "BULKLABEL": ground.program, "SHARDS": SHARDS, "JOBS": 2,
                     "PARALLEL_SSH": hosts.ssh, "PARALLEL_HOME": ground.folder / "parallel"}
        began = time.monotonic()
        first = ground.start("first", command, **variables)
        sandbox.until(80)
        hosts.kill("node1")
        kills = [sandbox.now()]
        ground.checks.that("the command fails where a machine has died", ground.ended("the first command", first) != 0)
        ended_well = [one for one in joblog(ground) if one["Exitval"] == "0"]
        ground.checks.same("its log knows the two shards of the other machine to have ended well", len(ended_well), 2)
        calls = len(sandbox.calls())
        status, said = ground.run(command, **variables)
    ground.checks.that("the same command again ends with the status of the merge: there are rows to look at", status == 1, said)
    again = {one["Seq"] for one in joblog(ground)} - {one["Seq"] for one in ended_well}
    ground.checks.same("it ran the two shards that were killed", len(again), 2)
    ground.checks.that("it went on from where they were", len(sandbox.calls()) - calls < 110, len(sandbox.calls()) - calls)
    judge(ground.checks, sandbox, listed, ground.folder / "campaign.results.csv", engine="GNU parallel",
          injected="one of two sshd and its two shards killed", wall=time.monotonic() - began, rate=RATE, few=FEW, kills=kills,
          in_flight=2 * CONCURRENCY)


def joblog(ground):
    """What GNU parallel has written down of each job that ended."""
    with open(ground.folder / "campaign.joblog", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))
