"""Reads folders of images: one subfolder per class, perhaps inside folders for each part."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cnnspec.data.columns import Column, Columns, array_column, unreadable
from cnnspec.data.problems import DataProblem, DataWarning
from cnnspec.diagnostics.problems import At
from cnnspec.files.reading import contents

IMAGES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp")
CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
PARTS = {
    "train": ("train", "training", "training_set", "train_set"),
    "validation": ("val", "valid", "validation", "validation_set", "val_set"),
    "test": ("test", "testing", "test_set"),
}
"""The names of the folders of each part, in any case."""
OF_SYSTEMS = ("desktop.ini", "thumbs.db")
"""Files that systems leave in folders."""


def open_folder(folder: Path, size: tuple[int, int], colors: str, at: At) -> Columns:
    """List the images of a folder.

    Raises:
        DataProblem: it cannot be read, or has no images.

    """
    found = _Folder(at, (*size, CHANNELS[colors]))
    folders = found.subfolders(folder)
    parts = {
        part: next((each for each in folders if each.name.lower() in names), None)
        for part, names in PARTS.items()
    }
    train = parts["train"]
    parted = [each for each in folders if each in parts.values() and found.subfolders(each)]
    if train is None and parted and {*parted} == {*folders}:
        listed = ", ".join(f"'{each.name}'" for each in parted)
        message = f"'{folder}' has {listed}, but no folder with the training data"
        raise DataProblem("file-not-found", message, at, suggestion="call it 'train'")
    if train is None or not found.subfolders(train):
        return Columns(found.labelled(folder), warnings=tuple(found.warnings))
    columns = {"train": found.labelled(train)}
    classes = columns["train"]["label"].classes
    for part in ("validation", "test"):
        if (inner := parts[part]) is None:
            continue
        if found.subfolders(inner):
            columns[part] = found.labelled(inner, classes)
        else:
            found.warn("unused-data", f"'{inner}' is not used: it has no folder for each class")
    for each in folders:
        if each not in parts.values():
            name = each.name.lower()
            taken = [part for part, names in PARTS.items() if name in names]
            why = "it is not a part of the data"
            if taken:
                why = f"'{parts[taken[0]]}' has the {taken[0]} data"
            found.warn("unused-data", f"'{each}' is not used: {why}")
    return Columns(**columns, warnings=tuple(found.warnings))


def images_in(folder: Path) -> tuple[list[Path], str | None]:
    """Return the images in a folder and its subfolders, sorted by path, and what is left out.

    Raises:
        DataProblem: it cannot be read, or has no images.

    """
    files = sorted(_files(folder, ()))
    images = [file for file in files if file.suffix.lower() in IMAGES]
    if not images:
        message = f"'{folder}' contains no images"
        hint = "pass arrays and tables by their own paths" if files else None
        raise DataProblem("file-not-found", message, suggestion=hint)
    if len(images) == len(files):
        return images, None
    others = Counter(file.suffix.lower() for file in files if file not in {*images})
    return images, _left_out(folder, others)


def _left_out(folder: Path, others: Counter[str]) -> str:
    listed = ", ".join(f"{count} {ending or 'without'}" for ending, count in sorted(others.items()))
    return f"files in '{folder}' are left out because of their endings: {listed}"


@dataclass
class _Folder:
    at: At
    shape: tuple[int, int, int]
    warnings: list[DataWarning] = field(default_factory=list)

    def warn(self, code: str, message: str, suggestion: str | None = None) -> None:
        self.warnings.append(DataWarning(code, message, self.at, suggestion))

    def subfolders(self, folder: Path) -> list[Path]:
        """Return the folders in a folder that are not hidden."""
        try:
            return sorted(
                each for each in contents(folder) if each.is_dir() and not _is_hidden(each.name)
            )
        except OSError as error:
            raise unreadable(folder, error, self.at) from None

    def labelled(self, folder: Path, known: tuple[str, ...] = ()) -> dict[str, Column]:
        """List the images in the subfolders of a folder; classes are numbered by sorted name."""
        names = [each.name for each in self.subfolders(folder)]
        classes = known or tuple(names)
        if strange := [name for name in names if name not in classes]:
            message = f"'{folder}' has an additional class '{strange[0]}'"
            raise DataProblem("file-not-found", message, self.at)
        found: list[tuple[Path, int]] = []
        others: Counter[str] = Counter()
        for name in names:
            files = [*_files(folder / name, self.at)]
            images = [file for file in files if file.suffix.lower() in IMAGES]
            found += [(file, classes.index(name)) for file in images]
            others.update(file.suffix.lower() for file in files if file not in {*images})
            if not images:
                self.warn("empty-class", f"'{folder / name}' contains no images")
        loose = [each for each in folder.iterdir() if each.suffix.lower() in IMAGES]
        if not found:
            message = f"no subfolder of '{folder}' contains images"
            hint = "put the images of each class into a folder of its name" if loose else None
            raise DataProblem("file-not-found", message, self.at, suggestion=hint)
        if others:
            hint = f"images end in {', '.join(IMAGES)}"
            self.warn("unused-data", _left_out(folder, others), hint)
        if loose:
            message = f"images directly in '{folder}' are left out, because they have no class: {len(loose)}"
            self.warn("unused-data", message)
        found.sort(key=lambda each: _digest(each[0].relative_to(folder)))
        paths = np.array([file.as_posix() for file, _ in found])
        labels = np.array([label for _, label in found], "int64")
        image = Column(
            "image", len(found), self.shape, "float32", lambda: paths, folder, is_image=True
        )
        label = array_column("label", labels, folder, classes=classes)
        return {"image": image, "label": label}


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "__"))


def _files(folder: Path, at: At) -> Iterator[Path]:
    """Yield the files below a folder that are not hidden; those that cannot be read are reported later."""

    def fail(error: OSError) -> None:
        raise unreadable(Path(error.filename), error, at) from None

    for place, folders, names in os.walk(folder, onerror=fail):
        folders[:] = [each for each in folders if not _is_hidden(each)]
        yield from (
            Path(place, name)
            for name in names
            if not _is_hidden(name) and name.lower() not in OF_SYSTEMS
        )


def _digest(path: Path) -> bytes:
    """Mix the classes in the same order on every machine, so that each part has all of them."""
    return hashlib.sha256(path.as_posix().encode()).digest()
