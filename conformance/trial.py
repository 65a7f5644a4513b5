"""Trains Keras layers in a separate process, because TensorFlow may crash the process."""

import logging
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from conformance.configurations import Configuration
from conformance.steps import Failed, Ran
from conformance.verdicts import trained

PATIENCE = 600
"""The time limit of a run in seconds, including the start of the process."""

_started: list[tuple[SpawnProcess, Connection]] = []


def trial(configuration: Configuration) -> Ran | Failed:
    """Return what happens when a Keras layer is trained for one step."""
    if not _started:
        _started.append(_start())
    process, connection = _started[0]
    try:
        connection.send(configuration)
        if connection.poll(PATIENCE):
            found: Ran | Failed = connection.recv()
            return found
    except (EOFError, OSError):
        pass
    _started.clear()
    process.kill()
    return Failed("training", "TensorFlow crashes the process")


def _start() -> tuple[SpawnProcess, Connection]:
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_answer, args=(there,), daemon=True)
    process.start()
    there.close()
    return process, here


def _answer(connection: Connection) -> None:
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it counts functions that it traces
    while True:
        try:
            configuration = connection.recv()
        except EOFError:
            return
        connection.send(trained(configuration))
