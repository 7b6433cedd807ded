"""What is measured and what measures: found, compiled, or installed below cargo's target directory."""

import os
import pathlib
import shutil
import subprocess
import sys
import venv

BENCHES = pathlib.Path(__file__).resolve().parent.parent
ROOT = BENCHES.parent
# The peers in the versions that were current when the figures in README.md were made.
PYTHON_PEERS = {"polars": "2.1.0", "duckdb": "2.0.1"}
OHA = "1.16.0"


class Missing(Exception):
    """What can't be done without is not there."""


class Tools:
    def __init__(self, program, install):
        self.target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
        self.place = self.target / "compare"
        self.place.mkdir(parents=True, exist_ok=True)
        self.program = (program or self.target / "release" / "bulklabel").resolve()
        self.install = install
        if not self.program.is_file():
            raise Missing(f"there is no {self.program}: cargo build --release makes it, --program names another")

    def version(self):
        return said([self.program, "--version"]).split()[-1]

    def list_of(self, rows):
        """A list of so many rows. It is made once."""
        path = self.place / f"list-{rows}.csv"
        if not path.exists():
            making = path.with_suffix(".making")
            subprocess.run([self.helper("make_list"), str(rows), making], check=True)
            making.rename(path)
        return path

    def helper(self, name):
        """One of our own small programs, compiled."""
        source, program = BENCHES / "programs" / f"{name}.rs", self.place / name
        newest = max(path.stat().st_mtime for path in [source, BENCHES / "rows.rs"])
        if not program.exists() or program.stat().st_mtime < newest:
            subprocess.run(["rustc", "-O", "--edition", "2024", "-o", program, source], check=True)
        return program

    def peer(self, name):
        return BENCHES / "peers" / f"{name}.py"

    def python_with(self, package):
        """A Python that has the package, and the package's version; else why there is none."""
        python = self.place / "venv" / "bin" / "python"
        version = PYTHON_PEERS[package]
        if self.install and version_of(python, package) != version:
            self.install_python(python, f"{package}=={version}")
        found = version_of(python, package)
        return (python, found) if found else (None, f"not here: --install gets {package}")

    def install_python(self, python, package):
        if not python.exists():
            venv.create(python.parent.parent, with_pip=True)
        told = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
        if subprocess.run(told).returncode != 0:
            print(f"{package} can't be installed, and is left out", file=sys.stderr)

    def oha(self):
        """oha and its version; else why there is none."""
        own = self.place / "oha" / "bin" / "oha"
        found = str(own) if own.exists() else shutil.which("oha")
        if not found and self.install:
            told = ["cargo", "install", "--quiet", "--locked", "--root", own.parent.parent, f"oha@{OHA}"]
            # It has a target directory of its own: nothing here is built again because of it.
            subprocess.run(told, env={**os.environ, "CARGO_TARGET_DIR": str(self.place / "oha" / "target")})
            found = str(own) if own.exists() else None
        return (found, said([found, "--version"]).split()[-1]) if found else (None, "not here: --install gets oha")


def said(command):
    """What a program writes when it is asked something; nothing where it can't be asked."""
    try:
        return subprocess.run([str(word) for word in command], capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def version_of(python, package):
    return said([python, "-c", f"import {package}; print({package}.__version__)"]) if python.exists() else ""
