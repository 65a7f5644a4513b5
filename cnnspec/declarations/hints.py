"""Problems of unknown words: what they mean in other frameworks, or which word is near."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Protocol

from cnnspec.declarations.foreign import (
    Kind,
    Meaning,
    of_argument,
    of_key,
    of_kind,
    of_value,
    of_word,
)
from cnnspec.declarations.import_paths import is_import_path
from cnnspec.diagnostics.problems import Problem
from cnnspec.diagnostics.rewrites import Rewrite, renamed
from cnnspec.diagnostics.suggestions import (
    Match,
    closest,
    is_completion,
    is_only_completion,
    may_suggest,
)
from cnnspec.records import replace

REDUCE = "reduce_"
"""What the names of reductions begin with in TensorFlow."""


OF_OTHERS = (
    "classes of other packages can be steps, activations, initializers, regularizers, constraints, losses "
    "and metrics"
)


class Words(Protocol):
    """What is asked of a family."""

    namespace: str
    by_alias: bool
    prefix: str
    refusals: Mapping[str, str]

    @property
    def kinds(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def aliases(self) -> Mapping[str, str]: ...  # noqa: D102
    def declared(self, word: str) -> type[Kind] | None: ...  # noqa: D102
    def canonical(self, word: str) -> str: ...  # noqa: D102


def kind_problem(
    family: Words,
    word: str,
    arguments: Mapping[str, Any],
    message: str,
    keys: Mapping[str, Any],
    others: Iterable[str],
) -> Problem:
    """Return the problem of a word that is not in a family."""
    code, own = "unknown-kind", list(others)
    if is_import_path(word) and not own:
        return Problem(code, f"{message}; {OF_OTHERS}")
    if not may_suggest():
        return Problem(code, message)
    known = [*family.kinds, *family.aliases]
    near = closest(word, own)
    if near is None or not near.is_certain:
        meaning = of_kind(family.namespace, word, arguments, family.declared, known, keys)
        if meaning is not None and meaning.rewrite == Rewrite(meaning.kind):
            near = closest(word, known)
            if near is not None and near.is_certain and near.word == meaning.kind:
                meaning = replace(meaning, text=near.text)
        if meaning is not None:
            return _problem(code, message, (), "kind", meaning)
        bare = f"{family.prefix}{word.rpartition('.')[2]}"
        if bare in family.refusals:
            message = f"{bare} cannot be used in a spec: {family.refusals[bare]}"
            return Problem("refused-kind", message)
        near = None if family.by_alias else _closest(bare, [*family.kinds, *own], family.prefix)
        if near is None or not near.is_certain:
            near = _closest(bare, [*known, *own], family.prefix)
    if near is None:
        return Problem(code, message)
    is_certain = near.is_certain or is_only_completion(word, near.word, [*known, *own])
    is_certain = is_certain and "." not in word.removeprefix(family.prefix)
    wanted = near.word if family.by_alias else family.canonical(near.word)
    return Problem(
        code,
        message,
        suggestion=Match(wanted, is_certain).text,
        replacement=Rewrite(wanted),
        is_safe=is_certain,
    )


def _closest(word: str, known: Iterable[str], prefix: str) -> Match | None:
    """Return the known word that is closest to another one; their prefix does not count.

    Of words with a prefix, only the functions are compared, without their modules.
    """
    if not prefix:
        return closest(word, known)
    functions = {each.rpartition(".")[2]: each for each in known}
    function = word.rpartition(".")[2]
    reduced = function.removeprefix(REDUCE)
    near = closest(reduced if reduced in functions else function, functions)
    return near and replace(near, word=functions[near.word])


def argument_problem(
    family: str,
    declaration: type[Kind],
    name: str,
    given: Mapping[str, Any],
    message: str,
    others: Iterable[str] = (),
) -> tuple[Problem | None, tuple[str, ...]]:
    """Return the problem of an argument that a kind does not have, and the arguments it means.

    `others` are words that are allowed in its place as well. There is no problem if that of
    another argument says it already.
    """
    code, words = "unknown-argument", [each for each in others if each not in given]
    if name in getattr(declaration, "tensors", ()):
        suggestion = "this tensor comes from `from`"
        return Problem(code, message, (name,), where="key", suggestion=suggestion), ()
    if not may_suggest():
        return Problem(code, message, (name,), where="key"), ()
    near = closest(name, words)
    if near is None or not near.is_certain:
        meaning = of_argument(family, declaration, name, given)
        near = closest(name, (each for each in declaration.arguments() if each not in given))
        is_slip = near is not None and near.is_certain
        if near and is_slip and meaning and meaning.rewrite == renamed(name, near.word):
            meaning = replace(meaning, text=near.text)
        if meaning is not None:
            problem = _problem(code, message, (name,), "key", meaning) if meaning.text else None
            return problem, meaning.arguments
        near = key_match("step", name, words)
    if near is None or not near.is_certain:
        words += [each for each in declaration.arguments() if each not in given]
        near = closest(name, words) or _only_one_meant(name, words, declaration, given)
    if near is None:
        return Problem(code, message, (name,), where="key"), ()
    problem = Problem(
        code,
        message,
        (name,),
        where="key",
        suggestion=near.text,
        replacement=renamed(name, near.word),
        is_safe=near.is_certain,
    )
    return problem, (near.word,)


def _only_one_meant(
    name: str, words: Iterable[str], declaration: type[Kind], given: Mapping[str, Any]
) -> Match | None:
    """Return the only argument with the parts of a name, or the only one that is still needed.

    The value must be one that it takes.
    """
    known = declaration.arguments()
    value = next(each for key, each in given.items() if str(key) == name)
    listed = [each for each in words if each not in known or declaration.accepts(each, value)]
    having = [each for each in listed if is_completion(name, each)]
    needed = [each for each in declaration.required() if each in listed]
    unknown = [*islice((each for each in given if each not in known), 2)]
    for each in (having, needed if len(unknown) == 1 else []):
        if len(each) == 1:
            return Match(each[0], is_certain=False)
    return None


def with_meaning(
    family: str, declaration: type[Kind], given: Mapping[str, Any], problem: Problem
) -> Problem:
    """Return the problem of a wrong value with what the value means, if it is a foreign one."""
    if len(problem.at) != 1 or problem.suggestion is not None:
        return problem
    name = str(problem.at[0])
    meaning = of_value(family, declaration, name, given) if name in given else None
    if meaning is None:
        return problem
    return _problem(problem.code, problem.message, problem.at, problem.where, meaning)


def word_problem(family: str, word: str, known: Iterable[str], message: str) -> Problem:
    """Return the problem of a value that is not one of the words of a family."""
    words = list(known)
    meaning = of_word(family, word, words)
    if meaning is not None and meaning.none is not None:
        return Problem("unknown-value", message, suggestion=meaning.none)
    meant = meaning.kind if meaning is not None else None
    near = Match(str(meant), True) if meant in words else closest(word.rpartition(".")[2], words)
    if near is None:
        return Problem("unknown-value", message)
    return Problem(
        "unknown-value",
        message,
        suggestion=near.text,
        replacement=near.word,
        is_safe=near.is_certain,
    )


def key_match(part: str, key: str, known: Iterable[str]) -> Match | None:
    """Return the key of a part of the document that is meant by another one."""
    words = list(known)
    near = closest(key, words)
    if near is None or not near.is_certain:
        meant = of_key(part, key)
        if meant in words:
            return Match(str(meant), True)
    return near


def _problem(code: str, message: str, at: Any, where: Any, meaning: Meaning) -> Problem:
    return Problem(
        code,
        message,
        at,
        where=where,
        suggestion=meaning.text,
        replacement=meaning.rewrite,
        is_safe=meaning.is_certain,
    )
