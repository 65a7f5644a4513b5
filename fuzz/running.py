"""Runs the fuzzers: `python -m fuzz --count 100000`. They go on where they stopped the last time."""

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

from fuzz import checks, texts

CORPUS = Path(__file__).parent / "corpus"
STATE = Path(".fuzz.json")
BATCH = 250
SECONDS = 5.0
"""The longest that an answer may take."""
MEGABYTES = 1_500
"""The most memory that a process may have."""

Check = Callable[[bytes, Path], Iterator[str]]
KINDS: dict[str, tuple[Callable[[Random], bytes], Check]] = {
    "bytes": (texts.mutated, checks.check_text),
    "documents": (texts.document, checks.check_text),
}
"""How the inputs of each kind are made, and checked."""


@dataclass
class Tally:
    """What came of the inputs of a kind."""

    inputs: int = 0
    failures: int = 0
    slowest: float = 0.0
    megabytes: float = 0.0

    def add(self, other: "Tally") -> None:
        """Add what came of other inputs."""
        self.inputs += other.inputs
        self.failures += other.failures
        self.slowest = max(self.slowest, other.slowest)
        self.megabytes = max(self.megabytes, other.megabytes)


def main() -> None:
    """Feed inputs to cnnspec until there were enough, and print what came of them."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="inputs, of all kinds together")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=[*KINDS])
    parser.add_argument("--fresh", action="store_true", help="forget how far it was")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    given = parser.parse_args()
    tallies = {kind: Tally() for kind in KINDS}
    if STATE.exists() and not given.fresh:
        tallies |= {kind: Tally(**each) for kind, each in json.loads(STATE.read_text()).items()}
    until = time.monotonic() + given.seconds
    before = sum(each.inputs for each in tallies.values())
    with multiprocessing.get_context("forkserver").Pool(given.jobs, maxtasksperchild=8) as pool:
        try:
            batches = _batches(tallies, given.kinds, given.count)
            for kind, tally in pool.imap_unordered(_batch, batches):
                tallies[kind].add(tally)
                STATE.write_text(json.dumps({name: asdict(each) for name, each in tallies.items()}))
                done = sum(each.inputs for each in tallies.values()) - before
                print(f"\r{done:,} of {given.count:,}", end="", file=sys.stderr, flush=True)
                if time.monotonic() > until:
                    break
        except KeyboardInterrupt:
            pass
        pool.terminate()
    print(file=sys.stderr)
    print(f"{'kind':<10} {'inputs':>10} {'failures':>8} {'slowest':>8} {'memory':>8}")
    for kind, tally in tallies.items():
        print(
            f"{kind:<10} {tally.inputs:>10,} {tally.failures:>8,} {tally.slowest:>6.2f} s"
            f" {tally.megabytes:>5.0f} MB"
        )
    sys.exit(any(each.failures for each in tallies.values()))


def _batches(tallies: dict[str, Tally], kinds: list[str], count: int) -> Iterator[tuple[str, int]]:
    """Yield the kind and the number of the first input of each batch, kind after kind."""
    starts = {kind: tallies[kind].inputs for kind in kinds}
    for number in range(max(1, count // BATCH)):
        kind = kinds[number % len(kinds)]
        yield kind, starts[kind]
        starts[kind] += BATCH


def _batch(which: tuple[str, int]) -> tuple[str, Tally]:
    """Check the inputs of a batch."""
    kind, start = which
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(start, start + BATCH):
            data = made(kind, number)
            seconds, failures = checked(kind, data, Path(folder))
            tally.inputs += 1
            tally.slowest = max(tally.slowest, seconds)
            tally.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            if failures:
                tally.failures += 1
                keep(kind, data, failures)
    return kind, tally


def made(kind: str, number: int) -> bytes:
    """Return the input of a kind with a number; always the same one."""
    return KINDS[kind][0](Random(f"{kind}/{number}"))


def checked(kind: str, data: bytes, folder: Path) -> tuple[float, list[str]]:
    """Return how long the answer to an input took, and what is wrong with it."""
    started = time.process_time()
    try:
        failures = list(KINDS[kind][1](data, folder))
    except Exception:  # whatever it is, it is what the fuzzers look for
        failures = [traceback.format_exc()]
    seconds = time.process_time() - started
    if seconds > SECONDS:
        failures.append(f"it took {seconds:.1f} seconds")
    if (megabytes := resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024) > MEGABYTES:
        failures.append(f"it took {megabytes:.0f} MB")
    return seconds, failures


def keep(kind: str, data: bytes, failures: list[str]) -> None:
    """Keep an input in the corpus, and print what is wrong."""
    file = CORPUS / kind / sha256(data).hexdigest()[:12]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    print(f"\n{file}: " + "\n".join(failures), file=sys.stderr, flush=True)
