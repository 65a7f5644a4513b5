"""The weights of the losses of a batch: those of its samples times those of their classes."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from cnnspec.data.parts import Part
from cnnspec.data.weights import weighed
from cnnspec.ir.graph import Output
from cnnspec.objects.loss import NUMBERED
from cnnspec.shapes import Shape
from cnnspec.training.arithmetic import TENSORFLOW


def weights_of_rows(
    output: Output,
    predicted: Shape,
    part: Part,
    target: Any,
    columns: Mapping[str, Any],
    classes: Mapping[int, float],
) -> Any:
    """Return a weight for each loss: one per row, or per value where the predictions have axes.

    Keras multiplies them with the losses, which broadcasts from the last axis; so a weight for a
    whole row is repeated for its values.
    """
    form = part.forms.get(output.name)
    inner = len(weighed(predicted, form))
    count = tf.shape(target)[: inner + 1]
    weight = tf.ones(count)
    if output.name in part.weights:
        given = tf.cast(part.weights[output.name].value(columns, TENSORFLOW), "float32")
        rank = len(given.shape)
        if rank > 1 and given.shape[-1] == 1 and rank != inner + 1:
            given, rank = given[..., 0], rank - 1
        weight *= given[(..., *[None] * (inner + 1 - rank))]
    if classes:
        labels = _numbers(target, form)
        for label, factor in classes.items():
            weight *= tf.where(labels == label, float(factor), 1.0)
    return weight


def _numbers(target: Any, form: str | None) -> Any:
    """Return the class numbers for labels."""
    if form == "one-hot":
        return tf.argmax(target, -1, output_type=tf.int64)
    values = tf.cast(target, "float32") if form not in NUMBERED else target
    if form == "0 to 1":
        values = tf.round(values[..., 0])
    return tf.cast(values, tf.int64)
