"""GNU parallel over two sshd: a connection to one is cut, and the other is killed with all that it runs. The same command again
carries on."""

import csv
import getpass
import shutil
import time

from . import lists, sshd
from .judge import judge

SHARDS, RATE, FEW, CONCURRENCY = 4, 30, 8, 3


def scenario(ground):
    listed = lists.of(200)
    path = listed.write(ground.folder / "campaign.csv")
    sandbox = ground.sandbox(latency="300ms")
    with sshd.Hosts(ground, ["node1", "node2"]) as hosts:
        command = [shutil.which("bash"), ground.tools.recipe("parallel.sh"), *(f"{getpass.getuser()}@{host}" for host in hosts.names)]
        variables = {"BULKLABEL": ground.program, "SHARDS": SHARDS, "PARALLEL_SSH": hosts.ssh, "PARALLEL_HOME": ground.folder / "parallel"}
        refused(ground, command, variables)
        config = ground.settings(sandbox, rate=f"{RATE}/s", rate_split=True, concurrency=CONCURRENCY)
        variables |= {"LIST": path, "BULKLABEL_CONFIG": config}
        began = time.monotonic()
        first = ground.start("first", command, **variables)
        sandbox.until(50)
        hosts.cut("node2")
        kills = [sandbox.now()]
        sandbox.until(75)
        hosts.kill("node1")
        kills.append(sandbox.now())
        first_has_failed(ground, first)
        calls = len(sandbox.calls())
        status, said = ground.run(command, **variables)
    ground.checks.that("the same command again ends with the status of the merge: there are rows to look at", status == 1, said)
    ground.checks.same("it has run those shards only that had not ended well", sorted(ended_well(ground)), ["1", "2", "3", "4"])
    ground.checks.that("it went on from where they were", len(sandbox.calls()) - calls < 130, len(sandbox.calls()) - calls)
    judge(ground.checks, sandbox, listed, ground.folder / "campaign.results.csv", engine="GNU parallel",
          injected="a connection cut; the other sshd and its two shards killed", wall=time.monotonic() - began, rate=RATE, few=FEW,
          kills=kills, in_flight=3 * CONCURRENCY)


def refused(ground, command, variables):
    """A password that is refused stops a shard with 3, and then no other is started."""
    sandbox, other = ground.sandbox(), ground.folder / "refused"
    other.mkdir()
    path = lists.of(40).write(other / "campaign.csv")
    config = ground.settings(sandbox, username="nobody")
    status, said = ground.run(command, **variables | {"LIST": path, "BULKLABEL_CONFIG": config, "JOBS": 1})
    ground.checks.that("where a password is refused, the command ends with 3", status == 3, said)
    begun = [n for n in range(1, SHARDS + 1) if f"PARALLEL_SEQ={n} says" in said]
    ground.checks.that("then at most one shard was started on each machine", 0 < len(begun) <= 2, said)


def first_has_failed(ground, first):
    """The command of which a machine has died, and a connection."""
    ground.checks.same("the command says \"try later\" where a machine has died", ground.ended("the first command", first), 75)
    said = (ground.folder / "first.log").read_text()
    arrived = [f"This is shard {n}/{SHARDS}, as PARALLEL_SEQ={n} says." in said for n in range(1, SHARDS + 1)]
    ground.checks.that("PARALLEL_SEQ comes through ssh to each shard", all(arrived), said)
    ground.checks.same("its log knows one shard to have ended well: that of the other connection", len(ended_well(ground)), 1)


def ended_well(ground):
    """The numbers of those jobs that ended well, each as often as it did, as GNU parallel has written it down."""
    with open(ground.folder / "campaign.joblog", encoding="utf-8", newline="") as file:
        return [job["Seq"] for job in csv.DictReader(file, delimiter="\t") if job["Exitval"] == "0"]
