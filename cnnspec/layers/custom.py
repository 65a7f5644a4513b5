"""Custom layer classes, which are known only by their import path."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Self

from cnnspec.counts import counted
from cnnspec.declarations.fields import DATA_TYPES
from cnnspec.declarations.of_others import OfOthers, to_the_letter
from cnnspec.diagnostics.problems import Problem, Problems, shown
from cnnspec.layers import dtype_rules
from cnnspec.layers.base import Layer
from cnnspec.shapes import UNKNOWN, Dim, Shape

POLICIES = (*DATA_TYPES, "mixed_float16", "mixed_bfloat16")
STATEMENTS = ("output_shape", "output_dtype", "outputs", "call")
"""What a step says of a class of which nothing is known; the class does not get it."""


def stated_shape(layer: "CustomLayer", *shapes: Shape) -> Any:
    """Shape rule: the declared shape, with the batch axis. Without it the shape is unknown."""
    batch = shapes[0][0] if shapes[0] is not UNKNOWN and shapes[0] else None
    found = [UNKNOWN if each is None else (batch, *each) for each in layer.output_shapes()]
    return found if layer.outputs() else found[0]


def stated_dtype(layer: "CustomLayer", *inputs: str) -> Any:
    """Data type rule: the declared type, else the one that the layer computes in."""
    own = dtype_rules.own(layer, *inputs)
    declared = layer.stated_dtype
    if not layer.outputs():
        return declared or own
    several = declared if isinstance(declared, tuple) else (declared,) * len(layer.outputs())
    return [each or own for each in several]


class CustomLayer(OfOthers, Layer):
    """A custom layer class. Its module is imported only if allowed, and only to build the model.

    Its weights are unknown, and so is its output shape unless the step declares it.
    """

    max_inputs: ClassVar[int | None] = None
    weights_known = False
    takes = dtype_rules.ANYTHING

    output_shape: tuple[Any, ...] | None
    """The shape of the output without the batch, as declared by the step.

    Of several outputs, the shape of each; None where it is unknown.
    """
    count: int
    """The number of outputs."""
    stated_dtype: Any
    """The data type of the output, as declared by the step; of several outputs, that of each."""
    call: Mapping[str, Any] | None
    """The arguments of the call by position or name, in which `from` is the next input."""

    shape = stated_shape
    output_dtype = stated_dtype

    @classmethod
    def of(cls, arguments: Mapping[str, Any], *, word: str | None = None) -> Self:
        """Keep the arguments as they are, and check only what the step declares itself.

        Raises:
            Problems: a declared shape, data type or call is wrong.

        """
        own = {key: value for key, value in arguments.items() if key not in STATEMENTS}
        layer = super().of(own, word=word)
        layer.output_shape = _shapes(arguments.get("output_shape"))
        layer.count = _count(arguments.get("outputs"), layer.output_shape)
        layer.stated_dtype = _dtypes(arguments.get("output_dtype"), layer.count)
        layer.call = arguments.get("call")
        layer.dtype = dtype if (dtype := arguments.get("dtype")) in POLICIES else None
        if problems := [*_call_problems(layer.call), *_object_problems(layer.given)]:
            raise Problems(problems)
        return layer

    def called_again(self, step: Mapping[str, Any]) -> Self:
        """Return the same layer with what a step of another call of it declares.

        Raises:
            Problems: a declared shape, data type or call is wrong.

        """
        for key in (each for each in step if each not in STATEMENTS):
            message = f"'{key}' of another call of {self.kind()} must be in 'call'"
            raise Problems([Problem("unknown-argument", message, key)])
        return type(self).of({**self.given, **step}, word=self.word)

    def outputs(self) -> tuple[str, ...]:
        """Return the numbers of the outputs if there are several."""
        return tuple(map(str, range(self.count))) if self.count > 1 else ()

    def output_shapes(self) -> list[tuple[Dim, ...] | None]:
        """Return the declared shape of each output; None if it is unknown."""
        if self.count == 1:
            return [self.output_shape]
        return list(self.output_shape or [None] * self.count)

    def check_count(self, count: int) -> None:
        """Check that `call` takes no more inputs than there are.

        Raises:
            Problem: it does.

        """
        super().check_count(count)
        self.arranged([None] * count)

    def arranged(self, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:  # type: ignore[override]
        """Return the arguments of the call: one tensor or a list of them, unless `call` says more."""
        from cnnspec.layers.custom_calls import arranged  # which few specs need

        return arranged(self.call, inputs)

    def statements(self) -> dict[str, Any]:
        """Return what the step declares, as a spec writes it."""
        declared = {
            "output_shape": _listed(self.output_shape),
            "output_dtype": _listed(self.stated_dtype),
            "outputs": self.count if self.count > 1 and self.output_shape is None else None,
            "call": self.call,
        }
        return {key: value for key, value in declared.items() if value is not None}

    def makes_mask(self) -> bool:
        """Return that its code may mark what later layers ignore."""
        return True

    def checked(self, argument: str) -> Any:
        """Return an argument as it was given."""
        if argument in STATEMENTS:
            return self.statements().get(argument)
        return _as_object(argument, self.given.get(argument))

    def meaning(self) -> tuple[Hashable, ...]:
        """The class, what the step declares, and its arguments, to the letter."""
        stated = (self.output_shape, self.stated_dtype, self.count, _ordered(self.call))
        return (*super().meaning(), *map(to_the_letter, stated))

    def meaning_of(self, argument: str) -> Hashable:
        """An argument to the letter; in `call`, the order of arguments counts as well."""
        if argument == "call":
            return to_the_letter(_ordered(self.call))
        value = self.given[argument] if argument in self.given else self.checked(argument)
        return to_the_letter(value)

    def in_inference(self) -> Layer:
        """Raise, because the behaviour in training is unknown."""
        message = (
            f"{self.kind()} cannot be frozen: only its own code knows what it does in training"
        )
        raise Problem("conflicting-arguments", message)


def _ordered(value: Any) -> Any:
    """Return mappings as lists of their items."""
    if isinstance(value, Mapping):
        return [[key, _ordered(each)] for key, each in value.items()]
    return [_ordered(each) for each in value] if isinstance(value, list | tuple) else value


def _as_object(argument: str, value: Any) -> Any:
    """Return a call of a Keras object as a declaration; other values stay."""
    if not isinstance(value, Mapping):
        return value
    from cnnspec.layers.custom_objects import as_object  # which few specs need

    return as_object(argument, value)


def _call_problems(call: object) -> Iterator[Problem]:
    """Yield what is wrong with the declared arguments of the call."""
    if call is not None:
        from cnnspec.layers.custom_calls import call_problems  # which few specs need

        yield from call_problems(call)


def _object_problems(arguments: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong in calls of Keras objects."""
    for name, value in arguments.items():
        try:
            _as_object(name, value)
        except Problems as found:
            for each in found.problems:
                yield each.inside(name)


def _listed(value: Any) -> Any:
    """Return nested tuples as lists."""
    return [_listed(each) for each in value] if isinstance(value, tuple) else value


def _shapes(shape: object) -> tuple[Any, ...] | None:
    """Return the declared shape, or the shapes of several outputs."""
    if not (isinstance(shape, list | tuple) and any(isinstance(each, list) for each in shape)):
        return _sizes(shape)
    return tuple(
        None if each is None else _sizes(each, position) for position, each in enumerate(shape)
    )


def _sizes(shape: object, *inside: int) -> tuple[Dim, ...] | None:
    if shape is None:
        return None
    sizes = shape if isinstance(shape, list | tuple) else [shape]
    for position, size in enumerate(sizes):
        if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
            message = "'output_shape' must be a list of sizes without the batch, with null for unknown ones"
            at = ("output_shape", *inside, *((position,) if sizes is shape else ()))
            raise Problems([Problem("wrong-type", f"{message}, not {shown(size)}", at)])
    return tuple(sizes)


def _count(outputs: object, shape: tuple[Any, ...] | None) -> int:
    """Return the number of outputs that a step declares."""
    several = any(isinstance(each, tuple) for each in shape or ())
    shapes = len(shape) if several and shape is not None else 1
    if outputs is None:
        return shapes
    if isinstance(outputs, bool) or not isinstance(outputs, int) or outputs < 1:
        message = f"'outputs' must be the number of outputs, not {shown(outputs)}"
        raise Problems([Problem("wrong-type", message, "outputs")])
    if shape is not None and outputs != shapes:
        message = f"'output_shape' is of {shapes}, but there are {outputs} 'outputs'"
        raise Problems([Problem("conflicting-arguments", message, "outputs")])
    return outputs


def _dtypes(dtype: object, count: int) -> Any:
    """Return the declared data type, or those of several outputs."""
    several = isinstance(dtype, list | tuple)
    found = list(dtype) if isinstance(dtype, list | tuple) else [dtype]
    for position, each in enumerate(found):
        if each is not None and each not in DATA_TYPES:
            at = ("output_dtype", position) if several else ("output_dtype",)
            raise Problems([Problem("unknown-value", f"unknown data type {shown(each)}", at)])
    if several and len(found) != count:
        message = (
            f"'output_dtype' has {counted(len(found), 'data type')}, but there are {count} outputs"
        )
        raise Problems([Problem("conflicting-arguments", message, ("output_dtype",))])
    return tuple(found) if several else dtype


@cache
def custom_kind(import_path: str) -> type[CustomLayer]:
    """Return the declaration of a custom class."""
    name = import_path.rpartition(":")[2]
    return type(name, (CustomLayer,), {"import_path": import_path, "__module__": __name__})
