"""Copies model files for Keras, which reads HDF5 by its C library.

A damaged file can make that library hang, so Keras only gets files that were read here and written
anew.
"""

import shutil
import zipfile
from pathlib import Path
from typing import Any

from cnnspec.extras import Needed
from cnnspec.hdf5.datasets import LEAST_BYTES, MOST_TIMES, Dataset
from cnnspec.hdf5.file import Group, opened
from cnnspec.hdf5.problems import DamagedFile, UnreadableFile, UnsupportedFile
from cnnspec.keras_files.archive import DAMAGED, SUSPICIOUS, WEIGHTS, extract_weights
from cnnspec.keras_files.hdf5 import is_hdf5
from cnnspec.keras_files.problems import UnreadableModel

NO_FILE = "it is not a .keras or .h5 file of a Keras model"
WIDE = "v108"
"""The first version of the format in which an attribute may have more than 64 KB."""


def copied(path: Path, folder: Path) -> Path:
    """Copy a model file into an empty folder, with its HDF5 parts read and written anew.

    Raises:
        UnreadableModel: the file is damaged, or not a model file.
        OSError: the file cannot be read, or the copy cannot be written.

    """
    target = folder / path.name
    try:
        if is_hdf5(path):
            _copy(path, target)
        elif zipfile.is_zipfile(path):
            _copy_archive(path, target, folder)
        else:
            raise UnreadableModel(NO_FILE)
    except UnreadableFile as error:
        raise UnreadableModel(str(error)) from error
    return target


def _copy_archive(path: Path, target: Path, folder: Path) -> None:
    before, after = folder / f"{path.name}.before", folder / f"{path.name}.after"
    try:
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as archive:
            entries = source.infolist()
            if sum(each.file_size for each in entries) > _most(path):
                raise UnreadableModel(SUSPICIOUS)
            for entry in entries:
                if entry.filename == WEIGHTS:
                    extract_weights(source, before)
                    _copy(before, after)
                    archive.write(after, WEIGHTS)
                elif not entry.is_dir():
                    with source.open(entry) as given, archive.open(entry.filename, "w") as copy:
                        shutil.copyfileobj(given, copy)
    except DAMAGED as error:
        raise UnreadableModel("the archive is damaged") from error


def _most(path: Path) -> int:
    """Return how many bytes a file may hold when it is decompressed."""
    return max(LEAST_BYTES, MOST_TIMES * path.stat().st_size)


def _copy(path: Path, target: Path) -> None:
    with Needed("writing HDF5 files"):
        import h5py
    with opened(path) as source, h5py.File(target, "w", libver=WIDE) as file:
        _Copier(_most(path)).group(source, file)


class _Copier:
    """Copies groups, each once, and no more bytes than a file can hold."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.seen: set[int] = set()

    def group(self, source: Group, target: Any) -> None:
        """Copy the members of a group, and those of groups in it."""
        waiting = [(source, target)]
        while waiting:
            source, target = waiting.pop()
            if source.address in self.seen:
                raise DamagedFile("a group is a member of two groups")
            self.seen.add(source.address)
            _copy_attributes(source, target)
            for name, member in source.items():
                if member is None:
                    raise UnreadableFile(f"'{name}' is a link")
                if isinstance(member, Group):
                    waiting.append((member, target.create_group(name)))
                else:
                    self.dataset(member, target, name)

    def dataset(self, source: Dataset, target: Any, name: str) -> None:
        """Copy a dataset."""
        source.check()
        self.left -= source.nbytes
        if self.left < 0:
            raise DamagedFile("its datasets overlap")
        _copy_attributes(source, target.create_dataset(name, data=source.values()))


def _copy_attributes(source: Group | Dataset, target: Any) -> None:
    """Copy attributes of the types that Keras reads."""
    import numpy as np

    for name in source.attrs:
        try:
            value = source.attrs[name]
        except UnsupportedFile:
            continue
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            value = np.array([each.encode() for each in value]) if value else np.zeros(0)
        target.attrs[name] = value
