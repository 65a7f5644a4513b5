"""What the parts of a `train` section share: where they are, and how names and numbers are read."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from cnnspec.diagnostics.problems import Failure, Problem, shown
from cnnspec.diagnostics.report import Report
from cnnspec.diagnostics.suggestions import closest, did_you_mean
from cnnspec.expand.interface import Interface
from cnnspec.expand.parameters import Parameters, is_number
from cnnspec.ir.graph import Output
from cnnspec.language.column_expressions import joined, names_over_columns
from cnnspec.language.document import Document
from cnnspec.language.train import Train
from cnnspec.records import Record
from cnnspec.syntax.places import Place


class Section(Record):
    """A `train` section that is being checked."""

    document: Document
    train: Train
    parameters: Parameters
    spec: Place
    outputs: tuple[Output, ...]
    interface: Interface

    @property
    def place(self) -> Place:
        """The place of the section."""
        return self.spec / "train"

    @property
    def report(self) -> Report:
        """The report of the run."""
        return self.interface.report

    def expressions(
        self,
        key: str,
        written: Mapping[str, str | list[str]],
        known: Collection[str] | None,
        columns: tuple[str, ...] | None,
    ) -> dict[str, str]:
        """Check the expressions for inputs or outputs, and return their texts by name."""
        valid = {}
        for name, parts in written.items():
            place = self.place / key / name
            noun = "input" if key == "inputs" else "output"
            if self.is_known(name, known, noun, place) and self.is_computable(
                parts, columns, place
            ):
                valid[name] = joined(parts)
        return valid

    def is_computable(
        self, parts: str | list[str], columns: tuple[str, ...] | None, place: Place
    ) -> bool:
        """Whether the parts of an expression are valid and use columns, as far as these are known."""
        each = [(joined(parts), place)]
        if isinstance(parts, list):
            each = [*((text, place / position) for position, text in enumerate(parts)), *each]
        names: set[str] = set()
        for text, at in each:
            found = self.names_in(text, at, columns)
            if found is None:
                return False
            names |= found
        if not names:
            message = f"'{joined(parts)}' does not use a column of the data"
            place.error(self.report, "bad-expression", message)
        return bool(names)

    def names_in(self, text: str, place: Place, columns: tuple[str, ...] | None) -> set[str] | None:
        """Return the names in an expression; None if it is wrong, which is reported."""
        try:
            names = {*names_over_columns(text)}
        except Problem as problem:
            place.problem(self.report, problem)
            return None
        if columns is None:
            return names
        for wrong in sorted(names - {*self.parameters, *columns}):
            hint = did_you_mean(wrong, (*columns, *self.parameters))
            hint = hint or f"choose from {listed(columns)}"
            message = f"the data has no column '{wrong}'"
            place.error(self.report, "unknown-name", message, suggestion=hint)
            return None
        return names if self.is_numeric(names - {*columns}, text, place) else None

    def is_numeric(self, names: Iterable[str], text: str, place: Place) -> bool:
        """Whether parameters in an expression over columns are numbers."""
        for name in sorted(names):
            value = self.parameters[name]
            if not isinstance(value, int | float | Failure):
                message = f"'{name}' is not a number, so it cannot be used in a calculation"
                notes = self.parameters.nulls(f"$({text})")
                place.error(self.report, "bad-expression", message, notes=notes)
                return False
        return True

    def is_known(self, name: str, known: Collection[str] | None, noun: str, place: Place) -> bool:
        """Whether an input or output of that name exists; an unknown one is reported."""
        if known is None or name in known:
            return True
        message = f"unknown {noun} '{name}'"
        place.unknown(self.report, "unknown-name", message, closest(name, known), "key")
        return False

    def resolved(self, written: Any, place: Place, *, whole: bool = True) -> float | Failure:
        """Return the number that a value stands for."""
        value = self.interface.names.resolved(written, self.parameters, place)
        if isinstance(value, Failure) or is_number(value, whole=whole):
            return value  # type: ignore[no-any-return]
        message = f"'{place.path[-1]}' must be {_sort(whole)}, not {shown(value)}"
        notes = self.parameters.nulls(written)
        return place.error(self.report, "wrong-type", message, notes=notes)

    def number(self, written: Any, place: Place, default: int, *, least: int = 1) -> float:
        """Return a whole number of the section; the default if it has none, or a wrong one."""
        if written is None:
            return default
        value = self.resolved(written, place)
        if isinstance(value, Failure):
            return default
        if value < least:
            message = f"'{place.path[-1]}' must be at least {least}, not {shown(value)}"
            place.error(self.report, "out-of-range", message)
        return value


def _sort(whole: bool) -> str:
    return "a whole number" if whole else "a number"


def listed(names: tuple[str, ...] | None) -> str:
    """The names in quotes, separated by commas."""
    return ", ".join(f"'{name}'" for name in names or ())
