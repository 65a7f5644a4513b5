"""Writes the files of a run: text, weights, and anything with a `save` function."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from cnnspec.data.problems import RunProblem
from cnnspec.files.writing import written_beside
from cnnspec.keras_files.archive import WEIGHTS


def write(target: Path, save: Callable[[Path], object]) -> None:
    """Write a file with `save` to a temporary path, then move it to the target.

    Raises:
        RunProblem: the file cannot be written; the target is unchanged.

    """
    try:
        with written_beside(target) as beside:
            save(beside)
    except OSError as error:
        raise unwritable(target, error) from None


def write_text(target: Path, text: str) -> None:
    """Write text like `write`.

    Raises:
        RunProblem: the file cannot be written.

    """
    write(target, lambda file: file.write_text(text, encoding="utf-8"))


def write_weights(target: Path, archive: Path) -> None:
    """Write the weights of a saved `.keras` model to a separate file.

    Keras would write the file with HDF5, which crashes the process if the disk is full.

    Raises:
        RunProblem: the file cannot be written.

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
    """Make the message for a file or folder that cannot be written."""
    return RunProblem(f"'{target}' cannot be written: {error.strerror or error}")
