"""Functions of every value of a tensor by itself that return truth values."""

from cnnspec.declarations.fields import FLOAT_TYPES
from cnnspec.layers.dtype_rules import NUMBERS
from cnnspec.operations import dtypes
from cnnspec.operations.base import operation
from cnnspec.operations.elementwise import Elementwise

_OF_FLOATS = {
    "Isfinite": "Whether a value is neither infinite nor NaN.",
    "Isinf": "Whether a value is infinite.",
    "Isnan": "Whether a value is NaN.",
}
_OF_ALL = {
    "Isneginf": "Whether a value is negative infinity.",
    "Isposinf": "Whether a value is positive infinity.",
    "Isreal": "Whether a value has no imaginary part: true, as there are no complex values.",
    "LogicalNot": "Whether a value is 0 or false.",
    "Signbit": "Whether a value is below 0; true for -0.0 as well.",
}

for _words, _takes in ((_OF_FLOATS, FLOAT_TYPES), (_OF_ALL, NUMBERS)):
    for _name, _said in _words.items():
        _facts = {"result_type": dtypes.truth, "takes": _takes}
        operation(type(_name, (Elementwise,), {"__doc__": _said, "__module__": __name__, **_facts}))
