"""Compares the static and the Keras verdict on configurations, and minimizes those that differ."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import keras

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
"""How many smaller configurations are tried for each disagreement."""
MADE_SMALLER = 6
"""How many disagreements of a kind are made smaller; the rest are reported as they are."""
CLEARED_EVERY = 200
CANNOT_SAY = ("ImportError", "ModuleNotFoundError")
"""What Keras raises where a package is missing that it needs for the layer."""


@dataclass(frozen=True)
class Disagreement:
    """Something that the static engine and Keras do not say alike."""

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
    """What came out of comparing some configurations or graphs."""

    compared: int = 0
    accepted: int = 0
    """How many of them both sides accept."""
    found: Counter[Disagreement] = field(default_factory=Counter)
    """Each disagreement in its smallest form, and how often it was met."""


def compare_kind(kind: str, count: int, seed: int) -> Comparison:
    """Compare configurations of one kind."""
    return compare_all(configurations(kind, count, seed))


def compare_all(given: Iterable[Configuration]) -> Comparison:
    """Compare configurations one after the other."""
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
    """The report on a configuration."""
    static, said = static_verdict(configuration), keras_verdict(configuration)
    return Disagreement(configuration.kind, sort, configuration.text(), str(static), str(said))


def difference(configuration: Configuration, static: Verdict, said: Verdict) -> str | None:
    """In what two verdicts differ; None where they agree, or need not."""
    if isinstance(static, Crashed):
        return "the static engine crashes"
    if isinstance(static, Refused):
        if isinstance(said, Refused) or is_allowed(configuration, static):
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
    """The smallest configuration found that shows the same sort of difference."""
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
