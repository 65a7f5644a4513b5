"""Training on data that people bring: what reaches Keras, what a run keeps, and what is left."""

import json
from pathlib import Path
from typing import Any

import numpy
import pytest
import tensorflow
from keras.src.trainers.data_adapters.tf_dataset_adapter import make_class_weight_map_fn

from cnnspec.data.checks import check_data
from cnnspec.ir.training import Phase, Training
from cnnspec.training.phases import stages
from cnnspec.training.pipeline import Pipeline
from tests.brought.case import MASKS, NPZ, ONE_HOT, YES_OR_NO, Case, Gives, spec_of
from tests.brought.cases import CASES
from tests.brought.files import archive, folders, images, table
from tests.support.commands import Outcome, run_command
from tests.support.specs import compiled_file

CLASS_NUMBERS = numpy.array([0, 1, 1, 0])
PIXEL_CLASSES = numpy.arange(12).reshape(2, 2, 3) % 2
GIVEN = numpy.arange(12.0).reshape(2, 2, 3)
PIXEL_X = numpy.zeros((2, 2, 3))


def batch_of(case: Case, folder: Path) -> tuple[Any, ...]:
    """The only batch of the training data, in its order, with the weights of the classes."""
    case.make(folder)
    (folder / "spec.yaml").write_text(spec_of(case), encoding="utf-8")
    checked = compiled_file(folder / "spec.yaml")
    training = checked.graph.training
    assert training is not None
    part = check_data(checked, training).train
    pipeline = Pipeline(checked, training, part)
    (batch,) = pipeline.shuffled()
    order = numpy.random.default_rng((training.seed, 0)).permutation(len(part.rows))
    back = numpy.argsort(order)
    return tuple(each.numpy()[back] for each in batch)


def of_classes(labels: Any, **more: Any) -> Case:
    """Labels whose second class has twice the weight."""
    x = (
        numpy.zeros((len(labels), *labels.shape[1:3]))
        if labels.ndim > 2
        else numpy.zeros(len(labels))
    )
    train = "class_weight: {kind: {1: 2}}"
    return Case(archive(x=x, label=labels), Gives(), data=NPZ, **{"train": train, **more})


PER_PIXEL = {key: value for key, value in MASKS.items() if key != "data"}
ONE_PIXEL = "  - Conv2D: {name: kind, filters: 1, kernel_size: 1, activation: sigmoid}"
ONE_HOT_PIXELS = numpy.eye(2)[PIXEL_CLASSES]


@pytest.mark.parametrize(
    ("case", "for_keras"),
    [
        pytest.param(of_classes(CLASS_NUMBERS), CLASS_NUMBERS, id="numbers"),
        pytest.param(of_classes(CLASS_NUMBERS[:, None]), CLASS_NUMBERS, id="a column"),
        pytest.param(
            of_classes(numpy.eye(2)[CLASS_NUMBERS], loss=ONE_HOT),
            numpy.eye(2)[CLASS_NUMBERS],
            id="one-hot",
        ),
        pytest.param(
            of_classes(CLASS_NUMBERS, loss=YES_OR_NO, units=1), CLASS_NUMBERS, id="yes or no"
        ),
        pytest.param(
            of_classes(numpy.array([0.1, 0.9, 0.6, 0.4]), loss=YES_OR_NO, units=1),
            numpy.array([0.1, 0.9, 0.6, 0.4]),
            id="nearly yes or no",
        ),
        pytest.param(of_classes(PIXEL_CLASSES, **PER_PIXEL), PIXEL_CLASSES[..., None], id="pixels"),
        pytest.param(
            of_classes(PIXEL_CLASSES[..., None], **PER_PIXEL),
            PIXEL_CLASSES[..., None],
            id="pixels with a channel",
        ),
        pytest.param(
            of_classes(ONE_HOT_PIXELS, **PER_PIXEL, loss=ONE_HOT),
            ONE_HOT_PIXELS,
            id="one-hot pixels",
        ),
        pytest.param(
            of_classes(PIXEL_CLASSES, **{**PER_PIXEL, "loss": YES_OR_NO, "layers": ONE_PIXEL}),
            PIXEL_CLASSES[..., None],
            id="yes or no pixels",
        ),
    ],
)
def test_classes_have_the_weights_that_keras_gives_them(
    case: Case, for_keras: Any, tmp_path: Path
) -> None:
    """Keras documents that a class number needs an axis of its own where labels have several."""
    weigh = make_class_weight_map_fn({0: 1.0, 1: 2.0})
    *_, expected = weigh(None, tensorflow.constant(for_keras))
    assert batch_of(case, tmp_path)[2].tolist() == expected.numpy().tolist()


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        pytest.param(GIVEN, GIVEN, id="a value per pixel"),
        pytest.param(GIVEN[..., None], GIVEN, id="a channel"),
        pytest.param(numpy.array([3.0, 5.0]), [[[3] * 3] * 2, [[5] * 3] * 2], id="a value per row"),
        pytest.param(numpy.array([[3.0], [5.0]]), [[[3] * 3] * 2, [[5] * 3] * 2], id="a column"),
    ],
)
def test_samples_have_one_weight_or_one_per_pixel(
    weights: Any, expected: Any, tmp_path: Path
) -> None:
    make = archive(x=PIXEL_X, label=PIXEL_CLASSES, w=weights)
    case = Case(make, Gives(), **MASKS, train="sample_weight: {kind: w}")
    assert batch_of(case, tmp_path)[2].tolist() == numpy.array(expected).tolist()


def test_a_column_of_weights_is_one_per_row(tmp_path: Path) -> None:
    make = archive(x=numpy.zeros(4), label=CLASS_NUMBERS, w=numpy.arange(4.0)[:, None])
    case = Case(make, Gives(), data=NPZ, train="sample_weight: {kind: w}")
    assert batch_of(case, tmp_path)[2].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "name", [name for name, case in CASES.items() if isinstance(case.gives, Gives)]
)
def test_tensorflow_computes_what_was_checked(name: str, tmp_path: Path) -> None:
    """Images are checked by their paths alone, the rest by its values."""
    case = CASES[name]
    inputs, targets = batch_of(case, tmp_path)[:2]
    expected = case.gives
    assert isinstance(expected, Gives)
    if inputs.dtype == object:
        assert (
            numpy.char.decode(inputs.astype(bytes), "utf-8")
            .reshape(numpy.shape(expected.inputs))
            .tolist()
            == expected.inputs
        )
    elif expected.inputs is not None and not isinstance(expected.inputs[0], str):
        wanted = numpy.array(expected.inputs, "float32").reshape(inputs.shape)
        assert inputs.tolist() == wanted.tolist()
    if expected.targets is not None:
        assert targets.reshape(-1).tolist() == numpy.array(expected.targets).reshape(-1).tolist()


def test_images_of_a_table_are_decoded(tmp_path: Path) -> None:
    case = CASES["images named by a table"]
    inputs, _ = batch_of(case, tmp_path)
    expected = numpy.array([[0, 0, 0], [1, 2, 3]], "float32") / 255
    assert inputs.tolist() == numpy.broadcast_to(expected[:, None, None, :], (2, 2, 2, 3)).tolist()


def phases(*epochs: int) -> Training:
    return Training(
        None,
        None,
        {},
        {},
        {},
        Path(),
        phases=tuple(Phase(each, None) for each in epochs),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [
        (None, [(0, 2), (2, 5)]),
        (1, [(0, 1)]),
        (2, [(0, 2)]),
        (3, [(0, 2), (2, 3)]),
        (9, [(0, 2), (2, 9)]),
    ],
)
def test_a_number_of_epochs_cuts_or_extends_the_phases(
    epochs: int | None, expected: list[tuple[int, int]]
) -> None:
    training = phases(2, 3)
    assert [(each.first, each.last) for each in stages(training, epochs)] == expected
    assert training.total_epochs(epochs) == expected[-1][1]


PETS = "size,kind of pet\n" + "1,mouse\n9,dog\n2,mouse\n8,dog\n" * 8
PET_SPEC = """cnnspec: 1
name: pets
inputs: {row: [2]}
layers:
  - Dense: {name: pet, units: 2, activation: softmax}
outputs:
  pet: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}
train:
  data: {csv: pets.csv}
  inputs: {row: [size, size / 10]}
  targets: {pet: column("kind of pet")}
  optimizer: {Adam: {learning_rate: 0.1}}
  epochs: 40
  test: 0.25
"""


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run that was trained on text labels."""
    folder = tmp_path_factory.mktemp("pets")
    table(PETS, "pets.csv")(folder)
    (folder / "spec.yaml").write_text(PET_SPEC, encoding="utf-8")
    done = run_command("train", folder / "spec.yaml", "-o", folder / "run", "-q")
    assert done == Outcome(0, "", "")
    return folder


def test_a_run_keeps_the_names_of_its_classes(pets: Path) -> None:
    checked = compiled_file(pets / "run" / "spec.expanded.yaml")
    assert checked.graph.outputs[0].classes == ("dog", "mouse")
    metrics = json.loads((pets / "run" / "metrics.json").read_text("utf-8"))
    assert metrics["test"]["pet_accuracy"] == 1


def test_predictions_name_their_classes(pets: Path) -> None:
    table("size\n1\n9\n", "new.csv")(pets)
    found = run_command("predict", pets / "run", pets / "new.csv", "--format", "json")
    rows = json.loads(found.stdout)
    assert [(row["label"], row["class_name"], sorted(row)) for row in rows] == [
        (1, "mouse", ["class_name", "label", "name", "output", "value"]),
        (0, "dog", ["class_name", "label", "name", "output", "value"]),
    ]
    lines = run_command("predict", pets / "run", pets / "new.csv").stdout.splitlines()
    assert [line.split()[:3] for line in lines] == [
        [f"{pets / 'new.csv'}[0]:", "pet", "mouse"],
        [f"{pets / 'new.csv'}[1]:", "pet", "dog"],
    ]


def test_an_array_cannot_stand_for_several_columns(pets: Path) -> None:
    spec = pets / "two.yaml"
    spec.write_text(PET_SPEC.replace("size / 10", "age"), encoding="utf-8")
    numpy.save(pets / "new.npy", numpy.zeros((1, 2)))
    said = (
        f"error: '{pets / 'new.npy'}' is one array, but 'row' is computed from 'size', 'age'; "
        "pass a .csv or .npz file with these columns\n"
    )
    found = run_command("predict", pets / "run" / "model.keras", pets / "new.npy", "--spec", spec)
    assert found == Outcome(1, "", said)


def test_other_data_has_the_classes_of_the_run(pets: Path) -> None:
    table("size,kind of pet\n" + "1,mouse\n2,mouse\n" * 4, "mice.csv")(pets)
    found = run_command("evaluate", pets / "run", "--data", pets / "mice.csv", "--format", "json")
    assert json.loads(found.stdout)["test"]["pet_accuracy"] == 1
    table("size,kind of pet\n" + "1,rat\n" * 4, "rats.csv")(pets)
    found = run_command("evaluate", pets / "run", "--data", pets / "rats.csv")
    assert "has 'rat' in row 2, which is not one of the classes of 'pet'" in found.stderr


def test_what_is_wrong_with_other_data_is_not_in_the_spec(pets: Path) -> None:
    found = run_command("train", pets / "spec.yaml", "--data", pets / "none.csv")
    file = pets / "none.csv"
    said = f"error[file-not-found]: '{file}' cannot be read: No such file or directory\n"
    assert found == Outcome(1, "", said)


def test_a_training_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the same command can be given again; a folder that was there stays."""
    monkeypatch.chdir(tmp_path)
    folders("a/1.png", "b/2.png")(tmp_path)
    (tmp_path / "data" / "a" / "1.png").write_bytes(b"broken")
    text = spec_of(CASES["hidden folders"])
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    for _ in range(2):
        found = run_command("train", "spec.yaml", "-o", "runs/one", "-q")
        assert (found.exit_code, "Error" in found.stderr) == (1, False)
        assert sorted(tmp_path.rglob("*")) == before
    images({"data/a/1.png": (0, 0, 0)})(tmp_path)
    assert run_command("train", "spec.yaml", "-o", "runs/one", "-q").exit_code == 0
    again = run_command("train", "spec.yaml", "-o", "runs/one", "-q")
    said = "error: 'runs/one' already contains files; choose another folder with -o, or continue that run with --resume\n"
    assert again == Outcome(1, "", said)


def test_warnings_about_data_are_printed_and_can_be_ignored(tmp_path: Path) -> None:
    case = CASES["a fraction of sorted data"]
    case.make(tmp_path)
    spec = tmp_path / "spec.yaml"
    spec.write_text(spec_of(case), encoding="utf-8")
    done = run_command("train", spec, "-o", tmp_path / "one", "-q")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.splitlines()[0] == (
        f"{spec}:12:15: warning[unseen-classes]: training never sees classes of 'kind' that the "
        "validation data has: '1'"
    )
    spec.write_text(f"{spec_of(case)}ignore: [unseen-classes]\n", encoding="utf-8")
    assert run_command("train", spec, "-o", tmp_path / "two", "-q") == Outcome(0, "", "")


def test_warnings_of_tensorflow_are_not_shown(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Files of many sizes make TensorFlow warn that it traces a function again."""
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "cnnspec: 1\ninputs: {image: [null, null, 1]}\nlayers: [GlobalAveragePooling2D]\n",
        encoding="utf-8",
    )
    assert run_command("build", spec, "-o", tmp_path / "model").exit_code == 0
    files = []
    for size in range(2, 10):
        numpy.save(tmp_path / f"{size}.npy", numpy.ones((1, size, size, 1), "float32"))
        files.append(tmp_path / f"{size}.npy")
    done = run_command(
        "predict", tmp_path / "model" / "spec" / "model.keras", *files, "--spec", spec
    )
    assert (done.exit_code, len(done.stdout.splitlines()), done.stderr) == (0, 8, "")
    assert capfd.readouterr().err == ""
