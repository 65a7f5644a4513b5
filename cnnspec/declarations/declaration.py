"""The base of declarations: kinds with annotated arguments, and the checks of their values.

A declaration is a plain annotated class. Its annotations are read when the kind is first used, so
that only the kinds of a spec cost time.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import cache
from inspect import get_annotations
from types import MappingProxyType
from typing import Any, ClassVar, Self, get_args, get_origin

from cnnspec.declarations.plain_types import checker
from cnnspec.diagnostics.problems import Problem, Problems, shown
from cnnspec.records import Record


class Expects:
    """Describes the accepted values of an argument for messages and editors, and their meaning."""

    def __init__(
        self,
        phrase: str,
        *,
        null: Any = None,
        alike: Callable[[Any], Any] | None = None,
        words_of: str | None = None,
    ) -> None:
        self.phrase = phrase
        self.words_of = words_of
        """The Keras module whose functions are the values, by name; some versions lack some."""
        self.null = null
        """The value that null stands for, or a function of the call; None if there is none."""
        self.alike = alike
        """Maps checked values with the same meaning to the same value."""

    def describe(self, declaration: "type[Declaration]") -> str:
        """Describe the accepted values of an argument of a kind."""
        return self.phrase

    def json_schema(self, declaration: "type[Declaration]") -> dict[str, Any] | None:
        """Return the JSON Schema of the accepted values; None to use the one of pydantic."""
        return None


class FamilyFacts:
    """The properties of a family that its kinds use."""

    def __init__(self, noun: str, namespace: str, *, by_alias: bool = False) -> None:
        self.noun = noun
        self.namespace = namespace
        """The Keras module of the classes of these kinds."""
        self.by_alias = by_alias
        """Whether a call without arguments is written with the first alias of its kind."""


class Recent(Record):
    """What only newer versions of Keras do, and no signature shows: a value, a combination."""

    since: str
    """The first version that does it, such as `3.14.0`."""
    argument: str | None
    """The argument to point at, if it is given; else the kind."""
    what: str
    """The subject of the message."""
    applies: Callable[..., bool]
    """Whether a checked call needs it; with `by_inputs`, a call on inputs of some shapes."""
    by_inputs: bool = False
    lost: str | None = None
    """The first version that does not do it; None if all versions before `since` do not."""


class Declaration:
    """Base class of kinds. Subclasses annotate their arguments, with the defaults of Keras."""

    family: ClassVar[FamilyFacts]
    aliases: ClassVar[tuple[str, ...]] = ()
    """Aliases of the class in Keras."""
    absent: ClassVar[tuple[str, ...]] = ()
    """Arguments of a parent class that this kind does not have."""
    in_call: ClassVar[tuple[str, ...]] = ()
    """Arguments that Keras takes where a layer is called, rather than where it is made."""
    only_lists: ClassVar[tuple[str, ...]] = ()
    """Arguments for which Keras does not accept a number instead of a list of equal ones."""
    open_words: ClassVar[tuple[str, ...]] = ()
    """Words that stand for several kinds, of which Keras chooses one by the shapes."""
    before: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """For arguments that only newer versions of Keras have: the value by which older ones act.

    A function gets the call. It is not needed for an argument whose default changes nothing.
    """
    recent: ClassVar[tuple[Recent, ...]] = ()
    """What only newer versions of Keras take, besides kinds and arguments."""
    is_of_keras: ClassVar[bool] = True
    """Whether it is a class of Keras, which the facts about versions are about."""
    example: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """The arguments of an example call; kinds that are described otherwise have no example here."""
    held_in: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The attributes that hold arguments whose names are those of other attributes, by argument."""
    rank: ClassVar[int] = 0
    """The number of values of arguments such as `kernel_size`; 0 if there are none."""

    _arguments: ClassVar[dict[str, Any]]
    _expected: ClassVar[dict[str, Expects]]
    _defaults: ClassVar[dict[str, Any]]
    _meanings: ClassVar[dict[str, Expects]]
    _required: ClassVar[tuple[str, ...]]

    given: dict[str, Any]
    """The arguments of the call, as given."""
    word: str
    """The word that the call used for the kind."""

    @classmethod
    def kind(cls) -> str:
        """Return the name of the Keras class."""
        return cls.__name__

    @classmethod
    def arguments(cls) -> dict[str, Any]:
        """The type of every argument, by name."""
        if "_arguments" not in cls.__dict__:
            cls._arguments = _arguments(cls)
        return cls._arguments

    @classmethod
    def expected(cls) -> dict[str, Expects]:
        """Return what every argument expects, by name."""
        if "_expected" not in cls.__dict__:
            cls._expected = {name: expectation(hint) for name, hint in cls.arguments().items()}
        return cls._expected

    @classmethod
    def of(cls, arguments: Mapping[str, Any], *, word: str | None = None) -> Self:
        """Check and store the arguments.

        Raises:
            Problems: an argument is unknown, missing, or has the wrong type.

        """
        problems = [*_unknown_and_missing(cls, arguments)]
        checked = cls.defaults().copy()
        known = cls.arguments()
        for name, value in arguments.items():
            if name not in known:
                continue
            try:
                checked[name] = _checked(cls, name, value)
            except Problems as refused:
                problems += _meant(cls, arguments, refused).problems
        if problems:
            raise Problems(problems)
        declaration = cls.__new__(cls)
        held_in = cls.held_in
        declaration.__dict__.update(
            {held_in.get(name, name): value for name, value in checked.items()}
            if held_in
            else checked
        )
        declaration.given = dict(arguments)
        declaration.word = word or cls.kind()
        if conflicts := tuple(declaration.conflicts()):
            raise Problems(conflicts)
        return declaration

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """The defaults as rules see them; required arguments have none."""
        if "_defaults" not in cls.__dict__:
            cls._defaults = {
                name: _checked(cls, name, cls.default_of(name))
                for name in cls.arguments()
                if cls.has_default(name)
            }
        return cls._defaults

    @classmethod
    def required(cls) -> tuple[str, ...]:
        """The required arguments."""
        if "_required" not in cls.__dict__:
            cls._required = tuple(name for name in cls.arguments() if not cls.has_default(name))
        return cls._required

    @classmethod
    def has_default(cls, argument: str) -> bool:
        """Whether an argument may be left out."""
        return hasattr(cls, cls.held_in.get(argument, argument))

    @classmethod
    def default_of(cls, argument: str, otherwise: Any = None) -> Any:
        """Return the default of an argument as Keras has it; `otherwise` if it is required."""
        return getattr(cls, cls.held_in.get(argument, argument), otherwise)

    def conflicts(self) -> Iterator[Problem]:
        """Yield problems with combinations of arguments."""
        return iter(())

    def checked(self, argument: str) -> Any:
        """Return the checked value of an argument."""
        return getattr(self, self.held_in.get(argument, argument))

    @property
    def is_open(self) -> bool:
        """Whether Keras chooses the kind by the shapes; such a call takes no arguments."""
        return not self.given and self.word.lower() in self.open_words

    def meant_kind(self) -> str:
        """Return the kind of the call; if it is left open, the first word for it."""
        return self.open_words[0] if self.is_open else self.kind()

    def alias(self) -> str:
        """Return the word for the kind if a call has no arguments."""
        if self.is_open:
            return self.open_words[0]
        return self.aliases[0] if self.family.by_alias and self.aliases else self.kind()

    def meant(self, argument: str) -> Any:
        """Return the checked value of an argument, or the value that null stands for."""
        return self._meant(argument, self.checked(argument))

    def canonical(self, argument: str) -> Any:
        """Return a common value for all values with the meaning of an argument."""
        return self._canonical(argument, self.checked(argument))

    def meaning(self) -> tuple[Hashable, ...]:
        """Return the kind and all arguments; equal for calls with the same meaning."""
        return (self.meant_kind(), *((name, self.meaning_of(name)) for name in self._sorted()))

    def meaning_of(self, argument: str) -> Hashable:
        """Return the meaning of an argument; equal for values that mean the same in this call."""
        return meaning(self.canonical(argument))

    def is_default(self, argument: str) -> bool:
        """Whether an argument has the same meaning as its default."""
        defaults = self.defaults()
        if argument not in defaults:
            return False
        return self.meaning_of(argument) == meaning(self._canonical(argument, defaults[argument]))

    def means(self, argument: str, value: object) -> bool:
        """Whether an argument has the same meaning as another value for it."""
        try:
            checked = _checked(type(self), argument, value)
        except Problems:
            return False
        return meaning(self._canonical(argument, checked)) == self.meaning_of(argument)

    def keeps(self, argument: str, value: object) -> bool:
        """Whether an argument takes whole numbers as such, rather than as ones with a fraction."""
        try:
            checked = _checked(type(self), argument, value)
        except Problems:
            return False
        return repr(_listed(checked)) == repr(value)

    @classmethod
    def accepts(cls, name: str, value: Any) -> bool:
        """Whether an argument takes a value."""
        try:
            _checked(cls, name, value)
        except Problems:
            return False
        return True

    @classmethod
    def _sorted(cls) -> list[str]:
        return sorted(cls.arguments())

    def _meant(self, argument: str, value: Any) -> Any:
        if value is not None or (expects := self.meanings().get(argument)) is None:
            return value
        return expects.null(self) if callable(expects.null) else expects.null

    def _canonical(self, argument: str, value: Any) -> Any:
        value = self._meant(argument, value)
        expects = self.meanings().get(argument)
        if value is None or expects is None or expects.alike is None:
            return value
        return expects.alike(value)

    @classmethod
    def meanings(cls) -> dict[str, Expects]:
        """Arguments for which several values have the same meaning."""
        if "_meanings" not in cls.__dict__:
            cls._meanings = {
                name: expects
                for name, expects in cls.expected().items()
                if expects.null is not None or expects.alike is not None
            }
        return cls._meanings


def _listed(value: Any) -> Any:
    """Replace the tuples in a checked value by lists."""
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value


def meaning(value: Any) -> Hashable:
    """Return a value of the language that is equal for values with the same meaning."""
    if isinstance(value, Declaration):
        return value.meaning()
    if isinstance(value, Mapping):
        return tuple((key, meaning(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(meaning, value))
    return (bool, value) if isinstance(value, bool) else value  # which would be equal to 0 or 1


def _arguments(declaration: type[Declaration]) -> dict[str, Any]:
    left_out = {"given", "word", *declaration.absent}
    hints: dict[str, Any] = {}
    for parent in reversed(declaration.__mro__):
        hints |= get_annotations(parent)
    of_attribute = {attribute: name for name, attribute in declaration.held_in.items()}
    return {
        of_attribute.get(name, name): hint
        for name, hint in hints.items()
        if name not in left_out and get_origin(hint) is not ClassVar
    }


@cache
def expectation(hint: Any) -> Expects:
    """Describe in words what a type expects."""
    for note in getattr(hint, "__metadata__", ()):
        if isinstance(note, Expects):
            return note
    for part in get_args(hint):
        if part is not type(None) and (found := expectation(part)).phrase:
            return found
    return Expects("")


def _unknown_and_missing(
    declaration: type[Declaration], given: Mapping[str, Any], others: Iterable[str] = ()
) -> Iterator[Problem]:
    """Yield unknown and missing arguments; a mistyped argument is not reported as missing too."""
    known = declaration.arguments()
    missing = [name for name in declaration.required() if name not in given]
    problems: list[Problem] = []
    for name in given:
        if name in known:
            continue
        from cnnspec.declarations.hints import argument_problem  # not needed without errors

        message = f"{declaration.kind()} has no argument '{name}'"
        family = declaration.family.namespace
        problem, meant = argument_problem(family, declaration, str(name), given, message, others)
        missing = [other for other in missing if other not in meant]
        if problem is not None:
            problems.append(problem)
    unclear = [each for each in problems if each.suggestion is None]
    if len(missing) == len(unclear) == 1 and _is_missing(
        declaration, missing[0], given, unclear[0]
    ):
        missing = []
    yield from problems
    for name in missing:
        phrase = declaration.expected()[name].describe(declaration)
        yield Problem("missing-argument", f"{declaration.kind()} needs '{name}', {phrase}")


def _is_missing(
    declaration: type[Declaration], missing: str, given: Mapping[str, Any], unknown: Problem
) -> bool:
    """Whether an unknown argument may be the only missing one, which is then suggested for it."""
    from cnnspec.diagnostics.rewrites import renamed  # not needed for specs without errors

    name = str(unknown.at[0])
    try:
        _checked(declaration, missing, given[name])
    except (Problems, KeyError):
        return False
    unknown.suggestion = f"did you mean '{missing}'?"
    unknown.replacement, unknown.is_safe = renamed(name, missing), False
    return True


def _meant(declaration: type[Declaration], given: Mapping[str, Any], found: Problems) -> Problems:
    """Return problems of values with what the values mean in other frameworks."""
    from cnnspec.declarations.hints import with_meaning  # not needed for specs without errors

    family = declaration.family.namespace
    return Problems(with_meaning(family, declaration, given, each) for each in found.problems)


def _checked(declaration: type[Declaration], name: str, value: object) -> Any:
    """Return the value of an argument as rules see it.

    Raises:
        Problems: it has the wrong type.

    """
    expects = declaration.expected()[name]
    try:
        if isinstance(expects, Checked):
            return expects.check(value, declaration)
        return checker(declaration.arguments()[name])(value)
    except TypeError:
        problem = Problem("wrong-type", "")
    except ValueError:
        problem = Problem("out-of-range", "")
    except Problem as found:
        problem = found
        problem.where = "value"
    except Problems as nested:
        raise Problems(each.inside(name) for each in nested.problems) from None
    if not problem.message:
        phrase = expects.describe(declaration)
        said = f"'{name}' of {declaration.kind()} must be {phrase}, not {shown(value)}"
        problem.message = said
    raise Problems([problem.inside(name)])


class Checked(Expects):
    """Marks an argument type whose values are checked by a function.

    The function gets the value and the declaration, and returns what rules see. It raises `Problem`
    or `Problems`; a problem without a message gets "must be <phrase>".
    """

    def __init__(
        self,
        phrase: str,
        *,
        check: Callable[[Any, type[Declaration]], Any],
        schema: Mapping[str, Any] = MappingProxyType({}),
        null: Any = None,
        alike: Callable[[Any], Any] | None = None,
        words_of: str | None = None,
        family: Any = None,
    ) -> None:
        super().__init__(phrase, null=null, alike=alike, words_of=words_of)
        self.family = family
        """The family of the values that are calls, or lists of calls, if any."""
        self.check = check
        self.schema = schema
        """The JSON Schema of accepted values; an empty one allows everything."""

    def json_schema(self, declaration: "type[Declaration]") -> dict[str, Any]:
        """Return the JSON Schema of the accepted values."""
        return dict(self.schema)


def default(value: Any) -> Any:
    """Declare a default as a spec would write it; the type of the argument converts it."""
    return value
