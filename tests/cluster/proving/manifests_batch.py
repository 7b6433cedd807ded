"""aws-batch.json, run as AWS Batch would."""

import time

from .arrays import Array, End, Follows
from .batch import Requests
from .blows import Blows
from .container import readable
from .manifest_checks import AGAIN, LATENCY, RATE, judged, once_more, policy, verdict


def batch(ground, entry, listed, whole):
    slips = {"retryStrategy": "retryStrategies", '"size": 16': '"size": "16"', '"RETRY"': '"AGAIN"', '"VCPU"': '"CPU"'}
    requests = Requests(judged(ground, "batch", "aws-batch.json", slips))
    ground.checks.same("aws-batch.json: nor would the service refuse it", list(requests.against()), [])
    # It knows nothing that stops all.
    never = dict.fromkeys((1, 2, 3), Follows.NEVER)
    policy(ground.checks, "AWS Batch", requests.follows, {0: Follows.DONE, **never, **AGAIN})
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
