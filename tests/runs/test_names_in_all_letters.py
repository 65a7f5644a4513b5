"""Names with letters outside ASCII: in model files, exports, scripts, tables and runs."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnspec import dumps, from_keras, load, loads
from cnnspec.backends.python.identifiers import Identifiers, identifier
from cnnspec.frontends.files import read_model
from cnnspec.language.values import name_problem
from cnnspec.naming import keras_name, spoken_name
from tests.support.commands import run_command
from tests.support.keras_versions import export_formats

NAMES = {
    "Korean": "합성곱",
    "composed": "café",
    "decomposed": "cafe\u0301",
    "an emoji": "😀",
    "right to left": "مرحبا",
    "Hindi": "हिन्दी",
    "Cyrillic": "слой",
    "Japanese": "日本語の層",
    "a letter and hexadecimal digits": "éab1",
    "in the middle": "aïb_1",
    "full width": "ｌａｙｅｒ",
    "a joined emoji": "👨\u200d👩\u200d👧",
    "a word with a break": "می\u200cخواهم",
    "an emoji with its form": "❤\ufe0f",
}
SPEC = """\
cnnspec: 1
name: 모델
inputs:
  입력: [6, 6, 1]
layers:
  - Conv2D: {name: 합성곱, filters: 4, kernel_size: 3}
  - Flatten: {name: "café"}
  - Dense: {name: "cafe\\u0301", units: 4}
  - ReLU: {name: 😀}
  - Dense: {name: مرحبا, units: 4, from: 😀}
  - Dense: {name: 숫자, units: 3, activation: softmax}
  - Dense: {name: naïve, units: 1, activation: sigmoid, from: مرحبا}
outputs:
  숫자: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}
  naïve: {loss: binary_crossentropy}
"""
LAYERS = ["합성곱", "café", "cafe\u0301", "😀", "مرحبا", "숫자", "naïve"]
EACH = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


@EACH
def test_a_name_in_keras_is_read_back(name: str) -> None:
    assert name_problem(name) is None
    assert keras_name(name).isascii()
    assert spoken_name(keras_name(name)) == name


@pytest.mark.parametrize(
    "name",
    ["gru1000", "relu0128", "u1234", "menu", "conv2d_1", "u0041", "ud800", "u12", "lu2028x", "up"],
)
def test_other_names_are_kept(name: str) -> None:
    assert spoken_name(name) == name


@pytest.mark.parametrize("sign", ["\u200e", "\u202e", "\u2066", "\u200b", "\ufeff", "\x07"])
def test_signs_that_hide_what_a_name_is_are_refused(sign: str) -> None:
    message = "a name cannot contain non-printable characters"
    assert name_problem(f"a{sign}b") == ("bad-name", message)


IDENTIFIERS = {
    "합성곱": "합성곱",
    "cafe\u0301": "café",
    "Ｌａｙｅｒ": "layer",
    "😀": "grinning_face",
    "x😀y": "x_y",
    "مرحبا": "مرحبا",
    "हिन्दी": "हिन्दी",
    "٣": "n٣",
    "½": "n1_2",
    "ﬁ": "fi",
    "𝔘": "u",
    "입력 1": "입력_1",
    "ｃｌａｓｓ": "class_",
    "¿": "inverted_question_mark",
    "!": "value",
    "می\u200cخواهم": "میخواهم",
    "👨\u200d👩": "man_woman",
    "❤\ufe0f": "heavy_black_heart",
}


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_a_variable_has_the_letters_of_a_name(name: str) -> None:
    found = identifier(name)
    assert found == IDENTIFIERS[name]
    assert found.isidentifier()
    assert unicodedata.normalize("NFKC", found) == found


def test_variables_that_python_takes_for_the_same_are_numbered() -> None:
    names = Identifiers()
    assert [names.free(each) for each in ("café", "cafe\u0301", "ﬁ", "fi")] == [
        "café",
        "café_2",
        "fi",
        "fi_2",
    ]


def test_a_script_builds_the_model_of_the_spec(tmp_path: Path) -> None:
    (tmp_path / "스펙.yaml").write_text(SPEC, encoding="utf-8")
    code, script, _ = run_command("code", tmp_path / "스펙.yaml")
    assert code == 0
    assert script.splitlines()[6:17] == [
        "def 모델() -> keras.Model:",
        '    """Build and compile the model."""',
        '    입력 = keras.Input((6, 6, 1), name="uc785ub825")',
        '    x = layers.Conv2D(4, 3, name="ud569uc131uacf1")(입력)',
        '    x = layers.Flatten(name="cafu00e9")(x)',
        '    x = layers.Dense(4, name="cafeu0301")(x)',
        '    grinning_face = layers.ReLU(name="u1f600")(x)',
        '    مرحبا = layers.Dense(4, name="u0645u0631u062du0628u0627")(grinning_face)',
        '    숫자 = layers.Dense(3, activation="softmax", name="uc22buc790")(مرحبا)',
        '    naïve = layers.Dense(1, activation="sigmoid", name="nau00efve")(مرحبا)',
        '    model = keras.Model(입력, [숫자, naïve], name="ubaa8ub378")',
    ]
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(script, "script", "exec"), names)
    made, built = names["모델"](), loads(SPEC).build()
    assert [layer.name for layer in made.layers] == [layer.name for layer in built.layers]
    made.set_weights(built.get_weights())
    image = np.random.default_rng(0).random((2, 6, 6, 1)).astype("float32")
    for one, other in zip(made(image), built(image), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("form", ["keras", "h5", "json"])
def test_import_gives_the_names_back(form: str, tmp_path: Path) -> None:
    built = loads(SPEC).build()
    path = tmp_path / f"모델.{form}"
    if form == "json":
        path.write_text(built.to_json(), encoding="utf-8")
    else:
        built.save(path)
    document = read_model(path).document
    assert (document.name, list(document.inputs), list(document.outputs)) == (
        "모델",
        ["입력"],
        ["숫자", "naïve"],
    )
    assert [step.name for step in document.layers] == LAYERS
    assert [step.from_ for step in document.layers][-2:] == [["مرحبا"], ["مرحبا"]]
    assert document.outputs["숫자"].loss is not None or form == "json"


def test_names_inside_models_are_given_back_and_loaded_by_name(tmp_path: Path) -> None:
    loads(SPEC).build().save(tmp_path / "안.keras")
    outer = """\
cnnspec: 1
submodels:
  안: {keras: 안.keras, until: ["café", 숫자, uc22buc790]}
inputs: {입력: [6, 6, 1]}
layers: [안: {name: 밖}]
outputs: {특징: {from: "밖/café"}, 숫자: {from: 밖/숫자}}
"""
    (tmp_path / "밖.yaml").write_text(outer, encoding="utf-8")
    (found,) = load(tmp_path / "밖.yaml").report
    assert found.message == "the submodel is cut twice at 'uc22buc790', which is '숫자'"
    (tmp_path / "밖.yaml").write_text(outer.replace(", uc22buc790", ""), encoding="utf-8")
    spec = load(tmp_path / "밖.yaml")
    again = from_keras(spec.build())
    document = again.document
    assert document is not None
    assert [step.name for step in document.layers] == ["밖", "특징", "숫자"]
    (inner,) = document.submodels.values()
    assert inner.spec is not None
    assert "name: café" in dumps(again)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a spec, its model, and a model of Keras with such names."""
    import keras

    folder = tmp_path_factory.mktemp("이름")
    (folder / "스펙.yaml").write_text(SPEC, encoding="utf-8")
    loads(SPEC).build().save(folder / "built.keras")
    data = keras.Input((4,), name="입력")
    x = keras.layers.Dense(3, name="d")(data)
    keras.Model(data, [keras.layers.Dense(2, name="출력")(x), x], name="own").save(
        folder / "own.keras"
    )
    return folder


SOURCES = {
    "스펙.yaml": ("모델", "uc785ub825", ["숫자", "naïve"]),
    "built.keras": ("모델", "uc785ub825", ["숫자", "naïve"]),
    "own.keras": ("own", "uc785ub825", ["출력", "d"]),
}


@pytest.mark.parametrize("source", SOURCES)
def test_onnx_has_the_names_of_the_spec(source: str, folder: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("tf2onnx")
    _, _, outputs = SOURCES[source]
    target = tmp_path / "모델.onnx"
    code, stdout, stderr = run_command("export", folder / source, "-o", target)
    assert (code, stdout.splitlines()[-1], stderr) == (
        0,
        f"{target}: matches Keras; inputs: 입력",
        "",
    )
    graph = onnx.load(target).graph
    assert [each.name for each in graph.input] == ["입력"]
    assert [each.name for each in graph.output] == outputs
    names = "\n".join(node.name for node in graph.node)
    assert "uc22buc790" not in names
    assert source == "own.keras" or "/합성곱" in names


IN_TFLITE = [source for source in SOURCES if "tflite" in export_formats()]


@pytest.mark.parametrize("source", IN_TFLITE)
def test_tflite_has_the_names_of_the_spec(source: str, folder: Path, tmp_path: Path) -> None:
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    _, _, outputs = SOURCES[source]
    target = tmp_path / "모델.tflite"
    code, stdout, stderr = run_command("export", folder / source, "-o", target)
    assert (code, stdout.splitlines()[-1], stderr) == (
        0,
        f"{target}: matches Keras; inputs: 입력",
        "",
    )
    runner = litert.Interpreter(str(target)).get_signature_runner()
    assert (list(runner.get_input_details()), sorted(runner.get_output_details())) == (
        ["입력"],
        sorted(outputs),
    )


@pytest.mark.parametrize("source", SOURCES)
def test_a_saved_model_says_what_inputs_are_called(
    source: str, folder: Path, tmp_path: Path
) -> None:
    _, called, outputs = SOURCES[source]
    target = tmp_path / "모델"
    code, stdout, stderr = run_command(
        "export", folder / source, "-o", target, "--format", "saved_model"
    )
    file = target / "assets.extra" / "names.json"
    assert (code, stdout.splitlines()[-3:], stderr) == (
        0,
        [
            f"the input '입력' is called '{called}' in a SavedModel",
            f"{file}: the names of the spec, and what they are called",
            f"{target}: matches Keras; inputs: {called}",
        ],
        "",
    )
    layers = {each: keras_name(each) for each in LAYERS}
    said = {"입력": called} | ({"출력": "ucd9cub825"} if source == "own.keras" else layers)
    assert json.loads(file.read_text("utf-8")) == said
    import tensorflow

    signature = tensorflow.saved_model.load(str(target)).signatures["serving_default"]
    assert sorted(signature.structured_outputs) == sorted(outputs)


def test_the_file_of_an_export_has_the_name_of_the_model(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command("export", folder / "built.keras", "--format", "saved_model", "-q")[0] == 0
    assert [each.name for each in tmp_path.iterdir()] == ["모델.saved_model"]


def test_a_table_is_aligned_by_the_width_of_letters(tmp_path: Path) -> None:
    from rich.cells import cell_len

    (tmp_path / "스펙.yaml").write_text(SPEC, encoding="utf-8")
    _, table, _ = run_command("summary", tmp_path / "스펙.yaml")
    rows = [line for line in table.splitlines() if line[:1] in "┏┃┡│└"]
    assert len(rows) == 12
    assert len({cell_len(row) for row in rows}) == 1


@pytest.mark.parametrize("form", ["svg", "mermaid", "dot", "html"])
def test_diagrams_show_the_names(form: str, tmp_path: Path) -> None:
    (tmp_path / "스펙.yaml").write_text(SPEC, encoding="utf-8")
    target = tmp_path / f"그림.{form}"
    assert run_command("diagram", tmp_path / "스펙.yaml", "--format", form, "-o", target)[0] == 0
    text = target.read_text("utf-8").replace("#128512;", "😀")  # as Mermaid writes it
    assert [
        name for name in ("입력", "합성곱", "😀", "مرحبا", "숫자", "naïve") if name not in text
    ] == []


TRAIN = """\
train:
  data: {npz: {path: 데이터.npz}}
  inputs: {입력: x}
  targets: {숫자: y, naïve: z}
  validation: 0.2
  epochs: 1
  callbacks: [{EarlyStopping: {monitor: val_숫자_accuracy}}]
"""


def test_a_run_has_the_names_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    np.savez(
        "데이터.npz",
        x=random.random((20, 6, 6, 1)).astype("float32"),
        y=random.integers(0, 3, 20),
        z=random.integers(0, 2, (20, 1)),
    )
    Path("스펙.yaml").write_text(SPEC + TRAIN, encoding="utf-8")
    code, _, stderr = run_command("train", "스펙.yaml", "-o", "실행", "--tensorboard", "-q")
    assert code == 0, stderr
    head = Path("실행/history.csv").read_text("utf-8").splitlines()[0]
    assert head == (
        "epoch,loss,naïve_loss,숫자_accuracy,숫자_loss,"
        "val_loss,val_naïve_loss,val_숫자_accuracy,val_숫자_loss"
    )
    code, _, _ = run_command("train", "스펙.yaml", "--resume", "실행", "--epochs", "2", "-q")
    assert code == 0
    assert run_command("evaluate", "실행")[0] == 0
    assert run_command("diff", "스펙.yaml", "실행/model.keras")[:2] == (
        0,
        "the same model: 7 layers, 340 parameters\n",
    )
