"""Rules for outputs: whether the last layer matches the loss."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnspec.analysis.lint.base import Finding, Model, model_lint
from cnnspec.diagnostics.report import Note
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Output, Ref, SubmodelLayer
from cnnspec.layers import dtype_rules
from cnnspec.objects.activations import PROBABILITIES, SIGMOID, SOFTMAX
from cnnspec.records import Record
from cnnspec.shapes import TensorSpec

if TYPE_CHECKING:
    from cnnspec.objects.loss import Loss


class Head(Record):
    """The layer with the last activation before an output."""

    node: CheckedNode
    activation: str

    @property
    def said(self) -> str:
        """The activation, in words."""
        return "no activation" if self.activation == "linear" else f"'{self.activation}'"

    def note(self) -> Note:
        """Make a note on the layer with the activation."""
        place = self.node.node.place / "activation"
        return place.note(f"'{self.node.node.scoped}' has {self.said}", "given")


def head(nodes: dict[str, CheckedNode], ref: Ref) -> Head | None:
    """Return the last activation before a tensor, through layers that only pass values on.

    None if it is unknown, and for an input of the model.
    """
    while (node := nodes.get(ref.node)) is not None:
        layer = node.layer
        if isinstance(layer, SubmodelLayer):
            assert node.submodel is not None
            inner = {each.name: each for each in node.submodel.nodes}
            return head(inner, _output(node.submodel, ref.output).ref)
        if not _passes_on(node):
            activation = last_activation(node)
            return None if activation is None else Head(node, activation)
        ref = node.node.inputs[0]
    return None


def last_activation(node: CheckedNode) -> str | None:
    """Return the activation along the last axis that a layer ends with; None if unknown."""
    return None if isinstance(node.layer, SubmodelLayer) else node.layer.last_activation()


def _passes_on(node: CheckedNode) -> bool:
    """Whether a node returns its input values, in rows of the same length."""
    if isinstance(node.layer, SubmodelLayer) or not node.layer.moves_values:
        return not isinstance(node.layer, SubmodelLayer) and node.layer.passes_on()
    before = last_size(node.inputs[0])
    return before is not None and all(last_size(each) == before for each in node.outputs.values())


def last_size(tensor: TensorSpec) -> int | None:
    """Return the size of the last axis, if it is known."""
    return tensor.shape[-1] if tensor.shape else None


def _output(model: CheckedGraph, name: str | None) -> Output:
    outputs = model.graph.outputs
    return next(each for each in outputs if name is None or each.name == name)


class Trained(Record):
    """An output with a loss, and what is known about its last layer."""

    output: Output
    loss: "Loss"
    units: int | None
    head: Head | None

    @property
    def chosen(self) -> "type[Loss]":
        """The declaration of the loss that Keras uses for the shape of the output."""
        return self.loss.chosen(self.units)

    @property
    def kind(self) -> str:
        """The kind of that loss."""
        return self.chosen.kind()

    @property
    def activation(self) -> str | None:
        """Return the last activation; None if it is unknown, or not along the axis of the loss."""
        other_axis = self.from_logits is not None and self.loss.checked("axis") != -1
        return self.head.activation if self.head and not other_axis else None

    @property
    def from_logits(self) -> bool | None:
        """Whether the loss applies the activation itself; None if it has no such option."""
        return getattr(self.loss, "from_logits", None)

    @property
    def is_lone_class(self) -> bool:
        """Whether a single unit stands for several classes."""
        return self.units == 1 and self.chosen.fits == SOFTMAX

    def finding(
        self, message: str, *notes: Note, at: str | None = None, suggestion: str | None = None
    ) -> Finding:
        """Make a warning at the loss, with a note on the last layer."""
        place = self.output.place / "loss"
        known = (self.head.note(),) if self.head and not notes else notes
        return Finding(message, place / at if at else place, "value", known, suggestion)


def trained(model: Model) -> Iterator[Trained]:
    """Return the outputs that have a loss."""
    for output in model.checked.graph.outputs:
        if output.loss is not None:
            units = last_size(model.checked.outputs[output.name])
            yield Trained(output, output.loss, units, head(model.nodes, output.ref))


@model_lint("loss-activation")
def loss_activation(model: Model) -> Iterator[Finding]:
    """An activation that does not match the loss.

    Softmax over two classes matches binary cross-entropy: for one-hot labels it is the same.
    """
    for each in trained(model):
        yield from _activation(each)


def _activation(each: Trained) -> Iterator[Finding]:
    loss, activation = each.chosen, each.activation
    if activation is None or each.from_logits or each.is_lone_class or each.head is None:
        return
    is_one_hot = each.units == 2 and loss.fits == SIGMOID
    if activation in SOFTMAX and (each.units == 1 or is_one_hot):
        return
    if activation == "linear" and each.from_logits is False:
        return
    if activation not in loss.fits if loss.fits else activation in loss.unfit:
        end = f"'{each.output.name}' ends with {each.head.said}"
        yield each.finding(f"{each.kind} takes {loss.takes}, but {end}")


@model_lint("logits-without-from-logits")
def logits_without_from_logits(model: Model) -> Iterator[Finding]:
    """A linear layer before a cross-entropy that takes probabilities."""
    for each in trained(model):
        yield from _logits(each)


def _logits(each: Trained) -> Iterator[Finding]:
    if each.activation != "linear" or each.from_logits is not False or each.is_lone_class:
        return
    activation = "sigmoid" if each.chosen.fits == SIGMOID else "softmax"
    message = (
        f"{each.kind} takes probabilities, but '{each.output.name}' ends without an activation"
    )
    suggestion = f"set 'activation: {activation}' in the layer, or 'from_logits: true' in the loss"
    yield each.finding(message, suggestion=suggestion)


@model_lint("from-logits-after-activation")
def from_logits_after_activation(model: Model) -> Iterator[Finding]:
    """A loss that applies softmax or sigmoid itself, after a layer that already does."""
    for each in trained(model):
        yield from _from_logits(each)


def _from_logits(each: Trained) -> Iterator[Finding]:
    if each.from_logits and each.activation in PROBABILITIES and each.head is not None:
        head = f"'{each.output.name}' ends with {each.head.said}"
        message = f"with 'from_logits' {each.kind} takes values before the activation, but {head}"
        yield each.finding(message, at="from_logits")


@model_lint("loss-units")
def loss_units(model: Model) -> Iterator[Finding]:
    """A single unit for a loss that needs one unit per class."""
    for each in trained(model):
        yield from _units(each)


def _units(each: Trained) -> Iterator[Finding]:
    if not each.is_lone_class or each.activation in SOFTMAX:
        return
    message = f"{each.kind} takes one value per class, but '{each.output.name}' has a single value"
    notes: tuple[Note, ...] = ()
    if each.head is not None:
        node = each.head.node
        place = node.node.place / _size_argument(node)
        notes = (place.note(f"'{node.node.scoped}' has one unit", "given"),)
    suggestion = "for two classes, use BinaryCrossentropy with one value"
    yield each.finding(message, *notes, suggestion=suggestion)


def loss_findings(each: Trained) -> Iterator[Finding]:
    """Yield all warnings about the loss of an output."""
    for rule in (_activation, _logits, _from_logits, _units):
        yield from rule(each)


def _size_argument(node: CheckedNode) -> str:
    """Return the argument that sets the size of the output of a layer."""
    is_dense = not isinstance(node.layer, SubmodelLayer) and "units" in node.layer.arguments()
    return "units" if is_dense else "filters"


@model_lint("softmax-of-one")
def softmax_of_one(model: Model) -> Iterator[Finding]:
    """A softmax over a single value, whose result is always 1."""
    for node in model.checked.nodes:
        sizes = [last_size(output) for output in node.outputs.values()]
        if last_activation(node) in SOFTMAX and sizes == [1]:
            message = (
                f"'{node.node.scoped}' applies softmax to a single value, which always gives 1"
            )
            place, suggestion = node.node.place / "activation", "use 'sigmoid' for one unit"
            yield Finding(message, place, "given", suggestion=suggestion)


@model_lint("activation-twice")
def activation_twice(model: Model) -> Iterator[Finding]:
    """A softmax or sigmoid after another softmax or sigmoid."""
    for node in model.checked.nodes:
        if isinstance(node.layer, SubmodelLayer) or not node.layer.is_activation:
            continue
        activation, before = last_activation(node), head(model.nodes, node.node.inputs[0])
        if activation in PROBABILITIES and before and before.activation in PROBABILITIES:
            message = f"'{node.node.scoped}' applies '{activation}' to the result of {before.said}"
            yield Finding(message, node.node.place, "kind", [before.note()])


@model_lint("half-precision-output")
def half_precision_output(model: Model) -> Iterator[Finding]:
    """A loss on values computed in 16 bits, which cannot represent small probabilities."""
    for each in trained(model):
        ref = each.output.ref
        while (node := model.nodes.get(ref.node)) is not None and _keeps_type(node):
            ref = node.node.inputs[0]
        dtype = node.outputs[ref.output].dtype if node else None
        if node is not None and dtype in ("float16", "bfloat16"):
            message = f"'{node.node.scoped}' computes the output '{each.output.name}' in {dtype}, which is too imprecise for a loss"
            place, suggestion = node.node.place / "dtype", "use 'dtype: float32' for it"
            yield Finding(message, place, "given", suggestion=suggestion)


def _keeps_type(node: CheckedNode) -> bool:
    return (
        not isinstance(node.layer, SubmodelLayer)
        and type(node.layer).output_dtype is dtype_rules.kept
    )
