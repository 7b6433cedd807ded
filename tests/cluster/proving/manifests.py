"""The manifests for Kubernetes and AWS Batch: against their schemas, and each index run as they say, with failures in between.

There is no Kubernetes and no AWS here. What stands in a manifest is done by `arrays`: words, variables, settings, secrets and
volumes as they are written, the failure policy as its engine reads it. Two flags are added: where the sandbox is, and a rate at
which a proof ends.
"""

import shutil

from . import lists
from .container import readable
from .manifest_checks import SAMPLES
from .manifests_batch import batch
from .manifests_kubernetes import kubernetes
from .shards import timeless

CUSTOMERS = 240


def scenario(ground):
    all_told_of(ground.checks)
    # Containers run as somebody else.
    ground.folder.chmod(0o755)
    entry = image(ground)
    listed = lists.of(CUSTOMERS)
    whole = one_process(ground, listed)
    kubernetes(ground, entry, listed, whole)
    batch(ground, entry, listed, whole)


def all_told_of(checks):
    """Each recipe stands in the README beside it."""
    told = (SAMPLES / "README.md").read_text()
    untold = [path.name for path in SAMPLES.iterdir() if path.is_file() and path.name != "README.md" and f"`{path.name}`" not in told]
    checks.same("README.md tells of each recipe beside it", untold, [])


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
