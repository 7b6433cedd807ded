"""The rows of a list by customer, with DuckDB: duckdb_group.py LIST"""

import sys

import duckdb

customers = "select userId, list(action), list(label) from read_csv(?) group by userId"
print(duckdb.execute(f"select count(*) from ({customers})", [sys.argv[1]]).fetchone()[0])
