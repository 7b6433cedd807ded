"""What the client does for a call, against a server that answers at once, 64 at a time."""

import csv
import shutil
import sys

from . import table
from .measure import Contender, in_turn
from .network import ACCOUNT, running, server
from .tools import said

AT_ONCE = "64"
BODY = '{"add":[{"labelName":"Gold Member 1"},{"labelName":"Gold Member 2"}]}'


def compare(tools, given):
    file = tools.list_of(given.rows)
    with server(tools) as port:
        addresses, rows_file = targets(tools, file, port)
        calls = len(addresses.read_text().splitlines())
        contenders, absent = [ours(tools, file, port)], []
        for peer in [oha(tools, addresses, calls), scripted(tools, file, port), qsv(given, rows_file, tools)]:
            (contenders if isinstance(peer, Contender) else absent).append(peer)
        taken = in_turn(contenders, given.rounds)
    show(contenders, taken, absent, calls, given.rounds)


def targets(tools, file, port):
    """A URL for each customer, one a line, and the same as a table with a label."""
    addresses, rows_file = tools.place / "addresses.txt", tools.place / "addresses.csv"
    seen = {}
    with open(file, newline="") as rows, open(rows_file, "w", newline="") as to:
        writer = csv.writer(to)
        writer.writerow(["url", "add"])
        for row in csv.DictReader(rows):
            url = f"http://127.0.0.1:{port}/v2/customers/{row['userId']}/changeLabels"
            if url not in seen:
                writer.writerow([url, row["label"]])
            seen[url] = True
    addresses.write_text("\n".join(seen) + "\n")
    return addresses, rows_file


def ours(tools, file, port):
    command = running(tools, file, port, "--output", tools.place / "calls.csv", "--overwrite")
    # Customers with the same label twice have rows that are skipped, which is no failure.
    return Contender("bulklabel run", command, tools.version(), environment=ACCOUNT)


def oha(tools, addresses, calls):
    program, version = tools.oha()
    if not program:
        return "oha", version
    how = ["--no-tui", "-n", calls, "-c", AT_ONCE, "-m", "POST", "-T", "application/json", "-a", "till:secret", "-d", BODY]
    return Contender("oha, a URL a call", [program, *how, "--urls-from-file", addresses], version)


def scripted(tools, file, port):
    command = [sys.executable, tools.peer("python_calls"), file, port, tools.place / "python-calls.csv"]
    return Contender("Python, http.client in threads", command, "%d.%d.%d" % sys.version_info[:3])


def qsv(given, rows_file, tools):
    program = given.qsv or shutil.which("qsv")
    if not program:
        return "qsv fetchpost", "not on PATH: --qsv names it"
    version = " ".join(said([program, "--version"]).split()[1:2])
    command = [program, "fetchpost", "url", "add", rows_file, "--no-cache", "--output", tools.place / "qsv.csv"]
    return Contender("qsv fetchpost", command, version)


def show(contenders, taken, absent, calls, rounds):
    ours = taken[contenders[0].name]
    rows = [[contender.name, contender.version, *of_a_call(ours, taken.get(contender.name), calls)] for contender in contenders]
    rows += [[name, why, *[""] * 5] for name, why in absent]
    header = ["program", "version", "work a call", "bulklabel's work is", "calls/s", "time", "memory"]
    table.show(f"{table.count(calls)} calls, {AT_ONCE} at once, medians of {rounds}:", header, rows)


def of_a_call(ours, theirs, calls):
    if theirs is None:
        return ["failed", *[""] * 4]
    work, pace = f"{theirs.work / calls * 1e6:.1f} µs", table.count(round(calls / theirs.wall))
    return [work, table.ratio(ours.work, theirs.work), pace, table.seconds(theirs.wall), table.memory(theirs.peak)]
