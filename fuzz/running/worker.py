"""A process that answers inputs: `python -m fuzz.running.worker MODULE PROGRESS CORPUS`.

It reads one request per line: a batch of a kind. It writes one line per batch, and the number of the
input that it is at to the file PROGRESS, which is read if it dies. Inputs that fail go to the folder
CORPUS. MODULE has the kinds.
"""

import faulthandler
import json
import mmap
import sys
from collections import Counter
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from fuzz.inputs import Input, Kind
from fuzz.running.answering import answered, made
from fuzz.running.corpus import keep, signature, smaller

KEPT = 3
"""The number of inputs to keep that fail in the same way."""


class Worker:
    """Answers batches of inputs."""

    def __init__(self, kinds: Mapping[str, Kind], corpus: Path, progress: mmap.mmap) -> None:
        self.kinds = kinds
        self.corpus = corpus
        self.progress = progress
        self.failed: dict[str, int] = {}
        """How often inputs failed, by what their failures have in common."""

    def batch(self, name: str, start: int, count: int, *, digests: bool) -> dict[str, Any]:
        """Answer the inputs of a batch."""
        kind = self.kinds[name]
        found: dict[str, Any] = {
            "checks": {},
            "slowest": (0.0, start),
            "failures": [],
            "digests": [],
        }
        checks: Counter[str] = Counter()
        for number in range(start, start + count):
            self.progress[:8] = number.to_bytes(8, "little")
            faulthandler.dump_traceback_later(kind.patience, exit=True)
            given = made(kind, name, number)
            result = answered(kind, given)
            found["slowest"] = max(found["slowest"], (result.seconds, number))
            found["megabytes"] = result.megabytes
            checks.update(result.answer.checks)
            if digests:
                found["digests"].append(result.answer.digest)
            if result.answer.failures:
                self.keep(name, given, result.answer.failures[0])
                found["failures"].append((number, result.answer.failures))
        faulthandler.cancel_dump_traceback_later()
        found["checks"] = checks
        return found

    def keep(self, name: str, given: Input, failure: str) -> None:
        """Keep an input that fails, if there are few that fail in the same way."""
        cause = f"{name}: {signature(failure)}"
        self.failed[cause] = self.failed.get(cause, 0) + 1
        if self.failed[cause] > KEPT:
            return
        kind = self.kinds[name]

        def fails(candidate: Input) -> bool:
            failures = answered(kind, candidate).answer.failures
            return any(signature(each) == signature(failure) for each in failures)

        faulthandler.dump_traceback_later(kind.patience * 2, exit=True)
        keep(self.corpus, name, smaller(given, fails))


def main() -> None:
    """Answer batches until there are no more."""
    module, progress, corpus = sys.argv[1:]
    kinds = import_module(module).KINDS
    answers, sys.stdout = sys.stdout, sys.stderr
    with Path(progress).open("r+b") as file, mmap.mmap(file.fileno(), 8) as shared:
        worker = Worker(kinds, Path(corpus), shared)
        for line in sys.stdin:
            print(json.dumps(worker.batch(**json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
