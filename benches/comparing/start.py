"""What the program takes before it does anything, how large it is, and how long it is built."""

import os
import re
import shutil
import subprocess
import tempfile
import time

from . import table
from .measure import Contender, in_turn
from .tools import ROOT, said


def compare(tools, given):
    file = tools.list_of(given.rows)
    result = tools.place / "start.csv"
    work = {
        "--version": ["--version"],
        "--help": ["--help"],
        "check": ["check", file],
        "run --sandbox": ["run", file, "--sandbox", "--rate", "none", "--output", result, "--overwrite"],
    }
    contenders = [Contender(name, [tools.program, *words], statuses=(0, 1)) for name, words in work.items()]
    contenders.append(Contender("true, for comparison", [shutil.which("true")]))
    taken = in_turn(contenders, given.rounds)
    rows = [
        [contender.name, table.seconds(taken[contender.name].wall), table.seconds(taken[contender.name].work), instructions(contender)]
        for contender in contenders
        if contender.name in taken
    ]
    title = f"bulklabel {tools.version()}, {given.rows} rows, medians of {given.rounds}:"
    table.show(title, ["command", "time", "processors' work", "instructions"], rows)
    print(f"\nThe program is {tools.program.stat().st_size / 1e6:.1f} MB large.")
    if given.build:
        print(f"A clean release build took {clean_build()}.")


def instructions(contender):
    """How many it takes, where something counts them."""
    command = [str(word) for word in contender.command]
    if shutil.which("perf"):
        counted = counts(["perf", "stat", "-x", ",", "-e", "instructions:u", *command], r"^(\d+),.*instructions")
        if counted:
            return counted
    if shutil.which("valgrind"):
        with tempfile.TemporaryDirectory() as folder:
            tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
            return counts([*tool, *command], r"Collected : (\d+)")
    return "no perf, no valgrind"


def counts(command, pattern):
    said = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True).stderr
    found = re.search(pattern, said, re.MULTILINE)
    return table.count(int(found.group(1))) if found else ""


def clean_build():
    subprocess.run(["cargo", "fetch", "--quiet"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        told = ["cargo", "build", "--release", "--quiet", "--offline"]
        subprocess.run(told, cwd=ROOT, check=True, env={**os.environ, "CARGO_TARGET_DIR": folder})
        took = time.perf_counter() - began
    return f"{took // 60:.0f} min {took % 60:.0f} s with {said(['rustc', '--version'])}"
