"""Types of layer arguments."""

from collections.abc import Callable
from typing import Annotated, Any

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.family import call_of
from cnnspec.declarations.fields import Choice, listed
from cnnspec.declarations.import_paths import is_import_path
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.activations import ACTIVATIONS, SAME_FUNCTION
from cnnspec.objects.families import CONSTRAINTS, INITIALIZERS, REGULARIZERS

UNUSABLE = {
    "glu": "'glu' halves the last axis, which Keras does not reflect in its shapes",
    "threshold": "'threshold' needs arguments that a layer cannot give it",
}
"""Activations that no layer can use, with the reason."""


def _activation(value: Any, _: type[Declaration]) -> str | None:
    if isinstance(value, str) and value in UNUSABLE:
        raise Problem("unknown-value", UNUSABLE[value])
    if value is None:
        return None
    if not isinstance(value, str):
        raise Problem("wrong-type", "")
    if value in ACTIVATIONS:
        return SAME_FUNCTION.get(value, value)
    if is_import_path(value):
        return value
    from cnnspec.declarations.hints import word_problem  # not needed for specs without errors

    raise word_problem("activations", value, _USABLE, f"unknown activation '{value}'")


OF_OTHERS = {"$ref": "#/$defs/import_path"}
_USABLE = [name for name in ACTIVATIONS if name not in UNUSABLE]

Activation = Annotated[
    str | None,
    Checked(
        "an activation such as 'relu', or null",
        check=_activation,
        null="linear",
        schema={"anyOf": [{"enum": [*_USABLE, None]}, OF_OTHERS]},
        words_of="activations",
    ),
]
ActivationName = Annotated[
    str,
    Checked(
        "an activation such as 'relu'",
        check=_activation,
        schema={"anyOf": [{"enum": _USABLE}, OF_OTHERS]},
        null="linear",
        words_of="activations",
    ),
]
Initializer = Annotated[Declaration, call_of(INITIALIZERS, optional=False)]
OptionalInitializer = Annotated[Declaration | None, call_of(INITIALIZERS)]
Regularizer = Annotated[Declaration | None, call_of(REGULARIZERS)]
Constraint = Annotated[Declaration | None, call_of(CONSTRAINTS)]
DataFormat = Annotated[
    str | None, Choice("channels_last", "channels_first", None, null="channels_last")
]
PoolingPadding = Annotated[str, Choice("valid", "same")]


def in_any_case(*words: str) -> Choice:
    """Make a type for one of a few words, which Keras converts to lower case."""
    forms = {form: word for word in words for form in (word.upper(), word.capitalize())}
    return Choice(*words, synonyms=forms)


Padding = Annotated[str, in_any_case("valid", "same")]
CausalPadding = Annotated[str, in_any_case("valid", "same", "causal")]


def list_of(schema: dict[str, Any], length: int | None = None) -> dict[str, Any]:
    """JSON Schema of a list whose items may also be parameters."""
    counted = {} if length is None else {"minItems": length, "maxItems": length}
    return {"type": "array", "items": {"anyOf": [schema, {"$ref": "#/$defs/reference"}]}, **counted}


class Sizes(Checked):
    """Type of an argument with one integer per spatial axis; a single number applies to all."""

    optional: bool
    minimum: int

    def __init__(
        self,
        minimum: int,
        *,
        optional: bool = False,
        null: Callable[[Any], tuple[int, ...]] | None = None,
    ) -> None:
        def check(value: Any, declaration: type[Declaration]) -> tuple[int, ...] | None:
            if value is None and optional:
                return None
            listed = isinstance(value, list | tuple)
            items = list(value) if listed else [value] * declaration.rank
            for position, item in enumerate(items):
                at = (position,) if listed else ()
                if isinstance(item, bool) or not isinstance(item, int):
                    raise Problem("wrong-type", "", at)
                if item < minimum:
                    raise Problem("out-of-range", "", at)
            if len(items) != declaration.rank:
                raise Problem("wrong-type", "")
            return tuple(items)

        super().__init__(f"a whole number of at least {minimum}", check=check, null=null)
        object.__setattr__(self, "optional", optional)
        object.__setattr__(self, "minimum", minimum)

    def json_schema(self, declaration: type[Declaration]) -> dict[str, Any]:
        """A number, or one number per spatial axis."""
        number = {"type": "integer", "minimum": self.minimum}
        choices = [number, list_of(number, declaration.rank)]
        return {"anyOf": [*choices, {"type": "null"}] if self.optional else choices}

    def describe(self, declaration: type[Declaration]) -> str:
        """Describe how many numbers the kind takes."""
        rank = declaration.rank
        listed = f", or a list of {rank} of them" if rank > 1 else ""
        return f"{self.phrase}{listed}{', or null' if self.optional else ''}"


Size = Annotated[tuple[int, ...], Sizes(1)]
OptionalSize = Annotated[tuple[int, ...] | None, Sizes(0, optional=True)]
PoolingStrides = Annotated[
    tuple[int, ...] | None, Sizes(1, optional=True, null=lambda call: call.pool_size)
]


def _pairs(value: Any, declaration: type[Declaration]) -> tuple[tuple[int, int], ...]:
    """Normalize a number for all ends, one per axis, or a pair per axis to a pair per axis."""
    rank = declaration.rank
    if not isinstance(value, list | tuple):
        return ((_count(value, ()),) * 2,) * rank
    if len(value) != rank:
        raise Problem("wrong-type", "")
    pairs = []
    for position, item in enumerate(value):
        ends = item if isinstance(item, list | tuple) else (item, item)
        if len(ends) != 2:
            raise Problem("wrong-type", "", (position,))
        pairs.append((_count(ends[0], (position,)), _count(ends[1], (position,))))
    return tuple(pairs)


def _count(value: Any, at: tuple[int, ...]) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Problem("wrong-type", "", at)
    if value < 0:
        raise Problem("out-of-range", "", at)
    return value


_COUNT = {"type": "integer", "minimum": 0}
_PAIR = list_of(_COUNT, 2)
Ends = Annotated[
    tuple[tuple[int, int], ...],
    Checked(
        "a whole number of at least 0, one per axis, or a pair per axis",
        check=_pairs,
        schema={"anyOf": [_COUNT, list_of({"anyOf": [_COUNT, _PAIR]})]},
    ),
]
"""How much is added or cut at both ends of every spatial axis."""


def _both_ends(value: Any, _: type[Declaration]) -> tuple[int, int]:
    if not isinstance(value, list | tuple):
        return (_count(value, ()),) * 2
    if len(value) != 2:
        raise Problem("wrong-type", "")
    return _count(value[0], (0,)), _count(value[1], (1,))


BothEnds = Annotated[
    tuple[int, int],
    Checked(
        "a whole number of at least 0, or a pair of them",
        check=_both_ends,
        schema={"anyOf": [_COUNT, _PAIR]},
    ),
]
"""How much is added or cut at both ends of the only spatial axis."""


def _whole_numbers(value: Any, _: type[Declaration]) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise Problem("wrong-type", "")
    for position, item in enumerate(value):
        if isinstance(item, bool) or not isinstance(item, int):
            raise Problem("wrong-type", "", (position,))
    return tuple(value)


_WHOLE_NUMBERS = list_of({"type": "integer"})
TargetShape = Annotated[
    tuple[int, ...],
    Checked("a list of sizes, of which one may be -1", check=_whole_numbers, schema=_WHOLE_NUMBERS),
]
AxisOrder = Annotated[
    tuple[int, ...],
    Checked("a list of axes, counted from 1", check=_whole_numbers, schema=_WHOLE_NUMBERS),
]


def _noise_shape(value: Any, _: type[Declaration]) -> tuple[int | None, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise Problem("wrong-type", "")
    return tuple(
        None if item is None else _size(item, (position,)) for position, item in enumerate(value)
    )


def _sizes_or_nulls(value: Any, declaration: type[Declaration]) -> int | tuple[int | None, ...]:
    sizes = _noise_shape(value, declaration) if isinstance(value, list | tuple) else None
    return _size(value, ()) if sizes is None else sizes


def _size(value: Any, at: tuple[int, ...]) -> int:
    if _count(value, at) == 0:
        raise Problem("out-of-range", "", at)
    return value  # type: ignore[no-any-return]


_SIZE = {"type": "integer", "minimum": 1}
_SIZES = list_of({"anyOf": [_SIZE, {"type": "null"}]})
SizesOrNulls = Annotated[
    int | tuple[int | None, ...],
    Checked(
        "a size of at least 1, or a list of sizes and nulls",
        check=_sizes_or_nulls,
        schema={"anyOf": [_SIZE, _SIZES]},
        alike=listed,
    ),
]
NoiseShape = Annotated[
    tuple[int | None, ...] | None,
    Checked(
        "a list of sizes and nulls, or null",
        check=_noise_shape,
        schema={"anyOf": [_SIZES, {"type": "null"}]},
    ),
]

OR_SUBMODEL: dict[str, Any] = {
    "anyOf": [
        {"$ref": "#/$defs/layers"},
        {"type": "string"},
        {"type": "object", "maxProperties": 1, "additionalProperties": {"type": "null"}},
    ]
}
"""The JSON Schema of a layer, or of the name of a submodel."""
