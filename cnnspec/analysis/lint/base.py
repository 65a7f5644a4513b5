"""The input and output of lint rules, and the two tables that register them."""

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
    """A warning; its code is that of its rule."""

    message: str
    place: Place
    where: Where = "value"
    notes: Sequence[Note] = ()
    suggestion: str | None = None
    replacement: str | None = None
    """What may be meant instead, which is not certain."""


class Model(Record):
    """A checked model, and its document."""

    checked: CheckedGraph
    document: Document

    @property
    def place(self) -> Place:
        """The place of the document."""
        return self.checked.graph.place

    @cached_property
    def nodes(self) -> dict[str, CheckedNode]:
        """The nodes that an output needs, by name."""
        return {node.name: node for node in self.checked.nodes}

    @cached_property
    def sources(self) -> dict[str, Input | Node]:
        """The inputs, and the nodes that an output needs, by name."""
        inputs: dict[str, Input | Node] = {each.name: each for each in self.checked.inputs}
        return inputs | {name: each.node for name, each in self.nodes.items()}

    def source_notes(self, node: CheckedNode) -> tuple[Note, ...]:
        """Return notes on the source of each input of a node."""
        tensors = dict(zip(node.node.inputs, node.inputs, strict=True))
        return tuple(origin(ref, tensor, self.sources[ref.node]) for ref, tensor in tensors.items())


def kind(node: CheckedNode) -> str:
    """Return the kind of a layer; importing its class would load its family.

    Custom classes have no kind.
    """
    return "" if isinstance(node.layer, CustomLayer) else node.kind


ModelLint = Callable[[Model], Iterator[Finding]]
DocumentLint = Callable[[Document, Place], Iterator[Finding]]

MODEL_LINTS: dict[str, ModelLint] = {}
"""Rules that check a model, by code."""
DOCUMENT_LINTS: dict[str, DocumentLint] = {}
"""Rules that check only a document, of a model or of blocks."""


def model_lint(code: str) -> Callable[[ModelLint], ModelLint]:
    """Register a rule for models."""
    return lambda lint: MODEL_LINTS.setdefault(code, lint)


def document_lint(code: str) -> Callable[[DocumentLint], DocumentLint]:
    """Register a rule for documents."""
    return lambda lint: DOCUMENT_LINTS.setdefault(code, lint)
