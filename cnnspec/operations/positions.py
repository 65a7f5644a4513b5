"""Functions that return positions along an axis."""

from typing import Any, ClassVar

from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import Flag
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.operations.number_fields import OptionalAxis


class Extremum(Operation):
    """Base class of functions that find the largest or smallest value along an axis."""

    axis: OptionalAxis = None
    """The axis to search; null for all values in a row, those of other samples as well."""
    keepdims: Flag = False
    """Whether the axis stays, with a size of 1."""

    result = rules.reduced
    result_type = dtypes.positions
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis": -1}, (None, 26, 26, 8), (None, 26, 26)),
        Example({"axis": 1, "keepdims": True}, (None, 26, 8), (None, 1, 8)),
    )


_EXTREMA = {
    "Argmax": "The position of the largest value along an axis.",
    "Argmin": "The position of the smallest value along an axis.",
    "Nanargmax": "The position of the largest value along an axis, of what is not NaN.",
    "Nanargmin": "The position of the smallest value along an axis, of what is not NaN.",
}
for _name, _said in _EXTREMA.items():
    _facts: dict[str, Any] = {"__doc__": _said, "__module__": __name__}
    if _name in ("Argmax", "Argmin"):  # the others are newer
        _what = f"'keepdims' of ops.{_name.lower()}"
        _facts["recent"] = (Recent("3.14.0", "keepdims", _what, lambda call: call.keepdims),)
    operation(type(_name, (Extremum,), _facts))


@operation
class Argsort(Operation):
    """The positions that would sort the values along an axis."""

    recent = (
        Recent(
            "3.15.0",
            "axis",
            "ops.argsort of an unknown number of values in a row",
            lambda call, shape: call.axis is None and None in shape,
            by_inputs=True,
        ),
    )

    axis: OptionalAxis = -1
    """The axis to sort; null for all values in a row, those of other samples as well."""

    result = rules.along_one
    result_type = dtypes.positions
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 26, 26, 8), (None, 26, 26, 8)),
        Example({"axis": 1}, (None, 26, 8), (None, 26, 8)),
    )


@operation
class Sort(Operation):
    """The values in ascending order along an axis."""

    recent = (
        Recent(
            "3.14.0",
            "axis",
            "ops.sort without an axis",
            lambda call: call.axis is None,
        ),
    )

    axis: OptionalAxis = -1
    """The axis to sort; null for all values in a row, those of other samples as well."""

    result = rules.along_one
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = Argsort.examples
