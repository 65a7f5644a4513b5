"""Runs Keras layers on data in a separate process, because TensorFlow may crash the process."""

import logging
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from conformance.configurations import Configuration
from conformance.verdicts import data_types

PATIENCE = 600
"""The time limit of a run in seconds, including the start of the process."""

_started: list[tuple[SpawnProcess, Connection]] = []


def types_on_data(configuration: Configuration) -> tuple[str, ...] | None:
    """Return the output types of a Keras layer for zeros; None if it fails or crashes."""
    if not _started:
        _started.append(_start())
    process, connection = _started[0]
    try:
        connection.send(configuration)
        if connection.poll(PATIENCE):
            found: tuple[str, ...] | None = connection.recv()
            return found
    except (EOFError, OSError):
        pass
    _started.clear()
    process.kill()
    return None


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
        connection.send(data_types(configuration))
