"""Functions of every value of a tensor by itself."""

from typing import ClassVar

from cnnspec.layers import reach_rules
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation


class Elementwise(Operation):
    """Base class of functions of every value."""

    result = rules.same
    result_type = dtypes.as_float
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (Example({}, (None, 26, 26, 8), (None, 26, 26, 8)),)


_FLOATS = {
    "Arccos": "The arc cosine in radians.",
    "Arccosh": "The inverse hyperbolic cosine.",
    "Arcsin": "The arc sine in radians.",
    "Arcsinh": "The inverse hyperbolic sine.",
    "Arctan": "The arc tangent in radians.",
    "Arctanh": "The inverse hyperbolic tangent.",
    "Cos": "The cosine of radians.",
    "Cosh": "The hyperbolic cosine.",
    "Exp": "`e` to the power of every value.",
    "Exp2": "2 to the power of every value.",
    "Expm1": "`exp(x) - 1`, exact near 0.",
    "Log": "The natural logarithm.",
    "Log10": "The logarithm to base 10.",
    "Log1p": "`log(1 + x)`, exact near 0.",
    "Log2": "The logarithm to base 2.",
    "Reciprocal": "`1 / x`.",
    "Rsqrt": "`1 / sqrt(x)`.",
    "Sin": "The sine of radians.",
    "Sinh": "The hyperbolic sine.",
    "Sqrt": "The square root.",
    "Tan": "The tangent of radians.",
    "Tanh": "The hyperbolic tangent.",
}
_KEPT = {
    "Abs": "The absolute value.",
    "Absolute": "The absolute value; the same as `ops.abs`.",
    "Negative": "`-x`.",
    "Sign": "-1, 0 or 1, by the sign.",
    "Square": "`x * x`.",
}

for _types, _rule in ((_FLOATS, dtypes.as_float), (_KEPT, dtypes.kept)):
    for _name, _said in _types.items():
        operation(
            type(
                _name,
                (Elementwise,),
                {"__doc__": _said, "__module__": __name__, "result_type": _rule},
            )
        )
