"""Object headers: the messages that describe a group or dataset."""

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from cnnspec.hdf5.checksum import checksum
from cnnspec.hdf5.problems import DamagedFile, UnsupportedFile
from cnnspec.hdf5.source import Fields, Source

UNDEFINED = 2**64 - 1
"""The address of what is not stored."""

DATASPACE = 0x1
LINK_INFO = 0x2
DATATYPE = 0x3
OLD_FILL_VALUE = 0x4
FILL_VALUE = 0x5
LINK = 0x6
EXTERNAL_FILES = 0x7
LAYOUT = 0x8
FILTERS = 0xB
ATTRIBUTE = 0xC
CONTINUATION = 0x10
SYMBOL_TABLE = 0x11
ATTRIBUTE_INFO = 0x15

SHARED = 2
"""The flag of a message that is stored elsewhere."""
ADDRESS_AND_SIZE = Struct("<QQ")
ADDRESS = Struct("<Q")
_PREFIX_1 = Struct("<BxHII4x")
_MESSAGE_1 = Struct("<HHB3x")
_PREFIX_2 = Struct("<4sBB")
_MESSAGE_2 = Struct("<BHB")
_CHECKSUM = Struct("<I")
_ORDERED, _PHASES, _TIMES = 0x4, 0x10, 0x20


class Message(NamedTuple):
    """A message of an object header."""

    kind: int
    data: bytes
    is_shared: bool


class Header(NamedTuple):
    """The messages of an object."""

    messages: list[Message]

    def all(self, kind: int) -> Iterator[bytes]:
        """Yield the contents of the messages of a kind.

        Raises:
            UnsupportedFile: a message is shared between objects.

        """
        for message in self.messages:
            if message.kind == kind:
                if message.is_shared:
                    raise UnsupportedFile("shared types or attributes")
                yield message.data

    def one(self, kind: int) -> bytes | None:
        """Return the content of the first message of a kind, if there is one."""
        return next(self.all(kind), None)


def header(source: Source, address: int) -> Header:
    """Read the messages of the object at an address.

    Raises:
        UnreadableFile: there is no object header.

    """
    start = source.read(address, _PREFIX_2.size)
    if start.startswith(b"OHDR"):
        return Header(_messages_2(source, address))
    if start[0] == 1:
        return Header(_messages_1(source, address))
    raise DamagedFile("there is no object header", address)


def _messages_1(source: Source, address: int) -> list[Message]:
    _, count, _, size = source.unpack(_PREFIX_1, address)
    blocks = [(address + _PREFIX_1.size, size)]
    messages: list[Message] = []
    for start, length in blocks:  # grows
        fields = Fields(source.read(start, length))
        while length - fields.at >= _MESSAGE_1.size and len(messages) < count:
            source.count()
            kind, size, flags = fields.take(_MESSAGE_1)
            messages.append(Message(kind, fields.bytes(size), bool(flags & SHARED)))
            if kind == CONTINUATION:
                blocks.append(Fields(messages[-1].data).take(ADDRESS_AND_SIZE))
    if len(messages) < count:
        raise DamagedFile("an object header is shorter than its messages", address)
    return messages


def _messages_2(source: Source, address: int) -> list[Message]:
    _, version, flags = source.unpack(_PREFIX_2, address)
    if version != 2:
        raise DamagedFile("there is no object header", address)
    size_at = (
        address + _PREFIX_2.size + (16 if flags & _TIMES else 0) + (4 if flags & _PHASES else 0)
    )
    size_of_size = 1 << (flags & 3)
    size = int.from_bytes(source.read(size_at, size_of_size), "little")
    before = size_at + size_of_size - address
    blocks = [(address, before + size, before)]
    messages: list[Message] = []
    for start, length, begin in blocks:  # grows
        fields = Fields(checked(source, start, length), begin)
        while length - fields.at >= _MESSAGE_2.size:
            source.count()
            kind, size, message_flags = fields.take(_MESSAGE_2)
            fields.skip(2 if flags & _ORDERED else 0)
            messages.append(Message(kind, fields.bytes(size), bool(message_flags & SHARED)))
            if kind == CONTINUATION:
                at, whole = Fields(messages[-1].data).take(ADDRESS_AND_SIZE)
                blocks.append((at, max(whole - _CHECKSUM.size, 0), 4))
    return messages


def checked(source: Source, at: int, size: int) -> bytes:
    """Return a structure that is followed by its checksum.

    Raises:
        DamagedFile: the checksum is that of other bytes.

    """
    data = source.read(at, size + _CHECKSUM.size)
    source.count(size // 8)
    structure = data[:size]
    if checksum(structure) != _CHECKSUM.unpack_from(data, size)[0]:
        raise DamagedFile("a checksum is wrong", at)
    return structure
