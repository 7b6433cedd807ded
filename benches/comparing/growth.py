"""What a row costs in lists of different sizes."""

from . import table
from .measure import in_turn, own_peak
from .plan import checking

SIZES = [100_000, 1_000_000, 10_000_000, 50_000_000]


def compare(tools, given):
    sizes = [size for size in SIZES if size < given.rows] + [given.rows]
    rows = [[table.count(size), *of_size(tools, size, given.rounds)] for size in sizes]
    title = f"bulklabel {tools.version()} check, medians of {given.rounds}:"
    table.show(title, ["rows", "time", "memory", "time a row", "work a row", "memory a row"], rows)


def of_size(tools, size, rounds):
    contender = checking(tools, tools.list_of(size))
    taken = in_turn([contender], rounds)[contender.name]
    of_a_row = f"{taken.peak / size:.0f} B" if taken.peak > own_peak() else ""
    nanoseconds = [f"{span / size * 1e9:.0f} ns" for span in (taken.wall, taken.work)]
    return [table.seconds(taken.wall), table.memory(taken.peak), *nanoseconds, of_a_row]
