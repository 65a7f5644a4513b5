"""Compares two checked graphs: matches their layers, then compares them pair by pair."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cnnspec.analysis.cost import costs
from cnnspec.declarations.declaration import meaning
from cnnspec.declarations.wording import written
from cnnspec.decompile.flat import written_out
from cnnspec.diff import expectations
from cnnspec.diff.changes import Change, Difference, Member, OutputPair, Outputs, Pair, Totals
from cnnspec.diff.matching import matched
from cnnspec.diff.parts import INPUT, Model, Part, Source, differing
from cnnspec.diff.reading import model_of
from cnnspec.diff.wires import Wires, wired
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Graph, Output
from cnnspec.ir.scaling import optimizer_of
from cnnspec.objects.families import OPTIMIZERS, USUAL_OPTIMIZER
from cnnspec.shapes import text
from cnnspec.syntax.paths import shown_path


def compare(old: CheckedGraph, new: CheckedGraph, *, specs: bool = True) -> Difference:
    """Compare two models.

    Unless both are `specs`, what a model file does not contain is ignored: the names of weights
    files, the `expect` and `train` sections, and losses and the optimizer if only one of the two has them.
    """
    losses = specs or all(any(out.loss for out in model.graph.outputs) for model in (old, new))
    optimizers = specs or all(model.graph.optimizer for model in (old, new))
    models = model_of(old, [costs(old)]), model_of(new, [costs(new)])
    comparison = _Comparison(specs)
    wires = comparison.models(*models, None, None)
    changes = [*_order(*models, wires)]
    changes += _optimizer(old, new) if optimizers else ()
    changes += _files(old, new) if specs else ()
    outputs = _outputs(*models, wires, losses)
    if specs:
        kept = [pair for pair in comparison.pairs if pair.new.around is None]
        changes += expectations.changes(
            old.graph.expectations,
            new.graph.expectations,
            {pair.old.part.node: pair.new.part.node for pair in kept},
            {pair.old: pair.new for pair in outputs.pairs},
        )
    return Difference(
        old.name,
        new.name,
        _totals(models[0]),
        _totals(models[1]),
        tuple(comparison.added),
        tuple(comparison.removed),
        tuple(comparison.pairs),
        outputs,
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
        back = {new_name: name for name, new_name in matching.pairs.items()}
        wires = wired(old, new, matching.pairs, matching.out_of_order)
        for name, part in old.parts.items():
            if name not in matching.pairs:
                self.removed.append(Member(part, old_around))
        for name, part in new.parts.items():
            after = Member(part, new_around)
            if name not in back:
                self.added.append(after)
                continue
            before = Member(old.parts[back[name]], old_around)
            inputs = Change("inputs", _inputs(old, before.part), _inputs(new, part))
            changes = list(self.changes(before, after))
            if name not in wires.moved and wires.differ(before.part, part):
                changes.append(inputs)
            position = len(self.pairs)
            if before.part.submodel and part.submodel:
                submodels = before.part.submodel, part.submodel
                inner_wires = self.models(*submodels, before, after)
                changes += _submodel_outputs(*submodels, inner_wires)
            moved = inputs if name in wires.moved else None
            pair = Pair(before, after, moved, tuple(changes), tuple(_effects(before.part, part)))
            self.pairs.insert(position, pair)
        return wires

    def changes(self, old: Member, new: Member) -> Iterator[Change]:
        """The edits of a part, apart from its inputs."""
        before, after = old.part, new.part
        if before.kind == after.kind:
            for name, old_value, new_value in differing(before, after):
                yield Change(name, old_value, new_value)
        frozen = before.frozen, after.frozen
        around = old.around and old.around.part.frozen, new.around and new.around.part.frozen
        if before.frozen != after.frozen and frozen != around:
            yield Change("frozen", *frozen)
        if len(before.calls) != len(after.calls):
            yield Change("calls", len(before.calls), len(after.calls))
        if self.specs and before.weights != after.weights:
            yield Change("weights", before.weights, after.weights)


def _effects(old: Part, new: Part) -> Iterator[Change]:
    """The effects on a part; for submodels, their layers report parameters and cost."""
    if old.kind == new.kind == INPUT:
        return
    for what, described in (("shape", _shapes), ("dtype", _dtypes)):
        if described(old) != described(new):
            yield Change(what, described(old), described(new))
    if old.submodel and new.submodel:
        return
    for what in ("params", "macs"):
        if getattr(old, what) != getattr(new, what):
            yield Change(what, getattr(old, what), getattr(new, what))


def _shapes(part: Part) -> str:
    return " or ".join(dict.fromkeys(text(tensor.shape) for tensor in part.tensors))


def _dtypes(part: Part) -> str:
    return " or ".join(dict.fromkeys(tensor.dtype for tensor in part.tensors))


def _inputs(model: Model, part: Part) -> list[str]:
    """The names of all inputs of a part."""
    return [_shown(model, source) for call in part.calls for source in call]


def _shown(model: Model, source: Source) -> str:
    """The name of a tensor in a spec."""
    name = model.parts[source.part].called[source.call]
    return name if source.output is None else f"{name}/{source.output}"


def _order(old: Model, new: Model, wires: Wires) -> Iterator[Change]:
    """Whether the inputs and outputs that both models have are in another order."""
    inputs = [
        [name for name, part in model.parts.items() if part.kind == INPUT] for model in (old, new)
    ]
    outputs = [list(model.outputs) for model in (old, new)]
    names = {name: name for name in old.outputs if name in new.outputs}
    for what, (before, after), pairs in (
        ("inputs", inputs, wires.pairs),
        ("outputs", outputs, names),
    ):
        kept = [pairs[name] for name in before if pairs.get(name) in after]
        if kept != [name for name in after if name in kept]:
            yield Change(f"order of {what}", before, after)


def _submodel_outputs(old: Model, new: Model, wires: Wires) -> Iterator[Change]:
    """Whether a submodel outputs other tensors."""
    before, after = tuple(old.outputs.values()), tuple(new.outputs.values())
    if len(before) != len(after) or wires.call_differs(before, after):
        yield Change(
            "outputs",
            [_shown(old, source) for source in before],
            [_shown(new, source) for source in after],
        )


def _outputs(old: Model, new: Model, wires: Wires, losses: bool) -> Outputs:
    """Match outputs by their names, and the others by their tensors."""
    before, after = (
        {output.name: output for output in model.checked.graph.outputs} for model in (old, new)
    )
    names = {name: name for name in before if name in after}
    free = {new.outputs[name]: name for name in after if name not in names}
    for name, source in old.outputs.items():
        tensor = wires.translated(source)
        if name not in names and tensor in free:
            names[name] = free.pop(tensor)
    pairs = []
    for name, other in names.items():
        tensors = old.outputs[name], new.outputs[other]
        changes = []
        if wires.call_differs(tensors[:1], tensors[1:]):
            changes.append(Change("from", _shown(old, tensors[0]), _shown(new, tensors[1])))
        if losses:
            changes += _losses(before[name], after[other])
        if changes or name != other:
            pairs.append(OutputPair(name, other, tuple(changes)))
    return Outputs(
        tuple(output for name, output in after.items() if name not in names.values()),
        tuple(output for name, output in before.items() if name not in names),
        tuple(pairs),
    )


def _losses(old: Output, new: Output) -> Iterator[Change]:
    """The changes of the loss, its weight and the metrics of an output."""
    if meaning(old.loss) != meaning(new.loss):
        yield Change("loss", written(old.loss), written(new.loss))
    if old.weight != new.weight:
        yield Change("loss_weight", old.weight, new.weight)
    if meaning(old.metrics) != meaning(new.metrics):
        yield Change("metrics", [*map(written, old.metrics)], [*map(written, new.metrics)])
    if old.classes != new.classes:
        yield Change("classes", [*old.classes] or None, [*new.classes] or None)


def _optimizer(old: CheckedGraph, new: CheckedGraph) -> Iterator[Change]:
    before, after = old.graph.optimizer, new.graph.optimizer
    usual = OPTIMIZERS.check(USUAL_OPTIMIZER)
    are_written_alike = meaning(before or usual) == meaning(after or usual)
    train_alike = meaning(optimizer_of(old.graph)) == meaning(optimizer_of(new.graph))
    if not are_written_alike and not train_alike:
        yield Change("optimizer", written(before), written(after))


def _files(old: CheckedGraph, new: CheckedGraph) -> Iterator[Change]:
    """The changes of the weights file and of the `train` section."""
    weights = [model.graph.weights and shown_path(model.graph.weights) for model in (old, new)]
    if weights[0] != weights[1]:
        yield Change("weights", *weights)
    sections = [_train(model) for model in (old, new)]
    meant = [_calls_of_training(model.graph) for model in (old, new)]
    for name in dict.fromkeys((*sections[0], *sections[1])):
        before, after = (section.get(name) for section in sections)
        same = before == after or (name in meant[0] and meant[0][name] == meant[1].get(name))
        if name != "optimizer" and not same:
            yield Change(f"train.{name}", before, after)


def _train(model: CheckedGraph) -> dict[str, Any]:
    """The `train` section, as a spec would write it."""
    if model.graph.training is None:
        return {}
    section: dict[str, Any] = written_out(model.graph).to_data()["train"]
    return section


def _calls_of_training(graph: Graph) -> dict[str, Any]:
    """What the parts of a training mean that are calls, or hold some."""
    training = graph.training
    if training is None:
        return {}
    source: dict[str, Any] = {}
    if (data := training.data) is not None:
        source = {name: data.meaning_of(name) for name in data.arguments()}
        paths = {name: training.folder / data.checked(name) for name in data.paths()}
        source |= {name: path.resolve() for name, path in paths.items()}
    return {
        "data": (data and data.kind(), source),
        "callbacks": meaning(training.callbacks),
        "phases": [
            (
                each.epochs,
                meaning(each.optimizer and optimizer_of(graph, each.optimizer)),
                each.unfreeze,
                each.unfreeze_last,
            )
            for each in training.phases
        ],
    }
