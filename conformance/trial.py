"""Runs Keras layers on data in a process of its own: TensorFlow ends the process over some."""

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from conformance.configurations import Configuration
from conformance.verdicts import works

_process: list[ProcessPoolExecutor] = []


def runs(configuration: Configuration) -> bool:
    """Whether the Keras layer works on zeros; a process that it ends counts as not."""
    if not _process:
        _process.append(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
    try:
        return _process[0].submit(works, configuration).result()
    except BrokenProcessPool:
        _process.pop().shutdown()
        return False
