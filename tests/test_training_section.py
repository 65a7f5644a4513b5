"""The `train` section: what is read of it, what is refused, and that it is written back."""

import inspect
import json
from pathlib import Path
from typing import Any

import keras
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import cnnspec
from cnnspec.compiler import compile_text
from cnnspec.declarations.declaration import Declaration
from cnnspec.decompile.flat import written_out
from cnnspec.diagnostics.codes import CODES
from cnnspec.diagnostics.problems import Problems
from cnnspec.ir.training import Phase, Training
from cnnspec.language.column_expressions import with_parameters as with_values
from cnnspec.language.document import Document
from cnnspec.language.expressions import names_in, parse
from cnnspec.objects.families import CALLBACKS, DATA, OPTIMIZERS
from cnnspec.records import Record, fields
from tests.support.keras_versions import arguments_of, is_class_here
from tests.support.nested_data import KEYS, VALUES, Keys, changed, keys_of

MODEL = """
cnnspec: 1
name: tiny
params: {scale: 255, rounds: 4}
inputs: {image: [4, 4, 1]}
layers:
  - Conv2D: {name: conv, filters: 2, kernel_size: 3, frozen: true}
  - Flatten
  - Dense: {name: digit, units: 10, activation: softmax}
outputs:
  digit: {loss: sparse_categorical_crossentropy}
train:
"""
WHOLE = """
  optimizer: adam
  data: {npz: {path: data/some.npz}}
  inputs: {image: x / scale}
  targets: {digit: y}
  validation: 0.25
  batch_size: 8
  epochs: $rounds
  seed: 3
  callbacks: [{EarlyStopping: {patience: 2}}]
  class_weight: {digit: {0: 2, 9: 0.5}}
  sample_weight: {digit: y > 4}
  phases:
    - {epochs: 1}
    - {epochs: 2, unfreeze: "conv*", optimizer: {SGD: {learning_rate: 0.01}}}
    - {epochs: 1, unfreeze: {last: 2}}
"""


def training(section: str) -> Training:
    found = cnnspec.loads(MODEL + section).compile().graph.training
    assert found is not None
    return found


def test_everything_is_read() -> None:
    found = training(WHOLE)
    sgd = OPTIMIZERS.check({"SGD": {"learning_rate": 0.01}})
    place = found.place / "phases"
    assert found.data is not None
    assert (found.data.word, found.data.given) == ("npz", {"path": "data/some.npz"})
    assert [(each.word, each.given) for each in found.callbacks] == [
        ("EarlyStopping", {"patience": 2})
    ]
    assert [each.optimizer and each.optimizer.given for each in found.phases] == [
        None,
        sgd.given,
        None,
    ]
    assert found == Training(
        place=found.place,
        data=found.data,
        inputs={"image": "x / scale"},
        targets={"digit": "y"},
        parameters={"scale": 255, "rounds": 4},
        folder=Path(),
        validation=0.25,
        batch_size=8,
        epochs=4,
        seed=3,
        callbacks=found.callbacks,
        class_weight={"digit": {0: 2.0, 9: 0.5}},
        sample_weight={"digit": "y > 4"},
        phases=(
            Phase(1, place / 0),
            Phase(2, place / 1, found.phases[1].optimizer, unfreeze=("conv*",)),
            Phase(1, place / 2, unfreeze_last=2),
        ),
    )


def test_a_spec_that_says_only_its_optimizer_has_no_training() -> None:
    graph = cnnspec.loads(MODEL + "  optimizer: adam\n").compile().graph
    assert graph.training is None
    assert graph.optimizer is not None


def test_what_is_read_is_written_out() -> None:
    graph = cnnspec.loads(MODEL + WHOLE).compile().graph
    document = written_out(graph)
    text = cnnspec.dumps(document)
    assert cnnspec.loads(text).document == document
    again = cnnspec.loads(text).compile().graph.training
    assert again is not None
    assert again.inputs == {"image": "x / 255"}
    assert (again.validation, again.epochs, again.class_weight) == (
        0.25,
        4,
        {"digit": {0: 2.0, 9: 0.5}},
    )
    assert [(each.epochs, each.unfreeze, each.unfreeze_last) for each in again.phases] == [
        (1, (), 0),
        (2, ("conv*",), 0),
        (1, (), 2),
    ]


@pytest.mark.parametrize(
    ("short", "given"),
    [
        ("{keras: mnist}", {"name": "mnist"}),
        ("{npz: a.npz}", {"path": "a.npz"}),
        ("{csv: a.csv}", {"path": "a.csv"}),
    ],
)
def test_a_source_of_one_word_is_short_for_its_argument(short: str, given: dict[str, str]) -> None:
    found = training(f"  data: {short}\n  inputs: {{image: x}}\n  targets: {{digit: y}}\n")
    assert found.data is not None
    assert found.data.given == given


def test_data_may_not_lead_out_of_the_root(tmp_path: Path) -> None:
    spec = tmp_path / "inner" / "a.yaml"
    spec.parent.mkdir()
    spec.write_text(MODEL.lstrip() + "  data: {npz: ../a.npz}\n  targets: {digit: y}\n")
    report = cnnspec.load(spec, root=spec.parent).report
    errors = [each for each in report if each.severity == "error"]
    assert [(each.code, each.span and each.span.line) for each in errors] == [("outside-root", 12)]
    assert not cnnspec.load(spec, root=tmp_path).report.has_errors


def test_a_document_can_be_built_in_python() -> None:
    data = cnnspec.loads(MODEL + WHOLE).document
    assert data is not None
    assert Document.model_validate(data.to_data()) == data


def test_the_names_in_an_expression() -> None:
    assert names_in(parse("min(x, y) % 2 + scale + x")) == ("x", "scale", "y")
    assert with_values("x / scale", {"scale": 255, "other": 1}) == "x / 255"
    assert with_values("x  /  2", {"scale": 255}) == "x  /  2"


@pytest.mark.parametrize("kind", CALLBACKS.kinds)
def test_callbacks_have_the_arguments_of_keras(kind: str) -> None:
    declared = CALLBACKS.find(kind)
    signature = inspect.signature(getattr(keras.callbacks, kind).__init__)
    known = {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if name != "self" and parameter.kind is not parameter.VAR_KEYWORD
    }
    made = declared.of({})
    assert {name: getattr(made, name) for name in arguments_of(declared)} == known
    assert made.given == {}


def test_every_callback_is_declared_or_refused() -> None:
    public = {name for name, value in vars(keras.callbacks).items() if isinstance(value, type)}
    assert {*CALLBACKS.kinds, *filter(is_class_here, CALLBACKS.refusals)} == public


def test_the_sources_of_data() -> None:
    assert list(DATA.kinds) == ["npz", "keras", "images", "csv"]


def plain(value: Any) -> Any:
    """A value without places, calls as their words and arguments."""
    if isinstance(value, Declaration):
        return value.word, value.given
    if isinstance(value, Record):
        left_out = ("place", "parameters")
        kept = {name: inner for name, inner in fields(value).items() if name not in left_out}
        return {name: plain(inner) for name, inner in kept.items()}
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def test_what_is_written_out_is_the_same_training() -> None:
    section = WHOLE.replace("x / scale", "x / 255").replace("0.25", "{x: x_val, y: y_val}")
    graph = cnnspec.loads(MODEL + section).compile().graph
    again = cnnspec.loads(cnnspec.dumps(written_out(graph))).compile().graph
    assert plain(again.training) == plain(graph.training)


def test_data_are_named_from_where_the_document_stands(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(MODEL.lstrip() + "  data: {npz: $$x/a.npz}\n  targets: {digit: y}\n")
    graph = cnnspec.load(spec).compile().graph
    found = {}
    for folder in (tmp_path, tmp_path / "runs"):
        train = written_out(graph, folder).train
        assert train is not None
        assert train.data is not None
        found[folder.name] = train.data.arguments["path"]
    assert found == {tmp_path.name: "$$x/a.npz", "runs": "../$x/a.npz"}


@pytest.mark.parametrize(
    ("text", "parameters", "written"),
    [
        ("a ** 2", {"a": -2}, "(-2) ** 2"),
        ("x - a", {"a": -0.5}, "x - -0.5"),
        ("x * a", {"a": 1e20}, "x * 1e+20"),
        ("x > a", {"a": True}, "x > True"),
    ],
)
def test_a_parameter_keeps_its_value(text: str, parameters: dict[str, float], written: str) -> None:
    assert with_values(text, parameters) == written


@pytest.mark.parametrize(
    ("section", "inputs"),
    [
        ("data: {npz: a.npz}, targets: {digit: y}", {"image": "image"}),
        ("data: {images: {directory: a, size: [4, 4]}}, targets: {digit: label}", {"image": "image"}),
        ("data: {npz: a.npz}, targets: {digit: y}, inputs: {image: x}", {"image": "x"}),
        ("targets: {digit: y}", {}),
    ],
    ids=["own-name", "known-name", "said", "without-data"],
)  # fmt: skip
def test_the_only_input_takes_the_column_of_its_name(section: str, inputs: dict[str, str]) -> None:
    text = MODEL.rstrip().removesuffix("train:")
    found = cnnspec.loads(f"{text}train: {{{section}}}\n").compile().graph.training
    assert found is not None
    assert found.inputs == inputs


SUBMODEL = """
cnnspec: 1
name: outer
submodels:
  base:
    until: flat
    frozen: true
    spec:
      inputs: {image: [4, 4, 1]}
      layers:
        - Conv2D: {name: conv, filters: 2, kernel_size: 3}
        - Flatten: {name: flat}
        - Dense: {name: digit, units: 10}
      outputs: {digit: {loss: mse}}
      train: {data: {npz: a.npz}, targets: {digit: y}}
inputs: {image: [4, 4, 1]}
layers:
  - base: {name: features}
  - Dense: {name: digit, units: 10}
outputs: {digit: {loss: mse}}
train:
  data: {npz: a.npz}
  targets: {digit: y}
  phases: [{epochs: 1, unfreeze: PATTERN}]
"""


@pytest.mark.parametrize(
    ("pattern", "unknown"),
    [
        ("conv", []),
        ("features", []),
        ("features/c*", []),
        ("'*'", []),
        ("[conv, flat]", []),
        ("digit", ["no frozen layer matches 'digit'"]),
        ("[conv, dense]", ["no frozen layer matches 'dense'"]),
    ],
)
def test_patterns_stand_for_frozen_layers(pattern: str, unknown: list[str]) -> None:
    report = cnnspec.loads(SUBMODEL.replace("PATTERN", pattern)).report
    errors = [each.message for each in report if each.severity == "error"]
    assert errors == unknown


def test_the_training_of_a_submodel_is_not_written_out() -> None:
    graph = cnnspec.loads(SUBMODEL.replace("PATTERN", "conv")).compile().graph
    inner = written_out(graph).submodels["base"].spec
    assert isinstance(inner, Document)
    assert inner.train is None
    text = cnnspec.dumps(written_out(graph))
    assert plain(cnnspec.loads(text).compile().graph.training) == plain(graph.training)


MISTAKES = """
  optimizer: adm
  data: {npzz: {path: a}}
  target: {digit: y}
  validation: [1]
  batch_size: 0
  epochs: abc
  callbacks: [EarlyStop, LearningRateScheduler]
  class_weight: {digt: {0: 1}}
  phases: [{epoch: 1}]
"""


def test_every_mistake_is_found_at_once() -> None:
    report = cnnspec.loads(MODEL.lstrip() + MISTAKES.lstrip("\n")).report
    found = [(each.span.line, each.code) for each in report if each.span]
    first = MODEL.lstrip().count("\n")
    assert found == [
        (first + 1, "unknown-kind"),
        (first + 2, "unknown-kind"),
        (first + 3, "unknown-key"),
        (first + 4, "wrong-type"),
        (first + 5, "out-of-range"),
        (first + 6, "wrong-type"),
        (first + 7, "unknown-kind"),
        (first + 7, "refused-kind"),
        (first + 8, "unknown-name"),
        (first + 9, "unknown-key"),
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"npz": {"path": "a\0"}}, "'path' of npz must be a path, not 'a\0'"),
        ({"csv": {"path": ""}}, "'path' of csv must be a path, not ''"),
        (
            {"csv": {"path": "a", "delimiter": "ab"}},
            "'delimiter' of csv must be one character, not 'ab'",
        ),
        (
            {"images": {"directory": "a", "size": [4, 0]}},
            "'size' of images must be a height and a width in pixels, not [4, 0]",
        ),
        (
            {"images": {"directory": "a", "size": [4, 4], "color_mode": "rbg"}},
            "'color_mode' of images must be 'rgb' or 'grayscale', not 'rbg'",
        ),
    ],
)
def test_sources_with_mistakes(call: object, message: str) -> None:
    with pytest.raises(Problems) as raised:
        DATA.check(call)
    assert [problem.message for problem in raised.value.problems] == [message]


SECTION: dict[str, Any] = yaml.safe_load(MODEL + WHOLE)
CHANGES = st.tuples(
    st.sampled_from(list(keys_of(SECTION["train"], ("train",)))), st.none() | KEYS, VALUES
)


@settings(max_examples=300)
@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_whatever_stands_in_the_section_is_told_or_a_training(
    changes: list[tuple[Keys, object, object]],
) -> None:
    data = SECTION
    for at, key, value in changes:
        data = changed(data, at, key, value) if at in set(keys_of(data)) else data
    found = compile_text(json.dumps(data).encode(), "spec.yaml")
    assert [each for each in found.report if each.code not in CODES or each.span is None] == []
    assert (found.checked is None) == found.report.has_errors
    if found.checked is not None:
        text = cnnspec.dumps(written_out(found.checked.graph))
        assert compile_text(text.encode()).report.has_errors is False
