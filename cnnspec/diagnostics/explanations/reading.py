"""Reads the explanations of codes: a text file per code, with a failing and a passing example.

A file starts with a paragraph. Files that both examples need follow, each in a block with its name,
or created by a script. The examples are at the end, in blocks marked `fails` and `passes`. A
failing example that is not text is a script that creates `spec.yaml`.
"""

import re
from dataclasses import dataclass
from importlib.resources import files

from cnnspec.diagnostics.codes import CODES

_BLOCK = re.compile(r"^```(?P<language>\w+) ?(?P<name>\S*)\n(?P<body>.*?)^```$", re.DOTALL | re.M)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of an example: the text of a file, or a shell script."""

    language: str
    """`yaml` or `sh`."""
    name: str
    """`fails`, `passes`, the name of a file that both need, or an empty text."""
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A code with its meaning and examples."""

    code: str
    meaning: str
    blocks: tuple[Block, ...]

    @property
    def fails(self) -> Block:
        """The failing example."""
        return next(block for block in self.blocks if block.name == "fails")

    @property
    def passes(self) -> Block:
        """The passing example."""
        return next(block for block in self.blocks if block.name == "passes")

    @property
    def needed(self) -> tuple[Block, ...]:
        """The files that both examples need."""
        return tuple(block for block in self.blocks if block.name not in ("fails", "passes"))


def explanation(code: str) -> Explanation:
    """Read the explanation of a code.

    Raises:
        KeyError: there is no such code.

    """
    if code not in CODES:
        raise KeyError(code)
    text = (files(__package__) / f"{code}.md").read_text(encoding="utf-8")
    blocks = tuple(
        Block(found["language"], found["name"], found["body"]) for found in _BLOCK.finditer(text)
    )
    return Explanation(code, text.partition("```")[0].strip(), blocks)
