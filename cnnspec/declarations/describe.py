"""Reads the docstrings of kinds and arguments, for users and editors."""

import ast
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from cnnspec.declarations.declaration import Declaration, expectation
from cnnspec.declarations.keras_versions import (
    Span,
    range_of,
    span_of_kind,
    spans_of_arguments,
    varying_defaults,
)
from cnnspec.diagnostics.problems import shown

NO_DEFAULT = object()
"""The default of what is required, or of what means nothing if it is not there."""


@dataclass(frozen=True, slots=True)
class Argument:
    """The description of an argument."""

    name: str
    takes: str
    """The accepted values."""
    required: bool
    default: Any
    """The default as a spec would write it; `NO_DEFAULT` if there is none."""
    says: str
    """The purpose of the argument; empty if the name is sufficient."""


def describe(declaration: type[Declaration]) -> tuple[Argument, ...]:
    """Describe the arguments of a kind: required ones first, those shared by all kinds last."""
    texts = argument_docstrings(declaration)
    spans = spans_of_arguments(declaration)
    family = next(each for each in declaration.__mro__ if Declaration in each.__bases__)

    def order(item: tuple[str, Any]) -> tuple[bool, bool]:
        name = item[0]
        shared = family is not declaration and name in family.__annotations__
        return name not in declaration.required(), shared

    return tuple(
        Argument(
            name,
            expectation(hint).describe(declaration),
            name in declaration.required(),
            declaration.default_of(name, NO_DEFAULT),
            _with_former(
                _with_range(texts.get(name, ""), spans.get(name)),
                varying_defaults(declaration).get(name, {}),
            ),
        )
        for name, hint in sorted(declaration.arguments().items(), key=order)
    )


def summary_line(declaration: type[Declaration]) -> str:
    """Return the first paragraph of the docstring of a kind, as one line, and which Keras has it."""
    paragraph = (inspect.getdoc(declaration) or "").split("\n\n")[0]
    return _with_range(" ".join(paragraph.split()), span_of_kind(declaration))


def _with_range(text: str, span: Span | None) -> str:
    """Append the versions of Keras that have something, if not all have it."""
    if span is None:
        return text
    first, last = span
    return f"{text} Requires {range_of(first if last is None else last, last is None)}.".lstrip()


def _with_former(text: str, defaults: Mapping[str, Any]) -> str:
    """Append the defaults of older versions of Keras."""
    for (_, value), (later, _) in pairwise(defaults.items()):
        text += f" Before Keras {later.removesuffix('.0')}, the default is {shown(value)}."
    return text.lstrip()


def argument_docstrings(declaration: type[Declaration]) -> dict[str, str]:
    """Return the docstrings of the annotated attributes of a class and its parents."""
    texts: dict[str, str] = {}
    for parent in reversed(declaration.__mro__):
        if parent is not object:
            texts |= attribute_docstrings(parent)
    for argument, attribute in declaration.held_in.items():
        texts[argument] = texts.pop(attribute, "")
    return texts


def attribute_docstrings(class_: type[Any]) -> dict[str, str]:
    """Return the docstrings of the annotated attributes in the body of a class."""
    return _docstrings(class_.__module__, class_.__qualname__)


@cache
def _docstrings(module: str, name: str) -> dict[str, str]:
    class_ = _class(module, name)
    texts: dict[str, str] = {}
    if class_ is None:  # it is made from a table, and has no arguments of its own
        return texts
    for statement, below in zip(class_.body, class_.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            texts[statement.target.id] = " ".join(below.value.value.split())
    return texts


def _class(module: str, name: str) -> ast.ClassDef | None:
    statements = _module(module).body
    return next(
        (node for node in statements if isinstance(node, ast.ClassDef) and node.name == name), None
    )


@cache
def _module(name: str) -> ast.Module:
    return ast.parse(inspect.getsource(sys.modules[name]))
