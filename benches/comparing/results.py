"""Carrying a run on after a crash, and writing its result, beside planning the list."""

import os
import shutil
import subprocess

from . import table
from .measure import Contender, in_turn
from .network import ACCOUNT, running, server
from .plan import checking
from .tools import ROOT


def compare(tools, given):
    file, result = tools.list_of(given.rows), tools.place / "results.csv"
    with server(tools) as port:
        run = running(tools, file, port, "--output", result)
        kept = unfinished(tools, file, result, run)

        def prepare():
            result.unlink(missing_ok=True)
            result.with_suffix(".json").unlink(missing_ok=True)
            for copy, original in kept:
                shutil.copyfile(copy, original)

        planning = checking(tools, file)
        planning.name = "planning (check)"
        # It makes one call more, and stops.
        carrying = Contender("carrying on (run --limit 1)", [*run, "--limit", 1], prepare=prepare, statuses=(75,), environment=ACCOUNT)
        ending = Contender("carrying on and writing the result (run --finish)", [*run, "--finish"], prepare=prepare, statuses=(1,),
                           environment=ACCOUNT)
        contenders = [planning, carrying, ending]
        taken = in_turn(contenders, given.rounds)
    show(tools, contenders, taken, given)


def unfinished(tools, file, result, run):
    """Files of a run that was killed when all of its calls but two had ended: begun by the program, and made longer without
    a network, as a million calls take their time even here."""
    files = [result.with_name(result.name + ending) for ending in (".partial", ".state")]
    for left in [result, result.with_suffix(".json"), *files]:
        left.unlink(missing_ok=True)
    begun = subprocess.run([str(word) for word in [*run, "--limit", 1]], env={**os.environ, **ACCOUNT}, capture_output=True, text=True)
    if begun.returncode != 75:
        raise SystemExit(f"the run to be carried on did not begin: {begun.stderr}")
    making = ["cargo", "bench", "--quiet", "--bench", "unfinished", "--", file, files[0]]
    subprocess.run(making, cwd=ROOT, check=True)
    kept = [(path.with_name(path.name + ".kept"), path) for path in files]
    for copy, original in kept:
        shutil.copyfile(original, copy)
    return kept


def show(tools, contenders, taken, given):
    planning, carrying, ending = [taken.get(contender.name) for contender in contenders]
    rows = [[contender.name, *beside(planning, taken.get(contender.name))] for contender in contenders]
    if carrying and ending:
        writing = ending.wall - carrying.wall
        rows.append(["the result alone: the difference", table.seconds(writing), "", "", table.ratio(writing, planning.wall)])
    title = f"bulklabel {tools.version()}, {table.count(given.rows)} rows, medians of {given.rounds}:"
    table.show(title, ["what", "time", "processors' work", "memory", "times planning"], rows)


def beside(planning, of_one):
    if of_one is None:
        return ["failed", "", "", ""]
    taken = [table.seconds(of_one.wall), table.seconds(of_one.work), table.memory(of_one.peak)]
    return [*taken, table.ratio(of_one.wall, planning.wall)]
