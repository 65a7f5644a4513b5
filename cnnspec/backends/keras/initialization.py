"""Draws initial weights in threads while Keras builds the layers.

Keras learns the shape of a weight when it calls the layer; the static analysis knows it earlier.
The values are those that Keras would draw, because each initializer has its own seed.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import keras

from cnnspec.layers.base import Weight

WORTH_A_THREAD = 4096
"""The size below which drawing is faster than handing over."""


class _Drawn(keras.initializers.Initializer):  # type: ignore[misc]
    """Returns the values that another initializer draws in the background."""

    def __init__(self, initializer: Any, weight: Weight, dtype: str, values: Future[Any]) -> None:
        self.initializer = initializer
        self.known = (weight.shape, dtype)
        self.values = values

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        if (tuple(shape), dtype) == self.known:
            return self.values.result()
        return self.initializer(shape, dtype=dtype)


class Drawing:
    """Draws the weights of layers that will be built soon."""

    def __init__(self, executor: ThreadPoolExecutor) -> None:
        self.executor = executor
        self.replaced: dict[int, list[tuple[str, Any]]] = {}

    def begin(self, layer: Any, weights: tuple[Weight, ...]) -> None:
        """Start drawing the weights of a layer that has not been called yet."""
        for weight in weights:
            name = f"{weight.name}_initializer"
            initializer = vars(layer).get(name)
            if (
                weight.places != ("",)
                or weight.size < WORTH_A_THREAD
                or not _is_seeded(initializer)
            ):
                continue
            dtype = layer.variable_dtype
            values = self.executor.submit(initializer, weight.shape, dtype=dtype)
            setattr(layer, name, _Drawn(initializer, weight, dtype, values))
            self.replaced.setdefault(id(layer), []).append((name, initializer))

    def end(self, layer: Any) -> None:
        """Restore the initializers of a layer that has been built."""
        for name, initializer in self.replaced.pop(id(layer), ()):
            setattr(layer, name, initializer)


def _is_seeded(initializer: Any) -> bool:
    """Whether an initializer returns the same values on every call."""
    is_initializer = isinstance(initializer, keras.initializers.Initializer)
    return is_initializer and isinstance(getattr(initializer, "seed", None), int)


@contextmanager
def drawing() -> Iterator[Drawing]:
    """Draw weights while layers are built; cleans up on errors."""
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="cnnspec-draws") as executor:
        try:
            yield Drawing(executor)
        finally:
            executor.shutdown(cancel_futures=True)
