"""Reading HDF5 files: the same as HDF5's own library reads, for every form in which a file stores it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from cnnspec.hdf5.checksum import checksum
from cnnspec.hdf5.file import opened
from cnnspec.hdf5.problems import UnreadableFile, UnsupportedFile
from tests.support.commands import python_output
from tests.support.hdf5_damage import VERSIONS, contents

EACH_VERSION = pytest.mark.parametrize("version", [*VERSIONS, "v110"])
Values = np.random.default_rng(0)


def plain(value: Any) -> Any:
    """The value of an attribute as `h5py` gives it, in the types of Python."""
    if isinstance(value, h5py.Empty):
        return []
    if isinstance(value, np.ndarray):
        return [plain(each) for each in value.reshape(-1).tolist()]
    if isinstance(value, np.generic):
        return plain(value.item())
    return value.decode() if isinstance(value, bytes) else value


def expected(group: Any) -> Any:
    """What `contents` should find in a file."""
    found: dict[str, Any] = {"": {name: plain(each) for name, each in group.attrs.items()}}
    for name in sorted(group):
        member = group[name]
        attributes = {key: plain(each) for key, each in member.attrs.items()}
        is_group = isinstance(member, h5py.Group)
        found[name] = expected(member) if is_group else (attributes, member.shape, member[()])
    return found


def listed(found: Any) -> Any:
    """The contents in a form that can be compared, with the types of arrays."""
    if isinstance(found, dict):
        return {name: listed(each) for name, each in found.items()}
    if isinstance(found, tuple):
        attributes, shape, values = found
        array = np.asarray(values)
        return attributes, shape, array.dtype.str, array.tolist()
    return found


def test_a_checksum_is_that_of_the_published_example() -> None:
    """Of Bob Jenkins's `lookup3.c`, and of nothing."""
    assert checksum(b"Four score and seven years ago") == 0x17770551
    assert checksum(b"") == 0xDEADBEEF


def attributes(file: Any) -> None:
    file.attrs["text"] = "größer " * 20_000
    file.attrs["bytes"] = b"of a fixed length"
    file.attrs["texts"] = ["a", "", "longer than the others"]
    file.attrs["names"] = [f"weight_{number}".encode() for number in range(500)]
    file.attrs["empty list"] = []
    file.attrs["empty text"] = ""
    file.attrs["nothing"] = h5py.Empty("f")
    file.attrs["number"] = 3
    file.attrs["numbers"] = np.array([[1.5, 2.5], [3, 4]])
    file.attrs["big-endian"] = np.array([1, 2], ">i2")
    file.attrs["yes"] = True
    file.attrs["flags"] = np.array([True, False])


def types(file: Any) -> None:
    for kind in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
        for order in "<>":
            file[f"{kind}{order}"] = Values.integers(0, 100, (3, 4)).astype(order + kind)
    file["truths"] = Values.random(5) > 0.5
    file["bytes"] = np.array([b"ab", b"c"])
    file["opaque"] = np.zeros(3, "V2")


def shapes(file: Any) -> None:
    file["scalar"] = 2.5
    file["none"] = np.zeros((3, 0, 2))
    file["long"] = np.arange(100_000, dtype="float32")
    file["many"] = Values.random((1, 2, 1, 3, 1, 2))
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((4,))
    made = h5py.h5d.create(file.id, b"compact", h5py.h5t.IEEE_F32LE, space, compact)
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(4, dtype="f4"))


def chunk(file: Any) -> None:
    """Datasets of one chunk, which newer versions of the format have no index for."""
    values = Values.random((20, 30)).astype("float32")
    for name, options in FILTERS.items():
        file.create_dataset(name, data=values, chunks=(20, 30), **options)


def chunks(file: Any) -> None:
    values = Values.random((20, 30)).astype("float32")
    for name, options in FILTERS.items():
        file.create_dataset(name, data=values, chunks=(7, 11), **options)
    file.create_dataset("grows", data=values, chunks=(3, 4), maxshape=(None, None))
    file.create_dataset("many", data=Values.random(3000), chunks=(1,))
    file.create_dataset("odd", data=np.arange(7, dtype="u1"), chunks=(3,), fletcher32=True)
    some = file.create_dataset("some", (10, 10), "f4", chunks=(3, 4), fillvalue=7)
    some[4:6] = 1
    file.create_dataset("none", (10, 10), "f4", chunks=(3, 4))


FILTERS: dict[str, dict[str, Any]] = {
    "plain": {},
    "deflated": {"compression": "gzip"},
    "shuffled": {"compression": "gzip", "shuffle": True},
    "summed": {"fletcher32": True},
    "all": {"compression": "gzip", "shuffle": True, "fletcher32": True},
}


def groups(file: Any) -> None:
    for count in (0, 3, 9, 400):
        for number in range(count):
            file[f"{count}/with_a_long_name_{number}/inside"] = number
    ordered = file.create_group("ordered", track_order=True)
    for number in range(30):
        ordered[f"member_{30 - number}"] = number
    deep = file
    for number in range(100):
        deep = deep.create_group(f"level_{number}")
    file["ünïcode/☃"] = 1


def many_attributes(file: Any) -> None:
    for number in range(3000):
        file.attrs[f"note_{number}"] = number
    for number in range(20):
        file.create_group("texts", track_order=True) if not number else None
        file["texts"].attrs[f"text_{number}"] = "x" * 100 * number
    if file.libver[0] != "earliest":
        names = [f"{number}".rjust(40).encode() for number in range(5000)]
        file.attrs["more than 64 KB"] = names


FILES: dict[str, Callable[[Any], None]] = {
    "attributes": attributes,
    "types": types,
    "shapes": shapes,
    "one chunk": chunk,
    "groups": groups,
    "many attributes": many_attributes,
}


@EACH_VERSION
@pytest.mark.parametrize("what", FILES)
def test_a_file_is_read_as_by_the_library(tmp_path: Path, what: str, version: str) -> None:
    path = tmp_path / "file.h5"
    with h5py.File(path, "w", libver=version) as file:
        FILES[what](file)
    with h5py.File(path) as file:
        wanted = expected(file)
    assert listed(contents(path)) == listed(wanted)


@pytest.mark.parametrize("version", ["earliest", "v108"])
def test_chunks_are_read_as_by_the_library(tmp_path: Path, version: str) -> None:
    path = tmp_path / "file.h5"
    with h5py.File(path, "w", libver=version) as file:
        chunks(file)
    with h5py.File(path) as file:
        wanted = expected(file)
    assert listed(contents(path)) == listed(wanted)


ADVICE = ", which cnnspec does not read; `h5repack -f NONE OLD NEW` writes a file that can be read"
VALUES = np.zeros((20, 30), "float32")
UNSUPPORTED: dict[str, tuple[Callable[[Any], None], str]] = {
    "LZF compression": (
        lambda file: file.create_dataset("it", data=VALUES, compression="lzf"),
        "LZF compression",
    ),
    "a scale": (
        lambda file: file.create_dataset("it", data=VALUES, scaleoffset=2),
        "SCALEOFFSET compression",
    ),
    "complex numbers": (
        lambda file: file.__setitem__("it", VALUES.astype("complex64")),
        "values that are not numbers in the file itself",
    ),
    "texts": (
        lambda file: file.__setitem__("it", ["a", "b"]),
        "values that are not numbers in the file itself",
    ),
    "a reference as an attribute": (
        lambda file: file.attrs.__setitem__("it", file.ref),
        "an attribute of another type",
    ),
}


@pytest.mark.parametrize("what", UNSUPPORTED)
def test_what_is_not_read_says_what_to_do(tmp_path: Path, what: str) -> None:
    make, used = UNSUPPORTED[what]
    with h5py.File(tmp_path / "file.h5", "w") as file:
        make(file)
    with pytest.raises(UnsupportedFile) as raised:
        contents(tmp_path / "file.h5")
    assert str(raised.value) == f"it uses {used}{ADVICE}"


def test_the_chunks_of_newer_versions_say_what_to_do(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "file.h5", "w", libver="latest") as file:
        file.create_dataset("it", data=VALUES, chunks=(7, 11))
    with pytest.raises(UnsupportedFile) as raised:
        contents(tmp_path / "file.h5")
    assert str(raised.value) == f"it uses an index of chunks of newer files{ADVICE}"


def test_links_are_not_followed(tmp_path: Path) -> None:
    for version in VERSIONS:
        with h5py.File(tmp_path / "file.h5", "w", libver=version) as file:
            file["soft"] = h5py.SoftLink("/other")
            file["outside"] = h5py.ExternalLink("/etc/passwd", "/")
            file["other"] = 1.0
        found = contents(tmp_path / "file.h5")
        assert (found["soft"], found["outside"], found["other"][2]) == (None, None, 1.0)


def test_the_structure_of_a_file_is_read_without_numpy(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["values"] = np.zeros((3, 4))
    code = """
import json, sys
from pathlib import Path
from cnnspec.hdf5.file import opened
with opened(Path(sys.argv[1])) as file:
    shape = file["values"].shape
print(json.dumps([shape, sorted({"h5py", "numpy"} & sys.modules.keys())]))
"""
    assert json.loads(python_output("-c", code, tmp_path / "file.h5")) == [[3, 4], []]


def test_other_files_are_refused(tmp_path: Path) -> None:
    for data in (b"", b"hello", b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" + bytes(1000)):
        (tmp_path / "file.h5").write_bytes(data)
        with pytest.raises(UnreadableFile), opened(tmp_path / "file.h5"):
            pass
