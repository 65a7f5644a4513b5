"""Rules for initial weights and for training."""

from collections.abc import Iterator

from cnnspec.analysis.lint.base import Finding, Model, model_lint
from cnnspec.declarations.declaration import Declaration
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import SubmodelLayer
from cnnspec.ir.scaling import updating
from cnnspec.objects.families import INITIALIZERS
from cnnspec.operations.steps import family_of_step
from cnnspec.records import replace
from cnnspec.syntax.places import Place, Where


@model_lint("frozen-without-weights")
def frozen_without_weights(model: Model) -> Iterator[Finding]:
    """A submodel that is never trained and loads no weights."""
    for node in model.checked.nodes:
        layer, inner = node.layer, node.submodel
        if not isinstance(layer, SubmodelLayer) or inner is None or not node.is_first_call:
            continue
        if node.node.frozen and not _loads(layer, inner) and _has_trained(inner):
            place = layer.place if layer.frozen and layer.place.source else node.node.place
            message = f"'{layer.key}' is frozen but loads no weights, so its weights stay random"
            if (place / "frozen").value() is None:
                yield Finding(message, place, "name")
            else:
                yield Finding(message, place / "frozen", "key")


def _loads(layer: SubmodelLayer, inner: CheckedGraph) -> bool:
    """Whether a submodel, or one inside it, has a source of weights."""
    application = layer.application
    if layer.weights is not None or (application is not None and application.weights is not None):
        return True
    return any(
        _loads(node.layer, node.submodel)
        for node in inner.nodes
        if isinstance(node.layer, SubmodelLayer) and node.submodel is not None
    )


def _has_trained(inner: CheckedGraph) -> bool:
    """Whether a model has trainable weights."""
    return any(
        any(weight.trainable for weight in node.weights)
        or (node.submodel is not None and _has_trained(node.submodel))
        for node in inner.nodes
    )


@model_lint("untrained-output")
def untrained_output(model: Model) -> Iterator[Finding]:
    """An output without a loss, with layers of its own that no other loss trains either."""
    outputs = model.checked.graph.outputs
    if model.checked.graph.training is None or all(each.loss is None for each in outputs):
        return
    reached = _needed_by(model, [each.ref.node for each in outputs if each.loss is not None])
    trained = {model.nodes[name].keras_name for name in reached}
    for output in outputs:
        if output.loss is not None:
            continue
        for name in _needed_by(model, [output.ref.node]):
            node = model.nodes[name]
            if node.keras_name not in trained and node.trainable_params:
                message = f"no loss trains '{node.node.scoped}', which only the output '{output.name}' needs"
                hint = "give the output a loss, or freeze the layer"
                yield Finding(message, node.node.place, "name", suggestion=hint)
                break


def _needed_by(model: Model, names: list[str]) -> dict[str, None]:
    """Return the nodes that others depend on, in the order of the model."""
    found, open_names = set(), [*names]
    while open_names:
        name = open_names.pop()
        if name in model.nodes and name not in found:
            found.add(name)
            open_names += [ref.node for ref in model.nodes[name].node.inputs]
    return dict.fromkeys(name for name in model.nodes if name in found)


@model_lint("repeated-seed")
def repeated_seed(model: Model) -> Iterator[Finding]:
    """Two layers whose weights have the same shape, initializer and seed."""
    first: dict[tuple[object, ...], CheckedNode] = {}
    for node in model.checked.nodes:
        if isinstance(node.layer, SubmodelLayer) or not node.is_first_call:
            continue
        for argument in node.layer.given:
            initializer = vars(node.layer).get(argument)
            if not isinstance(initializer, Declaration) or initializer.family is not INITIALIZERS:
                continue
            if getattr(initializer, "seed", None) is None:
                continue
            what = argument.removesuffix("_initializer")
            shapes = [weight.shape for weight in node.weights if weight.name.startswith(what)]
            shapes = shapes or [weight.shape for weight in node.weights[:1]]
            given = tuple(sorted((name, str(value)) for name, value in initializer.given.items()))
            key = (what, initializer.kind(), given, *shapes)
            other = first.setdefault(key, node)
            if other is not node and shapes:
                said, before = node.node.scoped, other.node.scoped
                message = f"'{said}' starts with the same {what} as '{before}', because their seed and shape are equal"
                note = other.node.place.note(f"'{before}' is here")
                place, where = _seed(model, node, argument)
                yield Finding(message, place, where, [note])


def _seed(model: Model, node: CheckedNode, argument: str) -> tuple[Place, Where]:
    """Return the place of the seed of an initializer: the step, or the defaults of its kind."""
    seed = node.node.place / argument / "seed"
    if seed.value() is not None:
        return seed, "value"
    for word in model.document.defaults:
        default = model.place / "defaults" / word / argument / "seed"
        if family_of_step(word).canonical(word) == node.kind and default.value() is not None:
            return replace(default, caller=node.node.place.caller), "value"
    return node.node.place, "kind"


@model_lint("incomplete-warmup")
def incomplete_warmup(model: Model) -> Iterator[Finding]:
    """A cosine schedule with warmup steps but no target, or the other way round."""
    optimizer, at = _optimizer(model)
    schedule = optimizer.checked("learning_rate") if optimizer else None
    if not isinstance(schedule, Declaration) or schedule.kind() != "CosineDecay":
        return
    steps, target = schedule.checked("warmup_steps"), schedule.checked("warmup_target")
    place = at / "learning_rate"
    if steps > 0 and target is None:
        message = "without 'warmup_target' there is no warmup; CosineDecay ignores 'warmup_steps'"
        yield Finding(message, place / "warmup_steps")
    if steps == 0 and target is not None:
        message = "without 'warmup_steps' there is no warmup; CosineDecay starts at 'warmup_target'"
        yield Finding(message, place / "warmup_target")


@model_lint("nesterov-without-momentum")
def nesterov_without_momentum(model: Model) -> Iterator[Finding]:
    """Nesterov momentum with a momentum of 0."""
    optimizer, at = _optimizer(model)
    if optimizer is None or optimizer.kind() != "SGD":
        return
    if optimizer.checked("nesterov") and optimizer.checked("momentum") == 0:
        message = "the 'momentum' of SGD is 0, so 'nesterov' has no effect"
        yield Finding(message, at / "nesterov", suggestion="a common momentum is 0.9")


def _optimizer(model: Model) -> tuple[Declaration | None, Place]:
    """Return the optimizer that updates the weights, with its place."""
    place, whole = model.place / "train" / "optimizer", model.checked.graph.optimizer
    if whole is None:
        return None, place
    optimizer, at = updating(whole)
    return optimizer, place.within(at)
