"""Inputs in the middle of layers, and models around them: `input_shape`, `Input`, `Sequential`."""

from collections.abc import Iterator
from typing import Any

from cnnspec.mistakes.python_calls import last_word
from cnnspec.mistakes.python_rules import closing
from cnnspec.mistakes.shape_rules import input_name, shown_sizes, sizes_in
from cnnspec.mistakes.written import Entry, Mistake, Replacement, Written
from cnnspec.operations.steps import family_of_step

SHAPE_ARGUMENTS = ("input_shape", "batch_input_shape", "batch_shape", "input_dim")
INPUT_KINDS = ("Input", "InputLayer")
MODELS = ("Sequential", "Model", "Functional", "sequential", "model", "network")
_NONE: tuple[Replacement, ...] = ()


def shape_arguments(written: Written) -> Iterator[Mistake]:
    """Propose to declare the shape of an input once, under `inputs`."""
    for entry in written.entries:
        name = entry.path[-1] if entry.path else None
        is_argument = (
            len(entry.path) > 3 and "layers" in entry.path and isinstance(entry.path[-3], int)
        )
        if entry.key is None or name not in SHAPE_ARGUMENTS or not is_argument:
            continue
        word = str(entry.path[-2])
        family = family_of_step(word)
        if word in family and name in family.find(word).arguments():
            continue
        at, end = written.range(entry.key), written.end(entry.node)
        value, edits, region = entry.value, written.without(entry), (at[0], end)
        opening = written.start(entry.node)
        stop = (
            closing(written.text, opening) if written.text[opening : opening + 1] == "(" else None
        )
        if stop is not None:  # of which YAML makes several entries if it stands in braces
            value = written.text[opening:stop]
            rest = written.text[stop:]
            edits = [(at[0], stop + len(rest) - len(rest.lstrip(", ")), "")]
            region = written.line_start(at[0]), stop
        shape = _shape(value, has_batch=str(name).startswith("batch"))
        message = f"'{name}' is not an argument here; inputs are declared under `inputs`"
        yield from _declared(written, message, "unknown-argument", at, region, edits, shape, None)


def _shape(value: object, *, has_batch: bool) -> list[Any] | None:
    """Return the shape of an argument as a list, with null for sizes that vary."""
    if isinstance(value, int) and not isinstance(value, bool):
        return [value]
    if isinstance(value, str) and (text := sizes_in(value)):
        value = [None if size == "null" else int(size) for size in text.strip("[]").split(", ")]
    if not isinstance(value, list) or not value:
        return None
    sizes = [None if size in ("None", -1) else size for size in value][has_batch:]
    return sizes if all(size is None or isinstance(size, int) for size in sizes) else None


def _declared(
    written: Written,
    message: str,
    code: str,
    at: tuple[int, int],
    region: tuple[int, int],
    edits: list[Replacement],
    shape: list[Any] | None,
    name: str | None,
) -> Iterator[Mistake]:
    """Propose to remove an input, and to add it under `inputs` if that is missing."""
    inputs = written.entry("inputs")
    if inputs is not None:
        given = inputs.value if isinstance(inputs.value, dict) else {}
        shapes = [each.get("shape") if isinstance(each, dict) else each for each in given.values()]
        is_same = shape is None or shape in shapes
        suggestion = "remove it; `inputs` already has the shape"
        if not is_same and shape is not None:
            suggestion = f"write it under `inputs`: `{input_name(written)}: {shown_sizes(shape)}`"
        if not is_same and given:
            suggestion = "remove it; `inputs` has another shape"
        yield Mistake(code, message, at, tuple(edits), region, suggestion, is_safe=is_same)
        return
    name = name or input_name(written)
    layers = written.entry("layers")
    if shape is None or layers is None or layers.key is None:
        suggestion = f"write `inputs: {{{name}: [28, 28, 1]}}` with the shape of one sample"
        yield Mistake(code, message, at, _NONE, region, suggestion, explains=("missing-key",))
        return
    start = written.start(layers.key)
    indentation = " " * written.column(start)
    if written.text[written.line_start(start) : start].strip():
        return
    new = f"inputs:\n{indentation}  {name}: {shown_sizes(shape)}\n\n{indentation}"
    added = (start, start, new)
    suggestion = f"write it above `layers`: `inputs: {{{name}: {shown_sizes(shape)}}}`"
    yield Mistake(code, message, at, (added, *edits), region, suggestion, explains=("missing-key",))


def input_steps(written: Written) -> Iterator[Mistake]:
    """Propose to declare an input under `inputs` instead of a step."""
    for entry in written.entries:
        if len(entry.path) < 2 or entry.path[-2] != "layers" or not isinstance(entry.path[-1], int):
            continue
        node, value = entry.node, entry.value
        word = next(iter(value), None) if isinstance(value, dict) else value
        if not isinstance(word, str) or last_word(word) not in INPUT_KINDS:
            continue
        if isinstance(value, dict) and len(value) > 1:
            continue
        given = value[word] if isinstance(value, dict) else None
        arguments = given if isinstance(given, dict) else {"shape": given}
        batch = arguments.get("batch_shape", arguments.get("batch_input_shape"))
        shape = _shape(arguments.get("shape"), has_batch=False) or _shape(batch, has_batch=True)
        region = written.range(node)
        name = arguments.get("name")
        if isinstance(node.children, dict):
            ((key, _),) = node.children.values()
            at = written.range(key)
        else:
            at = region
        message = f"{last_word(word)} is not a step; inputs are declared under `inputs`"
        code = "refused-kind"
        removed = written.without(entry)
        shown = name if isinstance(name, str) else None
        yield from _declared(written, message, code, at, region, removed, shape, shown)


def sections_of_shapes(written: Written) -> Iterator[Mistake]:
    """Propose `inputs: {image: [28, 28, 1]}` for `input_shape: [28, 28, 1]` at the top."""
    if "inputs" in written.document:
        return
    for name in (*SHAPE_ARGUMENTS, "input", "shape", "Input", "input_size"):
        entry = written.entry(name)
        shape = _shape(entry.value, has_batch=name.startswith("batch")) if entry else None
        if entry is None or entry.key is None or shape is None:
            continue
        at, end = written.range(entry.key), written.end(entry.node)
        new = f"inputs: {{{input_name(written)}: {shown_sizes(shape)}}}"
        message = f"unknown key '{name}'; the section for inputs is `inputs`"
        edits = ((at[0], end, new),)
        yield Mistake("unknown-key", message, at, edits, (at[0], end), explains=("missing-key",))


def models(written: Written) -> Iterator[Mistake]:
    """Propose the steps themselves for a model around them, `Sequential: [...]`."""
    for entry in written.entries:
        if entry.key is None or entry.path[-1] not in MODELS:
            continue
        node, at = entry.node, written.range(entry.key)
        word = str(entry.path[-1])
        inner = node.children.get("layers") if isinstance(node.children, dict) else None
        is_wrapped = (
            inner is not None and isinstance(node.children, dict) and len(node.children) == 1
        )
        if (
            len(entry.path) == 1
            and isinstance(entry.value, list)
            and "layers" not in written.document
        ):
            message = f"steps are listed under `layers`, not under '{word}'"
            yield Mistake(
                "unknown-key", message, at, ((*at, "layers"),), at, None, explains=("missing-key",)
            )
        elif entry.path[:1] == ("layers",) and (isinstance(entry.value, list) or is_wrapped):
            steps = inner[1] if inner is not None else node
            message = f"steps are listed directly under `layers`, without {word}"
            edits = _unwrapped(written, entry, steps) if isinstance(steps.children, list) else []
            region = at[0], written.end(node)
            suggestion = "remove it, and write its steps in its place"
            if edits or not isinstance(entry.value, dict):
                yield Mistake(
                    "wrong-structure",
                    message,
                    at,
                    tuple(edits),
                    region,
                    suggestion,
                    is_outline=True,
                )


def _unwrapped(written: Written, entry: Entry, steps: Any) -> list[Replacement]:
    """Return the edits that put the steps of a list in the place of the entry around it."""
    assert entry.key is not None
    start, end = written.start(entry.key), written.end(entry.node)
    items = steps.children
    if not items:
        return []
    line = written.line_start(start)
    head = written.text[line:start]
    if head.strip() not in ("", "-"):
        return []
    column = len(head) if not head.strip() else head.index("-")
    if written.is_flow(steps):
        texts = [written.raw(item) for item in items]
        if any("\n" in text for text in texts):
            return []
        lines = f"\n{' ' * column}".join(f"- {text}" for text in texts)
        return [(line + column, end, lines)]
    first = written.start(items[0]) - 2
    by = column - written.column(first)
    top = written.line_start(first)
    if written.text[first : first + 2] != "- " or by > 0:
        return []
    return [(line, top, ""), *written.indented(line_before(written, top), end, by)]


def line_before(written: Written, offset: int) -> int:
    """Return the start of the line before the one that starts at an offset."""
    return written.line_start(max(offset - 1, 0))
