"""Mixed precision: the loss of float16 layers is scaled, as `keras.mixed_precision` does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest

from cnnspec import loads
from cnnspec.backends.python.script import script
from cnnspec.compiler import compile_text
from cnnspec.data.checks import check_data
from cnnspec.diagnostics.report import Diagnostic
from cnnspec.diff.compare import compare
from cnnspec.frontends.files import read_config
from cnnspec.spec import Spec
from cnnspec.training.run import Run, train
from tests.support.commands import run_command
from tests.support.models import have_identical_weights
from tests.support.scripts import built_by
from tests.support.specs import compiled_file

pytestmark = pytest.mark.usefixtures("without_curves", "names_counted_from_one")

SIGMOIDS = 15
"""Layers with small gradients, of which the first gets none in float16 unless the loss is scaled."""


def deep(policy: str, optimizer: str = "{SGD: {learning_rate: 1.0e+9}}", more: str = "") -> str:
    """A spec whose layers have a policy; its head is float32, as Keras recommends."""
    return f"""cnnspec: 1
name: deep
inputs: {{x: [1]}}
defaults: {{Dense: {{dtype: {policy}, use_bias: false, kernel_initializer: ones}}}}
layers:
  - Dense: {{name: first, units: 1, activation: sigmoid}}
  - Dense: {{units: 1, activation: sigmoid, repeat: {SIGMOIDS - 1}}}
  - Dense: {{name: y, units: 1, dtype: float32}}
outputs: {{y: {{loss: mse}}}}
train:
  data: {{npz: data.npz}}
  inputs: {{x: x}}
  targets: {{y: y}}
  optimizer: {optimizer}
  batch_size: 1
{more}"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    numpy.savez(tmp_path / "data.npz", x=numpy.ones((1, 1), "float32"), y=numpy.ones(1, "float32"))
    return tmp_path


def trained(text: str, folder: Path, name: str = "run", **options: Any) -> Run:
    (folder / "spec.yaml").write_text(text, "utf-8")
    checked = compiled_file(folder / "spec.yaml")
    assert checked.graph.training is not None
    training = checked.graph.training
    return train(checked, training, check_data(checked, training), folder / name, **options)


def by_keras() -> Any:
    """The same model, trained by Keras itself under the global policy."""
    keras.config.set_dtype_policy("mixed_float16")
    try:
        x = value = keras.Input((1,), name="x")
        for _ in range(SIGMOIDS):
            value = keras.layers.Dense(
                1, activation="sigmoid", use_bias=False, kernel_initializer="ones"
            )(value)
        y = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones", dtype="float32")(value)
        model = keras.Model(x, y)
        model.compile(keras.optimizers.SGD(1e9), loss="mse")
        assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
        model.fit(numpy.ones((1, 1)), numpy.ones(1), batch_size=1, verbose=0)
    finally:
        keras.config.set_dtype_policy("float32")
    return model


def test_gradients_do_not_underflow_and_weights_are_those_of_keras(data: Path) -> None:
    model = trained(deep("mixed_float16"), data).model
    assert numpy.isfinite(model.get_layer("first").kernel.numpy())
    assert model.get_layer("first").kernel.numpy() != 1
    assert have_identical_weights(model, by_keras())


def test_a_fixed_factor_of_one_lets_them_underflow(data: Path) -> None:
    """So the test above would fail if nothing scaled the loss."""
    optimizer = "{SGD: {learning_rate: 1.0e+9, loss_scale_factor: 1}}"
    model = trained(deep("mixed_float16", optimizer), data).model
    assert model.get_layer("first").kernel.numpy() == 1
    assert type(model.optimizer).__name__ == "SGD"


def test_a_factor_that_is_too_large_is_halved(data: Path) -> None:
    optimizer = "{LossScaleOptimizer: {inner_optimizer: sgd, initial_scale: 1.0e+30}}"
    run = trained(deep("mixed_float16", optimizer), data)
    assert float(run.model.optimizer.dynamic_scale) == numpy.float32(1e30) / 2
    assert run.model.get_layer("first").kernel.numpy() == 1  # each step was skipped


OPTIMIZERS = {
    "mixed_float16": ("mixed_float16", "adam", ["LossScaleOptimizer", "Adam"]),
    "mixed_bfloat16": ("mixed_bfloat16", "adam", ["Adam"]),
    "float32": ("float32", "adam", ["Adam"]),
    "scaled by itself": (
        "mixed_float16",
        "{LossScaleOptimizer: {inner_optimizer: {SGD: {momentum: 0.5}}}}",
        ["LossScaleOptimizer", "SGD"],
    ),
    "scaled in float32": (
        "float32",
        "{LossScaleOptimizer: {inner_optimizer: adam}}",
        ["LossScaleOptimizer", "Adam"],
    ),
    "a fixed factor": ("mixed_float16", "{Adam: {loss_scale_factor: 8}}", ["Adam"]),
}


def kinds(optimizer: Any) -> list[str]:
    inner = getattr(optimizer, "inner_optimizer", None)
    return [type(optimizer).__name__, *([type(inner).__name__] if inner is not None else [])]


@pytest.fixture
def global_policy() -> Iterator[None]:
    """The policy of the user, which a spec leaves alone."""
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("what", OPTIMIZERS)
def test_the_optimizer_of_a_model(what: str) -> None:
    policy, optimizer, expected = OPTIMIZERS[what]
    model = loads(deep(policy, optimizer)).build()
    assert kinds(model.optimizer) == expected


@pytest.mark.usefixtures("global_policy")
@pytest.mark.parametrize("what", OPTIMIZERS)
def test_it_does_not_depend_on_the_policy_of_the_user(what: str) -> None:
    policy, optimizer, expected = OPTIMIZERS[what]
    assert kinds(loads(deep(policy, optimizer)).build().optimizer) == expected


@pytest.mark.parametrize("what", OPTIMIZERS)
def test_a_script_compiles_the_same(what: str) -> None:
    policy, optimizer, expected = OPTIMIZERS[what]
    spec = loads(deep(policy, optimizer))
    made, built = built_by(script(spec.compile())), spec.build()
    assert kinds(made.optimizer) == expected
    first, second = (plain(each.optimizer.get_config()) for each in (made, built))
    assert first == second


def plain(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration without names, which Keras counts."""
    return {
        name: plain(value) if isinstance(value, dict) else value
        for name, value in config.items()
        if name not in ("name", "shared_object_id")
    }


WRAPPED = {
    "TimeDistributed": "  - TimeDistributed: {layer: {Dense: {units: 2, dtype: mixed_float16}}}",
    "a submodel": "  - inner",
    "a frozen layer": "  - Dense: {units: 2, dtype: mixed_float16, frozen: true}",
}


@pytest.mark.parametrize("what", WRAPPED)
def test_layers_inside_others_count(what: str) -> None:
    text = f"""cnnspec: 1
inputs: {{x: [3, 2]}}
submodels:
  inner:
    spec:
      cnnspec: 1
      inputs: {{x: [3, 2]}}
      layers: [{{Dense: {{name: last, units: 2, dtype: mixed_float16}}}}]
layers:
{WRAPPED[what]}
  - Dense: {{name: y, units: 1}}
outputs: {{y: {{loss: mse}}}}
"""
    assert kinds(loads(text).build().optimizer) == ["LossScaleOptimizer", "Adam"]


PHASES = """  phases:
    - {epochs: 1}
    - {epochs: 2, optimizer: {Adam: {learning_rate: 0.125}}}
"""


def test_phases_features_and_resumed_runs_scale_the_loss(data: Path) -> None:
    text = deep("mixed_float16", more=PHASES).replace("name: first,", "name: first, frozen: true,")
    whole = trained(text, data, "whole")
    trained(text, data, "parts", epochs=2)
    resumed = trained(text, data, "parts", resume=True)
    assert kinds(whole.model.optimizer) == ["LossScaleOptimizer", "Adam"]
    assert whole.history == resumed.history
    assert have_identical_weights(whole.model, resumed.model)
    first, second = (run.folder / "checkpoint.npz" for run in (whole, resumed))
    with numpy.load(first) as one, numpy.load(second) as other:
        assert one.files == other.files
        assert all(numpy.array_equal(one[name], other[name]) for name in one.files)


def test_a_trained_model_is_imported_with_its_optimizer(data: Path) -> None:
    run = trained(deep("mixed_float16", "adam"), data)
    found = read_config(run.model.to_json())
    scaler = {"LossScaleOptimizer": {"inner_optimizer": "adam"}}
    assert (found.document.to_data()["train"], found.notes) == ({"optimizer": scaler}, ())
    written, own = (
        loads(deep("mixed_float16", each)).compile() for each in (json.dumps(scaler), "adam")
    )
    assert compare(written, own).is_empty
    halves = [loads(deep("mixed_float16", each)).compile() for each in ("adam", "sgd")]
    assert [each.what for each in compare(*halves).model] == ["optimizer"]


def test_keras_compiles_under_its_policy_what_is_imported() -> None:
    """The configuration has the optimizer without the scaling: Keras itself loses it."""
    keras.config.set_dtype_policy("mixed_float16")
    x = keras.Input((4,), name="x")
    model = keras.Model(x, keras.layers.Dense(1, name="y", dtype="float32")(keras.layers.Dense(3)(x)))  # fmt: skip
    model.compile(keras.optimizers.Adam(0.5, loss_scale_factor=8.0), loss="mse")
    keras.config.set_dtype_policy("float32")
    found = read_config(model.to_json())
    assert found.document.to_data()["train"] == {"optimizer": {"Adam": {"learning_rate": 0.5}}}
    built = Spec.of(found.document).build()
    assert kinds(model.optimizer) == kinds(built.optimizer) == ["LossScaleOptimizer", "Adam"]
    assert plain(model.optimizer.get_config()) == plain(built.optimizer.get_config())


def only(text: str) -> Diagnostic:
    (found,) = compile_text(text.encode()).report
    return found


@pytest.mark.parametrize(
    ("optimizer", "message", "suggestion"),
    [
        (
            "{LossScaleOptimizer: {inner_optimizer: {LossScaleOptimizer: {inner_optimizer: adam}}}}",
            "LossScaleOptimizer cannot have another one in it: gradients would be divided by both factors",
            None,
        ),
        (
            "{LossScaleOptimizer: {inner_optimizer: {Adam: {loss_scale_factor: 8}}}}",
            "LossScaleOptimizer replaces the 'loss_scale_factor' of its inner optimizer",
            "set 'initial_scale' instead, or leave out LossScaleOptimizer for a fixed factor",
        ),
        (
            "{tf.keras.mixed_precision.LossScaleOptimizer: {inner_optimizer: adam, dynamic: true}}",
            "unknown optimizer 'tf.keras.mixed_precision.LossScaleOptimizer'",
            "write `LossScaleOptimizer: {inner_optimizer: adam}`",
        ),
        (
            "LossScaleOptimizer",
            "LossScaleOptimizer needs 'inner_optimizer', an optimizer",
            None,
        ),
        (
            "{LossScaleOptimizer: {inner_optimizer: null}}",
            "an optimizer must be written as `Kind` or `Kind: {argument: value}`, not null",
            None,
        ),
        (
            "{LossScaleOptimizer: {inner_optimizer: {Adam: {lr: 0.5}}}}",
            "Adam has no argument 'lr'",
            "write `learning_rate: 0.5`",
        ),
        (
            "{LossScaleOptimizer: {inner_optimizer: adam, learning_rate: 0.5}}",
            "LossScaleOptimizer has no argument 'learning_rate'",
            "it is an argument of `inner_optimizer`",
        ),
        (
            "{LossScaleOptimizer: {inner_optimizer: adam, initial_scale: 0}}",
            "'initial_scale' of LossScaleOptimizer must be a number above 0, not 0",
            None,
        ),
    ],
)
def test_errors(optimizer: str, message: str, suggestion: str | None) -> None:
    found = only(deep("mixed_float16", optimizer))
    assert (found.message, found.suggestion) == (message, suggestion)


PLATEAU = "  validation: 0.25\n  callbacks: [ReduceLROnPlateau]\n"


def test_callbacks_look_at_the_inner_optimizer() -> None:
    schedule = "{ExponentialDecay: {initial_learning_rate: 0.1, decay_steps: 9, decay_rate: 0.5}}"
    scaled = f"{{LossScaleOptimizer: {{inner_optimizer: {{SGD: {{learning_rate: {schedule}}}}}}}}}"
    found = only(deep("mixed_float16", scaled, PLATEAU))
    message = "ReduceLROnPlateau cannot lower a learning rate that ExponentialDecay sets"
    assert found.message == message
    assert [note.message for note in found.notes] == ["SGD has this schedule"]


def test_lints_look_at_the_inner_optimizer() -> None:
    scaled = "{LossScaleOptimizer: {inner_optimizer: {SGD: {nesterov: true}}}}"
    found = only(deep("mixed_float16", scaled))
    assert (found.code, found.message) == (
        "nesterov-without-momentum",
        "the 'momentum' of SGD is 0, so 'nesterov' has no effect",
    )


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_a_run_with_nadam_is_resumed(policy: str, data: Path) -> None:
    """It keeps a variable without a name, which Keras numbers, and does not track within another optimizer."""
    text = deep(policy, "{Nadam: {learning_rate: 0.5}}")
    whole = trained(text, data, "whole", epochs=3)
    trained(text, data, "parts", epochs=1)
    resumed = trained(text, data, "parts", epochs=3, resume=True)
    assert whole.history == resumed.history
    assert have_identical_weights(whole.model, resumed.model)


@pytest.mark.parametrize(
    ("optimizer", "suggestion", "fixed"),
    [
        (
            "adam",
            "write `inner_optimizer: {Adam: {learning_rate: 0.1}}`",
            "{Adam: {learning_rate: 0.1}}",
        ),
        (
            "{Adam: {beta_1: 0.5}}",
            "write it in `train`: `inner_optimizer: {Adam: {learning_rate: 0.1}}`",
            "{Adam: {beta_1: 0.5, learning_rate: 0.1}}",
        ),
    ],
)
def test_an_argument_in_the_wrong_section_goes_to_the_inner_optimizer(
    optimizer: str, suggestion: str, fixed: str, tmp_path: Path
) -> None:
    scaled = "{LossScaleOptimizer: {inner_optimizer: %s}}"
    text = deep("mixed_float16", scaled % optimizer, "  lr: 0.1\n")
    found = only(text)
    assert (found.message, found.suggestion) == (
        "'lr' is an argument of the optimizer",
        suggestion,
    )
    file = tmp_path / "spec.yaml"
    file.write_text(text, "utf-8")
    assert run_command("validate", "--fix", file).exit_code == 0
    assert file.read_text("utf-8") == deep("mixed_float16", scaled % fixed)
