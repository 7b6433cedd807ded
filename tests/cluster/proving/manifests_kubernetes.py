"""kubernetes.yaml, run as Kubernetes would."""

import collections
import time

from . import lists, redis
from .arrays import Array, End, Follows
from .blows import Blows
from .container import readable
from .ground import free_port
from .kubernetes import Cluster, Manifest, action
from .manifest_checks import AGAIN, LATENCY, RATE, judged, once_more, policy, verdict


def kubernetes(ground, entry, listed, whole):
    slips = {"maxFailedIndexes": "maxFailIndexes", "completions: 16": "completions: sixteen", "values: [3]": 'values: ["3"]'}
    manifest = Manifest(judged(ground, "kubernetes", "kubernetes.yaml", slips))
    ground.checks.same("kubernetes.yaml: nor would the server refuse it", list(manifest.against()), [])
    policy(ground.checks, "Kubernetes", manifest.follows, {0: Follows.DONE, 1: Follows.NEVER, 2: Follows.NEVER, 3: Follows.STOP, **AGAIN})
    limit = manifest.shards["backoffLimitPerIndex"]
    ground.checks.same("Kubernetes: 75 is tried again, but not for ever", manifest.follows([End(75)] * (limit + 1)), Follows.NEVER)
    for end in (End(130), End(143), End(137, ("DisruptionTarget",))):
        ground.checks.same(f"Kubernetes: {end} does not count", manifest.follows([end] * (limit + 1)), Follows.AGAIN)
    told = {status: action(manifest.merge, End(status)) for status in (1, 2, 75)}
    ground.checks.same("Kubernetes: a merge tells of rows to look at, and is not tried again for them", told,
                       {1: "FailJob", 2: "FailJob", 75: "Count"})
    secrets = {"username": "sandbox\n", "password": "sandbox\n", "rate-url": redis_url(ground)}
    begin = lambda name, sandbox, **other: Job(ground, name, entry, manifest, sandbox, secrets | other)
    wrong_password(ground, begin, listed)
    wrong_list(ground, begin)
    in_kubernetes(ground, begin, listed, whole)


class Job:
    """The Job of the shards on a cluster of its own."""

    def __init__(self, ground, name, entry, manifest, sandbox, secrets):
        self.folder = readable(ground.folder / name)
        user = manifest.shards["template"]["spec"]["securityContext"]["runAsGroup"]
        self.ground, self.manifest, self.sandbox = ground, manifest, sandbox
        self.cluster = Cluster(self.folder, entry, {"bulklabel": secrets}, user)
        self.pod = self.container(manifest.shards, "shards")
        self.data = self.pod.mounts["/data"]

    def container(self, job, name):
        log = self.folder / f"{name}.log"
        self.ground.logs.append(log)
        return self.manifest.container(self.cluster, job, log)

    def start(self, index, _attempt, **variables):
        return self.pod.start("--base-url", self.sandbox.url, "--rate", f"{RATE}/s", JOB_COMPLETION_INDEX=str(index), **variables)

    def run(self, blows=None):
        spec = self.manifest.shards
        return Array(self.ground, spec["completions"], self.start, self.manifest.follows, spec["maxFailedIndexes"]).run(blows)

    def merge(self):
        return self.ground.ended("the merge", self.container(self.manifest.merge, "merge").start())


def wrong_password(ground, begin, listed):
    """Status 3 stops all."""
    sandbox = ground.sandbox(latency="20ms")
    job = begin("refused", sandbox, password="wrong\n")
    listed.write(job.data / "campaign.csv")
    ran = job.run()
    ended = collections.Counter(status for statuses in ran.statuses().values() for status in statuses)
    ground.checks.that("Kubernetes: a password that is refused stops the Job", ran.stopped and ended[3] and set(ended) <= {3, 143}, ended)
    calls = sandbox.calls()
    most = job.manifest.shards["completions"]
    ground.checks.that("Kubernetes: then each shard makes a call at most, and no label is changed",
                       len(calls) <= most and not any(call.applied for call in calls), len(calls))


def wrong_list(ground, begin):
    """Status 2 is never tried again, and more of it than a few shards stops all."""
    sandbox = ground.sandbox()
    job = begin("short", sandbox)
    lists.of(2).write(job.data / "campaign.csv")
    ran = job.run()
    ground.checks.that("Kubernetes: a list that is too short is tried once by each shard, and fails the Job",
                       ran.stopped and all(len(statuses) == 1 for statuses in ran.statuses().values()), ran.statuses())
    ground.checks.same("Kubernetes: nothing of it was sent", sandbox.calls(), [])


def in_kubernetes(ground, begin, listed, whole):
    """A node lost, a container killed, one drained, and one that ends with 75: all are carried on, and merged."""
    sandbox, began = ground.sandbox(latency=LATENCY), time.monotonic()
    job = begin("kubernetes", sandbox)
    listed.write(job.data / "campaign.csv")
    blows = Blows(sandbox, job.data, job.manifest.shards["completions"])
    ran = job.run({2: blows.killed(2, ("DisruptionTarget",)), 5: blows.killed(5), 7: blows.out_of_time(), 11: blows.drained(11)})
    expected = {index: [0] for index in ran.ends} | {2: [137, 0], 5: [137, 0], 7: [75, 0], 11: [143, 0]}
    ground.checks.same("Kubernetes: what was struck is carried on, and all else runs once", ran.statuses(), expected)
    once_more(ground, "Kubernetes", sandbox, job.run)
    ground.checks.same("Kubernetes: the merge tells of rows to look at", job.merge(), 1)
    verdict(ground, "Kubernetes Indexed Job", sandbox, listed, blows, job.data, time.monotonic() - began, whole,
            injected="node lost, kill -9, SIGTERM, exit 75")


def redis_url(ground):
    """The address of a Redis that asks for a password, with the line break that a file of a secret ends in."""
    port = free_port()
    redis.start(ground, port, "--requirepass", "secret")
    return f"redis://:secret@127.0.0.1:{port}/0\n"
