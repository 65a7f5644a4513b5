"""Converts a Graph back to a Document of the same model, with everything expanded."""

import errno
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.decompile.expected import expected
from cnnspec.escaping import can_encode
from cnnspec.ir.graph import Application, Graph, Node, Ref, SubmodelLayer
from cnnspec.language.calls import Call
from cnnspec.language.column_expressions import parts_of, with_parameters
from cnnspec.language.document import Document, Input, Output, Step, Submodel
from cnnspec.language.expressions import escaped
from cnnspec.language.train import LastLayers, Phase, Train
from cnnspec.layers.base import Layer
from cnnspec.layers.custom import CustomLayer
from cnnspec.records import replace


def written_out(graph: Graph, folder: Path | None = None, *, inline: bool = False) -> Document:
    """Convert a graph to a document without parameters, blocks, repetitions, branches and defaults.

    Paths in it are relative to `folder`, the folder of the document (default: the current folder).
    With `inline` it refers to no model files: submodels are written in place, without their
    weights.
    """
    submodels = {
        node.layer.key: _submodel(node.layer, folder or Path(), inline)
        for node in graph.nodes
        if isinstance(node.layer, SubmodelLayer)
    }
    above: tuple[Ref, ...] = ()
    if len(graph.inputs) == 1:
        above = (Ref(graph.inputs[0].name),)
    steps = []
    layers = {node.name: node.layer for node in graph.nodes}
    for node in graph.nodes:
        steps.append(_step(node, above, layers.get(node.shares or "")))
        above = handed_on(node)
    return Document(
        name=graph.name,
        weights=relative(graph.weights, folder or Path()) if graph.weights and not inline else None,
        ignore=list(graph.ignore),
        submodels=submodels,
        inputs={
            each.name: Input(shape=list(each.tensor.shape[1:]), dtype=each.tensor.dtype)
            for each in graph.inputs
        },
        layers=steps or [_no_layer(graph)],
        outputs={
            each.name: Output(
                from_=None if str(each.ref) == each.name else str(each.ref),
                loss=_call(each.loss),
                loss_weight=each.loss_weight,
                metrics=[call for metric in each.metrics if (call := _call(metric))],
                classes=list(each.classes) or None,
            )
            for each in graph.outputs
        },
        expect=expected(graph.expectations),
        train=_train(graph, folder or Path()),
    )


def names_files(graph: Graph) -> bool:
    """Whether the document of a graph may have paths of files, of data or of weights."""
    if graph.weights is not None or graph.training is not None:
        return True
    layers = (node.layer for node in graph.nodes if isinstance(node.layer, SubmodelLayer))
    return any(
        each.file is not None
        or each.weights is not None
        or each.application is not None
        or names_files(each.graph)
        for each in layers
    )


def handed_on(node: Node) -> tuple[Ref, ...]:
    """Return what the step below a node gets without `from`; of several results it must name one."""
    return () if node.is_operation and len(node.value) > 1 else node.value


def _train(graph: Graph, folder: Path) -> Train | None:
    keys: dict[str, Any] = {"optimizer": _call(graph.optimizer)} if graph.optimizer else {}
    training = graph.training
    if training is None:
        return Train(**keys) if keys else None
    if training.data is not None and (data := _call(training.data)) is not None:
        for name in training.data.paths():
            path = training.folder / training.data.given[name]
            data.arguments[name] = escaped(relative(path, folder))
        keys["data"] = data
    phases = [
        Phase(
            epochs=each.epochs,
            optimizer=_call(each.optimizer),
            unfreeze=list(each.unfreeze)
            or (LastLayers(last=each.unfreeze_last) if each.unfreeze_last else None),
        )
        for each in training.phases
    ]
    return Train(
        **keys,
        inputs=_computed(training.inputs, training.parameters),
        targets=_computed(training.targets, training.parameters),
        validation=_other_rows(training.validation, training.folder, folder),
        test=_other_rows(training.test, training.folder, folder),
        batch_size=training.batch_size,
        epochs=training.epochs,
        seed=training.seed,
        callbacks=[call for each in training.callbacks if (call := _call(each))],
        class_weight={name: dict(each) for name, each in training.class_weight.items()},
        sample_weight=_computed(training.sample_weight, training.parameters),
        phases=phases,
    )


def _computed(
    expressions: Mapping[str, str], parameters: Mapping[str, float]
) -> dict[str, str | list[str]]:
    """Replace the parameters in expressions by their values; vectors are lists."""
    return {name: parts_of(with_parameters(text, parameters)) for name, text in expressions.items()}


def _other_rows(
    rows: float | dict[str, str] | Path | None, before: Path, folder: Path
) -> float | dict[str, str] | str | None:
    return escaped(relative(before / rows, folder)) if isinstance(rows, Path) else rows


def _step(node: Node, above: tuple[Ref, ...], first: Layer | SubmodelLayer | None) -> Step:
    """Return the step of a node; `first` is the layer of the first call, if it is another one."""
    layer = node.layer
    kind = "shared"
    arguments: dict[str, Any] = {"layer": node.shares}
    implied = node.shares is not None
    if isinstance(layer, SubmodelLayer):
        kind, arguments = layer.key, {}
        if layer.every_step is not None:
            kind = layer.every_step.word
            arguments = {**layer.every_step.given, "layer": layer.key}
        implied = implied or layer.frozen
    elif isinstance(layer, Layer) and node.shares is None:
        kind, arguments = layer.word, layer.given
    if isinstance(layer, CustomLayer):
        arguments = {**arguments, **layer.statements()}
    elif isinstance(layer, Layer) and isinstance(first, Layer):
        flags = {key: layer.checked(key) for key in layer.in_call}
        own = {key: value for key, value in flags.items() if value != first.checked(key)}
        arguments = {**arguments, **own}
    sources = None if node.inputs == above else [str(ref) for ref in node.inputs]
    frozen = True if node.frozen and not implied else None
    return Step(
        kind=kind, name=node.name, from_=sources, arguments=escaped(arguments), frozen=frozen
    )


def _submodel(layer: SubmodelLayer, folder: Path, inline: bool) -> Submodel:
    keys: dict[str, Any] = {"frozen": True} if layer.frozen else {}
    if layer.weights is not None and layer.weights_said and not inline:
        keys["weights"] = relative(layer.weights, folder)
    if layer.until:
        keys["until"] = _one_or_several(layer.until)
    application = layer.application
    if application is not None and not (inline and application.declaration.is_imagenet_only):
        if application.preprocess:
            keys["preprocess"] = True
        return Submodel(application=_application(application, folder, inline), **keys)
    if layer.file is None or inline:
        if layer.until:  # a block may have set the names
            keys["until"] = _one_or_several([str(each.ref) for each in layer.graph.outputs])
        untrained = replace(layer.graph, training=None)  # it is trained as a part of this model
        return Submodel(spec=written_out(untrained, folder, inline=inline), **keys)
    source = "keras" if layer.from_keras else "spec"
    keys[source] = relative(layer.file, folder)
    return Submodel(**keys)


def _no_layer(graph: Graph) -> Step:
    """Return the only step of a model without layers, because a model needs a list of steps."""
    source = None if len(graph.inputs) == 1 else [graph.inputs[0].name]
    return Step(kind="Identity", from_=source, repeat=0)


def _one_or_several(names: Sequence[str]) -> str | list[str]:
    return names[0] if len(names) == 1 else list(names)


def _application(application: Application, folder: Path, inline: bool) -> Call:
    declaration = application.declaration
    arguments = dict(declaration.given)
    if inline:
        arguments["weights"] = None  # Keras's default is ImageNet's
    elif isinstance(application.weights, Path):
        arguments["weights"] = relative(application.weights, folder)
    return Call(kind=declaration.word, arguments=escaped(arguments))


def relative(path: Path, folder: Path) -> str:
    """Return the path of a file, relative to the folder of a document.

    Raises:
        OSError: the path is not UTF-8, as a spec is.

    """
    found = Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    if not can_encode(found, "utf-8"):
        raise OSError(errno.EILSEQ, "a spec cannot name a file whose path is not UTF-8", found)
    return found


def _call(declaration: Declaration | None) -> Call | None:
    return (
        Call(kind=declaration.word, arguments=escaped(declaration.given)) if declaration else None
    )
