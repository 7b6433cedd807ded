"""Machines that are reached by ssh: each an sshd of its own on loopback, with keys and settings that nobody else's touch."""

import pathlib
import subprocess

from . import processes
from .ground import free_port

# Without this folder no sshd starts, and nothing says where else it may be.
SEPARATION = pathlib.Path("/run/sshd")

SERVER = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host-key
PidFile none
AuthorizedKeysFile {folder}/user-key.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PrintMotd no
"""
CLIENT = """
Host {name}
  HostName 127.0.0.1
  Port {port}
  HostKeyAlias {name}
  IdentityFile {folder}/user-key
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known-hosts
  GlobalKnownHostsFile /dev/null
"""


class Hosts:
    """Machines by their names, for as long as they are needed."""

    def __init__(self, ground, names):
        self.ground, self.names = ground, names
        self.config = ground.folder / "ssh-config"
        self.servers = {}

    def __enter__(self):
        self.made = not SEPARATION.exists()
        SEPARATION.mkdir(mode=0o755, exist_ok=True)
        for name in self.names:
            self.servers[name] = self.start(name)
        return self

    def __exit__(self, *_):
        for name in self.names:
            self.kill(name)
        if self.made:
            SEPARATION.rmdir()

    @property
    def ssh(self):
        """The command that reaches them."""
        return f"{self.ground.tools.find('ssh')} -F {self.config}"

    def start(self, name):
        folder = self.ground.folder / name
        folder.mkdir()
        for key in ("host-key", "user-key"):
            make = [self.ground.tools.find("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", folder / key]
            subprocess.run(make, check=True)
        port = free_port()
        kind, key, *_ = (folder / "host-key.pub").read_text().split()
        (folder / "known-hosts").write_text(f"{name} {kind} {key}\n")
        (folder / "sshd-config").write_text(SERVER.format(port=port, folder=folder))
        with open(self.config, "a", encoding="utf-8") as config:
            config.write(CLIENT.format(name=name, port=port, folder=folder))
        server = self.ground.start(name, [self.ground.tools.find("sshd"), "-D", "-e", "-f", folder / "sshd-config"])
        log = self.ground.folder / f"{name}.log"
        self.ground.wait(f"the sshd of {name}", lambda: "Server listening" in log.read_text())
        return server

    def cut(self, name):
        """Breaks one connection to a machine, as a network does. What GNU parallel has put on guard there ends the shard."""
        is_shard = lambda process: "--shard" in processes.command_of(process)
        connections = processes.children()[self.servers[name].pid]
        processes.kill(next(one for one in connections if any(map(is_shard, processes.below(one)))))

    def kill(self, name):
        """The machine loses its power: its sshd, and all that runs there."""
        processes.kill_with_all_below(self.servers[name].pid)
