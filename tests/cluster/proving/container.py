"""A container that an engine would start, as a process of this machine.

It gets the words and the variables that its manifest says and the engine adds, and none of ours. Paths that the manifest mounts are
those of folders here, wherever they stand in words and variables. Where this is root, it runs as the user that the manifest names, so
that it can do no more with those folders than in the cluster.
"""

import os
import pathlib
import re
import subprocess
from dataclasses import dataclass, field

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Container:
    """What is started, from an image whose program is `entry`."""

    words: list
    variables: dict
    # Where the manifest mounts something, and the folder that is there.
    mounts: dict
    user: int
    group: int
    entry: pathlib.Path
    log: pathlib.Path
    # In place of the image's entry point.
    command: list = field(default_factory=list)

    def start(self, *more, **variables):
        """Starts it, with some more words and variables."""
        command = [self.here(word) for word in [*(self.command or [str(self.entry)]), *self.words, *more]]
        environment = {"PATH": f"{self.entry.parent}:{PATH}", **self.variables, **variables}
        environment = {name: self.here(value) for name, value in environment.items()}
        privileges = {"user": self.user, "group": self.group, "extra_groups": []} if os.geteuid() == 0 else {}
        with open(self.log, "ab") as told:
            return subprocess.Popen(command, env=environment, cwd=self.mounts["/data"], stdin=subprocess.DEVNULL, stdout=told,
                                    stderr=subprocess.STDOUT, start_new_session=True, **privileges)

    def here(self, text):
        """A text with the folders that are here."""
        for there, folder in self.mounts.items():
            text = re.sub(rf"(?<![\w./-]){re.escape(there)}(?=/|\s|$)", str(folder), text)
        return text

    def said(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def folder_for(path, user, group, mode=0o750):
    """A folder that such a user may write to."""
    path.mkdir(parents=True)
    path.chmod(mode)
    give(path, user, group)
    return path


def give(path, user, group):
    """Makes something a user's and a group's, where this is root."""
    if os.geteuid() == 0:
        os.chown(path, user, group)


def readable(path):
    """A folder that everybody may read."""
    path.mkdir()
    path.chmod(0o755)
    return path
