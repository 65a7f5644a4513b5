"""The rule for outputs whose first axis is not that of the batch."""

from collections.abc import Iterator

from cnnspec.analysis.infer import infer
from cnnspec.analysis.lint.base import Finding, Model, model_lint
from cnnspec.diagnostics.report import Note, Report
from cnnspec.ir.checked import CheckedGraph
from cnnspec.records import replace
from cnnspec.shapes import BATCH, UNKNOWN, Shape, TensorSpec, text


@model_lint("output-without-batch")
def output_without_batch(model: Model) -> Iterator[Finding]:
    """An output that does not hold one result for each sample, because operations moved the batch axis."""
    if not _has_operations(model.checked):
        return
    counted = _counted(model.checked)
    for output in model.checked.graph.outputs:
        shape = model.checked.outputs[output.name].shape
        if shape is UNKNOWN or _has_batch(counted.get(output.name, shape), shape):
            continue
        what = "is a single value" if not shape else f"is {text(shape)}"
        end = ", which the loss needs" if output.loss is not None else ""
        message = f"the output '{output.name}' {what} and has no result for each sample{end}"
        notes = list(_where_it_went(model, output.ref.node))
        suggestion = "keep axis 0, which is that of the batch"
        yield Finding(message, output.place, "name", notes, suggestion)


def _has_operations(checked: CheckedGraph) -> bool:
    return any(
        node.is_operation or (node.submodel is not None and _has_operations(node.submodel))
        for node in checked.nodes
    )


def _counted(checked: CheckedGraph) -> dict[str, Shape]:
    """Return the shapes of all tensors of a model by name, for batches of one unusual size."""
    inputs = tuple(
        replace(each, tensor=TensorSpec((BATCH, *each.tensor.shape[1:]), each.tensor.dtype))
        for each in checked.inputs
    )
    inferred = infer(replace(checked.graph, inputs=inputs), Report())
    return {} if inferred is None else {name: each.shape for name, each in inferred.outputs.items()}


def _has_batch(counted: Shape, shape: Shape) -> bool:
    """Whether the first axis of a tensor is that of the batch; without a count, whether it may be."""
    return counted[:1] == (BATCH,) or (counted == shape and shape[:1] == (None,))


def _where_it_went(model: Model, name: str) -> Iterator[Note]:
    """Yield a note on the last operation before an output, through layers of the same first axis."""
    node = model.nodes.get(name)
    while node is not None and not node.is_operation:
        node = model.nodes.get(node.node.inputs[0].node)
    if node is not None:
        yield node.node.place.note(f"the last operation before it is {node.kind}", "kind")
