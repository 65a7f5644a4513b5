"""Which version of Keras a spec is held against, and what of a call that version does not have."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.machinery import PathFinder
from typing import Any, Literal

from cnnspec.declarations import keras_table as table
from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.problems import Problem, shown
from cnnspec.records import Record

CODE = "not-in-this-keras"
Span = table.Span
Version = tuple[int, ...]


class Keras(Record):
    """A version of Keras, and how it came to be the one that counts."""

    version: Version
    origin: Literal["installed", "asked", "newest"] = "asked"

    def __str__(self) -> str:
        return ".".join(map(str, self.version))

    @property
    def is_newest(self) -> bool:
        """Whether nothing is known that it does not have."""
        return self.version >= NEWEST.version

    def has(self, span: Span) -> bool:
        """Whether it lies between the first and the last version that have something."""
        first, last = span
        return _version(first) <= self.version and (last is None or self.version <= _version(last))

    def lacks(self, what: str, span: Span, *, instead: str | None = None) -> Problem:
        """Return the problem that it does not have something."""
        first, last = span
        is_older = self.version < _version(first)
        release = first if is_older else str(last)
        needed = f"'keras{'>=' if is_older else '<='}{release.removesuffix('.0')}'"
        if self.origin == "installed":
            here, suggestion = (
                f"Keras {self} is installed",
                f"install it with `pip install {needed}`",
            )
        else:
            here = f"the spec is checked for Keras {str(self).removesuffix('.0')}"
            suggestion = f"depend on {needed}"
        suggestion += f", or write {instead}" if instead else ""
        message = f"{what} requires {range_of(release, is_older)}, but {here}"
        return Problem(CODE, message, suggestion=suggestion)


def range_of(release: str, and_later: bool) -> str:
    """Return a release of Keras and all later or earlier ones in words."""
    return f"Keras {release.removesuffix('.0')} or {'later' if and_later else 'earlier'}"


def _version(text: str) -> Version:
    """Return the numbers that a version starts with; `3.16.0.dev1` is taken for 3.16.0."""
    numbers = []
    for part in text.strip().split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)


NEWEST = Keras(_version(table.RELEASES[-1]), "newest")
OLDEST = Keras(_version(table.RELEASES[0]))


@cache
def installed() -> Keras | None:
    """Return the installed Keras, found without importing it; None if there is none."""
    spec = PathFinder.find_spec("keras")
    for folder in (spec and spec.submodule_search_locations) or ():
        try:
            with open(f"{folder}/src/version.py", encoding="utf-8") as file:
                text = file.read()
        except OSError:
            continue
        for line in text.splitlines():
            if line.startswith("__version__"):
                return of_release(line.partition("=")[2].strip(" \"'"))
    return None


def of_release(text: str) -> Keras:
    """Return the version of the Keras that is there, as it states it."""
    return Keras(_version(text), "installed")


def usual() -> Keras:
    """Return the Keras that a spec is held against if no other is asked for."""
    return installed() or NEWEST


def minors() -> list[str]:
    """List the minor versions that are known, oldest first, such as `3.12`."""
    return list(dict.fromkeys(each.rpartition(".")[0] for each in table.RELEASES))


def asked(text: str) -> Keras:
    """Return a version that a user names; `3.12` is the first release of that minor version.

    Raises:
        ValueError: no such version is known.

    """
    version = _version(text)
    known = minors()
    is_plain = ".".join(map(str, version)) == text
    if is_plain and len(version) in (2, 3) and ".".join(map(str, version[:2])) in known:
        return Keras((*version, 0)[:3])
    choice = f"choose one from {known[0]} to {known[-1]}"
    raise ValueError(f"'{text}' is not a known version of Keras; {choice}")


def missing(call: Declaration, keras: Keras) -> Iterator[Problem]:
    """Yield what a checked call, or a call inside it, needs that a version does not have."""
    if keras.is_newest or not call.is_of_keras:
        return
    kind = call.kind()
    span = span_of_kind(type(call))
    if span is not None and not keras.has(span):
        yield keras.lacks(kind, span)
        return
    for name, span in spans_of_arguments(type(call)).items():
        if not keras.has(span):
            yield from _missing_argument(call, name, span, keras)
    yield from _missing_values(call, keras)
    for name in call.given:
        if name in call.arguments():
            yield from _missing_inside(call.checked(name), (name,), keras)


def _missing_argument(call: Declaration, name: str, span: Span, keras: Keras) -> Iterator[Problem]:
    if acts_as_before(call, name):
        return
    if name in call.given:
        problem = keras.lacks(f"'{name}' of {call.kind()}", span)
        problem.at, problem.where = (name,), "key"
        yield problem
        return
    value = shown(call.checked(name))
    instead = f"`{name}: {shown(before(call, name))}`"
    yield keras.lacks(f"{call.kind()} with {name} {value}, its default,", span, instead=instead)


def _missing_values(call: Declaration, keras: Keras) -> Iterator[Problem]:
    for name, expects in call.expected().items():
        value = call.checked(name) if name in call.given else None
        if expects.words_of is not None and isinstance(value, str):
            span = table.WORDS.get(expects.words_of, {}).get(value)
            if span is not None and not keras.has(span):
                yield keras.lacks(shown(value), span).inside(name)
    yield from _recent(call, keras)


def missing_on_inputs(call: Declaration, keras: Keras, shapes: Sequence[Any]) -> Iterator[Problem]:
    """Yield what a call needs for inputs of some shapes that a version does not do."""
    if not keras.is_newest:
        yield from _recent(call, keras, *shapes)


def _recent(call: Declaration, keras: Keras, *shapes: Any) -> Iterator[Problem]:
    for each in call.recent:
        first = each.lost or table.RELEASES[0]
        is_in_time = keras.has((each.since, None)) or not keras.has((first, None))
        if is_in_time or each.by_inputs != bool(shapes) or not each.applies(call, *shapes):
            continue
        problem = keras.lacks(each.what, (each.since, None))
        problem.at = (each.argument,) if each.argument in call.given else ()
        problem.where = "value" if problem.at else "kind"
        yield problem


def _missing_inside(value: Any, at: tuple[str | int, ...], keras: Keras) -> Iterator[Problem]:
    if isinstance(value, Declaration):
        for problem in missing(value, keras):
            for part in reversed(at):
                problem = problem.inside(part)
            yield problem
    elif isinstance(value, tuple | list):
        for position, item in enumerate(value):
            yield from _missing_inside(item, (*at, position), keras)


def span_of_kind(declaration: type[Declaration]) -> Span | None:
    """Return the versions that have a kind, if only some have it."""
    return table.KINDS.get(declaration.family.namespace, {}).get(declaration.kind())


def spans_of_arguments(declaration: type[Declaration]) -> dict[str, Span]:
    """Return the versions that have an argument, for those that only some versions have."""
    return table.ARGUMENTS.get(declaration.family.namespace, {}).get(declaration.kind(), {})


def before(call: Declaration, argument: str) -> Any:
    """Return the value by which versions without an argument act."""
    value = call.before.get(argument, call.defaults().get(argument))
    return value(call) if callable(value) else value


def acts_as_before(call: Declaration, argument: str) -> bool:
    """Whether a version without an argument does what the call says."""
    return call.means(argument, before(call, argument))


def as_before(declaration: type[Declaration], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call for a Keras that lacks some, with what it does without them.

    They are those of a configuration in a file, in which newer versions write every argument.
    """
    lacking = [name for name in declaration.before if name not in arguments]
    if not lacking:
        return dict(arguments)
    call = declaration.of(arguments)
    return {**arguments, **{name: before(call, name) for name in lacking}}


def is_passed(call: Declaration, argument: str, keras: Keras) -> bool:
    """Whether an argument is passed to a version of Keras, rather than left to its default."""
    if argument in call.given and not call.is_default(argument):
        span = spans_of_arguments(type(call)).get(argument)
        return span is None or keras.has(span) or not acts_as_before(call, argument)
    if argument not in varying_defaults(type(call)):
        return False
    span = spans_of_arguments(type(call)).get(argument)
    return span is None or keras.has(span)


def is_known_word(declaration: type[Declaration], word: str) -> bool:
    """Whether every version with a kind also takes a word for it."""
    return word not in table.WORDS.get(declaration.family.namespace, {})


def varying_defaults(declaration: type[Declaration]) -> dict[str, dict[str, Any]]:
    """Return the arguments whose defaults differ between versions: each default by its first."""
    return table.DEFAULTS.get(declaration.family.namespace, {}).get(declaration.kind(), {})
