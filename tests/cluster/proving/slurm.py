"""An array of Slurm: a task is told to end, the service goes away until all have ended with 75, and a node dies. Each time Slurm
queues them again."""

import time

from . import lists
from .judge import judge
from .slurm_cluster import Cluster

NODES, RATE, FEW, CONCURRENCY = 4, 24, 6, 2


def scenario(ground):
    listed = lists.of(300)
    path = listed.write(ground.folder / "campaign.csv")
    sandbox = ground.sandbox(latency="300ms")
    config = ground.settings(sandbox, rate=f"{RATE}/s", rate_split=True, concurrency=CONCURRENCY, max_outage="1s")
    cluster = Cluster(ground, NODES)
    # What users have in their environment goes along with their jobs.
    variables = {"LIST": path, "BULKLABEL_CONFIG": config, "BULKLABEL": ground.program, "SHARDS": NODES}
    began = time.monotonic()
    array = cluster.submit("slurm.sh", f"--array=1-{NODES}", **variables)
    merge = cluster.submit("slurm-merge.sh", f"--dependency=afterany:{array}", **variables)
    told_to_end(ground, cluster, sandbox, array)
    away(ground, cluster, sandbox, array)
    kill = node_dies(ground, cluster, sandbox, array)
    ground.wait("the array", lambda: set(cluster.tasks(array).values()) == {"COMPLETED"})
    ground.wait("the merge, which waits for the array", lambda: cluster.state(merge) in ("COMPLETED", "FAILED"))
    # Slurm calls it a failure that there are rows to look at.
    ground.checks.same("the merge ends with exit status 1", cluster.field(merge, "ExitCode"), "1:0")
    part_once_more(ground, cluster, sandbox, variables)
    judge(ground.checks, sandbox, listed, ground.folder / "campaign.results.csv", engine="Slurm",
          injected="a task told to end; service away until all ended with 75; a node killed", wall=time.monotonic() - began, rate=RATE,
          few=FEW, kills=[kill], in_flight=CONCURRENCY)


def part_once_more(ground, cluster, sandbox, variables):
    """A part of the array is submitted again, of which Slurm says that it has two tasks."""
    calls = len(sandbox.calls())
    part = cluster.submit("slurm.sh", "--array=2-3", **variables)
    ground.wait("a part of the array", lambda: set(cluster.tasks(part).values()) == {"COMPLETED"})
    ground.checks.same("a part of the array that is run again knows that its shards are complete", len(sandbox.calls()), calls)


def told_to_end(ground, cluster, sandbox, array):
    """A task comes near its time limit: it is told to end, and Slurm queues it again."""
    sandbox.until(30)
    first = f"{array}_1"
    cluster.tell_to_end(first)
    ground.wait("the first task to be queued again", lambda: cluster.state(first) == "PENDING" and cluster.restarts(array, 1) == 1)
    ground.checks.same("a task that was told to end has ended with 143", cluster.field(first, "ExitCode"), "143:0")
    cluster.start_now(first)
    ground.wait("the first task to be carried on", lambda: cluster.state(first) == "RUNNING")


def away(ground, cluster, sandbox, array):
    """The service goes away until all tasks have ended with 75; Slurm queues them again."""
    sandbox.misbehave(latency="300ms", outage="0s+10m", outage_kind="503")
    ground.wait("all tasks to be queued again", lambda: set(cluster.tasks(array).values()) == {"PENDING"})
    ground.checks.same("each task has ended with 75", {cluster.field(f"{array}_{task}", "ExitCode") for task in range(1, NODES + 1)},
                       {"75:0"})
    sandbox.misbehave(latency="300ms")
    for task in cluster.tasks(array):
        cluster.start_now(f"{array}_{task}")


def node_dies(ground, cluster, sandbox, array):
    """A node loses its power; Slurm notices, and queues its task again, which another node takes up."""
    sandbox.until(len(sandbox.calls()) + 90)
    task = next(task for task, state in cluster.tasks(array).items() if state == "RUNNING")
    node = cluster.field(f"{array}_{task}", "NodeList")
    cluster.kill(node)
    moment = sandbox.now()
    ground.wait("the dead node's task to be queued again", lambda: cluster.state(f"{array}_{task}") == "PENDING")
    ground.checks.same("Slurm has seen that the node died", cluster.node(node).rstrip("*"), "DOWN")
    cluster.start_now(f"{array}_{task}")
    ground.wait("the task to be carried on", lambda: cluster.tasks(array)[task] in ("RUNNING", "COMPLETED"))
    ground.checks.that("another node carries it on", cluster.field(f"{array}_{task}", "NodeList") != node)
    return moment
