"""The sandbox in a process of its own, and what it was asked."""

import contextlib
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass


@dataclass
class Call:
    """A changeLabels request as the sandbox recorded it; times are seconds since the sandbox began."""

    at: float
    customer: int
    add: list
    remove: list
    # None where the client gave up before the answer, or waits for it.
    status: int
    applied: bool


class Sandbox:
    """Runs until the ground is cleared."""

    def __init__(self, ground, faults):
        self.ground = ground
        flags = [word for name, value in faults.items() for word in (f"--{name.replace('_', '-')}", value)]
        name = f"sandbox-{len(ground.logs) + 1}"
        ground.start(name, [ground.program, "sandbox", "--port", 0, *flags])
        log = ground.folder / f"{name}.log"
        said = ground.wait("the sandbox", lambda: log.read_text().partition("Listening on ")[2])
        self.url = said.split()[0]
        self.began = self.beginning()

    def beginning(self):
        """When the sandbox began, on the clock of this process, by a request whose time its record tells. Never too late."""
        asked = time.monotonic()
        with contextlib.suppress(urllib.error.HTTPError):
            self.get("/what-time-is-it")
        return asked - self.get("/__calls")[0]["at"] / 1e6

    def now(self):
        """Seconds since the sandbox began, as its record counts them, a few hundredths ahead."""
        return time.monotonic() - self.began

    def calls(self):
        """All changeLabels requests, in the order in which they came."""
        asked = self.get("/__calls")
        return [Call(one["at"] / 1e6, one["customer"], one["add"], one["remove"], one["status"], one["applied"])
                for one in asked if one["customer"] is not None]

    def until(self, calls):
        """Waits until so many calls have come."""
        self.ground.wait(f"the {calls}th call", lambda: len(self.calls()) >= calls)

    def misbehave(self, **faults):
        """Has it misbehave from now on as told; all that is not named is as it should be."""
        self.ask("DELETE", "/__faults")
        self.ask("PATCH", "/__faults", {name.replace("_", "-"): value for name, value in faults.items()})

    def get(self, path):
        return self.ask("GET", path)

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
