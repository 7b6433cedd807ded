"""Four shards that share one rate in Redis: it is killed and comes back empty, and is killed once more and stays away."""

import time

from . import lists
from .ground import free_port
from .judge import judge

SHARDS, RATE, FEW, CONCURRENCY = 4, 24, 6, 8
# So long it is away the first time, and so long a shard waits for it at most, in seconds.
AWAY, PATIENCE = 2, 4
# What was allowed before it went away may still leave for so long.
ALLOWED_BEFORE = 1


def scenario(ground):
    listed = lists.of(300)
    listed.write(ground.folder / "campaign.csv")
    sandbox = ground.sandbox(latency="100ms")
    port = free_port()
    config = ground.settings(sandbox, rate=f"{RATE}/s", rate_url=f"redis://127.0.0.1:{port}/0", concurrency=CONCURRENCY,
                             max_outage=f"{PATIENCE}s")
    redis, began = start(ground, port), time.monotonic()
    running = start_shards(ground, config)
    sandbox.until(60)
    redis = away_for_a_moment(ground, sandbox, redis, port)
    sandbox.until(130)
    stays_away(ground, sandbox, redis, running)
    start(ground, port)
    statuses = [ground.ended("a shard", process) for process in start_shards(ground, config)]
    ground.checks.same("with Redis back, the same commands carry all shards on to their end", statuses, [1] * SHARDS)
    status, said = ground.run([ground.program, "merge", *(f"campaign.results.{n}-of-{SHARDS}.csv" for n in range(1, SHARDS + 1))])
    ground.checks.that("they can be merged", status == 1, said)
    judge(ground.checks, sandbox, listed, ground.folder / "campaign.results.csv", engine="four shards, one rate in Redis",
          injected="Redis killed and back empty; killed and away until all shards ended with 75", wall=time.monotonic() - began,
          rate=RATE, few=FEW)


def start(ground, port, *more):
    """A Redis of its own that keeps nothing on disk."""
    process = ground.start("redis", [ground.tools.find("redis-server"), "--bind", "127.0.0.1", "--port", port, "--save", "",
                                     "--appendonly", "no", *more])
    log = ground.folder / "redis.log"
    ground.wait("Redis", lambda: f"pid={process.pid}" in (said := log.read_text()) and "Ready to accept" in said.rpartition("pid=")[2])
    return process


def start_shards(ground, config):
    return [ground.start(f"shard-{n}", [ground.program, "run", "campaign.csv", "--config", config, "--shard", f"{n}/{SHARDS}"])
            for n in range(1, SHARDS + 1)]


def kill(process):
    process.kill()
    process.wait()


def away_for_a_moment(ground, sandbox, redis, port):
    """Redis is killed, and comes back a little later with its memory gone."""
    kill(redis)
    gone = sandbox.now()
    ground.wait("Redis to have been away for a while", lambda: sandbox.now() > gone + AWAY)
    paused = [call.at - gone for call in sandbox.calls() if call.at > gone + ALLOWED_BEFORE]
    redis = start(ground, port)
    ground.checks.same("while Redis is away, no shard calls", paused, [])
    return redis


def stays_away(ground, sandbox, redis, running):
    """Redis is killed, and all shards end that are still at work, as it is away for too long."""
    kill(redis)
    gone = sandbox.now()
    statuses = [ground.ended("a shard", process) for process in running]
    # They share one rate, in whatever parts: one may have come to its end before.
    complete = [(ground.folder / f"campaign.results.{n}-of-{SHARDS}.csv").exists() for n in range(1, SHARDS + 1)]
    ground.checks.same("where Redis stays away, each shard that is not complete ends with 75", statuses, [1 if one else 75 for one in complete])
    ground.checks.that("more than one shard was at work then", statuses.count(75) > 1, statuses)
    late = [call.at - gone for call in sandbox.calls() if call.at > gone + ALLOWED_BEFORE]
    ground.checks.same("none of them has called without it", late, [])
