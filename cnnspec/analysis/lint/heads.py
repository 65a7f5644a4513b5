"""Lints of outputs: whether the last layer and the loss speak of the same thing."""

from collections.abc import Iterator
from typing import Any

from cnnspec.analysis.lint.base import Finding, Model, kind, model_lint
from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.report import Note
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Output, Ref, SubmodelLayer
from cnnspec.records import Record
from cnnspec.shapes import TensorSpec

KERNELS = frozenset(
    (
        "Dense", "EinsumDense",
        "Conv1D", "Conv2D", "Conv3D",
        "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose",
        "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D",
    )
)  # fmt: skip
"""Layers that end with their argument `activation`, or linearly."""
ACTIVATIONS = {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu"}
"""Layers that are an activation."""
MOVES = frozenset(("Reshape", "Flatten"))
PASSES_ON = frozenset(
    (
        "Identity", "ActivityRegularization", "Dropout", "AlphaDropout", "GaussianDropout",
        "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
    )
)  # fmt: skip
"""Layers that in inference give what they get."""

SOFTMAX = frozenset(("softmax", "sparsemax"))
SIGMOID = frozenset(("sigmoid", "hard_sigmoid", "sparse_sigmoid"))
PROBABILITIES = SOFTMAX | SIGMOID

OVER_CLASSES = frozenset(
    (
        "CategoricalCrossentropy",
        "SparseCategoricalCrossentropy",
        "CategoricalFocalCrossentropy",
        "CategoricalGeneralizedCrossEntropy",
    )
)
YES_OR_NO = frozenset(("BinaryCrossentropy", "BinaryFocalCrossentropy"))
CHOSEN_BY_SHAPES = frozenset(("crossentropy", "ce"))
"""Words for the cross-entropy that fits the shapes."""

FITTING = {
    **dict.fromkeys(OVER_CLASSES, SOFTMAX),
    **dict.fromkeys(YES_OR_NO, SIGMOID),
    "KLDivergence": PROBABILITIES,
}
"""The only activations whose results a loss takes for what they are."""

UNFIT = {
    **dict.fromkeys(
        (
            "MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
            "MeanSquaredLogarithmicError", "LogCosh", "Huber",
        ),
        SOFTMAX,
    ),
    **dict.fromkeys(("Hinge", "SquaredHinge"), PROBABILITIES),
    "Poisson": frozenset(("linear", "tanh")),
    **dict.fromkeys(("Dice", "Tversky"), frozenset(("linear", "tanh", "relu"))),
}  # fmt: skip
"""Activations whose results a loss cannot learn from, or that make little of it."""

TAKES = {
    **dict.fromkeys(OVER_CLASSES, "the probabilities of classes, as softmax gives them"),
    **dict.fromkeys(YES_OR_NO, "independent probabilities, as sigmoid gives them"),
    **dict.fromkeys(("KLDivergence", "Dice", "Tversky"), "probabilities"),
    **dict.fromkeys(("Hinge", "SquaredHinge"), "scores around 0, for labels of -1 and 1"),
    "Poisson": "counts, which are positive",
}


class Head(Record):
    """The layer that gives an output its last activation."""

    node: CheckedNode
    activation: str

    @property
    def said(self) -> str:
        """The activation, in words."""
        return "no activation" if self.activation == "linear" else f"'{self.activation}'"

    def note(self) -> Note:
        """Where the activation is said."""
        place = self.node.node.place / "activation"
        return place.note(f"'{self.node.node.scoped}' has {self.said}", "given")


def head(nodes: dict[str, CheckedNode], ref: Ref) -> Head | None:
    """What gives a tensor its last activation, through what only passes values on.

    None where that is not known, and for an input of the model.
    """
    while (node := nodes.get(ref.node)) is not None:
        layer = node.layer
        if isinstance(layer, SubmodelLayer):
            assert node.submodel is not None
            inner = {each.name: each for each in node.submodel.nodes}
            return head(inner, _output(node.submodel, ref.output).ref)
        activation = last_activation(node)
        if activation is None and not _passes_on(node):
            return None
        if activation is not None and not (activation == "linear" and kind(node) == "Activation"):
            return Head(node, activation)
        ref = node.node.inputs[0]
    return None


def last_activation(node: CheckedNode) -> str | None:
    """The activation along the last axis that a layer ends with; None where that is not known."""
    layer: Any = node.layer
    if kind(node) == "Activation":
        return str(layer.activation)
    if kind(node) == "Softmax" and layer.axis not in (-1, (-1,)):
        return None
    if kind(node) in KERNELS:
        first = getattr(layer, "data_format", None) == "channels_first"
        activation = layer.activation or "linear"
        return None if first and activation in SOFTMAX else str(activation)
    return ACTIVATIONS.get(kind(node))


def _passes_on(node: CheckedNode) -> bool:
    """Whether a node gives the values that it gets, in rows of the same length."""
    if kind(node) in MOVES:
        (output,) = node.outputs.values()
        return last_size(output) is not None and last_size(output) == last_size(node.inputs[0])
    return kind(node) in PASSES_ON


def last_size(tensor: TensorSpec) -> int | None:
    """The size of the last axis, where it is known."""
    return tensor.shape[-1] if tensor.shape else None


def _output(model: CheckedGraph, name: str | None) -> Output:
    outputs = model.graph.outputs
    return next(each for each in outputs if name is None or each.name == name)


class Trained(Record):
    """An output with a loss, and what is known of its last layer."""

    output: Output
    loss: Declaration
    units: int | None
    head: Head | None

    @property
    def kind(self) -> str:
        """The kind of the loss; Keras chooses by the shapes where the word leaves it open."""
        open_word = self.loss.word in CHOSEN_BY_SHAPES
        return "BinaryCrossentropy" if open_word and self.units == 1 else self.loss.kind()

    @property
    def activation(self) -> str | None:
        """The last activation; None where it is not known, or not along the axis of the loss."""
        other_axis = self.from_logits is not None and self.loss.checked("axis") != -1
        return self.head.activation if self.head and not other_axis else None

    @property
    def from_logits(self) -> bool | None:
        """Whether the loss applies the last activation itself; None where no option says so."""
        return getattr(self.loss, "from_logits", None)

    @property
    def is_lone_class(self) -> bool:
        """Whether a single unit stands for several classes."""
        return self.units == 1 and self.kind in OVER_CLASSES

    def finding(
        self, message: str, *notes: Note, at: str | None = None, suggestion: str | None = None
    ) -> Finding:
        """A finding at the loss, with a note on the head."""
        place = self.output.place / "loss"
        known = (self.head.note(),) if self.head and not notes else notes
        return Finding(message, place / at if at else place, "value", known, suggestion)


def trained(model: Model) -> Iterator[Trained]:
    """The outputs that have a loss."""
    for output in model.checked.graph.outputs:
        if output.loss is not None:
            units = last_size(model.checked.outputs[output.name])
            yield Trained(output, output.loss, units, head(model.nodes, output.ref))


@model_lint("loss-activation")
def loss_activation(model: Model) -> Iterator[Finding]:
    """An activation whose results mean something else than what the loss takes.

    Softmax over two classes fits binary cross-entropy: for one-hot labels it is the same.
    """
    for each in trained(model):
        kind, activation = each.kind, each.activation
        if activation is None or each.from_logits or each.is_lone_class or each.head is None:
            continue
        if activation in SOFTMAX and (each.units == 1 or (each.units == 2 and kind in YES_OR_NO)):
            continue
        if activation == "linear" and each.from_logits is False:
            continue
        unfit = (
            activation not in FITTING[kind]
            if kind in FITTING
            else activation in UNFIT.get(kind, ())
        )
        if unfit:
            takes = TAKES.get(kind, "numbers, not the probabilities of classes")
            yield each.finding(
                f"{kind} takes {takes}; '{each.output.name}' ends with {each.head.said}"
            )


@model_lint("logits-without-from-logits")
def logits_without_from_logits(model: Model) -> Iterator[Finding]:
    """A linear layer before a cross-entropy that takes probabilities."""
    for each in trained(model):
        if each.activation != "linear" or each.from_logits is not False or each.is_lone_class:
            continue
        activation = "sigmoid" if each.kind in YES_OR_NO else "softmax"
        message = (
            f"{each.kind} takes probabilities; '{each.output.name}' ends without an activation"
        )
        suggestion = f"give the layer 'activation: {activation}', or the loss 'from_logits: true'"
        yield each.finding(message, suggestion=suggestion)


@model_lint("from-logits-after-activation")
def from_logits_after_activation(model: Model) -> Iterator[Finding]:
    """A loss that applies softmax or sigmoid itself, after a layer that has done so."""
    for each in trained(model):
        if each.from_logits and each.activation in PROBABILITIES and each.head is not None:
            said = f"'{each.output.name}' ends with {each.head.said}"
            message = f"with 'from_logits' {each.kind} takes values before the activation; {said}"
            yield each.finding(message, at="from_logits")


@model_lint("loss-units")
def loss_units(model: Model) -> Iterator[Finding]:
    """One unit for a loss that needs one for each class."""
    for each in trained(model):
        if not each.is_lone_class or each.activation in SOFTMAX:
            continue
        message = f"{each.kind} takes a value for each class; '{each.output.name}' gives one value"
        notes: tuple[Note, ...] = ()
        if each.head is not None:
            node = each.head.node
            place = node.node.place / ("units" if kind(node) == "Dense" else "filters")
            notes = (place.note(f"'{node.node.scoped}' has one unit", "given"),)
        suggestion = "one value tells two classes apart with BinaryCrossentropy"
        yield each.finding(message, *notes, suggestion=suggestion)


@model_lint("softmax-of-one")
def softmax_of_one(model: Model) -> Iterator[Finding]:
    """A softmax whose axis has one value: its result is 1, whatever the model learns."""
    for node in model.checked.nodes:
        sizes = [last_size(output) for output in node.outputs.values()]
        if last_activation(node) in SOFTMAX and sizes == [1]:
            message = f"'{node.node.scoped}' applies softmax to one value, which always gives 1"
            place, suggestion = node.node.place / "activation", "one unit goes with 'sigmoid'"
            yield Finding(message, place, "given", suggestion=suggestion)


@model_lint("activation-twice")
def activation_twice(model: Model) -> Iterator[Finding]:
    """A softmax or sigmoid of what is already the result of one, which evens it out."""
    for node in model.checked.nodes:
        if kind(node) not in ("Activation", "Softmax"):
            continue
        activation, before = last_activation(node), head(model.nodes, node.node.inputs[0])
        if activation in PROBABILITIES and before and before.activation in PROBABILITIES:
            message = f"'{node.node.scoped}' applies '{activation}' to the result of {before.said}"
            yield Finding(message, node.node.place, "kind", [before.note()])


@model_lint("half-precision-output")
def half_precision_output(model: Model) -> Iterator[Finding]:
    """A loss on values that were computed in 16 bits, in which small probabilities are lost."""
    for each in trained(model):
        ref = each.output.ref
        while (node := model.nodes.get(ref.node)) is not None and _moves_values(node):
            ref = node.node.inputs[0]
        dtype = node.outputs[ref.output].dtype if node else None
        if node is not None and dtype in ("float16", "bfloat16"):
            message = f"'{node.node.scoped}' computes the output '{each.output.name}' in {dtype}, which is too coarse for a loss"
            place, suggestion = node.node.place / "dtype", "use 'dtype: float32' for it"
            yield Finding(message, place, "given", suggestion=suggestion)


def _moves_values(node: CheckedNode) -> bool:
    return not isinstance(node.layer, SubmodelLayer) and node.layer.passes_dtype
