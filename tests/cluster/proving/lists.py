"""Lists of which it is known what must become of each row, however often a call is made."""

import csv
import random
from dataclasses import dataclass, field

COLUMNS = ["userId", "action", "label", "email"]


@dataclass(frozen=True)
class Expected:
    """What must stand in the result for a row."""

    line: int
    user: str
    action: str
    label: str
    outcome: str
    code: str = ""


@dataclass
class List:
    """A list of customers, in rows that are shuffled."""

    customers: set = field(default_factory=set)
    expected: list = field(default_factory=list)
    rows: list = field(default_factory=list)

    def row(self, user, action, label, outcome, code=""):
        # The header is line 1.
        self.expected.append(Expected(len(self.rows) + 2, user, action, label, outcome, code))
        self.rows.append([user, action, label, f"c{user}@example.com"])

    def write(self, path):
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([COLUMNS, *self.rows])
        return path


def of(customers, seed=1):
    """A list of so many customers: most get a label, some have two rows, a few don't exist or can't be called."""
    made, chance = List(), random.Random(seed)
    users = [n * 10_000 + 8015 if n % 23 == 0 else 1_000 + n for n in range(1, customers + 1)]
    chance.shuffle(users)
    for n, user in enumerate(users, 1):
        made.customers.add(user)
        of_customer(made, str(user), n)
        if n % 29 == 0:
            made.row("5.64663E+08", "add", "VIP", "rejected", "INVALID_USER_ID")
        if n % 31 == 0:
            made.row(str(user), "add", "", "rejected", "EMPTY_LABEL")
    return made


def of_customer(made, user, n):
    """The rows of one customer, by turns of different kinds. None says something else when it is said twice."""
    exists = not user.endswith("8015")
    known = ("success", "") if exists else ("failed", "8015")
    if n % 13 == 0:
        made.row(user, "add", "VIP", "skipped", "DUPLICATE")
    made.row(user, "add", "VIP", *known)
    if n % 5 == 0:
        made.row(user, "remove", "Never held", *(("warning", "33001") if exists else known))
    if n % 7 == 0:
        made.row(user, "add", "Unknown tier", *(("warning", "33000") if exists else known))
