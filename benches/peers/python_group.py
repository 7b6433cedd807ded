"""The rows of a list by customer, as people write it: python_group.py LIST"""

import csv
import sys

customers = {}
with open(sys.argv[1], newline="") as file:
    for row in csv.DictReader(file):
        changes = customers.setdefault(int(row["userId"]), [])
        changes.append((row["action"], row["label"]))
print(len(customers))
