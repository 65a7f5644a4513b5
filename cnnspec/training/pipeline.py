"""Parts of the data as `tf.data`: shuffled by seed and epoch, computed batch by batch."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from cnnspec.data.parts import Part
from cnnspec.data.values import Expression
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Output
from cnnspec.ir.training import Training
from cnnspec.objects.loss import NUMBERED
from cnnspec.training.arithmetic import TENSORFLOW
from cnnspec.training.images import Images
from cnnspec.training.weighing import weights_of_rows

ROWS = 4096
"""The number of rows to compute at a time."""
MOST_BYTES = 2**29
"""The memory limit; larger data is read and computed batch by batch."""


class Pipeline:
    """Batches of a part of the data: inputs, targets and weights in the order of the model."""

    def __init__(self, checked: CheckedGraph, training: Training, part: Part) -> None:
        self.checked = checked
        self.training = training
        self.part = part
        self.epoch = 0
        """The epoch that sets the order of the next pass over `shuffled`."""
        self.columns = {
            name: Images(values, part.columns[name].shape)
            if part.columns[name].is_image
            else _held(values)
            for name, values in part.arrays.items()
        }

    @property
    def steps(self) -> int:
        """The number of batches per pass."""
        return -(-len(self.part.rows) // self.training.batch_size)

    def shuffled(self) -> Any:
        """Batches in an order that depends only on the seed and `epoch`."""

        def order() -> Iterator[Any]:
            generator = np.random.default_rng((self.training.seed, self.epoch))
            yield generator.permutation(np.asarray(self.part.rows, "int64"))

        signature = tf.TensorSpec((None,), tf.int64)
        orders = tf.data.Dataset.from_generator(order, output_signature=signature)
        size = self.training.batch_size
        starts = tf.data.Dataset.range(0, len(self.part.rows), size)
        batches = orders.flat_map(lambda rows: starts.map(lambda start: rows[start : start + size]))
        counted = batches.apply(tf.data.experimental.assert_cardinality(self.steps))
        return self._batches(counted, self.part.class_weights)

    def in_order(self) -> Any:
        """Batches in the order of the data, without class weights, as in evaluation with Keras."""
        rows = tf.data.Dataset.range(self.part.rows.start, self.part.rows.stop)
        return self._batches(rows.batch(self.training.batch_size), {})

    def _batches(self, rows: Any, classes: Mapping[str, Mapping[int, float]]) -> Any:
        whole = self._whole(classes)

        @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
        def batch(numbers: Any) -> Any:
            if whole is None:
                return self._batch(numbers, classes)
            places = numbers - self.part.rows.start
            return tf.nest.map_structure(lambda values: tf.gather(values, places), whole)

        if whole is not None:
            return rows.map(batch).prefetch(2)
        return rows.map(batch, num_parallel_calls=2, deterministic=True).prefetch(2)

    def _whole(self, classes: Mapping[str, Mapping[int, float]]) -> Any:
        """Return the values of all rows, computed once; None if they do not fit in memory."""
        if any(isinstance(each, Images) for each in self.columns.values()):
            return None
        rows = self.part.rows
        first = self._batch(tf.range(rows.start, min(rows.start + 1, rows.stop)), classes)
        row_bytes = sum(
            each.dtype.size * each.shape.num_elements() for each in tf.nest.flatten(first)
        )
        if row_bytes * len(rows) > MOST_BYTES:
            return None
        parts = [
            self._batch(tf.range(start, min(start + ROWS, rows.stop), dtype=tf.int64), classes)
            for start in range(rows.start, rows.stop, ROWS)
        ]
        return tf.nest.map_structure(lambda *each: tf.concat(each, 0), *parts)

    def _batch(self, rows: Any, classes: Mapping[str, Mapping[int, float]]) -> Any:
        columns = {
            name: values.batch(rows) if isinstance(values, Images) else _gathered(values, rows)
            for name, values in self.columns.items()
        }
        inputs = self._inputs(rows, columns)
        outputs = self.checked.graph.outputs
        nothing = tf.zeros(
            tf.shape(rows)
        )  # in the place of a target: Keras takes one for every output
        targets = tuple(
            self._target(each, columns) if each.name in self.part.targets else nothing
            for each in outputs
        )
        batch = (_single(inputs), _single(targets))
        if not classes and not self.part.weights:
            return batch
        weights = tuple(
            weights_of_rows(
                each,
                self.checked.outputs[each.name].shape,
                self.part,
                target,
                columns,
                classes.get(each.name, {}),
            )
            if each.loss is not None
            else nothing
            for each, target in zip(outputs, targets, strict=True)
        )
        return (*batch, _single(weights))

    def _target(self, output: Output, columns: dict[str, Any]) -> Any:
        """Return the labels in the shape that the loss takes: some losses broadcast a column of them."""
        value = self.part.targets[output.name].value(columns, TENSORFLOW)
        predicted, rank = self.checked.outputs[output.name].shape, value.shape.rank
        if predicted[-1:] == (1,):
            return value[..., tf.newaxis] if rank == len(predicted) - 1 else value
        is_number = self.part.forms.get(output.name) in NUMBERED
        return value[..., 0] if is_number and rank == len(predicted) else value

    def _inputs(self, rows: Any, columns: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(
            _as_input(self.part.inputs[each.name], columns, each.tensor.shape, each.tensor.dtype)
            for each in self.checked.inputs
        )


class FeaturePipeline(Pipeline):
    """Batches of features instead of the inputs that they were computed from."""

    def __init__(self, whole: Pipeline, features: Sequence[Any]) -> None:
        self.checked, self.training, self.part = whole.checked, whole.training, whole.part
        self.epoch = whole.epoch
        needed = {
            name
            for each in (*self.part.targets.values(), *self.part.weights.values())
            for name in each.columns
        }
        self.columns = {name: values for name, values in whole.columns.items() if name in needed}
        self.features = tuple(map(tf.constant, features))

    def _inputs(self, rows: Any, columns: dict[str, Any]) -> tuple[Any, ...]:
        places = rows - self.part.rows.start
        return tuple(tf.gather(each, places) for each in self.features)


def _held(values: Any) -> Any:
    """Return a column as a tensor; large columns stay in their file."""
    is_held = values.nbytes <= MOST_BYTES or values.dtype.kind not in "biuf"
    return tf.constant(values) if is_held else values


def _gathered(values: Any, rows: Any) -> Any:
    """Return rows of a column."""
    if tf.is_tensor(values):
        return tf.gather(values, rows)
    gathered = tf.numpy_function(
        lambda numbers: values[numbers], [rows], values.dtype, stateful=False
    )
    return tf.ensure_shape(gathered, (None, *values.shape[1:]))


def _as_input(each: Expression, columns: dict[str, Any], shape: Any, dtype: str) -> Any:
    value = tf.cast(each.value(columns, TENSORFLOW), dtype)
    return value[..., tf.newaxis] if value.shape.rank == len(shape) - 1 else value


def _single(values: tuple[Any, ...]) -> Any:
    return values[0] if len(values) == 1 else values
