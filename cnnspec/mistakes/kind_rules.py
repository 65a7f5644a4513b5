"""The kind of a call under a key of its own: `{type: Conv2D, filters: 32}`."""

from collections.abc import Iterator
from typing import Any

from cnnspec.mistakes.python_calls import call_in_yaml, declared, last_word
from cnnspec.mistakes.written import Entry, Mistake, Replacement, Written

KIND_KEYS = (
    "type",
    "class_name",
    "class",
    "layer",
    "op",
    "kind",
    "layer_type",
    "op_type",
    "module",
)
"""Keys by which other formats name the kind of a layer."""


SURE_KEYS = ("type", "class_name", "layer_type", "op_type")
CONFIGS = ("config", "params", "args", "arguments", "kwargs", "parameters", "attrs", "options")
"""Keys under which other formats have the arguments of a layer."""


def is_called(written: Written, word: object, entry: Entry) -> bool:
    """Whether a word names a kind, a block or a submodel that may stand in a place."""
    if not isinstance(word, str):
        return False
    own = {
        **mapping(written.document.get("blocks")),
        **mapping(written.document.get("submodels")),
    }
    return word in own or declared(last_word(word), entry.path) is not None


def mapping(value: object) -> dict[Any, Any]:
    """Return a value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def blocks_of(written: Written) -> dict[str, list[str]]:
    """Return the parameters of every block."""
    blocks = mapping(written.document.get("blocks"))
    return {
        str(name): list(mapping(mapping(block).get("params"))) for name, block in blocks.items()
    }


def kinds_by_key(written: Written) -> Iterator[Mistake]:
    """Propose `Conv2D: {filters: 32}` for `{type: Conv2D, filters: 32}`."""
    for entry in written.entries:
        if not isinstance(entry.node.children, dict):
            continue
        for key in KIND_KEYS:
            if key not in entry.value or _takes(entry, key):
                continue
            if _is_kind(written, entry, key):
                yield from _by_key(written, entry, key)
                break


def named_steps(written: Written) -> Iterator[Mistake]:
    """Propose `Conv2D: {name: conv, filters: 32}` for `conv: {Conv2D: {filters: 32}}`."""
    for entry in written.entries:
        if (
            entry.key is None
            or not _is_name_of_step(entry)
            or is_called(written, entry.path[-1], Entry(entry.path[:-1], entry.node, None, None))
        ):
            continue
        name, place = entry.path[-1], entry.path[:-1]
        new = _with_name(written, entry, str(name), place)
        message = f"the key of a step is its kind; its name is an argument: `name: {name}`"
        at = written.range(entry.key)
        whole = at[0], max(written.end(entry.node), at[1])
        if new is not None and "\n" not in written.text[slice(*whole)]:
            edits = ((*whole, new),)
            yield Mistake("wrong-structure", message, at, edits, whole, is_outline=True)


def _with_name(
    written: Written, entry: Entry, name: str, place: tuple[str | int, ...]
) -> str | None:
    """Return the call that the value of a step is, with its name."""
    if isinstance(entry.value, str):
        if declared(entry.value, place) is not None:
            return f"{entry.value}: {{name: {name}}}"
        call = call_in_yaml(entry.value, place, blocks_of(written))
        kind, _, arguments = (call or "").partition(": ")
    elif isinstance(entry.node.children, dict) and len(entry.node.children) == 1:
        ((word, (_, node)),) = entry.node.children.items()
        arguments = "" if node.value is None else written.raw(node)
        if not isinstance(word, str) or declared(word, place) is None:
            return None
        kind = word
        if arguments and not arguments.startswith("{"):
            return None
    else:
        return None
    inner = arguments.removeprefix("{").removesuffix("}").strip()
    return f"{kind}: {{name: {name}{', ' if inner else ''}{inner}}}" if kind else None


def _is_kind(written: Written, entry: Entry, key: str) -> bool:
    """Whether the value of a key is a kind; in a step, some keys cannot be anything else."""
    word = entry.value[key]
    is_step = bool(entry.path) and isinstance(entry.path[-1], int) and key in SURE_KEYS
    is_word = isinstance(word, str) and word.replace(".", "").replace("_", "").isalnum()
    return is_called(written, word, entry) or (is_step and is_word)


def _takes(entry: Entry, key: str) -> bool:
    """Whether a mapping is the arguments of a kind that has one of that name."""
    word = entry.path[-1] if entry.key is not None else None
    kind = declared(word, entry.path[:-1]) if isinstance(word, str) else None
    return kind is not None and key in kind.arguments()


def _by_key(written: Written, entry: Entry, key: str) -> Iterator[Mistake]:
    children = entry.node.children
    assert isinstance(children, dict)
    at, named = children[key]
    kind, start = last_word(entry.value[key]), written.start(at)
    message = f"the key of a call is its kind: `{kind}: {{argument: value}}`"
    others = [each for each in children if each != key]
    place = start, written.end(named)
    region = written.range(entry.node)
    names = entry.key is not None and _is_name_of_step(entry)
    if entry.key is not None:
        region = written.start(entry.key), region[1]
    edits: list[Replacement]
    if names:
        assert entry.key is not None
        edits = [(*written.range(entry.key), kind), (*place, f"name: {entry.key.value}")]
        if "name" in children:
            edits = [(*written.range(entry.key), kind), *_removed(written, entry, key)]
    elif not others:
        edits = [(*written.range(entry.node), kind)]
    elif len(others) == 1 and others[0] in CONFIGS and _is_mapping(children[others[0]][1]):
        edits = _from_config(written, entry, key, others[0], kind)
    elif any(each in CONFIGS and _is_mapping(children[each][1]) for each in others):
        inside = next(each for each in others if each in CONFIGS)
        message = (
            f"the arguments of {kind} are written without '{inside}': `{kind}: {{argument: value}}`"
        )
        yield Mistake("wrong-structure", message, place, (), region, f"write `{kind}: {{...}}`")
        return
    elif written.is_flow(entry.node):
        start, end = written.range(entry.node)
        edits = [(start, start + 1, f"{kind}: {{"), *_removed(written, entry, key)]
        if _is_value(entry):
            edits = [(start, start + 1, f"{{{kind}: {{"), *edits[1:], (end, end, "}")]
    else:
        edits = _block_by_key(written, entry, key, kind)
    yield Mistake("wrong-structure", message, place, tuple(edits), region, is_outline=True)


def _is_value(entry: Entry) -> bool:
    """Whether a call is the value of a key, where it stands in braces."""
    return entry.parent is not None and isinstance(entry.parent.value, dict)


def _is_mapping(node: Any) -> bool:
    return isinstance(node.children, dict)


def _is_name_of_step(entry: Entry) -> bool:
    """Whether the only key of a step is the name of a layer rather than a kind."""
    parent = entry.parent
    is_step = len(entry.path) > 2 and isinstance(entry.path[-2], int)
    is_alone = (
        parent is not None and isinstance(parent.children, dict) and len(parent.children) == 1
    )
    word = entry.path[-1]
    return is_step and is_alone and declared(str(word), entry.path[:-1]) is None


def _removed(written: Written, entry: Entry, key: str) -> list[Replacement]:
    children = entry.node.children
    assert isinstance(children, dict)
    at, node = children[key]
    return written.without(Entry((*entry.path, key), node, at, entry.node))


def _from_config(
    written: Written, entry: Entry, key: str, config: str, kind: str
) -> list[Replacement]:
    children = entry.node.children
    assert isinstance(children, dict)
    at, node = children[config]
    if written.is_flow(entry.node):
        new = f"{kind}: {written.raw(node)}"
        return [(*written.range(entry.node), f"{{{new}}}" if _is_value(entry) else new)]
    return [*_removed(written, entry, key), (*written.range(at), kind)]


def _block_by_key(written: Written, entry: Entry, key: str, kind: str) -> list[Replacement]:
    children = entry.node.children
    assert isinstance(children, dict)
    start, end = written.range(entry.node)
    by = 2
    column = " " * (written.column(start) + by)
    at, named = children[key]
    place = written.start(at), written.end(named)
    if next(iter(children)) == key:
        return [(*place, f"{kind}:"), *written.indented(start, end, by)]
    line = written.line_start(place[0]), written.line_end(place[1])
    moved = [each for each in written.indented(start, end, by) if not line[0] <= each[0] < line[1]]
    return [(start, start, f"{kind}:\n{column}"), *moved, (*line, "")]
