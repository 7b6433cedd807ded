"""Holds what an engine has done against the sandbox's record: who was called, how often, how fast, and what the result says."""

import collections
import csv

from .checks import Trial
from .lists import Expected

# A call that was on its way when something was killed had left at most so many seconds before.
ON_ITS_WAY = 1.0


def judge(checks, sandbox, listed, result, *, engine, injected, wall, rate, few, kills=(), in_flight=0):
    """The verdict on one run of a whole list; adds a row to the table.

    `result` is the merged one, and `rate` the calls a second that all shards may make together. `few` is how many more a window
    may hold as the sandbox sees it: one for each shard, and those that come a tenth of a second after they have left. `kills` are
    the moments (`sandbox.now()`) at which something was killed, and `in_flight` is how many calls may have been on their way then,
    over all kills.
    """
    calls = sandbox.calls()
    often = collections.Counter(call.customer for call in calls)
    taken = [call for call in calls if was_taken(call)]
    twice = called_twice(taken)
    fullest = fullest_window(calls, 1.0)
    checks.trials.append(Trial(engine, injected, wall, len(calls), len(twice), in_flight, fullest, rate + few))

    checks.same(f"{engine}: each customer of the list was called, and nobody else", set(often), listed.customers)
    checks.that(f"{engine}: {len(twice)} customers were called twice, at most {in_flight} may have been", len(twice) <= in_flight, twice)
    checks.same(f"{engine}: those were on their way at a kill", not_at_a_kill(taken, twice, kills), [])
    checks.that(f"{engine}: no second held more than {rate} calls and {few}", fullest <= rate + few, fullest)
    rows = read(result)
    checks.same(f"{engine}: each row of the list has its outcome, once and in order", differences(rows, listed.expected), [])
    checks.same(f"{engine}: the record says the same as each outcome", disagreements(rows, calls), [])
    checks.same(f"{engine}: attempts are those of the record", miscounted(rows, often, len(kills)), [])


def read(result):
    """The rows of a result."""
    with open(result, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fullest_window(calls, length):
    """The most calls in any window of so many seconds, wherever it begins."""
    fullest, first = 0, 0
    for last, call in enumerate(calls):
        while calls[first].at <= call.at - length:
            first += 1
        fullest = max(fullest, last - first + 1)
    return fullest


def was_taken(call):
    """Whether the service may have done what it was asked; where it said "not now", asking again is no second call."""
    return call.applied or call.status is None or (call.status < 500 and call.status != 429)


def called_twice(taken):
    """Customers of whom the service took more than one call."""
    often = collections.Counter(call.customer for call in taken)
    return sorted(customer for customer, times in often.items() if times > 1)


def not_at_a_kill(calls, customers, kills):
    """Those customers whose earlier calls had left long before anything was killed, or after it."""
    at = collections.defaultdict(list)
    for call in calls:
        at[call.customer].append(call.at)
    near = lambda moment: any(kill - ON_ITS_WAY <= moment <= kill + 0.1 for kill in kills)
    return [customer for customer in customers if not all(map(near, at[customer][:-1]))]


def differences(rows, expected):
    """Where the result is another than it must be: the first few."""
    found = [Expected(int(row["line"]), row["userId"], row["action"], row["label"], row["outcome"], row["code"]) for row in rows]
    if len(found) != len(expected):
        return [f"{len(found)} rows instead of {len(expected)}"]
    return [pair for pair in zip(found, expected) if pair[0] != pair[1]][:3]


def disagreements(rows, calls):
    """Rows of which the sandbox's record says something else: the first few."""
    of_customer = collections.defaultdict(list)
    for call in calls:
        of_customer[str(call.customer)].append(call)
    return [row for row in rows if not agrees(row, of_customer[row["userId"]])][:3]


def agrees(row, calls):
    """Whether the calls of a row's customer say the same as its outcome."""
    asked = [call for call in calls if row["label"] in (call.add if row["action"] == "add" else call.remove)]
    answered = {call.status for call in asked}
    match row["outcome"], row["code"]:
        case ("success", "") | ("warning", "33001"):
            return 200 in answered and int(row["httpStatus"]) == 200
        case ("warning", "33000"):
            return 200 in answered
        case ("failed", "8015"):
            return int(row["httpStatus"]) in answered and not any(call.applied for call in asked)
        case ("rejected", _):
            return row["attempts"] == "0"
        case ("skipped", _):
            return row["attempts"] == "0"
        case _:
            return False


def miscounted(rows, often, kills):
    """Customers who were called more often than their rows say, or less by more than a kill explains: the first few."""
    sent = [row for row in rows if row["outcome"] not in ("rejected", "skipped")]
    off = lambda row: not often[int(row["userId"])] <= int(row["attempts"]) <= often[int(row["userId"])] + kills
    return [row for row in sent if off(row)][:3]
