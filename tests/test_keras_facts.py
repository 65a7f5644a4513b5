"""What each version of Keras lacks, fact by fact: each is one problem before, and none after."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import pytest
import yaml

from cnnspec.backends.keras.objects import keras_object
from cnnspec.backends.lowering import keras_call
from cnnspec.declarations import keras_table as table
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.keras_versions import (
    OLDEST,
    asked,
    missing,
    missing_on_inputs,
    of_release,
)
from cnnspec.frontends.files import read_config
from cnnspec.language.dump import dumps
from cnnspec.objects.families import OPTIMIZERS
from cnnspec.operations.base import OPERATIONS
from keras_versions.scan import DECLARED
from tests.support.keras_versions import RUNNING, each_minor

BY_NAMESPACE = {family.namespace: family for family in DECLARED}


def call(family: str, kind: str, arguments: Mapping[str, Any]) -> Declaration:
    """A checked call; that of an operation has what its first example has."""
    declaration = BY_NAMESPACE[family].find(kind)
    needed = declaration.examples[0].arguments if family == OPERATIONS.namespace else {}
    found = BY_NAMESPACE[family].check({kind: {**needed, **arguments}})
    assert isinstance(found, Declaration)
    return found


LEAST: dict[str, dict[str, Any]] = {
    "AdaptiveAveragePooling1D": {"output_size": 2},
    "AdaptiveAveragePooling2D": {"output_size": 2},
    "AdaptiveAveragePooling3D": {"output_size": 2},
    "AdaptiveMaxPooling1D": {"output_size": 2},
    "AdaptiveMaxPooling2D": {"output_size": 2},
    "AdaptiveMaxPooling3D": {"output_size": 2},
    "GroupQueryAttention": {"head_dim": 2, "num_query_heads": 2, "num_key_value_heads": 2},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 2},
    "ReversibleEmbedding": {"input_dim": 3, "output_dim": 2},
    "StringLookup": {"vocabulary": ["a"]},
    "IntegerLookup": {"vocabulary": [1]},
}
"""The arguments that the kinds in the table need."""

OTHER: dict[str, dict[str, Any]] = {
    "adam_weight_decay": {"adam_weight_decay": 0.1},
    "ignore_class": {"ignore_class": 1},
    "input_axes": {"input_axes": [0]},
    "oov_method": {"oov_method": "farmhash"},
    "output_axes": {"output_axes": [0]},
    "raise_error": {"raise_error": True},
    "renorm": {"renorm": True},
    "renorm_clipping": {"renorm_clipping": {"rmax": 2.0}},
    "renorm_momentum": {"renorm_momentum": 0.5},
    "rms_rate": {"rms_rate": 0.3},
    "salt": {"salt": 7},
    "reduction": {"reduction": "add"},
    "sliding_window": {"sliding_window": 3},
    "upper": {"upper": True},
    "use_gate": {"use_gate": True},
}
"""For each argument in the table: a value that older versions cannot express."""


def facts() -> Iterator[Any]:
    """Every fact about a kind or an argument: its call, the subject of the message, the place."""
    for family, kinds in table.KINDS.items():
        for kind, (since, _) in kinds.items():
            yield pytest.param(family, kind, {}, since, kind, (), id=f"{family}.{kind}")
    for family, by_kind in table.ARGUMENTS.items():
        for kind, arguments in by_kind.items():
            for name, (since, _) in arguments.items():
                what = f"'{name}' of {kind}"
                id_ = f"{family}.{kind}.{name}"
                yield pytest.param(family, kind, OTHER[name], since, what, (name,), id=id_)


WITH = {("IntegerLookup", ("salt",)): {"oov_method": "farmhash"}}
"""What a value needs beside it, which is a fact of its own."""
WITHOUT = {"Muon": {"rms_rate": None}}
"""What a call says so that it does not need the defaults that are new."""


@pytest.mark.parametrize(("family", "kind", "given", "since", "what", "at"), [*facts()])
def test_each_fact_is_one_problem_before_and_none_after(
    family: str, kind: str, given: dict[str, Any], since: str, what: str, at: tuple[str, ...]
) -> None:
    needed = WITH.get((kind, at), {})
    made = call(family, kind, LEAST.get(kind, {}) | WITHOUT.get(kind, {}) | needed | given)
    for version in each_minor():
        problems = [
            each for each in missing(made, version) if each.at not in {(at,) for at in needed}
        ]
        found = [(each.code, each.message, each.at) for each in problems]
        short, here = since.removesuffix(".0"), str(version).removesuffix(".0")
        message = (
            f"{what} requires Keras {short} or later, but the spec is checked for Keras {here}"
        )
        is_older = version.version < asked(since).version
        assert found == ([("not-in-this-keras", message, at)] if is_older else [])


@pytest.mark.parametrize(("family", "kind", "given", "since", "what", "at"), [*facts()])
def test_no_fact_counts_where_older_versions_do_the_same(
    family: str, kind: str, given: dict[str, Any], since: str, what: str, at: tuple[str, ...]
) -> None:
    """An argument that says what older versions do without it is neither refused nor passed."""
    if not at:
        return
    made = call(family, kind, LEAST.get(kind, {}) | WITHOUT.get(kind, {}))
    value = BEFORE.get(at[0], made.checked(at[0]))
    made = call(family, kind, {**made.given, at[0]: value})
    assert (list(missing(made, OLDEST)), at[0] in keras_call(made, OLDEST).arguments) == ([], False)


BEFORE = {"rms_rate": None, "adam_weight_decay": 0.004}


RECENT: dict[str, list[tuple[dict[str, Any], tuple[int | None, ...]]]] = {
    "metrics.AUC": [({"curve": "prgain"}, ())],
    "layers.Attention": [({}, (None, 2, 7, 8))],
    "layers.GroupQueryAttention": [
        (
            {
                "head_dim": 3,
                "num_query_heads": 4,
                "num_key_value_heads": 2,
                "return_attention_scores": True,
            },
            (),
        )
    ],
    "layers.Conv1DTranspose": [({"filters": 2, "kernel_size": 3, "output_padding": 0}, ())],
    "layers.Conv2DTranspose": [
        ({"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": [1, 0]}, ())
    ],
    "layers.Conv3DTranspose": [({"filters": 2, "kernel_size": 3, "output_padding": 0}, ())],
    "layers.DepthwiseConv1D": [({"kernel_size": 3, "strides": 2, "dilation_rate": 2}, ())],
    "layers.DepthwiseConv2D": [({"kernel_size": 3, "strides": 2, "dilation_rate": [2, 1]}, ())],
    "layers.SeparableConv1D": [
        ({"filters": 2, "kernel_size": 3, "strides": 2, "dilation_rate": 2}, ())
    ],
    "layers.SeparableConv2D": [
        ({"filters": 2, "kernel_size": 3, "strides": 2, "dilation_rate": 2}, ())
    ],
    "layers.Discretization": [
        ({"bin_boundaries": [0.5]}, ()),
        ({"bin_boundaries": [0.5], "output_mode": "one_hot"}, ()),
    ],
    "layers.RandomGrayscale": [({"factor": 0.1}, ())],
    "layers.TimeDistributed": [({"layer": {"Hashing": {"num_bins": 5}}}, ())],
    "layers.IntegerLookup": [({"vocabulary": [3], "output_mode": "one_hot"}, (None, 4, 2))],
    "layers.StringLookup": [({"vocabulary": ["a"], "output_mode": "one_hot"}, (None, 4))],
    "layers.LayerNormalization": [({"axis": [2, 1]}, ())],
    "layers.RMSNormalization": [({"axis": [1, 2]}, ())],
    "layers.AugMix": [({"num_chains": 2}, ())],
    "layers.Rescaling": [({"scale": [1, 2, 3]}, ())],
    "ops.ops.argmax": [({"axis": 1, "keepdims": True}, ())],
    "ops.ops.argmin": [({"keepdims": True}, ())],
    "ops.ops.argsort": [({"axis": None}, (None, 4))],
    "ops.ops.batch_normalization": [({}, ())],
    "ops.ops.cross": [({"x2": [0, 0, 1]}, (None, 4, 3))],
    "ops.ops.depthwise_conv": [({"strides": 2, "dilation_rate": [1, 2]}, ())],
    "ops.ops.flip": [({"axis": [1, 2]}, ())],
    "ops.ops.glu": [({}, ())],
    "ops.ops.image.extract_patches": [({"size": 3, "strides": 1}, ())],
    "ops.ops.image.rgb_to_grayscale": [({}, (None, 8, 8, 1))],
    "ops.ops.inner": [({"x2": [1, 2, 3]}, (None, 3))],
    "ops.ops.istft": [({"length": 20}, ())],
    "ops.ops.logsumexp": [({"axis": -1}, ())],
    "ops.ops.quantile": [({"q": [0.1, 0.9]}, ())],
    "ops.ops.rms_normalization": [({}, ())],
    "ops.ops.searchsorted": [({"sorted_sequence": None, "values": [1]}, (None,))],
    "ops.ops.segment_max": [({"num_segments": None}, ())],
    "ops.ops.separable_conv": [({"strides": 2, "dilation_rate": 2}, ())],
    "ops.ops.slice": [({"shape": [-1, 4, 2]}, ())],
    "ops.ops.sort": [({"axis": None}, ())],
    "ops.ops.sparse_categorical_crossentropy": [({"axis": 1}, (None, 5, 7))],
    "ops.ops.take_along_axis": [({"axis": None}, ())],
    "ops.ops.tile": [({"repeats": [2, 1]}, (None, 4, 3))],
    "ops.ops.unravel_index": [({}, ())],
}
"""For each kind: a call for each fact that no signature shows, with the shape it depends on."""


def test_every_fact_beside_a_kind_is_tested() -> None:
    declared = {
        f"{family.namespace}.{kind}": len(declaration.recent)
        for family in DECLARED
        for kind, declaration in family.kinds.items()
        if declaration.recent
    }
    assert declared == {name: len(calls) for name, calls in RECENT.items()}


@pytest.mark.parametrize(
    ("name", "position"),
    [(name, position) for name, calls in RECENT.items() for position in range(len(calls))],
)
def test_a_fact_beside_a_kind_is_one_problem(name: str, position: int) -> None:
    family, _, kind = name.partition(".")
    given, shape = RECENT[name][position]
    made = call(family, kind, given)
    fact = made.recent[position]
    for version in each_minor():
        problems = [*missing(made, version)]
        problems += missing_on_inputs(made, version, (shape,)) if shape else ()
        is_older = version.version < asked(fact.since.removesuffix(".0")).version
        had_it = fact.lost is not None and version.version < asked(fact.lost).version
        argument = (fact.argument,) if fact.argument in given else ()
        assert [
            (each.code, each.message.partition(" requires")[0], each.at) for each in problems
        ] == ([("not-in-this-keras", fact.what, argument)] if is_older and not had_it else [])


@pytest.mark.parametrize("name", [each for each in RECENT if not each.startswith("ops.")])
def test_the_installed_keras_does_what_is_declared_beside_a_kind(name: str) -> None:
    family, _, kind = name.partition(".")
    for given, _ in RECENT[name]:
        made = call(family, kind, given)
        if not [*missing(made, RUNNING)]:
            keras_object(made)


def test_what_only_older_versions_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "KINDS", {"layers": {"Flatten": ("3.10.0", "3.11.3")}})
    made = call("layers", "Flatten", {})
    assert list(missing(made, asked("3.11.3"))) == []
    (found,) = missing(made, of_release("3.12.0"))
    assert (found.message, found.suggestion) == (
        "Flatten requires Keras 3.11.3 or earlier, but Keras 3.12.0 is installed",
        "install it with `pip install 'keras<=3.11.3'`",
    )


def test_activations_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "WORDS", {"activations": {"mish": ("3.12.0", None)}})
    for made in (
        call("layers", "Dense", {"units": 2, "activation": "mish"}),
        call("layers", "LSTM", {"units": 2, "recurrent_activation": "mish"}),
        call("layers", "Activation", {"activation": "mish"}),
    ):
        (found,) = missing(made, OLDEST)
        (argument,) = found.at
        assert (found.message, made.checked(str(argument))) == (
            "'mish' requires Keras 3.12 or later, but the spec is checked for Keras 3.10",
            "mish",
        )
        assert list(missing(made, asked("3.12"))) == []


def test_a_default_that_differs_is_always_passed() -> None:
    wanted = {"weight_decay": 0.004, "adam_lr_ratio": 1, "ns_steps": 5}
    assert keras_call(OPTIMIZERS.check("Muon")).arguments == wanted
    old = OPTIMIZERS.check(
        {"Muon": {"rms_rate": None, "weight_decay": 0.1, "adam_weight_decay": 0.1}}
    )
    assert list(missing(old, OLDEST)) == []
    assert keras_call(old, OLDEST).arguments == wanted | {"weight_decay": 0.1}


OLD_MUON = {
    "name": "muon",
    "learning_rate": 0.001,
    "weight_decay": 0.1,
    "adam_beta_1": 0.9,
    "adam_beta_2": 0.999,
    "epsilon": 1e-07,
    "exclude_layers": [],
    "muon_a": 3.4445,
    "muon_b": -4.775,
    "muon_c": 2.0315,
    "adam_lr_ratio": 0.1,
    "momentum": 0.95,
    "ns_steps": 6,
    "nesterov": True,
    "exclude_embeddings": True,
}
"""The configuration of the optimizer in a file of Keras 3.10, with the defaults of then."""


def test_a_file_of_an_older_keras_means_what_that_version_did() -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="label")])
    config = json.loads(model.to_json())
    optimizer = {"module": "keras.optimizers", "class_name": "Muon", "config": OLD_MUON}
    config["compile_config"] = {"optimizer": {**optimizer, "registered_name": None}, "loss": "mse"}
    read = read_config(config)
    assert read.notes == ()
    assert yaml.safe_load(dumps(read.document))["train"]["optimizer"] == {
        "Muon": {
            "weight_decay": 0.1,
            "adam_lr_ratio": 0.1,
            "ns_steps": 6,
            "rms_rate": None,
            "adam_weight_decay": 0.1,
        }
    }
