"""The manifests for Kubernetes and AWS Batch: against their schemas, and each index run as they say, with failures in between.

There is no Kubernetes and no AWS here. What stands in a manifest is done by `arrays`: words, variables, settings, secrets and
volumes as they are written, the failure policy as its engine reads it. Two flags are added: where the sandbox is, and a rate at
which a proof ends.
"""

import collections
import json
import pathlib
import shutil
import subprocess
import time

from . import lists
from .arrays import Array, End, Follows
from .batch import Requests
from .blows import Blows
from .container import readable
from .judge import judge
from .kubernetes import Cluster, Manifest, action
from .shards import timeless
from .tools import ROOT

CUSTOMERS = 240
RATE = 60
LATENCY = "400ms"
SCHEMAS = pathlib.Path(__file__).with_name("schemas.py")
SAMPLES = ROOT / "samples" / "cluster"
SIGNALS = (130, 143)


def scenario(ground):
    ground.folder.chmod(0o755)
    entry = image(ground)
    listed = lists.of(CUSTOMERS)
    whole = one_process(ground, listed)
    kubernetes(ground, entry, listed, whole)
    batch(ground, entry, listed, whole)


def image(ground):
    """The image's program, where everybody may run it."""
    folder = readable(ground.folder / "bin")
    shutil.copy(ground.program, folder / "bulklabel")
    (folder / "bulklabel").chmod(0o755)
    return folder / "bulklabel"


def one_process(ground, listed):
    """What the result of one process says."""
    listed.write(ground.folder / "campaign.csv")
    sandbox = ground.sandbox()
    settings = ground.settings(sandbox, rate="none")
    status, said = ground.run([ground.program, "run", "campaign.csv", "--config", settings])
    ground.checks.that("one process ends with exit status 1: there are rows to look at", status == 1, said)
    return timeless(ground.folder / "campaign.results.csv")


def judged(ground, kind, name, slips):
    """The documents of a manifest, against which there must be nothing to be said, and something against it with each slip."""
    text = (SAMPLES / name).read_text()
    texts = [text, *(text.replace(right, wrong, 1) for right, wrong in slips.items())]
    python = ground.tools.python_with_dask()
    told = subprocess.run([python, SCHEMAS, kind], input=json.dumps(texts), capture_output=True, text=True, check=True)
    (documents, against), *of_slips = json.loads(told.stdout)
    ground.checks.same(f"{name} keeps its schema to the letter", against, [])
    for (right, wrong), (_, against) in zip(slips.items(), of_slips):
        ground.checks.that(f"{name}: the schema knows no {wrong!r}", right in text and against, against)
    return documents


def policy(checks, engine, follows, expected):
    """Holds what follows each exit status against what the contract says of it."""
    found = {status: follows([End(status)]) for status in expected}
    checks.same(f"{engine}: each exit status is followed by what it stands for", found, expected)


def kubernetes(ground, entry, listed, whole):
    slips = {"maxFailedIndexes": "maxFailIndexes", "completions: 16": "completions: sixteen", "values: [3]": 'values: ["3"]'}
    manifest = Manifest(judged(ground, "kubernetes", "kubernetes.yaml", slips))
    ground.checks.same("kubernetes.yaml: nor would the server refuse it", list(manifest.against()), [])
    again = dict.fromkeys((75, 101, 137, *SIGNALS), Follows.AGAIN)
    policy(ground.checks, "Kubernetes", manifest.follows, {0: Follows.DONE, 1: Follows.NEVER, 2: Follows.NEVER, 3: Follows.STOP, **again})
    limit = manifest.shards["backoffLimitPerIndex"]
    ground.checks.same("Kubernetes: 75 is tried again, but not for ever", manifest.follows([End(75)] * (limit + 1)), Follows.NEVER)
    lost = [End(143), End(137, ("DisruptionTarget",))] * (limit + 1)
    ground.checks.same("Kubernetes: machines that are lost don't count", manifest.follows(lost), Follows.AGAIN)
    told = {status: action(manifest.merge, End(status)) for status in (1, 2, 75)}
    ground.checks.same("Kubernetes: a merge tells of rows to look at, and is not tried again for them", told,
                       {1: "FailJob", 2: "FailJob", 75: "Count"})
    wrong_password(ground, entry, manifest, listed)
    wrong_list(ground, entry, manifest)
    in_kubernetes(ground, entry, manifest, listed, whole)


class Job:
    """The Job of the shards on a cluster of its own."""

    def __init__(self, ground, name, entry, manifest, sandbox, password="sandbox\n"):
        secrets = {"bulklabel": {"username": "sandbox\n", "password": password, "rate-url": redis(ground, name)}}
        self.folder = readable(ground.folder / name)
        user = manifest.shards["template"]["spec"]["securityContext"]["runAsGroup"]
        self.ground, self.manifest, self.sandbox = ground, manifest, sandbox
        self.cluster = Cluster(self.folder, entry, secrets, user)
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


def wrong_password(ground, entry, manifest, listed):
    """Status 3 stops all."""
    sandbox = ground.sandbox(latency="20ms")
    job = Job(ground, "refused", entry, manifest, sandbox, password="wrong\n")
    listed.write(job.data / "campaign.csv")
    ran = job.run()
    ended = collections.Counter(status for statuses in ran.statuses().values() for status in statuses)
    ground.checks.that("Kubernetes: a password that is refused stops the Job", ran.stopped and ended[3] and set(ended) <= {3, 143}, ended)
    calls = sandbox.calls()
    most = manifest.shards["completions"]
    ground.checks.that("Kubernetes: then each shard makes a call at most, and no label is changed",
                       len(calls) <= most and not any(call.applied for call in calls), len(calls))


def wrong_list(ground, entry, manifest):
    """Status 2 is never tried again, and more of it than a few shards stops all."""
    sandbox = ground.sandbox()
    job = Job(ground, "short", entry, manifest, sandbox)
    lists.of(2).write(job.data / "campaign.csv")
    ran = job.run()
    ground.checks.that("Kubernetes: a list that is too short is tried once by each shard, and fails the Job",
                       ran.stopped and all(len(statuses) == 1 for statuses in ran.statuses().values()), ran.statuses())
    ground.checks.same("Kubernetes: nothing of it was sent", sandbox.calls(), [])


def in_kubernetes(ground, entry, manifest, listed, whole):
    """A node lost, a container killed, one drained, and one that ends with 75: all are carried on, and merged."""
    sandbox, began = ground.sandbox(latency=LATENCY), time.monotonic()
    job = Job(ground, "kubernetes", entry, manifest, sandbox)
    listed.write(job.data / "campaign.csv")
    blows = Blows(sandbox, job.data, manifest.shards["completions"])
    ran = job.run({2: blows.killed(2, ("DisruptionTarget",)), 5: blows.killed(5), 7: blows.out_of_time(), 11: blows.drained(11)})
    expected = {index: [0] for index in ran.ends} | {2: [137, 0], 5: [137, 0], 7: [75, 0], 11: [143, 0]}
    ground.checks.same("Kubernetes: what was struck is carried on, and all else runs once", ran.statuses(), expected)
    once_more(ground, "Kubernetes", sandbox, job.run)
    ground.checks.same("Kubernetes: the merge tells of rows to look at", job.merge(), 1)
    verdict(ground, "Kubernetes Indexed Job", sandbox, listed, blows, job.data, time.monotonic() - began, whole,
            injected="node lost, kill -9, SIGTERM, exit 75")


def batch(ground, entry, listed, whole):
    slips = {"retryStrategy": "retryStrategies", '"size": 16': '"size": "16"', '"RETRY"': '"AGAIN"', '"VCPU"': '"CPU"'}
    requests = Requests(judged(ground, "batch", "aws-batch.json", slips))
    ground.checks.same("aws-batch.json: nor would the service refuse it", list(requests.against()), [])
    again = dict.fromkeys((75, 101, 137, *SIGNALS), Follows.AGAIN)
    # It knows nothing that stops all.
    never = dict.fromkeys((1, 2, 3), Follows.NEVER)
    policy(ground.checks, "AWS Batch", requests.follows, {0: Follows.DONE, **never, **again})
    attempts = requests.retries["attempts"]
    ground.checks.same("AWS Batch: 75 is tried again, but not for ever", requests.follows([End(75)] * attempts), Follows.NEVER)
    in_batch(ground, entry, requests, listed, whole)


def in_batch(ground, entry, requests, listed, whole):
    sandbox, began = ground.sandbox(latency=LATENCY), time.monotonic()
    folder, secrets = readable(ground.folder / "batch"), {"username": "sandbox", "password": "sandbox"}
    container = requests.container(folder, entry, secrets, folder / "shards.log")
    ground.logs.append(container.log)
    data = container.mounts["/data"]
    listed.write(data / "campaign.csv")

    def start(index, attempt, **variables):
        more = requests.of_service(f"array:{index}", attempt, index)
        return container.start("--base-url", sandbox.url, "--rate", f"{RATE}/s", **more, **variables)

    blows = Blows(sandbox, data, requests.size())
    run = lambda blows=None: Array(ground, requests.size(), start, requests.follows).run(blows)
    ran = run({3: blows.killed(3), 8: blows.out_of_time(), 12: blows.drained(12)})
    expected = {index: [0] for index in ran.ends} | {3: [137, 0], 8: [75, 0], 12: [143, 0]}
    ground.checks.same("AWS Batch: what was struck is carried on, and all else runs once", ran.statuses(), expected)
    once_more(ground, "AWS Batch", sandbox, run)
    words = requests.merge["containerOverrides"]["command"]
    merging = requests.container(folder, entry, secrets, folder / "merge.log", words)
    status = ground.ended("the merge", merging.start(**requests.of_service("merge", 1)))
    ground.checks.same("AWS Batch: the merge tells of rows to look at", status, 1)
    verdict(ground, "AWS Batch array", sandbox, listed, blows, data, time.monotonic() - began, whole,
            injected="host lost, SIGTERM, exit 75")


def once_more(ground, engine, sandbox, run):
    """What is complete may be started again, as whoever carries on a part of it does."""
    calls = len(sandbox.calls())
    ground.checks.same(f"{engine}: all of it once more is done at once", set(map(tuple, run().statuses().values())), {(0,)})
    ground.checks.same(f"{engine}: and sends nothing again", len(sandbox.calls()), calls)


def verdict(ground, engine, sandbox, listed, blows, data, wall, whole, injected):
    result = data / "campaign.results.csv"
    if not ground.checks.that(f"{engine}: there is a merged result", result.exists(), sorted(path.name for path in data.iterdir())):
        return
    judge(ground.checks, sandbox, listed, result, engine=engine, injected=injected, wall=wall, rate=RATE, few=blows.count,
          kills=blows.kills, in_flight=len(blows.in_flight))
    often = collections.Counter(call.customer for call in sandbox.calls())
    twice = {customer for customer, times in often.items() if times > 1}
    ground.checks.same(f"{engine}: those were called again whose calls had left and were not recorded, and nobody else", twice, blows.in_flight)
    ground.checks.that(f"{engine}: there were such calls", len(blows.in_flight) >= len(blows.kills) > 0, blows.in_flight)
    ground.checks.same(f"{engine}: merged, it says what one process says", timeless(result), whole)


def redis(ground, name):
    """A Redis that asks for a password, and its address."""
    return "redis://:secret@127.0.0.1:6379/0"
