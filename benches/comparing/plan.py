"""Reading, checking and planning a list, beside programs that only group its rows by customer."""

import shutil
import sys

from . import table
from .measure import Contender, in_turn
from .tools import said


def checking(tools, file, *more):
    # Findings end it with 1.
    return Contender("bulklabel check", [tools.program, "check", file, *more], tools.version(), statuses=(0, 1))


def sorting(file, *more):
    version = said(["sort", "--version"]).split("\n")[0].split()[-1:]
    return Contender("sort -s -t, -k1,1n", ["sort", "-s", "-t,", "-k1,1n", *more, file], " ".join(version), environment={"LC_ALL": "C"})


def compare(tools, given):
    file = tools.list_of(given.rows)
    contenders, absent = [checking(tools, file)], []
    for package, title in [("polars", "polars, streaming"), ("duckdb", "DuckDB")]:
        python, version = tools.python_with(package)
        if python:
            contenders.append(Contender(title, [python, tools.peer(f"{package}_group"), file], version))
        else:
            absent.append((title, version))
    contenders.append(sorting(file))
    own = "%d.%d.%d" % sys.version_info[:3]
    contenders.append(Contender("Python, csv and dict", [sys.executable, tools.peer("python_group"), file], own))
    contenders.append(Contender("cat", [shutil.which("cat"), file]))
    taken = in_turn(contenders, given.rounds)
    title = f"{table.count(given.rows)} rows, {table.megabytes(file.stat().st_size)}, medians of {given.rounds}:"
    table.of_contenders(title, contenders, taken, absent)
