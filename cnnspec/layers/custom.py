"""Custom layer classes, which are known only by their import path."""

import re
from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Self

from cnnspec.diagnostics.problems import Problem, Problems, shown
from cnnspec.layers import dtype_rules
from cnnspec.layers.base import Layer
from cnnspec.shapes import UNKNOWN, Dim, Shape

_PATH = r"(?a)[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*"


def stated_shape(layer: "CustomLayer", *shapes: Shape) -> Shape:
    """Shape rule: the declared shape, with the batch axis. Without it the shape is unknown."""
    if layer.output_shape is None:
        return UNKNOWN
    return (shapes[0][0] if shapes[0] is not UNKNOWN else None, *layer.output_shape)


class CustomLayer(Layer):
    """A custom layer class. Its module is imported only if allowed, and only to build the model.

    Its weights are unknown, and so is its output shape unless the step declares it.
    """

    import_path: ClassVar[str]
    """`package.module:Class`."""
    max_inputs: ClassVar[int | None] = None
    is_of_keras = False
    weights_known = False
    takes = dtype_rules.ANYTHING

    output_shape: tuple[Dim, ...] | None
    """The shape of the output without the batch, as declared by the step."""

    shape = stated_shape

    @classmethod
    def of(cls, arguments: Mapping[str, Any], *, word: str | None = None) -> Self:
        """Keep the arguments as they are, and check only the declared shape.

        Raises:
            Problems: `output_shape` is not a list of sizes.

        """
        layer = cls.__new__(cls)
        layer.__dict__ |= cls.defaults()
        layer.given = {key: value for key, value in arguments.items() if key != "output_shape"}
        layer.word = word or cls.import_path
        layer.output_shape = _sizes(arguments.get("output_shape"))
        return layer

    def makes_mask(self) -> bool:
        """Return that its code may mark what later layers ignore."""
        return True

    def checked(self, argument: str) -> Any:
        """Return an argument as it was given."""
        return self.output_shape if argument == "output_shape" else self.given.get(argument)

    def canonical(self, argument: str) -> Any:
        """Return the argument as given: only its code knows equivalent values."""
        return self.checked(argument)

    def is_default(self, argument: str) -> bool:
        """Return false: only its code knows the defaults."""
        return False

    def means(self, argument: str, value: object) -> bool:
        """Whether an argument has exactly the given value."""
        return _to_the_letter(value) == self.meaning_of(argument)

    def keeps(self, argument: str, value: object) -> bool:
        """Numbers keep their type."""
        return False

    def meant_kind(self) -> str:
        """The import path: classes of one name may be in several modules."""
        return self.import_path

    def meaning(self) -> tuple[Hashable, ...]:
        """The class and its arguments to the letter: only its code knows what means the same."""
        names = ("output_shape", *sorted(self.given))
        return (self.import_path, *((name, self.meaning_of(name)) for name in names))

    def meaning_of(self, argument: str) -> Hashable:
        """An argument to the letter, in which 1, 1.0 and true differ."""
        return _to_the_letter(self.checked(argument))

    @classmethod
    def package(cls) -> str:
        """The top-level package that contains the class."""
        return cls.import_path.partition(":")[0].partition(".")[0]

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Pass one tensor, or a list of several."""
        return ((inputs[0] if len(inputs) == 1 else list(inputs)),), {}

    def in_inference(self) -> Layer:
        """Raise, because the behaviour in training is unknown."""
        message = (
            f"{self.kind()} cannot be frozen: only its own code knows what it does in training"
        )
        raise Problem("conflicting-arguments", message)


def _to_the_letter(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return frozenset((key, _to_the_letter(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_to_the_letter, value))
    return type(value), repr(value)


def _sizes(shape: object) -> tuple[Dim, ...] | None:
    if shape is None:
        return None
    sizes = shape if isinstance(shape, list | tuple) else [shape]
    for position, size in enumerate(sizes):
        if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
            message = "'output_shape' must be a list of sizes without the batch, with null for unknown ones"
            at = ("output_shape", position) if sizes is shape else ("output_shape",)
            raise Problems([Problem("wrong-type", f"{message}, not {shown(size)}", at)])
    return tuple(sizes)


def is_import_path(word: str) -> bool:
    """Whether a kind is the import path of a class."""
    return ":" in word and re.fullmatch(_PATH, word) is not None


@cache
def custom_kind(import_path: str) -> type[CustomLayer]:
    """Return the declaration of a custom class."""
    name = import_path.rpartition(":")[2]
    return type(name, (CustomLayer,), {"import_path": import_path, "__module__": __name__})
