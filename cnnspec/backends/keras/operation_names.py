"""Names the operations that Keras adds to a model besides its layers, such as those of masks.

Keras numbers them through the whole process, so their names would depend on what was built before,
and one of them could be the name of a layer.
"""

from collections.abc import Collection, Iterator
from itertools import count
from typing import Any

import keras

from cnnspec.naming import snake_case


def name_operations(outputs: Any, layers: Collection[Any]) -> None:
    """Name the operations behind some tensors by their kinds, counted in the model.

    `layers` have their names already, and so have the inputs.
    """
    operations = list(_operations(outputs))
    own = {id(layer) for layer in layers}
    added = [
        each
        for each in operations
        if id(each) not in own and not isinstance(each, keras.layers.InputLayer)
    ]
    unnamed = {id(each) for each in added}
    taken = {each.name for each in operations if id(each) not in unnamed}
    for each in added:
        kind = snake_case(type(each).__name__)
        names = (f"{kind}_{number}" if number else kind for number in count())
        each.name = next(name for name in names if name not in taken)
        taken.add(each.name)


def _operations(outputs: Any) -> Iterator[Any]:
    """Yield the layers and operations that tensors are computed by, each after its inputs."""
    nodes, operations = set(), set()
    waiting = [(tensor, False) for tensor in reversed(keras.tree.flatten(outputs))]
    while waiting:
        tensor, is_done = waiting.pop()
        operation, index, _ = tensor._keras_history
        node = operation._inbound_nodes[index]
        if is_done:
            if id(operation) not in operations:
                operations.add(id(operation))
                yield operation
        elif id(node) not in nodes:
            nodes.add(id(node))
            waiting.append((tensor, True))
            waiting += [(each, False) for each in reversed(node.input_tensors)]
