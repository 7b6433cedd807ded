"""What is held against a manifest and what came of it, whichever engine it is for."""

import collections
import json
import pathlib
import subprocess

from .arrays import End, Follows
from .judge import judge
from .shards import timeless
from .tools import ROOT

# So many calls a second all shards may make, and so long an answer takes: some are always on their way.
RATE = 60
# How many more a window may hold, as the sandbox sees it: calls leave evenly, and come up to a fifth of a second later on a machine
# that is busy.
FEW = 12
LATENCY = "400ms"
SCHEMAS = pathlib.Path(__file__).with_name("schemas.py")
SAMPLES = ROOT / "samples" / "cluster"
# What passes by itself, or with another machine.
AGAIN = dict.fromkeys((75, 101, 130, 137, 143), Follows.AGAIN)


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


def once_more(ground, engine, sandbox, run):
    """What is complete may be started again, as whoever carries on a part of it does."""
    calls = len(sandbox.calls())
    ground.checks.same(f"{engine}: all of it once more is done at once", set(map(tuple, run().statuses().values())), {(0,)})
    ground.checks.same(f"{engine}: and sends nothing again", len(sandbox.calls()), calls)


def verdict(ground, engine, sandbox, listed, blows, data, wall, whole, injected):
    result = data / "campaign.results.csv"
    if not ground.checks.that(f"{engine}: there is a merged result", result.exists(), sorted(path.name for path in data.iterdir())):
        return
    judge(ground.checks, sandbox, listed, result, engine=engine, injected=injected, wall=wall, rate=RATE, few=FEW,
          kills=blows.kills, in_flight=len(blows.in_flight))
    often = collections.Counter(call.customer for call in sandbox.calls())
    twice = {customer for customer, times in often.items() if times > 1}
    ground.checks.same(f"{engine}: those were called again whose calls had left and were not recorded, and nobody else", twice, blows.in_flight)
    ground.checks.that(f"{engine}: there were such calls", len(blows.in_flight) >= len(blows.kills) > 0, blows.in_flight)
    ground.checks.same(f"{engine}: merged, it says what one process says", timeless(result), whole)
