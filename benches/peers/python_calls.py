"""A call for every customer of a list, as people write it: python_calls.py LIST PORT RESULT"""

import csv
import http.client
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

AT_ONCE = 64
HEADERS = {"Content-Type": "application/json", "Authorization": "Basic dGlsbDpzZWNyZXQ="}

list_file, port, result = sys.argv[1:]
mine = threading.local()


def customers():
    found = {}
    with open(list_file, newline="") as file:
        for row in csv.DictReader(file):
            changes = found.setdefault(row["userId"], {"add": [], "remove": []})
            changes[row["action"]].append({"labelName": row["label"]})
    return found


def call(customer, changes):
    if not hasattr(mine, "connection"):
        mine.connection = http.client.HTTPConnection("127.0.0.1", int(port))
    path = f"/v2/customers/{customer}/changeLabels"
    mine.connection.request("POST", path, json.dumps(changes), HEADERS)
    answer = mine.connection.getresponse()
    body = json.loads(answer.read())
    return customer, answer.status, body.get("errors") or body.get("warnings")


with ThreadPoolExecutor(AT_ONCE) as pool, open(result, "w", newline="") as file:
    rows = csv.writer(file)
    rows.writerow(["userId", "status", "said"])
    for ended in pool.map(lambda customer: call(*customer), customers().items()):
        rows.writerow(ended)
