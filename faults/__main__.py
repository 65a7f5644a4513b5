"""The command `make kills`; for its options see `python -m faults --help`."""

import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import click

from faults.checks import Files, files_of, is_mixed, left_over
from faults.commands import COMMANDS, NOTES, Command
from faults.tracing import Ended, Point, import_what_it_imports, is_at, moved, points, run

OLD, NEW = 2, 3
"""The units of the specs that a command is run on."""
ATTEMPTS = 8
"""How often a command is run until it is killed where it should be."""


@dataclass
class Counts:
    """The results of a command."""

    kills: int = 0
    missed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> dict[str, list[str]]:
        """What is wrong, in words."""
        found = {"lost": self.lost, "half": self.half, "left over": self.left}
        return found | ({"not killed there": self.missed} if self.missed else {})

    @property
    def shown(self) -> str:
        """How often each is wrong."""
        return ", ".join(f"{len(found)} {what}" for what, found in self.wrong.items())

    @property
    def are_bad(self) -> bool:
        """Whether anything is wrong."""
        return any(self.wrong.values())

    def add(self, other: "Counts") -> None:
        """Add the results of another command."""
        self.kills += other.kills
        self.missed += other.missed
        self.lost += other.lost
        self.half += other.half
        self.left += other.left


class Case:
    """A command, on nothing or over what it wrote before.

    The files that differ from run to run are known from its first case, if there is one.
    """

    def __init__(self, command: Command, work: Path, unstable: set[str] | None) -> None:
        self.command, self.work = command, work
        again = unstable is not None
        self.start = work / "start"
        self.start.mkdir(parents=True)
        command.prepare(self.start, OLD)
        if command.needs:
            self.must(run(command.needs, self.start))
        if not again:
            self.fresh()
            import_what_it_imports(command.arguments, self.folder)
        if again:
            if not command.is_in_place:
                self.must(run(command.arguments, self.start))
            for name, content in NOTES.items():
                file = self.start / command.keeps / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            command.prepare(self.start, OLD if command.needs else NEW)
        self.before = files_of(self.start)
        self.arguments = (*command.arguments, *(command.force if again else ()))
        whole, log = self.once("one")
        other, _ = (whole, log) if again else self.once("other")
        self.unstable = unstable or {name for name in whole if whole[name] != other.get(name)}
        self.after = self.known(whole)
        self.points = points(log, self.folder)

    def must(self, ended: Ended) -> None:
        """Check that a command succeeded."""
        if not ended.is_fine:
            raise RuntimeError(f"{self.command.name}: {ended.output}")

    @property
    def folder(self) -> Path:
        """The folder in which the command runs."""
        return self.work / "folder"

    def fresh(self) -> None:
        """Fill the folder with the files that the command starts from."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.start, self.folder, symlinks=True)

    def once(self, name: str) -> tuple[dict[str, bytes], Path]:
        """Run the command; return the files after it and the log of its system calls."""
        self.fresh()
        log = self.work / f"{name}.log"
        self.must(run(self.arguments, self.folder, log=log, errors=self.command.errors))
        return files_of(self.folder), log

    def known(self, files: Files) -> dict[str, bytes]:
        """Return files without the contents that differ from run to run."""
        return {name: b"" if name in self.unstable else text for name, text in files.items()}

    def kill(self, point: Point, counts: Counts) -> None:
        """Kill the command at a system call, count what is wrong then, and go on."""
        if not self.is_killed(point):
            counts.missed.append(f"{self.command.name}: {point.shown}")
            return
        counts.kills += 1
        found, before = self.known(files_of(self.folder)), self.known(self.before)
        where = f"{self.command.name}: {point.shown}"
        for name in before.keys() | found.keys():
            allowed = [before.get(name), self.after.get(name)]
            if name not in found and None not in allowed:
                counts.lost.append(f"{where}: {name}")
            elif name in found and found[name] not in allowed and not self.is_result(name):
                counts.half.append(f"{where}: {name}")
        if self.command.arguments[0] == "build" and not self.command.errors:
            counts.half += [where] * is_mixed(self.folder / "build" / "tiny")
        self.go_on(where, counts)

    def is_killed(self, point: Point) -> bool:
        """Kill the command; it may open files in another order, and then is run again."""
        log = self.work / "killed.log"
        for _ in range(ATTEMPTS):
            self.fresh()
            ended = run(
                self.arguments, self.folder, log=log, kill=point, errors=self.command.errors
            )
            if ended.is_killed and is_at(point, log):
                return True
            point = moved(point, log)
        return False

    def is_result(self, name: str) -> bool:
        """Whether a file differs while a command goes on: a checkpoint has more epochs later."""
        return self.command.resumes and name.endswith("checkpoint.npz")

    def go_on(self, where: str, counts: Counts) -> None:
        """Run the command once more, which puts all right."""
        arguments = (*self.command.arguments, *self.command.force)
        if self.command.resumes and (self.folder / "run" / "checkpoint.npz").exists():
            arguments = self.command.resumed
        ended = run(arguments, self.folder, errors=self.command.errors)
        if not ended.is_fine:
            counts.left.append(f"{where}: then {ended.output.strip()}")
        elif self.known(files_of(self.folder)) != self.after:
            counts.left.append(f"{where}: other files")
        counts.left += [f"{where}: {name}" for name in left_over(self.folder)]


def chosen(points: list[Point], sample: int | None) -> list[Point]:
    """Return as many system calls as a sample has, evenly apart, or all."""
    if sample is None or sample >= len(points):
        return points
    return [points[(2 * at + 1) * len(points) // (2 * sample)] for at in range(sample)]


@click.command()
@click.option("--only", default="", help="Run only commands whose names contain this.")
@click.option("--sample", type=int, help="The most system calls per command.")
def main(only: str, sample: int | None) -> None:
    """Kill commands at each of their system calls that change files, and check what is left."""
    if shutil.which("strace") is None:
        sys.exit("this needs the program `strace`; install the package of your system")
    totals = Counts()
    for command in COMMANDS:
        if only in command.name:
            totals.add(killed(command, sample))
    print(f"{totals.kills} kills: {totals.shown}")
    sys.exit(1 if totals.are_bad or not totals.kills else 0)


def killed(command: Command, sample: int | None) -> Counts:
    """Kill a command at its system calls, and print what is wrong then."""
    counts = Counts()
    cases = 1 if command.resumes else 2
    unstable = None
    for _ in range(cases):
        with tempfile.TemporaryDirectory() as work:
            case = Case(command, Path(work).resolve() / "case", unstable)
            for point in chosen(case.points, sample and sample // cases):
                case.kill(point, counts)
            unstable = case.unstable
    print(f"{command.name}: {counts.kills} killed, {counts.shown}", flush=True)
    for what, found in counts.wrong.items():
        for each in found:
            print(f"  {what}: {each}", flush=True)
    return counts


if __name__ == "__main__":
    main()
