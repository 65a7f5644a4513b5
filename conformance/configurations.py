"""Generates configurations of a kind (arguments, input shapes, data types) from its declaration."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from cnnspec.declarations.fields import DATA_TYPES
from cnnspec.layers.base import Layer
from cnnspec.operations.steps import family_of_step
from cnnspec.shapes import Shape
from conformance.values import mutated, value_of

SIZES = (None, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12)
TYPES = ("int32", "uint8", "bool", "float16", "float64")
"""The data types of inputs that are not trained on."""
RARELY_CHANGED = ("initializer", "regularizer", "constraint", "seed", "trainable", "dtype")
"""Suffixes of common arguments that rarely affect shapes."""


@dataclass(frozen=True)
class Configuration:
    """A call of a kind, and its input tensors."""

    kind: str
    arguments: dict[str, Any]
    shapes: tuple[Shape, ...]
    dtypes: tuple[str, ...]

    def text(self) -> str:
        """Format the call for reports."""
        said = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        inputs = ", ".join(
            f"{shape}" if dtype == "float32" else f"{shape} {dtype}"
            for shape, dtype in zip(self.shapes, self.dtypes, strict=True)
        )
        return f"{self.kind}({said}) on {inputs or 'nothing'}"


def configurations(kind: str, count: int, seed: int) -> Iterator[Configuration]:
    """Yield the examples of a kind, then generated configurations; deterministic for a seed."""
    declaration = layer_of(kind)
    found = [
        Configuration(kind, dict(example.arguments), example.shapes, example.types)
        for example in declaration.examples
    ]
    yield from found
    rng = Random(f"{seed}/{kind}")
    for _ in range(max(count - len(found), 0) if found else 0):
        configuration = rng.choice(found)
        for _ in range(rng.choice((1, 1, 2, 2, 3, 4))):
            configuration = changed(configuration, rng)
        yield configuration


def typed(kind: str, count: int, seed: int) -> Iterator[Configuration]:
    """Yield configurations whose inputs have all data types; deterministic for a seed.

    The first are the examples with inputs of each type, in random order, the others are changed.
    """
    rng = Random(f"{seed}/types/{kind}")
    examples = layer_of(kind).examples
    found = [
        Configuration(kind, dict(each.arguments), each.shapes, (dtype,) * len(each.shapes))
        for each in examples
        for dtype in DATA_TYPES
    ]
    rng.shuffle(found)
    yield from found[:count]
    for _ in range(count - len(found)):
        configuration = rng.choice(found)
        for _ in range(rng.choice((1, 1, 2, 3))):
            configuration = changed(configuration, rng, DATA_TYPES)
        yield configuration


def layer_of(kind: str) -> type[Layer]:
    """Return the declaration of a kind."""
    declaration = family_of_step(kind).kinds[kind]
    assert issubclass(declaration, Layer)
    return declaration


def changed(
    configuration: Configuration, rng: Random, types: Sequence[str] = TYPES
) -> Configuration:
    """Return a configuration that differs from another one in one respect."""
    draw = rng.random()
    if draw < 0.55:
        return _other_argument(configuration, rng)
    if draw < 0.6:
        return _without_argument(configuration, rng)
    if draw < 0.8:
        return _other_size(configuration, rng)
    if draw < 0.87:
        return _other_rank(configuration, rng)
    if draw < 0.93:
        return _other_type(configuration, rng, types)
    return _other_count(configuration, rng)


def _other_argument(configuration: Configuration, rng: Random) -> Configuration:
    declaration = layer_of(configuration.kind)
    names = list(declaration.arguments())
    if not names:
        return configuration
    weights = [0.15 if name.endswith(RARELY_CHANGED) else 1.0 for name in names]
    name = rng.choices(names, weights)[0]
    given = configuration.arguments.get(name)
    near = given is not None and rng.random() < 0.4
    value = mutated(given, rng) if near else value_of(declaration, name, rng)
    return replace(configuration, arguments=configuration.arguments | {name: value})


def _without_argument(configuration: Configuration, rng: Random) -> Configuration:
    if not configuration.arguments:
        return configuration
    left_out = rng.choice(list(configuration.arguments))
    arguments = {key: value for key, value in configuration.arguments.items() if key != left_out}
    return replace(configuration, arguments=arguments)


def _other_size(configuration: Configuration, rng: Random) -> Configuration:
    """Change a size along an axis, of one input or of all that have it."""
    shapes = [list(shape) for shape in configuration.shapes]
    which = rng.randrange(len(shapes))
    if len(shapes[which]) < 2:
        return configuration
    axis = rng.randrange(1, len(shapes[which]))
    size = rng.choice(SIZES)
    together = rng.random() < 0.5
    for position, shape in enumerate(shapes):
        if axis < len(shape) and (position == which or together):
            shape[axis] = size
    return replace(configuration, shapes=tuple(tuple(shape) for shape in shapes))


def _other_rank(configuration: Configuration, rng: Random) -> Configuration:
    """Add or remove an axis, of one input or of all."""
    shapes = [list(shape) for shape in configuration.shapes]
    which, together, more = rng.randrange(len(shapes)), rng.random() < 0.6, rng.random() < 0.5
    for position, shape in enumerate(shapes):
        if position != which and not together:
            continue
        if more and len(shape) < 6:
            shape.insert(rng.randint(1, len(shape)), rng.choice(SIZES))
        elif len(shape) > 1:
            del shape[rng.randrange(1, len(shape))]
    return replace(configuration, shapes=tuple(tuple(shape) for shape in shapes))


def _other_type(configuration: Configuration, rng: Random, types: Sequence[str]) -> Configuration:
    dtypes = list(configuration.dtypes)
    which, together, dtype = rng.randrange(len(dtypes)), rng.random() < 0.6, rng.choice(types)
    dtypes = [
        dtype if together or position == which else said for position, said in enumerate(dtypes)
    ]
    return replace(configuration, dtypes=tuple(dtypes))


def _other_count(configuration: Configuration, rng: Random) -> Configuration:
    """Add or remove an input, if the number of inputs of the kind may vary."""
    declaration = layer_of(configuration.kind)
    if not declaration.merges and declaration.min_inputs == declaration.max_inputs:
        return _other_size(configuration, rng)
    shapes, dtypes = list(configuration.shapes), list(configuration.dtypes)
    position = rng.randrange(len(shapes))
    if rng.random() < 0.5 and len(shapes) > 1:
        del shapes[position], dtypes[position]
    elif declaration.max_inputs is None or len(shapes) < declaration.max_inputs:
        shapes.insert(position, shapes[position])
        dtypes.insert(position, dtypes[position])
    return replace(configuration, shapes=tuple(shapes), dtypes=tuple(dtypes))


def smaller(configuration: Configuration) -> Iterator[Configuration]:
    """Yield smaller configurations: without an argument, or with simpler inputs."""
    arguments = configuration.arguments
    for name in arguments:
        left = {key: value for key, value in arguments.items() if key != name}
        yield replace(configuration, arguments=left)
    for name, value in arguments.items():
        if isinstance(value, dict) and len(value) == 1:
            ((kind, inner),) = value.items()
            for key in inner if isinstance(inner, dict) else ():
                fewer = {other: item for other, item in inner.items() if other != key}
                yield replace(configuration, arguments=arguments | {name: {kind: fewer}})
    examples = layer_of(configuration.kind).examples
    for name in arguments:
        shown = [each.arguments[name] for each in examples if name in each.arguments]
        if shown and arguments[name] not in shown:
            yield replace(configuration, arguments=arguments | {name: shown[0]})
    known = [each.shapes for each in examples if len(each.shapes) == len(configuration.shapes)]
    if configuration.shapes not in known:
        for shapes in known:
            yield replace(configuration, shapes=shapes)
    plain_types = ("float32",) * len(configuration.dtypes)
    if configuration.dtypes != plain_types:
        yield replace(configuration, dtypes=plain_types)
    for position, shape in enumerate(configuration.shapes):
        for axis in range(1, len(shape)):
            if shape[axis] is None:
                known_there = (*shape[:axis], 4, *shape[axis + 1 :])
                others = list(configuration.shapes)
                others[position] = known_there
                yield replace(configuration, shapes=tuple(others))
