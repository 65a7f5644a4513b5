"""A model that was read to the spec that a person would write of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnspec.compiler import checked_or_raise, compile_document
from cnnspec.decompile.compact.equality import same_model
from cnnspec.decompile.compact.writing import compacted
from cnnspec.decompile.flat import relative, written_out
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.document import Document


@dataclass(frozen=True, slots=True)
class Imported:
    """A spec of a model, and what it does not say."""

    document: Document
    checked: CheckedGraph
    notes: tuple[str, ...] = ()
    """What of the model no spec can say, a sentence each."""


def imported(
    document: Document,
    *,
    folder: Path | None = None,
    weights: Path | None = None,
    compact: bool = True,
    notes: Sequence[str] = (),
) -> Imported:
    """The spec of a document as it was read from a model: one step a layer.

    `folder` is where the spec will stand, `weights` the file that its weights are in. With
    `compact` it has blocks, repetitions and branches.

    Raises:
        SpecError: the model cannot be used in a spec.

    """
    checked = checked_or_raise(compile_document(document))
    graph = checked.graph
    found = written_out(graph, folder)
    if compact:
        shorter = compacted(graph, folder)
        again = compile_document(shorter).checked
        if again is not None and same_model(graph, again.graph):
            found = shorter
    if weights is not None:
        found.weights = relative(weights, folder or Path())
    return Imported(found, checked, tuple(notes))
