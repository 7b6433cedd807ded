"""What was claimed, and whether it holds."""

from dataclasses import dataclass, field


@dataclass
class Trial:
    """A row of the table at the end: what an engine was made to bear, and what came of it."""

    engine: str
    injected: str
    wall: float
    calls: int
    twice: int
    # So many customers may have been called twice: those in flight at the kill.
    twice_allowed: int
    fullest: int
    # So many calls a window may hold.
    limit: int


@dataclass
class Checks:
    """Counts what holds, and tells what does not as soon as it is known."""

    passed: int = 0
    failures: list = field(default_factory=list)
    trials: list = field(default_factory=list)

    def that(self, claim, holds, found=""):
        """Takes note whether a claim holds, and shows what was found where it doesn't."""
        if holds:
            self.passed += 1
            print(f"   holds: {claim}", flush=True)
        else:
            self.failures.append(claim)
            print(f"   DOES NOT HOLD: {claim}: {str(found)[:4000]}", flush=True)
        return bool(holds)

    def same(self, claim, found, expected):
        """Takes note whether two things are equal."""
        return self.that(claim, found == expected, f"{found!r} instead of {expected!r}")
