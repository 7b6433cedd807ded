"""A list that does not fit into the memory that may be used, beside `sort` with the same bound."""

from . import table
from .measure import in_turn
from .plan import checking, sorting
from .tools import said

BOUND = "256M"


def compare(tools, given):
    file = tools.list_of(given.rows)
    contenders, absent = [checking(tools, file)], []
    if "--memory" in said([tools.program, "check", "--help"]):
        bounded = checking(tools, file, "--memory", BOUND)
        bounded.name += f" --memory {BOUND}"
        contenders.insert(0, bounded)
    else:
        absent.append((f"bulklabel check --memory {BOUND}", "it has no --memory yet"))
    sort = sorting(file, "-S", BOUND, "-T", str(tools.place))
    sort.name = f"sort -S {BOUND} -s -t, -k1,1n"
    contenders.append(sort)
    taken = in_turn(contenders, given.rounds)
    table.of_contenders(f"{table.count(given.rows)} rows, medians of {given.rounds}:", contenders, taken, absent)
