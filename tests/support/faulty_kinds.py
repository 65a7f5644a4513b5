"""Kinds of inputs whose answers are wrong where they are 3, each in another way."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from fuzz.inputs import Answer, Input, Kind

BAD = b"3"


def digit(rng: Random) -> Input:
    return Input(str(rng.randrange(10)).encode())


def sound(given: Input, folder: Path, answer: Answer) -> None:
    if int(given.data) % 2 == 0:
        answer.checked("even")


def at_three(fault: Callable[[Answer], None]) -> Callable[[Input, Path, Answer], None]:
    def check(given: Input, folder: Path, answer: Answer) -> None:
        if given.data == BAD:
            fault(answer)

    return check


def raising(answer: Answer) -> None:
    raise ValueError("three")


def slow(answer: Answer) -> None:
    while True:
        pass


def dying(answer: Answer) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hanging(answer: Answer) -> None:
    time.sleep(600)


def hashing(given: Input, folder: Path, answer: Answer) -> None:
    answer.add(hash("a text"))


KINDS = {
    "sound": Kind(digit, sound, 1, 0.2),
    "wrong": Kind(digit, at_three(lambda answer: answer.fail("it is three")), 1, 0.2),
    "raising": Kind(digit, at_three(raising), 1, 0.2),
    "slow": Kind(digit, at_three(slow), 1, 0.2),
    "dying": Kind(digit, at_three(dying), 1, 0.2),
    "hanging": Kind(digit, at_three(hanging), 1, patience=3.0),
    "hashing": Kind(digit, hashing, 1, 0.2),
}
