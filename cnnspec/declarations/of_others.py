"""Classes and functions that are not from Keras, which are known only by their import path."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, ClassVar, Self

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.import_paths import is_import_path, package_of
from cnnspec.naming import snake_case


class OfOthers(Declaration):
    """A class of another package. Its arguments are kept as they are: only its code knows them."""

    import_path: ClassVar[str]
    """`package.module:Class`."""
    is_of_keras = False

    @classmethod
    def of(cls, arguments: Mapping[str, Any], *, word: str | None = None) -> Self:
        """Keep the arguments."""
        declaration = cls.__new__(cls)
        declaration.__dict__ |= cls.defaults()
        declaration.given = dict(arguments)
        declaration.word = word or cls.import_path
        return declaration

    @classmethod
    def package(cls) -> str:
        """The top-level package that contains the class."""
        return package_of(cls.import_path)

    def checked(self, argument: str) -> Any:
        """Return an argument as it was given."""
        return self.given.get(argument)

    def canonical(self, argument: str) -> Any:
        """Return the argument as given: only its code knows equivalent values."""
        return self.checked(argument)

    def meant(self, argument: str) -> Any:
        """Return the argument as given: only its code knows what null means, except of a name."""
        value = self.checked(argument)
        return snake_case(self.kind()) if argument == "name" and value is None else value

    def is_default(self, argument: str) -> bool:
        """Return false: only its code knows the defaults."""
        return False

    def means(self, argument: str, value: object) -> bool:
        """Whether an argument has exactly the given value."""
        return to_the_letter(value) == self.meaning_of(argument)

    def keeps(self, argument: str, value: object) -> bool:
        """Numbers keep their type."""
        return False

    def meant_kind(self) -> str:
        """The import path: classes of one name may be in several modules."""
        return self.import_path

    def alias(self) -> str:
        """Return the name of the class, for which there are no other words."""
        return self.kind()

    def meaning(self) -> tuple[Hashable, ...]:
        """The class and its arguments to the letter: only its code knows what means the same."""
        return (self.import_path, *((name, self.meaning_of(name)) for name in sorted(self.given)))

    def meaning_of(self, argument: str) -> Hashable:
        """An argument to the letter, in which 1, 1.0 and true differ."""
        return to_the_letter(self.checked(argument))


def function_path(call: Declaration, argument: str) -> str | None:
    """Return the import path of an activation of another package that is an argument."""
    expects = call.expected().get(argument)
    value = call.checked(argument) if expects and expects.words_of == "activations" else None
    return value if isinstance(value, str) and is_import_path(value) else None


def paths_in(call: Declaration, at: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, str]]:
    """Yield the import paths of a call and of its arguments, each with where it is."""
    if isinstance(call, OfOthers):
        yield at, call.import_path
    for name in call.given:
        if path := function_path(call, name):
            yield (*at, name), path
            continue
        value = call.checked(name)
        several = isinstance(value, tuple)
        for position, each in enumerate(value if several else (value,)):
            if isinstance(each, Declaration):
                yield from paths_in(each, (*at, name, position) if several else (*at, name))


def kind_of_others(path: str, base: type[Declaration]) -> type[Declaration]:
    """Return the declaration of a class of another package, with the rules of a base class of its family."""
    facts = {"import_path": path, "__module__": __name__}
    return type(path.rpartition(":")[2], (OfOthers, base), facts)


def to_the_letter(value: Any) -> Hashable:
    """Return a value that is equal only for values of the same types."""
    if isinstance(value, Mapping):
        return frozenset((key, to_the_letter(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(to_the_letter, value))
    return type(value), repr(value)
