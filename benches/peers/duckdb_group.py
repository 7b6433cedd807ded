"""The rows of a list by customer, with DuckDB: duckdb_group.py LIST"""

import sys

import duckdb

customers = "select userId, list(action) as actions, list(label) as labels from read_csv(?) group by userId"
# What nobody looks at is not collected.
sums = f"select count(*), sum(len(actions)), sum(len(labels)) from ({customers})"
print(*duckdb.execute(sums, [sys.argv[1]]).fetchone())
