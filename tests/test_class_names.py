"""Names of classes: in model files, in specs that are imported, and where labels are wrong."""

import json
import zipfile
from pathlib import Path

import keras
import numpy
import pytest

import cnnspec
from cnnspec.data.checks import check_data
from cnnspec.data.problems import DataProblem
from cnnspec.keras_files.archive import add_classes, classes_in
from tests.brought.files import folders, table
from tests.support.commands import Outcome, run_command
from tests.support.specs import compiled_file

pytestmark = pytest.mark.usefixtures("without_curves")

HEADS = """cnnspec: 1
name: heads
inputs: {x: [2]}
layers:
  - Dense: {name: pet, units: 2, activation: softmax}
  - Dense: {name: is it big, from: x, units: 1, activation: sigmoid}
  - Dense: {name: größe, from: x, units: 2, activation: softmax}
  - Dense: {name: plain, from: x, units: 3, activation: softmax}
outputs:
  pet: {loss: sparse_categorical_crossentropy, classes: [dog, mouse]}
  is it big: {loss: binary_crossentropy, classes: [small, große]}
  größe: {loss: sparse_categorical_crossentropy, classes: [S, XL]}
  plain: {loss: sparse_categorical_crossentropy}
"""
NAMES = {"pet": ["dog", "mouse"], "is it big": ["small", "große"], "größe": ["S", "XL"]}


def metadata(file: Path) -> dict[str, object]:
    with zipfile.ZipFile(file) as archive:
        found: dict[str, object] = json.loads(archive.read("metadata.json"))
        return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    (folder / "heads.yaml").write_text(HEADS, encoding="utf-8")
    done = run_command("build", folder / "heads.yaml", "-o", folder, "-q")
    assert done == Outcome(0, "", "")
    return folder / "heads" / "model.keras"


def test_a_model_file_has_them_in_its_metadata(built: Path) -> None:
    found = metadata(built)
    assert sorted(found) == ["classes", "date_saved", "keras_version"]
    assert (found["classes"], found["keras_version"]) == (NAMES, keras.__version__)
    assert classes_in(built) == {name: tuple(names) for name, names in NAMES.items()}


def test_keras_loads_such_a_file_in_safe_mode(built: Path) -> None:
    model = keras.models.load_model(built, safe_mode=True, compile=False)
    assert model.name == "heads"
    with zipfile.ZipFile(built) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]


def test_nothing_else_in_the_file_changes(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    file = tmp_path / "model.keras"
    model.save(file)
    with zipfile.ZipFile(file) as archive:
        before = {member.filename: archive.read(member) for member in archive.infolist()}
    add_classes(file, {"dense": ("a", "b")})
    with zipfile.ZipFile(file) as archive:
        after = {member.filename: archive.read(member) for member in archive.infolist()}
    assert {name for name in before if before[name] != after[name]} == {"metadata.json"}
    assert [*tmp_path.iterdir()] == [file]


def test_an_imported_spec_has_them(built: Path, tmp_path: Path) -> None:
    assert run_command("import", built, "-o", tmp_path / "a.yaml").exit_code == 0
    outputs = compiled_file(tmp_path / "a.yaml").graph.outputs
    assert {each.name: each.classes for each in outputs} == {
        "pet": ("dog", "mouse"),
        "is_it_big": ("small", "große"),
        "größe": ("S", "XL"),
        "plain": (),
    }


@pytest.mark.parametrize(
    "classes",
    [7, ["a", "b"], {"pet": "ab"}, {"pet": ["a"]}, {"pet": ["a", "a"]}, {"pet": ["a", 1]},
     {"pet": ["a", " b"]}, {"pet": ["", "b"]}, {"pet": {"a": 0}}, {"other": ["a", "b"]}, None],
)  # fmt: skip
def test_a_field_of_others_is_no_list_of_classes(
    classes: object, built: Path, tmp_path: Path
) -> None:
    file = tmp_path / "model.keras"
    with zipfile.ZipFile(built) as source, zipfile.ZipFile(file, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            is_metadata = name == "metadata.json"
            target.writestr(name, json.dumps({"classes": classes}) if is_metadata else text)
    imported = run_command("import", file)
    assert (imported.exit_code, "classes:" in imported.stdout) == (0, False)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_metadata_that_is_not_readable_has_none(text: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.keras", "w") as archive:
        archive.writestr("metadata.json", text)
    assert classes_in(tmp_path / "a.keras") == {}


SPEC = """cnnspec: 1
name: pets
inputs: {row: [1]}
layers:
  - Dense: {name: pet, units: 2, activation: softmax}
outputs:
  pet: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}
train:
  data: {csv: pets.csv}
  inputs: {row: size}
  targets: {pet: kind}
  epochs: 1
"""


@pytest.fixture(scope="module")
def run(without_curves: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose classes are the text labels of its data."""
    folder = tmp_path_factory.mktemp("pets")
    table("size,kind\n" + "1,mouse\n9,dog\n" * 4, "pets.csv")(folder)
    table("size,kind\n1,mouse\n2,mouse\n", "mice.csv")(folder)
    table("size\n1\n", "new.csv")(folder)
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    done = run_command("train", folder / "spec.yaml", "-o", folder / "run", "-q")
    assert done == Outcome(0, "", "")
    return folder


def test_text_labels_stand_in_the_run_and_its_model(run: Path) -> None:
    assert metadata(run / "run" / "model.keras")["classes"] == {"pet": ["dog", "mouse"]}
    loaded = keras.models.load_model(run / "run" / "model.keras", safe_mode=True)
    assert [layer.name for layer in loaded.layers] == ["row", "pet"]
    (output,) = compiled_file(run / "run" / "spec.expanded.yaml").graph.outputs
    assert output.classes == ("dog", "mouse")


def test_a_run_in_python_has_them(run: Path, tmp_path: Path) -> None:
    trained = cnnspec.load(run / "spec.yaml").train(tmp_path / "run")
    assert trained.classes == {"pet": ("dog", "mouse")}


def test_a_model_file_alone_names_what_is_predicted(run: Path) -> None:
    """Its spec has no classes; those of the data would be found only in training."""
    found = [
        run_command("predict", model, run / "new.csv", *spec).stdout
        for model, spec in (
            (run / "run", ()),
            (run / "run" / "model.keras", ("--spec", run / "spec.yaml")),
            (run / "run", ("--spec", run / "spec.yaml")),
        )
    ]
    assert found[0].split()[1:3] in (["pet", "dog"], ["pet", "mouse"])
    assert found == [found[0]] * 3


def test_a_model_file_alone_numbers_other_labels(run: Path) -> None:
    """The only label of other data is class 1 of the model, not 0."""
    model, data = run / "run" / "model.keras", run / "mice.csv"
    done = run_command(
        "evaluate", model, "--spec", run / "spec.yaml", "--data", data, "--format", "json"
    )
    confusion = json.loads(done.stdout)["confusion"]["pet"]
    assert confusion["classes"] == ["dog", "mouse"]
    assert (confusion["matrix"][0], sum(confusion["matrix"][1])) == ([0, 0], 2)


@pytest.mark.parametrize("command", [("predict", "new.csv"), ("evaluate",)])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("[accuracy]}", "[accuracy], classes: [mouse, dog]}"),
            "spec.yaml:7:78: error[conflicting-arguments]: 'model.keras' was trained with other "
            "classes of 'pet': 'dog', 'mouse'\n",
        ),
        (
            ("units: 2", "units: 3"),
            "spec.yaml:7:8: error[conflicting-arguments]: 'pet' has 3 units, but 2 names of "
            "classes in 'model.keras'\n",
        ),
    ],
)
def test_other_classes_than_those_of_the_model_are_an_error(
    command: tuple[str, ...],
    change: tuple[str, str],
    said: str,
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("pets.csv", "new.csv", "run/model.keras"):
        (tmp_path / Path(name).name).write_bytes((run / name).read_bytes())
    Path("spec.yaml").write_text(SPEC.replace(*change), encoding="utf-8")
    done = run_command(command[0], "model.keras", *command[1:], "--spec", "spec.yaml")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(said)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [("", ["dog", "mouse"]), (", classes: [Hund, Maus]", ["Hund", "Maus"])],
)
def test_a_build_takes_them_from_its_weights_unless_the_spec_has_others(
    classes: str, expected: list[str], run: Path, tmp_path: Path
) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC.replace("[accuracy]", f"[accuracy]{classes}"), encoding="utf-8")
    weights = run / "run" / "model.keras"
    done = run_command("build", spec, "-o", tmp_path, "-q", "--weights", weights)
    assert done == Outcome(0, "", "")
    model = tmp_path / "pets" / "model.keras"
    assert metadata(model)["classes"] == {"pet": expected}
    predicted = run_command("predict", model, run / "new.csv", "--spec", spec)
    assert predicted.stdout.split()[2] in expected


NUMBERED = SPEC.replace("[accuracy]", "[accuracy], classes: [dog, mouse]")
ONE = NUMBERED.replace("units: 2, activation: softmax", "units: 1, activation: sigmoid").replace(
    "sparse_categorical_crossentropy", "binary_crossentropy"
)


@pytest.mark.parametrize(
    ("spec", "rows", "message"),
    [
        pytest.param(
            NUMBERED,
            "1,0\n2,5\n",
            "'pet' has 2 classes, 0 to 1 ('dog', 'mouse'), but row 3 of {file} has 5",
            id="a number",
        ),
        pytest.param(
            ONE,
            "1,0\n2,5\n",
            "'pet' takes labels of 0 to 1 ('dog', 'mouse'), but row 3 of {file} has 5",
            id="one unit",
        ),
        pytest.param(
            NUMBERED,
            "1,dog\n2,rat\n",
            "the column 'kind' of {file} has 'rat' in row 3, which is not one of the classes of "
            "'pet': 'dog', 'mouse'",
            id="text",
        ),
        pytest.param(
            f"{NUMBERED}  class_weight: {{pet: {{7: 2.0}}}}\n",
            "1,0\n2,1\n",
            "'pet' has 2 classes, 0 to 1 ('dog', 'mouse'), not 7",
            id="a weight",
        ),
    ],
)
def test_label_errors_name_the_classes(spec: str, rows: str, message: str, tmp_path: Path) -> None:
    table(f"size,kind\n{rows}", "pets.csv")(tmp_path)
    (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
    checked = compiled_file(tmp_path / "spec.yaml")
    assert checked.graph.training is not None
    with pytest.raises(DataProblem) as caught:
        check_data(checked, checked.graph.training)
    file = checked.graph.training.folder / "pets.csv"
    assert caught.value.message == message.format(file=f"'{file}'")


def test_labels_of_an_archive_may_have_spaces_around_them(tmp_path: Path) -> None:
    labels = numpy.array([" cat", "dog", "dog ", "cat"])
    numpy.savez(tmp_path / "pets.npz", size=numpy.ones((4, 1)), kind=labels)
    (tmp_path / "spec.yaml").write_text(SPEC.replace("csv: pets.csv", "npz: pets.npz"), "utf-8")
    checked = compiled_file(tmp_path / "spec.yaml")
    assert checked.graph.training is not None
    data = check_data(checked, checked.graph.training)
    assert data.classes == {"pet": ("cat", "dog")}


def test_a_folder_of_a_class_has_no_spaces_around_its_name(tmp_path: Path) -> None:
    folders(" cat/1.png", "dog/2.png")(tmp_path)
    spec = SPEC.replace("row: [1]", "row: [2, 2, 3]").replace("layers:", "layers:\n  - Flatten")
    spec = spec.replace("{csv: pets.csv}", "{images: {directory: data, size: [2, 2]}}")
    spec = spec.replace("row: size", "row: image").replace("pet: kind", "pet: label")
    (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
    checked = compiled_file(tmp_path / "spec.yaml")
    assert checked.graph.training is not None
    with pytest.raises(DataProblem) as caught:
        check_data(checked, checked.graph.training)
    folder = checked.graph.training.folder / "data"
    assert (caught.value.message, caught.value.suggestion) == (
        f"'{folder}' has the class ' cat', with spaces around its name",
        "rename the folder to 'cat'",
    )
