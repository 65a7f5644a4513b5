"""Finds layers of equal names with which everything agrees.

Inserting a layer shifts automatic names, so an equal name alone proves nothing. Two layers of the
same name agree if they have the same kind and arguments, have inputs and readers of the same names,
and if everything upstream or everything downstream of them is equal by name as well.
"""

from collections import Counter
from collections.abc import Collection

from cnnspec.diff.parts import Call, Model, Source

Use = tuple[Call, int, str | None]
"""A call that reads a tensor, the position of that input, and the output of a submodel it is."""
Calls = dict[Call, Call]
"""The equal call of the new model for calls of the old one."""


def agreeing(old: Model, new: Model) -> list[str]:
    """The names of the layers and inputs that agree in two models."""
    alike = {
        name
        for name, part in old.parts.items()
        if (other := new.parts.get(name)) is not None
        and part.meaning == other.meaning
        and len(part.calls) == len(other.calls)
    }
    upstream, downstream = _equal_upstream(old, new, alike), _equal_downstream(old, new, alike)
    unequal_upstream, unequal_downstream = (
        {call[0] for call in old.order if call not in equal} for equal in (upstream, downstream)
    )
    return [
        name
        for name in old.names
        if name in alike
        and not (name in unequal_upstream and name in unequal_downstream)
        and _reads(old, name) == _reads(new, name)
        and _readers(old, name) == _readers(new, name)
    ]


def _reads(model: Model, name: str) -> Counter[tuple[tuple[str, str | None], ...]]:
    """The inputs of each call, by name; the order of the calls does not matter."""
    return Counter(
        tuple((source.part, source.output) for source in call) for call in model.parts[name].calls
    )


def _readers(model: Model, name: str) -> set[str]:
    return {reader for reader, _ in model.readers[name]}


def _equal_upstream(old: Model, new: Model, alike: Collection[str]) -> Calls:
    """The calls that are equal by name, as is everything upstream."""
    candidates: dict[tuple[str, tuple[Source, ...]], list[Call]] = {}
    for call in new.order:
        candidates.setdefault((call[0], new.sources(call)), []).append(call)
    equal: Calls = {}
    for call in old.order:
        sources = old.sources(call)
        if call[0] in alike and all(source.made_by in equal for source in sources):
            translated = tuple(Source(*equal[source.made_by], source.output) for source in sources)
            if calls := candidates.get((call[0], translated)):
                equal[call] = calls.pop(0)
    return equal


def _equal_downstream(old: Model, new: Model, alike: Collection[str]) -> Calls:
    """The calls that are equal by name, as is everything downstream."""
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
            translated = frozenset((equal[reader], at, output) for reader, at, output in uses)
            if calls := candidates.get((call[0], translated, old_outputs.get(call))):
                equal[call] = calls.pop(0)
    return equal


def _uses(model: Model) -> dict[Call, list[Use]]:
    """The readers of each call."""
    uses: dict[Call, list[Use]] = {call: [] for call in model.order}
    for reader in model.order:
        for position, source in enumerate(model.sources(reader)):
            uses[source.made_by].append((reader, position, source.output))
    return uses


def _outputs(model: Model) -> dict[Call, frozenset[tuple[str, str | None]]]:
    """The outputs of the model that each call computes."""
    outputs: dict[Call, frozenset[tuple[str, str | None]]] = {}
    for name, source in model.outputs.items():
        outputs[source.made_by] = outputs.get(source.made_by, frozenset()) | {(name, source.output)}
    return outputs
