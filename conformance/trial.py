"""Runs Keras layers on data in a process of its own: TensorFlow ends the process over some."""

from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from conformance.configurations import Configuration
from conformance.verdicts import works

PATIENCE = 120
"""How many seconds a run may take, the start of the process included."""

_started: list[tuple[SpawnProcess, Connection]] = []


def runs(configuration: Configuration) -> bool:
    """Whether the Keras layer works on zeros; one that ends its process does not."""
    if not _started:
        _started.append(_start())
    process, connection = _started[0]
    try:
        connection.send(configuration)
        if connection.poll(PATIENCE):
            return bool(connection.recv())
    except (EOFError, OSError):
        pass
    _started.clear()
    process.kill()
    return False


def _start() -> tuple[SpawnProcess, Connection]:
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_answer, args=(there,), daemon=True)
    process.start()
    there.close()
    return process, here


def _answer(connection: Connection) -> None:
    while True:
        try:
            configuration = connection.recv()
        except EOFError:
            return
        connection.send(works(configuration))
