"""What a run takes in memory and on disk, whole and in sixteen shards, for lists of two sizes: each call and row takes the same."""

from . import table
from .measure import Contender, run
from .network import ACCOUNT, running, server

SHARDS = 16


def compare(tools, given):
    memory, disk = [], []
    with server(tools) as port:
        for rows in (given.rows // 10, given.rows):
            place = tools.place / "scale"
            place.mkdir(exist_ok=True)
            sending = lambda *more: running(tools, tools.list_of(rows), port, "--output", place / "results.csv", *more)
            of_whole, on_disk = whole(sending, place, rows)
            of_shards, merged = shards(tools, sending, place)
            memory.append([table.count(rows), *map(table.memory, [*of_whole, *of_shards])])
            disk.append([table.count(rows), *on_disk, f"{merged / rows:.1f} B"])
            clear(place)
    head = f"bulklabel {tools.version()}, two rows for each customer"
    header = ["rows", "run", "result", "within 16M, run", "result", f"a shard of {SHARDS}", "the same with --max-removals", "merge"]
    table.show(f"{head}; memory at the peak:", header, memory)
    table.show(f"{head}; on disk:", ["rows", "list, a row", "journal, a call", "result, a row", "shards and merged, a row"], disk)


def whole(sending, place, rows):
    """Peaks of sending all but one call and of carrying on to the result, as it is and within a bound; and what stands on disk."""
    calls, peaks = rows // 2, []
    for bound in ([], ["--memory", "16M"]):
        clear(place)
        peaks.append(taken(sending(*bound, "--limit", calls - 1), 75))
        journal = (place / "results.csv.partial").stat().st_size
        peaks.append(taken(sending(*bound)))
    result, listed = (place / "results.csv").stat().st_size, sending()[2].stat().st_size
    return peaks, [f"{listed / rows:.1f} B", f"{journal / calls:.1f} B", f"{result / rows:.1f} B"]


def shards(tools, sending, place):
    """Peaks of a shard, without and with a guard that plans the whole list, and of the merge; and how much all results take."""
    clear(place)
    guarded = ["--max-removals", "1000000000"]
    peaks = [taken(sending("--shard", f"{number}/{SHARDS}", *(guarded if number == 2 else []))) for number in range(1, SHARDS + 1)]
    results = [place / f"results.{number}-of-{SHARDS}.csv" for number in range(1, SHARDS + 1)]
    merged = taken([tools.program, "merge", *results, "--output", place / "merged.csv"])
    size = sum(path.stat().st_size for path in place.glob("*.csv"))
    return [peaks[0], peaks[1], merged], size


def taken(command, status=0):
    """The peak of a command that ends so."""
    return run(Contender(str(command[1]), command, statuses=(status,), environment=ACCOUNT)).peak


def clear(place):
    for path in place.iterdir():
        path.unlink()
