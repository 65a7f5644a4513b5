"""Damages HDF5 files and reads them: `python -m tests.support.hdf5_damage COUNT SEED FOLDER` by hand."""

import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from cnnspec import Spec
from cnnspec.frontends.files import read_model
from cnnspec.hdf5.datasets import Dataset
from cnnspec.hdf5.file import Group, opened
from cnnspec.hdf5.problems import UnreadableFile
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.keras_files.stored import UnreadableWeights
from cnnspec.keras_files.weights import open_weights, values
from tests.support.paths import ROOT

FOLDER = ROOT / "tests" / "keras_2_weights"
VERSIONS = ("earliest", "v108", "latest")


def contents(path: Path) -> Any:
    """All that a file contains: attributes, shapes and values, by name."""
    with opened(path) as file:
        return _of_group(file, {file.address})


def _of_group(group: Group, seen: set[int]) -> Any:
    found: dict[str, Any] = {"": dict(sorted(group.attrs.items()))}
    for name, member in group.items():
        if isinstance(member, Dataset):
            member.check()
            found[name] = (dict(sorted(member.attrs.items())), member.shape, member.values())
        elif member is not None and member.address not in seen:
            seen.add(member.address)
            found[name] = _of_group(member, seen)
        else:
            found[name] = None
    return found


def every_form(path: Path, version: str) -> None:
    """Write a small file with the structures of a version of the format."""
    with h5py.File(path, "w", libver=version) as file:
        file.attrs["model_config"] = "{}" * 200
        file.attrs["names"] = [f"layer_{number}".encode() for number in range(20)]
        file.attrs["texts"] = ["a", "bc"]
        file.attrs["number"] = 2.5
        many = file.create_group("many")
        for number in range(12):
            many.attrs[f"note_{number}"] = "x" * 40 * number
            many[str(number)] = np.arange(number)
        packed = {"compression": "gzip", "shuffle": True, "fletcher32": True}
        values = np.arange(60, dtype="float32").reshape(6, 10)
        file.create_dataset("one", data=values, chunks=(6, 10), **packed)
        if version != "latest":
            file.create_dataset("chunks", data=values, chunks=(4, 4), **packed)
            file.create_dataset("grows", data=values, chunks=(4, 4), maxshape=(None, None))


def seeds(folder: Path) -> list[bytes]:
    """The files that are damaged."""
    for version in VERSIONS:
        every_form(folder / f"{version}.h5", version)
    paths = [*sorted(folder.glob("*.h5")), FOLDER / "whole.h5", FOLDER / "alone.h5"]
    return [path.read_bytes() for path in paths]


def changed_bytes(data: bytearray, others: list[bytes], chance: random.Random) -> None:
    """Change one byte, or a few."""
    for _ in range(chance.choice((1, 1, 1, 4))):
        data[chance.randrange(len(data))] = chance.choice((0, 1, 255, chance.randrange(256)))


def cut(data: bytearray, others: list[bytes], chance: random.Random) -> None:
    """Cut the end off."""
    del data[chance.randrange(len(data)) :]


def swapped(data: bytearray, others: list[bytes], chance: random.Random) -> None:
    """Swap two blocks."""
    size = chance.choice((8, 16, 64, 512))
    one, other = (chance.randrange(len(data) - size) for _ in range(2))
    before = data[one : one + size]
    data[one : one + size] = data[other : other + size]
    data[other : other + size] = before


def spliced(data: bytearray, others: list[bytes], chance: random.Random) -> None:
    """Put a part of another file into it."""
    size, other = chance.choice((8, 64, 512, 4096)), chance.choice(others)
    at, start = chance.randrange(len(data)), chance.randrange(len(other))
    part = other[start : start + size]
    data[at : at + len(part)] = part


def other_address(data: bytearray, others: list[bytes], chance: random.Random) -> None:
    """Replace an aligned number of eight bytes: an address or a size."""
    numbers = (chance.randrange(len(data)) // 8 * 8, 0, 2**32 - 1, 2**63, 2**64 - 1)
    at = chance.randrange(len(data) // 8) * 8
    data[at : at + 8] = chance.choice(numbers).to_bytes(8, "little")


DAMAGE = (changed_bytes, changed_bytes, cut, swapped, spliced, other_address)


def readers() -> tuple[Callable[[Path], Any], ...]:
    """What is tried on each file: reading all of it, its model, and its weights."""
    model = Spec.of(read_model(FOLDER / "whole.h5").document).compile()

    def weights(path: Path) -> None:
        with open_weights(path, model) as stored:
            for layer in stored.layers.values():
                for each in layer.variables.values():
                    values(each)

    return contents, lambda path: Spec.of(read_model(path).document), weights


def damaged(count: int, seed: int, folder: Path) -> Counter[str]:
    """Read damaged files; how many were read, and how many refused, and the slowest in seconds."""
    chance, given, read = random.Random(seed), seeds(folder), readers()
    ends: Counter[str] = Counter()
    path = folder / "damaged"
    for _ in range(count):
        data = bytearray(chance.choice(given))
        chance.choice(DAMAGE)(data, given, chance)
        path.write_bytes(data)
        for each in read:
            started = time.process_time()
            try:
                each(path)
                ends["read"] += 1
            except (UnreadableFile, UnreadableModel, UnreadableWeights):
                ends["refused"] += 1
            except BaseException:
                (folder / "failed.h5").write_bytes(data)
                raise
            ends["slowest in ms"] = max(
                ends["slowest in ms"], int(1000 * (time.process_time() - started))
            )
    return ends


if __name__ == "__main__":
    count, seed, folder = sys.argv[1:]
    print(damaged(int(count), int(seed), Path(folder)))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MB at most")
