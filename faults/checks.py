"""What is in a folder: the contents of its files, as far as they are the same in every run."""

import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from cnnspec.files.writing import PREFIX

Files = Mapping[str, bytes]
_DIGEST = re.compile(rb"sha256 [0-9a-f]{64} (\S+)")


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder, without those in temporary folders."""
    return {
        file.relative_to(folder).as_posix(): stable(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not is_temporary(file.relative_to(folder))
    }


def is_temporary(path: Path) -> bool:
    """Whether a path is in a temporary folder of a command."""
    return any(part.startswith(PREFIX) for part in path.parts)


def left_over(folder: Path) -> list[str]:
    """Return the temporary files and folders below a folder."""
    found = (each.relative_to(folder) for each in folder.rglob("*"))
    return [each.as_posix() for each in found if is_temporary(each)]


def stable(file: Path) -> bytes:
    """Return the content of a file without times and digests; b"damaged" if it is not whole."""
    content = file.read_bytes()
    if file.suffix == ".keras":
        return _of_archive(file)
    if file.name == "environment.json":
        try:
            return json.dumps({**json.loads(content), "started": ""}).encode()
        except ValueError:
            return b"damaged"
    if file.name == "fingerprint.pb":
        return _of_message(content)
    return _DIGEST.sub(rb"\1", content)


def _of_message(content: bytes) -> bytes:
    """Return the fields of a message of numbers and texts, whose values TensorFlow draws at random."""
    fields, at = [], 0
    while at < len(content):
        key, at = _number(content, at)
        fields.append(key)
        size, at = _number(content, at)
        at += size if key % 8 == 2 else 0
    return repr(fields).encode() if at == len(content) else b"damaged"


def _number(content: bytes, at: int) -> tuple[int, int]:
    """Return a number of a message, and where it ends."""
    value = shift = 0
    while at < len(content):
        byte, at = content[at], at + 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
    return value, at + 1


def _of_archive(file: Path) -> bytes:
    try:
        with zipfile.ZipFile(file) as archive:
            names = sorted(archive.namelist())
            return repr(
                [(name, archive.read(name)) for name in names if name != "metadata.json"]
            ).encode()
    except (OSError, zipfile.BadZipFile):
        return b"damaged"


def is_mixed(folder: Path) -> bool:
    """Whether a folder of a build has files of two builds."""
    import hashlib

    summary = folder / "summary.txt"
    if not summary.exists():
        return any((folder / name).exists() for name in ("model.keras", "spec.expanded.yaml"))
    for digest, name in re.findall(r"sha256 ([0-9a-f]{64}) (\S+)", summary.read_text()):
        if name == summary.name:
            continue
        file = folder / name
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            return True
    return False
