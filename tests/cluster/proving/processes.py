"""Processes that are started here, and all that they start: none of them outlives the proof."""

import contextlib
import ctypes
import os
import pathlib
import signal
import time

SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """Makes this process the parent of all orphans below it, so that a daemon that leaves its parent is still found."""
    if ctypes.CDLL(None, use_errno=True).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "orphans can't be adopted")


def parent_of(process):
    """The parent of a process; none of one that has ended."""
    with contextlib.suppress(OSError):
        # The name stands in brackets, and may hold anything.
        return int(pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return None


def children():
    """The processes of this machine by their parent."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        found.setdefault(parent_of(folder.name), []).append(int(folder.name))
    return found


def below(process):
    """All processes that descend from a process, the nearest first."""
    parents, found = children(), []
    waiting = list(parents.get(process, []))
    while waiting:
        found.append(waiting.pop(0))
        waiting += parents.get(found[-1], [])
    return found


def command_of(process):
    """The words of a process's command line; none of one that has ended."""
    with contextlib.suppress(OSError):
        words = pathlib.Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
        return words.removesuffix("\0").split("\0") if words else []
    return []


def kill(*them):
    """Kills processes at once, as a machine does that loses its power. One that has ended is none to kill."""
    for process in them:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def kill_with_all_below(process):
    """Kills a process and all that it has started."""
    kill(process, *below(process))


def end_all(except_for=()):
    """Kills all that descends from this process, and waits until it is gone."""
    while left := not_spared(except_for):
        kill(*left)
        reap()
        time.sleep(0.01)


def not_spared(except_for):
    """All that descends from this process, but for some processes and what they have started."""
    spared = {one for process in except_for for one in [process, *below(process)]}
    return [process for process in below(os.getpid()) if process not in spared]


def reap():
    """Takes leave of orphans that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def environment_of(process):
    """A process's variables; none of one that has ended."""
    with contextlib.suppress(OSError):
        both = pathlib.Path(f"/proc/{process}/environ").read_bytes().decode(errors="replace").split("\0")
        return dict(one.split("=", 1) for one in both if "=" in one)
    return {}
