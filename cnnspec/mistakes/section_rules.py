"""Inputs and outputs in other forms: lists for mappings, a loss for an output."""

from collections.abc import Iterator

from cnnspec.language.document import Output
from cnnspec.language.values import name_problem
from cnnspec.mistakes.kind_rules import mapping
from cnnspec.mistakes.shape_rules import OF_SHAPES, are_sizes, input_name, sizes_in
from cnnspec.mistakes.written import Entry, Mistake, Replacement, Written, merged
from cnnspec.objects.families import LOSSES, METRICS


def named_entries(written: Written) -> Iterator[Mistake]:
    """Propose mappings for `inputs` and `outputs` that are lists or single values."""
    for section in ("inputs", "outputs"):
        entry = written.entry(section)
        if entry is None or entry.value is None or isinstance(entry.value, dict):
            continue
        at = written.range(entry.node)
        example = "`image: [28, 28, 1]`" if section == "inputs" else "`digit: {loss: mse}`"
        message = f"'{section}' is a mapping from names to {'shapes' if section == 'inputs' else 'outputs'}"
        suggestion = f"write {example}, with the name of the {section[:-1]} as its key"
        edits = _as_named(written, entry, section)
        if edits:
            yield Mistake(
                "wrong-structure",
                message,
                at,
                tuple(edits),
                at,
                fallback=suggestion,
                is_outline=True,
                claims=OF_SHAPES if section == "inputs" else (),
            )
        else:
            yield Mistake("wrong-structure", message, at, (), at, suggestion)


def _as_named(written: Written, entry: Entry, section: str) -> list[Replacement]:
    at, value = written.range(entry.node), entry.value
    items = entry.node.children if isinstance(entry.node.children, list) else []
    if section == "inputs" and are_sizes(value if isinstance(value, list) else [value]):
        raw = written.raw(entry.node) if isinstance(value, list) else f"[{value}]"
        return [(*at, f"{{{input_name(written)}: {raw}}}")]
    if (
        section == "inputs"
        and isinstance(value, list)
        and len(value) == 1
        and isinstance(value[0], list)
        and are_sizes(value[0])
    ):
        return (
            [(*at, f"{{{input_name(written)}: {written.raw(items[0])}}}")]
            if written.is_flow(entry.node)
            else [(*at, f"{input_name(written)}: {written.raw(items[0])}")]
        )
    if section == "inputs" and isinstance(value, str) and (new := sizes_in(value)):
        return [(*at, f"{{{input_name(written)}: {new}}}")]
    if isinstance(value, str):
        return (
            [(*at, f"{{{value}: {{}}}}")]
            if section == "outputs" and name_problem(value) is None
            else []
        )
    edits: list[Replacement] = []
    flow = bool(items) and written.is_flow(entry.node)
    for item in items:
        start, end = written.range(item)
        dash = (start, start) if flow else (start - 2, start)
        if not flow and written.text[dash[0] : start] != "- ":
            return []
        if (
            isinstance(item.value, str)
            and section == "outputs"
            and name_problem(item.value) is None
        ):
            edits.append((dash[0], end, f"{item.value}: {{}}"))
        elif isinstance(item.children, dict) and "name" in item.children and len(item.children) > 1:
            key, named = item.children["name"]
            place = written.start(key), written.end(named)
            if written.is_flow(item):
                inner = written.without(Entry(("name",), named, key, item))
                edits += [(dash[0], start, ""), (start, start, f"{named.value}: "), *inner]
            elif next(iter(item.children)) == "name":
                edits.append((dash[0], place[1], f"{named.value}:"))
            else:
                return []
        elif isinstance(item.children, dict) and len(item.children) == 1:
            edits += (
                [(dash[0], start, "")]
                if not written.is_flow(item)
                else [(dash[0], start + 1, ""), (end - 1, end, "")]
            )
        else:
            return []
    if flow and edits:
        edits += [(at[0], at[0] + 1, "{"), (at[1] - 1, at[1], "}")]
    return merged([each for each in edits if each[0] != each[1] or each[2]])


def output_values(written: Written) -> Iterator[Mistake]:
    """Propose `{loss: mse}` for an output that is its loss or its metrics alone."""
    outputs = written.entry("outputs")
    keys = set(Output.spec_keys())
    if (
        outputs is not None
        and isinstance(outputs.value, dict)
        and set(outputs.value) <= keys
        and outputs.value
    ):
        yield from _without_name(written, outputs)
    for entry in written.entries:
        if len(entry.path) != 2 or entry.path[0] != "outputs" or entry.path[1] in keys:
            continue
        at, value, new = written.range(entry.node), entry.value, None
        kind = next(iter(value), None) if isinstance(value, dict) and len(value) == 1 else value
        if isinstance(kind, str) and kind in LOSSES:
            new = "loss"
        elif isinstance(kind, str) and kind in METRICS:
            new = "metric"
        elif (
            isinstance(value, list)
            and value
            and all(isinstance(each, str) and each in METRICS for each in value)
        ):
            new = "metrics"
        elif (
            isinstance(kind, str)
            and entry.node.children is None
            and is_name_of_layer(written, kind)
        ):
            new = "from"
        if new is None or entry.key is None or not written.is_one_line(entry.node):
            continue
        raw = written.raw(entry.node)
        text = f"{{metrics: [{raw}]}}" if new == "metric" else f"{{{new}: {raw}}}"
        message = f"an output is a mapping with the keys {', '.join(map(repr, Output.spec_keys()))}"
        region = written.start(entry.key), at[1]
        yield Mistake("wrong-structure", message, at, ((*at, text),), region)


def is_name_of_layer(written: Written, word: str) -> bool:
    """Whether a word is the name of a step or an input."""
    if word in mapping(written.document.get("inputs")):
        return True
    return any(entry.path[-1:] == ("name",) and entry.value == word for entry in written.entries)


def _without_name(written: Written, outputs: Entry) -> Iterator[Mistake]:
    """Propose the name of the last step for an output without its name."""
    at = written.range(outputs.node)
    name = last_name(written)
    message = "'outputs' is a mapping from names to outputs"
    suggestion = f"write `{name or 'digit'}: {{loss: mse}}`, with the name of the output as its key"
    if name is None:
        yield Mistake("wrong-structure", message, at, (), at, suggestion)
    elif written.is_flow(outputs.node):
        edits: list[Replacement] = [(at[0], at[0], f"{{{name}: "), (at[1], at[1], "}")]
        yield Mistake("wrong-structure", message, at, tuple(edits), at)
    else:
        start = at[0]
        column = " " * (written.column(start) + 2)
        edits = [(start, start, f"{name}:\n{column}"), *written.indented(*at, 2)]
        yield Mistake("wrong-structure", message, at, tuple(edits), at, f"write `{name}:` above it")


def last_name(written: Written) -> str | None:
    """Return the name of the last step."""
    layers = written.document.get("layers")
    last = layers[-1] if isinstance(layers, list) and layers else None
    inner = next(iter(last.values()), None) if isinstance(last, dict) else None
    name = inner.get("name") if isinstance(inner, dict) else None
    return name if isinstance(name, str) else None
