"""Answers one input, within bounds of time and memory."""

import atexit
import os
import resource
import shutil
import signal
import tempfile
import time
import traceback
from functools import cache
from pathlib import Path
from random import Random

from cnnspec.records import Record
from fuzz.inputs import Answer, Input, Kind


class TooSlow(BaseException):
    """An answer takes too long; no code that is tested may catch it."""


class Answered(Record):
    """An answer, and what it cost."""

    answer: Answer
    seconds: float
    """How long the slowest of its commands took."""
    megabytes: float
    """The largest memory of the process until then."""


def made(kind: Kind, name: str, number: int) -> Input:
    """Return the input of a kind with a number, which is always the same."""
    return kind.make(Random(f"{name}/{number}"))


def answered(kind: Kind, given: Input) -> Answered:
    """Answer an input in an empty folder; an exception is a failure."""
    folder = _folder()
    answer = Answer(str(folder))
    before, clock = memory(), _Clock(kind.seconds)
    answer.begin = clock.begin
    try:
        with clock:
            kind.check(given, folder, answer)
    except TooSlow:
        answer.fail(f"it takes more than {kind.seconds:g} s: {_place()}")
    except Exception:  # whatever it is, it is what the fuzzers look for
        answer.fail(traceback.format_exc())
    finally:
        _empty(folder)
    megabytes = memory()
    if megabytes > kind.megabytes > before:
        answer.fail(f"it takes {megabytes:.0f} MB")
    return Answered(answer, clock.slowest, megabytes)


@cache
def _folder() -> Path:
    """Return the folder in which this process answers; it is empty before each answer."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _empty(folder: Path) -> None:
    with os.scandir(folder) as entries:
        for each in entries:
            if each.is_dir(follow_symlinks=False):
                shutil.rmtree(each)
            else:
                os.unlink(each)


def memory() -> float:
    """Return the largest memory of this process until now, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class _Clock:
    """Raises `TooSlow` when a command takes more than some seconds of computing."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.slowest = 0.0
        """How long the slowest command took."""
        self._begun = time.process_time()

    def begin(self) -> None:
        """Note the time of the command before, and give the next one as much."""
        now = time.process_time()
        self.slowest = max(self.slowest, now - self._begun)
        self._begun = now
        signal.setitimer(signal.ITIMER_PROF, self.seconds)

    def __enter__(self) -> None:
        def stop(*_: object) -> None:
            raise TooSlow

        self._handler = signal.signal(signal.SIGPROF, stop)
        self.begin()

    def __exit__(self, *_: object) -> None:
        self.begin()
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, self._handler)


def _place() -> str:
    """Return where the exception was raised."""
    return traceback.format_exc(limit=-8)
