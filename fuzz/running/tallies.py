"""What came of the inputs, kept in a file so that a run can be continued."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cnnspec.files.writing import written_beside


@dataclass
class Tally:
    """What came of the first inputs of a kind."""

    inputs: int = 0
    failures: int = 0
    mended: int = 0
    """The number of failures since which the corpus, which keeps one of each cause, passes again."""
    checks: dict[str, int] = field(default_factory=dict)
    """How many answers were checked for what."""
    compared: int = 0
    """The number of inputs that were answered with two seeds of hashes."""
    slowest: tuple[float, int] = (0.0, 0)
    """The longest time, and the number of its input."""
    megabytes: float = 0.0

    def mend(self) -> None:
        """Count all failures until now as mended."""
        self.mended, self.failures = self.mended + self.failures, 0

    def add(self, count: int, found: Mapping[str, Any]) -> None:
        """Add what came of further inputs."""
        self.inputs += count
        self.failures += len(found["failures"])
        for what, times in found["checks"].items():
            self.checks[what] = self.checks.get(what, 0) + times
        self.compared += count if found["digests"] else 0
        self.slowest = max(self.slowest, (found["slowest"][0], found["slowest"][1]))
        self.megabytes = max(self.megabytes, found["megabytes"])


@dataclass
class State:
    """The tallies of all kinds. Batches count only when all before them are done."""

    file: Path
    tallies: dict[str, Tally] = field(default_factory=dict)
    waiting: dict[tuple[str, int], tuple[int, Mapping[str, Any]]] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> "State":
        """Return the state in a file; a new one if there is none."""
        if not file.exists():
            return cls(file)
        stored = json.loads(file.read_text())
        tallies = {
            kind: Tally(**{**each, "slowest": tuple(each["slowest"])})
            for kind, each in stored.items()
        }
        return cls(file, tallies)

    def of(self, kind: str) -> Tally:
        """Return the tally of a kind."""
        return self.tallies.setdefault(kind, Tally())

    def add(self, kind: str, start: int, count: int, found: Mapping[str, Any]) -> None:
        """Add a batch, and write the state."""
        self.waiting[kind, start] = count, found
        tally = self.of(kind)
        while (kind, tally.inputs) in self.waiting:
            tally.add(*self.waiting.pop((kind, tally.inputs)))
        with written_beside(self.file, overwrite=True) as temporary:
            temporary.write_text(
                json.dumps({name: asdict(each) for name, each in self.tallies.items()})
            )

    def table(self) -> str:
        """Return the tallies as a table."""
        rows: list[tuple[str, ...]] = [
            ("kind", "inputs", "failures", "mended", "slowest", "number", "memory", "hash seeds")
        ]
        for kind, each in self.tallies.items():
            seconds, number = each.slowest
            rows.append(
                (
                    kind, f"{each.inputs:,}", f"{each.failures:,}", f"{each.mended:,}", f"{seconds:.2f} s", f"{number}",
                    f"{each.megabytes:.0f} MB", f"{each.compared:,}",
                )
            )  # fmt: skip
        total = sum(each.inputs for each in self.tallies.values())
        failures = sum(each.failures for each in self.tallies.values())
        mended = sum(each.mended for each in self.tallies.values())
        rows.append(("all", f"{total:,}", f"{failures:,}", f"{mended:,}", *[""] * 4))
        widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
        lines = (
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
            for row in rows
        )
        return "\n".join([*lines, "", *self.shares()])

    def shares(self) -> Iterator[str]:
        """Yield a line for each kind: how many answers were checked for what."""
        for kind, each in self.tallies.items():
            checks = each.checks | {"hash seeds": each.compared}
            parts = [
                f"{what} {times:,} ({times / (each.inputs or 1):.1%})"
                for what, times in checks.items()
            ]
            yield f"{kind}: checked for {'; '.join(parts)}"
