"""Compares the static and the Keras verdict on configurations, and minimizes those that differ."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import keras

from cnnspec.backends.keras.objects import RUNNING
from conformance.allowed import is_allowed
from conformance.configurations import Configuration, configurations, smaller, typed
from conformance.failures import may_fail
from conformance.steps import Failed, Ran
from conformance.trial import trial
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
    trained: int = 0
    """The number of them that were trained for one step, or refused and tried."""
    found: Counter[Disagreement] = field(default_factory=Counter)
    """Each disagreement in its smallest form, and the number of its occurrences."""


def compare_kind(kind: str, count: int, seed: int, *, steps: int = 0) -> Comparison:
    """Compare the configurations of a kind; more of them are trained for some steps, one each."""
    result = Comparison()
    compare_all(configurations(kind, count, seed) if count else (), result=result)
    return compare_all(typed(kind, steps, seed), trains=True, result=result)


def compare_all(
    given: Iterable[Configuration], *, trains: bool = False, result: Comparison | None = None
) -> Comparison:
    """Compare configurations one after another; with `trains`, those that are built must run."""
    result = result or Comparison()
    for configuration in given:
        result.compared += 1
        result.trained += trains
        if result.compared % CLEARED_EVERY == 0:
            keras.backend.clear_session(free_memory=False)
        static = static_verdict(configuration)
        sort = difference(configuration, static, trains=trains)
        if sort is None:
            result.accepted += isinstance(static, Accepted)
            continue
        if len(result.found) < MADE_SMALLER:
            configuration = smallest(configuration, sort, trains=trains)
        result.found[disagreement(configuration, sort)] += 1
    keras.backend.clear_session(free_memory=False)
    return result


def disagreement(configuration: Configuration, sort: str) -> Disagreement:
    """Return the report on a configuration."""
    static, said = static_verdict(configuration), keras_verdict(configuration)
    ran = trial(configuration) if isinstance(said, Accepted) else said
    told = f"{said}; {ran}" if ran is not said else str(said)
    return Disagreement(configuration.kind, sort, configuration.text(), str(static), told)


def difference(
    configuration: Configuration, static: Verdict, *, trains: bool = False
) -> str | None:
    """Return how the verdicts differ; None if they agree, or are allowed to differ."""
    said = keras_verdict(configuration)
    if isinstance(static, Crashed):
        return "the static engine crashes"
    if isinstance(static, Refused):
        if isinstance(said, Refused) or is_allowed(configuration, static):
            return None
        if not RUNNING.is_newest:  # older versions check less
            return None
        return "only Keras accepts" if isinstance(trial(configuration), Ran) else None
    if isinstance(said, Refused):
        return None if said.code in CANNOT_SAY else "only the static engine accepts"
    return stated_difference(static, said) or types_differ(configuration, static, said, trains)


def stated_difference(static: Accepted, said: Accepted) -> str | None:
    """Return how the shapes and the weights differ from those that Keras states."""
    shapes = tuple(tuple(shape for shape, _ in each.outputs) for each in (static, said))
    if shapes[0] != shapes[1]:
        return "other output shapes"
    return "other weights" if static.weights != said.weights else None


def types_differ(
    configuration: Configuration, static: Accepted, said: Accepted, trains: bool
) -> str | None:
    """Return how the data types differ; Keras states types that a running model does not have."""
    if not RUNNING.is_newest or (static.outputs == said.outputs and not trains):
        return None
    ran = trial(configuration)
    if isinstance(ran, Failed):
        return None if may_fail(configuration, ran) else "only the static engine runs it"
    types = tuple(dtype for _, dtype in static.outputs)
    return None if ran.dtypes == types else "other output types"


def smallest(configuration: Configuration, sort: str, *, trains: bool = False) -> Configuration:
    """Return the smallest configuration found with the same kind of difference."""
    seen = {configuration.text()}
    progress = True
    while progress:
        progress = False
        for candidate in smaller(configuration):
            if candidate.text() in seen or len(seen) > SMALLER_TRIES:
                continue
            seen.add(candidate.text())
            if difference(candidate, static_verdict(candidate), trains=trains) == sort:
                configuration, progress = candidate, True
                break
    return configuration
