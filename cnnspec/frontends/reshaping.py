"""Converts operations that change the shape of a tensor to layers, which never change the batch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnnspec.frontends.operations import Equal, NoEqual, Recorded
from cnnspec.shapes import Dim, product

MOVES_THE_BATCH = "it moves the batch, which no layer does"


def _reshape(operation: Recorded) -> Equal:
    target = operation.config["newshape"]
    if target and target[0] is None:
        return _reshaped(operation, target[1:])
    shape = operation.shape(operation.tensor)[1:]
    if not target or target[0] != -1 or not _same_size(shape, target[1:]):
        raise NoEqual("it may change the batch")
    return _reshaped(operation, target[1:])


def _expand_dims(operation: Recorded) -> Equal:
    shape, axis = operation.shape(operation.tensor), operation.config["axis"]
    if not isinstance(axis, int):
        raise NoEqual("it adds several axes")
    at = axis + len(shape) + 1 if axis < 0 else axis
    if at == 0:
        raise NoEqual(MOVES_THE_BATCH)
    return _reshaped(operation, [*shape[1:at], 1, *shape[at:]])


def _squeeze(operation: Recorded) -> Equal:
    shape, axis = operation.shape(operation.tensor), operation.config["axis"]
    if axis is None:
        raise NoEqual("it removes the batch axis if its size is 1")
    taken = _counted(axis, len(shape))
    if 0 in taken:
        raise NoEqual(MOVES_THE_BATCH)
    return _reshaped(operation, [size for at, size in enumerate(shape) if at and at not in taken])


def _transpose(operation: Recorded) -> Equal:
    rank = len(operation.shape(operation.tensor))
    axes = operation.config["axes"]
    return _permuted(operation, list(reversed(range(rank))) if axes is None else axes)


def _swapaxes(operation: Recorded) -> Equal:
    axes = list(range(len(operation.shape(operation.tensor))))
    first, second = operation.config["axis1"], operation.config["axis2"]
    axes[first], axes[second] = axes[second], axes[first]
    return _permuted(operation, axes)


def _moveaxis(operation: Recorded) -> Equal:
    source, destination = operation.config["source"], operation.config["destination"]
    if not (isinstance(source, int) and isinstance(destination, int)):
        raise NoEqual("it moves several axes")
    axes = list(range(len(operation.shape(operation.tensor))))
    moved = axes.pop(source)
    axes.insert(destination % (len(axes) + 1), moved)
    return _permuted(operation, axes)


def _concatenate(operation: Recorded) -> Equal:
    tensors, axis = operation.tensors(), operation.config["axis"]
    if axis % len(operation.shape(tensors[0])) == 0:
        raise NoEqual("it concatenates along the batch")
    return Equal("Concatenate", {"axis": axis} | operation.dtype(*tensors), tensors)


def _padded(operation: Recorded) -> Equal:
    """Zeros around the axes between batch and channels."""
    rank, config = len(operation.shape(operation.tensor)), operation.config
    ends = [
        tuple(each) if isinstance(each, list | tuple) else (each,) for each in config["pad_width"]
    ]
    if config["mode"] != "constant" or len(ends) != rank or any(len(each) != 2 for each in ends):
        raise NoEqual("layers pad with zeros alone")
    if rank not in (3, 4, 5) or any((*ends[0], *ends[-1])):
        raise NoEqual("layers only pad the axes between batch and channels")
    padding = ends[1] if rank == 3 else ends[1:-1]
    said = {"padding": [list(each) if rank > 3 else each for each in padding]}
    arguments = said | operation.dtype(operation.tensor)
    return Equal(f"ZeroPadding{rank - 2}D", arguments, (operation.tensor,))


def _pooled(kind: str) -> Callable[[Recorded], Equal]:
    """Global pooling over all axes between batch and channels."""

    def make(operation: Recorded) -> Equal:
        rank, config = len(operation.shape(operation.tensor)), operation.config
        spatial = list(range(1, rank - 1))
        axes = None if config["axis"] is None else sorted(_counted(config["axis"], rank))
        if axes != spatial or len(spatial) not in (1, 2, 3) or config.get("initial") is not None:
            raise NoEqual("layers can only pool over all axes between batch and channels")
        arguments: dict[str, Any] = {"keepdims": True} if config["keepdims"] else {}
        arguments |= operation.dtype(operation.tensor)
        return Equal(f"{kind}{len(spatial)}D", arguments, (operation.tensor,))

    return make


def _reshaped(operation: Recorded, sizes: Sequence[Dim]) -> Equal:
    if sum(size in (None, -1) for size in sizes) > 1:
        raise NoEqual("several sizes of its result are unknown")
    arguments = {"target_shape": [-1 if size is None else size for size in sizes]}
    return Equal("Reshape", arguments | operation.dtype(operation.tensor), (operation.tensor,))


def _permuted(operation: Recorded, axes: Sequence[int]) -> Equal:
    counted = [axis % len(axes) for axis in axes]
    if counted[0] != 0:
        raise NoEqual(MOVES_THE_BATCH)
    arguments = {"dims": counted[1:]} | operation.dtype(operation.tensor)
    return Equal("Permute", arguments, (operation.tensor,))


def _counted(axis: int | list[int], rank: int) -> set[int]:
    """Return axes counted from the front."""
    return {each % rank for each in (axis if isinstance(axis, list) else [axis])}


def _same_size(shape: Sequence[Dim], target: Sequence[int]) -> bool:
    """Whether both are known to have the same number of values."""
    return None not in shape and -1 not in target and product(shape) == product(target)


RESHAPING: Mapping[str, Callable[[Recorded], Equal]] = {
    "Concatenate": _concatenate,
    "ExpandDims": _expand_dims,
    "Max": _pooled("GlobalMaxPooling"),
    "Mean": _pooled("GlobalAveragePooling"),
    "Moveaxis": _moveaxis,
    "Pad": _padded,
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "Swapaxes": _swapaxes,
    "Transpose": _transpose,
}
"""By class name. Axes and sizes are those stored by Keras."""
