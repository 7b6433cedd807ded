"""A server on this machine that answers at once, and how bulklabel is told to call it."""

import contextlib
import subprocess

ACCOUNT = {"BULKLABEL_USERNAME": "till", "BULKLABEL_PASSWORD": "secret"}


@contextlib.contextmanager
def server(tools):
    """Its port, for as long as it is needed."""
    process = subprocess.Popen([tools.helper("answer")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait()


def running(tools, file, port, *more):
    """The command that sends a list there as fast as it can."""
    address = ["--base-url", f"http://127.0.0.1:{port}"]
    return [tools.program, "run", file, *address, "--rate", "none", "--concurrency", "64", "--yes", *more]
