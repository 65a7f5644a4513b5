"""Calls of a spec as calls of Keras; calls that differ in their arguments as one expression."""

import keyword
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cnnspec.backends.python.formulas import Differs, Environment, formula
from cnnspec.backends.python.layout import Call, Code, Items, Labelled
from cnnspec.backends.python.literals import dictionary, literal, quoted, with_tuples
from cnnspec.declarations import Declaration, Problems
from cnnspec.layers.base import Layer
from cnnspec.layers.custom import CustomLayer
from cnnspec.layers.families import ELSEWHERE
from cnnspec.naming import snake_case
from cnnspec.objects import CONSTRAINTS, INITIALIZERS, REGULARIZERS
from cnnspec.objects.metrics import CHOSEN_BY_SHAPES

BY_NAME = (CONSTRAINTS, INITIALIZERS, REGULARIZERS)
"""The families whose objects Keras makes of a name, where they have no arguments."""
NOT_BY_NAME = ("Constant", "Lamb")
"""What Keras does not make of a name alone."""


def import_path(layer: Layer) -> str | None:
    """`module:Class` of a layer that is not in `keras.layers`."""
    if isinstance(layer, CustomLayer):
        return layer.import_path
    module = ELSEWHERE.get(layer.kind())
    return f"{module}:{layer.kind()}" if module else None


def loss(call: Declaration) -> Code:
    """A loss; by its word where that names the function, and not the class."""
    is_alias = call.word != call.kind() and not call.given
    return quoted(call.word) if is_alias else Objects((call,)).code()


def metric(call: Declaration) -> Code:
    """A metric; an object gets a name, since Keras would count them through the whole process."""
    if not call.given and call.word.lower() in CHOSEN_BY_SHAPES:
        return quoted(call.word.lower())
    if not call.given and call.word != call.kind():
        return quoted(call.word)
    name = call.checked("name") or snake_case(call.kind())
    inner = [
        each
        for each in Objects((call,)).arguments()
        if not (isinstance(each, Labelled) and each.label == "name=")
    ]
    return Call(f"keras.metrics.{call.kind()}", (*inner, Labelled("name=", quoted(name))))


def optimizer(call: Declaration | None) -> Code:
    """An optimizer, by its name where it has no arguments; Adam where none is said."""
    if call is None:
        return quoted("adam")
    if Objects((call,)).arguments() or call.kind() in NOT_BY_NAME:
        return Objects((call,)).code()
    return quoted(call.kind().lower())


@dataclass(frozen=True, slots=True)
class Objects:
    """The same call of a spec in several places: in every call of a block, in every turn."""

    calls: Sequence[Declaration]
    known: Sequence[Environment] = (Environment(),)
    said: Any = None
    """The arguments as the spec says them, if that is known."""
    frozen: bool = False
    """Whether layers get no updates."""
    differing: Callable[[str, Sequence[Any]], Code] | None = None
    """Writes an argument whose values have no one expression."""

    def code(self) -> Code:
        """The expression for an object that is no layer.

        Raises:
            Differs: there is none.

        """
        first, arguments = self.calls[0], tuple(self.arguments())
        if not arguments and first.family in BY_NAME and first.kind() not in NOT_BY_NAME:
            return quoted(first.aliases[0] if first.aliases else first.kind())
        return Call(f"keras.{first.family.namespace}.{first.kind()}", arguments)

    def layer(self, function: str, name: Code) -> Call:
        """The call that makes the layer.

        Raises:
            Differs: there is none.

        """
        first = self.calls[0]
        assert isinstance(first, Layer)
        is_frozen = self.frozen or not first.trainable
        arguments = replace(self, frozen=is_frozen).arguments()
        if is_frozen:
            arguments.append(Labelled("trainable=", "False"))
        return Call(function, (*arguments, Labelled("name=", name)))

    def arguments(self) -> list[Code]:
        """The arguments; those that have their defaults are left out.

        Raises:
            Differs: the calls are of several kinds, or an argument has no one expression.

        """
        first = self.calls[0]
        for each in self.calls:
            if type(each) is not type(first) or each.given.keys() != first.given.keys():
                raise Differs
        defaults = {} if isinstance(first, CustomLayer) else type(first).defaults()
        made: list[Code] = []
        unsayable: dict[str, Code] = {}
        for name in _in_order(first):
            values = [_checked(each, name) for each in self.calls]
            if name in defaults and all(_are_same(each, defaults[name]) for each in values):
                continue
            code = self.argument(name, values)
            if isinstance(first, Layer) and name in first.required():
                made.append(code)
            elif name.isidentifier() and not keyword.iskeyword(name):
                made.append(Labelled(f"{name}=", code))
            else:
                unsayable[name] = code
        return [*made, Labelled("**", dictionary(unsayable))] if unsayable else made

    def argument(self, name: str, values: Sequence[Any]) -> Code:
        """One argument, which has these values."""
        first = values[0]
        said = self.said.get(name) if isinstance(self.said, dict) else None
        given = [with_tuples(each.given[name]) for each in self.calls]
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
        if all(_are_same(each, first) for each in values):
            constant = literal(_shortest(self.calls[0], name, first))
        try:
            found = formula(given, self.known, said)
        except Differs:
            if constant is None and self.differing is not None:
                return self.differing(name, given)
            if constant is None:
                raise
            return constant
        return found if constant is None or found != literal(given[0]) else constant

    def listed(self, values: Sequence[Any]) -> Code:
        """A list of layers among the arguments."""
        if len({len(each) for each in values}) > 1:
            raise Differs
        layers = (
            self.nested(each, None, f"_{position}")
            for position, each in enumerate(zip(*values, strict=True), start=1)
        )
        return Items("[", tuple(layers), "]")

    def nested(self, calls: Sequence[Any], said: Any, number: str = "") -> Code:
        """A call among the arguments: an initializer, a schedule, a layer that is wrapped..."""
        first = calls[0]
        if any(not isinstance(each, type(first)) for each in calls):
            raise Differs
        inner = None
        if isinstance(said, dict) and len(said) == 1:
            (inner,) = said.values()
        objects = Objects(calls, self.known, inner, self.frozen)
        if isinstance(first, Layer):
            name = quoted(f"{snake_case(first.kind())}{number}")
            return objects.layer(f"layers.{first.kind()}", name)
        return objects.code()


def _in_order(call: Declaration) -> list[str]:
    """The arguments that were given: first those that must be, last those of every layer."""
    if isinstance(call, CustomLayer):
        return list(call.given)
    order = list(call.arguments())
    shared = Layer.arguments() if isinstance(call, Layer) else {}

    def place(name: str) -> tuple[bool, bool, bool, int]:
        is_first = name == "filters"  # declared below the arguments of all convolutions
        return name not in call.required(), not is_first, name in shared, order.index(name)

    given = [name for name in call.given if not (shared and name == "trainable")]
    return sorted(given, key=place)


def _checked(call: Declaration, name: str) -> Any:
    """An argument as Keras gets it."""
    return call.given[name] if isinstance(call, CustomLayer) else call.checked(name)


def _are_same(one: Any, other: Any) -> bool:
    """Whether two arguments are the same to Keras."""
    if isinstance(one, Declaration) and isinstance(other, Declaration):
        keys = one.given.keys() | other.given.keys()
        return type(one) is type(other) and all(
            _are_same(one.checked(key), other.checked(key)) for key in keys
        )
    return type(one) is type(other) and bool(one == other)


def _shortest(call: Declaration, name: str, value: Any) -> Any:
    """One number in place of a tuple of equal ones, where the argument takes that."""
    number = value
    while isinstance(number, tuple) and number and all(each == number[0] for each in number):
        number = number[0]
    if number is value or not isinstance(number, int):
        return value
    try:
        found = type(call).of({**call.given, name: number}, word=call.word)
    except Problems:
        return value
    return number if _are_same(found.checked(name), value) else value
