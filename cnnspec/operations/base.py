"""The base of operations: their operands, which are tensors or constants, and their rules."""

import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.family import Family
from cnnspec.declarations.fields import bounded
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Layer, no_macs
from cnnspec.layers.dtype_rules import NUMBERS, named, phrase
from cnnspec.naming import snake_case
from cnnspec.operations import counts, dtypes, rules
from cnnspec.operations.families import FAMILIES, PREFIX
from cnnspec.operations.keras_classes import same_as
from cnnspec.operations.refusals import reasons
from cnnspec.records import Record
from cnnspec.shapes import Dim, Shape

MAX_CONSTANTS = 10_000
"""The most numbers of a constant."""

OPERATIONS: "Family[Operation]" = Family(
    "operation",
    "ops",
    {
        f"cnnspec.operations.{module}": tuple(f"{PREFIX}{word}" for word in words)
        for module, words in FAMILIES.items()
    },
    {f"{PREFIX}{function}": reason for function, reason in reasons().items()},
    prefix=PREFIX,
)
operation = OPERATIONS
"""Decorator that declares an operation."""


def _constant(value: Any, _: type[Declaration]) -> Any:
    """Check a number, a truth value or a list of them, which becomes a tuple."""
    if value is None:
        return None
    if isinstance(value, str) and value.isidentifier():
        raise Problem("wrong-type", "", suggestion="a tensor comes from `from`, not by its name")
    numbers = list(_numbers(value, ()))
    if not numbers or len(numbers) > MAX_CONSTANTS:
        raise Problem("wrong-type" if not numbers else "too-large", "")
    constant = _frozen(value)
    if isinstance(constant, tuple):
        constant_shape(constant)
        dtypes.check_fits(constant, constant_type(constant))
    return constant


def _listed_constant(value: Any, declaration: type[Declaration]) -> Any:
    """Check a list of numbers or truth values, which becomes a tuple."""
    if value is not None and not isinstance(value, list | tuple):
        raise Problem("wrong-type", "")
    return _constant(value, declaration)


def _numbers(value: Any, at: tuple[int, ...]) -> Iterator[object]:
    if isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _numbers(item, (*at, position))
    else:
        yield value if isinstance(value, bool) else bounded(value, -1e308, 1e308, at)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def constant_shape(constant: Any) -> tuple[int, ...]:
    """Return the shape of a constant.

    Raises:
        Problem: its lists have different lengths.

    """
    if not isinstance(constant, tuple):
        return ()
    inner = {constant_shape(each) for each in constant}
    if len(inner) > 1:
        raise Problem("wrong-structure", "the lists of a constant must have equal lengths")
    return (len(constant), *next(iter(inner), ()))


def constant_type(constant: Any) -> str:
    """Return the data type of a constant; that of a single number is weak."""
    kinds = {type(each) for each in dtypes.flat(constant)}
    if not isinstance(constant, tuple):
        return {float: dtypes.WEAK_FLOAT, int: dtypes.WEAK_INT, bool: "bool"}[kinds.pop()]
    if float in kinds or int not in kinds:
        return "float32" if float in kinds else "bool"
    lowest, highest = dtypes.range_of("int32")
    return "int32" if all(lowest <= each <= highest for each in dtypes.flat(constant)) else "int64"


class Constant(Record):
    """A constant among the operands of a call."""

    value: Any
    """A number, or nested tuples of numbers."""

    @property
    def dtype(self) -> str:
        """The data type; that of a single number is weak."""
        return constant_type(self.value)


Operand = Annotated[
    Any,
    Checked(
        "a number, or a list of numbers",
        check=_constant,
        schema={"type": ["number", "boolean", "array", "null"]},
    ),
]
"""A tensor argument: it comes from `from`, unless the call gives it as a constant."""
ListOperand = Annotated[
    Any,
    Checked(
        "a list of numbers, such as [1]",
        check=_listed_constant,
        schema={"type": ["array", "null"]},
    ),
]
"""A tensor argument for which Keras takes no single number."""


class Operation(Layer):
    """Base class of operations. A subclass names its tensors, annotates its arguments and sets rules."""

    absent: ClassVar[tuple[str, ...]] = ("trainable", "dtype", "activity_regularizer")
    tensors: ClassVar[tuple[str, ...]] = ("x",)
    """The tensor arguments of the function, in order; those that are `Operand` may be constants."""
    optional: ClassVar[tuple[str, ...]] = ()
    """The last tensor arguments, which may be left out."""
    by_name: ClassVar[tuple[str, ...]] = ()
    """The tensor arguments that follow other arguments of the function, so Keras gets them by name."""
    in_front: ClassVar[tuple[str, ...]] = ()
    """The arguments that Keras takes by position before the tensors."""
    submodule: ClassVar[str] = ""
    """The module in keras.ops that has the function, with a dot at the end."""
    is_operation = True
    converts: ClassVar[tuple[str, ...]] = ()
    takes: ClassVar[tuple[str, ...]] = NUMBERS

    result: ClassVar[Callable[..., Any]]
    """The rule that computes the shape of the result from the shapes of all operands in order.

    Raises `Problem` if the function does not accept them. For an operation of several results it
    returns a list.
    """
    result_type: ClassVar[Callable[..., Any]] = dtypes.common_type
    """The rule that computes the data type of the result from those of all operands in order."""
    operand_type: ClassVar[Callable[..., str] | None] = None
    """The rule that computes the data type to which Keras converts all operands.

    `takes` is about this type, and constants must fit it; without a rule, `takes` is about each tensor.
    """

    cost: ClassVar[Callable[..., Dim]] = no_macs
    """The rule that computes the multiply-accumulates from the shapes of all operands in order."""

    @classmethod
    def function_name(cls) -> str:
        """Return the name of the function in its module."""
        return snake_case(cls.__name__)

    @classmethod
    def kind(cls) -> str:
        """Return the word of a spec."""
        return f"{PREFIX}{cls.submodule}{cls.function_name()}"

    def meant_kind(self) -> str:
        """Return the word of the function; several have the same operation."""
        return f"{PREFIX}{self.submodule}{same_as(self.function_name())}"

    def keras_value(self, argument: str, value: Any) -> Any:
        """Return the value of an argument as Keras takes it."""
        return value

    def keeps(self, argument: str, value: object) -> bool:
        """Whether an argument stays the same with another spelling: 1.0 and 1 are two constants."""
        return argument not in self.tensors and super().keeps(argument, value)

    def meaning_of(self, argument: str) -> Hashable:
        """Return the meaning of an argument; that of a constant has its data type."""
        found, value = super().meaning_of(argument), self.checked(argument)
        if argument not in self.tensors or value is None:
            return found
        return (constant_type(value), found)

    def means(self, argument: str, value: object) -> bool:
        """Whether an argument has the same meaning as another value for it."""
        if argument not in self.tensors or self.checked(argument) is None:
            return super().means(argument, value)
        return repr(_frozen(value)) == repr(self.checked(argument))

    def constants(self) -> dict[str, Any]:
        """Return the operands that are constants."""
        found = {name: self.checked(name) for name in self.tensors if name in self.given}
        return {name: constant for name, constant in found.items() if constant is not None}

    def open_operands(self) -> tuple[str, ...]:
        """Return the operands that come from `from`, in order."""
        return tuple(name for name in self.tensors if self.is_awaited(name))

    def is_awaited(self, operand: str) -> bool:
        """Whether an operand comes from `from`: null leaves out an optional one, and says nothing else."""
        if operand not in self.given:
            return True
        return self.checked(operand) is None and operand not in self.optional

    def check_count(self, count: int) -> None:
        """Check the number of inputs of a call.

        Raises:
            Problem: it gets more or fewer tensors than it takes.

        """
        if self.merges:
            super().check_count(count)
        else:
            names, constants = self.open_operands(), self.constants()
            counts.check_count(self.kind(), names, self.optional, constants, count)

    def ordered(self, inputs: Sequence[Any], constant: Callable[[Any], Any]) -> dict[str, Any]:
        """Return something of all operands in order, made of the inputs and the constants."""
        waiting, constants = iter(inputs), self.constants()
        found: dict[str, Any] = {}
        for name in self.tensors:
            if name in constants:
                found[name] = constant(constants[name])
            elif self.is_awaited(name) and (item := next(waiting, None)) is not None:
                found[name] = item
        return found

    def arranged(  # type: ignore[override]  # constants are of the call, not of the kind
        self, inputs: Sequence[Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return all operands, those in front by position; other arguments are not among them."""
        if self.merges:
            return (list(inputs),), {}
        found = self.ordered(inputs, Constant)
        in_order = takewhile(lambda name: name in found and name not in self.by_name, self.tensors)
        positional = tuple(found.pop(name) for name in in_order)
        return positional, found

    def shape(self, *shapes: Shape) -> Any:
        """Compute the shape of the result."""
        if self.merges:
            return rules.with_values(self, self.result(*shapes))
        operands, constants = self.ordered(shapes, constant_shape), self.constants()
        try:
            return rules.with_values(self, self.result(*operands.values()))
        except Problem as problem:
            if problem.code == "shape-mismatch" and len(operands) == 2 and len(constants) == 1:
                problem.at, problem.where = problem.at or tuple(constants), "value"
            raise

    def macs(self, *shapes: Shape) -> Dim:
        """Compute the multiply-accumulates of a sample."""
        if self.merges:
            return self.cost(*shapes)
        return self.cost(*self.ordered(shapes, constant_shape).values())

    def output_dtype(self, *inputs: str) -> Any:
        """Compute the data type of the result."""
        if self.merges:
            return self.result_type(*inputs)
        return self.result_type(*self.ordered(inputs, constant_type).values())

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types of the tensors.

        Raises:
            Problem: the function does not compute on one of them.

        """
        types = inputs
        if self.operand_type is not None and "string" not in inputs:
            types = (self.operand_type(*self.ordered(inputs, constant_type).values()),)
            for name, constant in self.constants().items():
                dtypes.check_fits(constant, types[0], name)
        takes = self.computes_on()
        for dtype in (each for each in types if each not in takes):
            message = f"{self.kind()} takes {phrase(takes)}, not {named(dtype)}"
            raise Problem("wrong-dtype", message)
        if "string" in inputs and set(inputs) != {"string"}:
            raise Problem("wrong-dtype", f"{self.kind()} cannot combine text and numbers")


def declare(parent: type[Operation], docstrings: Mapping[str, str], **facts: Any) -> None:
    """Declare operations that differ from a parent only in their docstrings, by class name."""
    module = sys._getframe(1).f_globals["__name__"]
    for name, docstring in docstrings.items():
        operation(type(name, (parent,), {"__doc__": docstring, "__module__": module, **facts}))
