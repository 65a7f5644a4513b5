"""Statistics along some axes."""

from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration, Recent
from cnnspec.declarations.fields import FLOAT_TYPES, Axes, Choice, Flag, bounded
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operand, Operation, operation
from cnnspec.operations.number_fields import OptionalAxis
from cnnspec.operations.reductions import Reduction
from cnnspec.shapes import Shape, text


def _shares(whole: int) -> Any:
    def check(value: Any, _: type[Declaration]) -> Any:
        if not isinstance(value, list | tuple):
            return bounded(value, 0, whole)
        if len(value) < 2:  # for one, Keras states another shape than it computes
            raise Problem("wrong-type", "")
        return tuple(bounded(each, 0, whole, (place,)) for place, each in enumerate(value))

    phrase = f"a number from 0 to {whole}, or a list of at least two"
    return Annotated[float | tuple[float, ...], Checked(phrase, check=check)]


class Share(Reduction):
    """Base class of functions that return the values that a share of values does not exceed."""

    q: Any
    """The share, or a list of shares, which become a new first axis."""
    method: Annotated[str, Choice("linear")] = "linear"
    """How to compute a value between two others; in a model, Keras always uses `linear`."""

    reach = Operation.reach

    def result(self, shape: Shape) -> Shape:
        """The shape without the axes; one more in front for a list of shares."""
        shares = (len(self.q),) if isinstance(self.q, tuple) else ()
        return (*shares, *rules.reduced(self, shape))


@operation
class Quantile(Share):
    """The values that a share of the values along some axes does not exceed."""

    recent = (
        Recent(
            "3.14.0",
            "q",
            "a list of shares in ops.quantile",
            lambda call: isinstance(call.q, tuple),
        ),
    )

    q: _shares(1)  # type: ignore[valid-type]
    """The share from 0 to 1, or a list of shares, which become a new first axis."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"q": 0.5, "axis": [1, 2]}, (None, 26, 26, 8), (None, 8)),
        Example({"q": [0.1, 0.9], "axis": -1}, (None, 26, 26, 8), (2, None, 26, 26)),
    )


@operation
class Percentile(Share):
    """The values that a percentage of the values along some axes does not exceed."""

    q: _shares(100)  # type: ignore[valid-type]
    """The percentage, or a list of them, which become a new first axis."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"q": 50, "axis": [1, 2]}, (None, 26, 26, 8), (None, 8)),
        Example({"q": [10, 90], "axis": -1}, (None, 26, 26, 8), (2, None, 26, 26)),
    )


@operation
class Average(Operation):
    """The mean along an axis, weighted."""

    tensors = ("x", "weights")
    optional = ("weights",)
    by_name = ("weights",)
    max_inputs = 2
    held_in = MappingProxyType({"weights": "values_weights"})
    axis: OptionalAxis = None
    """The axis to combine; null for all, the batch axis as well."""
    values_weights: Operand = None
    """The weights, if they are a constant: one for each position of the axis, or for each value."""

    result_type = dtypes.as_float
    operand_type = dtypes.as_float
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis": 1}, (None, 26, 8), (None, 8)),
        Example({"axis": -1, "weights": [1, 2, 1]}, (None, 26, 3), (None, 26)),
        Example({"axis": 1}, [(None, 26, 8), (None, 26, 8)], (None, 8)),
    )

    def result(self, shape: Shape, weights: Shape | None = None) -> Shape:
        """The shape without the axis."""
        axes = rules.axes_of(self, self.axis, shape)
        if weights is not None and not self._match(shape, weights, axes):
            wanted = (
                f"{text(shape)} or {text((shape[axes[0]],))}"
                if self.axis is not None
                else text(shape)
            )
            message = f"the weights of {self.kind()} must be {wanted}, not {text(weights)}"
            raise Problem("shape-mismatch", message, "weights")
        return rules.without(axes, shape, keepdims=False)

    def _match(self, shape: Shape, weights: Shape, axes: tuple[int, ...]) -> bool:
        if rules.match(shape, weights):
            return True
        return self.axis is not None and rules.match((shape[axes[0]],), weights)


@operation
class Moments(Operation):
    """The mean (`name/0`) and the variance (`name/1`) along some axes."""

    axes: Axes
    """The axis or axes to combine."""
    keepdims: Flag = False
    """Whether the axes stay, with a size of 1."""
    synchronized: Flag = False
    """Whether training on several devices combines the values of all of them."""

    takes = (*FLOAT_TYPES, "int32", "int64")
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axes": [1, 2]}, (None, 26, 26, 8), [(None, 8), (None, 8)]),
    )

    def outputs(self) -> tuple[str, ...]:
        """Return the numbers of the results."""
        return ("0", "1")

    def result(self, shape: Shape) -> list[Shape]:
        """The shape without the axes, twice."""
        axes = rules.axes_of(self, self.axes, shape, "axes")
        return [rules.without(axes, shape, self.keepdims)] * 2

    def output_dtype(self, *inputs: str) -> list[str]:
        """Both have the data type of the tensor."""
        return [inputs[0]] * 2
