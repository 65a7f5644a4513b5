"""Warnings: what each lint says, what it leaves alone, and how a reader turns it off."""

import json
from pathlib import Path
from typing import Any

import pytest

import cnnspec
from cnnspec.analysis.lint.base import DOCUMENT_LINTS, MODEL_LINTS
from cnnspec.compiler import compile_file, compile_text
from cnnspec.decompile.flat import written_out
from cnnspec.diagnostics.codes import DATA_WARNINGS, WARNINGS
from tests.support.commands import run_command
from tests.support.paths import ROOT, SPEC_FILES

pytestmark = pytest.mark.usefixtures("newest_keras")

SPECS = [file.relative_to(ROOT).as_posix() for file in SPEC_FILES]

IMAGE = "inputs: {image: [32, 32, 3]}\n"
ROW = "inputs: {row: [8]}\n"


def codes(text: str, **params: Any) -> list[str]:
    """The codes of all that is found in a spec, which must have no errors."""
    compilation = compile_text(f"cnnspec: 1\n{text}".encode(), "spec.yaml", overrides=params)
    assert not compilation.report.has_errors, list(compilation.report)
    return [found.code for found in compilation.report]


def messages(text: str) -> list[str]:
    return [found.message for found in compile_text(f"cnnspec: 1\n{text}".encode()).report]


def test_every_warning_is_a_lint_with_a_line_that_says_what_it_is() -> None:
    lints = MODEL_LINTS | DOCUMENT_LINTS
    assert sorted([*lints, *DATA_WARNINGS]) == sorted(WARNINGS)
    assert [code for code, lint in lints.items() if not lint.__doc__] == []


@pytest.mark.parametrize("spec", SPECS)
def test_the_specs_that_are_shipped_give_no_warning(
    spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert list(compile_file(Path(spec)).report) == []


def with_head(layers: str, loss: str) -> str:
    """A spec whose last layers and loss are given."""
    return f"{ROW}layers: [{layers}]\noutputs: {{y: {{loss: {loss}}}}}\n"


CLASS = "{CategoricalCrossentropy: {from_logits: %s}}"
TEN = "Dense: {name: y, units: 10, activation: %s}"
TWO = "Dense: {name: y, units: 2, activation: %s}"
ONE = "Dense: {name: y, units: 1, activation: %s}"
LINEAR = "Dense: {name: y, units: %d}"
AFTER = "Dense: {units: 10}, Activation: {name: y, activation: %s}"


@pytest.mark.parametrize(
    ("layers", "loss", "found"),
    [
        # softmax
        (TEN % "softmax", "sparse_categorical_crossentropy", []),
        (TEN % "softmax", "CategoricalGeneralizedCrossEntropy", []),
        (TEN % "softmax", "kl_divergence", []),
        (TEN % "softmax", "dice", []),
        (TEN % "softmax", "ce", []),
        (TEN % "softmax", "mse", ["loss-activation"]),
        (TEN % "softmax", "huber", ["loss-activation"]),
        (TEN % "softmax", "hinge", ["loss-activation"]),
        (TEN % "softmax", "bce", ["loss-activation"]),
        (TWO % "softmax", "bce", []),
        (TEN % "softmax", CLASS % "true", ["from-logits-after-activation"]),
        (TEN % "sparsemax", CLASS % "false", []),
        (TEN % "log_softmax", CLASS % "false", ["loss-activation"]),
        (TEN % "log_softmax", CLASS % "true", []),
        (ONE % "softmax", "sparse_categorical_crossentropy", ["softmax-of-one"]),
        (ONE % "softmax", "bce", ["softmax-of-one"]),
        (ONE % "softmax", "mse", ["softmax-of-one"]),
        # sigmoid
        (ONE % "sigmoid", "bce", []),
        (TEN % "sigmoid", "binary_focal_crossentropy", []),
        (TEN % "hard_sigmoid", "bce", []),
        (TEN % "sigmoid", "mse", []),
        (TEN % "sigmoid", "kld", []),
        (TEN % "sigmoid", "categorical_crossentropy", ["loss-activation"]),
        (TEN % "sigmoid", "squared_hinge", ["loss-activation"]),
        (ONE % "sigmoid", "{BinaryCrossentropy: {from_logits: true}}", ["from-logits-after-activation"]),
        (ONE % "sigmoid", "categorical_crossentropy", ["loss-units"]),
        (ONE % "sigmoid", "crossentropy", []),
        # no activation
        (LINEAR % 1, "mse", []),
        (LINEAR % 1, "hinge", []),
        (LINEAR % 1, "{Huber: {delta: 2.0}}", []),
        (LINEAR % 10, CLASS % "true", []),
        (LINEAR % 10, CLASS % "false", ["logits-without-from-logits"]),
        (TEN % "linear", "sparse_categorical_crossentropy", ["logits-without-from-logits"]),
        (LINEAR % 1, "bce", ["logits-without-from-logits"]),
        (LINEAR % 1, "{BinaryCrossentropy: {from_logits: true}}", []),
        (LINEAR % 1, CLASS % "true", ["loss-units"]),
        (LINEAR % 1, CLASS % "false", ["loss-units"]),
        (LINEAR % 10, "CategoricalGeneralizedCrossEntropy", ["loss-activation"]),
        (LINEAR % 10, "kld", ["loss-activation"]),
        (LINEAR % 1, "poisson", ["loss-activation"]),
        (LINEAR % 4, "tversky", ["loss-activation"]),
        (LINEAR % 4, "cosine_similarity", []),
        (LINEAR % 4, "circle", []),
        # others
        (ONE % "relu", "bce", ["loss-activation"]),
        (ONE % "tanh", "bce", ["loss-activation"]),
        (ONE % "tanh", "hinge", []),
        (ONE % "softplus", "poisson", []),
        (TEN % "relu", CLASS % "false", ["loss-activation"]),
        # an activation of its own, and what stands between it and the output
        (AFTER % "softmax", CLASS % "false", []),
        (AFTER % "softmax", CLASS % "true", ["from-logits-after-activation"]),
        (AFTER % "linear", CLASS % "false", ["logits-without-from-logits"]),
        ("Dense: {units: 10}, Softmax: {name: y}", CLASS % "true", ["from-logits-after-activation"]),
        ("Dense: {units: 10}, ReLU: {name: y}", "bce", ["loss-activation"]),
        ("Dense: {units: 10, activation: softmax}, Reshape: {name: y, target_shape: [1, 10]}", "mse", ["loss-activation"]),
        ("Dense: {units: 10, activation: softmax}, Dropout: {name: y, rate: 0.1}", "mse", ["loss-activation"]),
        # what is not known
        ("Dense: {units: 10, activation: softmax}, Reshape: {name: y, target_shape: [5, 2]}", "mse", []),
        ("Dense: {units: 10, activation: softmax}, Rescaling: {name: y, scale: 2}", "mse", []),
        ("BatchNormalization: {name: y}", "bce", []),
        (LINEAR % 10, "{CategoricalCrossentropy: {axis: 1}}", []),
    ],
)  # fmt: skip
def test_heads_and_losses(layers: str, loss: str, found: list[str]) -> None:
    assert codes(with_head(layers, loss)) == found


def test_an_output_of_another_name_ends_with_its_layer() -> None:
    text = f"{ROW}layers: [Dense: {{name: d, units: 3}}]\noutputs: {{y: {{from: d, loss: ce}}}}\n"
    assert codes(text) == ["logits-without-from-logits"]


def test_an_output_that_is_an_input_ends_with_nothing() -> None:
    assert codes(f"{ROW}layers: [ReLU]\noutputs: {{y: {{from: row, loss: ce}}, re_lu_1: }}\n") == []


def test_a_head_inside_a_submodel_counts() -> None:
    inner = f"{{spec: {{inputs: {{row: [8]}}, layers: [{TEN % 'softmax'}]}}}}"
    text = (
        f"submodels: {{m: {inner}}}\n{ROW}layers: [m: {{name: y}}]\noutputs: {{y: {{loss: mse}}}}\n"
    )
    assert codes(text) == ["loss-activation"]


def test_a_head_of_channels_first_has_no_activation_along_the_last_axis() -> None:
    conv = "Conv2D: {name: y, filters: 1, kernel_size: 32, activation: softmax, data_format: channels_first}"
    text = f"inputs: {{image: [3, 32, 32]}}\nlayers: [{conv}]\noutputs: {{y: {{loss: mse}}}}\n"
    assert codes(text) == []


@pytest.mark.parametrize(
    ("layers", "found"),
    [
        ("Dense: {units: 4, activation: softmax}, Softmax", ["activation-twice"]),
        ("Dense: {units: 4, activation: sigmoid}, Activation: {activation: sigmoid}", ["activation-twice"]),
        ("Softmax, Activation: {activation: softmax}", ["activation-twice"]),
        ("Dense: {units: 4, activation: softmax}, Dense: {units: 4, activation: softmax}", []),
        ("Dense: {units: 4, activation: relu}, Softmax", []),
        ("Dense: {units: 4, activation: softmax}, Activation: {activation: linear}", []),
        ("Dense: {units: 1}, Softmax", ["softmax-of-one"]),
        ("Dense: {units: 1}, Activation: {activation: softmax}", ["softmax-of-one"]),
    ],
)  # fmt: skip
def test_activations(layers: str, found: list[str]) -> None:
    assert codes(f"{ROW}layers: [{layers}]\n") == found


@pytest.mark.parametrize(
    ("layers", "loss", "found"),
    [
        ("Dense: {name: y, units: 2, dtype: mixed_float16}", "{loss: mse}", ["half-precision-output"]),
        ("Dense: {name: y, units: 2, dtype: bfloat16}", "{loss: mse}", ["half-precision-output"]),
        ("Dense: {units: 2, dtype: float16}, Identity: {name: y}", "{loss: mse}", ["half-precision-output"]),
        ("Dense: {name: y, units: 2, dtype: mixed_float16}", "", []),
        ("Dense: {units: 2, dtype: float16}, Activation: {name: y, activation: linear}", "{loss: mse}", []),
    ],
)  # fmt: skip
def test_data_types(layers: str, loss: str, found: list[str]) -> None:
    assert codes(f"{ROW}layers: [{layers}]\noutputs: {{y: {loss}}}\n") == found


@pytest.mark.parametrize(
    ("shape", "layers", "found"),
    [
        ("[32, 32, 3]", "Dense: {units: 4}", ["dense-without-flatten"]),
        ("[32, 32, 3]", "Dense: {units: 4}, Dropout: {rate: 0.5}, Dense: {units: 2}, Softmax", ["dense-without-flatten"]),
        ("[32, 32, 3]", "Dense: {units: 4}, Dense: {units: 2}, Flatten", ["dense-without-flatten"]),
        ("[32, 32, 3]", "Flatten, Dense: {units: 4}", []),
        ("[32, 32, 3]", "GlobalAveragePooling2D, Dense: {units: 4}", []),
        ("[32, 32, 3]", "Dense: {units: 4}, GlobalAveragePooling2D, Dense: {units: 2}", []),
        ("[32, 32, 3]", "Dense: {units: 4}, Conv2D: {filters: 4, kernel_size: 3}, Flatten", []),
        ("[32, 3]", "Dense: {units: 4}", []),
        ("[null, null, 3]", "Dense: {units: 4}", ["dense-without-flatten"]),
    ],
)  # fmt: skip
def test_dense_layers_over_images(shape: str, layers: str, found: list[str]) -> None:
    assert codes(f"inputs: {{image: {shape}}}\nlayers: [{layers}]\n") == found


BROADCAST = ["broadcast-merge"]


@pytest.mark.parametrize(
    ("kind", "first", "second", "found"),
    [
        ("Add", "[8, 8, 4]", "[8, 8, 4]", []),
        ("Add", "[8, 8, 4]", "[8, 8, 1]", BROADCAST),  # a shortcut of one channel
        ("Average", "[8, 8, 1]", "[8, 8, 4]", BROADCAST),
        ("Add", "[8, 4]", "[8, 1]", BROADCAST),
        ("Add", "[8, 8, 4]", "[1, 1, 4]", []),  # a summand for each channel
        ("Add", "[8, 8, 4]", "[4]", []),
        ("Add", "[8, 8, 4]", "[8, 1, 4]", []),
        ("Add", "[8, 8, 4]", "[1, 1, 1]", []),
        ("Add", "[4]", "[1]", []),  # a value and its advantages
        ("Subtract", "[4]", "[1]", []),
        ("Add", "[10, 1]", "[10]", BROADCAST),
        ("Add", "[1, 8, 4]", "[8, 1, 4]", BROADCAST),
        ("Multiply", "[8, 8, 4]", "[1, 1, 4]", []),  # squeeze and excitation
        ("Multiply", "[8, 8, 4]", "[4]", []),
        ("Multiply", "[8, 8, 4]", "[8, 8, 1]", []),  # a mask
        ("Multiply", "[8, 8, 1]", "[1, 1, 4]", BROADCAST),
        ("Multiply", "[10, 1]", "[10]", BROADCAST),
        ("Add", "[null, null, 4]", "[null, null, 4]", []),
        ("Add", "[8, 8, 4]", "[null, null, 4]", []),
        ("Add", "[null, null, 4]", "[null, null, 1]", BROADCAST),
    ],
)
def test_merges_that_stretch(kind: str, first: str, second: str, found: list[str]) -> None:
    inputs = f"inputs: {{a: {first}, b: {second}}}\n"
    assert codes(f"{inputs}layers: [{kind}: {{from: [a, b]}}]\n") == found


CONV = "Conv2D: {filters: 4, kernel_size: 1}"
CONV_FIRST = "Conv2D: {filters: 4, kernel_size: 1, data_format: channels_first}"
ORDER = ["channel-order"]


@pytest.mark.parametrize(
    ("shape", "layer", "found"),
    [
        ("[3, 32, 32]", CONV, ORDER),
        ("[1, 28, 28]", CONV, ORDER),
        ("[3, 480, 640]", CONV, ORDER),
        ("[3, 32, 32]", "MaxPooling2D", ORDER),
        ("[3, 32, 32]", f"Rescaling: {{scale: 2}}, {CONV}", ORDER),
        ("[32, 32, 3]", CONV_FIRST, ORDER),
        ("[3, 32, 32]", CONV_FIRST, []),
        ("[32, 32, 3]", CONV, []),
        ("[1, 100, 6]", CONV, []),  # a series, as an image of one row
        ("[3, 300, 16]", CONV, []),
        ("[3, 3, 3]", CONV, []),
        ("[3, 32, 32]", "Flatten", []),
        ("[3, 32, 3]", CONV, []),
        ("[null, null, 3]", CONV, []),
        ("[1, 16, 16, 16]", "Conv3D: {filters: 4, kernel_size: 1}", ORDER),
    ],
)
def test_the_order_of_axes(shape: str, layer: str, found: list[str]) -> None:
    assert codes(f"inputs: {{image: {shape}}}\nlayers: [{layer}]\n") == found


@pytest.mark.parametrize(
    ("layers", "found"),
    [
        (f"{CONV_FIRST}, BatchNormalization", ["normalized-axis"]),
        (f"{CONV_FIRST}, ReLU, BatchNormalization: {{axis: 3}}", ["normalized-axis"]),
        (f"{CONV_FIRST}, BatchNormalization: {{axis: 1}}", []),
        (f"{CONV_FIRST}, Permute: {{dims: [2, 3, 1]}}, BatchNormalization", []),
        ("BatchNormalization", []),
    ],
)
def test_the_axis_of_batch_normalization(layers: str, found: list[str]) -> None:
    assert codes(f"inputs: {{image: [3, 32, 32]}}\nlayers: [{layers}]\n") == found


TAIL = "blocks: {tail: {layers: [ReLU: {name: a}, ELU: {name: b}]}}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("layers: [ReLU: {name: a}, ELU: {name: b}]\noutputs: {a: }", ["no output needs 'b'"]),
        (
            "layers: [ReLU: {name: a}, ELU: {name: b}, ELU: {name: c, from: a}]\noutputs: {a: }",
            ["no output needs 'b'", "no output needs 'c'"],
        ),
        ("layers: [ReLU: {name: a}, shared: {layer: a, name: b, from: row}]", []),
        (f"{TAIL}layers: [ReLU: {{name: y}}, tail: {{name: t}}]\noutputs: {{y: }}", ["no output needs 't'"]),
        (f"{TAIL}layers: [tail: {{name: t}}]\noutputs: {{y: {{from: t/a}}}}", ["no output needs 't/b'"]),
        (
            "blocks: {inner: {layers: [ReLU]}, outer: {layers: [inner, inner]}}\n"
            "layers: [ReLU: {name: y}, outer: {name: o, repeat: 2}]\noutputs: {y: }",
            ["no output needs 'o_2'"],
        ),
        ("layers: [ReLU: {name: a}]\noutputs: {x: {from: a}, y: {from: a}}", []),
    ],
)  # fmt: skip
def test_layers_that_no_output_needs(text: str, found: list[str]) -> None:
    assert messages(f"{ROW}{text}\n") == found


def test_a_block_with_an_unused_layer_is_told_once() -> None:
    block = "blocks: {b: {layers: [ReLU: {name: a}, ELU: {from: a}, ELU: {name: y, from: a}]}}\n"
    found = messages(f"{block}{ROW}layers: [b: {{repeat: 5}}]\n")
    assert found == ["no output needs 'b_1/elu_1'"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("inputs: {a: [8], b: [8]}\nlayers: [ReLU: {from: a}]", ["unused-input"]),
        ("inputs: {a: [8], b: [8]}\nlayers: [ReLU: {name: y, from: a}, ReLU: {name: z, from: b}]\noutputs: {y: }", ["unused-layer"]),
        ("inputs: {a: [8], b: [8]}\nlayers: [ReLU: {name: y, from: a}]\noutputs: {y: , z: {from: b}}", []),
    ],
)  # fmt: skip
def test_inputs_that_nothing_reads(text: str, found: list[str]) -> None:
    assert codes(f"{text}\n") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # parameters
        ("params: {w: 3}\nlayers: [Dense: {units: $w}]", []),
        ("params: {w: 3}\nlayers: [Dense: {units: $(2 * w)}]", []),
        ("params: {w: 3, n: 1}\nlayers: [Dense: {units: $w, repeat: $n}]", []),
        ("params: {name: d, from: row}\nlayers: [ReLU: {name: $name, from: [$from]}]", []),
        ("params: {w: 3}\ndefaults: {Dense: {units: $w}}\nlayers: [Dense]", []),
        ("params: {w: 3, v: $w}\nlayers: [Dense: {units: $v}]", []),
        ("params: {s: 1}\nlayers: [Dense: {units: 1, kernel_initializer: {HeNormal: {seed: $s}}}]", []),
        ("params: {w: 3}\nlayers: [Dense: {units: 3, name: w}]", ["unused-parameter"]),
        ("params: {rate: 0.1}\nlayers: [ReLU]\ntrain: {optimizer: {Adam: {learning_rate: $rate}}}", []),
        ("params: {w: 3}\nblocks: {b: {layers: [Dense: {units: $w}]}}\nlayers: [b]", []),
        ("params: {w: 3}\nblocks: {b: {params: {v: $w}, layers: [Dense: {units: $v}]}}\nlayers: [b]", []),
        ("params: {w: 3}\nblocks: {b: {params: {w: 1}, layers: [Dense: {units: $w}]}}\nlayers: [b]", ["unused-parameter"]),
        ("blocks: {b: {params: {v: 1, w: $v}, layers: [Dense: {units: $w}]}}\nlayers: [b]", []),
        ("blocks: {b: {params: {v: 1}, layers: [ReLU]}}\nlayers: [b: {v: 2}]", ["unused-parameter"]),
        ("params: {w: 3}\nlayers: [Add: {branches: {a: [Dense: {units: $w}], b: [Dense: {units: 3}]}}]", []),
        # blocks
        ("blocks: {b: {layers: [ReLU]}}\nlayers: [Add: {branches: [[b], []]}]", []),
        ("blocks: {b: {layers: [c]}, c: {layers: [ReLU]}}\nlayers: [b]", []),
        ("blocks: {b: {layers: [ReLU]}}\nlayers: [b: {repeat: 0}]", []),
        ("blocks: {b: {layers: [ReLU]}}\nlayers: [ReLU]", ["unused-block"]),
        # defaults
        ("defaults: {ReLU: {max_value: 6}}\nblocks: {b: {layers: [ReLU]}}\nlayers: [b: {repeat: 0}]", []),
        ("defaults: {ReLU: {max_value: 6}}\nlayers: [ELU]", ["unused-default"]),
        ("defaults: {MaxPool1D: {pool_size: 3}}\nlayers: [Reshape: {target_shape: [8, 1]}, MaxPooling1D]", []),
        ("defaults: {MaxPooling1D: {pool_size: 3}}\nlayers: [Reshape: {target_shape: [8, 1]}, MaxPool1D]", []),
    ],
)  # fmt: skip
def test_definitions_that_nothing_uses(text: str, found: list[str]) -> None:
    assert codes(f"{ROW}{text}\n") == found


def test_blocks_for_others_are_looked_at_too() -> None:
    text = "params: {w: 1, v: 2}\nblocks: {b: {params: {n: 1}, layers: [Dense: {units: $w}]}}\n"
    assert messages(text) == [
        "nothing refers to the parameter 'v'",
        "nothing in 'b' refers to its parameter 'n'",
    ]


def test_defaults_may_be_for_imported_blocks(tmp_path: Path) -> None:
    (tmp_path / "blocks.yaml").write_text(
        "cnnspec: 1\nblocks: {b: {layers: [ReLU], params: {x: 1}}}"
    )
    spec = tmp_path / "spec.yaml"
    text = f"cnnspec: 1\nimports: [blocks.yaml]\ndefaults: {{ReLU: {{max_value: 6}}}}\n{ROW}layers: [b]\n"
    spec.write_text(text)
    assert list(compile_file(spec).report) == []


INNER = (
    "spec: {inputs: {row: [8]}, params: {w: 1}, layers: [Dense: {units: 1, activation: softmax}]}"
)


def test_a_submodel_written_in_place_is_part_of_the_spec(tmp_path: Path) -> None:
    text = f"submodels: {{m: {{{INNER}}}}}\n{ROW}layers: [m, m: {{from: row}}, Add: {{from: [m_1, m_2]}}]\n"
    assert codes(text) == ["unused-parameter", "softmax-of-one"]
    assert codes(text.replace("params:", "ignore: [softmax-of-one], params:")) == [
        "unused-parameter"
    ]
    (tmp_path / "inner.yaml").write_text("cnnspec: 1\nparams: {w: 1}\n" + ROW + "layers: [ReLU]\n")
    text = f"submodels: {{m: {{spec: {tmp_path}/inner.yaml}}}}\n{ROW}layers: [m]\n"
    assert codes(text) == []


FROZEN = "submodels: {m: {spec: {inputs: {row: [8]}, layers: [%s]}, frozen: %s}}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (FROZEN % ("Dense: {units: 1}", "true") + "layers: [m]", ["frozen-without-weights"]),
        (FROZEN % ("Dense: {units: 1}", "false") + "layers: [m]", []),
        (FROZEN % ("Dense: {units: 1}", "false") + "layers: [m: {frozen: true}]", ["frozen-without-weights"]),
        (FROZEN % ("ReLU", "true") + "layers: [m]", []),
        ("layers: [Dense: {units: 1, frozen: true}]", []),
    ],
)  # fmt: skip
def test_frozen_submodels(text: str, found: list[str]) -> None:
    assert codes(f"{ROW}{text}\n") == found


SEEDED = "Dense: {units: %d, kernel_initializer: {%s: {seed: %s}}}"


@pytest.mark.parametrize(
    ("layers", "found"),
    [
        ([SEEDED % (8, "HeNormal", 1), SEEDED % (8, "HeNormal", 1)], ["repeated-seed"]),
        ([SEEDED % (8, "HeNormal", 1), SEEDED % (8, "HeNormal", 2)], []),
        ([SEEDED % (8, "HeNormal", 1), SEEDED % (8, "HeUniform", 1)], []),
        ([SEEDED % (8, "HeNormal", 1), SEEDED % (4, "HeNormal", 1)], []),
        (["Dense: {units: 8, kernel_initializer: {HeNormal: {seed: $index}}, repeat: 3}"], []),
        (["Dense: {units: 8, kernel_initializer: {HeNormal: {seed: 1}}, repeat: 3}"], ["repeated-seed"]),
        (["Dense: {units: 8, kernel_initializer: {Constant: {value: 1}}, repeat: 3}"], []),
        (["Dense: {units: 8, kernel_initializer: he_normal, repeat: 3}"], []),
        (["Dense: {units: 8, kernel_initializer: {HeNormal: {seed: 1}}, name: d}", "shared: {layer: d}"], []),
    ],
)  # fmt: skip
def test_seeds(layers: list[str], found: list[str]) -> None:
    assert codes(f"{ROW}layers: [{', '.join(layers)}]\n") == found


COSINE = "{Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 9%s}}}}"


@pytest.mark.parametrize(
    ("optimizer", "found"),
    [
        ("adam", []),
        ("{SGD: {nesterov: true}}", ["nesterov-without-momentum"]),
        ("{SGD: {nesterov: true, momentum: 0.9}}", []),
        ("sgd", []),
        ("{Muon: {momentum: 0.0}}", []),
        (COSINE % "", []),
        (COSINE % ", warmup_steps: 3", ["incomplete-warmup"]),
        (COSINE % ", warmup_target: 0.3", ["incomplete-warmup"]),
        (COSINE % ", warmup_target: 0.3, warmup_steps: 3", []),
    ],
)
def test_optimizers(optimizer: str, found: list[str]) -> None:
    assert (
        codes(f"{ROW}layers: [Dense: {{units: 1}}]\ntrain: {{optimizer: {optimizer}}}\n") == found
    )


def test_code_of_the_user_is_not_guessed_about() -> None:
    custom = "'my_package.layers:Mine': {name: mine}"
    rest = "Dense: {units: 1, activation: softmax}, Add: {from: [previous, mine]}, Flatten"
    text = f"{IMAGE}layers: [{custom}, {rest}, {TEN % 'softmax'}]\noutputs: {{y: {{loss: ce}}}}\n"
    assert codes(text) == []


def test_after_an_error_there_are_no_warnings() -> None:
    text = f"cnnspec: 1\nparams: {{w: 1}}\n{ROW}layers: [Dens: {{units: 1}}]\n"
    assert [each.code for each in compile_text(text.encode()).report] == ["unknown-kind"]


WARNED = f"cnnspec: 1\nparams: {{w: 1}}\n{ROW}layers: [Dense: {{units: 1, activation: softmax}}]\n"


def validate(tmp_path: Path, *arguments: str, text: str = WARNED) -> tuple[int, list[Any]]:
    """Exit code, and severity and code of each finding."""
    spec = tmp_path / "spec.yaml"
    spec.write_text(text)
    exit_code, stdout, stderr = run_command("validate", "--format", "json", *arguments, spec)
    found = json.loads(stdout) if stdout else stderr.splitlines()
    return exit_code, [
        (each["severity"], each["code"]) if isinstance(each, dict) else each for each in found
    ]


def test_warnings_are_no_errors_unless_they_are_to_be(tmp_path: Path) -> None:
    both = ["unused-parameter", "softmax-of-one"]
    assert validate(tmp_path) == (0, [("warning", code) for code in both])
    assert validate(tmp_path, "--strict") == (1, [("error", code) for code in both])


def test_codes_can_be_ignored(tmp_path: Path) -> None:
    ignore = ("--ignore", "softmax-of-one")
    assert validate(tmp_path, *ignore) == (0, [("warning", "unused-parameter")])
    assert validate(tmp_path, "--strict", *ignore, "--ignore", "unused-parameter") == (0, [])
    text = WARNED.replace("params", "ignore: [softmax-of-one]\nparams")
    assert validate(tmp_path, text=text) == (0, [("warning", "unused-parameter")])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("softmax-of-on", "unknown warning 'softmax-of-on'; did you mean 'softmax-of-one'?"),
        ("zzz", "unknown warning 'zzz'; `cnnspec explain warnings` lists them"),
        ("wrong-rank", "'wrong-rank' is an error; only warnings can be ignored"),
    ],
)
def test_codes_that_cannot_be_ignored(code: str, said: str, tmp_path: Path) -> None:
    assert validate(tmp_path, "--ignore", code) == (2, [f"cnnspec: --ignore: {said}"])


def test_warnings_are_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(WARNED)
    result = run_command("validate", tmp_path / "spec.yaml")
    lines = [line for line in result.stdout.splitlines() if str(tmp_path) in line]
    assert [line.removeprefix(f"{tmp_path}/spec.yaml:") for line in lines] == [
        "2:10: warning[unused-parameter]: nothing refers to the parameter 'w'",
        "4:40: warning[softmax-of-one]: 'dense_1' applies softmax to a single value, which always gives 1",
        " ok (9 parameters)",
    ]


def test_other_commands_tell_warnings_beside_their_result(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(WARNED)
    result = run_command("expand", tmp_path / "spec.yaml")
    told = [line for line in result.stderr.splitlines() if "warning[" in line]
    assert (result.exit_code, result.stdout[:10], len(told)) == (0, "cnnspec: 1", 2)


def test_what_a_spec_ignores_is_ignored_when_it_is_written_out() -> None:
    text = WARNED.replace("params", "ignore: [softmax-of-one, unused-parameter]\nparams")
    checked = cnnspec.loads(text).compile()
    again = cnnspec.loads(cnnspec.dumps(written_out(checked.graph)))
    assert (again.document and again.document.ignore, list(again.report)) == (
        ["softmax-of-one", "unused-parameter"],
        [],
    )
