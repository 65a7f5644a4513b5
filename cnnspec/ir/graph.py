"""The graph of a model, before and after its shapes are known: records, nothing else."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.report import Note
from cnnspec.ir.training import Training
from cnnspec.layers.base import Layer
from cnnspec.records import Record, replace
from cnnspec.shapes import TensorSpec, text
from cnnspec.syntax.places import Place

if TYPE_CHECKING:
    from cnnspec.objects.applications import Network
    from cnnspec.objects.loss import Loss


class Ref(Record):
    """A tensor: the value of an input or node, or one of the outputs of a submodel's call."""

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
        """The name as the spec says it."""
        return self.name


class Output(Record):
    """An output of a model, with what it is trained and measured by."""

    name: str
    ref: Ref
    place: Place
    loss: "Loss | None" = None
    loss_weight: float | None = None
    metrics: tuple[Declaration, ...] = ()

    @property
    def weight(self) -> float:
        """What its loss is multiplied by."""
        return 1.0 if self.loss_weight is None else float(self.loss_weight)


NAMED_WEIGHTS = (".weights.h5", ".keras")
"""How the weights files end that Keras writes today."""


class Application(Record):
    """The network of `keras.applications` that a submodel is."""

    declaration: "Network"
    weights: Path | Literal["imagenet"] | None
    """What its weights come from; None for random ones, and where the submodel names its own."""
    preprocess: bool
    """Whether the submodel takes pixels from 0 to 255, whatever the network takes."""
    scales: bool
    """Whether that takes layers in front of the network."""

    @property
    def file(self) -> Path | None:
        """The weights file, where it holds the names of the layers: a legacy `.h5` does not."""
        has_names = isinstance(self.weights, Path) and self.weights.name.endswith(NAMED_WEIGHTS)
        return self.weights if isinstance(self.weights, Path) and has_names else None


class SubmodelLayer(Record):
    """A whole model used as a layer."""

    key: str
    """Its name in `submodels`."""
    graph: "Graph"
    file: Path | None
    """The spec or Keras file that it is read from; None for one written in place."""
    from_keras: bool
    """Whether that file is a Keras model."""
    until: str | None
    """The layer that it is cut at, if any."""
    weights: Path | None
    """The file that its weights come from: its own, or the Keras file that it is read from."""
    weights_said: bool
    """Whether the spec names a weights file."""
    frozen: bool
    place: Place
    application: Application | None = None


class BlockCall(Record):
    """A call of a block, which was written out in place."""

    kind: str
    """The name of the block."""
    scoped: str
    """The name of the call, with the scopes around it."""
    inputs: tuple[Ref, ...]
    """What its steps start from; empty where that is not known."""
    parameters: Mapping[str, Any]
    """All that its steps see: its own parameters, and those of the file that defines it."""
    own: tuple[str, ...]
    """The names of its own parameters."""
    place: Place
    definition: Place
    caller: "BlockCall | None"
    """The call whose steps this one is among, if any."""


class Node(Record, uncompared=("block",)):
    """A call of a layer."""

    name: str
    """The name of the call; unique in the model."""
    scoped: str
    """The name as the spec says it, with the scopes of blocks."""
    layer: Layer | SubmodelLayer | None
    """None where the call did not check; that has been reported."""
    inputs: tuple[Ref, ...]
    """Empty where they are not known; that has been reported."""
    place: Place
    frozen: bool = False
    shares: str | None = None
    """The earlier node whose layer is called again, if any."""
    block: BlockCall | None = None
    """The innermost block call that it was written out from, if any."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of its outputs where it has several."""
        if isinstance(self.layer, SubmodelLayer):
            names = tuple(output.name for output in self.layer.graph.outputs)
            return names if len(names) > 1 else ()
        return self.layer.outputs() if self.layer else ()

    @property
    def value(self) -> tuple[Ref, ...]:
        """What the name of the step stands for: of a submodel all outputs, of a layer the first."""
        refs = tuple(Ref(self.name, name) for name in self.outputs) or (Ref(self.name),)
        return refs if isinstance(self.layer, SubmodelLayer) else refs[:1]

    @property
    def layer_name(self) -> str:
        """The name of the node whose layer is called."""
        return self.shares or self.name


class Graph(Record):
    """A model, written out: every block, repetition and branch in place."""

    name: str
    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]
    optimizer: Declaration | None
    place: Place
    ignore: tuple[str, ...] = ()
    """The codes of warnings that its spec does not want."""
    training: Training | None = None
    """None where the spec does not say on which data it is trained."""
    weights: Path | None = None
    """The file that the weights of the whole model come from, if any."""


def origin(ref: Ref, tensor: TensorSpec, source: Input | Node) -> Note:
    """Say where an input of a node comes from: the tensor of an input of the model or of a node."""
    name = replace(ref, node=source.scoped)
    return source.place.note(f"the input {text(tensor.shape)} comes from '{name}' here")
