"""The table of words: what people write, the one error, and what its fix makes of it.

    === the template that it is written in
    what people write
    --- line:column-column code: message
    --- the suggestion
    +++ safe
    what the fix makes of it

`+++ unsafe` is a fix that is data only; without `+++` there is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnspec.diagnostics.report import Diagnostic, Span

FILE = Path(__file__).with_name("words.txt")
NAME = "<stdin>"
DENSE = "  - Dense: {name: digit, units: 10}\n"
TEMPLATES = {
    "step": (
        "cnnspec: 1\ninputs: {image: [28, 28, 4]}\nlayers:\n"
        "  - Conv2D: {name: first, filters: 4, kernel_size: 3}\n  - @\n"
    ),
    "sequence": "cnnspec: 1\ninputs: {rows: [20, 4]}\nlayers:\n  - @\n",
    "numbers": "cnnspec: 1\ninputs: {words: {shape: [20], dtype: int32}}\nlayers:\n  - @\n",
    "output": f"cnnspec: 1\ninputs: {{row: [4]}}\nlayers:\n{DENSE}outputs:\n  digit: @\n",
    "train": (
        f"cnnspec: 1\ninputs: {{row: [4]}}\nlayers:\n{DENSE}"
        "outputs:\n  digit: {loss: mean_squared_error}\ntrain:\n  @\n"
    ),
    "section": f"cnnspec: 1\ninputs: {{row: [4]}}\n@\nlayers:\n{DENSE}",
    "inputs": f"cnnspec: 1\n@\nlayers:\n{DENSE}",
    "layers": "cnnspec: 1\ninputs: {row: [4]}\n@\n",
    "blocks": (
        "cnnspec: 1\ninputs: {image: [28, 28, 4]}\nblocks:\n"
        "  linear: {params: {filters: 3}, layers: [Conv2D: {filters: $filters, kernel_size: 3}]}\n"
        "  conv_bn: {layers: [Conv2D: {filters: 2, kernel_size: 3}, BatchNormalization]}\n"
        "layers:\n  - Conv2D: {name: first, filters: 4, kernel_size: 3}\n  - @\n"
    ),
}
"""Specs that are valid with a valid text at the `@`."""
CASE = re.compile(
    r"=== (?P<template>\w+)\n(?P<wrong>(?:(?!---).*\n)*)"
    r"--- (?P<line>\d+):(?P<start>\d+)-(?P<end>\d+) (?P<code>[\w-]+): (?P<message>.+)\n"
    r"(?:--- (?P<suggestion>.+)\n)?"
    r"(?:\+\+\+ (?P<safety>safe|unsafe)\n(?P<right>(?:(?!===).*\n)*))?"
)


@dataclass(frozen=True)
class Case:
    """A word, the error that is reported of it, and what its fix makes of the spec."""

    template: str
    wrong: str
    right: str | None
    error: Diagnostic
    is_safe: bool

    @property
    def text(self) -> str:
        return TEMPLATES[self.template].replace("@", self.wrong)

    @property
    def mended(self) -> str | None:
        if self.right is None:
            return None
        return TEMPLATES[self.template].replace("@", self.right)


def cases() -> Iterator[Case]:
    """All words of the table."""
    text, at = FILE.read_text("utf-8"), 0
    while at < len(text):
        found = CASE.match(text, at)
        assert found is not None, text[at : at + 200]
        at = found.end()
        line, start, end = int(found["line"]), int(found["start"]), int(found["end"])
        span = Span(NAME, line, start, line, end)
        error = Diagnostic("error", found["code"], found["message"], span, (), found["suggestion"])
        right = found["right"].removesuffix("\n") if found["right"] is not None else None
        wrong = found["wrong"].removesuffix("\n")
        yield Case(found["template"], wrong, right, error, found["safety"] == "safe")
