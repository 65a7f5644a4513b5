"""Imports modules that load TensorFlow without showing its messages, now or later."""

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from cnnspec.cli.printing import usage_error
from cnnspec.extras import Needed


def import_quietly(module: str, doing: str) -> Any:
    """Import a module; log messages of TensorFlow are shown only if the import fails.

    Its warnings, such as those about retracing, are not shown later either.

    Raises:
        MissingExtra: an optional package is not installed.

    """
    gc.enable()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with Needed(doing), without_native_log():
        try:
            import_module("keras")
        except ValueError as error:  # KERAS_BACKEND names none of its backends
            usage_error(f"Keras cannot be imported: {error}")
        with suppress(ModuleNotFoundError):
            # Keras imports it later to save a model, on any backend.
            import_module("tensorflow").get_logger().setLevel("ERROR")
        return import_module(module)


@contextmanager
def without_native_log() -> Iterator[None]:
    """Hide what native code writes to standard error, unless an exception is raised."""
    sys.stderr.flush()
    own = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(own, 2)
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(own, 2)
            os.close(own)
