"""Normalization layers."""

from typing import Annotated

from cnnspec.declarations import Expects, default
from cnnspec.fields import Axes, Axis, Flag, Number, UnitInterval
from cnnspec.layers import shape_rules, weight_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.fields import Constraint, Initializer, Regularizer


class Normalization(Layer):
    """What scales and shifts normalized values."""

    center: Flag = True
    """Whether an offset (beta) is learned."""
    scale: Flag = True
    """Whether a factor (gamma) is learned."""
    beta_initializer: Initializer = default("zeros")
    gamma_initializer: Initializer = default("ones")
    beta_regularizer: Regularizer = None
    gamma_regularizer: Regularizer = None
    beta_constraint: Constraint = None
    gamma_constraint: Constraint = None
    epsilon: Number = 0.001
    """Added to the variance, against division by zero."""

    shape = shape_rules.normalize_axes
    weights = weight_rules.scale_and_offset


Clipping = Annotated[dict[str, float] | None, Expects("a mapping of rmax, rmin and dmax, or null")]


@kind
class BatchNormalization(Normalization):
    """Normalizes over the batch (Ioffe and Szegedy, 2015, arXiv:1502.03167)."""

    axis: Axis = -1
    """The axis that keeps its own statistics, usually the channels."""
    momentum: UnitInterval = 0.99
    """Share of the old value in the moving statistics."""
    moving_mean_initializer: Initializer = default("zeros")
    moving_variance_initializer: Initializer = default("ones")
    renorm: Flag = False
    """Batch renormalization (Ioffe, 2017, arXiv:1702.03275)."""
    renorm_clipping: Clipping = None
    renorm_momentum: UnitInterval = 0.99
    synchronized: Flag = False
    """Whether the statistics are those of all replicas."""

    weights = weight_rules.batch_statistics
    examples = (
        Example({}, (None, 26, None, 32), (None, 26, None, 32)),
        Example({"axis": 1, "scale": False}, (None, 4, 26, 26), (None, 4, 26, 26)),
    )


@kind
class LayerNormalization(Normalization):
    """Normalizes every sample by itself (Ba et al., 2016, arXiv:1607.06450)."""

    axis: Axes = -1
    """The axis or axes that are normalized."""

    examples = (
        Example({}, (None, 26, 26, 32), (None, 26, 26, 32)),
        Example({"axis": [2, 1], "center": False}, (None, 4, 6), (None, 4, 6)),
    )
