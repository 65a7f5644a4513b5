"""Finds what raised an exception: a part of a model, and a line of code that is not of Keras."""

import re
import sys
import traceback
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from cnnspec.failures.wording import GRAPH, worded

PLAIN = ("RuntimeError", "ValueError")
"""Types of exceptions that say nothing beyond their message."""
PARTS = ("Layer", "Callback", "Loss", "Metric", "Optimizer")
"""The base classes of what a model consists of."""
MANAGERS = ("CallbackList", "CompileLoss", "CompileMetrics", "Mean", "_Watch")
"""Classes that only call others, or that no spec names."""
OF_TENSORFLOW = "tensorflow.python.framework.errors_impl"
_NODE = re.compile(r"Detected at node (\S+) defined at|\{\{node (\S+?)\}\}|'\{\{node (\S+?)\}\} =")
_LOSS = re.compile(r"(?:^|/)compile_loss/([^/]+)")
"""The path of a node of a loss, or of its gradient."""
_WITHOUT_CAUSE = "Unable to automatically build the model"
"""How messages of Keras begin that are about an exception that they do not say."""
_LINE = re.compile(r'File "(.+?)", line (\d+)')
_NAMED = re.compile(r"of '(.+?)' \(of type \w+\)|of layer ['\"](.+?)['\"] is incompatible")


def cause(
    error: BaseException, layers: Collection[str] = (), packages: Collection[str] = ()
) -> str:
    """Return in one line where an exception comes from, and why.

    `layers` are the names of the layers of the model, and `packages` those whose code it runs.
    """
    if str(error).startswith(_WITHOUT_CAUSE) and error.__context__ is not None:
        return cause(error.__context__, layers, packages)
    at, why = origin(error, layers, packages), _why(error)
    return f"{at}: {why}" if at else why


def origin(
    error: BaseException, layers: Collection[str] = (), packages: Collection[str] = ()
) -> str | None:
    """Return the part of a model, or the line of some packages, that raised an exception."""
    part, line = _part(error, layers), _line(error, packages)
    return f"{part} ({line})" if part and line else part or line


def _why(error: BaseException) -> str:
    kind = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return f"'{error.filename}': {error.strerror}" if error.filename else error.strerror
    said = worded(kind, _message(error))
    is_plain = kind in PLAIN or type(error).__module__ == OF_TENSORFLOW
    if not said:
        return kind
    return said if is_plain or said == "out of memory" else f"{kind}: {said}"


def _message(error: BaseException) -> str:
    """Return the message of an exception; that of a KeyError is not quoted."""
    return str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)


def _part(error: BaseException, layers: Collection[str]) -> str | None:
    """Return what was called innermost, or what a node of a graph belongs to."""
    message = str(error)
    for found in _NODE.finditer(message):
        node = next(filter(None, found.groups()))
        if layer := layer_of(node, layers):
            return f"layer '{layer}'"
        if loss := _LOSS.search(node):
            return f"loss '{loss[1]}'"
    if (named := _NAMED.search(message)) and (named[1] or named[2]) in layers:
        return f"layer '{named[1] or named[2]}'"
    if GRAPH in message:
        return None
    called = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        called = _called(frame.f_locals.get("self"), layers) or called
    return called


def layer_of(node: str, layers: Collection[str]) -> str | None:
    """Return the layer that the path of a node of a graph leads to; Keras adds numbers to names."""
    for part in reversed(re.split(r"[/;]", node)):
        for name in (re.sub(r"_\d+$", "", part), part):
            if name in layers:
                return name
    return None


def _called(value: Any, layers: Collection[str]) -> str | None:
    """Return what a part of Keras is and its name; None for other values."""
    kinds = {each.__name__ for each in type(value).__mro__ if each.__module__.startswith("keras.")}
    kind = next((each for each in PARTS if each in kinds), None)
    name = getattr(value, "name", None) or type(value).__name__
    if kind is None or type(value).__name__ in MANAGERS or (kind == "Layer" and name not in layers):
        return None
    return f"{kind.lower()} '{name}'"


def _line(error: BaseException, packages: Collection[str]) -> str | None:
    """Return the innermost file and line of some packages."""
    found = None
    for file, number in _LINE.findall(str(error)):
        if any(Path(file).is_relative_to(each) for each in _folders(packages)):
            found = file, int(number)
    if found is None:
        for frame, number in traceback.walk_tb(error.__traceback__):
            if str(frame.f_globals.get("__name__")).partition(".")[0] in packages:
                found = frame.f_code.co_filename, number
    return None if found is None else f"{found[0]}:{found[1]}"


def _folders(packages: Collection[str]) -> Iterator[Path]:
    """Yield the files and folders of packages that are imported."""
    for name in packages:
        module = sys.modules.get(name)
        folders = [*getattr(module, "__path__", ())] or [getattr(module, "__file__", None)]
        yield from (Path(each) for each in folders if each)
