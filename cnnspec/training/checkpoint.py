"""Checkpoints: the complete state of training after an epoch, as a file of plain arrays."""

import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnnspec.data.problems import RunProblem
from cnnspec.files.reading import check_regular
from cnnspec.training.files import write

STATE = "state"

COUNTED = re.compile(r"(seed_generator|variable)_\d+(?![^/])")
"""What Keras numbers through the whole process, in the path of a variable."""
COUNTERS = ("wait", "best", "best_epoch", "stopped_epoch", "cooldown_counter")
"""The attributes of Keras callbacks that are kept between epochs."""


def save(
    file: Path, model: Any, fitted: Any, callbacks: list[Any], history: list[dict[str, float]]
) -> None:
    """Write the variables of model and optimizer, the state of callbacks, and the history.

    `fitted` has the optimizer: it is the model, or the part that is trained on features. The seeds
    of dropout and augmentation are variables of the model.

    Raises:
        RunProblem: the file cannot be written.

    """
    arrays = {
        f"variable/{number}": value.numpy()
        for number, value in enumerate(_variables(model, fitted))
    }
    remembered = []
    for number, callback in enumerate(callbacks):
        kept = {key: vars(callback)[key] for key in COUNTERS if key in vars(callback)}
        remembered.append({key: _plain(value) for key, value in kept.items()})
        for place, best in enumerate(getattr(callback, "best_weights", None) or ()):
            arrays[f"best/{number}/{place}"] = np.asarray(best)
    paths = _paths(_variables(model, fitted))
    state = {
        "paths": paths,
        "callbacks": remembered,
        "history": history,
        "stopped": bool(fitted.stop_training),
    }
    arrays[STATE] = np.frombuffer(json.dumps(state).encode(), "uint8")
    write(file, lambda beside: _savez(beside, arrays))


def read_state(file: Path) -> dict[str, Any]:
    """Read the history and the state of callbacks.

    Raises:
        RunProblem: there is no checkpoint, or it is damaged.

    """
    with _reading(file), np.load(file, allow_pickle=False) as arrays:
        state: dict[str, Any] = json.loads(arrays[STATE].tobytes())
    return state


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    try:
        check_regular(file)
        yield
    except FileNotFoundError:
        raise RunProblem(f"'{file}' does not exist: no epoch was completed") from None
    except OSError as error:
        raise RunProblem(f"'{file}' cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, zipfile.BadZipFile, zlib.error, EOFError, MemoryError):
        raise RunProblem(f"'{file}' is damaged") from None


def restore(file: Path, model: Any, fitted: Any = None) -> None:
    """Restore the variables of the model, and of the optimizer of `fitted` within the same phase.

    In a model restored to the end of the previous phase, layers may use seeds that did not exist
    then; these keep their values.

    Raises:
        RunProblem: the checkpoint belongs to another model.

    """
    variables = _variables(model, fitted) if fitted else _model_variables(model)
    known, wanted = list(enumerate(read_state(file)["paths"])), _paths(variables)
    if [path for _, path in known[: len(wanted)]] != wanted and fitted is None:
        known = [each for each in known if not _is_seed(each[1])]
        variables = [each for each in variables if not _is_seed(each.path)]
        wanted = _paths(variables)
    known = known[: len(wanted)]
    if [path for _, path in known] != wanted:
        raise RunProblem(f"'{file}' is the checkpoint of another model")
    with _reading(file), np.load(file, allow_pickle=False) as arrays:
        for (number, _), variable in zip(known, variables, strict=True):
            values = arrays[f"variable/{number}"]
            if values.shape != tuple(variable.shape):
                raise RunProblem(f"'{file}' is the checkpoint of another model")
            variable.assign(values)


def remind(file: Path, callbacks: list[Any]) -> None:
    """Restore the state of callbacks; must be called after training has begun."""
    remembered = read_state(file)["callbacks"]
    with _reading(file), np.load(file, allow_pickle=False) as arrays:
        for number, (callback, kept) in enumerate(zip(callbacks, remembered, strict=True)):
            vars(callback).update(kept)
            places = [name for name in arrays.files if name.startswith(f"best/{number}/")]
            if places:
                callback.best_weights = [
                    arrays[f"best/{number}/{place}"] for place in range(len(places))
                ]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _savez(file: Path, arrays: dict[str, Any]) -> None:
    with file.open("wb") as opened:
        np.savez(opened, **arrays)


def _model_variables(model: Any) -> list[Any]:
    metrics = {id(variable) for variable in model.metrics_variables}
    optimizer = {id(variable) for variable in _optimizer_variables(model.optimizer)}
    left_out = metrics | optimizer
    return [each for each in model.variables if id(each) not in left_out]


def _paths(variables: list[Any]) -> list[str]:
    """Return the names of variables without counters; Keras numbers seeds and what has no name."""
    return [COUNTED.sub(r"\1", each.path) for each in variables]


def _is_seed(path: str) -> bool:
    return path.endswith("seed_generator_state")


def _variables(model: Any, fitted: Any) -> list[Any]:
    return [*_model_variables(model), *_optimizer_variables(fitted.optimizer)]


def _optimizer_variables(optimizer: Any) -> list[Any]:
    """Return the variables of an optimizer, also those that Keras loses sight of.

    An optimizer that is built inside `LossScaleOptimizer` does not track the attributes of its own, such as the
    product in Nadam.
    """
    found = {id(each): each for each in optimizer.variables}
    for each in (optimizer, getattr(optimizer, "inner_optimizer", None)):
        attributes = vars(each).values() if each is not None else ()
        found |= {id(value): value for value in attributes if isinstance(value, keras.Variable)}
    return [*found.values()]
