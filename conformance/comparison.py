"""Compares the static and the Keras verdict on configurations, and minimizes those that differ."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import keras

from cnnspec.backends.keras.objects import RUNNING
from conformance.allowed import is_allowed
from conformance.configurations import Configuration, configurations, smaller
from conformance.trial import types_on_data
from conformance.verdicts import (
    Accepted,
    Crashed,
    Refused,
    Verdict,
    keras_verdict,
    static_verdict,
)

SMALLER_TRIES = 30
"""The number of smaller configurations to try for each disagreement."""
MADE_SMALLER = 6
"""The number of disagreements per kind to minimize; the rest are reported as they are."""
CLEARED_EVERY = 200
CANNOT_SAY = ("ImportError", "ModuleNotFoundError")
"""The exception that Keras raises if a package required by the layer is missing."""


@dataclass(frozen=True)
class Disagreement:
    """A difference between the static analysis and Keras."""

    subject: str
    """The kind, or the part of a graph."""
    sort: str
    reproduction: str
    static: str
    keras: str

    def __str__(self) -> str:
        said = f"  static {self.static}\n  keras  {self.keras}"
        return f"{self.subject}: {self.sort}\n  {self.reproduction}\n{said}"


@dataclass
class Comparison:
    """The result of comparing some configurations or graphs."""

    compared: int = 0
    accepted: int = 0
    """The number of them that both sides accept."""
    found: Counter[Disagreement] = field(default_factory=Counter)
    """Each disagreement in its smallest form, and the number of its occurrences."""


def compare_kind(kind: str, count: int, seed: int) -> Comparison:
    """Compare the configurations of a kind."""
    return compare_all(configurations(kind, count, seed))


def compare_all(given: Iterable[Configuration]) -> Comparison:
    """Compare configurations one after another."""
    result = Comparison()
    for configuration in given:
        result.compared += 1
        if result.compared % CLEARED_EVERY == 0:
            keras.backend.clear_session(free_memory=False)
        static, said = static_verdict(configuration), keras_verdict(configuration)
        sort = difference(configuration, static, said)
        if sort is None:
            result.accepted += isinstance(static, Accepted)
            continue
        if len(result.found) < MADE_SMALLER:
            configuration = smallest(configuration, sort)
        result.found[disagreement(configuration, sort)] += 1
    keras.backend.clear_session(free_memory=False)
    return result


def disagreement(configuration: Configuration, sort: str) -> Disagreement:
    """Return the report on a configuration."""
    static, said = static_verdict(configuration), keras_verdict(configuration)
    return Disagreement(configuration.kind, sort, configuration.text(), str(static), str(said))


def difference(configuration: Configuration, static: Verdict, said: Verdict) -> str | None:
    """Return how two verdicts differ; None if they agree, or are allowed to differ."""
    if isinstance(static, Crashed):
        return "the static engine crashes"
    if isinstance(static, Refused):
        if isinstance(said, Refused) or is_allowed(configuration, static):
            return None
        if not RUNNING.is_newest:  # older versions check less
            return None
        return None if types_on_data(configuration) is None else "only Keras accepts"
    if isinstance(said, Refused):
        return None if said.code in CANNOT_SAY else "only the static engine accepts"
    if static == said:
        return None
    shapes = tuple(tuple(shape for shape, _ in each.outputs) for each in (static, said))
    dtypes = tuple(tuple(dtype for _, dtype in each.outputs) for each in (static, said))
    if shapes[0] != shapes[1]:
        return "other output shapes"
    if dtypes[0] != dtypes[1]:
        return None if types_on_data(configuration) == dtypes[0] else "other output types"
    return "other weights"


def smallest(configuration: Configuration, sort: str) -> Configuration:
    """Return the smallest configuration found with the same kind of difference."""
    seen = {configuration.text()}
    progress = True
    while progress:
        progress = False
        for candidate in smaller(configuration):
            if candidate.text() in seen or len(seen) > SMALLER_TRIES:
                continue
            seen.add(candidate.text())
            found = difference(candidate, static_verdict(candidate), keras_verdict(candidate))
            if found == sort:
                configuration, progress = candidate, True
                break
    return configuration
