"""The function that a block becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnspec.backends.python.layout import Call, Code, Labelled
from cnnspec.backends.python.literals import quoted
from cnnspec.backends.python.statements import Value
from cnnspec.ir.graph import Ref


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor that a function takes."""

    value: Value
    name: str | None
    """What its block calls it; None for what stands above the call."""
    refs: Sequence[Ref]
    """Which tensor it is in each call of the block."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Another parameter of a function."""

    identifier: str
    name: str | None
    """What its block calls it; None for one that the block does not have."""
    values: Sequence[Any]
    """Its value in each call of the block."""
    default: Code | None = None
    """None where every call gives it."""
    left_out: Sequence[bool] = ()
    """Which calls have the default."""

    def is_left_out(self, numbers: Sequence[int]) -> bool:
        """Whether none of some calls need give it."""
        return bool(self.left_out) and all(self.left_out[number] for number in numbers)


@dataclass(frozen=True, slots=True)
class Function:
    """A function, with what it takes in each call of its block."""

    identifier: str
    tensors: Sequence[Tensor]
    parameters: Sequence[Parameter]
    lines: Sequence[str]


def signature(
    identifier: str, variables: Sequence[str], parameters: Sequence[Parameter], block: str
) -> Call:
    """The head of a function; the name of a call starts those of its layers."""
    said = [
        each.identifier if each.default is None else Labelled(f"{each.identifier}=", each.default)
        for each in parameters
    ]
    return Call(f"def {identifier}", (*variables, *said, Labelled("name=", quoted(block))))
