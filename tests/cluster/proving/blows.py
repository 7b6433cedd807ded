"""What is done to the first container of some indexes in the middle of their work, and what must follow from it exactly."""

import json
import os
import signal

from .arrays import Blow

ALL = 2**64 - 1


def shard_of(customer, count):
    """The index of the shard that a customer is in, as the contract has it: the finaliser of splitmix64, scaled."""
    z = customer
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & ALL
    z = (z ^ z >> 27) * 0x94D049BB133111EB & ALL
    return (z ^ z >> 31) * count >> 64


class Blows:
    """The blows for one array, whose results stand in a folder."""

    def __init__(self, sandbox, results, count):
        self.sandbox, self.results, self.count = sandbox, results, count
        # When something was killed, and whose calls had left by then and were not recorded.
        self.kills, self.in_flight = [], set()

    def killed(self, index, conditions=()):
        """A machine that is gone in the middle, with a call on its way."""

        def is_due():
            own = self.own(index)
            return len(own) > 3 and own[-1].status is None

        def strike(process):
            # What has stopped makes no more calls while it is looked at.
            os.kill(process.pid, signal.SIGSTOP)
            self.in_flight |= {call.customer for call in self.own(index)} - self.recorded(index)
            self.kills.append(self.sandbox.now())
            os.kill(process.pid, signal.SIGKILL)

        return Blow(is_due, strike, conditions=conditions)

    def drained(self, index):
        """A machine that is shut down in the middle: its containers are told to end."""
        return Blow(lambda: len(self.own(index)) > 3, lambda process: os.kill(process.pid, signal.SIGTERM))

    def out_of_time(self):
        """Something that passes: the program ends by itself with 75, as it does when the service is away for long."""
        return Blow(variables={"BULKLABEL_LIMIT": "3"})

    def own(self, index):
        """The calls of an index's customers."""
        return [call for call in self.sandbox.calls() if shard_of(call.customer, self.count) == index]

    def recorded(self, index):
        """The customers whose calls stand in the journal of an index."""
        journal = self.results / f"campaign.results.{index + 1}-of-{self.count}.csv.partial"
        # Of the last line a part may be missing; each has a checksum before it.
        lines = journal.read_text().splitlines() if journal.exists() else []
        ended = [line.partition(" ")[2] for line in lines if '{"ended"' in line and line.endswith("}}")]
        return {json.loads(text)["ended"]["user"] for text in ended}
