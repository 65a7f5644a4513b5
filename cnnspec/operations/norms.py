"""Norms of vectors and matrices."""

import math
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import bounded
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import NUMBERS
from cnnspec.operations import rules
from cnnspec.operations.base import operation
from cnnspec.operations.number_fields import LARGEST
from cnnspec.operations.reductions import Reduction
from cnnspec.shapes import Shape, text

MATRIX_ORDERS = (None, "fro", "nuc", math.inf, -math.inf, 1, -1, 2, -2)
SINGULAR = ("nuc", 2, -2)
"""The orders that are computed from singular values."""


def _order(value: Any, _: type[Declaration]) -> Any:
    if value is None or value in ("fro", "nuc"):
        return value
    if isinstance(value, float) and math.isinf(value):
        return value
    return bounded(value, -LARGEST, LARGEST)


Order = Annotated[
    float | str | None, Checked("a number, 'fro', 'nuc', .inf, -.inf or null", check=_order)
]


@operation
class Norm(Reduction):
    """The norm of the vectors along an axis, or of the matrices along two axes."""

    ord: Order = None
    """The order; null for the root of the sum of squares."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis": -1}, (None, 26, 26, 8), (None, 26, 26)),
        Example({"ord": 1, "axis": -1, "keepdims": True}, (None, 26, 8), (None, 26, 1)),
        Example({"ord": "fro", "axis": [1, 2]}, (None, 26, 26, 8), (None, 8)),
    )

    def result(self, shape: Shape) -> Shape:
        """The shape without the axes."""
        axes = rules.axes_of(self, self.axis, shape)
        if len(axes) not in (1, 2):
            message = (
                f"{self.kind()} works along one or two axes, not along {len(axes)} of {text(shape)}"
            )
            raise Problem("conflicting-arguments", message, "axis")
        if len(axes) == 1 and isinstance(self.ord, str):
            message = f"'{self.ord}' is a norm of matrices, along two axes"
            raise Problem("conflicting-arguments", message, "ord")
        if len(axes) == 2 and self.ord not in MATRIX_ORDERS:
            message = f"there is no norm of matrices of order {self.ord}"
            raise Problem("conflicting-arguments", message, "ord")
        return rules.without(axes, shape, self.keepdims)

    def computes_on(self) -> tuple[str, ...]:
        """Singular values are not computed of narrow floats."""
        pair = isinstance(self.axis, tuple) and len(self.axis) == 2
        narrow = ("float16", "bfloat16") if pair and self.ord in SINGULAR else ()
        return tuple(dtype for dtype in NUMBERS if dtype not in narrow)
