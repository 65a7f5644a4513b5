"""Runs each command where something is in its way: full disks, pipes, links, other processes.

`python -m faults.conditions` prints what is wrong then, by command and condition, as JSON.
"""

import errno
import json
import os
import resource
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from faults.checks import is_temporary, stable
from faults.commands import COMMANDS, Command
from faults.privileges import drop_privileges
from faults.tracing import import_what_it_imports

OLD, NEW = 2, 3
SECONDS = 300
"""After this time a command waits for something that will never be there."""
THERE = "there-"
"""How the names begin to which links lead; beside them, so that relative paths are the same."""
Tree = dict[str, bytes | str]


class Result(NamedTuple):
    """How a command ended."""

    code: int
    output: str


def tree(folder: Path) -> Tree:
    """Return everything below a folder: the contents of files, and what else there is."""
    return {
        each.relative_to(folder).as_posix(): _entry(each)
        for each in sorted(folder.rglob("*"))
        if is_temporary(each.relative_to(folder)) or each.name != "__pycache__"
    }


def _entry(path: Path) -> bytes | str:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return f"link to {os.readlink(path)}"
    return stable(path) if stat.S_ISREG(mode) else f"{stat.S_IFMT(mode):o}"


def start(
    arguments: Sequence[str], folder: Path, enter: Callable[[], object], *, closed: bool = False
) -> tuple[int, int]:
    """Start `cnnspec` in a fork of this process; return its number and the end of its output."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    code = 3
    try:
        os.chdir(folder)
        signal.alarm(SECONDS)
        for number in (1, 2):
            os.dup2(writing, number)
        sys.argv = ["cnnspec", *arguments]
        from cnnspec.cli import streams
        from cnnspec.cli.main import exit_code

        if closed:
            for number in (0, 1, 2):
                os.close(number)
            sys.stdin = sys.stdout = sys.stderr = None  # type: ignore[assignment]
            streams.prepare()
        enter()
        code = exit_code()
        streams.finish()
    finally:
        os._exit(code)


def end(pid: int, reading: int) -> Result:
    """Wait for a command."""
    with os.fdopen(reading, "rb") as output:
        text = output.read().decode(errors="replace")
    _, status = os.waitpid(pid, 0)
    return Result(os.waitstatus_to_exitcode(status), text)


class Trial:
    """A command in a folder of its own."""

    def __init__(self, command: Command, work: Path) -> None:
        self.command, self.work = command, work
        self.begin, self.folder = work / "begin", work / "folder"
        self.begin.mkdir(parents=True)
        command.prepare(self.begin, OLD)
        if command.needs:
            self._must(command.needs, self.begin)
        self.fresh()
        import_what_it_imports(command.arguments, self.folder)
        self.fresh()
        self.before = tree(self.folder)
        self._must(command.arguments, self.folder)
        self.after = tree(self.folder)
        changed = [name for name in self.after if self.after[name] != self.before.get(name)]
        written = filter(Path.is_file, (self.folder / name for name in changed))
        self.largest = max(each.stat().st_size for each in written)

    def _must(self, arguments: Sequence[str], folder: Path) -> None:
        result = end(*start(arguments, folder, lambda: None))
        if result.code:
            raise RuntimeError(f"{self.command.name}: {result.output}")

    def fresh(self) -> None:
        """Fill the folder with what the command starts from."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.begin, self.folder, symlinks=True)

    @property
    def target(self) -> Path:
        """The file or folder that the command writes."""
        return self.folder / self.command.target

    @property
    def forced(self) -> tuple[str, ...]:
        """The command, over what is there."""
        return (*self.command.arguments, *self.command.force)

    def run(self, enter: Callable[[], object] = lambda: None, *, closed: bool = False) -> Result:
        """Run the command over what is there."""
        return end(*start(self.forced, self.folder, enter, closed=closed))

    def refused(self, result: Result, before: Tree) -> list[str]:
        """Return what is wrong with a command that can write nothing."""
        wrong = _wrong_output(result) + [f"exit code {result.code}"] * (result.code not in (1, 2))
        if self.target.name.partition(".")[0] not in result.output:
            wrong.append(f"the target is not named: {result.output}")
        return wrong + _differences(before, tree(self.folder))

    def done(self, result: Result, after: Tree) -> list[str]:
        """Return what is wrong with a command that writes all its files."""
        wrong = _wrong_output(result) + [f"exit code {result.code}: {result.output}"] * bool(
            result.code != 0
        )
        return wrong + _differences(after, tree(self.folder))


def _wrong_output(result: Result) -> list[str]:
    return [result.output] * ("Traceback" in result.output)


def _differences(wanted: Tree, found: Tree) -> list[str]:
    return [
        f"{name} is {_shown(found.get(name))}, not {_shown(wanted.get(name))}"
        for name in sorted(wanted.keys() | found.keys())
        if wanted.get(name) != found.get(name)
    ]


def _shown(entry: bytes | str | None) -> str:
    return entry or "absent" if isinstance(entry, str | None) else f"{len(entry)} bytes"


def _limited(size: int) -> Callable[[], object]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def full(trial: Trial) -> list[str]:
    """No byte can be written."""
    return trial.refused(trial.run(_limited(0)), trial.before)


def filling_up(trial: Trial) -> list[str]:
    """Half of the largest file that it writes can be written."""
    result = trial.run(_limited(trial.largest // 2))
    if not trial.command.resumes:
        return trial.refused(result, trial.before)
    found = tree(trial.folder)
    mixed = [
        each
        for each in _differences(trial.after, found)
        if "absent, not" not in each and "checkpoint" not in each
    ]
    wrong = _wrong_output(result) + mixed
    if (trial.folder / "run" / "checkpoint.npz").exists():
        result = end(*start(trial.command.resumed, trial.folder, lambda: None))
    else:
        result = trial.run()
    return wrong + trial.done(result, trial.after)


def read_only(trial: Trial) -> list[str]:
    """No folder can be made, as on a file system that is mounted read-only."""

    def fails(path: Any, *_: object, **__: object) -> None:
        if str(trial.folder) in os.path.abspath(path):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    def enter() -> None:
        make, os.mkdir = (
            os.mkdir,
            lambda path, *rest, **named: fails(path) or make(path, *rest, **named),
        )

    return trial.refused(trial.run(enter), trial.before)


def forbidden(trial: Trial) -> list[str]:
    """The folder around the target is one in which nobody may write, or even look."""
    around, wrong = trial.target.parent, []
    for mode in (0o555, 0) if around != trial.folder else (0o555,):
        trial.fresh()
        around.mkdir(parents=True, exist_ok=True)
        before = tree(trial.folder)
        around.chmod(mode)
        result = trial.run(drop_privileges)
        around.chmod(0o755)
        wrong += trial.refused(result, before)
    return wrong


def pipe(trial: Trial) -> list[str]:
    """A pipe is in the place of the target."""
    _clear(trial.target)
    os.mkfifo(trial.target)
    before = tree(trial.folder)
    return trial.refused(trial.run(), before)


def other_sort(trial: Trial) -> list[str]:
    """A folder is in the place of a file, or a file in the place of a folder."""
    _clear(trial.target)
    if trial.command.is_folder:
        trial.target.write_bytes(b"mine")
    else:
        trial.target.mkdir()
        (trial.target / "mine").write_bytes(b"mine")
    before = tree(trial.folder)
    return trial.refused(trial.run(), before)


def link(trial: Trial) -> list[str]:
    """The target is a link to what the command wrote before, or to nothing."""
    wrong = []
    for is_there in (True, False):
        trial.fresh()
        there = trial.target.with_name(f"{THERE}{trial.target.name}")
        there.parent.mkdir(parents=True, exist_ok=True)
        if trial.command.is_in_place:
            if not is_there:
                continue
            trial.target.rename(there)
        elif is_there and not trial.command.resumes:
            trial.run()
            trial.target.rename(there)
        elif is_there:
            there.mkdir()
        trial.target.symlink_to(there.name)
        named = there.relative_to(trial.folder).as_posix()
        after = {
            name.replace(trial.command.target, named): content
            for name, content in trial.after.items()
        }
        after[trial.command.target] = f"link to {there.name}"
        wrong += trial.done(trial.run(), after)
    return wrong


def closed_streams(trial: Trial) -> list[str]:
    """Standard streams are closed, so that the first files get their numbers."""
    return trial.done(trial.run(closed=True), trial.after)


def two_at_once(trial: Trial) -> list[str]:
    """Another process does the same at the same time."""
    both = [start(trial.forced, trial.folder, lambda: None) for _ in range(2)]
    one, other = (end(*each) for each in both)
    best, worst = sorted((one, other), key=lambda each: each.code)
    wrong = trial.done(best, trial.after) + _wrong_output(worst)
    return wrong + [f"exit code {worst.code}"] * (worst.code not in (0, 1, 2))


def _clear(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)


CONDITIONS: dict[str, Callable[[Trial], list[str]]] = {
    each.__name__: each
    for each in (
        full, filling_up, read_only, forbidden, pipe, other_sort, link, closed_streams, two_at_once,
    )
}  # fmt: skip


def results(only: str = "") -> dict[str, dict[str, list[str]]]:
    """Return what is wrong, by command and condition."""
    found: dict[str, dict[str, list[str]]] = {}
    for command in COMMANDS:
        if command.errors or only not in command.name:
            continue
        with tempfile.TemporaryDirectory() as work:
            trial = Trial(command, Path(work).resolve())
            found[command.name] = {}
            for name, condition in CONDITIONS.items():
                trial.fresh()
                found[command.name][name] = condition(trial)
    return found


@click.command()
@click.option("--only", default="", help="Run only commands whose names contain this.")
def main(only: str) -> None:
    """Run each command where something is in its way, and print what is wrong then."""
    print(json.dumps(results(only), indent=2))


if __name__ == "__main__":
    main()
