"""Runs commands in forks of this process under strace, which may kill them at a system call."""

import importlib
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

OPENING = ("open", "openat", "creat")
WRITING = ("write", "pwrite64", "writev", "pwritev", "ftruncate", "sendfile", "copy_file_range")
NAMING = (
    "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "mkdir",
    "mkdirat", "rmdir", "truncate", "chmod", "fchmod", "fchmodat",
)  # fmt: skip
SECONDS = 10
"""The seconds after which a stopped command is sent SIGCONT again."""
TRACED = ",".join(f"?{name}" for name in (*OPENING, *WRITING, *NAMING))
_CALL = re.compile(r"(\d+) +(\w+)\((.*)")
_OPEN_FILE = re.compile(r"\d+<([^>]*)>")
_NAMED_FILE = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"([^"]*)"')
_FAILED = re.compile(r"\) += -1 ")
_RESULT = re.compile(r"(\) += .*| <unfinished \.\.\.>)$")
_RANDOM = re.compile(r"[0-9a-f]{16,}|tempstate\d+|\d+<")
"""What differs from run to run: the names of temporary folders, and the numbers of files."""


@dataclass(frozen=True)
class Point:
    """A system call of a command: its name, and which of that name it is."""

    call: str
    number: int
    shown: str


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    output: str

    @property
    def is_killed(self) -> bool:
        """Whether it was killed."""
        return os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGKILL

    @property
    def is_fine(self) -> bool:
        """Whether it succeeded."""
        return self.status == 0


def run(
    arguments: Sequence[str],
    folder: Path,
    *,
    log: Path | None = None,
    kill: Point | None = None,
    errors: Sequence[str] = (),
) -> Ended:
    """Run `cnnspec` in a folder, and kill it before a system call; only then it is traced."""
    output = folder.parent / "output"
    is_traced = bool(log or kill or errors)
    pid = os.fork()
    if not pid:
        _command(arguments, folder, output, is_traced=is_traced)
    if not is_traced:
        _, status = os.waitpid(pid, 0)
        return Ended(status, output.read_text(errors="replace"))
    os.waitpid(pid, os.WUNTRACED)
    options = [f"--inject={each}" for each in errors]
    if kill is not None:
        options.append(f"--inject={kill.call}:signal=SIGKILL:when={kill.number}")
    target = str(log) if log is not None else os.devnull
    strace = subprocess.Popen(
        [
            "strace",
            "-f",
            "-y",
            "-s",
            "0",
            "-o",
            target,
            "-e",
            f"trace={TRACED}",
            *options,
            "-p",
            str(pid),
        ],
        stderr=subprocess.PIPE,
    )
    assert strace.stderr is not None
    said = strace.stderr.readline()
    if b"attached" not in said:
        os.kill(pid, signal.SIGKILL)
        raise RuntimeError(f"strace: {said.decode(errors='replace')}")
    os.kill(pid, signal.SIGCONT)
    while strace.poll() is None:
        try:
            strace.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.kill(pid, signal.SIGCONT)  # strace may lose it while threads begin
    _, status = os.waitpid(pid, 0)
    return Ended(status, output.read_text(errors="replace"))


def import_what_it_imports(arguments: Sequence[str], folder: Path) -> None:
    """Run `cnnspec` in a folder, and import all modules that it does.

    Its next processes need not, so that they make few system calls, each of which strace stops.
    """
    output, names = folder.parent / "output", folder.parent / "modules"
    pid = os.fork()
    if not pid:
        _command(arguments, folder, output, is_traced=False, modules=names)
    os.waitpid(pid, 0)
    for name in names.read_text().split():
        if name not in sys.modules:
            with suppress(Exception):  # modules that packages make for themselves
                importlib.import_module(name)


def _command(
    arguments: Sequence[str],
    folder: Path,
    output: Path,
    *,
    is_traced: bool,
    modules: Path | None = None,
) -> None:
    """Become a command, which goes on once it is traced, and list the modules that it imported."""
    os.chdir(folder)
    opened = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number in (1, 2):
        os.dup2(opened, number)
    if is_traced:
        os.kill(os.getpid(), signal.SIGSTOP)
    sys.argv = ["cnnspec", *arguments]
    code = 3
    try:
        from cnnspec.cli.main import exit_code

        code = exit_code()
    except SystemExit as error:
        code = int(error.code or 0)
    finally:
        if modules is not None:
            modules.write_text("\n".join(sys.modules))
        os._exit(code)


def points(log: Path, folder: Path) -> list[Point]:
    """List the system calls of a log that change files in a folder; of repeated ones, three."""
    found: list[Point] = []
    group: list[Point] = []
    key = None
    for point, arguments in _calls(log):
        if not _changes(point.call, arguments, folder):
            continue
        file = _OPEN_FILE.match(arguments) if point.call in WRITING else None
        new_key = (point.call, file[1]) if file else None
        if new_key is None or new_key != key:
            found += _three(group)
            group = []
        group.append(point)
        key = new_key
    return found + _three(group)


def is_at(point: Point, log: Path) -> bool:
    """Whether a log ends with a system call, on the file that was meant."""
    return [_alike(each) for each, _ in _calls(log)][-1:] == [_alike(point)]


def moved(point: Point, log: Path) -> Point:
    """Return a system call with its number in a log, or with the next one if it is not there."""
    same = [each.number for each, _ in _calls(log) if _alike(each) == _alike(point)]
    return Point(point.call, same[0] if same else point.number + 1, point.shown)


def _alike(point: Point) -> tuple[str, str]:
    """Return a system call without what differs from run to run: numbers, sizes and results."""
    shown = _RANDOM.sub("", _RESULT.sub("", point.shown))
    return point.call, shown.rpartition('"')[0] if point.call in WRITING else shown


def _calls(log: Path) -> Iterator[tuple[Point, str]]:
    """Yield the system calls of the first thread, with their arguments and results."""
    counts: Counter[str] = Counter()
    main = None
    for line in log.read_text(errors="replace").splitlines():
        if match := _CALL.match(line):
            process, call, arguments = match.groups()
            main = main or process
            if process == main:
                counts[call] += 1
                yield Point(call, counts[call], f"{call}({arguments}"), arguments


def _changes(call: str, arguments: str, folder: Path) -> bool:
    """Whether a system call changes files in a folder; one that fails changes nothing."""
    if _FAILED.search(arguments):
        return False
    if call in OPENING and call != "creat" and not re.search("O_CREAT|O_TRUNC", arguments):
        return False
    if call in (*WRITING, "fchmod"):
        return any(Path(each).is_relative_to(folder) for each in _OPEN_FILE.findall(arguments))
    files = (folder / base / name for base, name in _NAMED_FILE.findall(arguments))
    return any(each.is_relative_to(folder) for each in files)


def _three(group: list[Point]) -> list[Point]:
    return group if len(group) < 4 else [group[0], group[len(group) // 2], group[-1]]
