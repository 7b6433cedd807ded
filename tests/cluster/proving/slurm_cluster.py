"""A whole Slurm on this machine, on loopback only: a controller, nodes, and munge, by whose key they know each other."""

import os
import re
import socket

from . import processes
from .ground import Stuck, free_port

CONFIG = """
ClusterName=proof
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/linear
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
MpiDefault=none
MailProg=/bin/true
# A node that says nothing for so long is dead.
SlurmdTimeout=5
MessageTimeout=2
TCPTimeout=1
ReturnToService=2
# What slurm.sh asks of whoever runs the cluster.
RequeueExit=75,143
SlurmdParameters=config_overrides
{nodes}
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
# No plugin that is named above wants cgroups; without this, slurmd looks for them all the same, and many a container has none.
CGROUP = """
CgroupPlugin=cgroup/v1
CgroupAutomount=no
"""
NODE = "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=1000"


class Cluster:
    """Runs until the ground is cleared."""

    def __init__(self, ground, nodes):
        self.ground, self.names = ground, [f"n{n}" for n in range(1, nodes + 1)]
        self.config = ground.folder / "slurm.conf"
        self.start_munge()
        # The controller looks for this machine's name in its settings.
        host = socket.gethostname().partition(".")[0]
        lines = "\n".join(NODE.format(name=name, host=host, port=free_port()) for name in self.names)
        (ground.folder / "state").mkdir()
        self.config.write_text(CONFIG.format(controller=free_port(), host=host, user="root", folder=ground.folder, nodes=lines))
        (ground.folder / "cgroup.conf").write_text(CGROUP)
        # They listen at the address of this machine's name, whatever that is, or is not: for them it is loopback.
        (ground.folder / "hosts").write_text(f"127.0.0.1 {host} {socket.gethostname()}\n")
        self.start("slurmctld", "slurmctld", "-D", "-c")
        self.daemons = {name: self.start(name, "slurmd", "-D", "-N", name) for name in self.names}
        ground.wait("all nodes to be idle", lambda: self.say("sinfo", "-h", "-o", "%D %T") == f"{nodes} idle")

    def start_munge(self):
        folder = self.ground.folder
        # Whoever comes must reach the socket, and nobody else may read the key.
        folder.chmod(0o711)
        key = folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        files = {"key-file": key, "socket": folder / "munge.socket", "pid-file": folder / "munge.pid", "log-file": folder / "munge.log",
                 "seed-file": folder / "munge.seed"}
        # --force: the folder's parents are writable for others, as temporary folders are.
        self.ground.start("munged", [self.ground.tools.find("munged"), "--foreground", "--force", "--num-threads", 1,
                                     *(f"--{name}={path}" for name, path in files.items())])
        self.ground.wait("munge", (folder / "munge.socket").exists)

    def start(self, log, program, *words):
        return self.ground.start(log, [self.ground.tools.find(program), *words], SLURM_CONF=self.config, LD_PRELOAD="libnss_wrapper.so",
                                 NSS_WRAPPER_HOSTS=self.ground.folder / "hosts")

    def say(self, *words, **variables):
        """What one of Slurm's commands says."""
        status, said = self.ground.run(words, SLURM_CONF=self.config, **variables)
        return said.strip() if status == 0 else ""

    def submit(self, recipe, *options, **variables):
        """Hands a recipe to Slurm; gives its number."""
        said = self.say("sbatch", "--parsable", *options, self.ground.tools.recipe(recipe), **variables)
        if not said.isdigit():
            raise Stuck(f"{recipe} is not taken by Slurm: {said}")
        return said

    def tasks(self, array):
        """The tasks of an array, and the state of each."""
        said = self.say("squeue", "-h", "-r", "-t", "all", "-j", array, "-o", "%K %T")
        return {int(line.split()[0]): line.split()[1] for line in said.splitlines()}

    def state(self, job):
        return self.field(job, "JobState")

    def restarts(self, array, task):
        """How often a task was queued again."""
        return int(self.field(f"{array}_{task}", "Restarts"))

    def field(self, job, name):
        """What Slurm knows of a job by some name."""
        found = re.search(rf"\b{name}=(\S+)", self.say("scontrol", "show", "job", job))
        return found[1] if found else ""

    def node(self, name):
        """The state of a node."""
        return self.say("sinfo", "-h", "-n", name, "-o", "%T").upper()

    def start_now(self, job):
        """Spares a task that was queued again the two minutes for which Slurm has it wait. A node takes no task again within the
        second in which it has ended."""
        self.say("scontrol", "update", f"JobId={job}", "StartTime=now+2seconds")

    def tell_to_end(self, job):
        """What Slurm does with a job a while before its time limit, where it is asked to."""
        self.say("scancel", "--signal=TERM", "--batch", job)

    def kill(self, name):
        """A node loses its power: its slurmd, and the steps that it has started, which go their own ways."""
        steps = [process for process in processes.below(os.getpid()) if processes.environment_of(process).get("SLURMD_NODENAME") == name]
        parents = {processes.parent_of(process) for process in steps}
        keepers = [process for process in parents if "slurmstepd" in " ".join(processes.command_of(process))]
        processes.kill(self.daemons[name].pid, *keepers, *steps)
