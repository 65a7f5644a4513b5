"""Where Keras files have the weights of a layer."""

from collections import Counter
from collections.abc import Iterable, Iterator

from cnnspec.layers.base import Weight


def stored_at(weights: Iterable[Weight]) -> dict[str, Weight]:
    """Return the weights of a layer by their paths in Keras files, such as `layer/cell/0`."""
    return {path: weight for weight, paths in with_paths(weights) for path in paths}


def with_paths(weights: Iterable[Weight]) -> Iterator[tuple[Weight, list[str]]]:
    """Yield the weights of a layer in its order, each with its paths in Keras files."""
    counted: Counter[str] = Counter()
    for weight in weights:
        paths = []
        for place in weight.places:
            paths.append(f"{place}/{counted[place]}" if place else str(counted[place]))
            counted[place] += 1
        yield weight, paths
