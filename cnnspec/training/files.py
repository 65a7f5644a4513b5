"""Files of a run: written beside their target first, so that they are whole or not there."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from cnnspec.stored_weights import WEIGHTS
from cnnspec.training.problems import RunProblem

PREFIX = ".cnnspec-"


def sweep(folder: Path) -> None:
    """Remove what a run that was killed was just writing."""
    for file in folder.glob(f"{PREFIX}*"):
        file.unlink(missing_ok=True)


def write(target: Path, save: Callable[[Path], object]) -> None:
    """Let `save` write a file with the same suffix beside the target, then move it there.

    Raises:
        RunProblem: it cannot be written; what stood there before still does.

    """
    suffix = "".join(target.suffixes)
    try:
        handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=suffix, dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise unwritable(target, error) from None
    beside = Path(name)
    try:
        save(beside)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.chmod(0o644)
        beside.replace(target)
    except OSError as error:
        raise unwritable(target, error) from None
    finally:
        beside.unlink(missing_ok=True)


def write_text(target: Path, text: str) -> None:
    """Write text as `write` does.

    Raises:
        RunProblem: it cannot be written.

    """
    write(target, lambda file: file.write_text(text, encoding="utf-8"))


def write_weights(target: Path, archive: Path) -> None:
    """Write the weights of a saved `.keras` model as a file of their own.

    Keras would write that with HDF5, which ends the process where the disk is full.

    Raises:
        RunProblem: it cannot be written.

    """

    def save(file: Path) -> None:
        with (
            zipfile.ZipFile(archive) as parts,
            parts.open(WEIGHTS) as source,
            file.open("wb") as opened,
        ):
            shutil.copyfileobj(source, opened)

    write(target, save)


def unwritable(target: Path, error: OSError) -> RunProblem:
    """What is said of a file or folder that cannot be written."""
    return RunProblem(f"'{target}' cannot be written: {error.strerror or error}")
