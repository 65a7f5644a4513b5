"""Finds the layers that are certainly the same: equal names, and nothing that contradicts them.

Counted names are equal by accident where a layer was inserted before them, so an equal name alone
proves nothing. Two layers of one name agree where they have the same kind and arguments, read the
same names and are read by the same names, and where all that is above them, or all that is below
them, is equal by its names as well.
"""

from collections import Counter
from collections.abc import Collection

from cnnspec.diff.parts import Call, Model, Source

Use = tuple[Call, int, str | None]
"""A call that reads a tensor, at which of its inputs, and which output of a submodel that is."""
Calls = dict[Call, Call]
"""For calls of the old model the equal ones of the new model."""


def agreeing(old: Model, new: Model) -> list[str]:
    """The names of the layers and inputs that agree in two models, in the order of the old one."""
    alike = {
        name
        for name, part in old.parts.items()
        if (other := new.parts.get(name)) is not None
        and part.said == other.said
        and len(part.calls) == len(other.calls)
    }
    above, below = _equal_above(old, new, alike), _equal_below(old, new, alike)
    lacking_above, lacking_below = (
        {call[0] for call in old.order if call not in equal} for equal in (above, below)
    )
    return [
        name
        for name in old.names
        if name in alike
        and not (name in lacking_above and name in lacking_below)
        and _reads(old, name) == _reads(new, name)
        and _readers(old, name) == _readers(new, name)
    ]


def _reads(model: Model, name: str) -> Counter[tuple[tuple[str, str | None], ...]]:
    """What each call reads, by name; in which order the calls come is left out."""
    return Counter(
        tuple((source.part, source.output) for source in call) for call in model.parts[name].calls
    )


def _readers(model: Model, name: str) -> set[str]:
    return {reader for reader, _ in model.readers[name]}


def _equal_above(old: Model, new: Model, alike: Collection[str]) -> Calls:
    """The calls that are equal by name, as is all that they depend on."""
    candidates: dict[tuple[str, tuple[Source, ...]], list[Call]] = {}
    for call in new.order:
        candidates.setdefault((call[0], new.sources(call)), []).append(call)
    equal: Calls = {}
    for call in old.order:
        sources = old.sources(call)
        if call[0] in alike and all(source.made_by in equal for source in sources):
            seen = tuple(Source(*equal[source.made_by], source.output) for source in sources)
            if calls := candidates.get((call[0], seen)):
                equal[call] = calls.pop(0)
    return equal


def _equal_below(old: Model, new: Model, alike: Collection[str]) -> Calls:
    """The calls that are equal by name, as is all that depends on them."""
    old_uses, new_uses = _uses(old), _uses(new)
    old_outputs, new_outputs = _outputs(old), _outputs(new)
    candidates: dict[object, list[Call]] = {}
    for call in new.order:
        key = call[0], frozenset(new_uses[call]), new_outputs.get(call)
        candidates.setdefault(key, []).append(call)
    equal: Calls = {}
    for call in reversed(old.order):
        uses = old_uses[call]
        if call[0] in alike and all(reader in equal for reader, _, _ in uses):
            seen = frozenset((equal[reader], position, output) for reader, position, output in uses)
            if calls := candidates.get((call[0], seen, old_outputs.get(call))):
                equal[call] = calls.pop(0)
    return equal


def _uses(model: Model) -> dict[Call, list[Use]]:
    """What reads each call."""
    uses: dict[Call, list[Use]] = {call: [] for call in model.order}
    for reader in model.order:
        for position, source in enumerate(model.sources(reader)):
            uses[source.made_by].append((reader, position, source.output))
    return uses


def _outputs(model: Model) -> dict[Call, frozenset[tuple[str, str | None]]]:
    """The outputs of the model that each call makes."""
    outputs: dict[Call, frozenset[tuple[str, str | None]]] = {}
    for name, source in model.outputs.items():
        outputs[source.made_by] = outputs.get(source.made_by, frozenset()) | {(name, source.output)}
    return outputs
