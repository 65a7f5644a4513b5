"""Import paths of classes and functions of other packages: `package.module:Class`."""

import re

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
PATTERN = rf"^{_NAME}(\.{_NAME})*:{_NAME}$"
"""What import paths look like, also in the JSON Schema."""


def is_import_path(word: str) -> bool:
    """Whether a word is the import path of a class or function, `package.module:Class`."""
    return ":" in word and re.fullmatch(PATTERN, word) is not None


def package_of(path: str) -> str:
    """Return the top-level package of an import path."""
    return path.partition(":")[0].partition(".")[0]
