"""Training: the same weights every time, through interruptions; frozen weights; run folders."""

import csv
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest
import tensorflow

from cnnspec import SpecError
from cnnspec.compiler import Compilation, compile_text
from cnnspec.data.checks import check_data
from cnnspec.data.problems import RunProblem
from cnnspec.data.values import NUMPY, expression
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family
from cnnspec.language.column_expressions import parse_columns
from cnnspec.records import replace
from cnnspec.spec import Spec
from cnnspec.training import pipeline
from cnnspec.training.pipeline import TENSORFLOW, Pipeline
from cnnspec.training.run import Run, train
from tests.support.commands import run_command, run_python
from tests.support.models import have_identical_weights
from tests.support.training import SPEC, Source, case

pytestmark = pytest.mark.usefixtures("without_curves")


def trained(folder: Path, name: str, spec: str = SPEC, **changes: Any) -> Run:
    checked, training = case(folder, spec, **changes)
    return train(checked, training, check_data(checked, training), folder / name)


@pytest.fixture(scope="module")
def whole(without_curves: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that nothing interrupted."""
    return trained(tmp_path_factory.mktemp("whole"), "run")


# The same every time


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    first, second = (trained(tmp_path, name, validation=0.25) for name in "ab")
    assert have_identical_weights(first.model, second.model)
    assert first.history == second.history
    other = trained(tmp_path, "c", validation=0.25, seed=1)
    assert not have_identical_weights(first.model, other.model)


def test_a_resumed_run_ends_where_one_in_a_piece_does(whole: Run, tmp_path: Path) -> None:
    checked, training = case(tmp_path)
    data = check_data(checked, training)
    folder = tmp_path / "parts"
    train(checked, training, data, folder, epochs=1)
    resumed = train(checked, training, data, folder, resume=True)
    assert have_identical_weights(whole.model, resumed.model)
    assert whole.history == resumed.history


KILLED = """
import os, random, signal, sys, time
from pathlib import Path
import keras, numpy
from cnnspec.training import curves
from cnnspec.data.checks import check_data
from cnnspec.training.run import train
from tests.support.training import case

folder = Path(sys.argv[1])
spec, targets = sys.argv[2], {"zdigit": "y"}
checked, training = case(folder, spec, targets=targets, epochs=5, batch_size=8)
data = check_data(checked, training)
random.seed(0)
curves.can_draw = lambda: False

class Tells:
    def __init__(self, pipe): self.pipe = pipe
    def batch(self, *_): os.write(self.pipe, b".")
    def epoch(self, *_): pass

def child(name, pipe):
    pid = os.fork()
    if pid: return pid
    run = folder / name
    train(checked, training, data, run, resume=run.exists(), listener=Tells(pipe))
    os._exit(0)

kills = 0
while True:
    reading, writing = os.pipe()
    pid = child("killed", writing)
    os.close(writing)
    count = random.randint(3, 11) if kills < 10 else 10 ** 6
    while count and (got := os.read(reading, 1)): count -= 1
    if count == 0:
        time.sleep(random.random() / 50)
        os.kill(pid, signal.SIGKILL)
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0, status
        break
    kills += 1
reading, writing = os.pipe()
os.waitpid(child("whole", writing), 0)
one, other = (numpy.load(folder / name / "checkpoint.npz") for name in ("killed", "whole"))
equal = sorted(one.files) == sorted(other.files) and all(
    numpy.array_equal(one[name], other[name]) for name in one.files
)
print(kills >= 4, equal, sorted(os.listdir(folder / "killed")) == sorted(os.listdir(folder / "whole")))
print(kills, file=sys.stderr)
"""


SOON_TRACED = """cnnspec: 1
name: tiny
inputs: {image: [6, 6, 1]}
layers:
  - Flatten
  - BatchNormalization
  - Dropout: {rate: 0.3}
  - Dense: {name: zdigit, units: 10, activation: softmax}
outputs: {zdigit: {loss: sparse_categorical_crossentropy}}
"""
"""A model with every kind of state; each process that is killed has to trace it first."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the test forks")
def test_a_killed_run_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    case(tmp_path)
    exit_code, stdout, stderr = run_python("-c", KILLED, tmp_path, SOON_TRACED)
    assert (exit_code, stdout) == (0, "True True True\n"), stderr


class Interrupts:
    """Presses Ctrl-C in the second epoch."""

    def batch(self, epoch: int, step: int, steps: int, logs: Mapping[str, float]) -> None:
        if (epoch, step) == (1, 2):
            raise KeyboardInterrupt

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        pass


def test_ctrl_c_leaves_the_last_whole_epoch(whole: Run, tmp_path: Path) -> None:
    checked, training = case(tmp_path)
    data = check_data(checked, training)
    run = train(checked, training, data, tmp_path / "run", listener=Interrupts())
    assert (run.interrupted, len(run.history)) == (True, 1)
    one = train(checked, training, data, tmp_path / "one", epochs=1)
    assert have_identical_weights(run.model, one.model)
    resumed = train(checked, training, data, tmp_path / "run", resume=True)
    assert have_identical_weights(resumed.model, whole.model)


CALLBACKS = Family("callback", "callbacks", {})


@CALLBACKS
class EarlyStopping(Declaration):
    """Stands for the call of Keras's callback."""

    monitor: str = "val_loss"
    mode: str = "auto"
    patience: int = 0
    restore_best_weights: bool = False


def test_what_callbacks_remember_outlives_an_interruption(tmp_path: Path) -> None:
    """The loss is to rise here, so training ends early, and the best weights are old ones."""
    arguments = {"monitor": "loss", "mode": "max", "patience": 2, "restore_best_weights": True}
    callbacks = (EarlyStopping.of(arguments),)
    checked, training = case(tmp_path, epochs=8, callbacks=callbacks)
    data = check_data(checked, training)
    whole = train(checked, training, data, tmp_path / "whole")
    assert 2 < len(whole.history) < 8
    folder = tmp_path / "parts"
    train(checked, training, data, folder, listener=Interrupts())
    for _ in range(2):  # the second time there is nothing left to do
        resumed = train(checked, training, data, folder, resume=True)
        assert whole.history == resumed.history
        assert have_identical_weights(whole.model, resumed.model)


def test_a_run_of_another_spec_is_not_resumed(tmp_path: Path) -> None:
    run = trained(tmp_path, "run", epochs=1)
    checked, training = case(tmp_path, seed=5)
    with pytest.raises(RunProblem, match="is a run of another spec"):
        train(checked, training, check_data(checked, training), run.folder, resume=True)


# Losses, weights and metrics by output


@pytest.mark.usefixtures("without_tracing")
@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_each_head_has_its_own_loss_weight_and_metrics(
    tmp_path: Path, flipped: bool, weighted: bool
) -> None:
    spec = SPEC
    if flipped:
        head, _, outputs = SPEC.partition("outputs:\n")
        spec = head + "outputs:\n" + "\n".join(reversed(outputs.splitlines())) + "\n"
    more: dict[str, Any] = {}
    if weighted:
        more = {"class_weight": {"zdigit": {1: 2.0}}, "sample_weight": {"aodd": "1 + (y > 4)"}}
    checked, training = case(tmp_path, spec, batch_size=64, epochs=1, **more)
    data = check_data(checked, training)
    run = train(checked, training, data, tmp_path / "run")
    with numpy.load(tmp_path / "data.npz") as arrays:
        x, y = arrays["x_train"][..., None].astype("float32") / 255, arrays["y_train"]
    names = [output.name for output in checked.graph.outputs]
    predicted = dict(zip(names, run.model.predict(x, batch_size=64, verbose=0), strict=True))
    digit, odd = predicted["zdigit"], predicted["aodd"][:, 0]
    by_class = numpy.where(weighted & (y == 1), 2.0, 1.0)
    by_sample = numpy.where(weighted & (y > 4), 2.0, 1.0)
    digit_loss = float(numpy.mean(-numpy.log(digit[numpy.arange(64), y]) * by_class))
    odd_loss = float(numpy.mean(-numpy.log(numpy.where(y % 2, odd, 1 - odd)) * by_sample))
    expected = {
        "loss": 3 * digit_loss + 0.5 * odd_loss,
        "zdigit_loss": digit_loss,
        "aodd_loss": odd_loss,
        "zdigit_accuracy": float(numpy.mean(digit.argmax(1) == y)),
        "aodd_accuracy": float(numpy.mean((odd > 0.5) == (y % 2))),
    }
    shuffled = Pipeline(checked, training, data.train).shuffled()
    found = run.model.evaluate(shuffled, verbose=0, return_dict=True)
    assert found == pytest.approx(expected, rel=1e-5)


def test_batches_are_what_numpy_computes(tmp_path: Path) -> None:
    column = numpy.array([0, 7, 255], "uint8")
    for text in (
        "y + 1",
        "y % 2",
        "y // 2",
        "y / 3",
        "1 < y < 9",
        "y != 7",
        "max(y, 9)",
        "round(y / 2)",
    ):
        each = expression(parse_columns(text), {"y": ()}, {})
        tensor = tensorflow.constant(column)
        found = each.value({"y": tensor}, TENSORFLOW).numpy()
        assert found.tolist() == each.value({"y": column}, NUMPY).tolist()


def test_an_epoch_has_every_row_in_an_order_of_its_own(tmp_path: Path) -> None:
    checked, training = case(tmp_path)
    batches = Pipeline(checked, training, check_data(checked, training).train)
    orders = []
    for epoch in (0, 1, 0):
        batches.epoch = epoch
        orders.append(numpy.concatenate([batch[1][0] for batch in batches.shuffled()]).tolist())
    assert orders[0] == orders[2] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])


def test_columns_that_are_not_held_in_memory_give_the_same_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked, training = case(tmp_path, sample_weight={"aodd": "y + 1"})
    part = check_data(checked, training).train

    def batches() -> list[list[Any]]:
        found = Pipeline(checked, training, part).shuffled()
        return [[each.numpy().tolist() for each in tensorflow.nest.flatten(row)] for row in found]

    held = batches()
    monkeypatch.setattr(pipeline, "MOST_BYTES", 0)
    assert batches() == held


@pytest.mark.usefixtures("without_tracing")
def test_images_are_decoded_batch_by_batch(tmp_path: Path) -> None:
    random = numpy.random.default_rng(0)
    pictures = []
    for part, number, label in (("train", 0, 0), ("train", 1, 1), ("test", 0, 1)):
        picture = random.integers(0, 256, (6, 6, 1), dtype="uint8")
        file = tmp_path / part / f"class{label}" / f"{number}.png"
        file.parent.mkdir(parents=True)
        file.write_bytes(tensorflow.io.encode_png(picture).numpy())
        pictures.append(picture.astype("float32") / 255)
    source = Source("images", {"directory": ".", "size": [6, 6], "color_mode": "grayscale"})
    changes = {"inputs": {"image": "image / 255"}, "targets": {"zdigit": "label", "aodd": "label"}}
    checked, training = case(tmp_path, data=source, **changes)
    data = check_data(checked, training)
    assert data.test is not None
    found = []
    for part_of_data in (data.train, data.test):
        for inputs, (digits, _) in Pipeline(checked, training, part_of_data).in_order():
            found += list(zip(inputs.numpy(), digits.numpy().tolist(), strict=True))
    assert [label for _, label in found] == [0, 1, 1]
    assert numpy.array_equal(numpy.stack([image for image, _ in found]), numpy.stack(pictures))
    assert len(train(checked, training, data, tmp_path / "run").history) == 3


# The run folder and the commands


@pytest.mark.usefixtures("without_tracing")
def test_a_run_folder_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnspec.training.curves.can_draw", lambda: True)
    run = trained(tmp_path, "run", validation=0.25)
    assert {file.name for file in run.folder.iterdir()} == {
        "checkpoint.npz",
        "curves.svg",
        "environment.json",
        "history.csv",
        "metrics.json",
        "model.keras",
        "model.weights.h5",
        "spec.expanded.yaml",
    }
    assert have_identical_weights(keras.models.load_model(run.folder / "model.keras"), run.model)
    with (run.folder / "history.csv").open() as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    assert rows == list(run.history)
    environment = json.loads((run.folder / "environment.json").read_text())
    assert (environment["seed"], environment["keras"]) == (0, keras.__version__)


def test_a_folder_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    checked, training = case(tmp_path)
    with pytest.raises(RunProblem, match="cannot be written: Not a directory"):
        train(checked, training, check_data(checked, training), tmp_path / "file" / "run")


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec file whose training is put in, as the commands see it."""
    monkeypatch.chdir(tmp_path)

    def allowed_model(spec: str, *_: Any, **__: Any) -> tuple[Compilation, Any]:
        text = SPEC + "train:\n  optimizer: adam\n"
        targets = {"zdigit": "y + 1", "aodd": "y % 2"} if spec == "wrong.yaml" else None
        changes = {"targets": targets} if targets else {}
        checked, _ = case(tmp_path, text, **changes)
        compilation = compile_text(text.encode(), spec)
        assert compilation.source is not None
        place = replace(checked.graph.place, source=compilation.source)
        assert checked.graph.training is not None
        training = replace(checked.graph.training, place=place / "train")
        return compilation, replace(checked, graph=replace(checked.graph, training=training))

    for module in ("train", "evaluate", "predict"):
        monkeypatch.setattr(f"cnnspec.cli.{module}.allowed_model", allowed_model)
    return tmp_path


@pytest.mark.usefixtures("without_tracing")
def test_the_commands_go_through_one_run(commands: Path) -> None:
    result = run_command("train", "s.yaml", "-o", "run", "--epochs", "1")
    assert result.exit_code == 0, result.stderr
    assert result.stderr.startswith("epoch 1/1: ")
    assert result.stdout.startswith("test: ")
    result = run_command("evaluate", "run", "--format", "json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)["test"]
    known = json.loads((commands / "run" / "metrics.json").read_text())["test"]
    assert found == pytest.approx(known, rel=1e-6)
    numpy.save("one.npy", numpy.full((6, 6), 200, "uint8"))
    image = tensorflow.io.encode_png(numpy.full((6, 6, 1), 200, "uint8"))
    Path("one.png").write_bytes(image.numpy())
    results = {}
    for name in ("one.npy", "one.png"):
        result = run_command("predict", "run", name, "--format", "json")
        assert result.exit_code == 0, result.stderr
        results[name] = [
            {key: value for key, value in each.items() if key != "name"}
            for each in json.loads(result.stdout)
        ]
    assert results["one.npy"] == results["one.png"]
    assert [each["output"] for each in results["one.npy"]] == ["zdigit", "aodd"]


@pytest.mark.usefixtures("without_tracing")
def test_a_spec_in_a_file_is_trained_and_measured(tmp_path: Path) -> None:
    case(tmp_path)
    said = """train:
  data: {npz: {path: data.npz}}
  inputs: {image: x / 255}
  targets: {zdigit: y, aodd: y % 2}
  validation: 0.25
"""
    spec = tmp_path / "tiny.yaml"
    spec.write_text(SPEC + said, encoding="utf-8")
    result = run_command("train", str(spec), "-o", str(tmp_path / "run"))
    assert result.exit_code == 0, result.stderr
    known = json.loads((tmp_path / "run" / "metrics.json").read_text())["test"]
    for model in (["run"], ["run/model.keras", "--spec", str(spec)]):
        arguments = [str(tmp_path / model[0]), *model[1:]]
        result = run_command("evaluate", *arguments, "--format", "json")
        assert result.exit_code == 0, result.stderr
        found = json.loads(result.stdout)
        assert found["test"] == pytest.approx(known, rel=1e-6)
        assert sorted(found) == ["confusion", "test"]


def test_a_label_out_of_range_is_shown_in_the_spec(commands: Path) -> None:
    result = run_command("train", "wrong.yaml")
    message = "error[out-of-range]: 'zdigit' has 10 classes, 0 to 9, but row 4 of '"
    assert (result.exit_code, message in result.stderr, "wrong.yaml:" in result.stderr) == (
        1,
        True,
        True,
    )


def test_the_folder_of_another_run_is_kept(commands: Path) -> None:
    (commands / "run").mkdir()
    (commands / "run" / "notes.txt").touch()
    result = run_command("train", "s.yaml", "-o", "run")
    message = "error: 'run' already contains files; choose another folder with -o\n"
    assert (result.exit_code, result.stderr) == (1, message)


@pytest.mark.usefixtures("without_tracing")
def test_python_trains_a_spec(tmp_path: Path) -> None:
    checked, _ = case(tmp_path)
    compilation = compile_text(SPEC.encode())
    spec = Spec(replace(compilation, checked=checked))
    run = spec.train(tmp_path / "run", epochs=1)
    assert len(run.history) == 1
    with pytest.raises(SpecError, match="the spec has no training data"):
        Spec(compilation).train(tmp_path / "other")


def test_a_run_with_all_of_its_epochs_says_so_and_is_not_shortened(commands: Path) -> None:
    assert run_command("train", "s.yaml", "-o", "run", "--epochs", "2").exit_code == 0
    again = run_command("train", "s.yaml", "-o", "run")
    other = "choose another folder with -o, or continue that run with --resume"
    said = f"error: 'run' already contains files; {other}\n"
    assert (again.exit_code, again.stderr) == (1, said)

    def files() -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in (commands / "run").iterdir()}

    before = files()
    shorter = run_command("train", "s.yaml", "--resume", "run", "--epochs", "1")
    said = "error: the run already has 2 epochs; --epochs must be at least 2\n"
    assert (shorter.exit_code, shorter.stderr, files()) == (1, said, before)
    done = run_command("train", "s.yaml", "--resume", "run", "--epochs", "2")
    said = "the run already has 2 epochs, which is all; --epochs N trains it further\n"
    assert (done.exit_code, done.stderr) == (0, said)
    longer = run_command("train", "s.yaml", "--resume", "run", "--epochs", "3")
    lines = [line.partition(":")[0] for line in longer.stderr.splitlines()]
    assert (longer.exit_code, lines) == (0, ["epoch 3/3"])


BASE = """\
cnnspec: 1
name: base
inputs: {x: [4]}
layers:
  - Dense: {name: hidden, units: 3}
  - Dense: {name: y, units: 1}
outputs: {y: {loss: mse}}
train: {data: {npz: {path: data.npz}}, inputs: {x: a}, targets: {y: b}}
"""
LOADING = """\
cnnspec: 1
name: head
submodels:
  trained: {spec: base.yaml, until: hidden, weights: run/model.keras, frozen: true}
inputs: {x: [4]}
layers: [trained, {Dense: {name: y, units: 1}}]
outputs: {y: {loss: mse}}
train: {data: {npz: {path: data.npz}}, inputs: {x: a}, targets: {y: b}}
"""


def test_the_command_says_which_weights_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    numpy.savez("data.npz", a=numpy.ones((8, 4), "float32"), b=numpy.ones(8, "float32"))
    for name, text in (("base", BASE), ("head", LOADING)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert run_command("train", "base.yaml", "-o", "run").exit_code == 0
    for options, first in (
        (["-o", "head"], "run/model.keras: loaded the weights of 1 layer by name: hidden"),
        (["--resume", "head"], "the run already has 1 epoch, which is all; --epochs N trains it further"),
        (["-o", "quiet", "-q"], None),
    ):  # fmt: skip
        found = run_command("train", "head.yaml", *options)
        assert (found.exit_code, next(iter(found.stderr.splitlines()), None)) == (0, first)
