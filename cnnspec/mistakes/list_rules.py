"""Lists in other forms: one value, a mapping of calls, values without brackets or commas."""

import re
from collections.abc import Iterator

from cnnspec.mistakes.kind_rules import is_called
from cnnspec.mistakes.python_calls import declared
from cnnspec.mistakes.shape_rules import SIZES
from cnnspec.mistakes.written import Entry, Mistake, Replacement, Written, merged


def is_list(path: tuple[str | int, ...]) -> bool:
    """Whether a list stands at a path."""
    match path:
        case ("layers" | "imports" | "ignore",) | ("blocks", _, "layers"):
            return True
        case ("outputs", _, "metrics") | ("train", "callbacks" | "phases"):
            return True
    return len(path) > 2 and path[-2] == "branches"


def single_values(written: Written) -> Iterator[Mistake]:
    """Propose `[accuracy]` for `accuracy`, where a list stands."""
    for entry in written.entries:
        name = entry.path[-1] if entry.path else None
        if entry.key is None or entry.value is None or not is_list(entry.path):
            continue
        at = written.range(entry.node)
        if isinstance(entry.value, str):
            region = at[0], _bare_end(written, entry)
            inner = written.text[at[0] : region[1]].strip("()")
            edits = ((at[0], region[1], f"[{inner}]"),)
            yield Mistake("wrong-structure", None, at, edits, region, is_outline=True)
        elif isinstance(entry.node.children, dict):
            yield from _entries_as_items(written, entry, str(name))


def _bare_end(written: Written, entry: Entry) -> int:
    """Return where a value ends, with the keys without values after it: `accuracy, AUC`."""
    assert entry.parent is not None
    assert isinstance(entry.parent.children, dict)
    end = written.end(entry.node)
    if not written.is_flow(entry.parent):
        return end
    for key, value in written.after(entry):
        if value.value is not None or written.start(value) != written.end(value):
            break
        end = written.end(key)
    return end


def bare_lists(written: Written) -> Iterator[Mistake]:
    """Propose `[3, 3]` for `3, 3`, of which YAML makes a value and a key, or text."""
    for entry in written.entries:
        if entry.key is None or entry.path[0] == "inputs":
            continue
        at = written.range(entry.node)
        end = _bare_end(written, entry) if isinstance(entry.value, int | float | str) else at[1]
        text = written.text[at[0] : end]
        if not SIZES.fullmatch(text) or (end == at[1] and not isinstance(entry.value, str)):
            continue
        sizes = re.findall(r"(?a)\d+|null|None|-1", text)
        new = f"[{', '.join('null' if size in ('None', '-1') else size for size in sizes)}]"
        message = "a list is written in brackets, with commas"
        assert entry.parent is not None
        region = at[0], end
        whole = (written.line_start(at[0]), end) if end > at[1] else region
        edits = ((*region, new),)
        yield Mistake("wrong-type", message, region, edits, whole, is_outline=end > at[1])


def doubled_dashes(written: Written) -> Iterator[Mistake]:
    """Propose `- Flatten` for `- - Flatten`."""
    for entry in written.entries:
        items = entry.node.children
        is_step = len(entry.path) > 1 and isinstance(entry.path[-1], int)
        if not is_step or not isinstance(items, list) or len(items) != 1:
            continue
        at, inner = written.range(entry.node), written.start(items[0])
        if written.text[at[0] : inner].strip() == "-":
            edits = ((at[0], inner, ""),)
            message = "a step starts with a single '-'"
            yield Mistake("wrong-structure", message, (at[0], inner), edits, at, is_outline=True)


def bare_names(written: Written) -> Iterator[Mistake]:
    """Propose `from: [a, b]` for `{from: a, b}`, of which YAML makes a value and a key."""
    for entry in written.entries:
        if entry.key is None or entry.path[-1] != "from" or not isinstance(entry.value, str):
            continue
        start, end = written.start(entry.node), _bare_end(written, entry)
        text = written.text[start:end]
        if end > written.end(entry.node):
            message = "a list is written in brackets"
            edits, region = ((start, end, f"[{text}]"),), (written.line_start(start), end)
            yield Mistake("wrong-type", message, (start, end), edits, region, is_outline=True)


def lists_without_commas(written: Written) -> Iterator[Mistake]:
    """Propose `[28, 28, 1]` for `[28 28 1]`."""
    for entry in written.entries:
        if not isinstance(entry.path[-1] if entry.path else None, int) or not isinstance(
            entry.value, str
        ):
            continue
        at = written.range(entry.node)
        sizes = re.findall(r"(?a)\d+|null", entry.value)
        if len(sizes) > 1 and SIZES.fullmatch(entry.value):
            message = "the values of a list are separated by commas"
            yield Mistake("wrong-type", message, at, ((*at, ", ".join(sizes)),))


def _entries_as_items(written: Written, entry: Entry, name: str) -> Iterator[Mistake]:
    """Propose a list of calls for a mapping of them."""
    children = entry.node.children
    assert isinstance(children, dict)
    at = written.range(entry.node)
    edits: list[Replacement] = []
    flow = written.is_flow(entry.node)
    are_calls = True
    for word, (key, node) in children.items():
        start, end = written.start(key), max(written.end(node), written.end(key))
        named = node.value if isinstance(node.value, dict) else {}
        kind = next(
            (each for each in ("type", "class_name", "kind", "layer") if each in named), None
        )
        if is_called(written, word, Entry((*entry.path, 0), node, key, entry.node)):
            edits += _as_item(written, start, end, flow)
            if not flow and node.value is None:
                edits.append(
                    (written.end(key), end if end > written.end(key) else written.end(key) + 1, "")
                )
        elif kind is not None and isinstance(node.children, dict):
            at_kind, named_kind = node.children[kind]
            edits += [*_as_item(written, start, end, flow), (*written.range(key), str(named[kind]))]
            edits.append((written.start(at_kind), written.end(named_kind), f"name: {word}"))
        elif isinstance(node.value, str) and declared(node.value, entry.path):
            edits += _as_item(written, start, end, flow)
            edits.append((start, end, f"{node.value}: {{name: {word}}}"))
        else:
            are_calls = False
    if flow and are_calls:
        edits += [(at[0], at[0] + 1, "["), (at[1] - 1, at[1], "]")]
    message = f"'{name}' is a list, in which every entry starts with '-'"
    edits = [each for each in edits if each[0] != each[1] or each[2]]
    joined = merged(edits) if are_calls else []
    fallback = "write every entry on a line that starts with `- `"
    place = at[0], at[0] + 1
    if joined:
        yield Mistake(
            "wrong-structure", message, place, tuple(joined), at, fallback=fallback, is_outline=True
        )
    else:
        yield Mistake("wrong-structure", message, place, (), at, fallback)


def _as_item(written: Written, start: int, end: int, flow: bool) -> list[Replacement]:
    return [] if flow else [(start, start, "- "), *written.indented(start, end, 2)]
