"""The rows of a list by customer, with polars' streaming engine: polars_group.py LIST"""

import sys

import polars as pl

rows = pl.scan_csv(sys.argv[1])
customers = rows.group_by("userId").agg(pl.col("action"), pl.col("label"))
print(customers.collect(engine="streaming").height)
