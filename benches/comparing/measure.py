"""What a program takes, and what several take in turn."""

import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Callable

# Linux counts in KiB, macOS in bytes.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass
class Taken:
    """Seconds of time and of both processors' work, and bytes of memory at the peak."""

    wall: float
    work: float
    peak: int


@dataclass
class Contender:
    """A program to be measured: what is typed, what must be done before, and the exit statuses that are no failure."""

    name: str
    command: list
    version: str = ""
    prepare: Callable = lambda: None
    statuses: tuple = (0,)
    environment: dict = field(default_factory=dict)


class Failed(Exception):
    """A program has not done what is to be measured."""


def run(contender):
    """Runs a program once."""
    contender.prepare()
    command = [str(word) for word in contender.command]
    environment = {**os.environ, **contender.environment}
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode not in contender.statuses:
        raise Failed(f"{' '.join(command)}\nended with {process.returncode}: {said.decode(errors='replace')[-2000:]}")
    return Taken(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * PEAK_UNIT)


def own_peak():
    """This script's own memory. The system counts it as a program's that it starts, so that nothing below it is seen."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT


def median(all_taken):
    of = lambda name: statistics.median(getattr(taken, name) for taken in all_taken)
    return Taken(of("wall"), of("work"), of("peak"))


def in_turn(contenders, rounds):
    """The medians of programs that take turns, forwards and backwards, by name. One that fails is told and left out."""
    taken = {contender.name: [] for contender in contenders}
    running = list(contenders)
    for _ in range(rounds):
        for contender in list(running):
            print(f"  {contender.name} …", end="\r", file=sys.stderr, flush=True)
            try:
                taken[contender.name].append(run(contender))
            except Failed as failed:
                print(f"{contender.name} is left out: {failed}", file=sys.stderr)
                running.remove(contender)
                taken.pop(contender.name)
        running.reverse()
    print(" " * 60, end="\r", file=sys.stderr)
    return {name: median(of_one) for name, of_one in taken.items()}
