"""Generates random values for the arguments of a kind from their declared types."""

import re
from collections.abc import Callable, Mapping
from random import Random
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt

from cnnspec.declarations.declaration import Declaration, Expects
from cnnspec.declarations.family import Family
from cnnspec.declarations.fields import (
    Axes,
    Axis,
    Choice,
    Dtype,
    DtypePolicy,
    OptionalAxes,
    OptionalInt,
    Seed,
)
from cnnspec.diagnostics.problems import Problems
from cnnspec.layers.base import LAYERS
from cnnspec.layers.fields import (
    Activation,
    ActivationName,
    AxisOrder,
    Ends,
    OptionalSize,
    PoolingStrides,
    Size,
    TargetShape,
)
from cnnspec.layers.hashing import BinDtype
from cnnspec.layers.preprocessing import KeptAxes
from cnnspec.objects.activations import ACTIVATIONS
from cnnspec.objects.families import CONSTRAINTS, INITIALIZERS, REGULARIZERS

Draw = Callable[[Random, type[Declaration]], Any]
"""Makes a value for an argument of a kind."""

FAMILIES: dict[str, Family] = {
    family.noun: family for family in (LAYERS, INITIALIZERS, REGULARIZERS, CONSTRAINTS)
}

SMALL = (1, 1, 2, 2, 3, 3, 4, 5, 6, 8)
AXES = (-1, -1, -2, -3, 1, 1, 2, 3, 0, 4)


def _sizes(least: int, most: int, *, optional: bool = False) -> Draw:
    """Return one number for all spatial axes, or one per axis."""

    def draw(rng: Random, declaration: type[Declaration]) -> Any:
        if optional and rng.random() < 0.2:
            return None
        if rng.random() < 0.4 or not declaration.rank:
            return rng.randint(least, most)
        return [rng.randint(least, most) for _ in range(declaration.rank)]

    return draw


def _ends(rng: Random, declaration: type[Declaration]) -> Any:
    rank = declaration.rank
    form = rng.randrange(3)
    if form == 0:
        return rng.randint(0, 3)
    if form == 1 or rank == 0:
        return [rng.randint(0, 3) for _ in range(rank)]
    return [[rng.randint(0, 3), rng.randint(0, 3)] for _ in range(rank)]


def _axes(*, optional: bool = False) -> Draw:
    def draw(rng: Random, _: type[Declaration]) -> Any:
        if optional and rng.random() < 0.2:
            return None
        if rng.random() < 0.5:
            return rng.choice(AXES)
        return [rng.choice(AXES) for _ in range(rng.randint(1, 3))]

    return draw


def _axis_order(rng: Random, _: type[Declaration]) -> Any:
    order = list(range(1, rng.randint(1, 4) + 1))
    rng.shuffle(order)
    return order if rng.random() < 0.9 else [*order[:-1], rng.randint(0, 5)]


def _target_shape(rng: Random, _: type[Declaration]) -> Any:
    return [rng.choice((-1, 1, 2, 3, 4, 6, 7, 8, 12)) for _ in range(rng.randint(1, 4))]


def _choice(*values: Any) -> Draw:
    return lambda rng, _: rng.choice(values)


BY_TYPE: dict[Any, Draw] = {
    Size: _sizes(1, 4),
    OptionalSize: _sizes(0, 2, optional=True),
    PoolingStrides: _sizes(1, 3, optional=True),
    Ends: _ends,
    Axis: _choice(*AXES),
    Axes: _axes(),
    OptionalAxes: _axes(optional=True),
    KeptAxes: _axes(optional=True),
    AxisOrder: _axis_order,
    TargetShape: _target_shape,
    Activation: _choice(None, *ACTIVATIONS),
    ActivationName: _choice(*ACTIVATIONS),
    DtypePolicy: _choice("float16", "float64", "bfloat16", "mixed_float16", "int32", None),
    BinDtype: _choice("float16", "float64", "bfloat16", "mixed_float16", "int32", None),
    Dtype: _choice("float16", "float32", "int32", "bool", None),
    OptionalInt: _choice(None, 0, 7),
    Seed: _choice(None, 0, 7),
}
"""Values for a type of arguments, if it does not define them itself."""

BY_NAME: dict[str, Draw] = {
    "strides": _sizes(1, 3),
    "dilation_rate": _choice(1, 1, 1, 2),
    "units": _choice(*SMALL),
    "filters": _choice(*SMALL),
    "noise_shape": lambda rng, _: [rng.choice((None, 1, 2)) for _ in range(rng.randint(1, 4))],
    "axes": lambda rng, _: (
        rng.choice(AXES) if rng.random() < 0.5 else [rng.choice(AXES), rng.choice(AXES)]
    ),
}
"""Values for an argument by name, in any kind; these take precedence over types."""


def value_of(declaration: type[Declaration], name: str, rng: Random) -> Any:
    """Return a value for an argument: usually a valid one, sometimes at or beyond a limit."""
    hint = declaration.arguments()[name]
    if name in BY_NAME and rng.random() < 0.9:
        return BY_NAME[name](rng, declaration)
    return _of_type(hint, declaration, name, rng)


def _of_type(hint: Any, declaration: type[Declaration], name: str, rng: Random) -> Any:
    if hint in BY_TYPE:
        return BY_TYPE[hint](rng, declaration)
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        for note in notes:
            if isinstance(note, Choice):
                return _word(note, rng)
        for note in notes:
            if isinstance(note, Expects) and (family := family_of(note)) is not None:
                nothing = "or null" in note.phrase and rng.random() < 0.3
                return None if nothing else call_of(family, rng)
        if inner in (int, float):
            return _number(inner, notes, rng)
        if _is_plain(inner):
            return _of_type(inner, declaration, name, rng)
        return _known_value(declaration, name, rng)
    if get_origin(hint) in (Union, UnionType):
        return _of_type(rng.choice(get_args(hint)), declaration, name, rng)
    if hint in (int, float):
        return _number(hint, [], rng)
    if hint is bool:
        return rng.random() < 0.5
    if hint is type(None):
        return None
    return _known_value(declaration, name, rng)


def _is_plain(hint: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return all(_is_plain(part) or get_origin(part) is Annotated for part in get_args(hint))
    return hint in (int, float, bool, type(None))


def _word(choice: Choice, rng: Random) -> Any:
    words = re.findall(r"'([^']*)'", choice.phrase)
    return rng.choice([*words, *([None] if choice.phrase.endswith("null") else [])])


def _number(sort: type, notes: list[Any], rng: Random) -> Any:
    """Return a number within the bounds of its type; one in ten is arbitrary."""
    low, high = -3.0, 8.0
    for note in notes:
        if isinstance(note, Ge):
            low = float(note.ge)  # type: ignore[arg-type]
        if isinstance(note, Gt):
            low = float(note.gt) + (1 if sort is int else 0.25)  # type: ignore[arg-type]
        if isinstance(note, Le):
            high = float(note.le)  # type: ignore[arg-type]
        if isinstance(note, Lt):
            high = float(note.lt) - (1 if sort is int else 0.05)  # type: ignore[arg-type]
    if rng.random() < 0.1:
        low, high = -3.0, 8.0
    if sort is int:
        return rng.randint(int(low), max(int(low), int(high)))
    return rng.choice((low, high, round(rng.uniform(low, high), 2)))


def _known_value(declaration: type[Declaration], name: str, rng: Random) -> Any:
    """Return a value from the declaration: its default, or one of its examples."""
    shown = [
        example.arguments[name]
        for example in getattr(declaration, "examples", ())
        if name in example.arguments
    ]
    if hasattr(declaration, name):
        shown.append(getattr(declaration, name))
    return mutated(rng.choice(shown), rng) if shown else None


def family_of(note: Expects) -> Family | None:
    """Return the family of the calls that an argument accepts."""
    words = note.phrase.split()
    return FAMILIES.get(words[1]) if len(words) in (2, 4) and words[0] in ("a", "an") else None


def call_of(family: Family, rng: Random) -> Any:
    """Return a call of a family: an example of a layer, or a kind with at most one argument."""
    kind = rng.choice(sorted(family.kinds))
    declaration = family.kinds[kind]
    if family is LAYERS:
        examples: Any = getattr(declaration, "examples", ())
        return {kind: dict(rng.choice(examples).arguments)} if examples else kind
    names = [*declaration.required(), *declaration.arguments()]
    if not names or rng.random() < 0.6:
        return kind
    name = rng.choice(names)
    return {kind: {name: value_of(declaration, name, rng)}}


def mutated(value: Any, rng: Random) -> Any:
    """Return a similar value of the same form; a nested call gets other arguments."""
    if isinstance(value, bool):
        return not value if rng.random() < 0.5 else value
    if isinstance(value, int):
        return value + rng.choice((-1, 0, 0, 1, 2))
    if isinstance(value, float):
        return rng.choice((value, value / 2, value * 2))
    if isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in LAYERS.kinds:
        return _mutated_call(value, rng)
    if isinstance(value, Mapping):
        return {key: mutated(item, rng) for key, item in value.items()}
    if isinstance(value, list | tuple) and value:
        items = list(value)
        form = rng.randrange(4)
        if form == 0:
            return items
        position = rng.randrange(len(items))
        if form == 1 and len(items) > 1:
            del items[position]
        elif form == 2:
            items.insert(position, items[position])
        else:
            items[position] = mutated(items[position], rng)
        return items
    return value


def _mutated_call(value: Mapping[str, Any], rng: Random) -> Any:
    ((kind, given),) = value.items()
    arguments = dict(given or {})
    declaration = LAYERS.kinds[kind]
    names = list(declaration.arguments())
    name = rng.choice(names)
    arguments[name] = value_of(declaration, name, rng)
    return {kind: arguments}


def takes(declaration: type[Declaration], name: str, value: Any) -> bool:
    """Whether an argument accepts a value on its own."""
    try:
        declaration.of({name: value})
    except Problems as found:
        return not any(each.at[:1] == (name,) for each in found.problems)
    return True
