"""What an engine of arrays does, whichever it is: it starts a container for each index, and asks the manifest what follows each end."""

import enum
import os
import signal
from dataclasses import dataclass, field


class Follows(enum.Enum):
    """What follows the end of an index's container."""

    DONE = "done"
    # The same index once more.
    AGAIN = "again"
    # That index is lost, and the others go on.
    NEVER = "never again"
    # All are ended.
    STOP = "stop all"


@dataclass(frozen=True)
class End:
    """How a container ended, and what Kubernetes knows of its pod besides."""

    status: int
    conditions: tuple = ()


@dataclass
class Blow:
    """What is done to the first container of an index: a signal when it is time, or variables that are set besides."""

    due: callable = lambda: False
    strike: callable = None
    variables: dict = field(default_factory=dict)
    conditions: tuple = ()


class Array:
    """An array of containers, which is run to its end.

    `start(index, attempt, **variables)` starts a container. `follows(ends)` is the manifest's policy: what follows the last of an
    index's ends. More than `lost_allowed` lost indexes stop all.
    """

    def __init__(self, ground, count, start, follows, lost_allowed=None):
        self.ground, self.start, self.follows, self.lost_allowed = ground, start, follows, lost_allowed
        self.ends = {index: [] for index in range(count)}
        self.lost, self.stopped, self.running, self.blows = [], "", {}, {}

    def run(self, blows=None):
        self.blows = dict(blows or {})
        for index in self.ends:
            self.begin(index)
        while self.running:
            for index in self.ground.wait("the end of a container", self.ended):
                self.end(index)
        return self

    def statuses(self):
        """The exit statuses of each index, in their order."""
        return {index: [end.status for end in ends] for index, ends in self.ends.items()}

    def begin(self, index):
        first = not self.ends[index]
        variables = self.blows[index].variables if first and index in self.blows else {}
        self.running[index] = self.start(index, len(self.ends[index]) + 1, **variables)

    def ended(self):
        """The indexes whose container has ended. Strikes those whose time has come."""
        for index, process in self.running.items():
            blow = self.blows.get(index)
            if blow and blow.strike and not self.ends[index] and process.poll() is None and blow.due():
                blow.strike(process)
                blow.strike = None
        return [index for index, process in self.running.items() if process.poll() is not None]

    def end(self, index):
        status = exit_status(self.running.pop(index))
        first = not self.ends[index]
        conditions = self.blows[index].conditions if first and index in self.blows else ()
        self.ends[index].append(End(status, conditions))
        match self.follows(self.ends[index]):
            case Follows.AGAIN if not self.stopped:
                self.begin(index)
            case Follows.NEVER:
                self.lost.append(index)
            case Follows.STOP:
                self.stop(f"index {index} ended with {status}")
        if self.lost_allowed is not None and len(self.lost) > self.lost_allowed:
            self.stop(f"{len(self.lost)} indexes are lost")

    def stop(self, why):
        """Ends all containers as an engine does, gently."""
        self.stopped = self.stopped or why
        for process in self.running.values():
            if process.poll() is None:
                os.kill(process.pid, signal.SIGTERM)


def exit_status(process):
    """The exit status as an engine tells it: 128 and the signal, where one ended it."""
    return process.returncode if process.returncode >= 0 else 128 - process.returncode
