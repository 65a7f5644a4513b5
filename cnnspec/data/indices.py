"""Checks that the data has no numbers that an embedding lacks.

Keras counts negative ones from the end, and on a GPU the vectors of those that are too large are zeros.
"""

from collections.abc import Iterator

import numpy as np

from cnnspec.data.parts import Part
from cnnspec.data.problems import DataProblem
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.layers.base import Layer
from cnnspec.layers.core import Embedding
from cnnspec.layers.reshaping import Flatten, Permute, RepeatVector, Reshape

RESHAPING = (Flatten, Permute, RepeatVector, Reshape)
"""Layers that only move values."""


def check_indices(checked: CheckedGraph, part: Part) -> None:
    """Check the inputs that embeddings look up.

    Raises:
        DataProblem: a number is negative or too large.

    """
    nodes = {node.name: node for node in checked.nodes}
    for node in checked.nodes:
        if not isinstance(node.layer, Embedding):
            continue
        size = node.layer.input_dim
        for name in dict.fromkeys(_inputs(node, nodes)):
            each, at = part.inputs[name], ("inputs", name)
            for block, values in enumerate(part.finite_values(each, at)):
                numbers = np.trunc(values)
                wrong = (numbers < 0) | (numbers >= size)
                if wrong.any():
                    where = part.where(each, block, wrong)
                    message = (
                        f"the layer '{node.name}' takes the numbers 0 to {size - 1}, "
                        f"but {where} has {values[wrong][0]}"
                    )
                    raise DataProblem("out-of-range", message, at)


def _inputs(node: CheckedNode, nodes: dict[str, CheckedNode]) -> Iterator[str]:
    """Yield the inputs of a model whose values a layer gets unchanged."""
    for ref in node.node.inputs:
        before = nodes.get(ref.node)
        if before is None:
            yield ref.node
        elif isinstance(before.layer, Layer) and (
            isinstance(before.layer, RESHAPING) or before.layer.passes_on()
        ):
            yield from _inputs(before, nodes)
