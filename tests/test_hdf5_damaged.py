"""HDF5 files that were damaged or made to do harm: read or refused, in little time and memory."""

import re
import struct
import time
import tracemalloc
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from cnnspec.hdf5.checksum import checksum
from cnnspec.hdf5.problems import UnreadableFile
from cnnspec.keras_files.copying import copied
from cnnspec.keras_files.hdf5 import stored
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.keras_files.stored import UnreadableWeights
from cnnspec.keras_files.weights import open_weights, values
from tests.support.hdf5_damage import VERSIONS, contents, damaged, every_form

SECONDS = 3.0
MEGABYTES = 300
COUNT = 250
SIGNATURE = b"\x89HDF\r\n\x1a\n"
UNDEFINED = 2**64 - 1
Make = Callable[[Path], Any]


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    """Where the format has no checksum, damaged values are read as they are."""
    ends = damaged(COUNT, 1, tmp_path)
    assert ends["read"] + ends["refused"] == 3 * COUNT
    assert ends["read"] > COUNT / 10
    assert ends["refused"] > COUNT / 10
    assert ends["slowest in ms"] < 1000 * SECONDS


def small(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = "{}"
        file.attrs["names"] = [b"a", b"b"]
        file["layers/dense/vars/0"] = np.zeros((2, 2), "float32")
        file["layers/dense/vars/1"] = np.zeros(2, "float32")


HANGS = (
    (891, 255), (979, 255), (995, 255), (2057, 17), (2057, 24), (2072, 0), (2072, 24), (2072, 253),
    (2096, 0), (2096, 24), (2096, 254), (2120, 0), (2120, 24), (2120, 254), (2144, 0), (2144, 8),
    (2144, 24), (2144, 87), (2145, 0), (2145, 8), (2145, 14), (7816, 24),
)  # fmt: skip
"""Positions and bytes in such a file that make HDF5's own library loop for ever."""


def test_any_byte_of_a_small_file_may_be_another(tmp_path: Path) -> None:
    small(tmp_path / "small.h5")
    data = (tmp_path / "small.h5").read_bytes()
    changes = [*HANGS, *((at, data[at] ^ 0xFF) for at in range(0, len(data), 31))]
    path = tmp_path / "changed.h5"
    ends = Counter[str]()
    for at, byte in changes:
        changed = bytearray(data)
        changed[at] = byte
        path.write_bytes(changed)
        for read in (contents, stored, weights_in):
            try:
                read(path)
                ends["read"] += 1
            except (UnreadableFile, UnreadableModel, UnreadableWeights):
                ends["refused"] += 1
    assert ends.total() == 3 * len(changes)
    assert min(ends["read"], ends["refused"]) > 100


def weights_in(path: Path) -> list[Any]:
    """The values of all weights in a file."""
    with open_weights(path) as found:
        layers = found.layers.values()
        return [values(each) for layer in layers for each in layer.variables.values()]


# Files made by hand


def head(root: int, size: int) -> bytes:
    """The start of a file of the newer versions, whose root is at an address."""
    start = SIGNATURE + struct.pack("<BBBBQQQQ", 2, 8, 8, 0, 0, UNDEFINED, size, root)
    return summed(start)


def summed(data: bytes) -> bytes:
    return data + struct.pack("<I", checksum(data))


def at_places(size: int, places: dict[int, bytes]) -> bytes:
    data = bytearray(size)
    for at, part in places.items():
        data[at : at + len(part)] = part
    return bytes(data)


def message(kind: int, data: bytes) -> bytes:
    return struct.pack("<BHB", kind, len(data), 0) + data


def object_header(*messages: bytes) -> bytes:
    content = b"".join(messages)
    return summed(b"OHDR" + struct.pack("<BBI", 2, 2, len(content)) + content)


def block_that_continues_itself(path: Path) -> None:
    """A header whose continuation names itself as the next: other readers never end."""
    onward = message(0x10, struct.pack("<QQ", 200, 28))
    block = summed(b"OCHK" + onward)
    places = {0: head(48, 400), 48: object_header(onward), 200: block}
    path.write_bytes(at_places(400, places))


def older_block_that_continues_itself(path: Path) -> None:
    """The same in the older versions, in which a header counts its messages."""
    onward = struct.pack("<HHBxxxQQ", 0x10, 16, 0, 200, 24)
    header = struct.pack("<BxHII4x", 1, 65535, 1, 24) + onward
    places = {0: head(48, 400), 48: header, 200: onward}
    path.write_bytes(at_places(400, places))


def group_in_itself(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["a/b"] = file


def tree(level: int, children: list[int]) -> bytes:
    """A node of the B-tree of a group in the older versions."""
    start = b"TREE" + struct.pack("<BBHQQ", 0, level, len(children), UNDEFINED, UNDEFINED)
    return start + b"".join(struct.pack("<QQ", 0, child) for child in children) + bytes(8)


def trees_that_share_nodes(path: Path) -> None:
    """Ten levels of nodes, each with a hundred times the same child: 10^20 leaves."""
    size = 100_000
    places = {0: head(48, size), 48: object_header(message(0x11, struct.pack("<QQ", 1000, 500)))}
    places[500] = b"HEAP" + struct.pack("<B3xQQQ", 0, 8, 1, 600)
    for level in range(10):
        places[1000 + 2000 * level] = tree(10 - level, [1000 + 2000 * (level + 1)] * 100)
    places[21000] = tree(0, [25000] * 100)
    places[25000] = b"SNOD" + struct.pack("<BxH", 1, 0)
    path.write_bytes(at_places(size, places))


def tree_in_itself(path: Path) -> None:
    places = {0: head(48, 2000), 48: object_header(message(0x11, struct.pack("<QQ", 1000, 500)))}
    places[500] = b"HEAP" + struct.pack("<B3xQQQ", 0, 8, 1, 600)
    places[1000] = tree(1, [1000] * 20)
    path.write_bytes(at_places(2000, places))


def sparse_file(path: Path) -> None:
    """A terabyte of holes, and a header of many texts in collections of 60 MB."""
    size = 1 << 40
    space = struct.pack("<BBBBQ", 2, 1, 0, 1, 20)
    kind = struct.pack("<BBBBI", 0x19, 1, 0, 0, 16)
    texts = b"".join(struct.pack("<IQI", 1, (number + 1) << 32, 1) for number in range(20))
    sizes = struct.pack("<BBHHH", 3, 0, 2, len(kind), len(space))
    attribute = sizes + b"\0a\0" + kind + space + texts
    group = message(0x2, struct.pack("<BBQQ", 0, 0, UNDEFINED, UNDEFINED))
    with path.open("wb") as file:
        file.write(
            at_places(1000, {0: head(48, size), 48: object_header(group, message(0xC, attribute))})
        )
        for number in range(20):
            file.seek((number + 1) << 32)
            file.write(b"GCOL" + struct.pack("<B3xQHHxxxxQ", 1, 60_000_000, 1, 0, 1))
        file.truncate(size)


def with_dataset(**arguments: Any) -> Make:
    def make(path: Path) -> None:
        with h5py.File(path, "w") as file:
            file.create_dataset("it", **arguments)

    return make


def replaced(make: Make, before: bytes, after: bytes) -> Make:
    """A file in which numbers are replaced by others."""

    def change(path: Path) -> None:
        make(path)
        data = path.read_bytes()
        assert before in data
        path.write_bytes(data.replace(before, after))

    return change


def chunk_that_explodes(path: Path) -> None:
    """A hundred kilobytes that decompress to a hundred megabytes."""
    zeros = np.zeros(1 << 20, "u1")
    with h5py.File(path, "w") as file:
        options = {"chunks": (1 << 27,), "compression": "gzip", "compression_opts": 9}
        made = file.create_dataset("it", (1 << 27,), "u1", **options)
        press = zlib.compressobj(9)
        parts = [press.compress(zeros.tobytes()) for _ in range(128)]
        made.id.write_direct_chunk((0,), b"".join([*parts, press.flush()]))


def small_chunk_that_explodes(path: Path) -> None:
    """A chunk that decompresses to a thousand times what its dataset has."""
    with h5py.File(path, "w") as file:
        made = file.create_dataset("it", (100,), "u1", chunks=(100,), compression="gzip")
        made.id.write_direct_chunk((0,), zlib.compress(bytes(100_000)))


def many_large_chunks(path: Path) -> None:
    """A thousand chunks of 4 MB that are stored in 4 KB each."""
    with h5py.File(path, "w") as file:
        made = file.create_dataset(
            "it", (1000, 1 << 22), "u1", chunks=(1, 1 << 22), compression="gzip"
        )
        made[:40] = 0


def texts_that_share_their_place(path: Path) -> None:
    """A list of 4,000 texts that are all the same ten megabytes."""
    with h5py.File(path, "w") as file:
        file.attrs["long"] = "x" * 10_000_000
        file.attrs["texts"] = ["a"] * 4000
    data = path.read_bytes()
    one = struct.pack("<I", 10_000_000)
    start = data.index(one)
    long = data[start : start + 16]
    short = re.compile(rb"(?:\x01\0\0\0.{12}){4000}", re.DOTALL)
    assert len(short.findall(data)) == 1
    path.write_bytes(short.sub(lambda found: long * 4000, data))


REFUSED: dict[str, tuple[Make, str]] = {
    "a block that continues itself": (
        block_that_continues_itself,
        "it has more structures than fit into it",
    ),
    "an older block that continues itself": (
        older_block_that_continues_itself,
        "it has more structures than fit into it",
    ),
    "a sparse file": (sparse_file, "its structures overlap, or are too large"),
    "trees that share nodes": (trees_that_share_nodes, "it has more structures than fit into it"),
    "a tree in itself": (tree_in_itself, "there is no node of a group at byte 1000"),
    "a huge shape": (
        replaced(
            with_dataset(data=np.zeros(12345, "f4")),
            struct.pack("<Q", 12345),
            struct.pack("<Q", 1 << 50),
        ),
        "a dataset is larger than its values",
    ),
    "a huge shape and size": (
        replaced(
            with_dataset(data=np.zeros(12345, "u1")),
            struct.pack("<Q", 12345),
            struct.pack("<Q", 1 << 50),
        ),
        f"it refers to {1 << 50} bytes beyond its end at byte 2048",
    ),
    "a huge dataset without values": (
        with_dataset(shape=(1 << 40,), dtype="f4"),
        "the values of a dataset are missing",
    ),
    "a huge dataset without chunks": (
        with_dataset(shape=(1 << 40,), dtype="f4", chunks=(4,)),
        f"it is too short for a dataset of {1 << 42} bytes",
    ),
    "a chunk that explodes": (
        chunk_that_explodes,
        f"it is too short for a dataset of {1 << 27} bytes",
    ),
    "a small chunk that explodes": (small_chunk_that_explodes, "a chunk has another size"),
    "many large chunks": (
        many_large_chunks,
        f"it is too short for a dataset of {1000 << 22} bytes",
    ),
    "texts that share their place": (
        texts_that_share_their_place,
        "it has more structures than fit into it",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_made_to_do_harm_is_refused(tmp_path: Path, what: str) -> None:
    make, said = REFUSED[what]
    make(tmp_path / "file.h5")
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(UnreadableFile) as raised:
        contents(tmp_path / "file.h5")
    seconds = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(raised.value) == f"it is damaged: {said}"
    assert seconds < SECONDS
    assert peak < MEGABYTES * 1_000_000


def test_a_group_in_itself_is_read_once(tmp_path: Path) -> None:
    group_in_itself(tmp_path / "file.h5")
    assert contents(tmp_path / "file.h5") == {"": {}, "a": {"": {}, "b": None}}


def test_keras_gets_no_file_that_was_not_read(tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    group_in_itself(tmp_path / "circle.h5")
    with pytest.raises(UnreadableModel) as raised:
        copied(tmp_path / "circle.h5", tmp_path / "copies")
    assert str(raised.value) == "it is damaged: a group is a member of two groups"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_copy_for_keras_has_all_that_its_file_has(tmp_path: Path, version: str) -> None:
    (tmp_path / "copies").mkdir()
    every_form(tmp_path / "file.h5", version)
    copy = copied(tmp_path / "file.h5", tmp_path / "copies")
    assert copy == tmp_path / "copies" / "file.h5"
    assert str(contents(copy)) == str(contents(tmp_path / "file.h5"))
