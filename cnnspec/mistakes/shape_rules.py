"""Shapes in other forms, and those that layers cannot take: with the batch, channels first."""

import re
from collections.abc import Iterator
from typing import Any

from cnnspec.mistakes.written import Entry, Mistake, Written
from cnnspec.records import replace

_UNKNOWN = ("None", "none", "nil", "?", "batch", "batch_size", "N", "B", -1)
"""How the size of a batch, or another unknown size, is written elsewhere."""
OF_SHAPES = ("wrong-rank", "kernel-too-large", "shape-mismatch", "no-output-shape")
"""The codes of errors of layers whose reason may be the shape of an input."""
FEW_CHANNELS = (1, 3, 4)
SMALLEST_SIDE = 8


def shapes_of_inputs(written: Written) -> Iterator[Mistake]:
    """Propose the shapes that an input may mean, of which the layers decide."""
    for entry in written.entries:
        if entry.path[:1] != ("inputs",) or not isinstance(entry.value, list):
            continue
        is_shape = len(entry.path) == 2 or (len(entry.path) == 3 and entry.path[2] == "shape")
        if not is_shape or not written.is_flow(entry.node):
            continue
        sizes = [None if size in _UNKNOWN else size for size in entry.value]
        if not sizes or not all(size is None or _is_size(size) for size in sizes):
            continue
        yield from _candidates(written, entry, sizes)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _candidates(written: Written, entry: Entry, sizes: list[Any]) -> Iterator[Mistake]:
    at, given = written.range(entry.node), entry.value
    last = sizes[-1]

    def proposed(shape: list[Any], message: str, code: str) -> Mistake:
        return Mistake(code, message, at, ((*at, shown_sizes(shape)),), claims=OF_SHAPES)

    if given != sizes:
        yield Mistake(
            "wrong-type",
            "an unknown size is written as null",
            at,
            ((*at, shown_sizes(sizes)),),
            claims=OF_SHAPES,
        )
    if len(sizes) > 1 and (sizes[0] is None or len(sizes) == 4):
        message = "a shape does not include the batch axis"
        yield proposed(sizes[1:], message, "wrong-rank")
    if len(sizes) in (2, 3) and last not in FEW_CHANNELS and sizes[0] not in FEW_CHANNELS:
        message = "the channel axis is missing"
        yield proposed([*sizes, 1], message, "wrong-rank")
    if len(sizes) in (3, 4) and sizes[0] in FEW_CHANNELS and _are_sides(sizes[1:]):
        message = "the channels come last in a shape, not first"
        moved = proposed([*sizes[1:], sizes[0]], message, "shape-mismatch")
        yield replace(moved, is_safe=False)


def _are_sides(sizes: list[Any]) -> bool:
    known = [size for size in sizes if size is not None]
    return bool(known) and min(known) >= SMALLEST_SIDE


USUAL_INPUT = "image"
"""The name of an input that has none."""


SIZES = re.compile(r"(?a)\(? *(\d+|null|None|-1)((?: *[,x×;*/] *| +)(?:\d+|null|None|-1))+ *\)?")


_INPUT = re.compile(
    r"(?a)(?:\w+\.)*Input(?:Layer)?\((?:(?:batch_)?shape *= *)?[(\[]([^()\[\]]*)[)\]].*\)"
)


def are_sizes(value: list[Any]) -> bool:
    """Whether values may be the sizes of a shape."""
    return bool(value) and all(
        each is None or each == "None" or (isinstance(each, int) and not isinstance(each, bool))
        for each in value
    )


def input_name(written: Written) -> str:
    """Return the name that a spec has for its input."""
    train = written.document.get("train")
    inputs = train.get("inputs") if isinstance(train, dict) else None
    names = list(inputs) if isinstance(inputs, dict) else []
    return str(names[0]) if len(names) == 1 else USUAL_INPUT


def sizes_in(text: str) -> str | None:
    """Return the shape that a text such as `28x28x1` or `Input(shape=(28, 28, 1))` means."""
    if found := _INPUT.fullmatch(text.strip()):
        text = found[1].strip(", ")
    if not SIZES.fullmatch(text.strip()):
        return None
    sizes = re.findall(r"(?a)\d+|null|None|-1", text)
    return f"[{', '.join('null' if size in ('None', '-1') else size for size in sizes)}]"


_AXES = (
    ("height", "rows", "h"),
    ("width", "cols", "columns", "w"),
    ("channels", "depth", "c", "bands"),
)


def shapes(written: Written) -> Iterator[Mistake]:
    """Propose a list of sizes for the other forms of a shape."""
    for entry in written.entries:
        is_input = len(entry.path) == 2 and entry.path[0] == "inputs"
        is_shape = len(entry.path) == 3 and entry.path[0] == "inputs" and entry.path[2] == "shape"
        if entry.key is None or not (is_input or is_shape):
            continue
        at, value = written.range(entry.node), entry.value
        region = written.start(entry.key), at[1]
        message = "a shape is a list of sizes without the batch"
        new = None
        if isinstance(value, int) and not isinstance(value, bool):
            new = f"[{value}]"
        elif isinstance(value, str):
            new = sizes_in(value)
        elif isinstance(value, dict) and is_input:
            new = _of_mapping(value)
        fallback = "write the sizes of all axes, such as `[28, 28, 1]`"
        channels = [f"{new[:-1]}, 1]"] if new and new.count(",") == 1 else []
        for each in (new, *channels) if new else ():
            edits = ((*at, each),)
            yield Mistake(
                "wrong-structure",
                message,
                at,
                edits,
                region,
                fallback=fallback if each == (new, *channels)[-1] else None,
                claims=OF_SHAPES,
            )


def _of_mapping(value: dict[Any, Any]) -> str | None:
    """Return the shape in `{height: 28, width: 28, channels: 1}` or `{size: [28, 28], channels: 1}`."""
    if len(value) == 1 and next(iter(value)) in ("Input", "InputLayer"):
        (inner,) = value.values()
        inner = inner.get("shape") if isinstance(inner, dict) else inner
        return shown_sizes(inner) if isinstance(inner, list) and are_sizes(inner) else None
    if set(value) & {"shape", "dtype"}:
        return None
    found: list[Any] = []
    rest = dict(value)
    for key in ("size", "image_size", "target_size", "dims"):
        size = rest.pop(key, None)
        found += size if isinstance(size, list) else [] if size is None else [size, size]
    for words in _AXES:
        found += [rest.pop(word) for word in words if word in rest]
    return shown_sizes(found) if found and not rest and are_sizes(found) else None


def shown_sizes(values: list[Any]) -> str:
    """Return sizes as a list in YAML."""
    return f"[{', '.join('null' if value in (None, 'None') else str(value) for value in values)}]"
