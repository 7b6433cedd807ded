"""Makes the pictures in README.md again: the terminal as text, and the page as an image.

    cargo build --release; python3 samples/pictures.py

It rehearses samples/campaign.csv with target/release/bulklabel (or the program that is named as argument), and takes the
picture of the page with Chromium.
"""

import os
import pathlib
import pty
import re
import struct
import fcntl
import shutil
import subprocess
import sys
import tempfile
import termios

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS, LONGEST = 100, 112
WIDTH, HEIGHT = 1120, 1150
COMMAND = ["run", "samples/campaign.csv", "--sandbox"]


def shown(program, page):
    """What a terminal shows of a rehearsal: everything that is written to it."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execvp(program, [program, *COMMAND, "--report", page])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    written = b""
    while True:
        try:
            more = os.read(terminal, 65536)
        except OSError:  # The end, to Linux.
            break
        if not more:
            break
        written += more
    os.waitpid(process, 0)
    return written.decode()


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "")


def terminal_text(written):
    """The bar as it stood in the middle of the run, and the summary."""
    frames = [plain(frame) for frame in re.split(r"\x1b\[\d*A\r", written)]
    frames = [frame for frame in frames if " customers, " in frame and " calls/s" in frame]
    frame = frames[len(frames) * 2 // 5]
    frame = frame[frame.index("="):] if "=" in frame else frame
    bar = [frame[at:at + COLUMNS].rstrip() for at in range(0, 2 * COLUMNS, COLUMNS)]
    summary = plain(written[written.rindex("samples/campaign.csv: "):]).rstrip().splitlines()
    summary = [line for line in summary if not line.startswith("  Page: ")]
    summary = summary[:next(at for at, line in enumerate(summary) if line.startswith("  Next: "))]
    lines = ["$ bulklabel " + " ".join(COMMAND), *bar, "", *summary]
    return [line if len(line) <= LONGEST else line[:LONGEST - 1] + "…" for line in lines]


def picture(page, image):
    browser = next(name for name in ("chromium", "chromium-browser", "google-chrome") if shutil.which(name))
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
             f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={image}", f"file://{page}"],
            check=True, capture_output=True)


def main():
    program = str(pathlib.Path(sys.argv[1] if sys.argv[1:] else ROOT / "target/release/bulklabel").resolve())
    with tempfile.TemporaryDirectory() as folder:
        page = os.path.join(folder, "page.html")
        text = terminal_text(shown(program, page))
        picture(page, ROOT / "samples/report.png")
    readme = ROOT / "README.md"
    before, rest = readme.read_text().split("```text\n", 1)
    after = rest.split("```\n", 1)[1]
    readme.write_text(before + "```text\n" + "\n".join(text) + "\n```\n" + after)


main()
