"""Types of the arguments of operations."""

from typing import Annotated, Any

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import bounded, int_or_ints, listed
from cnnspec.diagnostics.problems import Problem

_WHOLE = {"type": "integer"}
_LIST = {"type": "array", "items": {"anyOf": [_WHOLE, {"$ref": "#/$defs/reference"}]}}


def whole_numbers(value: Any, declaration: type[Declaration]) -> tuple[int, ...]:
    """Check a list of whole numbers, which becomes a tuple."""
    if not isinstance(value, list | tuple):
        raise Problem("wrong-type", "")
    return tuple(listed(int_or_ints(value, declaration)))


class WholeNumbers(Checked):
    """Type of a list of whole numbers, of a minimum and a length if there are any."""

    def __init__(
        self,
        phrase: str,
        *,
        minimum: int | None = None,
        length: int | None = None,
        single: bool = False,
        optional: bool = False,
        same_alone: bool = True,
    ) -> None:
        """Describe the list; `same_alone` is whether one number means a list of it."""

        def check(value: Any, declaration: type[Declaration]) -> Any:
            if value is None and optional:
                return None
            is_one = single and not isinstance(value, list | tuple)
            numbers = whole_numbers([value] if is_one else value, declaration)
            for position, number in enumerate(numbers):
                if minimum is not None and number < minimum:
                    at = () if is_one else (position,)
                    raise Problem("out-of-range", "", at)
            if length is not None and not is_one and len(numbers) != length:
                raise Problem("wrong-type", "")
            return numbers[0] if is_one else numbers

        choices = [_LIST, *([_WHOLE] if single else []), *([{"type": "null"}] if optional else [])]
        schema = {"anyOf": choices} if len(choices) > 1 else _LIST
        super().__init__(
            phrase, check=check, schema=schema, alike=listed if single and same_alone else None
        )


ListOfAxes = Annotated[tuple[int, ...], WholeNumbers("a list of axes")]
OptionalListOfAxes = Annotated[
    tuple[int, ...] | None, WholeNumbers("a list of axes, or null", optional=True)
]
PairOfAxes = Annotated[tuple[int, int], WholeNumbers("a list of two axes", length=2)]
SizesWithRest = Annotated[
    tuple[int, ...], WholeNumbers("a list of sizes, of which one may be -1", minimum=-1)
]
Sizes = Annotated[tuple[int, ...], WholeNumbers("a list of sizes of at least 1", minimum=1)]
PairOfSizes = Annotated[
    tuple[int, int], WholeNumbers("a list of height and width", minimum=1, length=2)
]
Counts = Annotated[
    int | tuple[int, ...],
    WholeNumbers("a whole number of at least 1, or a list of them", minimum=1, single=True),
]
OptionalCounts = Annotated[
    int | tuple[int, ...] | None,
    WholeNumbers(
        "a whole number of at least 1, a list of them, or null",
        minimum=1,
        single=True,
        optional=True,
    ),
]
Sections = Annotated[
    int | tuple[int, ...],
    WholeNumbers(
        "a number of parts, or a list of the indices at which to cut",
        minimum=1,
        single=True,
        same_alone=False,
    ),
]
Shifts = Annotated[
    int | tuple[int, ...], WholeNumbers("a whole number, or a list of them", single=True)
]


def _odd_sizes(value: Any, declaration: type[Declaration]) -> tuple[int, ...]:
    sizes = whole_numbers(value, declaration)
    if len(sizes) != 2:
        raise Problem("wrong-type", "")
    for position, size in enumerate(sizes):
        if size < 1 or size % 2 == 0:
            raise Problem("out-of-range", "", (position,))
    return sizes


OddSizes = Annotated[tuple[int, ...], Checked("a list of two odd sizes", check=_odd_sizes)]


def _positive_numbers(value: Any, _: type[Declaration]) -> tuple[float, ...]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Problem("wrong-type", "")
    for position, number in enumerate(value):
        if bounded(number, 0, at=(position,)) == 0:
            raise Problem("out-of-range", "", (position,))
    return tuple(map(float, value))  # older versions of Keras take no whole ones


PositiveNumbers = Annotated[
    tuple[float, ...], Checked("a list of two numbers above 0", check=_positive_numbers)
]
