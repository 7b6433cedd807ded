"""What a rate that is shared through a Redis asks of it, for one process and for sixteen, at different rates."""

import contextlib
import os
import shutil
import socket
import subprocess
import time

from . import table
from .network import ACCOUNT, running, server
from .tools import Missing

# Calls a minute; 100,000 are as many as any table of README.md has.
RATES = [1_000, 10_000, 100_000]
SHARDS = [1, 16]
SECONDS = 20


def compare(tools, given):
    rows = []
    with server(tools) as port, redis(tools) as address:
        for rate in RATES:
            for shards in SHARDS:
                rows.append([table.count(rate), shards, *of_run(tools, given, port, address, rate, shards)])
    title = f"bulklabel {tools.version()} with --rate-url, {SECONDS} s each, one account:"
    table.show(title, ["calls a minute", "processes", "calls a second", "scripts a second", "scripts a call", "its network"], rows)


def of_run(tools, given, port, address, rate, shards):
    """The calls a second, and the load of the Redis meanwhile."""
    place = tools.place / "shared"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    before, began = load(address), time.perf_counter()
    processes = [start(tools, given, port, address, rate, f"{number}/{shards}", place) for number in range(1, shards + 1)]
    ends = [process.wait() for process in processes]
    seconds = time.perf_counter() - began
    if set(ends) != {75}:
        raise SystemExit(f"the runs were to go on for {SECONDS} s, and ended with {ends}")
    scripts, traffic = (after - was for after, was in zip(load(address), before))
    calls = sum(journal.read_bytes().count(b'{"ended"') for journal in place.glob("*.partial"))
    return [f"{calls / seconds:,.0f}", f"{scripts / seconds:,.0f}", f"{scripts / calls:.2f}", f"{traffic / seconds / 1e3:,.0f} kB/s"]


def start(tools, given, port, address, rate, shard, place):
    # The flag that stands last counts.
    more = ["--output", place / "results.csv", "--shard", shard, "--until", f"{SECONDS}s"]
    command = [word for word in running(tools, tools.list_of(given.rows), port, *more)]
    command[command.index("none")] = f"{rate}/min"
    environment = {**os.environ, **ACCOUNT, "BULKLABEL_RATE_URL": "redis://{}:{}/0".format(*address)}
    return subprocess.Popen([str(word) for word in command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def redis(tools):
    """The address of a Redis, for as long as it is needed."""
    program = shutil.which("redis-server")
    if not program:
        raise Missing("there is no redis-server")
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        address = door.getsockname()
    flags = ["--bind", address[0], "--port", str(address[1]), "--save", "", "--dir", str(tools.place)]
    process = subprocess.Popen([program, *flags], stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            with contextlib.suppress(OSError):
                load(address)
                break
        yield address
    finally:
        process.terminate()
        process.wait()


def load(address):
    """How many scripts a Redis has run, and how many bytes it has had and sent."""
    with socket.create_connection(address) as connection:
        connection.sendall(b"INFO everything\r\nQUIT\r\n")
        said = b"".join(iter(lambda: connection.recv(1 << 16), b"")).decode()
    facts = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
    scripts = facts.get("cmdstat_evalsha", "calls=0").split(",")[0].removeprefix("calls=")
    return int(scripts), int(facts["total_net_input_bytes"]) + int(facts["total_net_output_bytes"])
