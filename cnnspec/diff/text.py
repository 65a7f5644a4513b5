"""Prints a difference as text: the edits, the layers that they affect, and the totals."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from cnnspec.counts import counted
from cnnspec.declarations.wording import written
from cnnspec.diff.changes import Change, Difference, Member, Pair
from cnnspec.diff.renames import NUMBER, renames
from cnnspec.ir.graph import Output
from cnnspec.language.dump import value_text

Style = Callable[[str, str], str]
"""Styles a text by its role: `added`, `removed`, `changed`, `same` or `title`."""
EFFECTS = {
    "shape": ("shape", "shapes"),
    "dtype": ("data type", "data types"),
    "params": ("parameters", "parameters"),
    "macs": ("multiply-accumulates", "multiply-accumulates"),
}
"""The words for an effect on one layer, and on several."""
MOST_NAMES = 3
"""How many layers of a group are listed by name."""


def plain(text: str, role: str) -> str:
    """Return the text without styling."""
    return text


def as_text(difference: Difference, style: Style = plain, *, verbose: bool = False) -> str:
    """The difference as lines; `verbose` shows every layer separately."""
    if difference.is_empty:
        total = difference.new
        return f"the same model: {_counted(total.layers)}, {counted(total.params, 'parameter')}\n"
    names = dict.fromkeys((difference.old_name, difference.new_name))
    lines = [style(" -> ".join(names), "title")]
    lines += [style(line, role) for role, line in _lines(difference, verbose)]
    lines += ["", *_totals(difference)]
    return "".join(f"{line}\n" for line in lines)


def _lines(difference: Difference, verbose: bool) -> Iterator[tuple[str, str]]:
    pairs = difference.pairs
    olds = [*difference.removed, *(pair.old for pair in pairs)]
    news = [*difference.added, *(pair.new for pair in pairs)]
    for line in _listed(difference.removed, olds, verbose):
        yield "removed", f"- {line}"
    for line in _listed(difference.added, news, verbose):
        yield "added", f"+ {line}"
    for line in _changed(difference.changed, verbose):
        yield "changed", f"~ {line}"
    for pair in pairs:
        if pair.moved is not None:
            yield "changed", f"moved: {pair.new.shown}, {change_text(pair.moved)}"
    for line in _renamed(pairs, verbose):
        yield "changed", line
    for output in difference.outputs.removed:
        yield "removed", f"- output {_output(output)}"
    for output in difference.outputs.added:
        yield "added", f"+ output {_output(output)}"
    by_layer = {(pair.old.shown, pair.new.shown) for pair in pairs}
    for outputs in difference.outputs.pairs:
        if outputs.changes:
            yield "changed", f"~ output {outputs.new}: {_changes(outputs.changes)}"
        if outputs.old != outputs.new and (outputs.old, outputs.new) not in by_layer:
            yield "changed", f"renamed: output {outputs.old} -> {outputs.new}"
    for change in difference.model:
        yield "changed", f"~ {change_text(change)}"
    for line in _affected(difference, verbose):
        yield "same", line


def _counted(number: int) -> str:
    return "1 layer" if number == 1 else f"{number:,} layers"


# Layers that are in one model only


def _listed(members: Sequence[Member], among: Sequence[Member], verbose: bool) -> Iterator[str]:
    """A line per layer, or per block that is listed as a whole."""
    total = Counter(scope for member in among for scope in _scopes(member))
    listed = Counter(scope for member in members for scope in _scopes(member))
    groups: dict[str, list[Member]] = {}
    for member in members:
        whole = (scope for scope in _scopes(member) if 1 < total[scope] == listed[scope])
        key = member.shown if verbose else next(whole, member.shown)
        groups.setdefault(key, []).append(member)
    for _, run in groupby(groups.items(), _turn):
        blocks = list(run)
        (name, group), (last, _) = blocks[0], blocks[-1]
        if len(group) == 1:
            yield from (_member(member) for _, (member,) in blocks)
            continue
        inside = [member for _, members_of_block in blocks for member in members_of_block]
        params = [member.part.params for member in inside]
        sizes = "" if None in params else _params(sum(number or 0 for number in params))
        layers = _counted(sum(member.part.layers for member in inside))
        to = f" to {last}/..." if len(blocks) > 1 else ""
        yield f"{name}/...{to} ({layers}{sizes})"


def _turn(block: tuple[str, list[Member]]) -> tuple[object, ...]:
    """What the turns of a repeated block have in common; unique for a single layer."""
    name, members = block
    if len(members) == 1:
        return (name,)
    return (NUMBER.sub("", name), *(member.part.meaning for member in members))


def _scopes(member: Member) -> list[str]:
    """The blocks around a layer, the outermost first."""
    around = f"{member.around.shown}/" if member.around else ""
    pieces = member.part.shown.split("/")
    return [around + "/".join(pieces[:depth]) for depth in range(1, len(pieces))]


def _member(member: Member) -> str:
    part = member.part
    inside = f" of {_counted(part.layers)}" if part.submodel else ""
    return f"{member.shown}: {_call(member)}{inside}{_params(part.params or 0)}"


def _call(member: Member) -> str:
    part = member.part
    return f"{part.kind} {value_text(part.given)}" if part.given else part.kind


def _params(number: int) -> str:
    return f", {counted(number, 'parameter')}" if number else ""


# Layers that are in both


def _changed(pairs: Sequence[Pair], verbose: bool) -> Iterator[str]:
    """A line per layer, or per group of one kind that changed in the same way."""
    groups: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        changes = _changes(pair.changes)
        head = pair.new.shown if verbose or pair.is_replaced else pair.new.part.kind
        groups.setdefault((head, changes), []).append(pair)
    for (kind, changes), group in groups.items():
        if len(group) > 1:
            yield f"{len(group)} {kind} ({_some(group)}): {changes}"
            continue
        pair = group[0]
        name, kinds = pair.new.shown, ""
        if pair.is_replaced:
            name = " -> ".join(dict.fromkeys((pair.old.shown, name)))
            kinds = f"{_call(pair.old)} -> {_call(pair.new)}"
        effects = [effect for effect in pair.effects if verbose or effect.what != "macs"]
        sections = kinds, changes, ", ".join(map(_effect, effects))
        yield f"{name}: {'; '.join(filter(None, sections))}"


def _some(pairs: Sequence[Pair]) -> str:
    """The names of the first few layers."""
    named = ", ".join(pair.new.shown for pair in pairs[:MOST_NAMES])
    more = len(pairs) - MOST_NAMES
    return f"{named} and {more} more" if more > 0 else named


def _changes(changes: Sequence[Change]) -> str:
    return ", ".join(map(change_text, changes))


def change_text(change: Change) -> str:
    """A change with both values: `filters 32 -> 64`."""
    return f"{change.what} {value_text(change.old)} -> {value_text(change.new)}"


def _effect(effect: Change) -> str:
    values = (
        f"{value:,}" if isinstance(value, int) else value or "unknown"
        for value in (effect.old, effect.new)
    )
    return f"{EFFECTS[effect.what][0]} {' -> '.join(values)}"


def _renamed(pairs: Sequence[Pair], verbose: bool) -> Iterator[str]:
    counted: list[Pair] = []
    for rename in renames(pairs):
        layers = sum(max(1, pair.new.part.layers) for pair in rename.pairs)
        how_many = f" ({_counted(layers)})" if len(rename.pairs) > 1 else ""
        if rename.is_counted and not verbose:
            counted += rename.pairs
        else:
            yield f"renamed: {rename.old} -> {rename.new}{how_many}"
    if counted:
        names = f"{counted[0].old.shown} -> {counted[0].new.shown}"
        many = f"{_counted(len(counted))}, starting with {names}"
        yield f"renumbered: {many if len(counted) > 1 else names}"


def _affected(difference: Difference, verbose: bool) -> Iterator[str]:
    """The effects on layers that were not edited."""
    if verbose:
        for pair in difference.affected:
            yield f"affected: {pair.new.shown}: {', '.join(map(_effect, pair.effects))}"
        return
    effects: list[str] = []
    for what, (_, noun) in EFFECTS.items():
        names = [
            pair.new.shown
            for pair in difference.affected
            if any(effect.what == what for effect in pair.effects)
        ]
        if names and (what != "macs" or not effects):
            first = f"starting with {names[0]}" if len(names) > 1 else names[0]
            effects.append(f"{noun} of {_counted(len(names))}, {first}")
    if effects:
        yield f"affected: {'; '.join(effects)}"


def _output(output: Output) -> str:
    loss: list[str] = [] if output.loss is None else [value_text(written(output.loss))]
    loss += [] if output.loss_weight is None else [f"× {output.loss_weight:g}"]
    return f"{output.name}: {' '.join(loss)}" if loss else output.name


# Totals


def _totals(difference: Difference) -> Iterator[str]:
    old, new = difference.old, difference.new
    rows = (
        ("layers", old.layers, new.layers),
        ("parameters", old.params, new.params),
        ("  trainable", old.trainable_params, new.trainable_params),
        ("  not trainable", old.params - old.trainable_params, new.params - new.trainable_params),
        ("multiply-accumulates", old.macs, new.macs),
    )
    for name, before, after in rows:
        number = _number(after)
        if before != after:
            number = f"{_number(before)} -> {number}{_percent(before, after)}"
        yield f"{name:<22}{number}"


def _number(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"


def _percent(before: int | None, after: int | None) -> str:
    return f" ({(after - before) / before:+.1%})" if before and after is not None else ""
