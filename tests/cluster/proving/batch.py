"""samples/cluster/aws-batch.json as AWS Batch would run it: its volume, variables, secrets and retry strategy."""

import fnmatch

from .container import Container, folder_for
from .arrays import Follows

REASON = "Essential container in task exited"


class Requests:
    """What is sent to AWS Batch: the job definition, the array, and the merge."""

    def __init__(self, documents):
        self.definition, self.shards, self.merge = (documents[name] for name in ("definition", "shards", "merge"))
        self.retries = self.definition["retryStrategy"]

    def against(self):
        """What the service would refuse, or what would not do what it is meant to, and no model says."""
        if not 1 <= self.retries["attempts"] <= 10:
            yield "attempts go from 1 to 10"
        if len(self.retries["evaluateOnExit"]) > 5:
            yield "five conditions at most"
        if not 2 <= self.size() <= 10_000:
            yield "an array has two to ten thousand children"
        for one in (self.shards, self.merge):
            if one["jobDefinition"] != self.definition["jobDefinitionName"]:
                yield f"{one['jobName']} is of another definition"
        if "dependsOn" not in self.merge:
            yield "the merge would begin with the shards"
        merged = [word for word in self.merge["containerOverrides"]["command"] if word.endswith(f"-of-{self.size()}.csv")]
        if len(merged) != self.size():
            yield "the merge is of another number of shards"
        container = self.definition["containerProperties"]
        if {one["sourceVolume"] for one in container["mountPoints"]} != {one["name"] for one in container["volumes"]}:
            yield "volumes and mountPoints are not the same"
        if any(one["name"].startswith("AWS_BATCH_") for one in container["environment"]):
            yield "variables that begin with AWS_BATCH_ are the service's own"

    def size(self):
        return self.shards["arrayProperties"]["size"]

    def follows(self, ends):
        """What the service does after the last of an index's ends."""
        if ends[-1].status == 0:
            return Follows.DONE
        again = self.evaluate(ends[-1].status) == "RETRY" and len(ends) < self.retries["attempts"]
        return Follows.AGAIN if again else Follows.NEVER

    def evaluate(self, status):
        """What the first condition that fits says, else that it is tried again."""
        for one in self.retries["evaluateOnExit"]:
            by_status = fnmatch.fnmatchcase(str(status), one.get("onExitCode", "*"))
            if by_status and fnmatch.fnmatchcase(REASON, one.get("onStatusReason", "*")):
                return one["action"]
        return "RETRY"

    def container(self, folder, entry, secrets, log, command=None):
        """The container of a job, whose volume is a folder."""
        of = self.definition["containerProperties"]
        user, group = map(int, of["user"].split(":"))
        variables = {one["name"]: one["value"] for one in of["environment"]}
        for one in of["secrets"]:
            # ARN of the secret, of which the last words are a key of its JSON, and two that are empty.
            variables[one["name"]] = secrets[one["valueFrom"].split(":")[-3]]
        mounts = {one["containerPath"]: folder / one["sourceVolume"] for one in of["mountPoints"]}
        for there in mounts.values():
            if not there.exists():
                folder_for(there, user, group)
        return Container(command or of["command"], variables, mounts, user, group, entry, log)

    def of_service(self, job, attempt, index=None):
        """The variables that the service sets."""
        array = {} if index is None else {"AWS_BATCH_JOB_ARRAY_INDEX": str(index), "AWS_BATCH_JOB_ARRAY_SIZE": str(self.size())}
        return {"AWS_BATCH_JOB_ID": job, "AWS_BATCH_JOB_ATTEMPT": str(attempt), "AWS_BATCH_JQ_NAME": "bulklabel",
                "AWS_BATCH_CE_NAME": "spot", **array}
