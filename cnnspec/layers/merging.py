"""Layers that merge several tensors into one."""

from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import FLOAT_TYPES, Axis, Flag, doubled, int_or_ints
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import cost_rules, dtype_rules, merging_rules, reach_rules
from cnnspec.layers.base import Example, Layer, kind


class Merging(Layer):
    """Base class of layers that take a list of inputs."""

    hands_masks_on = True
    max_inputs: ClassVar[int | None] = None
    merges = True


class ElementwiseMerging(Merging):
    """Base class of elementwise merging layers; sizes of 1 are broadcast."""

    takes = dtype_rules.WHOLE

    output_dtype = dtype_rules.calculated
    shape = merging_rules.broadcast
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 26, None, 8), (None, 26, None, 8)], (None, 26, None, 8)),
        Example({}, [(None, 26, 26, 8), (None, 1, 1, 8), (None, 8)], (None, 26, 26, 8)),
    )


@kind
class Add(ElementwiseMerging):
    """Adds its inputs."""


@kind
class Average(ElementwiseMerging):
    """Averages its inputs."""

    output_dtype = dtype_rules.averaged


@kind
class Maximum(ElementwiseMerging):
    """Elementwise maximum of its inputs."""


@kind
class Minimum(ElementwiseMerging):
    """Elementwise minimum of its inputs."""


@kind
class Multiply(ElementwiseMerging):
    """Multiplies its inputs elementwise."""


@kind
class Subtract(ElementwiseMerging):
    """Subtracts the second input from the first."""

    min_inputs = 2
    max_inputs = 2
    examples = (Example({}, [(None, 26, 26, 8), (None, 26, 26, 8)], (None, 26, 26, 8)),)


@kind
class Concatenate(Merging):
    """Concatenates its inputs."""

    axis: Axis = -1
    """Axis to concatenate along."""

    output_dtype = dtype_rules.joined
    shape = merging_rules.concatenate
    reach = reach_rules.side_by_side
    examples = (
        Example({}, [(None, 5408), (None, 784)], (None, 6192)),
        Example({"axis": 1}, [(None, 4, 8), (None, None, 8)], (None, None, 8)),
    )


def _dot_axes(value: Any, declaration: type[Declaration]) -> int | tuple[int, ...]:
    axes = int_or_ints(value, declaration)
    if isinstance(axes, tuple) and len(axes) != 2:
        raise Problem("wrong-type", "")
    return axes


DotAxes = Annotated[
    int | tuple[int, ...],
    Checked("an axis, or a list of one for each input", check=_dot_axes, alike=doubled),
]


@kind
class Dot(Merging):
    """Dot product of two inputs along an axis of each."""

    hands_masks_on = False
    min_inputs = 2
    max_inputs = 2
    axes: DotAxes
    """Axis or axes to multiply along, one per input; the batch axis is not allowed."""
    normalize: Flag = False
    """Whether to normalize the inputs first, which gives their cosine similarity."""

    output_dtype = dtype_rules.multiplied
    shape = merging_rules.dot
    macs = cost_rules.dot
    examples = (
        Example({"axes": 1}, [(None, 8), (None, 8)], (None, 1)),
        Example({"axes": [2, 1]}, [(None, 4, 8), (None, 8, 6)], (None, 4, 6)),
    )

    def computes_on(self) -> tuple[str, ...]:
        """Only floats have a length of 1."""
        return FLOAT_TYPES if self.normalize else self.takes
