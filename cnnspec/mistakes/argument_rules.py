"""Arguments that are not inside their kind: bare values, a missing colon, the same indentation."""

import re
from collections.abc import Iterator
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.problems import Problems
from cnnspec.language.values import name_problem
from cnnspec.mistakes.kind_rules import blocks_of, is_called, mapping
from cnnspec.mistakes.positions import positional
from cnnspec.mistakes.python_calls import arguments_in_yaml, declared, foreign_call
from cnnspec.mistakes.value_rules import share_of
from cnnspec.mistakes.written import Entry, Mistake, Replacement, Written


def bare_values(written: Written) -> Iterator[Mistake]:
    """Propose `Dropout: {rate: 0.3}` for `Dropout: 0.3`."""
    for entry in written.entries:
        if entry.key is None or entry.value is None or isinstance(entry.value, dict):
            continue
        parent = entry.parent
        is_alone = isinstance(parent.children, dict) and len(parent.children) == 1  # type: ignore[union-attr]
        word, place = str(entry.key.value), entry.path[:-1]
        is_short = place[-1:] == ("data",) and isinstance(entry.value, str)
        if not is_alone or not is_call(place) or is_short:
            continue
        at = written.range(entry.node)
        assert parent is not None
        region = written.start(parent), at[1]
        block = mapping(mapping(written.document.get("blocks")).get(word))
        if block:
            params = mapping(block.get("params"))
            names = [name for name in params if params[name] is None] or list(params)
            if len(names) == 1 and not isinstance(entry.value, list):
                new = f"{{{names[0]}: {written.raw(entry.node)}}}"
                yield Mistake("wrong-structure", _needs_names(word), at, ((*at, new),), region)
            continue
        declaration = declared(word, place)
        if declaration is not None:
            yield from _bare(written, entry, declaration, word)
        else:
            yield from _bare_foreign(written, entry, word, region)


def _bare_foreign(
    written: Written, entry: Entry, word: str, region: tuple[int, int]
) -> Iterator[Mistake]:
    """Propose `MaxPooling2D: {pool_size: 2}` for `MaxPool: 2`."""
    new = foreign_call(word, written.raw(entry.node), entry.path[:-1])
    if new is not None and written.is_one_line(entry.node):
        edits = ((*region, new),)
        yield Mistake("wrong-structure", _needs_names(word), region, edits, is_outline=True)


_BESIDE = re.compile(
    r"(?am)^([ \t]*- +)([A-Za-z_][\w.]*)([ \t]*=[ \t]*|:(?=\S)|[ \t]*)(?=([{\[(\w-][^\n#]*))"
)


def missing_colons(written: Written) -> Iterator[Mistake]:
    """Propose `Conv2D: {filters: 32}` for `Conv2D {filters: 32}`, and `Dense: {units: 10}` for `Dense 10`."""
    for found in _BESIDE.finditer(written.text):
        word, rest = found[2], found[4].rstrip()
        declaration = declared(word, ("layers", 0))
        if declaration is None and word not in blocks_of(written):
            continue
        start, end = found.start(2), found.start(4) + len(rest)
        gap = found.end(2), found.end(3)
        message = f"a ':' is missing after {word}"
        if rest.startswith("{"):
            edits: tuple[Replacement, ...] = ((*gap, ": "),)
        elif not found[3] or rest.startswith("(") or declaration is None:
            continue
        else:
            new = arguments_in_yaml(rest, declaration) or arguments_in_yaml(
                rest.strip("[]"), declaration
            )
            if new is None:
                continue
            message = _needs_names(word)
            edits = ((gap[0], end, f": {new}"),)
        yield Mistake("wrong-structure", message, (start, end), edits, is_outline=True)


def is_call(path: tuple[str | int, ...]) -> bool:
    """Whether a call stands at a path."""
    last = path[-1] if path else ""
    return (
        isinstance(last, int)
        or last in ("loss", "optimizer", "data", "activation", "learning_rate", "application")
        or last.endswith(("_initializer", "_regularizer", "_constraint", "activation"))
    )


def _needs_names(word: str) -> str:
    return f"the arguments of {word} must be a mapping of names to values"


def _bare(
    written: Written, entry: Entry, declaration: type[Declaration], word: str
) -> Iterator[Mistake]:
    assert entry.key is not None
    at, value = written.range(entry.node), entry.value
    assert entry.parent is not None
    region = written.start(entry.parent), at[1]
    message = _needs_names(word)
    share = share_of(value)

    def proposed(new: str) -> Mistake:
        edits = ((*at, new),)
        return Mistake("wrong-structure", message, at, edits, region, is_outline=True)

    items = entry.node.children if isinstance(entry.node.children, list) else []
    raw = written.raw(entry.node)
    if share is not None:
        raw, value = share, float(share)
    if items and all(isinstance(each.value, dict) and len(each.value) == 1 for each in items):
        if not written.is_flow(entry.node):
            edits = [(written.start(each) - 2, written.start(each), "  ") for each in items]
            dashes = all(written.text[start] == "-" for start, _, _ in edits)
            if dashes:
                yield Mistake("wrong-structure", message, at, tuple(edits), region)
            return
        pairs = ", ".join(written.raw(each).strip("{}") for each in items)
        yield proposed(f"{{{pairs}}}")
        return
    names = positional(declaration)
    flow = raw if not items or written.is_flow(entry.node) else _in_brackets(written, items)
    if value in ("", []) and not declaration.required():
        gap = written.end(entry.key), at[1]
        yield Mistake("wrong-structure", f"{word} takes no value", at, ((*gap, ""),), region)
        return
    if not items and value in (True, False) and isinstance(value, bool):
        if names and (value is False or _fits(declaration, {names[0]: value})):
            if _fits(declaration, {names[0]: value}):
                yield proposed(f"{{{names[0]}: {raw}}}")
            return
        gap = written.end(entry.key), at[1]
        new = f"{word} takes no value" if not declaration.required() else message
        yield Mistake("wrong-structure", new, at, ((*gap, ""),), region)
        return
    if isinstance(value, list) and getattr(declaration, "merges", False) and _are_names(value):
        yield proposed(f"{{from: {flow}}}")
    if not names:
        return
    if _fits(declaration, {names[0]: value}):
        yield proposed(f"{{{names[0]}: {flow}}}")
    elif (
        items
        and _fits(declaration, dict(zip(names, value, strict=False)))
        and len(names) >= len(items)
    ):
        pairs = ", ".join(
            f"{name}: {written.raw(each)}" for name, each in zip(names, items, strict=False)
        )
        yield proposed(f"{{{pairs}}}")
    elif items and (last := _with_activation(declaration, names, value)):
        pairs = ", ".join(
            f"{name}: {written.raw(each)}" for name, each in zip(last, items, strict=True)
        )
        yield proposed(f"{{{pairs}}}")
    else:
        needed = [name for name in names if name in (names[0], *declaration.required())]
        given = dict.fromkeys(needed, "...")
        if len(items) < 2 and value != []:
            given[names[0]] = written.raw(items[0]) if items else raw
        shown = ", ".join(f"{name}: {text}" for name, text in given.items())
        suggestion = f"write `{word}: {{{shown}}}`"
        yield Mistake("wrong-structure", message, at, (), region, suggestion)


def _with_activation(
    declaration: type[Declaration], names: tuple[str, ...], values: list[Any]
) -> list[str]:
    """Return the names of values that end with an activation, as in `[32, 3, relu]`; else none."""
    found = [*names[: len(values) - 1], "activation"]
    is_named = isinstance(values[-1], str) and "activation" in declaration.arguments()
    is_whole = len(found) == len(values) == len({*found})
    is_meant = is_named and is_whole and _fits(declaration, dict(zip(found, values, strict=True)))
    return found if is_meant else []


def _fits(declaration: type[Declaration], arguments: dict[str, Any]) -> bool:
    try:
        declaration.of(arguments)
    except Problems:
        return False
    return True


def _are_names(value: list[Any]) -> bool:
    return bool(value) and all(
        isinstance(each, str) and name_problem(each) is None for each in value
    )


def _in_brackets(written: Written, items: list[Any]) -> str:
    return f"[{', '.join(written.raw(each) for each in items)}]"


def arguments_beside(written: Written) -> Iterator[Mistake]:
    """Propose deeper indentation for arguments that stand in the column of their kind."""
    for entry in written.entries:
        children = entry.node.children
        if not isinstance(children, dict) or len(children) < 2 or not is_call(entry.path):
            continue
        (word, (at, first)), *others = children.items()
        if first.value is not None and not isinstance(first.value, dict):
            continue
        if not is_called(written, word, entry):
            continue
        start, end = written.range(entry.node)
        message = f"the arguments of {word} must be indented further than {word}"
        place = written.range(at)
        if written.is_flow(entry.node):
            if first.value is None and written.is_one_line(entry.node):
                inner = written.start(others[0][1][0])
                edits: list[Replacement] = [(place[1], inner, ": {"), (end, end, "}")]
                yield Mistake(
                    "wrong-structure", message, place, tuple(edits), (start, end), is_outline=True
                )
        elif first.value is None:
            edits = written.indented(start, end, 2)
            yield Mistake(
                "wrong-structure", message, place, tuple(edits), (start, end), is_outline=True
            )
        elif written.is_flow(first) and len(others) == 1:
            ((key, (head, node)),) = others
            if written.is_one_line(node):
                beside = Entry((*entry.path, key), node, head, entry.node)
                text = written.text[written.start(head) : written.end(node)]
                edits = [*written.without(beside), *written.inserted(first, text)]
                yield Mistake(
                    "wrong-structure", message, place, tuple(edits), (start, end), is_outline=True
                )
