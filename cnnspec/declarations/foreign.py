"""What words of other frameworks are in Keras: calls, arguments, values and keys.

The table of these words is read only after an error.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Protocol

from cnnspec.declarations.conversions import CONVERSIONS, UnclearError
from cnnspec.declarations.foreign_table import Entry, Rule, entry_of, worlds
from cnnspec.diagnostics.rewrites import KEPT, Rewrite, call_text, flow_text
from cnnspec.records import Record, replace

MAX_TEXT = 100
"""The longest line that a suggestion shows."""

DEFAULT = "it is the default"
"""Why an argument may be left out without a remark."""


class Kind(Protocol):
    """What is asked of the declaration of a kind."""

    rank: ClassVar[int]

    @classmethod
    def kind(cls) -> str: ...  # noqa: D102
    @classmethod
    def arguments(cls) -> dict[str, Any]: ...  # noqa: D102
    @classmethod
    def required(cls) -> tuple[str, ...]: ...  # noqa: D102
    @classmethod
    def accepts(cls, name: str, value: Any) -> bool: ...  # noqa: D102


class Meaning(Record):
    """What a word is here: in words, and as a change of the call."""

    text: str | None
    """None if another argument says it already."""
    rewrite: Rewrite | None = None
    is_certain: bool = False
    arguments: tuple[str, ...] = ()
    """The arguments that it becomes."""
    kind: str | None = None
    """The kind that it becomes."""
    call: str | None = None
    """Its whole call, if that is certain."""


class _Converted(Record):
    """What an argument becomes."""

    pairs: tuple[tuple[str, Any], ...] = ()
    remark: str | None = None
    is_certain: bool = True
    to: str | None = None


def of_kind(
    family: str,
    word: str,
    arguments: Mapping[str, Any],
    find: Callable[[str], type[Kind] | None],
    known: Iterable[str],
    keys: Mapping[str, Any] = {},
) -> Meaning | None:
    """Return what a word is in a family, and its call with it; None if the table has no such word.

    `find` returns the declaration of a kind, `known` are the words of the family, and `keys` are
    shown before the arguments.
    """
    found = entry_of(family, word, known)
    if found is None:
        return None
    entry, name = found
    for argument in (each for each in entry.cases if each in arguments):
        cases, value = entry.cases[argument], arguments[argument]
        if isinstance(value, list) and len({*map(repr, value)}) == 1:
            value = value[0]
        case = cases.get(value) if isinstance(value, str | int) else None
        usual = find(entry.kind) if entry.kind is not None else None
        if case is not None:
            entry = replace(
                entry, kind=case.kind, fixed=case.fixed, but=case.but, left_out=argument
            )
        elif usual is None or argument not in usual.arguments():
            listed = ", ".join(sorted({str(each.kind) for each in cases.values()}))
            return Meaning(f"it is one of {listed}")
    declaration = find(entry.kind) if entry.kind is not None else None
    if declaration is None:
        return Meaning(entry.none)
    return _of_call(family, entry, name, declaration, arguments, keys)


def _of_call(
    family: str,
    entry: Entry,
    world: str,
    declaration: type[Kind],
    arguments: Mapping[str, Any],
    keys: Mapping[str, Any],
) -> Meaning:
    kind = declaration.kind() if str(entry.kind)[:1].isupper() else str(entry.kind)
    replaced: dict[str, tuple[tuple[str, Any], ...]] = {}
    written: dict[str, Any] = {}
    remarks, is_certain = [] if entry.but is None else [entry.but], entry.but is None
    for name, value in arguments.items():
        if name == entry.left_out:
            replaced[name] = ()
            continue
        rule = entry.arguments.get(name)
        if rule is not None and not _fits(rule, declaration):
            rule = Rule(none=f"{kind} has none")
        elif rule is None and name not in declaration.arguments():
            rule = _rule_of(family, declaration, name, world) or Rule(none=f"{kind} has none")
        made = _converted(rule, name, arguments, declaration) if rule else _kept(name)
        if made.remark is not None and made.remark != DEFAULT:
            left_out = " is left out" if made.is_certain else ""
            remarks.append(f"'{name}'{left_out}: {made.remark}")
        is_certain = is_certain and made.is_certain
        pairs = tuple(pair for pair in made.pairs if pair[0] not in written)
        if pairs != made.pairs and (rule is None or rule.by != "kernel_sides"):
            remarks.append(f"'{name}': '{made.pairs[0][0]}' is given already")
            is_certain = False
        written.update({each: value if to is KEPT else to for each, to in pairs})
        if pairs != ((name, KEPT),):
            replaced[name] = pairs
    both = {**entry.defaults, **entry.fixed}
    added = {name: value for name, value in both.items() if name not in written}
    written |= added
    rewrite = Rewrite(kind, replaced, tuple(added.items()))
    missing = {name: "..." for name in declaration.required() if name not in written}
    line = call_text(kind, {**keys, **missing, **written})
    start = "write" if is_certain else "the nearest is"
    shown = line if len(line) <= MAX_TEXT else kind
    text = "; ".join((f"{start} `{shown}`", *dict.fromkeys(remarks)))
    if not is_certain:
        return Meaning(text, kind=kind)
    return Meaning(text, rewrite, is_certain, kind=kind, call=line)


def of_argument(
    family: str, declaration: type[Kind], name: str, given: Mapping[str, Any]
) -> Meaning | None:
    """Return what an argument that a kind does not have is; None if the table has none."""
    rule = _rule_of(family, declaration, name, "")
    if rule is None:
        return None
    made = _converted(rule, name, given, declaration)
    others = [
        each
        for each in given
        if each != name
        and each not in declaration.arguments()
        and (other := _rule_of(family, declaration, each, "")) is not None
        and rule.by == "kernel_sides" == other.by
    ]
    if others and made.is_certain and list(given).index(others[0]) < list(given).index(name):
        return Meaning(None, arguments=(str(made.to),))
    return _of_entry(name, made, given, others)


def of_value(
    family: str, declaration: type[Kind], name: str, given: Mapping[str, Any]
) -> Meaning | None:
    """Return what a wrong value of an argument is; None if the table does not say it."""
    rules = [*_rules_of_kind(family, declaration, name)]
    rules += [world.arguments[name] for world in worlds() if name in world.arguments]
    rules = [each for each in rules if (each.by or each.values) and _fits(each, declaration)]
    for rule in rules:
        if rule.to == name:
            made = _converted(rule, name, given, declaration)
            is_same = made.pairs in (((name, KEPT),), ((name, given[name]),))
            if not is_same and (made.is_certain or not isinstance(given[name], str | bool)):
                return _of_entry(name, made, given, [])
    return None


def _of_entry(
    name: str, made: _Converted, given: Mapping[str, Any], others: Iterable[str]
) -> Meaning:
    """Return the meaning of an argument, as its own entry in a call."""
    becomes = tuple(each for each, _ in made.pairs) or ((made.to,) if made.to else ())
    if not made.is_certain:
        return Meaning(made.remark, arguments=becomes)
    taken = [each for each, _ in made.pairs if each != name and each in given]
    if taken:
        text = f"it is '{taken[0]}', which is given already"
        return Meaning(text, arguments=becomes)
    rewrite = Rewrite(replaced={name: made.pairs} | dict.fromkeys(others, ()))
    if not made.pairs:
        return Meaning(f"leave it out: {made.remark}", rewrite, True)
    values = {each: given[name] if to is KEPT else to for each, to in made.pairs}
    line = flow_text(values)[1:-1]
    short = len(line) <= MAX_TEXT and not any(each is ... for each in values.values())
    text = f"write `{line}`" if short else f"it is '{becomes[0]}'"
    return Meaning(text, rewrite, True, becomes)


def of_word(family: str, word: str, known: Iterable[str]) -> Entry | None:
    """Return the entry of a word without arguments, such as an activation."""
    found = entry_of(family, word, known)
    return found[0] if found else None


def of_key(part: str, key: str) -> str | None:
    """Return the key of a part of the document that a foreign key is."""
    found = (world.keys.get(part, {}).get(key) for world in worlds())
    return next((each for each in found if each is not None), None)


def _rules_of_kind(family: str, declaration: type[Kind], name: str) -> Iterator[Rule]:
    kind = declaration.kind()
    for world in worlds():
        for entry in world.entries.get(family, {}).values():
            if name not in entry.arguments:
                continue
            cases = (each for case in entry.cases.values() for each in case.values())
            if kind in {entry.kind, *(each.kind for each in cases)}:
                yield entry.arguments[name]


def _rule_of(family: str, declaration: type[Kind], name: str, world: str) -> Rule | None:
    """Return the rule for an argument that a kind does not have."""
    for rule in _rules_of_kind(family, declaration, name):
        if _fits(rule, declaration):
            return rule
    first = sorted(worlds(), key=lambda each: each.name != world)
    for each in first:
        general = each.arguments.get(name)
        if general is not None and _fits(general, declaration):
            return general
    return None


def _fits(rule: Rule, declaration: type[Kind]) -> bool:
    """Whether a kind has what a rule makes of an argument."""
    if rule.needs is not None and rule.needs not in declaration.arguments():
        return False
    return rule.to is None or rule.by == "affine" or rule.to in declaration.arguments()


def _kept(name: str) -> _Converted:
    return _Converted(((name, KEPT),))


def _converted(
    rule: Rule, name: str, given: Mapping[str, Any], declaration: type[Kind]
) -> _Converted:
    """Convert an argument by its rule."""
    value = given[name]
    if rule.drop is not None:
        if rule.only is None or _key(value) in map(_key, rule.only):
            return _Converted(remark=rule.drop)
        if rule.to is None:
            return _Converted(remark=rule.none, is_certain=False)
    if rule.to is None:
        return _Converted(remark=rule.none, is_certain=False)
    if rule.values is not None:
        if isinstance(value, str | int | bool) and _key(value) in {*map(_key, rule.values)}:
            by_key = {_key(each): wanted for each, wanted in rule.values.items()}
            return _Converted(((rule.to, by_key[_key(value)]),), to=rule.to)
        listed = ", ".join(f"'{each}'" for each in dict.fromkeys(rule.values.values()))
        return _Converted(remark=f"'{rule.to}' is {listed}", is_certain=False, to=rule.to)
    if rule.by is None:
        return _Converted(((rule.to, KEPT),), to=rule.to)
    try:
        made = CONVERSIONS[rule.by](value, given, declaration.rank)
    except UnclearError as unclear:
        return _Converted(remark=str(unclear), is_certain=False, to=rule.to)
    pairs = tuple((each or rule.to, to) for each, to in made.items())
    if not pairs:
        return _Converted(remark=DEFAULT, to=rule.to)
    return _Converted(pairs, to=rule.to)


def _key(value: object) -> object:
    """Return a value that is equal only for values of the same type."""
    return (type(value), value) if isinstance(value, str | int | bool) else value
