"""Functions of every value of a tensor by itself."""

from typing import ClassVar

from cnnspec.declarations.fields import FLOAT_TYPES, INT_TYPES
from cnnspec.layers import reach_rules
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import NUMBERS, WHOLE
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation


class Elementwise(Operation):
    """Base class of functions of every value."""

    result = rules.same
    result_type = dtypes.as_float
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (Example({}, (None, 26, 26, 8), (None, 26, 26, 8)),)


_SIGNED = ("int8", "int16", "int32", "int64")

_FLOATS = {
    "Angle": "The angle of a complex number: 0, or pi for values below 0.",
    "Arccos": "The arc cosine in radians.",
    "Arccosh": "The inverse hyperbolic cosine.",
    "Arcsin": "The arc sine in radians.",
    "Arcsinh": "The inverse hyperbolic sine.",
    "Arctan": "The arc tangent in radians.",
    "Arctanh": "The inverse hyperbolic tangent.",
    "Ceil": "The smallest whole number that is not below the value, as a float.",
    "Cos": "The cosine of radians.",
    "Cosh": "The hyperbolic cosine.",
    "Exp": "`e` to the power of every value.",
    "Expm1": "`exp(x) - 1`, exact near 0.",
    "Fabs": "The absolute value, as a float.",
    "Floor": "The largest whole number that is not above the value, as a float.",
    "Log": "The natural logarithm.",
    "Log10": "The logarithm to base 10.",
    "Log1p": "`log(1 + x)`, exact near 0.",
    "Log2": "The logarithm to base 2.",
    "Sin": "The sine of radians.",
    "Sinc": "`sin(pi x) / (pi x)`, 1 at 0.",
    "Sinh": "The hyperbolic sine.",
    "Sqrt": "The square root.",
    "Tan": "The tangent of radians.",
    "Tanh": "The hyperbolic tangent.",
}
_WIDE_FLOATS = {
    "Cbrt": "The cube root.",
    "Deg2rad": "Degrees in radians.",
    "I0": "The modified Bessel function of the first kind, of order 0.",
    "Rad2deg": "Radians in degrees.",
}
_KEPT = {
    "Abs": "The absolute value.",
    "Absolute": "The absolute value; the same as `ops.abs`.",
    "Conj": "The complex conjugate: every value as it is, as there are no complex ones.",
    "Conjugate": "The complex conjugate; the same as `ops.conj`.",
    "Copy": "Every value as it is.",
    "Erf": "The error function.",
    "Erfc": "`1 - erf(x)`.",
    "Erfinv": "The inverse of the error function.",
    "Imag": "The imaginary part: 0, as there are no complex values.",
    "Negative": "`-x`.",
    "Real": "The real part: every value as it is, as there are no complex ones.",
    "Reciprocal": "`1 / x`.",
    "Rsqrt": "`1 / sqrt(x)`.",
    "Sign": "-1, 0 or 1, by the sign.",
    "Trunc": "The value without its fraction.",
}
_RULES = ((_FLOATS, dtypes.as_float), (_WIDE_FLOATS, dtypes.wide_float), (_KEPT, dtypes.kept))
_TAKES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("Conj", "Conjugate", "Real"), WHOLE),
    **dict.fromkeys(("Deg2rad", "Rad2deg"), tuple(dtype for dtype in NUMBERS if dtype != "uint64")),
    **dict.fromkeys(("Erf", "Erfc", "Erfinv", "Reciprocal", "Rsqrt"), FLOAT_TYPES),
    "I0": tuple(dtype for dtype in NUMBERS if dtype != "bfloat16"),
    "Negative": (*FLOAT_TYPES, *_SIGNED),
    "Sign": tuple(dtype for dtype in WHOLE if dtype != "uint64"),
}

_ACTIVATIONS = {"Exp": "exponential", "Tanh": "tanh"}
_STEPS = ("Ceil", "Floor", "Trunc")
"""The functions whose slopes are 0 wherever they have one."""
_PASSING = ("Conj", "Conjugate", "Copy", "Real")

for _words, _rule in _RULES:
    for _name, _said in _words.items():
        _facts = {
            "result_type": _rule,
            "takes": _TAKES.get(_name, NUMBERS),
            "function": _ACTIVATIONS.get(_name),
            "passes_values_on": _name in _PASSING,
            "stops_gradient": _name in _STEPS,
        }
        operation(type(_name, (Elementwise,), {"__doc__": _said, "__module__": __name__, **_facts}))


@operation
class Exp2(Elementwise):
    """2 to the power of every value."""

    takes = ("float32", *INT_TYPES, "bool")


@operation
class Square(Elementwise):
    """`x * x`."""

    result_type = dtypes.counted


@operation
class StopGradient(Elementwise):
    """Every value as it is; training does not pass gradients on through it."""

    tensors = ("variable",)
    stops_gradient = True
    passes_values_on = True
    result_type = dtypes.kept
