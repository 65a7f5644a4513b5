"""What differs between versions of Keras: the table against the installed one, and the check."""

import inspect
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import pytest
import yaml

import cnnspec
from cnnspec import compiler
from cnnspec.backends.keras.objects import keras_class, keras_object
from cnnspec.backends.lowering import keras_call
from cnnspec.compiler import compile_text
from cnnspec.declarations import keras_table as table
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.describe import describe
from cnnspec.declarations.keras_versions import (
    NEWEST,
    OLDEST,
    asked,
    installed,
    missing,
    missing_on_inputs,
    of_release,
)
from cnnspec.diagnostics.report import SpecError
from cnnspec.frontends.files import read_config
from cnnspec.language.dump import dumps
from cnnspec.layers.base import LAYERS
from cnnspec.objects.families import OPTIMIZERS
from keras_versions.scan import DECLARED, Contents
from keras_versions.table import committed, compared, text
from tests.support.commands import python_output, run_command
from tests.support.keras_versions import RUNNING, each_minor, is_in
from tests.support.paths import MODEL_FILES, ROOT, SPECS

BY_NAMESPACE = {family.namespace: family for family in DECLARED}
DECLARATIONS = [
    pytest.param(declaration, id=f"{family.namespace}.{kind}")
    for family in DECLARED
    for kind, declaration in family.kinds.items()
]


@pytest.mark.parametrize("declaration", DECLARATIONS)
def test_the_installed_keras_has_what_the_table_says(declaration: type[Declaration]) -> None:
    namespace, kind = declaration.family.namespace, declaration.kind()
    if not is_in(RUNNING, namespace, kind):
        with pytest.raises(AttributeError):
            keras_class(declaration)
        return
    there = arguments_in_keras(keras_class(declaration))
    assert {name for name in declaration.arguments() if name in there} == {
        name for name in declaration.arguments() if is_in(RUNNING, namespace, kind, name)
    }
    of_kind = table.DEFAULTS.get(namespace, {}).get(kind, {})
    current = {
        name: [value for since, value in changes.items() if RUNNING.has((since, None))]
        for name, changes in of_kind.items()
    }
    assert {name: there[name] for name in current} == {
        name: values[-1] for name, values in current.items()
    }


def arguments_in_keras(called: Any) -> dict[str, Any]:
    """The arguments of a class or function with their defaults, those of its parents included."""
    found: dict[str, Any] = {}
    inits = (
        [vars(each).get("__init__") for each in inspect.getmro(called)]
        if inspect.isclass(called)
        else [called]
    )
    for each in (init for init in inits if inspect.isfunction(init)):
        parameters = inspect.signature(each).parameters
        found = {name: one.default for name, one in parameters.items()} | found
        if not any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values()):
            break
    return found


def test_the_table_is_as_the_generator_writes_it() -> None:
    path = ROOT / "cnnspec" / "declarations" / "keras_table.py"
    assert path.read_text("utf-8") == text(committed())


def test_the_installed_keras_is_found_without_importing_it() -> None:
    code = (
        "import sys; from cnnspec.declarations.keras_versions import installed;"
        "print(installed(), 'keras' in sys.modules, 'importlib.metadata' in sys.modules)"
    )
    assert python_output("-c", code) == f"{keras.__version__} False False\n"
    assert installed() == of_release(keras.__version__)


@pytest.mark.parametrize(
    ("stated", "version"),
    [
        ("3.10.0", (3, 10, 0)),
        ("3.16.0.dev2026010203", (3, 16, 0)),
        ("3.12.0rc1", (3, 12, 0)),
    ],
)
def test_releases_as_keras_states_them(stated: str, version: tuple[int, ...]) -> None:
    assert of_release(stated).version == version


def test_without_keras_the_newest_known_counts() -> None:
    code = (
        "import sys; from cnnspec.declarations.keras_versions import installed, usual;"
        "sys.path[:] = [each for each in sys.path if 'site-packages' not in each];"
        "print(installed(), usual())"
    )
    assert python_output("-c", code) == f"None {table.RELEASES[-1]}\n"


def call(family: str, kind: str, arguments: Mapping[str, Any]) -> Declaration:
    """A checked call."""
    found = BY_NAMESPACE[family].check({kind: dict(arguments)})
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
    "input_axes": {"input_axes": 0},
    "oov_method": {"oov_method": "farmhash"},
    "output_axes": {"output_axes": 0},
    "raise_error": {"raise_error": True},
    "renorm": {"renorm": True},
    "renorm_clipping": {"renorm_clipping": {"rmax": 2.0}},
    "renorm_momentum": {"renorm_momentum": 0.5},
    "rms_rate": {"rms_rate": 0.3},
    "salt": {"salt": 7},
    "sliding_window": {"sliding_window": 3},
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


RECENT: dict[str, list[tuple[dict[str, Any], tuple[int | None, ...]]]] = {
    "metrics.AUC": [({"curve": "prgain"}, ())],
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
    "layers.IntegerLookup": [({"vocabulary": [3], "output_mode": "one_hot"}, (None, 4, 2))],
    "layers.StringLookup": [({"vocabulary": ["a"], "output_mode": "one_hot"}, (None, 4))],
    "layers.LayerNormalization": [({"axis": [2, 1]}, ())],
    "layers.RMSNormalization": [({"axis": [1, 2]}, ())],
    "layers.Rescaling": [({"scale": [1, 2, 3]}, ())],
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


@pytest.mark.parametrize("name", RECENT)
def test_the_installed_keras_does_what_is_declared_beside_a_kind(name: str) -> None:
    family, _, kind = name.partition(".")
    for given, _ in RECENT[name]:
        made = call(family, kind, given)
        if not [*missing(made, RUNNING)]:
            keras_object(made)


def test_what_depends_on_the_inputs_is_refused_at_the_step() -> None:
    spec = """\
cnnspec: 1
inputs: {words: {shape: [%s], dtype: string}}
layers:
  - StringLookup: {vocabulary: [cat], output_mode: one_hot}
"""
    assert [each.code for each in cnnspec.loads(spec % 1, keras="3.10").report] == []
    assert [each.code for each in cnnspec.loads(spec % 4, keras="3.14").report] == []
    (found,) = cnnspec.loads(spec % 4, keras="3.13").report
    assert found.span is not None
    assert (found.code, found.message, found.span.line, found.span.column) == (
        "not-in-this-keras",
        "an encoding of inputs with several values requires Keras 3.14 or later, but the spec is checked for Keras 3.13",
        4,
        52,
    )


def test_an_input_that_no_output_depends_on() -> None:
    spec = "cnnspec: 1\ninputs: {a: [4], b: [4]}\nlayers:\n  - Dense: {from: a, units: 2}\n  - ReLU: {from: b, name: left}\noutputs: {label: {from: dense_1}}\n"
    newer = {each.severity for each in cnnspec.loads(spec, keras="3.14").report}
    assert newer == {"warning"}
    (found,) = cnnspec.loads(spec, keras="3.13").report
    assert found.span is not None
    assert (found.code, found.message, found.span.line, found.span.column) == (
        "not-in-this-keras",
        "a model with an input like 'b', which no output depends on, requires Keras 3.14 or later, "
        "but the spec is checked for Keras 3.13",
        2,
        18,
    )
    outer = "cnnspec: 1\ninputs: {a: [4], b: [4]}\nsubmodels: {base: {spec: inner.yaml}}\nlayers: [base: {from: [a, b]}]\n"
    with TemporaryDirectory() as folder:
        (Path(folder) / "inner.yaml").write_text(spec)
        (found,) = cnnspec.loads(outer, folder=folder, keras="3.13").report
        assert (found.code, [note.message for note in found.notes]) == (
            "not-in-this-keras",
            ["called from here"],
        )


BEFORE = {"rms_rate": None, "adam_weight_decay": 0.004}


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


@pytest.mark.parametrize("namespace", table.DEFAULTS)
def test_configurations_hold_the_arguments_whose_defaults_differ(namespace: str) -> None:
    for kind, defaults in table.DEFAULTS[namespace].items():
        config = keras_class(BY_NAMESPACE[namespace].kinds[kind])().get_config()
        assert [name for name in defaults if name not in config] == []


SPEC = """\
cnnspec: 1
inputs: {image: [28, 28, 1]}
layers:
  - %s
  - Flatten
  - Dense: {units: 2}
outputs: {label: {from: dense_1, loss: mse}}
train: {optimizer: %s}
"""


@pytest.mark.parametrize(
    ("layer", "optimizer", "message", "line", "column"),
    [
        (
            "AdaptiveMaxPooling2D: {output_size: 7}",
            "adam",
            "AdaptiveMaxPooling2D requires Keras 3.13 or later",
            4,
            5,
        ),
        (
            "BatchNormalization: {renorm: true}",
            "adam",
            "'renorm' of BatchNormalization requires Keras 3.14 or later",
            4,
            26,
        ),
        (
            "TimeDistributed: {layer: {Conv1D: {filters: 2, kernel_size: 3, kernel_initializer: {HeNormal: {input_axes: 0}}}}}",
            "adam",
            "'input_axes' of HeNormal requires Keras 3.15 or later",
            4,
            100,
        ),
        (
            "Flatten",
            "ScheduleFreeAdamW",
            "ScheduleFreeAdamW requires Keras 3.14 or later",
            8,
            20,
        ),
        (
            "Flatten",
            "Muon",
            "Muon with rms_rate 0.2, its default, requires Keras 3.13 or later",
            8,
            20,
        ),
    ],
)
def test_a_spec_is_refused_at_the_place_and_accepted_by_the_newest(
    layer: str, optimizer: str, message: str, line: int, column: int
) -> None:
    written = (SPEC % (layer, optimizer)).encode()
    (found,) = compile_text(written, keras=OLDEST).report
    assert found.span is not None
    assert (found.code, found.message, found.span.line, found.span.column) == (
        "not-in-this-keras",
        f"{message}, but the spec is checked for Keras 3.10",
        line,
        column,
    )
    newest = compile_text(written, keras=NEWEST)
    assert [each.message for each in newest.report if each.severity == "error"] == []


@pytest.mark.parametrize("command", ["validate", "summary", "expand", "code", "diagram"])
def test_commands_take_a_version(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(SPEC % ("AdaptiveMaxPooling2D: {output_size: 7}", "adam"))
    output = ["-o", "out.svg"] if command == "diagram" else []
    older = run_command(command, "--keras", "3.12", *output, "spec.yaml")
    assert older.exit_code == 1
    assert "requires Keras 3.13 or later, but the spec is checked for Keras 3.12" in (
        older.stdout + older.stderr
    )
    assert [each.name for each in tmp_path.iterdir()] == ["spec.yaml"]
    assert run_command(command, "--keras", "3.13", *output, "spec.yaml").exit_code == 0


@pytest.mark.parametrize("version", ["3", "3.9", "3.99", "4.0", "3.12.x", "newest", "", "3.10.0.1"])
def test_versions_that_are_not_known(version: str) -> None:
    known = f"choose one from 3.10 to {'.'.join(table.RELEASES[-1].split('.')[:2])}"
    message = f"'{version}' is not a known version of Keras; {known}"
    spec = str(SPECS / "mnist_simple.yaml")
    assert run_command("validate", "--keras", version, spec) == (
        2,
        "",
        f"cnnspec: --keras: {message}\n",
    )
    with pytest.raises(ValueError, match="is not a known version of Keras"):
        cnnspec.load(spec, keras=version)


def test_the_api_takes_a_version() -> None:
    written = SPEC % ("BatchNormalization: {renorm: true}", "adam")
    assert [each.code for each in cnnspec.loads(written, keras="3.13").report] == [
        "not-in-this-keras"
    ]
    assert [each.code for each in cnnspec.loads(written, keras="3.14").report] == []


def test_a_model_is_built_by_the_keras_that_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if its spec was checked for a newer one."""
    monkeypatch.setattr(compiler, "usual", lambda: of_release("3.10.0"))
    monkeypatch.chdir(tmp_path)
    written = SPEC % ("AdaptiveMaxPooling2D: {output_size: 7}", "adam")
    Path("spec.yaml").write_text(written)
    message = "AdaptiveMaxPooling2D requires Keras 3.13 or later, but Keras 3.10.0 is installed"
    for options in ([], ["--keras", "3.15"]):
        result = run_command("build", *options, "spec.yaml")
        assert (result.exit_code, message in result.stderr) == (1, True)
        assert "install it with `pip install 'keras>=3.13'`" in result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["spec.yaml"]
    with pytest.raises(SpecError, match=r"but Keras 3\.10\.0 is installed"):
        cnnspec.loads(written, keras="3.15").build()


@pytest.mark.parametrize("path", MODEL_FILES, ids=lambda path: path.stem)
def test_the_specs_of_the_project_need_no_newer_keras(path: Path) -> None:
    assert [
        each.code for each in cnnspec.load(path, keras="3.10").report if each.severity == "error"
    ] == []


def test_a_submodel_from_a_file_of_keras_is_held_against_the_version(tmp_path: Path) -> None:
    inner = cnnspec.loads(SPEC % ("AdaptiveMaxPooling2D: {output_size: 7}", "adam")).document
    assert inner is not None
    (tmp_path / "inner.yaml").write_text(dumps(inner))
    outer = "cnnspec: 1\ninputs: {image: [28, 28, 1]}\nsubmodels: {base: {spec: inner.yaml}}\nlayers: [base]\n"
    (found,) = cnnspec.loads(outer, folder=tmp_path, keras="3.10").report
    assert (found.code, [note.message for note in found.notes]) == (
        "not-in-this-keras",
        ["called from here"],
    )


def test_the_generator_finds_first_and_last_versions() -> None:
    found = {
        "1.0.0": Contents(
            {("layers", "A"): {"x": "1", "y": "2"}, ("layers", "B"): {}}, {("layers", "a")}
        ),
        "1.1.0": Contents({("layers", "A"): {"x": "1", "y": "3"}, ("layers", "C"): {}}, set()),
        "1.2.0": Contents({("layers", "A"): {"z": "1", "y": "3"}, ("layers", "C"): {}}, set()),
    }
    assert compared(found) == {
        "RELEASES": ("1.0.0", "1.1.0", "1.2.0"),
        "KINDS": {"layers": {"B": ("1.0.0", "1.0.0"), "C": ("1.1.0", None)}},
        "ARGUMENTS": {"layers": {"A": {"x": ("1.0.0", "1.1.0"), "z": ("1.2.0", None)}}},
        "WORDS": {"layers": {"a": ("1.0.0", "1.0.0")}},
        "DEFAULTS": {"layers": {"A": {"y": {"1.0.0": 2, "1.1.0": 3}}}},
    }


def test_what_comes_back_is_not_guessed() -> None:
    there, gone = Contents({("layers", "A"): {}}), Contents()
    with pytest.raises(ValueError, match="it went and came back"):
        compared({"1.0.0": there, "1.1.0": gone, "1.2.0": there})


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


def test_layers_and_editors_show_which_keras_has_what() -> None:
    printed = run_command("layers", "AdaptiveMaxPooling2D").stdout
    assert "Requires Keras 3.13 or later." in printed.splitlines()[1]
    arguments = {each.name: each.says for each in describe(LAYERS.kinds["BatchNormalization"])}
    assert arguments["renorm_momentum"] == "Requires Keras 3.14 or later."
    assert arguments["renorm"].endswith(" Requires Keras 3.14 or later.")
    assert "Requires" not in arguments["momentum"]
