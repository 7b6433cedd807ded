"""Where a scenario stands: its folder, its processes, and its sandbox. All of it is gone when the scenario has ended."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from . import processes
from .service import Sandbox

# No state that is waited for takes longer than this, in seconds, but where something is broken.
PATIENCE = 60


class Stuck(Exception):
    """What was waited for has not come."""


class Ground:
    """The ground of one scenario."""

    def __init__(self, name, tools, checks, keep=False):
        self.name, self.tools, self.checks, self.keep = name, tools, checks, keep
        self.program = tools.program
        # Sockets stand in it, whose names must be short.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"prove-{name}-"))
        self.logs = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        processes.end_all(except_for=self.tools.working())
        if self.keep:
            print(f"   its folder: {self.folder}")
        else:
            shutil.rmtree(self.folder)

    def start(self, name, command, **environment):
        """Starts a program, whose words go to `NAME.log` in the folder."""
        log = self.folder / f"{name}.log"
        self.logs.append(log)
        with open(log, "ab") as told:
            return subprocess.Popen([str(word) for word in command], cwd=self.folder, env=self.environment(environment),
                                    stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.STDOUT, start_new_session=True)

    def run(self, command, **environment):
        """Runs a program to its end; gives its exit status and all that it has said."""
        done = subprocess.run([str(word) for word in command], cwd=self.folder, env=self.environment(environment),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=2 * PATIENCE)
        return done.returncode, done.stdout

    def environment(self, more):
        """This process's variables without those that change how a recipe runs, and some more."""
        foreign = ("BULKLABEL_", "SLURM_", "JOB_COMPLETION", "PARALLEL_SEQ", "AWS_BATCH_", "CLOUD_RUN_", "PYTHONDONTWRITEBYTECODE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        # What is left in a temporary folder is left here, and goes with it.
        return kept | {"TMPDIR": str(self.folder)} | {name: str(value) for name, value in more.items()}

    def sandbox(self, **faults):
        """A sandbox of its own; `latency="100ms"` and so on are its flags."""
        return Sandbox(self, faults)

    def settings(self, sandbox, **settings):
        """A settings file for runs against a sandbox, as a cluster has one on its shared disk."""
        password = self.folder / "password"
        password.write_text("sandbox\n")
        all_of_it = {"base_url": sandbox.url, "username": "sandbox", "password_file": str(password), **settings}
        path = self.folder / "cluster.toml"
        path.write_text("".join(f"{name} = {toml(value)}\n" for name, value in all_of_it.items()))
        return path

    def wait(self, what, condition, within=PATIENCE):
        """Waits until something is so, and gives what the condition gave."""
        deadline = time.monotonic() + within
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise Stuck(f"waited {within} s in vain for {what}")
            time.sleep(0.02)
        return found

    def ended(self, what, process, within=PATIENCE):
        """Waits for the end of a program; gives its exit status."""
        try:
            return process.wait(within)
        except subprocess.TimeoutExpired:
            raise Stuck(f"waited {within} s in vain for the end of {what}") from None

    def show_logs(self):
        """What the programs have said, where something went wrong."""
        for log in dict.fromkeys(self.logs):
            print(f"   {log.name}:")
            print("".join(f"     {line}\n" for line in log.read_text(errors="replace").splitlines()[-30:]), end="", flush=True)


def free_port():
    """A port of 127.0.0.1 that nobody uses."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def toml(value):
    """A setting as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f'"{value}"'
