"""Metrics against labels and heads: what is reported, held against what Keras computes."""

from pathlib import Path
from typing import Any

import keras
import numpy
import pytest

import cnnspec
from cnnspec.backends.keras.compiling import compile_model
from cnnspec.backends.keras.objects import keras_object
from cnnspec.compiler import checked_or_raise, compile_document, compile_text
from cnnspec.declarations.fields import INT_TYPES
from cnnspec.diagnostics.problems import Problems, shown
from cnnspec.language.document import Document
from cnnspec.objects.families import LOSSES, METRICS
from cnnspec.objects.measure import NUMBERED
from tests.support.keras_versions import is_since
from tests.support.measures import CLASSES, NEEDED, REFERENCES, TASKS, Task

VARIANTS: list[tuple[str, dict[str, Any]]] = [
    ("BinaryAccuracy", {"threshold": 0}),
    ("TopKCategoricalAccuracy", {"k": 2}),
    ("SparseTopKCategoricalAccuracy", {"k": 2}),
    ("SparseTopKCategoricalAccuracy", {"k": 2, "from_sorted_ids": True}),
    ("TruePositives", {"thresholds": 0}),
    ("TruePositives", {"thresholds": [0.25, 0.75]}),
    ("Precision", {"thresholds": 0}),
    ("Precision", {"class_id": 0}),
    ("Recall", {"class_id": 2}),
    ("Precision", {"top_k": 1}),
    ("Recall", {"top_k": 2}),
    ("RecallAtPrecision", {"precision": 0.5, "class_id": 2}),
    ("AUC", {"from_logits": True}),
    ("AUC", {"multi_label": True}),
    ("AUC", {"multi_label": True, "num_labels": 3}),
    ("AUC", {"label_weights": [1, 1, 1]}),
    ("F1Score", {"threshold": 0.5}),
    ("F1Score", {"average": "micro"}),
    ("FBetaScore", {"beta": 2.0, "threshold": 0.25}),
    ("MeanIoU", {"num_classes": CLASSES, "sparse_y_pred": False}),
    ("MeanIoU", {"num_classes": 3, "sparse_y_pred": False}),
    ("MeanIoU", {"num_classes": CLASSES, "sparse_y_true": False}),
    ("MeanIoU", {"num_classes": CLASSES, "sparse_y_true": False, "sparse_y_pred": False}),
    ("BinaryIoU", {"threshold": 0}),
    ("BinaryCrossentropy", {"from_logits": True}),
    ("CategoricalCrossentropy", {"from_logits": True}),
    ("SparseCategoricalCrossentropy", {"from_logits": True}),
    ("CosineSimilarity", {"axis": 0}),
    ("PearsonCorrelation", {"axis": 0}),
    ("ConcordanceCorrelation", {"axis": 0}),
]
CALLS: list[Any] = ["accuracy", {"Accuracy": {"name": "equal"}}]
CALLS += [{kind: NEEDED.get(kind, {})} for kind in METRICS.kinds if kind != "Accuracy"]
CALLS += [{kind: arguments} for kind, arguments in VARIANTS]
"""Every kind, with what it needs, and calls with other arguments."""


def spec(task: Task, metrics: list[Any]) -> Document:
    """A model whose output has the head and loss of a task."""
    shape = [*task.predictions.shape[1:-1], 3]
    layers = [{"Dense": {"name": "y", **task.head}}]
    outputs = {"y": {"loss": task.loss, "metrics": metrics}}
    ignore = ["dense-without-flatten"]
    return Document.model_validate(
        {"inputs": {"x": shape}, "layers": layers, "outputs": outputs, "ignore": ignore}
    )


def reported(task: Task, metrics: list[Any]) -> list[str]:
    return [found.code for found in compile_document(spec(task, metrics)).report]


def said(task: Task, call: Any) -> str:
    """What is reported of a metric: an error, a warning, or that it is right."""
    return {(): "right", ("unusable-metric",): "error"}.get(
        tuple(reported(task, [call])), "warning"
    )


def computed(task: Task, call: Any) -> Any:
    """The value that Keras computes; None if it cannot."""
    metric: Any = METRICS.check(call)
    labels = "classes" if task.labels.ndim < task.predictions.ndim else "one-hot"
    made = keras_object(metric.meant_for(task.size, (labels,)))
    try:
        made.update_state(task.labels, task.predictions)
    except Exception:  # whatever it is, training ends with it
        return None
    return numpy.asarray(made.result())


OF_OVERLAP = ("MeanIoU", "OneHotMeanIoU", "IoU", "OneHotIoU", "BinaryIoU")


def in_keras(task: Task, call: Any) -> str:
    """Whether Keras computes a metric, and whether that is its value by definition."""
    metric: Any = METRICS.check(call)
    value, known = computed(task, call), REFERENCES[metric.kind()](task, metric)
    if value is None and metric.kind() in OF_OVERLAP and not is_since("3.15"):
        return said(task, call)  # it fails on numbers that are no classes, by the values
    if value is None:
        return "error"
    if known is None:
        return "warning"
    within = 0.02 if metric.kind() == "AUC" else 1e-4
    return "right" if numpy.allclose(value, known, 1e-3, within, equal_nan=True) else "warning"


def is_open(task: Task, call: Any) -> bool:
    """Whether no loss says if labels are what the metric takes: they may be one-hot, or 0 and 1."""
    metric: Any = METRICS.check(call)
    if task.sort == "numbers":
        return task.head["activation"] == "sigmoid"
    if task.sort == "sides":  # or 0 and 1, which hinge losses take, too
        return metric.meant_for(task.size, ("0 to 1",)).form() in ("0 to 1", "one-hot")
    chosen = metric.meant_for(task.size, ("0 to 1",))
    takes_one_hot = chosen.form() == "one-hot" or chosen.compares_classes()
    return task.sort == "yes or no" and task.size > 1 and takes_one_hot and not chosen.activations()


# tests


FITTING = [task for task in TASKS if reported(task, []) == []]
"""The tasks whose loss fits the head."""
BY_NAME = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


@pytest.mark.filterwarnings("ignore:In loss categorical_crossentropy:SyntaxWarning")
@BY_NAME
def test_what_is_reported_of_a_metric_is_what_keras_does(task: Task) -> None:
    judged = [call for call in CALLS if not is_open(task, call)]
    reports = {str(call): said(task, call) for call in judged}
    if task in FITTING:
        assert reports == {str(call): in_keras(task, call) for call in judged}
    else:  # of metrics beside a loss that does not fit, only what fails is reported
        failing = [call for call in judged if reports[str(call)] == "error"]
        assert [call for call in failing if in_keras(task, call) != "error"] == []


def right(task: Task) -> list[Any]:
    """The metrics that are right for a task, with names of their own."""
    calls = [call for call in CALLS if not is_open(task, call) and said(task, call) == "right"]
    return [
        call if isinstance(call, str) else named(call, f"m{at}") for at, call in enumerate(calls)
    ]


def named(call: dict[str, Any], name: str) -> dict[str, Any]:
    ((kind, arguments),) = call.items()
    return {kind: {**arguments, "name": name}}


def trained(task: Task, metrics: list[Any]) -> Any:
    """A compiled model whose predictions are those of the task."""
    checked = checked_or_raise(compile_document(spec(task, metrics)))
    inputs = keras.Input(task.predictions.shape[1:])
    model = keras.Model(inputs, keras.layers.Identity(name="y")(inputs))
    compile_model(model, checked)
    return model


@pytest.mark.parametrize("task", FITTING, ids=lambda task: task.name)
def test_training_reports_the_right_values(task: Task) -> None:
    metrics = right(task)
    found = trained(task, metrics).evaluate(
        task.predictions, task.labels, batch_size=len(task.labels), verbose=0, return_dict=True
    )
    calls: dict[str, Any] = {call.name: call for call in map(METRICS.check, metrics)}
    assert {*found} == {"loss", *calls}
    for name, call in calls.items():
        within = 0.02 if call.kind() == "AUC" else 1e-3
        known = REFERENCES[call.kind()](task, call)
        assert numpy.allclose(found[name], known, 1e-3, within, equal_nan=True), call.kind()


FAILING = [
    "class numbers, softmax of 4",
    "pixels: class numbers, softmax of 4",
    "one-hot, softmax of 4",
]


@pytest.mark.parametrize("name", FAILING)
def test_training_fails_with_a_metric_that_is_an_error(name: str) -> None:
    (task,) = (task for task in TASKS if task.name == name)
    failing = [call for call in CALLS if said(task, call) == "error"]
    assert failing != []
    for call in failing:
        model = keras.Sequential([keras.Input(task.predictions.shape[1:]), keras.layers.Identity()])
        (loss,) = task.loss
        model.compile(
            loss=keras_object(LOSSES.check(loss)), metrics=[keras_object(METRICS.check(call))]
        )
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever Keras or TensorFlow says
            model.evaluate(task.predictions, task.labels, verbose=0)


WHOLE = (*INT_TYPES, "bool")
RIGHT: dict[str, dict[str, Any]] = {
    "TopKCategoricalAccuracy": {"k": 2},
    "SparseTopKCategoricalAccuracy": {"k": 2},
    "MeanIoU": {"sparse_y_pred": False},
    "IoU": {"sparse_y_pred": False},
}
"""The arguments that some kinds need to be right for a task."""
EVEN_SO = {"Accuracy", "MeanAbsolutePercentageError"}
"""What is refused although it is right for one value, or for percentages of millions."""


def test_types_of_whole_numbers_are_refused_where_keras_fails_or_cuts_off() -> None:
    """A type is refused if the value is another one than with the usual type, in any of the tasks."""
    wrong, refused = set(), set()
    for kind, declaration in METRICS.kinds.items():
        usual = {**NEEDED.get(kind, {}), **RIGHT.get(kind, {})}
        tasks = [task for task in FITTING if said(task, {kind: usual}) == "right"]
        chosen = [*tasks[:1], *[task for task in tasks if task.is_map][:1]]
        if kind == "Accuracy":
            chosen = [task for task in FITTING if task.name == "0 and 1, sigmoid of 1"]
        assert chosen != []
        for dtype in WHOLE:
            pairs = [
                (of_type(task, kind, usual), of_type(task, kind, {**usual, "dtype": dtype}))
                for task in chosen
            ]
            if any(
                other is None or not numpy.allclose(value, other, 1e-3) for value, other in pairs
            ):
                wrong.add((kind, dtype))
            try:
                declaration.of({**usual, "dtype": dtype})
            except Problems:
                refused.add((kind, dtype))
    assert wrong - refused == set()
    exceeded = {(kind, dtype) for kind in OF_OVERLAP for dtype in ("uint8", "int16", "uint16")}
    assert {kind for kind, _ in refused - wrong - exceeded} <= EVEN_SO


def of_type(task: Task, kind: str, arguments: dict[str, Any]) -> Any:
    """The value of a metric that computes in a type, which a spec may not be able to say."""
    try:
        made = getattr(keras.metrics, kind)(**arguments)
        made.update_state(task.labels, task.predictions)
        return numpy.asarray(made.result(), "float64")
    except Exception:  # whatever Keras or TensorFlow says
        return None


def table() -> str:
    """What is reported, by task and metric."""
    marks = {"right": ".", "warning": "W", "error": "E"}
    lines = [
        "What is reported of each metric (row) beside the labels, loss and head of an output (column).",
        ".  nothing    W  a warning    E  an error    ?  what the loss leaves open",
        "",
        *(f"{number:2}  {task.name}" for number, task in enumerate(FITTING, start=1)),
        "",
    ]
    numbers = " ".join(f"{number:2}" for number in range(1, len(FITTING) + 1))
    rows = {"": numbers}
    for call in CALLS:
        cells = ["?" if is_open(task, call) else marks[said(task, call)] for task in FITTING]
        rows[written(call)] = " ".join(f"{cell:>2}" for cell in cells)
    width = max(map(len, rows))
    lines += [f"{name:{width}}  {cells}" for name, cells in rows.items()]
    return "\n".join(lines) + "\n"


def written(call: Any) -> str:
    """A call on one line, as in a spec."""
    if isinstance(call, str):
        return call
    ((kind, arguments),) = call.items()
    said = ", ".join(f"{name}: {shown(value)}" for name, value in arguments.items())
    return f"{kind}: {{{said}}}" if said else kind


def test_the_table_is_as_it_was(request: pytest.FixtureRequest) -> None:
    file = Path(__file__).parents[1] / "brought" / "metrics.txt"
    if request.config.getoption("--update-golden"):
        file.write_text(table(), "utf-8")
    assert table() == file.read_text("utf-8")


# Messages


SOFTMAX = "Dense: {name: y, units: 10, activation: softmax}"
SIGMOID = "Dense: {name: y, units: 1, activation: sigmoid}"
LOGIT = "Dense: {name: y, units: 1}"
LOGITS = "Dense: {name: y, units: 10}"
SPARSE = "sparse_categorical_crossentropy"
OF_LOGIT = "{BinaryCrossentropy: {from_logits: true}}"
OF_LOGITS = "{SparseCategoricalCrossentropy: {from_logits: true}}"
OR_ONE_HOT = "use 'sparse_categorical_accuracy', or CategoricalCrossentropy and one-hot labels"
NO_NUMBERS = "but SparseCategoricalCrossentropy takes class numbers"
WITHOUT = "in the layer, without 'from_logits' in the loss"


@pytest.mark.parametrize(
    ("layer", "loss", "metric", "code", "message", "suggestion"),
    [
        (SOFTMAX, SPARSE, "F1Score", "unusable-metric", f"F1Score takes labels of 0 and 1, {NO_NUMBERS}", OR_ONE_HOT),
        (SOFTMAX, SPARSE, "Precision", "unusable-metric", f"Precision takes labels of 0 and 1, {NO_NUMBERS}", OR_ONE_HOT),
        (SOFTMAX, SPARSE, "Recall", "unusable-metric", f"Recall takes labels of 0 and 1, {NO_NUMBERS}", OR_ONE_HOT),
        (SOFTMAX, SPARSE, "AUC", "unusable-metric", f"AUC takes labels of 0 and 1, {NO_NUMBERS}", OR_ONE_HOT),
        (SOFTMAX, SPARSE, "{MeanIoU: {num_classes: 10}}", "unusable-metric", "MeanIoU takes class numbers as predictions, but 'y' has 10 values for each label", "use 'MeanIoU' with 'sparse_y_pred: false'"),
        (SOFTMAX, SPARSE, "BinaryAccuracy", "unusable-metric", f"BinaryAccuracy takes labels of 0 and 1, {NO_NUMBERS}", "use 'sparse_categorical_accuracy'"),
        (SOFTMAX, SPARSE, "mean_squared_error", "unusable-metric", f"MeanSquaredError takes labels with the shape of the predictions, {NO_NUMBERS}", OR_ONE_HOT),
        (SOFTMAX, SPARSE, "categorical_accuracy", "metric-labels", f"CategoricalAccuracy takes one-hot labels, {NO_NUMBERS}", "use 'sparse_categorical_accuracy'"),
        (SOFTMAX, SPARSE, "top_k_categorical_accuracy", "unusable-metric", f"TopKCategoricalAccuracy takes one-hot labels, {NO_NUMBERS}", "use 'sparse_top_k_categorical_accuracy'"),
        (SOFTMAX, SPARSE, "categorical_crossentropy", "unusable-metric", f"CategoricalCrossentropy takes one-hot labels, {NO_NUMBERS}", "use 'sparse_categorical_crossentropy'"),
        (SOFTMAX, SPARSE, "{SparseTopKCategoricalAccuracy: {k: 10}}", "metric-units", "SparseTopKCategoricalAccuracy of the 10 largest among 10 values is always 1", None),
        (SOFTMAX, SPARSE, "{MeanIoU: {num_classes: 9, sparse_y_pred: false}}", "metric-units", "MeanIoU counts 9 classes, but there are 10", None),
        (SOFTMAX, "categorical_crossentropy", "sparse_categorical_accuracy", "unusable-metric", "SparseCategoricalAccuracy takes class numbers, but CategoricalCrossentropy takes one-hot labels", "use 'categorical_accuracy'"),
        (SOFTMAX, "categorical_crossentropy", "binary_accuracy", "metric-activation", "BinaryAccuracy takes independent probabilities, as returned by sigmoid, but 'y' ends with 'softmax'", "use 'categorical_accuracy'"),
        (SOFTMAX, "categorical_crossentropy", "{Accuracy: {name: a}}", "metric-labels", "Accuracy takes class numbers, but CategoricalCrossentropy takes one-hot labels", "use 'categorical_accuracy'"),
        (SOFTMAX, "categorical_crossentropy", "{Precision: {thresholds: 0}}", "metric-activation", "with a threshold of 0 Precision takes values before the activation, but 'y' ends with 'softmax'", None),
        (SIGMOID, "bce", "sparse_categorical_accuracy", "metric-units", "SparseCategoricalAccuracy takes one value per class, but 'y' has a single value", "use 'binary_accuracy'"),
        (SIGMOID, "bce", "F1Score", "metric-units", "F1Score takes one value per class, but 'y' has a single value", "use 'F1Score: {threshold: 0.5}'"),
        (SIGMOID, "bce", "{AUC: {from_logits: true}}", "metric-activation", "with 'from_logits' AUC takes values before the activation, but 'y' ends with 'sigmoid'", None),
        (SIGMOID, "bce", "hinge", "metric-activation", "Hinge takes scores around 0, for labels of -1 and 1, but 'y' ends with 'sigmoid'", None),
        (SIGMOID, "bce", "{Recall: {top_k: 3}}", "unusable-metric", "'top_k' of Recall is 3, but there is one value", None),
        (LOGIT, OF_LOGIT, "accuracy", "metric-activation", "BinaryAccuracy ('accuracy' of one value) takes independent probabilities, as returned by sigmoid, but 'y' ends with logits", "use 'BinaryAccuracy: {threshold: 0}'"),
        (LOGIT, OF_LOGIT, "AUC", "metric-activation", "AUC takes probabilities, but 'y' ends with logits", "use 'AUC: {from_logits: true}'"),
        (LOGIT, OF_LOGIT, "Recall", "metric-activation", "Recall takes probabilities, but 'y' ends with logits", "use 'thresholds: 0' for logits"),
        (LOGIT, OF_LOGIT, "bce", "metric-activation", "BinaryCrossentropy takes independent probabilities, as returned by sigmoid, but 'y' ends with logits", "use 'from_logits: true' in the metric, too"),
        (LOGIT, OF_LOGIT, "{PrecisionAtRecall: {recall: 0.5}}", "metric-activation", "PrecisionAtRecall takes probabilities, but 'y' ends with logits", f"use 'activation: sigmoid' {WITHOUT}"),
        (LOGIT, OF_LOGIT, "mse", "metric-activation", "MeanSquaredError takes predictions of the size of the labels, but 'y' ends with logits", f"use 'activation: sigmoid' {WITHOUT}"),
        (LOGITS, "{CategoricalCrossentropy: {from_logits: true}}", "{AUC: {from_logits: true}}", "metric-activation", "AUC takes the logits of sigmoid, but CategoricalCrossentropy takes those of softmax", f"use 'activation: softmax' {WITHOUT}"),
        (LOGITS, OF_LOGITS, SPARSE, "metric-activation", "SparseCategoricalCrossentropy takes the probabilities of classes, as returned by softmax, but 'y' ends with logits", "use 'from_logits: true' in the metric, too"),
        (LOGIT, "mse", "accuracy", "metric-labels", "BinaryAccuracy ('accuracy' of one value) takes labels of 0 and 1, but MeanSquaredError takes numbers", "use 'mean_absolute_error'"),
        (LOGITS, "mse", "accuracy", "metric-labels", "CategoricalAccuracy ('accuracy' of 10 values) takes one-hot labels, but MeanSquaredError takes numbers", "use 'mean_absolute_error'"),
        (LOGIT, "mae", "AUC", "metric-labels", "AUC takes labels of 0 and 1, but MeanAbsoluteError takes numbers", "use 'mean_absolute_error'"),
        (LOGIT, "mse", "cosine_similarity", "metric-units", "along a last axis of one value CosineSimilarity only compares signs", "use 'mean_absolute_error'"),
        (LOGIT, "mse", "pearson_correlation", "metric-units", "along a last axis of one value PearsonCorrelation has nothing to correlate", "use 'PearsonCorrelation: {axis: 0}', for the samples of a batch"),
        (LOGIT, "mse", "kl_divergence", "metric-activation", "KLDivergence takes probabilities, but 'y' ends with no activation", None),
    ],
)  # fmt: skip
def test_messages(layer: str, loss: str, metric: str, code: str, message: str, suggestion: str | None) -> None:  # fmt: skip
    text = f"cnnspec: 1\ninputs: {{x: [8]}}\nlayers:\n  - {layer}\noutputs:\n  y: {{loss: {loss}, metrics: [{metric}]}}\n"
    (found,) = compile_text(text.encode()).report
    assert (found.code, found.message, found.suggestion) == (code, message, suggestion)
    assert found.span is not None
    assert (found.span.line, text.splitlines()[5][found.span.column - 1 :][0] != " ") == (6, True)


@pytest.mark.parametrize(
    ("layers", "output"),
    [
        # the loss leaves open what labels are
        (f"[{SOFTMAX}]", "{loss: crossentropy, metrics: [accuracy, categorical_accuracy, sparse_categorical_accuracy, AUC]}"),
        (f"[{SOFTMAX}]", "{loss: kl_divergence, metrics: [accuracy, AUC, categorical_accuracy]}"),
        (f"[{SIGMOID}]", "{loss: mse, metrics: [accuracy, AUC, Precision, mae]}"),
        ("[Dense: {name: y, units: 10, activation: sigmoid}]", "{loss: bce, metrics: [accuracy, categorical_accuracy, F1Score]}"),
        # no loss
        (f"[{SOFTMAX}]", "{metrics: [accuracy, AUC, mse, sparse_categorical_accuracy]}"),
        # values that are no logits, and thresholds for logits
        ("[Dense: {name: y, units: 1, activation: tanh}]", "{loss: hinge, metrics: [{BinaryAccuracy: {threshold: 0}}]}"),
        (f"[{LOGIT}]", f"{{loss: {OF_LOGIT}, metrics: [{{AUC: {{from_logits: true}}}}, {{Recall: {{thresholds: 0}}}}, hinge]}}"),
        (f"[{LOGITS}]", f"{{loss: {OF_LOGITS}, metrics: [accuracy, sparse_top_k_categorical_accuracy, {{SparseCategoricalCrossentropy: {{from_logits: true}}}}]}}"),
        (f"[{LOGITS}]", "{loss: {CategoricalCrossentropy: {from_logits: true}}, metrics: [accuracy, F1Score, categorical_hinge, {Precision: {top_k: 1}}]}"),
        # two classes one-hot are two sides, and a Brier score
        ("[Dense: {name: y, units: 2, activation: softmax}]", "{loss: categorical_crossentropy, metrics: [binary_accuracy, BinaryIoU, AUC, mse]}"),
        # an unknown activation
        ("[Dense: {units: 3}, BatchNormalization: {name: y}]", "{loss: mse, metrics: [accuracy, AUC]}"),
    ],
)  # fmt: skip
def test_what_is_right_or_unknown_gives_no_warning(layers: str, output: str) -> None:
    text = f"cnnspec: 1\ninputs: {{x: [8]}}\nlayers: {layers}\noutputs: {{y: {output}}}\n"
    assert list(compile_text(text.encode()).report) == []


@pytest.mark.parametrize(
    ("layer", "loss", "codes"),
    [
        (SIGMOID, SPARSE, ["loss-units"]),
        (SOFTMAX, "mse", ["loss-activation"]),
        (LOGITS, "categorical_crossentropy", ["logits-without-from-logits"]),
        (SIGMOID, OF_LOGIT, ["from-logits-after-activation"]),
    ],
)
def test_a_loss_that_does_not_fit_is_the_only_warning(layer: str, loss: str, codes: list[str]) -> None:  # fmt: skip
    text = f"cnnspec: 1\ninputs: {{x: [8]}}\nlayers: [{layer}]\noutputs: {{y: {{loss: {loss}, metrics: [accuracy, binary_accuracy]}}}}\n"
    assert [found.code for found in compile_text(text.encode()).report] == codes


AXES = [
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "BinaryCrossentropy",
    "CosineSimilarity",
    "Dice",
]


@pytest.mark.parametrize("kind", AXES)
@pytest.mark.parametrize("shape", [(), (3, 5)], ids=["rows", "pixels"])
def test_an_axis_is_refused_where_keras_fails(kind: str, shape: tuple[int, ...]) -> None:
    axes = range(-len(shape) - 3, len(shape) + 3)
    fails = {axis: not trains({kind: {"axis": axis}}, shape, 4) for axis in axes}
    assert {axis: refused({kind: {"axis": axis}}, shape, 4) for axis in axes} == fails


@pytest.mark.parametrize(
    ("loss", "shape", "units"),
    [
        *(({kind: {}}, shape, units) for kind in ("Circle", "CTC") for shape in ((), (5,), (3, 5)) for units in (1, 4)),
        *(({"CategoricalFocalCrossentropy": {"alpha": [0.25] * count}}, (), 4) for count in (1, 2, 4, 5)),
        *(({"Tversky": {"axis": axes}}, (5,), 4) for axes in ([1, 2], [1, 1], [-1, 2], [2, 3])),
    ],
)  # fmt: skip
def test_a_loss_is_refused_where_keras_fails(loss: Any, shape: tuple[int, ...], units: int) -> None:  # fmt: skip
    assert refused(loss, shape, units) == (not trains(loss, shape, units))


def refused(loss: Any, shape: tuple[int, ...], units: int) -> bool:
    spec = {
        "inputs": {"x": [*shape, 3]},
        "layers": [{"Dense": {"name": "y", "units": units, "activation": "softmax"}}],
        "outputs": {"y": {"loss": loss}},
    }
    found = [each.code for each in compile_document(Document.model_validate(spec)).report]
    return "unusable-loss" in found


def trains(loss: Any, shape: tuple[int, ...], units: int) -> bool:
    call: Any = LOSSES.check(loss)
    random = numpy.random.default_rng(0)
    labels = random.integers(0, units, (4, *shape))
    if call.labels == "sequences":
        labels = random.integers(1, max(2, units), (4, 2))
    elif call.labels not in NUMBERED:
        labels = numpy.eye(units)[labels]
    activation = "softmax" if units > 1 else "sigmoid"
    model = keras.Sequential([keras.Input((*shape, 3)), keras.layers.Dense(units, activation)])
    model.compile(loss=keras_object(call))
    try:
        model.fit(random.random((4, *shape, 3)), labels, verbose=0)
    except Exception:  # whatever Keras or TensorFlow says
        return False
    return True


@pytest.mark.parametrize(
    ("metric", "message", "suggestion"),
    [
        ("{OneHotMeanIoU: {num_classes: 10, axis: 1}}", "'axis' of OneHotMeanIoU is 1, but Keras can compute it only along the last axis, written as -1", "use 'axis: -1'"),
        ("{CategoricalCrossentropy: {axis: -2}}", "'axis' of CategoricalCrossentropy is -2, but the only negative number that Keras takes is -1", "use 'axis: 0'"),
        ("{CosineSimilarity: {axis: 2}}", "'axis' of CosineSimilarity is 2, but the predictions have the axes 0 to 1", None),
        ("{PearsonCorrelation: {axis: [1, -1]}}", "'axis' of PearsonCorrelation is -1, but axis 1 is there twice", None),
    ],
)  # fmt: skip
def test_axes_of_metrics(metric: str, message: str, suggestion: str | None) -> None:
    text = f"cnnspec: 1\ninputs: {{x: [8]}}\nlayers: [{SOFTMAX}]\noutputs: {{y: {{loss: categorical_crossentropy, metrics: [{metric}]}}}}\n"
    (found,) = compile_text(text.encode()).report
    assert (found.code, found.message, found.suggestion) == ("unusable-metric", message, suggestion)


def test_metrics_that_keras_cannot_compute_are_left_out_of_a_model_file() -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "softmax", name="y")])
    model.compile(
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy", keras.metrics.AUC(), keras.metrics.Precision(class_id=7)],
    )
    spec = cnnspec.from_keras(model)
    assert spec.document is not None
    assert [call.kind for call in spec.document.outputs["y"].metrics] == ["accuracy"]
    assert spec.notes == (
        "a metric of 'y' is left out: Keras cannot compute AUC for it",
        "a metric of 'y' is left out: Keras cannot compute Precision for it",
    )


def test_a_loss_that_keras_cannot_compute_is_left_out_of_a_model_file() -> None:
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.Dense(4, name="y")])
    model.compile(loss=keras.losses.Circle(), loss_weights=[2.0])
    spec = cnnspec.from_keras(model)
    assert spec.document is not None
    assert spec.notes == ("the loss of 'y' is left out: Keras cannot compute Circle for it",)
