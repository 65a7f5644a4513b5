"""Hands batches of inputs to processes, and adds up what comes of them."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Queue
from typing import Any

from cnnspec.records import Record
from fuzz.inputs import Kind
from fuzz.running.answering import made
from fuzz.running.corpus import CORPUS, keep, signature
from fuzz.running.processes import Batch, Died, Process
from fuzz.running.tallies import State

BATCH = 200
LONG_BATCH = 20
"""The number of inputs of kinds whose answers take seconds."""
COMPARED = 20
"""Of how many batches one is answered with another seed of hashes as well."""
SEEDS = (0, 1)
LONG = 5.0
"""Kinds with a longer time have small batches."""
DIED, DIFFERS = "the process died", "the answer differs"


class Amount(Record):
    """How much to do: a number of inputs, or a time."""

    count: float = float("inf")
    seconds: float = float("inf")


class Fuzzing:
    """A run of the fuzzers."""

    def __init__(
        self, module: str, kinds: Mapping[str, Kind], state: State, corpus: Path = CORPUS
    ) -> None:
        self.module, self.kinds, self.state, self.corpus = module, kinds, state, corpus
        self.results: Queue[tuple[Batch, Mapping[str, Any]] | None] = Queue()
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.causes: dict[str, int] = {}
        """How often inputs failed, by what their failures have in common."""

    def run(self, names: Sequence[str], amount: Amount, jobs: int) -> None:
        """Feed inputs to processes until there were enough, or until it is interrupted."""
        batches = self._batches(names, amount.count)
        for _ in range(jobs):
            threading.Thread(target=self._work, args=(batches,), daemon=True).start()
        until, running, done = time.monotonic() + amount.seconds, jobs, 0
        while running:
            try:
                result = self.results.get()
                if result is None:
                    running -= 1
                    continue
                batch, found = result
                done += batch.count
                self.state.add(batch.kind, batch.start, batch.count, found)
                self._report(batch.kind, found["failures"])
                print(f"\r{done:,} inputs ", end="", file=sys.stderr, flush=True)
                if time.monotonic() > until:
                    self.stopped.set()
            except KeyboardInterrupt:
                self.stopped.set()
        print(file=sys.stderr)

    def _batches(self, names: Sequence[str], count: float) -> Iterator[Batch]:
        """Yield batches of all kinds, those with large shares more often, from where the last run stopped."""
        shares = {name: self.kinds[name].share or 1 for name in names}
        starts = {name: self.state.of(name).inputs for name in names}
        spent = dict.fromkeys(names, 0.0)
        given = 0
        while given < count and not self.stopped.is_set():
            name = min(names, key=lambda each: spent[each] / shares[each])
            size = LONG_BATCH if self.kinds[name].seconds > LONG else BATCH
            size = int(min(size, count - given))
            is_compared = starts[name] // size % COMPARED == 0
            yield Batch(name, starts[name], size, is_compared)
            starts[name] += size
            spent[name] += size
            given += size

    def _work(self, batches: Iterator[Batch]) -> None:
        """Answer batches, and a part of them with another seed of hashes as well."""
        processes = [Process(self.module, self.corpus, seed) for seed in SEEDS]
        try:
            while (batch := self._next(batches)) is not None:
                found = _answers(processes[0], batch)
                if batch.digests:
                    again = _answers(processes[1], batch)
                    found["failures"] += _differing(batch, found["digests"], again["digests"])
                self.results.put((batch, found))
        finally:
            for process in processes:
                process.close()
            self.results.put(None)

    def _next(self, batches: Iterator[Batch]) -> Batch | None:
        with self.lock:
            return next(batches, None)

    def _report(self, kind: str, failures: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Print the first failure of each cause, and keep inputs of which no process could."""
        for number, texts in failures:
            cause = f"{kind}: {signature(texts[0])}"
            self.causes[cause] = self.causes.get(cause, 0) + 1
            if self.causes[cause] > 1:
                continue
            if texts[0].startswith((DIED, DIFFERS)):
                with suppress(Exception):  # what makes it may be what fails
                    keep(self.corpus, kind, made(self.kinds[kind], kind, number))
            lines = "\n".join(texts)
            print(f"\n{kind}:{number}: {lines}", file=sys.stderr, flush=True)


def _answers(process: Process, batch: Batch) -> dict[str, Any]:
    """Return what came of a batch; an input at which the process dies is a failure."""
    try:
        return dict(process.answers(batch))
    except Died as death:
        number, failure = death.number, [f"{DIED}: {death}"]
    around = [_answers(process, each) for each in batch.without(number) if each.count]
    return {
        "failures": [(number, failure), *(each for part in around for each in part["failures"])],
        "checks": sum((Counter(part["checks"]) for part in around), Counter()),
        "slowest": max((part["slowest"] for part in around), default=(0.0, number)),
        "megabytes": max((part["megabytes"] for part in around), default=0.0),
        "digests": [],
    }


def _differing(
    batch: Batch, one: Sequence[str], other: Sequence[str]
) -> list[tuple[int, Sequence[str]]]:
    """Return the inputs with different answers in two processes."""
    pairs = enumerate(zip(one, other, strict=False), batch.start)
    return [
        (number, [f"{DIFFERS} with another seed of hashes"]) for number, (a, b) in pairs if a != b
    ]
