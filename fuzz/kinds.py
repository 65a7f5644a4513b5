"""The kinds of inputs: how each is made and checked."""

from collections.abc import Mapping

from fuzz.checks import commands, data_files, model_files, specs, steps
from fuzz.inputs import Kind
from fuzz.makers import documents, lines, models, tables, texts, trained
from fuzz.makers.definitions import definitions

definitions()
"""Imports all kinds of the language, whose order is that of their imports: in each process a number is to make
the same input, and `explain` is to list the same."""

KINDS: Mapping[str, Kind] = {
    "bytes": Kind(texts.mutated, specs.check, 46),
    "documents": Kind(documents.document, specs.check, 10),
    "models": Kind(models.model_file, model_files.check, 3),
    "data": Kind(tables.data_file, data_files.check, 39),
    "commands": Kind(lines.command_line, commands.check, 2),
    "steps": Kind(
        trained.document, steps.check, 0, seconds=240.0, megabytes=4_000, patience=1200.0
    ),  # Keras builds a layer in a TimeDistributed once for every step
}
