"""samples/cluster/kubernetes.yaml as Kubernetes would run it: its volumes, variables and failure policy."""

import re

from .container import Container, folder_for, give
from .arrays import Follows

ACTIONS = {"FailJob": Follows.STOP, "FailIndex": Follows.NEVER, "Ignore": Follows.AGAIN}
# What Kubernetes sets in every container besides.
OF_KUBERNETES = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443", "HOSTNAME": "bulklabel-shards-0-x7k2p"}


class Manifest:
    """The objects of a manifest by kind and name."""

    def __init__(self, documents):
        self.objects = {(one["kind"], one["metadata"]["name"]): one for one in documents}
        self.shards = self.objects["Job", "bulklabel-shards"]["spec"]
        self.merge = self.objects["Job", "bulklabel-merge"]["spec"]

    def against(self):
        """What the server would refuse, or what would not do what it is meant to, and no schema sees."""
        shards, name = self.shards, lambda job: job["template"]["spec"]["containers"][0]["name"]
        variables = {one["name"]: one.get("value") for one in container_of(shards)["env"]}
        if variables["JOB_COMPLETIONS"] != str(shards["completions"]):
            yield "JOB_COMPLETIONS is another number than completions"
        if f"*-of-{shards['completions']}.csv" not in container_of(self.merge)["args"][0]:
            yield "the merge is of another number of shards"
        if shards.get("completionMode") != "Indexed" or "backoffLimitPerIndex" not in shards:
            yield "a limit for each index wants an Indexed Job, and is what FailIndex wants"
        if shards["maxFailedIndexes"] > shards["completions"]:
            yield "maxFailedIndexes is more than completions"
        if shards.get("podReplacementPolicy", "Failed") != "Failed":
            yield "a pod failure policy wants podReplacementPolicy: Failed"
        for job in (shards, self.merge):
            if job["template"]["spec"]["restartPolicy"] != "Never":
                yield "a pod failure policy wants restartPolicy: Never"
            for rule in job["podFailurePolicy"]["rules"]:
                yield from against_rule(rule, name(job), "backoffLimitPerIndex" in job)
            mounted = {one["name"] for one in container_of(job)["volumeMounts"]}
            if mounted != {one["name"] for one in job["template"]["spec"]["volumes"]}:
                yield "volumes and volumeMounts are not the same"
        if not shards.get("suspend"):
            yield "the shards would begin before the list is on the volume that is made with them"
        if not self.merge.get("suspend"):
            yield "the merge would begin with the shards"

    def follows(self, ends):
        """What the Job of the shards does after the last of an index's ends."""
        if ends[-1].status == 0:
            return Follows.DONE
        if (does := action(self.shards, ends[-1])) != "Count":
            return ACTIONS[does]
        failures = sum(action(self.shards, end) == "Count" for end in ends)
        return Follows.NEVER if failures > self.shards["backoffLimitPerIndex"] else Follows.AGAIN

    def container(self, cluster, job, log):
        """The container of a Job's pods."""
        spec, pod = container_of(job), job["template"]["spec"]
        user = pod["securityContext"]
        variables = {one["name"]: value_of(one, cluster.secrets) for one in spec.get("env", [])}
        volumes = {one["name"]: cluster.volume(one, self.objects) for one in pod["volumes"]}
        mounts = {one["mountPath"]: volumes[one["name"]] for one in spec["volumeMounts"]}
        return Container(spec["args"], {**OF_KUBERNETES, **variables}, mounts, user["runAsUser"], user["runAsGroup"], cluster.entry,
                         log, spec.get("command", []))


class Cluster:
    """The volumes of a cluster as folders, and what was made there by hand: secrets, and the image."""

    def __init__(self, folder, entry, secrets, owner):
        self.folder, self.entry, self.secrets, self.owner = folder, entry, secrets, owner
        self.made = {}

    def volume(self, volume, objects):
        kind, name = next((kind, of) for kind, of in volume.items() if kind != "name"), volume["name"]
        if name not in self.made:
            self.made[name] = self.make(name, *kind, objects)
        return self.made[name]

    def make(self, name, kind, of, objects):
        match kind:
            case "persistentVolumeClaim":
                assert ("PersistentVolumeClaim", of["claimName"]) in objects, of
                # What fsGroup does.
                return folder_for(self.folder / name, 0, self.owner, 0o775)
            case "configMap":
                return self.files(name, objects["ConfigMap", of["name"]]["data"], 0o644)
            case "secret":
                return self.files(name, self.secrets[of["secretName"]], of["defaultMode"])

    def files(self, name, contents, mode):
        """A folder of files that a pod may read, and not write."""
        folder = folder_for(self.folder / name, 0, self.owner, 0o755)
        for key, content in contents.items():
            path = folder / key
            path.write_text(content)
            path.chmod(mode)
            give(path, 0, self.owner)
        return folder


def container_of(job):
    return job["template"]["spec"]["containers"][0]


def value_of(variable, secrets):
    """The value of a variable, which may stand in a secret."""
    if "value" in variable:
        return variable["value"]
    key = variable["valueFrom"]["secretKeyRef"]
    return secrets[key["name"]][key["key"]]


def action(job, end):
    """What the first rule that fits says, else that the end counts."""
    for rule in job["podFailurePolicy"]["rules"]:
        if fits(rule, end):
            return rule["action"]
    return "Count"


def fits(rule, end):
    if "onExitCodes" in rule:
        is_in = end.status in rule["onExitCodes"]["values"]
        return is_in == (rule["onExitCodes"]["operator"] == "In")
    return any(one["type"] in end.conditions for one in rule["onPodConditions"])


def against_rule(rule, container, is_by_index):
    if rule["action"] not in {*ACTIONS, "Count"} or (rule["action"] == "FailIndex" and not is_by_index):
        yield f"{rule['action']} is no action here"
    codes = rule.get("onExitCodes")
    if (codes is None) == ("onPodConditions" not in rule):
        yield f"a rule wants either exit codes or conditions: {rule}"
    if codes and (codes.get("containerName", container) != container or codes["operator"] not in ("In", "NotIn") or 0 in codes["values"]):
        yield f"a rule that fits nothing: {rule}"
    for condition in rule.get("onPodConditions", []):
        if not re.fullmatch("True|False|Unknown", condition["status"]):
            yield f"a condition's status is a word: {condition}"
