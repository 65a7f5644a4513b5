"""Writes calls of a spec as Keras calls; similar calls share an expression."""

import keyword
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cnnspec.backends.lowering import (
    USUAL_MODULE,
    inner_name,
    module_of,
    passed,
    set_when_built,
    short_literal,
)
from cnnspec.backends.python.formulas import Differs, Environment, formula
from cnnspec.backends.python.layout import Call, Code, Items, Labelled
from cnnspec.backends.python.literals import dictionary, literal, quoted, with_tuples
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.keras_versions import is_known_word
from cnnspec.declarations.of_others import OfOthers, function_path
from cnnspec.layers.base import Layer
from cnnspec.objects.families import CONSTRAINTS, INITIALIZERS, REGULARIZERS
from cnnspec.operations.base import Constant, Operation
from cnnspec.operations.indexing import GetItem

BY_NAME = (CONSTRAINTS, INITIALIZERS, REGULARIZERS)
"""Families whose objects Keras creates from a name, if they have no arguments."""
NOT_BY_NAME = ("Constant", "Lamb")
"""Kinds that Keras cannot create from a name."""


def import_path(layer: Layer) -> str | None:
    """Return `module:Class` of a layer that is not in `keras.layers`; operations are in `ops`."""
    module = module_of(type(layer))
    return None if layer.is_operation or module == USUAL_MODULE else f"{module}:{layer.kind()}"


@dataclass(frozen=True, slots=True)
class Objects:
    """The same call of a spec in several calls of a block, or iterations of a loop."""

    calls: Sequence[Declaration]
    known: Sequence[Environment] = (Environment(),)
    said: Any = None
    """The arguments in the spec, if known."""
    trained: Sequence[bool] = (True,)
    """Whether the model around a layer is trained, for each of the calls."""
    differing: Callable[[str, Sequence[Any]], Code] | None = None
    """Writes an argument whose values have no common expression."""

    def code(self) -> Code:
        """Return the expression for an object that is not a layer.

        Raises:
            Differs: there is none.

        """
        first, arguments = self.calls[0], tuple(self.arguments())
        is_of_others = isinstance(first, OfOthers)
        is_named = first.family in BY_NAME and first.kind() not in NOT_BY_NAME
        if not arguments and is_named and not is_of_others:
            word = first.aliases[0] if first.aliases else first.kind()
            if is_known_word(type(first), word):
                return quoted(word)
        made = f"{module_of(type(first))}.{first.kind()}"
        if is_of_others and not arguments:
            return made  # it may be a function; Keras makes an object of a class
        return Call(made, arguments)

    def layer(self, function: str, name: Code) -> Call:
        """Return the call that makes the layer.

        Raises:
            Differs: there is none.

        """
        pairs = list(self.layers())
        trained = [call.trainable and around for call, around in pairs]
        arguments = replace(self, trained=trained).arguments()
        if not all(trained) and all(call.passes_trainable_on for call, _ in pairs):
            arguments.append(Labelled("trainable=", self.argument_of("trainable", trained)))
        return Call(function, (*arguments, Labelled("name=", name)))

    def operation(self, function: str) -> Call:
        """Return the call of a function without its operands.

        Raises:
            Differs: there is none.

        """
        first = self.of_one_kind()
        assert isinstance(first, Operation)
        if isinstance(first, GetItem):  # whose key stands in brackets
            if any(each.checked("key") != first.key for each in self.calls):
                raise Differs
            return Call(function)
        made = [
            Labelled(f"{name}=", self.argument(name, [each.checked(name) for each in self.calls]))
            for name in _in_order(self.calls)
            if name not in (*first.tensors, *first.in_front)
        ]
        return Call(function, tuple(made))

    def operands(self) -> list[Code]:
        """Return the operands of a function that are no tensors, in order.

        Raises:
            Differs: they are not the same ones, or have no common expression.

        """
        first = self.of_one_kind()
        assert isinstance(first, Operation)
        found = [each.constants() for each in self.calls if isinstance(each, Operation)]
        if any(each.keys() != found[0].keys() for each in found):
            raise Differs
        return [
            *(
                self.argument(name, [each.checked(name) for each in self.calls])
                for name in first.in_front
            ),
            *(self.constant(name, [each[name] for each in found]) for name in found[0]),
        ]

    def constant(self, name: str, values: Sequence[Any]) -> Code:
        """Return an operand that is a number, or a list of numbers, which becomes an array."""
        types = {Constant(each).dtype if isinstance(each, tuple) else None for each in values}
        if len(types) > 1:
            raise Differs
        code = self.argument_of(name, values)
        (dtype,) = types
        return code if dtype is None else Call("numpy.array", (code, quoted(dtype)))

    def layers(self) -> Iterator[tuple[Layer, bool]]:
        """Return the calls, each with whether the model around it is trained."""
        for call, trained in zip(self.calls, self.trained, strict=True):
            assert isinstance(call, Layer)
            yield call, trained

    def set_when_built(self) -> dict[str, Code]:
        """Return the values of `trainable` for parts of the layer, by attribute.

        Raises:
            Differs: there is no expression for one.

        """
        of_calls = [dict(set_when_built(call, trained=around)) for call, around in self.layers()]
        values = {path: [each[path] for each in of_calls] for path in of_calls[0]}
        return {
            path: self.argument_of("trainable", each)
            for path, each in values.items()
            if not all(each)
        }

    def arguments(self) -> list[Code]:
        """Return the arguments, without defaults.

        Raises:
            Differs: the calls have several kinds, or an argument has no common expression.

        """
        first = self.of_one_kind()
        made: list[Code] = []
        unsayable: dict[str, Code] = {}
        for name in _in_order(self.calls):
            code = self.argument(name, [each.checked(name) for each in self.calls])
            if isinstance(first, Layer) and name in first.required():
                made.append(code)
            elif name.isidentifier() and not keyword.iskeyword(name):
                made.append(Labelled(f"{name}=", code))
            else:
                unsayable[name] = code
        return [*made, Labelled("**", dictionary(unsayable))] if unsayable else made

    def of_one_kind(self) -> Declaration:
        """Return the first of the calls.

        Raises:
            Differs: they have several kinds.

        """
        first = self.calls[0]
        if any(type(each) is not type(first) for each in self.calls):
            raise Differs
        return first

    def argument(self, name: str, values: Sequence[Any]) -> Code:
        """Return an argument with these values."""
        if paths := {function_path(each, name) for each in self.calls} - {None}:
            return _function(paths, self.calls, name)
        first, said = values[0], self.said_of(name)
        given = [with_tuples(_given(each, name)) for each in self.calls]
        if any(isinstance(each, Declaration) for each in values):
            try:
                return self.nested(values, said)
            except Differs:
                is_word = all(isinstance(each, str) for each in given)
                if not is_word or any(each.kind() in NOT_BY_NAME for each in values):
                    raise
                return formula(given, self.known, said)
        if isinstance(first, tuple) and first and isinstance(first[0], Declaration):
            return self.listed(values)
        constant = None
        if len({each.meaning_of(name) for each in self.calls}) == 1:
            constant = literal(short_literal(self.calls[0], name))
        if constant is None:
            return self.argument_of(name, given)
        try:
            found = formula(given, self.known, said)
        except Differs:
            return constant
        return found if found != literal(given[0]) else constant

    def argument_of(self, name: str, values: Sequence[Any]) -> Code:
        """Return an argument with these values, which contain no calls."""
        try:
            return formula(values, self.known, self.said_of(name))
        except Differs:
            if self.differing is None:
                raise
            return self.differing(name, values)

    def said_of(self, name: str) -> Any:
        """Return the value of an argument in the spec, if known."""
        return self.said.get(name) if isinstance(self.said, dict) else None

    def listed(self, values: Sequence[Any]) -> Code:
        """Return an argument that is a list of layers."""
        if len({len(each) for each in values}) > 1:
            raise Differs
        layers = (
            self.nested(each, None, position)
            for position, each in enumerate(zip(*values, strict=True))
        )
        return Items("[", tuple(layers), "]")

    def nested(self, calls: Sequence[Any], said: Any, position: int | None = None) -> Code:
        """Return an argument that is a call, such as an initializer or a wrapped layer."""
        first = calls[0]
        if any(not isinstance(each, type(first)) for each in calls):
            raise Differs
        inner = None
        if isinstance(said, dict) and len(said) == 1:
            (inner,) = said.values()
        objects = Objects(calls, self.known, inner, self.trained, self.differing)
        if isinstance(first, Layer):
            name = quoted(inner_name(first, position))
            return objects.layer(f"layers.{first.kind()}", name)
        return objects.code()


def _function(paths: set[str | None], calls: Sequence[Declaration], name: str) -> Code:
    """Return an activation of another package, which the calls have in common.

    Raises:
        Differs: they have several.

    """
    path = paths.pop()
    if paths or path is None or any(function_path(each, name) != path for each in calls):
        raise Differs
    return path.replace(":", ".")


def _in_order(calls: Sequence[Declaration]) -> list[str]:
    """Return the arguments of any of the calls: required ones first, those of every layer last."""
    first = calls[0]
    if isinstance(first, OfOthers):
        if any(each.given.keys() != first.given.keys() for each in calls):
            raise Differs
        return list(first.given)
    order = list(first.arguments())
    shared = Layer.arguments() if isinstance(first, Layer) else {}

    def place(name: str) -> tuple[bool, bool, bool, int]:
        is_first = name == "filters"  # declared below the arguments of all convolutions
        return name not in first.required(), not is_first, name in shared, order.index(name)

    said = {name for each in calls for name in passed(each)}
    return sorted(said - ({"trainable"} if shared else set()), key=place)


def _given(call: Declaration, name: str) -> Any:
    """Return an argument as in a spec."""
    return call.given[name] if name in call.given else type(call).default_of(name)
