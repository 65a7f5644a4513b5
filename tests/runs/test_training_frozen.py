"""What is frozen in training and what phases unfreeze; Keras's traps on the way."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest

import cnnspec
from cnnspec import CheckedGraph, loads
from cnnspec.analysis.infer import infer
from cnnspec.backends.keras.building import build, rebuild
from cnnspec.backends.keras.objects import keras_class
from cnnspec.backends.keras.seeding import derived_seed
from cnnspec.data.checks import check_data
from cnnspec.data.problems import DataProblem
from cnnspec.diagnostics.report import Report
from cnnspec.ir.frozen import frozen_layers
from cnnspec.ir.training import Phase, Training
from cnnspec.layers.base import LAYERS
from cnnspec.objects.families import OPTIMIZERS
from cnnspec.training.frozen import frozen_digests
from cnnspec.training.phases import Stage, enter, leaves
from cnnspec.training.pipeline import Pipeline
from cnnspec.training.run import Run, train
from cnnspec.training.unfreezing import unfrozen
from tests.support.keras_versions import first_example, layer_kinds
from tests.support.models import changed_weights, have_identical_weights, weight_values
from tests.support.training import case

pytestmark = pytest.mark.usefixtures("without_curves")

FROZEN = """cnnspec: 1
name: fine
inputs: {image: [6, 6, 1]}
submodels:
  base:
    frozen: true
    spec:
      cnnspec: 1
      name: base
      inputs: {image: [6, 6, 1]}
      layers:
        - Flatten
        - Dense: {name: low, units: 8, activation: relu}
        - BatchNormalization: {name: norm}
        - Dropout: {name: drop, rate: 0.5}
        - Dense: {name: high, units: 8, activation: relu}
layers:
  - base: {name: trunk}
  - Dense: {name: zdigit, units: 10, activation: softmax}
outputs:
  zdigit: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}
"""
DIGITS = {"zdigit": "y"}
HEAD = ["zdigit/bias", "zdigit/kernel"]


def trained(folder: Path, name: str, phases: tuple[Phase, ...] = (), **choices: Any) -> Run:
    checked, training = staged(folder, phases)
    return train(checked, training, check_data(checked, training), folder / name, **choices)


def staged(folder: Path, phases: tuple[Phase, ...]) -> tuple[CheckedGraph, Training]:
    checked, training = case(folder, FROZEN, targets=DIGITS, phases=phases)
    return checked, training


def phase(*unfreeze: str, epochs: int = 1, **more: Any) -> Phase:
    place = loads(FROZEN).compile().graph.place / "train"
    return Phase(epochs=epochs, place=place, unfreeze=unfreeze, **more)


@pytest.fixture(scope="module")
def first(without_curves: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of one epoch with all of the base frozen: what every other one begins as."""
    return trained(tmp_path_factory.mktemp("frozen"), "first", (phase(),))


def numbers(*shape: int) -> Any:
    return numpy.random.default_rng(0).normal(size=shape).astype("float32")


# The traps of Keras: first what plain Keras does, then what a spec gets


def plain_base() -> Any:
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, name="inner"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Dropout(0.5),
        ],
        name="base",
    )


def plain_model(base: Any) -> Any:
    inputs = keras.Input((4,))
    outputs = keras.layers.Dense(1, name="head")(base(inputs, training=False))
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse")
    return model


def fitted(model: Any) -> list[str]:
    """The weights that an epoch changes."""
    before = weight_values(model)
    rows = numbers(8, *model.input_shape[1:])
    model.fit(rows, numpy.ones((8, 1)), verbose=0)
    return changed_weights(before, weight_values(model))


OURS = """
cnnspec: 1
name: ours
inputs: {x: [4]}
submodels:
  base:
    frozen: true
    spec:
      inputs: {y: [4]}
      submodels:
        inside:
          spec:
            inputs: {z: [4]}
            layers: [{Dense: {name: inner, units: 8, trainable: true}}]
      layers:
        - inside: {name: inmost}
        - BatchNormalization: {name: norm}
        - Dropout: {name: drop, rate: 0.5}
layers:
  - base: {name: base}
  - Dense: {name: head, units: 1}
outputs: {head: {loss: mean_squared_error}}
"""


def test_first_trap_training_overrides_an_inner_call() -> None:
    base = plain_base()
    base.trainable = False
    plain, rows = plain_model(base), numbers(4, 4)
    assert not numpy.array_equal(plain(rows, training=True), plain(rows, training=False))
    statistics = ["base/norm/moving_mean", "base/norm/moving_variance"]
    assert [path for path in fitted(plain_model(plain_base())) if "moving" in path] == statistics
    ours = loads(OURS).build()
    assert numpy.array_equal(ours(rows, training=True), ours(rows, training=False))
    assert fitted(ours) == ["head/bias", "head/kernel"]


def test_second_trap_a_model_made_untrainable_trains() -> None:
    base = plain_base()
    plain = keras.Model(base.inputs[0], base.outputs[0], trainable=False, name="base")
    model = plain_model(plain)
    plain.trainable = False  # which it is already, so nothing happens
    model.compile("sgd", "mse")
    assert plain.trainable is False
    assert {"base/inner/bias", "base/inner/kernel"} <= {*fitted(model)}
    ours = loads(OURS).build()
    assert ours.get_layer("base").trainable is False
    assert fitted(ours) == ["head/bias", "head/kernel"]


def test_third_trap_flags_further_out_and_further_in() -> None:
    base = plain_base()
    base.trainable = False
    model = plain_model(base)
    model.trainable = False
    model.trainable = True  # which is meant for the head
    model.compile("sgd", "mse")
    assert "base/inner/kernel" in fitted(model)
    base = plain_base()
    base.trainable = False
    base.get_layer("inner").trainable = True
    assert "base/inner/kernel" in fitted(plain_model(base))
    ours = loads(OURS).build()
    assert [each.path for each in ours.trainable_weights] == ["head/kernel", "head/bias"]
    assert fitted(ours) == ["head/bias", "head/kernel"]


def test_fourth_trap_flags_changed_after_compiling(first: Run, tmp_path: Path) -> None:
    base = plain_base()
    base.trainable = False
    plain = plain_model(base)
    plain.fit(numbers(8, 4), numpy.ones((8, 1)), verbose=0)
    base.trainable = True
    assert [path for path in fitted(plain) if "inner" in path] == []
    both = trained(tmp_path, "both", (phase(), phase("high")))
    moved = changed_weights(weight_values(first.model), weight_values(both.model))
    assert moved == ["trunk/high/bias", "trunk/high/kernel", *HEAD]


# Training without phases


@pytest.mark.usefixtures("without_tracing")
def test_a_frozen_base_is_the_same_after_training(tmp_path: Path) -> None:
    run = trained(tmp_path, "run")
    names = {path.rpartition("/")[0].rpartition("/")[2] for path in run.frozen}
    assert names == {"low", "norm", "high"}
    assert len(run.frozen) == 8
    found = json.loads((run.folder / "metrics.json").read_text())
    assert found["frozen"] == run.frozen
    rows = numbers(4, 6, 6, 1)
    assert numpy.array_equal(run.model(rows, training=True), run.model(rows, training=False))


# Phases


@pytest.mark.usefixtures("without_tracing")
def test_a_phase_unfreezes_what_it_names_and_nothing_else(first: Run, tmp_path: Path) -> None:
    before = first
    whole = trained(tmp_path, "whole", (phase(), phase("hi*", epochs=2)))
    kept = {path: digest for path, digest in before.frozen.items() if "high" not in path}
    assert whole.frozen == kept
    moved = changed_weights(weight_values(before.model), weight_values(whole.model))
    assert moved == ["trunk/high/bias", "trunk/high/kernel", *HEAD]
    assert [row["epoch"] for row in whole.history] == [0, 1, 2]


LAST = """
train:
  data: {npz: data.npz}
  inputs: {image: x / 255}
  targets: {zdigit: y}
  phases: [{epochs: 1}, {epochs: 1, unfreeze: {last: %d}}]
"""


@pytest.mark.usefixtures("without_tracing")
@pytest.mark.parametrize(
    ("last", "moved", "drop"),
    [
        (1, ["high/bias", "high/kernel"], "Identity"),
        (
            2,
            [
                "high/bias",
                "high/kernel",
                "norm/beta",
                "norm/gamma",
                "norm/moving_mean",
                "norm/moving_variance",
            ],
            "Dropout",
        ),
    ],
)
def test_the_last_layers_are_unfrozen(
    last: int, moved: list[str], drop: str, first: Run, tmp_path: Path
) -> None:
    case(tmp_path)
    spec = tmp_path / "spec.yaml"
    spec.write_text(FROZEN + LAST % last)
    before = first.frozen
    run = cnnspec.load(spec).train(tmp_path / "run")
    after = frozen_digests(rebuilt_frozen(run))
    assert sorted(path for path in before if before[path] != after[path]) == [
        f"trunk/{path}" for path in moved
    ]
    assert run.frozen == {path: after[path] for path in before if path[6:] not in moved}
    assert type(run.model.get_layer("trunk").get_layer("drop")).__name__ == drop


def rebuilt_frozen(run: Run) -> Any:
    """The model of a run with all of its base frozen again: what evaluating it builds."""
    checked = cnnspec.load(run.folder / "spec.expanded.yaml").compile()
    model = build(checked, weights=run.folder / "model.weights.h5").model
    rows = numbers(4, 6, 6, 1)
    assert numpy.array_equal(model(rows), run.model(rows))
    return model


def by_hand(rate: float) -> Any:
    """The model of the spec, written in plain Keras."""
    drop = keras.layers.Dropout(rate, name="drop")
    if rate:
        drop.seed_generator.state.assign([derived_seed(0, "trunk/drop/seed_0"), 0])
    pixels = keras.Input((6, 6, 1))
    x = keras.layers.Flatten()(pixels)
    x = keras.layers.Dense(8, activation="relu", name="low")(x)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.Dense(8, activation="relu", name="high")(drop(x))
    trunk = keras.Model(pixels, x, name="trunk")
    image = keras.Input((6, 6, 1))
    head = keras.layers.Dense(10, activation="softmax", name="zdigit")
    return keras.Model(image, head(trunk(image)))


@pytest.mark.usefixtures("without_tracing")
@pytest.mark.parametrize(("rate", "is_same"), [(0.5, True), (0.0, False)])
def test_what_was_unfrozen_trains_as_plain_keras_does(
    rate: float, is_same: bool, first: Run, tmp_path: Path
) -> None:
    sgd = OPTIMIZERS.check({"SGD": {"learning_rate": 0.1}})
    phases = (phase(), phase("trunk", optimizer=sgd))
    ours = trained(tmp_path, "ours", phases)
    plain = by_hand(rate)
    plain.set_weights(first.model.get_weights())
    plain.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    checked, training = staged(tmp_path, phases)
    pipeline = Pipeline(checked, training, check_data(checked, training).train)
    pipeline.epoch = 1
    plain.fit(pipeline.shuffled(), shuffle=False, verbose=0)
    before, known, found = (weight_values(each) for each in (first.model, plain, ours.model))
    assert changed_weights(before, found) == sorted(before)
    equal = [numpy.allclose(known[path], found[path], atol=1e-6) for path in sorted(before)]
    assert all(equal) is is_same
    assert ours.frozen == {}


@pytest.mark.parametrize("unfreeze", ["hi*", "trunk"])
def test_phases_are_resumed(unfreeze: str, first: Run, tmp_path: Path) -> None:
    phases = (phase(), phase(unfreeze, epochs=2))
    whole = trained(tmp_path, "whole", phases)

    for stop in ((1, 1), (2, 1)):
        name = f"parts{stop[0]}"

        class Stops:
            at = stop

            def batch(self, epoch: int, step: int, steps: int, logs: Mapping[str, float]) -> None:
                if (epoch, step) == self.at:
                    raise KeyboardInterrupt

            def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
                pass

        stopped = trained(tmp_path, name, phases, listener=Stops())
        assert stopped.interrupted
        assert have_identical_weights(stopped.model, first.model) is (stop == (1, 1))
        resumed = trained(tmp_path, name, phases, resume=True)
        assert have_identical_weights(whole.model, resumed.model)
        assert whole.history == resumed.history


def test_a_pattern_that_fits_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataProblem, match="no frozen layer matches 'nothing'"):
        trained(tmp_path, "run", (phase("nothing"),))


# Which layers a phase means

NESTED = """
cnnspec: 1
name: nested
inputs: {x: [6, 4], y: [6, 4]}
submodels:
  tower:
    frozen: true
    spec:
      inputs: {z: [6, 4]}
      submodels:
        inside:
          spec:
            inputs: {z: [6, 4]}
            layers: [{Dropout: {name: drop, rate: 0.5}}, {Dense: {name: a, units: 4}}]
      layers:
        - inside: {name: inmost}
        - Dense: {name: kept, units: 4, trainable: false}
        - LSTM: {name: reads, units: 4, dropout: 0.5}
layers:
  - tower: {name: left, from: x}
  - tower: {name: right, from: y}
  - Add: {from: [left, right]}
  - Dense: {name: head, units: 1, trainable: false}
"""


@pytest.mark.parametrize(
    ("said", "trained"),
    [
        ({"unfreeze": ("a",)}, ["left/inmost/a"]),
        ({"unfreeze": ("left/inmost/*",)}, ["left/inmost/drop", "left/inmost/a"]),
        ({"unfreeze": ("inmost",)}, ["left/inmost/drop", "left/inmost/a"]),
        ({"unfreeze": ("kept", "head")}, ["left/kept", "head"]),
        ({"unfreeze_last": 1}, ["head"]),
        ({"unfreeze_last": 3}, ["left/kept", "left/reads", "head"]),
        ({"unfreeze_last": 4}, ["left/inmost/a", "left/kept", "left/reads", "head"]),
        (
            {"unfreeze_last": 9},
            ["left/inmost/a", "left/kept", "left/reads", "head"],
        ),
        (
            {"unfreeze": ("left",)},
            ["left/inmost/drop", "left/inmost/a", "left/kept", "left/reads"],
        ),
    ],
)
def test_what_is_unfrozen_by_path(said: dict[str, Any], trained: list[str]) -> None:
    checked = loads(NESTED).compile()
    before = build(checked, seed=0).model
    stage = Stage(0, 1, Phase(epochs=1, place=checked.graph.place, **said), 0)
    model, graph = enter(before, checked, stage, 0)
    frozen, still = (dict(frozen_layers(each)) for each in (checked, graph))
    assert [path for path in frozen if path not in still] == trained
    weights = [weight.path for path, layer in leaves(model) for weight in layer.weights]
    known = [path for path, layer in leaves(model) if layer.weights and layer.trainable]
    assert known == [path for path in trained if "drop" not in path]
    assert len(weights) == 9
    rows = [numbers(2, 6, 4), -numbers(2, 6, 4)]
    assert numpy.array_equal(model(rows), before(rows))
    draws = not numpy.array_equal(model(rows, training=True), model(rows))
    assert draws is bool({"left/inmost/drop", "left/reads"} & {*trained})


ACTS_IN_TRAINING = [
    kind
    for kind in layer_kinds()
    if kind not in ("SpectralNormalization",)
    and "in_inference" in {name for each in LAYERS.kinds[kind].__mro__[:-3] for name in vars(each)}
]


@pytest.mark.parametrize("kind", ACTS_IN_TRAINING)
def test_every_kind_can_be_unfrozen(kind: str) -> None:
    example = first_example(kind)
    inputs = {f"input_{at}": list(shape[1:]) for at, shape in enumerate(example.shapes)}
    step = cnnspec.language.document.Step(
        kind=kind, name="layer", arguments=example.arguments, from_=list(inputs), frozen=True
    )
    said = {name: cnnspec.language.document.Input(shape=shape) for name, shape in inputs.items()}
    document = cnnspec.Document(name="frozen", inputs=said, layers=[step])
    checked = cnnspec.Spec.of(document).compile()
    frozen = build(checked).model
    graph = infer(unfrozen(checked.graph, {"layer"}), Report())
    assert graph is not None
    model = rebuild(frozen, graph)
    assert type(model.get_layer("layer")) is keras_class(LAYERS.kinds[kind])
    assert [path for path, _ in frozen_layers(graph)] == []
    tensors = [
        abs(numbers(2, *(6 if size is None else size for size in shape[1:])))
        for shape in example.shapes
    ]
    given = tensors if len(tensors) > 1 else tensors[0]
    for one, other in zip(
        keras.tree.flatten(frozen(given)), keras.tree.flatten(model(given)), strict=True
    ):
        assert numpy.array_equal(one, other)
