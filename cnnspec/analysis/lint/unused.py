"""Rules for unused layers, inputs, blocks, defaults and parameters."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from cnnspec.analysis.lint.base import Finding, Model, document_lint, model_lint
from cnnspec.ir.graph import Node, SubmodelLayer
from cnnspec.language.column_expressions import joined, names_over_columns, parse_columns
from cnnspec.language.document import Document, Step
from cnnspec.language.expressions import parameters_in
from cnnspec.language.train import Train
from cnnspec.operations.steps import family_of_step
from cnnspec.syntax.places import Place


@model_lint("unused-layer")
def unused_layer(model: Model) -> Iterator[Finding]:
    """A layer that no output needs; only the last one of a chain is reported."""
    graph = model.checked.graph
    read = {ref.node for node in graph.nodes for ref in node.inputs}
    read |= {node.shares for node in graph.nodes if node.shares}
    used = [node.scoped for node in graph.nodes if node.name in model.nodes]
    for node in graph.nodes:
        if node.name in read or node.name in model.nodes:
            continue
        name, place = _whole_call(node, used)
        message = f"no output needs '{name}'"
        yield Finding(message, place, "name")


def _whole_call(node: Node, used: list[str]) -> tuple[str, Place]:
    """Return the outermost completely unused block call around a node, or the node."""
    name, place = node.scoped, node.place
    while place.caller is not None and "/" in name:
        call = name.rpartition("/")[0]
        if any(each.startswith(f"{call}/") for each in used):
            break
        name, place = call, place.caller
    return name, place


@model_lint("unused-input")
def unused_input(model: Model) -> Iterator[Finding]:
    """An input that no layer uses."""
    graph = model.checked.graph
    read = {ref.node for node in graph.nodes for ref in node.inputs}
    read |= {output.ref.node for output in graph.outputs}
    for each in graph.inputs:
        if each.name not in read:
            yield Finding(f"nothing reads the input '{each.name}'", each.place, "name")


@model_lint("unused-block")
def unused_block(model: Model) -> Iterator[Finding]:
    """A block that no step calls, neither in the model nor in other blocks."""
    said = _said(model.document)
    for name in (each for each in model.document.blocks if each not in said):
        place = model.place / "blocks" / name
        yield Finding(f"nothing calls the block '{name}'", place, "key")


@model_lint("unused-submodel")
def unused_submodel(model: Model) -> Iterator[Finding]:
    """A submodel that no step calls."""
    layers = [node.layer for node in model.checked.graph.nodes]
    said = {each.key for each in layers if isinstance(each, SubmodelLayer)}
    said |= _said(model.document)
    for name in (each for each in model.document.submodels if each not in said):
        place = model.place / "submodels" / name
        yield Finding(f"nothing calls the submodel '{name}'", place, "key")


@model_lint("unused-default")
def unused_default(model: Model) -> Iterator[Finding]:
    """Defaults of a kind that no step uses, neither here nor in imported blocks."""
    layers = [node.layer for node in model.checked.graph.nodes]
    used = {each.kind() for each in layers if each and not isinstance(each, SubmodelLayer)}
    used |= {family_of_step(kind).canonical(kind) for kind in _said(model.document)}
    for word in model.document.defaults:
        if family_of_step(word).canonical(word) not in used:
            place = model.place / "defaults" / word
            yield Finding(f"no {word} uses these defaults", place, "key")


@document_lint("unused-parameter")
def unused_parameter(document: Document, place: Place) -> Iterator[Finding]:
    """A parameter of the spec or of a block that no value uses."""
    if not document.params and not any(block.params for block in document.blocks.values()):
        return
    used = set()
    for name, value in vars(document).items():
        used |= set(_references(value)) if name not in ("blocks", "submodels") else set()
    used |= set(_computed_with(document.train))
    for submodel in document.submodels.values():
        for value in vars(submodel).values():
            used |= set() if isinstance(value, Document) else set(_references(value))
    for block_name, block in document.blocks.items():
        inner = {*_references(block.layers), *_references(block.params)}
        used |= inner - block.params.keys()
        for name in (each for each in block.params if each not in inner):
            at = place / "blocks" / block_name / "params" / name
            message = f"nothing in '{block_name}' refers to its parameter '{name}'"
            yield Finding(message, at, "key")
    for name in (each for each in document.params if each not in used):
        yield Finding(f"nothing refers to the parameter '{name}'", place / "params" / name, "key")


def _computed_with(train: Train | None) -> Iterator[str]:
    """Return the names in the expressions of a training: columns and parameters."""
    for expressions in (train.inputs, train.targets, train.sample_weight) if train else ():
        for text in expressions.values():
            yield from names_over_columns(parse_columns(joined(text)))


def _said(document: Document) -> set[str]:
    """Return the kinds of all steps of a document, including those of its blocks."""
    blocks = (kind for block in document.blocks.values() for kind in _kinds(block.layers))
    return {*_kinds(document.layers), *blocks}


def _kinds(steps: list[Step]) -> Iterator[str]:
    """Return the kinds of steps, including those in their branches and of layers inside layers."""
    for step in steps:
        yield step.kind
        inner = step.arguments.get("layer")
        yield from [inner] if isinstance(inner, str) else inner if isinstance(inner, dict) else ()
        for branch in step.branches.steps.values() if step.branches else ():
            yield from _kinds(branch)


def _references(value: Any) -> Iterator[str]:
    """Return the names in all references of a value, at any depth."""
    if isinstance(value, str):
        yield from parameters_in(value)
    elif isinstance(value, BaseModel):
        yield from _references(vars(value))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)
