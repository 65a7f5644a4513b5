"""Files of a run: text, weights, and whatever saves itself."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from cnnspec.files import written_beside
from cnnspec.stored_weights import WEIGHTS
from cnnspec.training.problems import RunProblem


def write(target: Path, save: Callable[[Path], object]) -> None:
    """Let `save` write a file with the same suffix beside the target, then move it there.

    Raises:
        RunProblem: it cannot be written; what stood there before still does.

    """
    try:
        with written_beside(target) as beside:
            save(beside)
    except OSError as error:
        raise unwritable(target, error) from None


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
