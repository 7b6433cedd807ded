"""The manifests for Kubernetes and AWS Batch: against their schemas, and each index run as they say, with failures in between.

There is no Kubernetes and no AWS here. What stands in a manifest is done by `arrays`: words, variables, settings, secrets and
volumes as they are written, the failure policy as its engine reads it. Two flags are added: where the sandbox is, and a rate at
which a proof ends.
"""

import shutil

from . import lists
from .container import readable
from .manifests_batch import batch
from .manifests_kubernetes import kubernetes
from .shards import timeless

CUSTOMERS = 240


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
