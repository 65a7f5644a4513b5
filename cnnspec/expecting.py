"""Writes what a model is into the `expect` section of its spec; all other text stays as it is."""

from collections.abc import Iterator, Sequence
from math import inf
from typing import Any

from cnnspec.analysis.measuring import Measures
from cnnspec.compiler import Compilation, checked_or_raise
from cnnspec.diagnostics.edits import applied
from cnnspec.diagnostics.report import Edit, Fix
from cnnspec.diagnostics.rewrites import Rewrite, flow_text
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.expand.cutting import known_names
from cnnspec.expand.expectations import targets
from cnnspec.ir.expectations import Expectations, Range, Sizes, Target
from cnnspec.language.dump import dump_data
from cnnspec.language.expect import TOTALS, Expect
from cnnspec.shapes import UNKNOWN, Dim
from cnnspec.syntax.places import Place
from cnnspec.syntax.source import Mark, Source

SECTION = "expect"
AFTER = "train"
"""The section before which the expectations stand."""


class NoSuchLayer(ValueError):
    """The model does not have a layer with this name."""


def filled(compilation: Compilation, layers: Sequence[str] = ()) -> str:
    """Return the text of a spec with expectations that hold.

    A number or shape that holds stays as it is, and so does a bound. A spec without expectations gets
    those of the whole model and of its outputs. `layers` are names of layers to add.

    Raises:
        NoSuchLayer: the model does not have one of the layers.
        SpecError: the spec has errors other than in what it expects.

    """
    checked, source = checked_or_raise(compilation), compilation.source
    assert source is not None
    assert compilation.document is not None
    measures, section = Measures(checked), Place(source, (SECTION,))
    there = checked.graph.expectations or Expectations()
    added = _of_layers(layers, there, measures)
    written = compilation.document.expect
    if written is None or not section.value():
        data = _of_model(measures) | added
        edits = _whole(
            source, section, {key: data[key] for key in Expect.spec_keys() if key in data}
        )
    else:
        edits = [*_changed(there, measures), *_added(section, added)]
    return applied(source.text, edits)


def section_text(compilation: Compilation) -> str:
    """Return the `expect` section of a spec."""
    document = compilation.document
    expect = document.to_data().get(SECTION) if document is not None else None
    return dump_data({SECTION: expect or {}}).lstrip("\n")


def _of_model(measures: Measures) -> dict[str, Any]:
    """Return what can be expected of a model and its outputs."""
    found: dict[str, Any] = {
        key: number for key in TOTALS if (number := measures.total(key)) is not None
    }
    outputs = {}
    for name, target in measures.outputs().items():
        sizes = _sizes(target, measures)
        if sizes is not None:
            outputs[name] = sizes
    return found | ({"outputs": outputs} if outputs else {})


def _of_layers(
    layers: Sequence[str], there: Expectations, measures: Measures
) -> dict[str, dict[str, Any]]:
    """Return what can be expected of some layers, without what is expected of them."""
    graph = measures.checked.graph
    fields: dict[str, Any] = {}
    shapes: dict[str, Any] = {}
    for name in layers:
        found = targets(name, graph)
        if len(found) != 1 or not measures.is_there(found[0]):
            several = f"it has {len(found)} outputs: {', '.join(map(str, found))}"
            unknown = did_you_mean(name, known_names(graph)) or "no output depends on it"
            raise NoSuchLayer(
                f"the model has no layer '{name}'; {several if found[1:] else unknown}"
            )
        field, sizes = measures.receptive_field(found[0]), _sizes(found[0], measures)
        if field not in (None, inf) and name not in there.receptive_field:
            fields[name] = int(field or 0)
        if sizes is not None and name not in there.layers:
            shapes[name] = sizes
    both = {"receptive_field": fields, "layers": shapes}
    return {key: each for key, each in both.items() if each}


def _sizes(target: Target, measures: Measures) -> list[Dim] | None:
    """Return the shape of a target without the batch axis; None if it is not known or has no batch."""
    shape = measures.shape(target)
    return None if shape is UNKNOWN or not shape else list(shape[1:])


def _whole(source: Source, section: Place, data: dict[str, Any]) -> Sequence[Edit]:
    """Return the edits that write the whole section, where there is none or an empty one."""
    text, root = dump_data({SECTION: data}).strip("\n"), Place(source, ())
    is_flow = source.text[source.tree.start.index] == "{"
    children = source.tree.children
    assert isinstance(children, dict)
    if is_flow:
        other = Rewrite(replaced={SECTION: ((SECTION, data),)})
        rewrite = other if SECTION in children else Rewrite(added=((SECTION, data),))
        return _edits(root.rewritten(rewrite, is_call=False))
    if SECTION in children:
        key, value = children[SECTION]
        inside = text.removeprefix(SECTION)
        return [Edit(source.between(key.end, value.end), inside)]
    line = _last_line(source, children)
    mark = Mark(line, len(source.text.splitlines()[line]))
    return [Edit(source.between(mark, mark), f"\n\n{text}")]


def _last_line(source: Source, children: Any) -> int:
    """Return the last line of what stands above the new section, with its comments."""
    lines = source.text.splitlines()
    entries = sorted(children.values(), key=lambda entry: entry[0].start.index)
    keys = [key.value for key, _ in entries]
    above = keys.index(AFTER) - 1 if AFTER in keys[1:] else len(entries) - 1
    key, value = entries[above]
    line: int = source.between(key.start, value.end).end_line - 1
    while line + 1 < len(lines) and lines[line + 1][:1] in " \t" and _is_comment(lines[line + 1]):
        line += 1
    return line


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _changed(there: Expectations, measures: Measures) -> Iterator[Edit]:
    """Yield the edits that make expectations hold."""
    for key, wanted in there.totals.items():
        yield from _number(wanted, measures.total(key))
    for target, wanted in there.receptive_field.values():
        if measures.is_there(target):
            yield from _number(wanted, measures.receptive_field(target))
    outputs = measures.outputs()
    found = [(outputs[name], each) for name, each in there.outputs.items()]
    for target, shape in (*found, *there.layers.values()):
        sizes = _sizes(target, measures) if measures.is_there(target) else None
        if sizes is not None:
            yield from _shape(shape, sizes)


def _shape(wanted: Sizes, sizes: Sequence[Dim]) -> Iterator[Edit]:
    """Yield the edits for a shape: of the sizes that differ, or of the whole."""
    place = wanted.place
    if len(sizes) == len(wanted.sizes) and _has_own_items(place):
        for axis, (size, other) in enumerate(zip(sizes, wanted.sizes, strict=True)):
            if size != other:
                yield from _edits((place / axis).replaced_by(flow_text(size)))
    elif tuple(sizes) != wanted.sizes:
        yield from _edits(place.replaced_by(flow_text(sizes)))


def _has_own_items(place: Place) -> bool:
    """Whether a list is written item by item, and none of them elsewhere by an alias."""
    node = place.node()
    if node is None or not isinstance(node.children, list):
        return False
    start, end = node.start.index, node.end.index
    return all(start <= each.start.index and each.end.index <= end for each in node.children)


def _number(wanted: Range, number: float | None) -> Sequence[Edit]:
    if number is None or number == inf or wanted.holds(number):
        return ()
    place = wanted.place
    if isinstance(place.value(), dict):
        is_less = wanted.least is not None and number < wanted.least
        place = place / ("min" if is_less else "max")
    return _edits(place.replaced_by(str(int(number))))


def _added(section: Place, added: dict[str, dict[str, Any]]) -> Iterator[Edit]:
    """Yield the edits that add expectations of layers to a section."""
    new = []
    for key, entries in added.items():
        if isinstance((section / key).value(), dict):
            rewrite = Rewrite(added=tuple(entries.items()))
            yield from _edits((section / key).rewritten(rewrite, is_call=False))
        else:
            new.append((key, entries))
    if new:
        yield from _edits(section.rewritten(Rewrite(added=tuple(new)), is_call=False))


def _edits(fix: Fix | None) -> Sequence[Edit]:
    """Return the edits of a fix; none if the text does not allow it."""
    return () if fix is None else fix.edits
