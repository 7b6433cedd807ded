"""GNU parallel over two sshd: one of them, and all that it runs, is killed; the same command again carries on on the other."""

import csv
import getpass
import shutil
import time

from . import lists, sshd
from .judge import judge

SHARDS, RATE, FEW, CONCURRENCY = 4, 40, 8, 4


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
        first_said = (ground.folder / "first.log").read_text()
        arrived = [f"This is shard {n}/{SHARDS}, as PARALLEL_SEQ={n} says." in first_said for n in range(1, SHARDS + 1)]
        ground.checks.that("PARALLEL_SEQ comes through ssh to each shard", all(arrived), first_said)
        before = ended_well(ground)
        ground.checks.same("its log knows the two shards of the other machine to have ended well", len(before), 2)
        calls = len(sandbox.calls())
        status, said = ground.run(command, **variables)
    ground.checks.that("the same command again ends with the status of the merge: there are rows to look at", status == 1, said)
    ground.checks.same("it has run the two shards that were killed, and no other", sorted(ended_well(ground)), ["1", "2", "3", "4"])
    ground.checks.that("it went on from where they were", len(sandbox.calls()) - calls < 110, len(sandbox.calls()) - calls)
    judge(ground.checks, sandbox, listed, ground.folder / "campaign.results.csv", engine="GNU parallel",
          injected="one of two sshd and its two shards killed", wall=time.monotonic() - began, rate=RATE, few=FEW, kills=kills,
          in_flight=2 * CONCURRENCY)


def ended_well(ground):
    """The numbers of those jobs that ended well, each as often as it did, as GNU parallel has written it down."""
    with open(ground.folder / "campaign.joblog", encoding="utf-8", newline="") as file:
        return [job["Seq"] for job in csv.DictReader(file, delimiter="\t") if job["Exitval"] == "0"]
