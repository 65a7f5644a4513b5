"""Exceptions of reading an HDF5 file."""

REWRITE = "`h5repack -f NONE OLD NEW` writes a file that can be read"


class UnreadableFile(Exception):
    """The file cannot be read; the message is the reason."""


class DamagedFile(UnreadableFile):
    """The file contradicts itself, or the format."""

    def __init__(self, what: str, at: int | None = None) -> None:
        where = "" if at is None else f" at byte {at}"
        super().__init__(f"it is damaged: {what}{where}")


class UnsupportedFile(UnreadableFile):
    """The file uses a part of the format that is not read."""

    def __init__(self, what: str) -> None:
        super().__init__(f"it uses {what}, which cnnspec does not read; {REWRITE}")
