"""The table of mistakes: parts of a spec as people write them, the one error, and the mended part.

    === a name of the mistake @ the parts of SPEC that it replaces
    what people write
    --- line:column-column code: message
    --- the suggestion
    +++ safe
    what the fix makes of it

Lines and columns are those in the spec with the mistake. `+++ unsafe` is a fix that is data only;
without `+++` there is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnspec.diagnostics.report import Diagnostic, Span

FILE = Path(__file__).with_name("forms.txt")
NAME = "spec.yaml"
SPEC = {
    "head": "cnnspec: 1\nname: net\n",
    "params": "params: {classes: 10}\n",
    "inputs": "inputs:\n  image: [28, 28, 1]\n",
    "layers": "layers:\n",
    "conv": "  - Conv2D: {name: conv, filters: 32, kernel_size: 3, activation: relu}\n",
    "pool": "  - MaxPooling2D: {pool_size: 2}\n",
    "flatten": "  - Flatten\n",
    "dense": "  - Dense: {name: digit, units: $classes, activation: softmax}\n",
    "outputs": "outputs:\n  digit: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}\n",
    "train": (
        "train:\n  data: {npz: mnist.npz}\n  inputs: {image: x / 255}\n  targets: {digit: y}\n"
        "  optimizer: adam\n  batch_size: 32\n  epochs: 5\n"
    ),
}
"""A valid spec, part by part."""
CASE = re.compile(
    r"=== (?P<name>[^@\n]+) @ (?P<parts>[\w ]+)\n(?P<wrong>(?:(?!---).*\n)*)"
    r"--- (?P<line>\d+):(?P<start>\d+)-(?P<end>\d+) (?P<code>[\w-]+): (?P<message>.+)\n"
    r"(?:--- (?P<suggestion>.+)\n)?"
    r"(?:\+\+\+ (?P<safety>safe|unsafe)\n(?P<mended>(?:(?!===).*\n)*))?"
)


def spec(*changes: "tuple[tuple[str, ...], str]") -> str:
    """The spec with texts in the place of some of its parts."""
    texts = {parts[0]: text for parts, text in changes}
    gone = {part for parts, _ in changes for part in parts}
    return "".join(texts.get(name, "" if name in gone else part) for name, part in SPEC.items())


@dataclass(frozen=True)
class Case:
    """A mistake, the error that is reported of it, and what its fix makes of the spec."""

    name: str
    parts: tuple[str, ...]
    wrong: str
    right: str | None
    error: Diagnostic
    is_safe: bool

    @property
    def text(self) -> str:
        return spec((self.parts, self.wrong))

    @property
    def mended(self) -> str | None:
        return None if self.right is None else spec((self.parts, self.right))


def cases() -> Iterator[Case]:
    """All mistakes of the table."""
    text, at = FILE.read_text("utf-8"), 0
    while at < len(text):
        found = CASE.match(text, at)
        assert found is not None, text[at : at + 200]
        at = found.end()
        parts = tuple(found["parts"].split())
        line, start, end = int(found["line"]), int(found["start"]), int(found["end"])
        span = Span(NAME, line, start, line, end)
        error = Diagnostic("error", found["code"], found["message"], span, (), found["suggestion"])
        is_safe = found["safety"] == "safe"
        yield Case(found["name"], parts, found["wrong"], found["mended"], error, is_safe)
