"""Worker processes, which are started again if they die."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnspec.records import Record

MEGABYTES = 1_000
"""The memory after which a process is replaced, so that what the next inputs take is seen."""
RENEWED = 400
"""The number of batches of a process, after which another one shows what memory the next ones take."""
WORKER = ("-m", "fuzz.running.worker")
LAST_LINES = 30
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where the processes have their files: on a disk, making and removing them takes longer than most answers."""


class Batch(Record):
    """Some inputs of a kind with consecutive numbers."""

    kind: str
    start: int
    count: int
    digests: bool = False
    """Whether to compare the answers with those of a process with another seed of hashes."""

    def without(self, number: int) -> "tuple[Batch, Batch]":
        """Return the inputs before a number, and those after it."""
        end = self.start + self.count
        before = Batch(self.kind, self.start, number - self.start, self.digests)
        return before, Batch(self.kind, number + 1, end - number - 1, self.digests)


class Died(Exception):
    """The process ended while it answered an input; the message is what it printed last."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


class Process:
    """A process that answers batches, with a seed for the hashes of texts."""

    def __init__(self, module: str, corpus: Path, seed: int) -> None:
        self.module = module
        self.corpus = corpus
        self.seed = seed
        self.batches = 0
        self.process: subprocess.Popen[str] | None = None
        self.folder = tempfile.TemporaryDirectory(prefix="fuzz-", dir=IN_MEMORY)
        self.progress = Path(self.folder.name, "progress")
        self.errors = Path(self.folder.name, "errors")

    def answers(self, batch: Batch) -> Mapping[str, Any]:
        """Return what came of a batch.

        Raises:
            Died: the process ended.

        """
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        request = {
            "name": batch.kind,
            "start": batch.start,
            "count": batch.count,
            "digests": batch.digests,
        }
        line = ""
        try:
            print(json.dumps(request), file=process.stdin, flush=True)
            line = process.stdout.readline()
        except BrokenPipeError:
            pass
        if not line:
            code = process.wait()
            self.end()
            number = int.from_bytes(self.progress.read_bytes(), "little")
            printed = self.errors.read_text(errors="replace").splitlines()[-LAST_LINES:]
            raise Died(number, "\n".join([f"the process ended with {code}", *printed]))
        found: Mapping[str, Any] = json.loads(line)
        self.batches += 1
        if self.batches == RENEWED or found["megabytes"] > MEGABYTES:
            self.end()
        return found

    def _started(self) -> subprocess.Popen[str]:
        if self.process is None:
            self.progress.write_bytes(bytes(8))
            self.batches = 0
            with self.errors.open("w") as errors:
                self.process = subprocess.Popen(
                    [sys.executable, *WORKER, self.module, str(self.progress), str(self.corpus)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                    env=os.environ | {"PYTHONHASHSEED": str(self.seed), "TMPDIR": self.folder.name},
                )
        return self.process

    def end(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def close(self) -> None:
        """End the process for good."""
        self.end()
        self.folder.cleanup()
