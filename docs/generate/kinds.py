"""The pages of the families: layers, operations, losses and so on."""

from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family
from cnnspec.diagnostics.problems import Problem
from cnnspec.language.dump import value_text
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.layers.base import LAYERS, Example, Layer
from cnnspec.objects.families import DATA, LOSSES, METRICS
from cnnspec.operations.base import OPERATIONS
from cnnspec.operations.families import PREFIX
from cnnspec.operations.refusals import SAID_BY_LAYERS
from cnnspec.shapes import text
from cnnspec.vocabulary.kinds import Activations, Kinds
from docs.generate.entries import section, target_of
from docs.generate.markdown import (
    capital,
    code,
    definitions,
    heading,
    link,
    listing,
    page,
    plain,
    slug,
    table,
)
from docs.generate.topics import LAYER_TOPICS, METRIC_TOPICS, OPERATION_TOPICS

TOPICS: dict[str, dict[str, tuple[str, ...]]] = {
    LAYERS.namespace: LAYER_TOPICS,
    OPERATIONS.namespace: OPERATION_TOPICS,
    METRICS.namespace: METRIC_TOPICS,
}
"""The families with a page for each topic; others have a single page."""
STEPS = (LAYERS, OPERATIONS)

Kind = type[Declaration]


def pages() -> dict[str, str]:
    """Make the pages of all families, by path."""
    found: dict[str, str] = {"kinds/activations": _activations()}
    for family in ALL_FAMILIES:
        group = Kinds(family)
        if family.namespace not in TOPICS:
            title = capital(group.plural)
            found[f"kinds/{slug(group.plural)}"] = _page(group, title, [*family.kinds.values()])
            continue
        folder = slug(group.plural)
        topics = by_topic(family)
        for title, declarations in topics.items():
            found[f"{folder}/{slug(title)}"] = _page(group, title, declarations, refusals=False)
        found[f"{folder}/index"] = _index(group, topics)
    return found


def by_topic(family: Family[Any]) -> dict[str, list[Kind]]:
    """Sort the kinds of a family by topic.

    Raises:
        KeyError: a module has no topic.

    """
    topics = TOPICS[family.namespace]
    titles = {module: title for title, modules in topics.items() for module in modules}
    found: dict[str, list[Kind]] = {title: [] for title in topics}
    for declaration in family.kinds.values():
        found[titles[declaration.__module__.rpartition(".")[2]]].append(declaration)
    return found


def _page(group: Kinds, title: str, declarations: list[Kind], *, refusals: bool = True) -> str:
    sections = [part for each in declarations for part in _section(group, each)]
    return page(
        heading(1, title, f"kinds-{slug(title)}"),
        INTRODUCTIONS.get(group.family.namespace, ""),
        _overview(group, declarations),
        *sections,
        _refusals(group) if refusals else "",
    )


def _section(group: Kinds, declaration: Kind) -> list[str]:
    more = _shapes(declaration) if issubclass(declaration, Layer) else []
    return section(group.entry(declaration.kind()), *more)


def _overview(group: Kinds, declarations: list[Kind]) -> str:
    rows = [(each.kind(), group.short(each.kind())) for each in declarations]
    linked = [(_link(group, name), plain(summary)) for name, summary in rows]
    return table((group.noun, "purpose"), linked)


def _link(group: Kinds, name: str) -> str:
    return link(code(name), target_of(group.noun, name))


def _index(group: Kinds, topics: Mapping[str, list[Kind]]) -> str:
    rows = [
        (
            link(title, f"kinds-{slug(title)}"),
            ", ".join(_link(group, each.kind()) for each in kinds),
        )
        for title, kinds in topics.items()
    ]
    return page(
        heading(1, capital(group.plural), f"kinds-{slug(group.plural)}"),
        INTRODUCTIONS.get(group.family.namespace, ""),
        definitions(rows),
        _refusals(group),
        listing("*"),
    )


INTRODUCTIONS = {
    LAYERS.namespace: "A step of a spec is usually a layer: its kind, and its arguments. "
    "Every kind also takes [the keys of a step](#keys-step), such as `name` and `from`. "
    "Shapes have the batch axis first; its size is unknown.",
    OPERATIONS.namespace: "A step may also be a function of `keras.ops`. Its tensors come by `from`, in the order of its "
    "tensor arguments; an operand that is a number or a list of numbers is given by its name. A step also takes "
    "[the keys of a step](#keys-step).",
    DATA.namespace: "Every array is a column, which expressions use by its name: see "
    "[Training on your own data](../data.md) for columns, labels, images and text.",
    LOSSES.namespace: "*Integer labels* are class numbers from 0, such as `2`. *One-hot labels* have a value per class, which is 1 "
    "for the right one and 0 for the others, such as `[0, 0, 1]`; `one_hot(y, 3)` makes them of numbers.",
}


def _refusals(group: Kinds) -> str:
    """List what of Keras a spec cannot have."""
    refused = group.refusals()
    if not refused:
        return ""
    rows = [
        (code(name), plain(capital(_reason(group, name, reason))))
        for name, reason in sorted(refused.items())
    ]
    return page(heading(2, "Not available"), table((group.noun, "reason"), rows)).strip()


def _reason(group: Kinds, name: str, reason: str) -> str:
    layers = SAID_BY_LAYERS.get(name.removeprefix(PREFIX), ()) if group.family is OPERATIONS else ()
    instead = f"; use {', '.join(f'`{each}`' for each in layers)}" if layers else ""
    return f"{reason}{'' if instead and any(each in reason for each in layers) else instead}."


def _shapes(declaration: type[Layer]) -> Iterator[str]:
    """Show the shapes of the examples, and how many parameters they have."""
    yield "**Shapes**"
    has_weights = not declaration.is_operation
    head = ("arguments", "input", "output", *(["parameters"] if has_weights else []))
    rows = []
    for each in declaration.examples:
        row = [_call(each.arguments), ", ".join(map(_shape, each.shapes)), _output(each.output)]
        rows.append([*row, _parameters(declaration, each)] if has_weights else row)
    yield table(head, rows)


def _call(arguments: Mapping[str, Any]) -> str:
    said = ", ".join(f"{name}: {value_text(value)}" for name, value in arguments.items())
    return code(said) if said else ""


def _shape(shape: Any) -> str:
    return text(shape)


def _output(output: Any) -> str:
    return ", ".join(map(_output, output)) if isinstance(output, list) else text(output)


def _parameters(declaration: type[Layer], example: Example) -> str:
    layer = declaration.of(example.arguments)
    try:
        return f"{sum(weight.size for weight in layer.weights(*example.shapes)):,}"
    except Problem:
        return ""


def _activations() -> str:
    group = Activations()
    rows = [
        (link(code(name), target_of(group.noun, name)), plain(group.short(name)))
        for name in group.names()
    ]
    sections = [part for name in group.names() for part in section(group.entry(name))]
    unusable = [name for name in group.words() if name not in group.names()]
    refused = [(code(name), plain(group.entry(name).summary)) for name in unusable]
    return page(
        heading(1, "Activations", "kinds-activations"),
        "The functions that the argument `activation` of a layer takes.",
        table(("activation", "purpose"), rows),
        *sections,
        page(heading(2, "Not available"), table(("activation", "reason"), refused)).strip(),
    )
