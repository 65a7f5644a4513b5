"""Runs all comparisons in two processes, and merges their results."""

import os
import resource
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING

from cnnspec.operations.steps import PREFIX

if TYPE_CHECKING:
    from conformance.comparison import Comparison, Disagreement

PROCESSES = 2
GRAPHS_A_SHARE = 50
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
}
"""The environment of each process: one core each, and no log messages."""


@dataclass(frozen=True)
class Share:
    """A share of the work: configurations of a kind, or a range of graphs."""

    kind: str | None
    first: int
    count: int
    steps: int
    """How many more configurations, or whether graphs, are trained for one step."""
    seed: int
    mixed: bool = False
    """Whether graphs have operations as well."""


@dataclass
class Outcome:
    """The result of a whole run."""

    configurations: int = 0
    accepted: int = 0
    graphs: int = 0
    trained_configurations: int = 0
    trained_graphs: int = 0
    """The numbers of those that were trained for one step."""
    found: dict["Disagreement", int] = field(default_factory=dict)
    crashed: list[Share] = field(default_factory=list)
    """Shares that crashed their process."""
    seconds: float = 0.0
    megabytes: int = 0
    """The peak memory of a process."""

    def add(self, share: Share, result: "Comparison", megabytes: int) -> None:
        """Add the result of a share."""
        if share.kind is None:
            self.graphs += result.compared
            self.trained_graphs += result.trained
        else:
            self.configurations += result.compared
            self.accepted += result.accepted
            self.trained_configurations += result.trained
        for found, times in result.found.items():
            self.found[found] = self.found.get(found, 0) + times
        self.megabytes = max(self.megabytes, megabytes)


@dataclass(frozen=True)
class Amount:
    """How much is compared."""

    configurations: int
    """The number of configurations per kind."""
    graphs: int
    stepped_configurations: int
    """The number of configurations per kind that are trained for one step."""
    stepped_graphs: int
    operations: int = 0
    """The number of configurations per operation, which are trained, saved and loaded."""
    mixed_graphs: int = 0
    """The number of graphs with operations, which are trained, saved and loaded."""


def shares(kinds: Sequence[str], amount: Amount, seed: int) -> Iterator[Share]:
    """Yield the shares, those of graphs first."""
    for total, trains, mixed in (
        (amount.graphs, False, False),
        (amount.stepped_graphs, True, False),
        (amount.mixed_graphs, True, True),
    ):
        for first in range(0, total, GRAPHS_A_SHARE):
            yield Share(None, first, min(GRAPHS_A_SHARE, total - first), trains, seed, mixed)
    for kind in kinds:
        if kind.startswith(PREFIX):
            counts = 0, amount.operations
        else:
            counts = amount.configurations, amount.stepped_configurations
        if any(counts):
            yield Share(kind, 0, *counts, seed)


def done(share: Share) -> tuple["Comparison", int]:
    """Do a share of the work (in a process that imports Keras once)."""
    from conformance.comparison import compare_kind
    from conformance.graphs import compare_graphs

    if share.kind is None:
        trains = bool(share.steps)
        result = compare_graphs(
            share.first, share.count, share.seed, trains=trains, mixed=share.mixed
        )
    else:
        result = compare_kind(share.kind, share.count, share.seed, steps=share.steps)
    return result, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def run(kinds: Sequence[str], amount: Amount, seed: int) -> Outcome:
    """Compare everything."""
    os.environ.update(ENVIRONMENT)
    outcome, start = Outcome(), time.monotonic()
    left = list(shares(kinds, amount, seed))
    while left:
        begun = list(left)
        left = _all_done(left, outcome, PROCESSES)
        if left:  # a process crashed: one of the first of these is the cause
            blamed = left[: PROCESSES * 2]
            left = [share for share in left if share not in blamed]
            for share in blamed:
                outcome.crashed += _all_done([share], outcome, 1)
        assert len(left) < len(begun)
    outcome.seconds = time.monotonic() - start
    return outcome


def _all_done(work: Iterable[Share], outcome: Outcome, processes: int) -> list[Share]:
    """Do some shares; return those that are not done because a process crashed."""
    left = []
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(done, share): share for share in work}
        for future in as_completed(futures):
            try:
                outcome.add(futures[future], *future.result())
            except BrokenProcessPool:
                left.append(futures[future])
    return [share for share in futures.values() if share in left]
