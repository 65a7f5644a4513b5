"""Layers that sort values into bins by hash."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import (
    DEFAULT_TYPE,
    INT_TYPES,
    Choice,
    Policy,
    PositiveInt,
    doubled,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import dtype_rules
from cnnspec.layers.base import Example, kind
from cnnspec.layers.dtype_rules import compute_dtype, variable_dtype
from cnnspec.layers.encoding import Encoding, check_counts, encoded
from cnnspec.layers.merging import Merging
from cnnspec.shapes import Shape, text


def _salt(value: Any, _: type[Declaration]) -> int | tuple[int, ...] | None:
    if value is None:
        return None
    listed = isinstance(value, list | tuple)
    if listed and len(value) != 2:
        raise Problem("wrong-type", "")
    for place, item in enumerate(value if listed else (value,)):
        at = (place,) if listed else ()
        if isinstance(item, bool) or not isinstance(item, int):
            raise Problem("wrong-type", "", at)
        if not 0 <= item < 2**63:
            raise Problem("out-of-range", "", at)
    return tuple(value) if listed else value


Salt = Annotated[
    int | tuple[int, ...] | None,
    Checked(
        "a whole number of at least 0, a list of two, or null",
        check=_salt,
        alike=doubled,
    ),
]


def _mask(value: Any, _: type[Declaration]) -> int | str | None:
    if isinstance(value, bool) or not isinstance(value, int | str | None):
        raise Problem("wrong-type", "")
    return value


BinDtype = Annotated[
    str | None,
    Policy(null=lambda call: "int64" if call.output_mode == "int" else DEFAULT_TYPE),
]
Mask = Annotated[
    int | str | None,
    Checked(
        "a whole number, text or null", check=_mask, schema={"type": ["integer", "string", "null"]}
    ),
]


def hashed(layer: "Hashing", shape: Shape) -> Shape:
    """Shape rule as for encoding, but Keras declares `one_hot` correctly only for single values."""
    if layer.output_mode == "one_hot" and (len(shape) < 2 or shape[-1] != 1):
        message = f"Hashing in the mode 'one_hot' takes an input whose last axis has the size 1, not {text(shape)}"
        raise Problem("shape-mismatch", message)
    return encoded(layer, shape)


@kind
class Hashing(Encoding):
    """Sorts values into bins by hash; several values may share a bin."""

    dtype: BinDtype = None
    num_bins: PositiveInt
    """Number of bins."""
    mask_value: Mask = None
    """A value with its own bin, bin 0."""
    salt: Salt = None
    """Key of the hash: SipHash instead of FarmHash is used."""
    takes = dtype_rules.ANYTHING

    shape = hashed
    examples = (
        Example({"num_bins": 5, "output_mode": "multi_hot"}, (None, None), (None, 5)),
        Example({"num_bins": 5}, (None, 3, None), (None, 3, None)),
        Example({"num_bins": 5, "salt": [7, 8], "output_mode": "one_hot"}, (None, 1), (None, 5)),
    )

    def depth(self) -> int:
        """The number of bins."""
        return self.num_bins

    def conflicts(self) -> Iterator[Problem]:
        """Indices of bins are integers."""
        yield from super().conflicts()
        if self.output_mode == "int" and self.dtype not in (None, "int32", "int64"):
            message = "Hashing supports only 'int32' and 'int64' in the mode 'int'"
            yield Problem("conflicting-arguments", message, "dtype")

    def check_dtypes(self, *inputs: str) -> None:
        """Check that the masked value has the type of the input."""
        super().check_dtypes(*inputs)
        check_counts(self, self.output_dtype(*inputs))
        if self.mask_value is not None and self.num_bins > 1:
            is_text, masks_text = inputs[0] == "string", isinstance(self.mask_value, str)
            if is_text is not masks_text or inputs[0] == "bool":
                message = f"'mask_value' of Hashing is not a value of its {inputs[0]} input"
                raise Problem("wrong-dtype", message, "mask_value")

    def output_dtype(self, *inputs: str) -> str:
        """Integers, unless `dtype` is set."""
        if self.output_mode == "int":
            return str(self.meant("dtype"))
        return variable_dtype(self.dtype)


def crossed(layer: "HashedCrossing", first: Shape, second: Shape) -> Shape:
    """Shape rule: one bin for every pair of single values."""
    if len(first) > 2 or (len(first) == 2 and first[-1] != 1) or first != second:
        message = f"HashedCrossing takes two inputs with the shape (batch, 1), not {text(first)} and {text(second)}"
        raise Problem("shape-mismatch", message)
    return encoded(layer, first)


@kind
class HashedCrossing(Encoding, Merging):
    """Sorts pairs of values into bins by the hash of both."""

    hands_masks_on = False
    min_inputs = 2
    max_inputs = 2
    takes = (*INT_TYPES, "string")
    converts = ()
    absent = ("trainable", "activity_regularizer")
    dtype: BinDtype = None
    num_bins: PositiveInt
    """Number of bins."""
    output_mode: Annotated[str, Choice("int", "one_hot")] = "int"

    shape: ClassVar[Callable[..., Shape]] = crossed
    examples = (
        Example(
            {"num_bins": 5, "output_mode": "one_hot"}, [(None, 1), (None, 1)], (None, 5), "int32"
        ),
        Example({"num_bins": 5}, [(None,), (None,)], (None,), "int32"),
    )

    def depth(self) -> int:
        """The number of bins."""
        return self.num_bins

    def output_dtype(self, *inputs: str) -> str:
        """Integers, unless `dtype` is set."""
        return compute_dtype(self.meant("dtype"))
