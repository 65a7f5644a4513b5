"""Two checked graphs to their difference: matched, then compared pair by pair."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cnnspec.cost import costs
from cnnspec.declarations import meaning
from cnnspec.diff.changes import Change, Difference, Member, OutputPair, Outputs, Pair, Totals
from cnnspec.diff.matching import matched
from cnnspec.diff.parts import INPUT, Model, Part, Source, differing, model_of
from cnnspec.diff.wires import Wires, wired
from cnnspec.graph import CheckedGraph, Output
from cnnspec.loading import shown_path
from cnnspec.objects import OPTIMIZERS, USUAL_OPTIMIZER
from cnnspec.shapes import text
from cnnspec.wording import written
from cnnspec.written_out import written_out


def compare(old: CheckedGraph, new: CheckedGraph, *, specs: bool = True) -> Difference:
    """All that is different between two models.

    Where not both are `specs`, what a model file does not hold is left out: the names of weights
    files and the `train` section; and losses or the optimizer where only one of them has any.
    """
    aims = specs or all(any(each.loss for each in model.graph.outputs) for model in (old, new))
    optimizers = specs or all(model.graph.optimizer for model in (old, new))
    models = model_of(old, [costs(old)]), model_of(new, [costs(new)])
    comparison = _Comparison(specs)
    found = comparison.models(*models, None, None)
    changes = [*_order(*models, found)]
    changes += _optimizer(old, new) if optimizers else ()
    changes += _files(old, new) if specs else ()
    return Difference(
        old.name,
        new.name,
        _totals(models[0]),
        _totals(models[1]),
        tuple(comparison.added),
        tuple(comparison.removed),
        tuple(comparison.pairs),
        _outputs(*models, found, aims),
        tuple(changes),
    )


def _totals(model: Model) -> Totals:
    checked = model.checked
    return Totals(model.layers, checked.params, checked.trainable_params, model.macs)


@dataclass(slots=True)
class _Comparison:
    specs: bool
    added: list[Member] = field(default_factory=list)
    removed: list[Member] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)

    def models(
        self, old: Model, new: Model, old_around: Member | None, new_around: Member | None
    ) -> Wires:
        """Compare the parts of two models, or of two submodels."""
        matching = matched(old, new)
        back = {name: each for each, name in matching.pairs.items()}
        wires = wired(old, new, matching.pairs, matching.out_of_order)
        for name, part in old.parts.items():
            if name not in matching.pairs:
                self.removed.append(Member(part, old_around))
        for name, part in new.parts.items():
            member = Member(part, new_around)
            if name not in back:
                self.added.append(member)
                continue
            one = Member(old.parts[back[name]], old_around)
            reads = Change("inputs", _reads(old, one.part), _reads(new, part))
            changes = list(self.changes(one, member))
            if name not in wires.moved and wires.differ(one.part, part):
                changes.append(reads)
            place = len(self.pairs)
            if one.part.submodel and part.submodel:
                inside = one.part.submodel, part.submodel
                changes += _ends(*inside, self.models(*inside, one, member))
            said = reads if name in wires.moved else None
            pair = Pair(one, member, said, tuple(changes), tuple(_effects(one.part, part)))
            self.pairs.insert(place, pair)
        return wires

    def changes(self, old: Member, new: Member) -> Iterator[Change]:
        """What was done to a part, but for what it reads."""
        one, other = old.part, new.part
        if one.kind == other.kind:
            for name, before, after in differing(one, other):
                yield Change(name, before, after)
        frozen = one.frozen, other.frozen
        around = old.around and old.around.part.frozen, new.around and new.around.part.frozen
        if one.frozen != other.frozen and frozen != around:
            yield Change("frozen", *frozen)
        if len(one.calls) != len(other.calls):
            yield Change("calls", len(one.calls), len(other.calls))
        if self.specs and one.weights != other.weights:
            yield Change("weights", one.weights, other.weights)


def _effects(old: Part, new: Part) -> Iterator[Change]:
    """What follows for a part; inside of submodels their layers tell it."""
    if old.kind == new.kind == INPUT:
        return
    for what, said in (("shape", _shapes), ("dtype", _dtypes)):
        if said(old) != said(new):
            yield Change(what, said(old), said(new))
    if old.submodel and new.submodel:
        return
    for what in ("params", "macs"):
        if getattr(old, what) != getattr(new, what):
            yield Change(what, getattr(old, what), getattr(new, what))


def _shapes(part: Part) -> str:
    return " or ".join(dict.fromkeys(text(tensor.shape) for tensor in part.tensors))


def _dtypes(part: Part) -> str:
    return " or ".join(dict.fromkeys(tensor.dtype for tensor in part.tensors))


def _reads(model: Model, part: Part) -> list[str]:
    """The names of all that a part reads."""
    return [_shown(model, source) for call in part.calls for source in call]


def _shown(model: Model, source: Source) -> str:
    """How a spec names a tensor."""
    name = model.parts[source.part].called[source.call]
    return name if source.output is None else f"{name}/{source.output}"


def _order(old: Model, new: Model, found: Wires) -> Iterator[Change]:
    """Whether inputs and outputs that are in both models come in another order."""
    inputs = [
        [name for name, part in each.parts.items() if part.kind == INPUT] for each in (old, new)
    ]
    outputs = [list(each.outputs) for each in (old, new)]
    names = {name: name for name in old.outputs if name in new.outputs}
    for what, (before, after), pairs in (
        ("inputs", inputs, found.pairs),
        ("outputs", outputs, names),
    ):
        kept = [pairs[name] for name in before if pairs.get(name) in after]
        if kept != [name for name in after if name in kept]:
            yield Change(f"order of {what}", before, after)


def _ends(old: Model, new: Model, found: Wires) -> Iterator[Change]:
    """Which tensors a submodel gives."""
    before, after = tuple(old.outputs.values()), tuple(new.outputs.values())
    if len(before) != len(after) or found.call_differs(before, after):
        yield Change(
            "outputs", [_shown(old, each) for each in before], [_shown(new, each) for each in after]
        )


def _outputs(old: Model, new: Model, found: Wires, aims: bool) -> Outputs:
    """Match outputs by their names, and the others by what they read."""
    before, after = (
        {each.name: each for each in model.checked.graph.outputs} for model in (old, new)
    )
    names = {name: name for name in before if name in after}
    free = {new.outputs[name]: name for name in after if name not in names}
    for name, source in old.outputs.items():
        seen = found.translated(source)
        if name not in names and seen in free:
            names[name] = free.pop(seen)
    pairs = []
    for name, other in names.items():
        ends = old.outputs[name], new.outputs[other]
        changes = []
        if found.call_differs(ends[:1], ends[1:]):
            changes.append(Change("from", _shown(old, ends[0]), _shown(new, ends[1])))
        if aims:
            changes += _aims(before[name], after[other])
        if changes or name != other:
            pairs.append(OutputPair(name, other, tuple(changes)))
    return Outputs(
        tuple(each for name, each in after.items() if name not in names.values()),
        tuple(each for name, each in before.items() if name not in names),
        tuple(pairs),
    )


def _aims(old: Output, new: Output) -> Iterator[Change]:
    """What an output is trained and measured by."""
    if meaning(old.loss) != meaning(new.loss):
        yield Change("loss", written(old.loss), written(new.loss))
    if old.weight != new.weight:
        yield Change("loss_weight", old.weight, new.weight)
    if meaning(old.metrics) != meaning(new.metrics):
        yield Change("metrics", [*map(written, old.metrics)], [*map(written, new.metrics)])


def _optimizer(old: CheckedGraph, new: CheckedGraph) -> Iterator[Change]:
    before, after = old.graph.optimizer, new.graph.optimizer
    usual = OPTIMIZERS.check(USUAL_OPTIMIZER)
    if meaning(before or usual) != meaning(after or usual):
        yield Change("optimizer", written(before), written(after))


def _files(old: CheckedGraph, new: CheckedGraph) -> Iterator[Change]:
    """The weights file, and how and on what a model is trained."""
    weights = [each.graph.weights and shown_path(each.graph.weights) for each in (old, new)]
    if weights[0] != weights[1]:
        yield Change("weights", *weights)
    sections = [_train(each) for each in (old, new)]
    for name in dict.fromkeys((*sections[0], *sections[1])):
        before, after = (each.get(name) for each in sections)
        if name != "optimizer" and before != after:
            yield Change(f"train.{name}", before, after)


def _train(model: CheckedGraph) -> dict[str, Any]:
    """The `train` section as a spec would write it."""
    if model.graph.training is None:
        return {}
    section: dict[str, Any] = written_out(model.graph).to_data()["train"]
    return section
