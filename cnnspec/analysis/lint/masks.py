"""The rule for masks that operations drop, as Keras does."""

from collections.abc import Iterator, Sequence

from cnnspec.analysis.lint.base import Finding, Model, kind, model_lint
from cnnspec.analysis.lint.shapes import ELEMENTWISE
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Ref, SubmodelLayer
from cnnspec.records import Record
from cnnspec.shapes import UNKNOWN, Shape
from cnnspec.syntax.places import Place

MERGES = ELEMENTWISE
"""Layers that pass on a mask only if all inputs have one."""
ATTENTION = ("Attention", "AdditiveAttention", "GroupQueryAttention", "MultiHeadAttention")
RECURRENT = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "LSTM", "RNN", "SimpleRNN")
READERS = frozenset((*ATTENTION, *RECURRENT, "Bidirectional", "GlobalAveragePooling1D"))
"""Layers that compute something else without a mask."""


class _Mask(Record):
    """The mask of a tensor."""

    maker: CheckedNode
    lost: CheckedNode | None = None
    """The operation that dropped it."""
    reader: CheckedNode | None = None
    """The first layer that would have read it."""


@model_lint("lost-mask")
def lost_mask(model: Model) -> Iterator[Finding]:
    """An operation that drops the mask of a sequence, which a layer below it needs."""
    found: dict[str, _Mask] = {}
    _followed(model.checked, [None] * len(model.checked.inputs), found)
    for mask in found.values():
        operation, reader = mask.lost, mask.reader
        assert operation is not None
        assert reader is not None
        maker = mask.maker.node
        places = maker.place, operation.node.place, reader.node.place
        if all(_is_elsewhere(place, model.place) for place in places):
            continue  # which is said where that file is read by itself
        message = (
            f"{operation.kind} drops the mask of '{maker.scoped}', which '{reader.node.scoped}' "
            "below needs, so it does not ignore the masked steps"
        )
        notes = (
            maker.place.note(f"'{maker.scoped}' makes the mask", "kind"),
            reader.node.place.note(f"'{reader.node.scoped}' gets no mask", "kind"),
        )
        suggestion = "layers pass masks on, such as Rescaling, Add, Multiply and Activation"
        yield Finding(message, operation.node.place, "kind", notes, suggestion)


def _is_elsewhere(place: Place, model: Place) -> bool:
    """Whether a place is in another file than the model."""
    return bool(place.source and model.source and place.source.name != model.source.name)


def _followed(
    checked: CheckedGraph, inputs: Sequence[_Mask | None], found: dict[str, _Mask]
) -> list[_Mask | None]:
    """Return the masks of the outputs of a model; collect those that are lost, by operation."""
    masks: dict[Ref, _Mask | None] = {
        Ref(each.name): mask for each, mask in zip(checked.inputs, inputs, strict=True)
    }
    for node in checked.nodes:
        given = [masks.get(ref) for ref in node.node.inputs]
        outputs: Sequence[_Mask | None] = [_after(node, given, found)]
        if node.submodel is not None and node.every_step is None:
            outputs = _followed(node.submodel, given, found)
        for name, mask in zip(node.outputs, outputs, strict=False):
            masks[Ref(node.name, name)] = mask
    return [masks.get(each.ref) for each in checked.graph.outputs]


def _after(
    node: CheckedNode, given: Sequence[_Mask | None], found: dict[str, _Mask]
) -> _Mask | None:
    """Return the mask of the output of a layer or an operation."""
    layer, masks = node.layer, [each for each in given if each is not None]
    if isinstance(layer, SubmodelLayer):
        return None
    if node.is_operation:
        kept = [each for each in masks if _keeps_steps(node, given)]
        return next(iter(_lost(kept)), None) or (_Mask(kept[0].maker, node) if kept else None)
    if kind(node) in READERS:
        for mask in _lost(masks):
            if mask.lost is not None:
                found.setdefault(mask.lost.node.scoped, _Mask(mask.maker, mask.lost, node))
    if layer.makes_mask():
        return _Mask(node)
    if not layer.hands_masks_on or not _returns_sequence(node) or not masks:
        return None
    if kind(node) in MERGES:
        return next(iter(_lost(masks)), masks[0]) if len(masks) == len(given) else None
    if kind(node) == "Concatenate":
        return next((each for each in masks if each.lost is None), masks[0])
    return given[0]


def _lost(masks: Sequence[_Mask]) -> list[_Mask]:
    return [each for each in masks if each.lost is not None]


def _returns_sequence(node: CheckedNode) -> bool:
    """Whether the output has the steps of the input, so that a mask fits it."""
    output = next(iter(node.outputs.values())).shape
    return kind(node) not in READERS or _steps(output) == _steps(node.inputs[0].shape)


def _keeps_steps(node: CheckedNode, given: Sequence[_Mask | None]) -> bool:
    """Whether the result of an operation has the steps of its masked inputs."""
    output = next(iter(node.outputs.values())).shape
    return all(
        _steps(tensor.shape) == _steps(output)
        for tensor, mask in zip(node.inputs, given, strict=True)
        if mask is not None
    )


def _steps(shape: Shape) -> Shape | None:
    """Return the sizes of the batch and of the steps; None if there are no steps."""
    return None if shape is UNKNOWN or len(shape) < 3 else shape[:2]
