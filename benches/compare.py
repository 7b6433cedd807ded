#!/usr/bin/env python3
"""Runs bulklabel and its peers side by side on the same lists, and prints a Markdown table of what each takes.

    cargo build --release
    python3 benches/compare.py plan --install
    python3 benches/compare.py plan --rows 100000        # in a moment

Everything that it makes stands below `compare` in cargo's target directory, and is used again; `--install` puts the peers
there that are missing. Programs take turns for some rounds, and medians are told: ratios say more than seconds do.
"""

import argparse
import pathlib
import sys

from comparing import calls, growth, memory, plan, results, scale, shared, start
from comparing.tools import Missing, Tools

COMPARISONS = {
    "plan": (plan, "reading, checking and planning a list", 10_000_000, 5),
    "growth": (growth, "the same for lists of different sizes", 50_000_000, 3),
    "memory": (memory, "the same within a bound on memory", 50_000_000, 3),
    "results": (results, "writing the result, and carrying on after a crash", 10_000_000, 3),
    "calls": (calls, "the client's work for a call", 200_000, 3),
    "scale": (scale, "what runs of different sizes take in memory and on disk, whole and in shards", 2_000_000, 1),
    "shared": (shared, "what a shared rate asks of a Redis", 200_000, 1),
    "start": (start, "what the program takes before it does anything, and its size", 3, 21),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=COMPARISONS, help="; ".join(f"{name}: {about[1]}" for name, about in COMPARISONS.items()))
    parser.add_argument("--rows", type=int, help="rows of the list, or of the largest one")
    parser.add_argument("--rounds", type=int, help="how often each program runs")
    parser.add_argument("--program", type=pathlib.Path, help="the bulklabel to measure (default: the release build)")
    parser.add_argument("--install", action="store_true", help="install peers that are missing")
    parser.add_argument("--qsv", type=pathlib.Path, help="where qsv is, if it is not on PATH (calls)")
    parser.add_argument("--build", action="store_true", help="time a clean release build, too (start)")
    return parser.parse_args()


def main():
    given = arguments()
    comparison, _, rows, rounds = COMPARISONS[given.what]
    given.rows, given.rounds = given.rows or rows, given.rounds or rounds
    try:
        comparison.compare(Tools(given.program, given.install), given)
    except Missing as missing:
        sys.exit(f"compare.py: {missing}")


if __name__ == "__main__":
    main()
