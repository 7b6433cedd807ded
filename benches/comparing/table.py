"""Tables in Markdown, and how numbers stand in them."""

import os
import platform

from .measure import own_peak


def show(title, header, rows):
    print(f"\n{title}\n")
    print("| " + " | ".join(header) + " |")
    print("|" + "|".join(" --- " if at == 0 else " ---: " for at in range(len(header))) + "|")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(f"\n{machine()}")


def machine():
    return f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}"


def seconds(value):
    return f"{value:.2f} s" if value >= 0.1 else f"{value * 1e3:.1f} ms"


def megabytes(value):
    return f"{value / 1e6:,.0f} MB"


def memory(peak):
    """The peak of a program; no more is known of a small one than that it is below this script's own."""
    return megabytes(peak) if peak > own_peak() else f"< {megabytes(own_peak())}"


def ratio(ours, theirs):
    return f"{ours / theirs:.2f}" if theirs else ""


def count(value):
    return f"{value:,}"


def of_contenders(title, contenders, taken, absent=()):
    """A row a program; the last two columns are our time and our work as a part of theirs."""
    ours = taken[contenders[0].name]
    rows = [[contender.name, contender.version, *beside(ours, taken.get(contender.name))] for contender in contenders]
    rows += [[name, why, *[""] * 5] for name, why in absent]
    header = ["program", "version", "time", "processors' work", "memory", "bulklabel's time is", "and its work"]
    show(title, header, rows)


def beside(ours, theirs):
    if theirs is None:
        return ["failed", *[""] * 4]
    taken = [seconds(theirs.wall), seconds(theirs.work), memory(theirs.peak)]
    return [*taken, ratio(ours.wall, theirs.wall), ratio(ours.work, theirs.work)]
