"""The kinds of inputs: how each is made and checked."""

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from cnnspec.records import Record
from fuzz.checks import commands, data_files, model_files, specs, steps
from fuzz.inputs import Answer, Input
from fuzz.makers import documents, lines, models, tables, texts, trained


class Kind(Record):
    """A kind of input."""

    make: Callable[[Random], Input]
    check: Callable[[Input, Path, Answer], None]
    """Checks the answer to an input, in an empty folder."""
    share: int
    """How many of a hundred inputs are of this kind."""
    seconds: float = 5.0
    """The longest that an answer may take."""


KINDS: Mapping[str, Kind] = {
    "bytes": Kind(texts.mutated, specs.check, 34),
    "documents": Kind(documents.document, specs.check, 30),
    "models": Kind(models.model_file, model_files.check, 6),
    "data": Kind(tables.data_file, data_files.check, 26),
    "commands": Kind(lines.command_line, commands.check, 4),
    "steps": Kind(trained.document, steps.check, 0, seconds=60.0),
}
