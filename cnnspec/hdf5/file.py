"""Opens HDF5 files: groups and datasets by name, as `h5py` names them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from struct import Struct

from cnnspec.files.reading import opened as opened_file
from cnnspec.hdf5.attributes import Attributes, Collections
from cnnspec.hdf5.datasets import Dataset
from cnnspec.hdf5.groups import links
from cnnspec.hdf5.headers import LAYOUT, LINK_INFO, SYMBOL_TABLE, Header, checked, header
from cnnspec.hdf5.problems import DamagedFile, UnsupportedFile
from cnnspec.hdf5.source import Source

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_OLDER = Struct("<8sB4xBB")
_ADDRESSES = Struct("<QQQQQQ")
"""Base, free space, end, driver, name of the root, root."""
_NEWER = Struct("<8sBBBBQQQQ")


class Group(Mapping[str, "Group | Dataset | None"]):
    """A group: its members by name, sorted; what a link to a path or a file names is None.

    Members are read when they are looked up.
    """

    def __init__(self, file: "_File", address: int) -> None:
        self._file = file
        self.address = address
        """Where its header is; two groups with one address are the same."""
        self._links = links(file.source, file.header(address))

    def __iter__(self) -> Iterator[str]:
        return iter(self._links)

    def __len__(self) -> int:
        return len(self._links)

    def __contains__(self, name: object) -> bool:
        return name in self._links

    def __getitem__(self, name: str) -> "Group | Dataset | None":
        address = self._links[name]
        return None if address is None else self._file.object(address)

    @property
    def attrs(self) -> Attributes:
        """Its attributes."""
        return self._file.attributes(self.address)


class _File:
    """The objects of a file, each read once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.collections: Collections = {}
        self._headers: dict[int, Header] = {}
        self._groups: dict[int, Group] = {}
        self._attributes: dict[int, Attributes] = {}

    def header(self, address: int) -> Header:
        """Return the header at an address."""
        if address not in self._headers:
            self._headers[address] = header(self.source, address)
        return self._headers[address]

    def object(self, address: int) -> "Group | Dataset":
        """Return the group or dataset at an address."""
        if address in self._groups:
            return self._groups[address]
        found = self.header(address)
        kinds = {message.kind for message in found.messages}
        if LAYOUT in kinds:
            return Dataset(self.source, found, self.collections)
        if kinds.isdisjoint((SYMBOL_TABLE, LINK_INFO)):
            raise DamagedFile("there is no group or dataset", address)
        return self._groups.setdefault(address, Group(self, address))

    def attributes(self, address: int) -> Attributes:
        """Return the attributes of the object at an address."""
        if address not in self._attributes:
            self._attributes[address] = Attributes(
                self.source, self.header(address), self.collections
            )
        return self._attributes[address]


@contextmanager
def opened(path: Path) -> Iterator[Group]:
    """Open a file; its objects can be used until it is closed.

    Raises:
        OSError: the file cannot be read.
        UnreadableFile: it is not an HDF5 file, or damaged.

    """
    with opened_file(path) as file:
        source = Source(file)
        yield Group(_File(source), _root(source))


def _root(source: Source) -> int:
    """Return the address of the root group."""
    start = source.read(0, min(_NEWER.size, source.size))
    if not start.startswith(SIGNATURE) or len(start) < _NEWER.size:
        raise DamagedFile("it has no signature")
    version = start[len(SIGNATURE)]
    if version in (0, 1):
        _, _, offsets, lengths = source.unpack(_OLDER, 0)
        at = 24 + 4 * version
        base, _, end, _, _, root = source.unpack(_ADDRESSES, at)
    elif version in (2, 3):
        _, _, offsets, lengths, _, base, _, end, root = _NEWER.unpack(
            checked(source, 0, _NEWER.size)
        )
    else:
        raise UnsupportedFile(f"version {version} of the format")
    if (offsets, lengths) != (8, 8) or base:
        raise UnsupportedFile("addresses of another size")
    if end > source.size:
        raise DamagedFile(f"it has {source.size} bytes instead of {end}")
    return int(root)
