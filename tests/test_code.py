"""Generated scripts: formatted, run with Keras alone, and building the model that cnnspec builds."""

import ast
import inspect
from pathlib import Path

import keras
import numpy
import pytest

from cnnspec.backends.keras.building import build
from cnnspec.backends.python.compiling import optimizer
from cnnspec.backends.python.layout import Labelled
from cnnspec.backends.python.objects import BY_NAME, Objects
from cnnspec.backends.python.script import script
from cnnspec.layers.base import LAYERS
from cnnspec.layers.families import ELSEWHERE
from cnnspec.objects.families import OPTIMIZERS
from tests.support.code_cases import CASES
from tests.support.commands import run_command, run_python
from tests.support.keras_versions import kinds_of, layer_examples
from tests.support.layers import compiled_example
from tests.support.paths import MODEL_FILES, SPECS, ZOO_FILES
from tests.support.scripts import assert_same_model, built_by, plain
from tests.support.specs import compiled_file, compiled_text


@pytest.mark.parametrize(
    "spec", [each for each in MODEL_FILES if each not in ZOO_FILES], ids=lambda spec: spec.stem
)
def test_the_script_builds_the_model_of_the_spec(spec: Path) -> None:
    model, other = assert_same_model(compiled_file(spec))
    other.set_weights(model.get_weights())
    images = numpy.random.default_rng(0).random((2, *model.input_shape[1:]), dtype="float32")
    results = [keras.tree.flatten(each(images)) for each in (model, other)]
    for one, same in zip(*results, strict=True):
        assert numpy.array_equal(one, same)


@pytest.mark.parametrize("case", CASES)
def test_what_is_hard(case: str) -> None:
    assert_same_model(compiled_text(CASES[case]))


UNUSUAL = [
    "AdditiveAttention", "Bidirectional", "CustomScaleLayer", "Hashing", "LSTMCell", "MultiHeadAttention",
    "Normalization", "Pipeline", "RNN", "RandomFlip", "StackedRNNCells", "TextVectorization", "TimeDistributed",
]  # fmt: skip
"""Kinds that are called in ways of their own, or hold other layers."""


@pytest.mark.parametrize("kind", UNUSUAL)
def test_kinds_that_are_called_in_ways_of_their_own(kind: str) -> None:
    examples = [example for of, example in layer_examples().values() if of == kind]
    assert examples
    for example in examples:
        assert_same_model(compiled_example(kind, example))


def test_scripts_are_as_ruff_has_them(tmp_path: Path) -> None:
    texts = {spec.stem: script(compiled_file(spec)) for spec in MODEL_FILES}
    texts |= {f"case_{at}": script(compiled_text(text)) for at, text in enumerate(CASES.values())}
    texts |= {
        name.replace("-", "_"): script(compiled_example(kind, example))
        for name, (kind, example) in layer_examples().items()
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    format_them = ("format", "--isolated", "--line-length", "88", "--diff")
    check_them = ("check", "--isolated", "--extend-select", "I,UP")
    for arguments, said in ((format_them, ""), (check_them, "All checks passed!\n")):
        assert run_python("-m", "ruff", *arguments, tmp_path)[:2] == (0, said)


def test_the_chapters_model_needs_no_cnnspec() -> None:
    text = run_command("code", SPECS / "mnist_multi_output.yaml").stdout
    code = "import sys; sys.modules['cnnspec'] = None; exec(sys.stdin.read())"
    exit_code, stdout, _ = run_python("-c", code, input=text)
    assert (exit_code, "Total params: 63,035" in stdout) == (0, True)


def test_arguments_without_names_are_the_first_of_keras() -> None:
    wrong = []
    for kind in kinds_of(LAYERS):
        declaration = LAYERS.find(kind)
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
        for kind in kinds_of(family):
            declaration = family.find(kind)
            name = None if declaration.required() else Objects((declaration.of({}),)).code()
            if isinstance(name, str):
                found = getattr(keras, family.namespace).get(ast.literal_eval(name))
                assert type(found).__name__ == kind
    for kind in kinds_of(OPTIMIZERS):
        declaration = OPTIMIZERS.find(kind)
        name = None if declaration.required() else optimizer(declaration.of({}))
        if isinstance(name, str):
            assert type(keras.optimizers.get(ast.literal_eval(name))).__name__ == kind


def test_a_keras_file_is_a_script_too(tmp_path: Path) -> None:
    checked = compiled_file(SPECS / "mnist_residual.yaml")
    model = build(checked).model
    model.save(tmp_path / "model.keras")
    text = run_command("code", tmp_path / "model.keras").stdout
    assert plain(built_by(text).get_config()) == plain(model.get_config())


def test_the_command_writes_what_the_function_gives(tmp_path: Path) -> None:
    spec = SPECS / "mnist_residual.yaml"
    out = tmp_path / "out.py"
    assert run_command("code", spec, "--set", "width=4", "-o", out) == (0, "", "")
    assert out.read_text("utf-8") == script(compiled_file(spec, width=4))
