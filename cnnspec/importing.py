"""Turns a model that was read into a readable spec."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnspec.compiler import checked_or_raise, compile_document
from cnnspec.declarations.keras_versions import NEWEST
from cnnspec.decompile.compact.equality import same_model
from cnnspec.decompile.compact.writing import compacted
from cnnspec.decompile.flat import relative, written_out
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.document import Document


@dataclass(frozen=True, slots=True)
class Imported:
    """A spec of a model, with notes on what it does not contain."""

    document: Document
    checked: CheckedGraph
    notes: tuple[str, ...] = ()
    """What a spec cannot express about the model, one sentence each."""


def imported(
    document: Document,
    *,
    folder: Path | None = None,
    weights: Path | None = None,
    compact: bool = True,
    notes: Sequence[str] = (),
) -> Imported:
    """Convert the document of a model, with one step per layer, to a spec.

    `folder` is the folder of the spec, `weights` the file of its weights. With `compact`, the spec
    has blocks, repetitions and branches.

    Raises:
        SpecError: the model cannot be used in a spec.

    """
    checked = checked_or_raise(compile_document(document, keras=NEWEST))
    graph = checked.graph
    found = written_out(graph, folder)
    if compact:
        shorter = compacted(graph, folder)
        again = compile_document(shorter, keras=NEWEST).checked
        if again is not None and same_model(graph, again.graph):
            found = shorter
    if weights is not None:
        found.weights = relative(weights, folder or Path())
    return Imported(found, checked, tuple(notes))
