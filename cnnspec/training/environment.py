"""Where a run takes place: the versions, backend and devices that its results depend on."""

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from cnnspec.data.problems import RunProblem
from cnnspec.files.reading import opened
from cnnspec.training.files import write_text
from cnnspec.training.folder import ENVIRONMENT

MAX_BYTES = 1024 * 1024
BACKENDS = ("tensorflow", "jax", "torch")
"""The backends with which Keras can train; each has the name of its package."""


def check_backend() -> None:
    """Check that Keras can train with its backend.

    Raises:
        RunProblem: it cannot.

    """
    backend = keras.backend.backend()
    if backend not in BACKENDS:
        raise RunProblem(
            f"Keras cannot train with the backend '{backend}'; "
            f"set KERAS_BACKEND to one of {', '.join(BACKENDS)}"
        )


def write_environment(folder: Path, digest: str, seed: int) -> None:
    """Write where a run takes place; `digest` is that of its spec."""
    backend = keras.backend.backend()
    environment = {
        "spec": digest,
        "seed": seed,
        "python": platform.python_version(),
        "keras": keras.__version__,
        "backend": backend,
        **{name: version(name) for name in dict.fromkeys(("tensorflow", backend))},
        "machine": platform.machine(),
        "devices": _devices(backend),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_text(folder / ENVIRONMENT, f"{json.dumps(environment, indent=2)}\n")


def is_run(folder: Path) -> bool:
    """Whether a folder is that of a run."""
    return _known(folder) is not None


def _known(folder: Path) -> dict[str, Any] | None:
    """Return what is known of the run in a folder; None if there is none."""
    try:
        with opened(folder / ENVIRONMENT) as file:
            known = json.loads(file.read(MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return known if isinstance(known, dict) and "spec" in known else None


def check_same(folder: Path, digest: str) -> None:
    """Check that a run can be continued here, with a spec of this digest.

    Raises:
        RunProblem: the run belongs to another spec, or began with another backend, which would
            draw other random numbers.

    """
    known = _known(folder)
    if known is None:
        raise RunProblem(f"'{folder}' is not a run folder")
    backend = known.get("backend", "tensorflow")  # which older runs do not name
    if known["spec"] != digest:
        raise RunProblem(f"'{folder}' is a run of another spec, or with other parameters")
    if backend != keras.backend.backend():
        raise RunProblem(
            f"'{folder}' was trained with the backend '{backend}' of Keras; "
            f"set KERAS_BACKEND={backend} to continue it"
        )


def _devices(backend: str) -> list[str]:
    """List the devices of a backend by type and name."""
    found: list[Any]
    if backend == "jax":
        import jax

        return [f"{each.platform.upper()} {each}" for each in jax.devices()]
    if backend == "torch":
        import torch

        found = [torch.cuda.get_device_name(each) for each in range(torch.cuda.device_count())]
        return [f"GPU {each}" for each in found] or ["CPU"]
    return [f"{each.device_type} {each.name}" for each in tf.config.list_physical_devices()]
