"""What it takes to declare a kind: its arguments as annotated attributes, checked by pydantic.

A declaration is a plain annotated class; pydantic is given it when its kind is first used, so that
a spec pays only for the kinds it names.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, ClassVar, Literal, Self, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import ErrorDetails, PydanticCustomError, core_schema

from cnnspec.diagnostics import did_you_mean

At = tuple[str | int, ...]


Where = Literal["value", "key", "kind"]
"""What is meant at a place: the value there, its key, or the kind of the call there."""


class Problem(Exception):
    """A finding without a place: `at` leads from the call to the argument that is meant."""

    def __init__(
        self,
        code: str,
        message: str,
        at: At | str = (),
        *,
        where: Where | None = None,
        suggestion: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.at: At = (at,) if isinstance(at, str) else at
        self.where: Where = where or ("value" if self.at else "kind")
        self.suggestion = suggestion

    def inside(self, part: str | int) -> "Problem":
        """The same problem, seen from one level further out."""
        at = (part, *self.at)
        return Problem(self.code, self.message, at, where=self.where, suggestion=self.suggestion)


class Problems(Exception):
    """Everything that is wrong with the arguments of one call."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


@dataclass(frozen=True)
class Expects:
    """Says in words what an argument takes, for messages and for editors."""

    phrase: str

    def describe(self, declaration: "type[Declaration]") -> str:
        """What it takes as an argument of a kind."""
        return self.phrase


def shown(value: object) -> str:
    """A value as a spec would write it, shortened."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"inf": ".inf", "-inf": "-.inf"}.get(str(value), ".nan")
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 40 else f"'{value[:37]}...'"
    if isinstance(value, list | tuple):
        inner = ", ".join(shown(item) for item in value[:6])
        return f"[{inner}{', ...' if len(value) > 6 else ''}]"
    if isinstance(value, Mapping):
        return "a mapping"
    return str(value)


Kind = TypeVar("Kind", bound="Declaration")


@dataclass(frozen=True)
class Family:
    """All kinds that can stand in one place of the language: layers, losses, initializers, ..."""

    noun: str
    namespace: str
    """The module of Keras that holds the classes of these kinds."""
    modules: tuple[str, ...]
    """The modules that declare the kinds; they are imported when a kind is first looked for."""
    _kinds: "dict[str, type[Declaration]]" = field(default_factory=dict)
    _aliases: dict[str, str] = field(default_factory=dict)

    def __call__(self, declaration: type[Kind]) -> type[Kind]:
        """Register a declared class (the family is a class decorator)."""
        declaration.family = self
        self._kinds[declaration.kind()] = declaration
        self._aliases.update(dict.fromkeys(declaration.aliases, declaration.kind()))
        return declaration

    @property
    def kinds(self) -> "dict[str, type[Declaration]]":
        """Every declared kind, by its name."""
        for module in self.modules:
            import_module(module)
        return self._kinds

    @property
    def aliases(self) -> dict[str, str]:
        """Other words that Keras takes for a kind, each with the kind."""
        return self._aliases if self.kinds else {}

    def find(self, word: str) -> "type[Declaration]":
        """The declaration that a word names.

        Raises:
            Problem: there is none.

        """
        kinds = self.kinds
        declaration = kinds.get(self._aliases.get(word, word))
        if declaration is None:
            suggestion = did_you_mean(word, [*kinds, *self._aliases])
            message = f"there is no {self.noun} '{word}'"
            raise Problem("unknown-kind", message, suggestion=suggestion)
        return declaration

    def check(self, call: object) -> "Declaration":
        """Turn `Kind` or `{Kind: {argument: value}}` into a checked declaration.

        Raises:
            Problems: the kind is unknown or its arguments do not fit.

        """
        word, arguments = split_call(call, self.noun)
        try:
            return self.find(word).of(arguments, word=word)
        except Problem as problem:
            raise Problems([problem]) from None


def split_call(call: object, noun: str) -> tuple[str, dict[str, Any]]:
    """Split a call into its kind and arguments.

    Raises:
        Problems: it is neither `Kind` nor `{Kind: {argument: value}}`.

    """
    if isinstance(call, Declaration):
        return call.word, call.given
    if isinstance(call, str):
        return call, {}
    if isinstance(call, Mapping) and len(call) == 1:
        ((word, arguments),) = call.items()
        if isinstance(word, str) and arguments is None:
            return word, {}
        if isinstance(word, str) and isinstance(arguments, Mapping):
            return word, dict(arguments)
    form = "`Kind` or `Kind: {argument: value}`"
    problem = Problem("wrong-structure", f"a {noun} is written {form}, not {shown(call)}")
    raise Problems([problem])


class Declaration:
    """A kind that a call can name. Subclasses annotate its arguments, with Keras's defaults."""

    family: ClassVar[Family]
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names that Keras knows the class by."""
    absent: ClassVar[tuple[str, ...]] = ()
    """Arguments of a parent class that this kind does not have."""
    rank: ClassVar[int] = 0
    """How many numbers an argument such as `kernel_size` has; 0 where there is no such argument."""

    _arguments: ClassVar[dict[str, Any]]
    _model: ClassVar[type[BaseModel]]

    given: dict[str, Any]
    """The arguments that the call gave, as it gave them."""
    word: str
    """The word by which the call named the kind."""

    @classmethod
    def kind(cls) -> str:
        """The name of the Keras class."""
        return cls.__name__

    @classmethod
    def arguments(cls) -> dict[str, Any]:
        """The type of every argument, by name."""
        if "_arguments" not in cls.__dict__:
            cls._arguments = _arguments(cls)
        return cls._arguments

    @classmethod
    def of(cls, arguments: Mapping[str, Any], *, word: str | None = None) -> Self:
        """Check arguments and keep them.

        Raises:
            Problems: any argument is unknown, missing, or not of its type.

        """
        try:
            checked = cls._checker().model_validate(arguments, context=cls)
        except ValidationError as error:
            raise Problems(_problems(cls, error, arguments)) from None
        declaration = cls.__new__(cls)
        declaration.__dict__.update(checked.__dict__)
        declaration.given = dict(arguments)
        declaration.word = word or cls.kind()
        found = tuple(declaration.conflicts())
        if found:
            raise Problems(found)
        return declaration

    @classmethod
    def _checker(cls) -> type[BaseModel]:
        """The pydantic model of the arguments; made when the kind is first used."""
        if "_model" not in cls.__dict__:
            cls._model = _model(cls)
        return cls._model

    def conflicts(self) -> Iterator[Problem]:
        """Yield what is wrong with the arguments together."""
        return iter(())

    def checked(self, argument: str) -> Any:
        """Return the checked value of an argument."""
        return getattr(self, argument)


def _arguments(declaration: type[Declaration]) -> dict[str, Any]:
    left_out = {"given", "word", *declaration.absent}
    hints = get_type_hints(declaration, include_extras=True)
    return {
        name: hint
        for name, hint in hints.items()
        if name not in left_out and get_origin(hint) is not ClassVar
    }


def _model(declaration: type[Declaration]) -> type[BaseModel]:
    fields: dict[str, Any] = {
        name: (hint, getattr(declaration, name, ...))
        for name, hint in declaration.arguments().items()
    }
    config = ConfigDict(extra="forbid", strict=True, validate_default=True, allow_inf_nan=False)
    return create_model(declaration.__name__, __config__=config, **fields)


def expectation(hint: Any) -> Expects:
    """What a type expects, in words."""
    for note in getattr(hint, "__metadata__", ()):
        if isinstance(note, Expects):
            return note
    for part in get_args(hint):
        if part is not type(None) and (found := expectation(part)).phrase:
            return found
    return Expects("")


def _problems(
    declaration: type[Declaration], error: ValidationError, given: Mapping[str, Any]
) -> Iterator[Problem]:
    """Say what pydantic found. A mistyped argument is not also a missing one."""
    found = error.errors(include_url=False)
    missing = {str(details["loc"][0]) for details in found if details["type"] == "missing"}
    free = [name for name in declaration.arguments() if name not in given]
    for details in found:
        name = str(details["loc"][0])
        if details["type"] != "extra_forbidden":
            continue
        suggestion = did_you_mean(name, free)
        missing -= {other for other in missing if suggestion and f"'{other}'" in suggestion}
        message = f"{declaration.kind()} has no argument '{name}'"
        yield Problem("unknown-argument", message, name, where="key", suggestion=suggestion)
    for details in found:
        yield from _translate(declaration, details, given, missing)


def _translate(
    declaration: type[Declaration],
    details: ErrorDetails,
    given: Mapping[str, Any],
    missing: set[str],
) -> Iterator[Problem]:
    name, sort = str(details["loc"][0]), details["type"]
    if sort == "extra_forbidden":
        return
    phrase = expectation(declaration.arguments()[name]).describe(declaration)
    if sort == "cnnspec":
        yield from (problem.inside(name) for problem in details["ctx"]["problems"])
    elif sort == "missing":
        if name in missing:
            yield Problem("missing-argument", f"{declaration.kind()} needs '{name}': {phrase}")
    else:
        code = "wrong-type" if sort.endswith("_type") else "out-of-range"
        yield Problem(code, must_be(declaration, name, phrase, given.get(name)), name)


def must_be(declaration: type[Declaration], argument: str, phrase: str, value: object) -> str:
    """Say that a value is not what an argument takes."""
    return f"'{argument}' of {declaration.kind()} must be {phrase}, not {shown(value)}"


@dataclass(frozen=True)
class Checked(Expects):
    """Marks an argument type whose values a function checks.

    The function gets the value and the declaration that takes it, and returns what rules will see.
    It raises `Problem` or `Problems`; a problem without a message gets "must be <phrase>".
    """

    check: Callable[[Any, "type[Declaration]"], Any] = field(kw_only=True)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Hand the check to pydantic."""
        return core_schema.with_info_plain_validator_function(self._validate)

    def _validate(self, value: Any, info: core_schema.ValidationInfo) -> Any:
        declaration: Any = info.context
        try:
            return self.check(value, declaration)
        except Problems as found:
            problems = found.problems
        except Problem as problem:
            if not problem.message:
                phrase = self.describe(declaration)
                problem.message = must_be(declaration, str(info.field_name), phrase, value)
            problems = (problem,)
        raise PydanticCustomError("cnnspec", "refused", {"problems": problems})


def call_of(family: Family, *, optional: bool = True) -> Checked:
    """Mark an argument that is itself a call of a family, or null where that is allowed."""

    def check(value: Any, _: type[Declaration]) -> Declaration | None:
        return None if value is None and optional else family.check(value)

    return Checked(f"a {family.noun}{' or null' if optional else ''}", check=check)


def default(value: Any) -> Any:
    """A default as a spec would write it; the argument's type makes of it what rules see."""
    return value
