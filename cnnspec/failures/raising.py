"""Turns the exceptions of Keras, TensorFlow and the code of others into one of ours."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import keras

from cnnspec.failures.cause import cause, origin


@contextmanager
def explained(
    doing: str,
    raised: Callable[[str], Exception],
    known: tuple[type[BaseException], ...] = (),
    *,
    layers: Collection[str] = (),
    packages: Collection[str] = (),
    keeps_os_errors: bool = False,
) -> Iterator[None]:
    """Raise an exception that says what failed, and why; `known` ones are raised as they are.

    With `keeps_os_errors`, so are those of files, unless a part of the model raised them.
    """
    try:
        with whole_traces():
            yield
    except known:
        raise
    except Exception as error:
        is_of_output = isinstance(error, OSError) and origin(error, layers, packages) is None
        if is_of_output and keeps_os_errors:
            raise
        raise raised(f"{doing}: {cause(error, layers, packages)}") from error


@contextmanager
def whole_traces() -> Iterator[None]:
    """Let Keras keep the whole trace of an exception, and its message as it was raised."""
    is_filtered = keras.config.is_traceback_filtering_enabled()
    keras.config.disable_traceback_filtering()
    try:
        yield
    finally:
        if is_filtered:
            keras.config.enable_traceback_filtering()
