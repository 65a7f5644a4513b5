"""Explains what fails in training, evaluation and prediction."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from cnnspec.backends.keras.errors import BUILD_ERRORS
from cnnspec.backends.keras.explaining import explaining
from cnnspec.data.checked import Data
from cnnspec.data.parts import Part
from cnnspec.data.problems import RunProblem
from cnnspec.diagnostics.problems import Problem
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.training import Training
from cnnspec.training.images import check_images

KNOWN = (Problem, RunProblem, *BUILD_ERRORS, ImportError)
"""The exceptions that say themselves what failed."""


@contextmanager
def failing(checked: CheckedGraph, doing: str) -> Iterator[None]:
    """Say what failed, and why; errors of the output of a command are raised as they are.

    Raises:
        RunProblem: something failed.

    """
    with explaining(checked, doing, RunProblem, KNOWN, keeps_os_errors=True):
        yield


@contextmanager
def reading(training: Training, train: Part, validation: Part | None = None) -> Iterator[None]:
    """Find broken images if something fails in TensorFlow.

    Raises:
        DataProblem: some are broken.

    """
    try:
        yield
    except tf.errors.OpError:
        check_images(Data(train, validation, None, {}), training, always=True)
        raise
