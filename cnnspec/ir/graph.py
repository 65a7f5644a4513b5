"""The graph of a model, before and after shape inference: only data."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.report import Note
from cnnspec.ir.training import Training
from cnnspec.layers.base import Layer
from cnnspec.records import Record, replace
from cnnspec.shapes import TensorSpec, text
from cnnspec.syntax.places import Place

if TYPE_CHECKING:
    from cnnspec.ir.expectations import Expectations
    from cnnspec.objects.applications import Network
    from cnnspec.objects.loss import Labels, Loss
    from cnnspec.objects.metric import Metric


class Ref(Record):
    """A reference to a tensor: the value of an input or node, or an output of a call."""

    node: str
    output: str | None = None

    def __str__(self) -> str:
        return self.node if self.output is None else f"{self.node}/{self.output}"


class Input(Record):
    """An input of a model."""

    name: str
    tensor: TensorSpec
    place: Place

    @property
    def scoped(self) -> str:
        """The name in the spec."""
        return self.name


class Output(Record):
    """An output of a model, with its loss and metrics."""

    name: str
    ref: Ref
    place: Place
    loss: "Loss | None" = None
    loss_weight: float | None = None
    metrics: "tuple[Metric, ...]" = ()
    classes: tuple[str, ...] = ()
    """The names of its classes in the order of their numbers, if the spec has them."""

    @property
    def weight(self) -> float:
        """The weight of its loss."""
        return 1.0 if self.loss_weight is None else float(self.loss_weight)

    @property
    def has_target(self) -> bool:
        """Whether its loss or its metrics compare it with a target."""
        return self.loss is not None or bool(self.metrics)

    def labels_for(self, size: int | None) -> "tuple[Labels, ...]":
        """Return what it takes as labels, for predictions of this size along the last axis.

        Without a loss, the metrics decide.
        """
        if self.loss is not None:
            return self.loss.labels_for(size)
        return tuple(dict.fromkeys(form for each in self.metrics for form in each.labels_for(size)))


NAMED_WEIGHTS = (".weights.h5", ".keras")
"""The suffix of weights files written by current versions of Keras."""


class Application(Record):
    """The network of `keras.applications` that a submodel is."""

    declaration: "Network"
    weights: Path | Literal["imagenet"] | None
    """The source of its weights; None for random ones, and if the submodel has a weights file."""
    preprocess: bool
    """Whether the submodel takes pixels from 0 to 255."""
    scales: bool
    """Whether that requires layers in front of the network."""

    @property
    def file(self) -> Path | None:
        """Return the weights file if it stores the names of layers; a legacy `.h5` does not."""
        has_names = isinstance(self.weights, Path) and self.weights.name.endswith(NAMED_WEIGHTS)
        return self.weights if isinstance(self.weights, Path) and has_names else None


class SubmodelLayer(Record):
    """A model used as a layer."""

    key: str
    """Its name in `submodels`."""
    graph: "Graph"
    file: Path | None
    """The spec or Keras file that it is read from; None if it is written in place."""
    from_keras: bool
    """Whether that file is a Keras model."""
    until: tuple[str, ...]
    """The layers that it is cut at, as its spec names them; empty if it is whole."""
    weights: Path | None
    """The file of its weights: a weights file, or the Keras file that it is read from."""
    weights_said: bool
    """Whether the spec names a weights file."""
    frozen: bool
    place: Place
    application: Application | None = None
    every_step: Layer | None = None
    """The `TimeDistributed` that applies it to every step of a sequence, around a stand-in; if any."""


class BlockCall(Record):
    """A call of a block that was expanded."""

    kind: str
    """The name of the block."""
    scoped: str
    """The name of the call, with the scopes around it."""
    inputs: tuple[Ref, ...]
    """The tensors that its steps start from; empty if unknown."""
    parameters: Mapping[str, Any]
    """All parameters that its steps see: its own and those of its file."""
    own: tuple[str, ...]
    """The names of its own parameters."""
    place: Place
    definition: Place
    caller: "BlockCall | None"
    """The enclosing block call, if any."""


class Node(Record, uncompared=("block",)):
    """A call of a layer."""

    name: str
    """The name of the call; unique in the model."""
    scoped: str
    """The name in the spec, with the scopes of blocks."""
    layer: Layer | SubmodelLayer | None
    """None if the call has errors, which were reported."""
    inputs: tuple[Ref, ...]
    """Empty if unknown after an error, which was reported."""
    place: Place
    frozen: bool = False
    shares: str | None = None
    """The earlier node whose layer is called again, if any."""
    block: BlockCall | None = None
    """The innermost block call that it belongs to, if any."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Return the names of its outputs if there are several."""
        if isinstance(self.layer, SubmodelLayer):
            names = tuple(output.name for output in self.layer.graph.outputs)
            return names if len(names) > 1 else ()
        return self.layer.outputs() if self.layer else ()

    @cached_property
    def value(self) -> tuple[Ref, ...]:
        """Return the value of the step: the first output of a layer, all of others."""
        refs = tuple(Ref(self.name, name) for name in self.outputs) or (Ref(self.name),)
        return refs[:1] if isinstance(self.layer, Layer) and not self.is_operation else refs

    @property
    def is_operation(self) -> bool:
        """Whether it calls a function of keras.ops."""
        return isinstance(self.layer, Layer) and self.layer.is_operation

    @property
    def blocks(self) -> tuple[BlockCall, ...]:
        """The block calls that it was written out from, the outermost first."""
        calls, call = [], self.block
        while call is not None:
            calls.append(call)
            call = call.caller
        return tuple(reversed(calls))

    @property
    def scopes(self) -> tuple[tuple[str, str], ...]:
        """The name, with the scopes around it, and the block of each scope; the outermost first."""
        names = self.scoped.split("/")[:-1]
        kinds = [call.kind for call in self.blocks]
        kinds += ["block"] * (len(names) - len(kinds))
        scoped = ("/".join(names[: depth + 1]) for depth in range(len(names)))
        return tuple(zip(scoped, kinds, strict=False))

    @property
    def layer_name(self) -> str:
        """Return the name of the node whose layer is called."""
        return self.shares or self.name


class Graph(Record, uncompared=("values",)):
    """A model after expansion of blocks, repetitions and branches."""

    name: str
    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]
    optimizer: Declaration | None
    place: Place
    ignore: tuple[str, ...] = ()
    """The codes of warnings that its spec ignores."""
    training: Training | None = None
    """None if the spec has no training data."""
    weights: Path | None = None
    """The weights file of the whole model, if any."""
    unused: tuple[SubmodelLayer, ...] = ()
    """The submodels from specs that no step calls, which are checked as well."""
    expectations: "Expectations | None" = None
    """What its spec says must hold of it, if anything."""
    values: Mapping[str, tuple[Ref, ...]] = MappingProxyType({})
    """The tensors of names that are not layers: of block calls and of repeated steps."""
    is_broken: bool = False
    """Whether it lacks steps because of errors, which may be reported with the spec around it."""


def origin(ref: Ref, tensor: TensorSpec, source: Input | Node) -> Note:
    """Make a note on the source of an input of a node: an input of the model, or a node."""
    name = replace(ref, node=source.scoped)
    return source.place.note(f"the input {text(tensor.shape)} comes from '{name}' here")
