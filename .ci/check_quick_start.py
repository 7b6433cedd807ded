"""Holds the result of README.md's quick start against its list, with Python's own CSV reader."""

import collections
import csv
import sys

LIST = "samples/campaign.csv"
RESULT = "samples/campaign.sandbox.results.csv"
COLUMNS = "line,userId,action,label,outcome,code,message,httpStatus,attempts,completedAt".split(",")
EXPECTED = {
    ("success", ""): 174,
    ("warning", "33000"): 4,
    ("warning", "33001"): 13,
    ("failed", "8015"): 5,
    ("rejected", "EMPTY_LABEL"): 1,
    ("rejected", "EXTRA_FIELDS"): 1,
    ("rejected", "INVALID_ACTION"): 1,
    ("rejected", "INVALID_USER_ID"): 1,
    ("rejected", "MISSING_FIELD"): 1,
    ("skipped", "DUPLICATE"): 5,
    ("skipped", "SUPERSEDED"): 1,
}


def data_rows(path):
    """Each data row with the line that it starts on; no field of the sample holds a line break."""
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for row in reader:
            if any(field.strip() for field in row):
                yield reader.line_num, row


def main(status):
    assert status == 1, f"the sample has rows to look at, so its exit status is 1, not {status}"
    with open(RESULT, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        results = list(reader)
        assert reader.fieldnames == COLUMNS, reader.fieldnames
    rows = list(data_rows(LIST))
    assert len(results) == len(rows), f"{len(results)} results of {len(rows)} rows"
    for (line, row), result in zip(rows, results):
        assert int(result["line"]) == line, f"line {line} has the result of line {result['line']}"
        if result["outcome"] != "rejected":
            user = row[0].strip().removesuffix(".0")
            expected = [user, row[1].strip().lower(), row[2].strip()]
            found = [result["userId"], result["action"], result["label"]]
            assert found == expected, f"line {line}: {found} instead of {expected}"
        sent = result["outcome"] in ("success", "warning", "failed")
        assert (int(result["attempts"]) > 0) == sent, f"line {line}: {result}"
    counts = collections.Counter((result["outcome"], result["code"]) for result in results)
    assert counts == EXPECTED, f"{dict(counts)} instead of {EXPECTED}"
    print(f"{len(results)} rows, each accounted for, in order, with the expected outcomes")


main(int(sys.argv[1]))
