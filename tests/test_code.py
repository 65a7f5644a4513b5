"""Generated scripts: formatted, run with Keras alone, and building the model that cnnspec builds."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest
from click.testing import CliRunner
from code_cases import CASES

from cnnspec.backends.keras import build
from cnnspec.backends.python import script
from cnnspec.backends.python.layout import Labelled
from cnnspec.backends.python.objects import BY_NAME, Objects, optimizer
from cnnspec.cli import main
from cnnspec.compiler import checked_or_raise, compile_document, compile_file, compile_text
from cnnspec.document import Document
from cnnspec.graph import CheckedGraph
from cnnspec.layers.base import LAYERS
from cnnspec.layers.families import ELSEWHERE
from cnnspec.objects import OPTIMIZERS

ROOT = Path(__file__).parent.parent
ZOO = sorted((ROOT / "specs/zoo").glob("*.yaml"))
SPECS = [*sorted((ROOT / "specs").glob("*.yaml")), *ZOO]
RUFF = [sys.executable, "-m", "ruff"]


def of_file(spec: Path, **params: Any) -> CheckedGraph:
    return checked_or_raise(compile_file(spec, overrides=params))


def of_text(text: str) -> CheckedGraph:
    return checked_or_raise(compile_text(f"cnnspec: 1{text}".encode()))


def built_by(text: str) -> Any:
    """The model that a script builds, as in a process of its own."""
    keras.utils.clear_session()  # Keras would count on the names that it gives
    *_, function = (each.name for each in ast.parse(text).body if isinstance(each, ast.FunctionDef))
    names = {"__name__": "script"}
    exec(compile(text, "script", "exec"), names)
    return names[function]()


def plain(config: Any) -> Any:
    """A configuration without what Keras draws, and with axes of images counted from the end."""
    if isinstance(config, dict):
        left_out = ("seed", "build_config")
        said = {key: plain(each) for key, each in config.items() if key not in left_out}
        return said | {"axis": -1} if said.get("axis") in (3, [-1], [3]) else said
    return [plain(each) for each in config] if isinstance(config, list | tuple) else config


def described(model: Any) -> dict[str, Any]:
    """All that makes a model what it is; the names of optimizers are counted by Keras."""
    compiled = dict(model.get_compile_config() or {})
    compiled.pop("optimizer", None)
    optimizer = model.optimizer.get_config() if compiled else {}
    optimizer.pop("name", None)
    return {
        "layers": plain(model.get_config()),
        "compiled": plain(compiled),
        "optimizer": plain(optimizer),
        "trained": [each.path for each in model.trainable_weights],
    }


def assert_same_model(checked: CheckedGraph) -> tuple[Any, Any]:
    """Build a model in both ways, and compare what comes out."""
    model = build(checked).model
    other = built_by(script(checked))
    assert described(other) == described(model)
    return model, other


def zeros(initializer: Any, shape: Any, dtype: Any = None) -> Any:
    """What stands in for random weights."""
    return keras.ops.zeros(shape, dtype)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_the_script_builds_the_model_of_the_spec(
    spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if spec in ZOO:  # of which no values are compared: drawing them would be most of the time
        monkeypatch.setattr(keras.initializers.VarianceScaling, "__call__", zeros)
        assert_same_model(of_file(spec))
        return
    model, other = assert_same_model(of_file(spec))
    other.set_weights(model.get_weights())
    images = numpy.random.default_rng(0).random((2, *model.input_shape[1:]), dtype="float32")
    results = [keras.tree.flatten(each(images)) for each in (model, other)]
    for one, same in zip(*results, strict=True):
        assert numpy.array_equal(one, same)


@pytest.mark.parametrize("case", CASES)
def test_what_is_hard(case: str) -> None:
    assert_same_model(of_text(CASES[case]))


UNUSUAL = [
    "AdditiveAttention", "Bidirectional", "CustomScaleLayer", "Hashing", "LSTMCell", "MultiHeadAttention",
    "Normalization", "Pipeline", "RNN", "RandomFlip", "StackedRNNCells", "TextVectorization", "TimeDistributed",
]  # fmt: skip
"""Kinds that are called in ways of their own, or hold other layers."""


def of_example(kind: str, number: int, **arguments: Any) -> CheckedGraph:
    example = LAYERS.find(kind).examples[number]
    inputs = {
        f"input {at}": {"shape": list(shape[1:]), "dtype": example.dtype}
        for at, shape in enumerate(example.shapes)
    }
    step = {kind: {**example.arguments, "name": "it", "from": list(inputs), **arguments}}
    document = Document.model_validate({"inputs": inputs, "layers": [step]})
    return checked_or_raise(compile_document(document))


@pytest.mark.parametrize("kind", UNUSUAL)
def test_kinds_that_are_called_in_ways_of_their_own(kind: str) -> None:
    for number in range(len(LAYERS.find(kind).examples)):
        assert_same_model(of_example(kind, number))


def test_scripts_are_as_ruff_has_them(tmp_path: Path) -> None:
    texts = {spec.stem: script(of_file(spec)) for spec in SPECS}
    texts |= {f"case_{at}": script(of_text(text)) for at, text in enumerate(CASES.values())}
    texts |= {
        f"{kind}_{at}": script(of_example(kind, at))
        for kind, declaration in LAYERS.kinds.items()
        for at in range(len(declaration.examples))
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    format_them = [*RUFF, "format", "--isolated", "--line-length", "88", "--diff", tmp_path]
    check_them = [*RUFF, "check", "--isolated", "--extend-select", "I,UP", tmp_path]
    for command in (format_them, check_them):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) in ((0, ""), (0, "All checks passed!\n"))


def test_the_chapters_model_needs_no_cnnspec() -> None:
    text = CliRunner().invoke(main, ["code", str(ROOT / "specs/mnist_multi_output.yaml")]).stdout
    code = "import sys; sys.modules['cnnspec'] = None; exec(sys.stdin.read())"
    done = subprocess.run(
        [sys.executable, "-c", code], input=text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "Total params: 63,035" in done.stdout) == (0, True)


def test_arguments_without_names_are_the_first_of_keras() -> None:
    wrong = []
    for kind, declaration in LAYERS.kinds.items():
        if not declaration.required() or kind in ELSEWHERE:
            continue
        call = declaration.of(declaration.examples[0].arguments)
        said = Objects((call,))
        nameless = [each for each in said.arguments() if not isinstance(each, Labelled)]
        first = list(inspect.signature(getattr(keras.layers, kind)).parameters)[: len(nameless)]
        if nameless != [said.argument(name, [call.checked(name)]) for name in first]:
            wrong.append(kind)
    assert wrong == []


def test_objects_by_name_are_those_of_keras() -> None:
    for family in BY_NAME:
        for kind, declaration in family.kinds.items():
            name = None if declaration.required() else Objects((declaration.of({}),)).code()
            if isinstance(name, str):
                found = getattr(keras, family.namespace).get(ast.literal_eval(name))
                assert type(found).__name__ == kind
    for kind, declaration in OPTIMIZERS.kinds.items():
        name = None if declaration.required() else optimizer(declaration.of({}))
        if isinstance(name, str):
            assert type(keras.optimizers.get(ast.literal_eval(name))).__name__ == kind


def test_a_keras_file_is_a_script_too(tmp_path: Path) -> None:
    checked = of_file(ROOT / "specs/mnist_residual.yaml")
    model = build(checked).model
    model.save(tmp_path / "model.keras")
    done = CliRunner().invoke(main, ["code", str(tmp_path / "model.keras")])
    assert plain(built_by(done.stdout).get_config()) == plain(model.get_config())


def test_the_command_writes_what_the_function_gives(tmp_path: Path) -> None:
    spec = ROOT / "specs/mnist_residual.yaml"
    out = tmp_path / "out.py"
    done = CliRunner().invoke(main, ["code", str(spec), "--set", "width=4", "-o", str(out)])
    assert (done.exit_code, done.output) == (0, "")
    assert out.read_text("utf-8") == script(of_file(spec, width=4))
