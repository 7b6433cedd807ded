"""What is proved, and what it takes: found, or installed from Debian's packages and PyPI."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
# By a program of each: daemons stand where root's PATH may not lead.
DEBIAN = {
    "slurmctld": "slurmctld",
    "slurmd": "slurmd",
    "sbatch": "slurm-client",
    "munged": "munge",
    "parallel": "parallel",
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "redis-server": "redis-server",
}
PYPI = [
    "dask==2026.8.0",
    "distributed==2026.8.0",
    "pandas==3.1.1",
    "pyarrow==26.0.1",
    # The schemas of Kubernetes, and the model of AWS.
    "kubernetes-validate==1.37.0",
    "botocore==1.44.8",
]

# Debian asks it whether a daemon may be started.
POLICY = pathlib.Path("/usr/sbin/policy-rc.d")


class Missing(Exception):
    """What can't be done without is not there."""


class Tools:
    """Programs by their names, and a Python that has Dask."""

    def __init__(self, program, install):
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
        self.program = (program or target / "release" / "bulklabel").resolve()
        self.place = target / "prove"
        self.python = self.place / "venv" / "bin" / "python"
        self.install = install
        self.installing = None
        if not self.program.is_file():
            raise Missing(f"there is no {self.program}: cargo build --release makes it, --program names another")

    def prepare(self):
        """Installs what is missing, if it was told to. Dask goes on being installed meanwhile."""
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        if not self.install:
            return
        if missing := missing_packages():
            self.install_debian(missing)
        if not self.has_python():
            self.installing = subprocess.Popen(["/bin/sh", "-ec", INSTALL, "sh", sys.executable, self.place, *PYPI])

    def install_debian(self, packages):
        print(f"installing {' '.join(packages)}", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        with no_services():
            for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
                # Something else may be installing: an update that the machine does by itself, or another proof.
                command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", *command]
                done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                if done.returncode != 0:
                    raise Missing(f"{' '.join(packages)} can't be installed:\n{done.stdout[-3000:]}")

    def has_python(self):
        """Whether all of its packages are there."""
        installed = self.place / "installed"
        return installed.exists() and installed.read_text().split() == PYPI

    def working(self):
        """The process that still installs something, if there is one."""
        return [self.installing.pid] if self.installing and self.installing.poll() is None else []

    def find(self, program):
        """Where a program is."""
        found = shutil.which(program)
        if not found:
            raise Missing(f"there is no {program}: --install gets Debian's package {DEBIAN.get(program, program)}")
        return found

    def recipe(self, name):
        """Where a recipe is."""
        return ROOT / "samples" / "cluster" / name

    def python_with_dask(self):
        """A Python that has Dask; waits for its installation."""
        if self.installing and self.installing.wait() != 0:
            raise Missing(f"{' '.join(PYPI)} can't be installed")
        if not self.has_python():
            raise Missing(f"there is no Dask in {self.place}: --install gets it")
        return self.python


# Bytecode is made of those modules only that are used: that saves half of the time.
INSTALL = """
python=$1 place=$2; shift 2
unset PYTHONDONTWRITEBYTECODE
rm -rf "$place/venv"; mkdir -p "$place"
"$python" -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check --no-compile "$@"
"$place/venv/bin/python" -c "import dask.dataframe, dask.distributed, pyarrow.parquet"
printf '%s\n' "$@" > "$place/installed"
"""


@contextlib.contextmanager
def no_services():
    """Has Debian start none of the daemons that it installs: the scenarios start their own."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def missing_packages():
    """Debian's packages that are not here."""
    missing = {package for program, package in DEBIAN.items() if not shutil.which(program)}
    if not any(pathlib.Path("/usr/lib").glob("*/libnss_wrapper.so")):
        missing.add("libnss-wrapper")
    if subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True).returncode != 0:
        missing.add("python3-venv")
    return sorted(missing)
