"""Normalization layers."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from cnnspec.declarations.declaration import Checked, Declaration, Recent, default
from cnnspec.declarations.fields import (
    FLOAT_TYPES,
    Axes,
    Axis,
    Flag,
    FloatPolicy,
    Number,
    UnitInterval,
    listed,
)
from cnnspec.diagnostics.problems import Problem, shown
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.layers import dtype_rules, reach_rules, shape_rules, weight_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.fields import Constraint, Initializer, Regularizer


class Normalization(Layer):
    """Base class of layers that scale and shift normalized values."""

    hands_masks_on = True
    dtype: FloatPolicy = None
    center: Flag = True
    """Whether to learn an offset (beta)."""
    scale: Flag = True
    """Whether to learn a factor (gamma)."""
    beta_initializer: Initializer = default("zeros")
    gamma_initializer: Initializer = default("ones")
    beta_regularizer: Regularizer = None
    gamma_regularizer: Regularizer = None
    beta_constraint: Constraint = None
    gamma_constraint: Constraint = None
    epsilon: Number = 0.001
    """Small number added to the variance to avoid division by zero."""

    shape = shape_rules.normalize_axes
    weights = weight_rules.scale_and_offset
    reach = reach_rules.along


def _clipping(value: Any, _: type[Declaration]) -> dict[str, float | None] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Problem("wrong-type", "")
    for name, bound in value.items():
        if name not in BOUNDS:
            message = f"'renorm_clipping' has no bound '{name}'"
            suggestion = did_you_mean(str(name), BOUNDS)
            raise Problem("unknown-argument", message, (name,), suggestion=suggestion)
        if bound is not None and (isinstance(bound, bool) or not isinstance(bound, int | float)):
            raise Problem("wrong-type", "", (name,))
    return dict(value)


BOUNDS = ("rmax", "rmin", "dmax")
Clipping = Annotated[
    dict[str, float | None] | None,
    Checked(
        "a mapping of rmax, rmin and dmax, or null",
        check=_clipping,
        null=lambda _: {},
        alike=lambda bounds: {name: each for name, each in bounds.items() if each is not None},
        schema={
            "type": ["object", "null"],
            "properties": {name: {} for name in BOUNDS},
            "additionalProperties": False,
        },
    ),
]


@kind
class BatchNormalization(Normalization):
    """Normalizes over the batch (Ioffe and Szegedy, 2015, arXiv:1502.03167)."""

    axis: Axis = -1
    """Axis with separate statistics, usually the channels."""
    momentum: UnitInterval = 0.99
    """Weight of the old value in the moving statistics."""
    moving_mean_initializer: Initializer = default("zeros")
    moving_variance_initializer: Initializer = default("ones")
    renorm: Flag = False
    """Whether to use batch renormalization (Ioffe, 2017, arXiv:1702.03275)."""
    renorm_clipping: Clipping = None
    renorm_momentum: UnitInterval = 0.99
    synchronized: Flag = False
    """Whether to compute statistics over all replicas."""

    weights = weight_rules.batch_statistics
    reach = reach_rules.pointwise
    examples = (
        Example({}, (None, 26, None, 32), (None, 26, None, 32)),
        Example({"axis": 1, "scale": False}, (None, 4, 26, 26), (None, 4, 26, 26)),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check the bounds of renormalization."""
        bounds = self.renorm_clipping or {}
        smallest, largest = bounds.get("rmin"), bounds.get("rmax")
        if smallest is not None and largest is not None and largest < smallest:
            message = f"'rmax' of {self.kind()} must be at least its 'rmin'"
            yield Problem("conflicting-arguments", message, ("renorm_clipping", "rmax"))
        if (shift := bounds.get("dmax")) is not None and shift < 0:
            message = f"'dmax' of {self.kind()} must be a number of at least 0, not {shown(shift)}"
            yield Problem("out-of-range", message, ("renorm_clipping", "dmax"))


@kind
class LayerNormalization(Normalization):
    """Normalizes each sample separately (Ba et al., 2016, arXiv:1607.06450)."""

    axis: Axes = -1
    """Axis or axes to normalize."""
    recent = (
        Recent(
            "3.14.0",
            "axis",
            "a list of axes that are not in ascending order",
            lambda call: list(listed(call.axis)) != sorted(listed(call.axis)),
        ),
    )

    examples = (
        Example({}, (None, 26, 26, 32), (None, 26, 26, 32)),
        Example({"axis": [2, 1], "center": False}, (None, 4, 6), (None, 4, 6)),
        Example({"axis": [1, -1]}, (None, 4, None, 6), (None, 4, None, 6)),
        Example({"axis": 1, "scale": False, "center": False}, (None, None, 6), (None, None, 6)),
    )


def _groups(value: Any, _: type[Declaration]) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Problem("wrong-type", "")
    if value < 1 and value != -1:
        raise Problem("out-of-range", "")
    return value


Groups = Annotated[
    int,
    Checked(
        "a whole number of at least 1, or -1 for a group of each channel",
        check=_groups,
        schema={"anyOf": [{"type": "integer", "minimum": 1}, {"const": -1}]},
    ),
]


@kind
class GroupNormalization(Normalization):
    """Normalizes groups of channels of each sample (Wu and He, 2018, arXiv:1803.08494)."""

    groups: Groups = 32
    """Number of groups; -1 means one per channel, which is instance normalization."""
    axis: Axis = -1
    """Axis to split into groups, usually the channels."""

    weights = weight_rules.scale_of_groups
    reach = reach_rules.everything
    examples = (
        Example({}, (None, 26, None, 64), (None, 26, None, 64)),
        Example({"groups": 2, "axis": 1, "scale": False}, (None, 4, 8, 8), (None, 4, 8, 8)),
        Example({"groups": -1}, (None, 8), (None, 8)),
    )


@kind
class RMSNormalization(Layer):
    """Divides by the root mean square (Zhang and Sennrich, 2019, arXiv:1910.07467)."""

    takes = FLOAT_TYPES  # Keras rounds the output to other types
    dtype: FloatPolicy = None
    axis: Axes = -1
    """Axis or axes to normalize; they must be the last ones."""
    recent = (
        Recent(
            "3.14.0",
            "axis",
            "RMSNormalization over several axes",
            lambda call: len(listed(call.axis)) > 1,
        ),
    )
    epsilon: Number = 1e-6
    """Small number added to the mean square to avoid division by zero."""

    shape = shape_rules.normalize_last_axes
    weights = weight_rules.scale
    reach = reach_rules.along
    examples = (
        Example({}, (None, None, 8), (None, None, 8)),
        Example({"axis": [2, 1]}, (None, 4, 8), (None, 4, 8)),
    )


@kind
class UnitNormalization(Layer):
    """Scales its input to unit length (Euclidean norm)."""

    hands_masks_on = True
    takes = FLOAT_TYPES
    output_dtype = dtype_rules.kept
    axis: Axes = -1
    """Axis or axes along which the length is 1."""

    shape = shape_rules.normalize_axes
    reach = reach_rules.along
    examples = (
        Example({}, (None, 4, 8), (None, 4, 8)),
        Example({"axis": [1, 2]}, (None, None, 8), (None, None, 8)),
    )
