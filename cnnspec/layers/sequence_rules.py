"""Rules of recurrent layers and wrappers: shapes, states, and weights of inner layers.

A recurrent layer defines in `step_shapes` what its cell computes in one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Layer, Weight, known
from cnnspec.layers.object_rules import check_weights
from cnnspec.layers.shape_rules import convolve
from cnnspec.records import replace
from cnnspec.shapes import Shape, text

if TYPE_CHECKING:
    from cnnspec.layers.protocols import Convolution
    from cnnspec.layers.sequence_protocols import (
        Cell,
        ConvolutionCell,
        HoldsCell,
        Recurrent,
        Stateful,
        Trainable,
        Wraps,
        WrapsBothWays,
    )

_Result = TypeVar("_Result")

AXES = {
    0: "(batch, steps, features)",
    1: "(batch, steps, length, channels)",
    2: "(batch, steps, height, width, channels)",
    3: "(batch, steps, depth, height, width, channels)",
}


def within(part: str, rule: Callable[..., _Result], *inputs: object) -> _Result:
    """Return the result of a rule of an inner layer; its problems are reported for that argument.

    Raises:
        Problem: the inner layer does not accept the inputs.

    """
    try:
        return rule(*inputs)
    except Problem as problem:
        raise problem.inside(part) from None


def made(layer: Layer, *shapes: Shape) -> tuple[Weight, ...]:
    """Return the weights of an inner layer, checked against its initializers.

    Raises:
        Problem: the inner layer does not accept the inputs or cannot initialize its weights.

    """
    weights = layer.weights(*shapes)
    check_weights(layer, weights)
    return weights


def held(part: str, layer: Trainable, weights: Iterable[Weight]) -> tuple[Weight, ...]:
    """Return the weights of an inner layer as those of the layer that has it as an attribute."""
    return tuple(
        replace(weight.inside(part), trainable=weight.trainable and layer.trainable)
        for weight in weights
    )


def one_of(shape: Shape) -> Shape:
    """Return the shape of one step of a sequence."""
    return (shape[0], *shape[2:])


# recurrent layers


def recur(layer: Recurrent, shape: Shape, *states: Shape) -> Any:
    """A cell is applied to the steps: the last output, or all of them with `return_sequences`.

    With `return_state`, a list: the output, then the last states.
    """
    check_sequence(layer, shape)
    output, kept = layer.step_shapes(one_of(shape))
    check_states(layer, states, layer.state_names(), kept)
    if layer.return_sequences:
        output = (output[0], shape[1], *output[1:])
    return [output, *kept] if layer.return_state else output


def check_sequence(layer: Recurrent, shape: Shape) -> None:
    """Check that a recurrent layer can process a sequence.

    Raises:
        Problem: it has other axes, or a required size is unknown.

    """
    kind, axes = layer.kind(), layer.rank + 3
    if len(shape) != axes:
        message = f"{kind} takes an input with {axes} axes {AXES[layer.rank]}, not {text(shape)}"
        raise Problem("wrong-rank", message)
    if layer.stateful and shape[0] is None:
        message = f"a stateful {kind} needs a fixed batch size, which a spec cannot set"
        raise Problem("unknown-size", message, "stateful")
    if layer.unroll and shape[1] is None:
        message = f"{kind} can be unrolled only over a known number of steps, but its input is {text(shape)}"
        raise Problem("unknown-size", message, "unroll")


def check_states(
    layer: Stateful, given: Sequence[Shape], names: Sequence[str], wanted: Sequence[Shape]
) -> None:
    """Check the initial states that follow the input: all of them, or none.

    Raises:
        Problem: their number is wrong, or one has another shape.

    """
    kind = layer.kind()
    if not given:
        return
    if not layer.states_are_flat():
        message = f"{kind} does not accept initial states if a cell with several states is part of a stack"
        raise Problem("wrong-input-count", message)
    if len(given) != len(names):
        listed = ", ".join(names)
        message = f"{kind} takes all of its states ({listed}) after its input, not {len(given)}"
        raise Problem("wrong-input-count", message)
    for name, has, needs in zip(names, given, wanted, strict=True):
        sizes = zip(has, needs, strict=False)
        if len(has) != len(needs) or any(a != b for a, b in sizes if None not in (a, b)):
            message = f"the state '{name}' of {kind} must be {text(needs)}, not {text(has)}"
            raise Problem("shape-mismatch", message)


def cell_weights(layer: HoldsCell, shape: Shape, *states: Shape) -> tuple[Weight, ...]:
    """The weights of the cell, for as many features as the last axis has."""
    cell = layer.step_cell()
    size = known(shape[-1], -1, shape, layer)
    try:
        weights = cell.gate_weights(size)
        if "cell" in layer.arguments():
            check_weights(cell, weights)
    except Problem as problem:
        raise Problem(problem.code, problem.message, "cell") from None
    return held("cell", cell, weights)


def one_step(cell: Cell, shape: Shape, *states: Shape) -> list[Shape]:
    """A cell used as a layer, on one step: its output, then its states."""
    kind = cell.kind()
    if len(shape) != 2:
        message = f"{kind} takes an input with 2 axes (batch, features), not {text(shape)}"
        raise Problem("wrong-rank", message)
    if cell.drops():
        message = (
            f"{kind} can drop values only as the cell of an RNN; on its own it cannot be trained"
        )
        raise Problem("conflicting-arguments", message)
    wanted = [(shape[0], size) for size in cell.state_sizes().values()]
    check_states(cell, states, list(cell.state_sizes()), wanted)
    return [(shape[0], cell.output_size()), *wanted]


def one_step_weights(cell: Cell, shape: Shape, *states: Shape) -> tuple[Weight, ...]:
    """The weights of a cell, for the features of one step."""
    return cell.gate_weights(known(shape[-1], -1, shape, cell))


def convolve_step(layer: Convolution, step: Shape) -> Shape:
    """A convolution of one step; the sizes of the state must be known.

    Raises:
        Problem: a spatial size is unknown, or the kernel does not fit.

    """
    for axis, size in enumerate(step[1:], start=2):
        if size is None:
            message = f"{layer.kind()} needs to know all sizes of a step, but axis {axis} of its input is unknown"
            raise Problem("unknown-size", message)
    return convolve(layer, step)


def convolution_gates(layer: ConvolutionCell, shape: Shape, *states: Shape) -> tuple[Weight, ...]:
    """Kernels of four gates, for the input and for the state, and a bias."""
    channels = shape[2] if layer.data_format == "channels_first" else shape[-1]
    size, filters = layer.kernel_size, layer.filters
    assert channels is not None  # `convolve_step` has looked
    kernels = (
        Weight("kernel", (*size, channels, 4 * filters)),
        Weight("recurrent_kernel", (*size, filters, 4 * filters)),
    )
    bias = (Weight("bias", (4 * filters,)),) if layer.use_bias else ()
    return held("cell", layer, (*kernels, *bias))


# wrappers


def at_every_step(layer: Wraps, shape: Shape) -> Shape:
    """The inner layer is applied to every step separately; the time axis stays."""
    if len(shape) < 3:
        message = f"{layer.kind()} takes an input with at least 3 axes (batch, steps, ...), not {text(shape)}"
        raise Problem("wrong-rank", message)
    inner = within("layer", layer.layer.shape, one_of(shape))
    return (inner[0], shape[1], *inner[1:])


def weights_of_a_step(layer: Wraps, shape: Shape) -> tuple[Weight, ...]:
    """The weights of the inner layer, which all steps share."""
    weights = within("layer", made, layer.layer, one_of(shape))
    return held("layer", layer.layer, weights)


def as_wrapped(layer: Wraps, shape: Shape) -> Shape:
    """The output shape of the inner layer."""
    inner: Shape = within("layer", layer.layer.shape, shape)
    return inner


def normalized_kernel(layer: Wraps, shape: Shape) -> tuple[Weight, ...]:
    """The kernel, which wrapper and inner layer share, a vector, and the other weights."""
    inner = held("layer", layer.layer, within("layer", made, layer.layer, shape))
    kernel = next(
        (
            weight
            for weight in inner
            if weight.name in ("kernel", "embeddings") and "layer" in weight.places
        ),
        None,
    )
    if kernel is None:
        message = f"{layer.kind()} normalizes a kernel or embeddings, but {layer.layer.kind()} has neither"
        raise Problem("conflicting-arguments", message, "layer")
    return (
        replace(kernel, places=("", *kernel.places)),
        Weight("vector_u", (1, kernel.shape[-1]), trainable=False),
        *(weight for weight in inner if weight is not kernel),
    )


def both_ways(layer: WrapsBothWays, shape: Shape, *states: Shape) -> Any:
    """A forward and a backward layer; their outputs are merged, or both are returned.

    Several results are a list: the output or outputs, then the states of both.
    """
    forward, *kept = _listed(within("layer", layer.layer.shape, shape))
    back = layer.backwards()
    part = "backward_layer" if layer.backward_layer is not None else "layer"
    backward, *kept_back = _listed(within(part, back.shape, shape))
    wanted = layer.layer.step_shapes(one_of(shape))[1]
    differ = forward != backward or kept != kept_back
    if differ or (states and wanted != back.step_shapes(one_of(shape))[1]):
        shown_shapes = [
            " and ".join(map(text, shapes)) for shapes in ((forward, *kept), (backward, *kept_back))
        ]
        message = f"{layer.kind()} needs two layers with the same shapes: {shown_shapes[0]} forwards, {shown_shapes[1]} backwards"
        raise Problem("shape-mismatch", message, part)
    check_states(layer, states, layer.state_names(), (*wanted, *wanted))
    if layer.merge_mode is None:
        return [forward, backward, *kept, *kept_back]
    last = forward[-1]
    if layer.merge_mode == "concat" and last is not None:
        last *= 2
    merged = (*forward[:-1], last)
    return [merged, *kept, *kept_back] if kept else merged


def weights_both_ways(layer: WrapsBothWays, shape: Shape, *states: Shape) -> tuple[Weight, ...]:
    """The weights of the forward layer, then of the backward layer."""
    back = layer.backwards()
    part = "backward_layer" if layer.backward_layer is not None else "layer"
    return (
        *held("forward_layer", layer.layer, within("layer", made, layer.layer, shape)),
        *held("backward_layer", back, within(part, made, back, shape)),
    )


def _listed(shapes: Any) -> list[Shape]:
    return shapes if isinstance(shapes, list) else [shapes]
