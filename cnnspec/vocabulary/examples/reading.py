"""Reads the example specs: a file per section, with a spec for one key or for several.

The specs of a file are separated by `---`. Each starts with a comment that lists the keys it shows,
and after a semicolon the files it needs. Texts of these are in the folder `files`; a file that has
no text there contains weights.
"""

from functools import cache
from importlib.resources import files

from cnnspec.vocabulary.entries import Example


def example_of(section: str, key: str) -> Example | None:
    """Return the example of a key of a section, if there is one."""
    return examples(section).get(key)


@cache
def examples(section: str) -> dict[str, Example]:
    """Read the examples of all keys of a section."""
    path = files(__package__) / f"{section}.yaml"
    if not path.is_file():
        return {}
    found: dict[str, Example] = {}
    for part in path.read_text(encoding="utf-8").split("---\n"):
        head, _, text = part.partition("\n")
        keys, _, needed = head.removeprefix("# ").partition("; ")
        needs = tuple((name, _text(name)) for name in needed.split(", ") if name)
        found |= dict.fromkeys(keys.split(", "), Example(text, needs))
    return found


def _text(name: str) -> str:
    path = files(__package__) / "files" / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""
