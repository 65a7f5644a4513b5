"""Runs `cnnspec` in a process that records what it opens, changes, connects to and runs."""

import json
import os
import sys
from pathlib import Path
from typing import NamedTuple

from tests.support.commands import python_output
from tests.support.paths import ROOT

AUDITED = """
import json
import os
import sys

OF_PYTHON = tuple(os.path.realpath(each) for each in json.loads(sys.argv[1]))
FOLDER = os.path.realpath(".")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
CHANGES = (
    "os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate",
)
REMOVALS = ("os.remove", "os.rmdir")
RUNS = (
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.system",
    "pickle.find_class", "pty.spawn", "subprocess.Popen",
)
CONNECTS = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request")
read, changed, run, connected = set(), set(), set(), set()
commands = json.loads(sys.argv[2])


def record(event, arguments):
    if event in RUNS:
        run.add(os.path.basename(os.fsdecode(arguments[0])) if arguments else event)
    elif event in CONNECTS:
        connected.add(f"{event} {arguments[1:]}")
    elif event == "open" or event in CHANGES:
        path = arguments[0]
        if not isinstance(path, (str, bytes)) or (event in REMOVALS and arguments[1] != -1):
            return  # a name in a folder that is open
        path = os.path.realpath(os.fsdecode(path))
        if path.startswith(OF_PYTHON):
            return
        if path.startswith(FOLDER + os.sep):
            path = path[len(FOLDER) + 1 :]
        is_change = event != "open" or (arguments[2] or 0) & WRITES
        (changed if is_change else read).add(path)


sys.addaudithook(record)
from cnnspec.cli.main import exit_code

told = []
for command in commands:
    for each in (read, changed, run, connected):
        each.clear()
    sys.argv = ["cnnspec", *command]
    try:
        code = exit_code()
    except SystemExit as error:
        code = error.code
    told.append([code, *(sorted(each) for each in (read, changed, run, connected))])
print()
print(json.dumps(told), flush=True)
os._exit(0)
"""


class Audit(NamedTuple):
    """What a command did; paths in the folder are relative, and Python's own files are left out."""

    code: int
    read: list[str]
    changed: list[str]
    run: list[str]
    connected: list[str]


def audited(*commands: tuple[str, ...], folder: Path, **variables: str) -> list[Audit]:
    """Run commands one after another in a process, with variables of the environment."""
    of_python = (sys.prefix, sys.base_prefix, str(ROOT / "cnnspec"), str(ROOT / "specs"))
    arguments = ("-c", AUDITED, json.dumps(of_python), json.dumps(commands))
    printed = python_output(*arguments, cwd=folder, env={**os.environ, **variables})
    return [Audit(*each) for each in json.loads(printed.splitlines()[-1])]
