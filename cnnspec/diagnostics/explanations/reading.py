"""What each code means, with a spec that fails and one that passes: a small text file a code.

A file starts with a paragraph. Then come the files that both examples need, each in a block with
its name, or made by a script; at the end the examples, in blocks marked `fails` and `passes`. A
failing example that is no text is a script which makes `spec.yaml`.
"""

import re
from dataclasses import dataclass
from importlib.resources import files

from cnnspec.diagnostics.codes import CODES

_BLOCK = re.compile(r"^```(?P<language>\w+) ?(?P<name>\S*)\n(?P<body>.*?)^```$", re.DOTALL | re.M)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of an example: the text of a file, or a script for the shell."""

    language: str
    """`yaml` or `sh`."""
    name: str
    """`fails`, `passes`, the name of a file that both need, or nothing."""
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A code with its meaning and examples."""

    code: str
    meaning: str
    blocks: tuple[Block, ...]

    @property
    def fails(self) -> Block:
        """The example that gives this code."""
        return next(block for block in self.blocks if block.name == "fails")

    @property
    def passes(self) -> Block:
        """The example without the mistake."""
        return next(block for block in self.blocks if block.name == "passes")

    @property
    def needed(self) -> tuple[Block, ...]:
        """What both examples need."""
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
