"""What lints start from, what they give, and the two tables that they are in."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from cnnspec.diagnostics.report import Note
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Input, Node, origin
from cnnspec.language.document import Document
from cnnspec.layers.custom import CustomLayer
from cnnspec.records import Record
from cnnspec.syntax.places import Place, Where


class Finding(Record):
    """A warning; its code is that of the lint that gives it."""

    message: str
    place: Place
    where: Where = "value"
    notes: Sequence[Note] = ()
    suggestion: str | None = None


class Model(Record):
    """A checked model, and the document that says it."""

    checked: CheckedGraph
    document: Document

    @property
    def place(self) -> Place:
        """Where the document stands."""
        return self.checked.graph.place

    @cached_property
    def nodes(self) -> dict[str, CheckedNode]:
        """The nodes that an output needs, by name."""
        return {node.name: node for node in self.checked.nodes}

    def source_notes(self, node: CheckedNode) -> tuple[Note, ...]:
        """Say where each input of a node comes from."""
        sources: dict[str, Input | Node] = {each.name: each for each in self.checked.inputs}
        sources |= {name: each.node for name, each in self.nodes.items()}
        tensors = dict(zip(node.node.inputs, node.inputs, strict=True))
        return tuple(origin(ref, tensor, sources[ref.node]) for ref, tensor in tensors.items())


def kind(node: CheckedNode) -> str:
    """The kind of a layer, by which lints know it: importing the class would load its family.

    A class of the user's own has none.
    """
    return "" if isinstance(node.layer, CustomLayer) else node.kind


ModelLint = Callable[[Model], Iterator[Finding]]
DocumentLint = Callable[[Document, Place], Iterator[Finding]]

MODEL_LINTS: dict[str, ModelLint] = {}
"""The lints that look at a checked model, by code."""
DOCUMENT_LINTS: dict[str, DocumentLint] = {}
"""Those that look at a document alone, be it of a model or of blocks for others."""


def model_lint(code: str) -> Callable[[ModelLint], ModelLint]:
    """Register a lint of models."""
    return lambda lint: MODEL_LINTS.setdefault(code, lint)


def document_lint(code: str) -> Callable[[DocumentLint], DocumentLint]:
    """Register a lint of documents."""
    return lambda lint: DOCUMENT_LINTS.setdefault(code, lint)
