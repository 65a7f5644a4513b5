"""The page of the limits that keep the work for any input bounded."""

from cnnspec.diagnostics.budget import MAX_STEPS, MAX_VALUES
from cnnspec.diagnostics.report import MAX_FINDINGS
from cnnspec.expand.steps import MAX_BLOCK_DEPTH, MAX_INPUTS
from cnnspec.frontends.models import MAX_LAYERS
from cnnspec.keras_files import configuration
from cnnspec.language.column_expressions import MAX_RUN, MAX_TEXT
from cnnspec.language.evaluation import MAX_EXPONENT, MAX_MAGNITUDE
from cnnspec.language.expressions import MAX_LENGTH
from cnnspec.operations.base import MAX_CONSTANTS
from cnnspec.operations.keys import MAX_CHARACTERS, MAX_ITEMS
from cnnspec.operations.rules import MAX_RESULTS
from cnnspec.shapes import MAX_SIZE
from cnnspec.syntax.reading import MAX_ALIASED_VALUES, MAX_BYTES, MAX_DEPTH
from cnnspec.syntax.scalars import MAX_DIGITS
from docs.generate.markdown import code, heading, page, table

MEGABYTE = 1024 * 1024
TABLES: dict[str, tuple[tuple[str, str], ...]] = {
    "The text of a spec": (
        ("the size of a file", f"{MAX_BYTES // MEGABYTE} MB"),
        ("the depth of nested lists and mappings", f"{MAX_DEPTH}"),
        ("values that come from YAML aliases", f"{MAX_ALIASED_VALUES:,}"),
        ("the digits of a number", f"{MAX_DIGITS}"),
    ),
    "The network": (
        ("steps after blocks and repetitions are expanded", f"{MAX_STEPS:,}"),
        ("values in the arguments of all steps", f"{MAX_VALUES:,}"),
        ("the depth of block calls in blocks", f"{MAX_BLOCK_DEPTH}"),
        ("inputs of a step", f"{MAX_INPUTS:,}"),
        ("results of an operation", f"{MAX_RESULTS:,}"),
        ("numbers in a constant of an operation", f"{MAX_CONSTANTS:,}"),
        ("characters of the key of `ops.get_item`", f"{MAX_CHARACTERS:,}"),
        ("items of such a key", f"{MAX_ITEMS}"),
        ("a size in a shape", code(f"2**{(MAX_SIZE + 1).bit_length() - 1} - 1")),
    ),
    "Expressions": (
        ("characters of an expression", f"{MAX_LENGTH}"),
        ("characters of a vector of expressions over columns", f"{MAX_TEXT:,}"),
        ("columns of a run such as `pixel0..pixel783`", f"{MAX_RUN:,}"),
        ("the size of a number, also on the way", code(f"2**{MAX_MAGNITUDE.bit_length() - 1}")),
        ("an exponent", f"{MAX_EXPONENT}"),
    ),
    "Model files": (
        ("the size of a configuration", f"{configuration.MAX_BYTES // MEGABYTE} MB"),
        ("values in a configuration", f"{configuration.MAX_VALUES:,}"),
        ("the depth of a configuration", f"{configuration.MAX_DEPTH}"),
        ("layers of a model", f"{MAX_LAYERS:,}"),
    ),
    "Diagnostics": (
        ("errors and warnings that are listed for a file; more are counted", f"{MAX_FINDINGS}"),
    ),
}


def pages() -> dict[str, str]:
    """Make the page, by path."""
    sections = [
        part
        for title, rows in TABLES.items()
        for part in (heading(2, title), table(("what", "at most"), rows))
    ]
    return {
        "limits": page(
            heading(1, "Limits"),
            "A spec or a model file may come from a stranger, so the work for it is bounded. What exceeds a limit is an error "
            "at the place that does.",
            *sections,
        )
    }
