"""The examples of layer kinds as models, and layers without the work of drawing weights."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cnnspec.compiler import checked_or_raise, compile_document
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.document import Document
from cnnspec.layers.base import Example


def compiled_example(kind: str, example: Example, **arguments: Any) -> CheckedGraph:
    """A model of one layer: an example of its kind, with other arguments besides."""
    inputs = {
        f"input {at}": {"shape": list(shape[1:]), "dtype": dtype}
        for at, (shape, dtype) in enumerate(zip(example.shapes, example.types, strict=True))
    }
    step = {kind: {**example.arguments, "name": "it", "from": list(inputs), **arguments}}
    outputs = {}
    if kind.startswith("ops.") and isinstance(example.output, list):
        outputs = {f"output {at}": {"from": f"it/{at}"} for at in range(len(example.output))}
    document = Document.model_validate({"inputs": inputs, "layers": [step], "outputs": outputs})
    return checked_or_raise(compile_document(document))


@contextmanager
def weights_are_zeros() -> Iterator[None]:
    """Let Keras begin with zeros where it would draw weights, which takes a third of building."""
    import keras

    def zeros(initializer: Any, shape: Any, dtype: Any = None) -> Any:
        return keras.ops.zeros(shape, dtype)

    with pytest.MonkeyPatch.context() as patch:
        for initializer in (keras.initializers.VarianceScaling, keras.initializers.RandomNormal):
            patch.setattr(initializer, "__call__", zeros)
        yield
