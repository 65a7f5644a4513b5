"""What a training reports while it runs: every step, validation, features, evaluation, in all phases."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy
import pytest

from cnnspec.data.checks import check_data
from cnnspec.training.events import Events
from cnnspec.training.run import train
from tests.support.commands import run_command
from tests.support.specs import compiled_file

pytestmark = pytest.mark.usefixtures("without_curves")

SPEC = """cnnspec: 1
name: passes
inputs: {x: [8, 8, 4]}
layers:
  - Conv2D: {name: first, filters: 64, kernel_size: 5, frozen: true}
  - GlobalAveragePooling2D
  - Dense: {name: y, units: 2}
outputs: {y: {loss: mse}}
train:
  data: {npz: data.npz}
  inputs: {x: x}
  targets: {y: t}
  validation: 0.25
  batch_size: 4
  epochs: 2
"""
PHASES = """  phases:
    - {epochs: 2}
    - {epochs: 1, unfreeze: [first]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = numpy.random.default_rng(0)
    arrays = {}
    for part, rows in (("train", 32), ("test", 6)):
        arrays[f"x_{part}"] = random.random((rows, 8, 8, 4), "float32")
        arrays[f"t_{part}"] = random.random((rows, 2), "float32")
    numpy.savez(tmp_path / "data.npz", **arrays)
    return tmp_path


class Recorder:
    """A listener that also follows passes."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def batch(self, epoch: int, step: int, steps: int, logs: Mapping[str, float]) -> None:
        assert logs["loss"] > 0
        self.told.append(("batch", epoch, step, steps))

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        assert logs["val_loss"] > 0
        self.told.append(("epoch", epoch))

    def follow(self, what: str, step: int, steps: int, epoch: int | None = None) -> None:
        self.told.append((what, step, steps, epoch))


def told_by(text: str, folder: Path, *, events: bool = False, **options: Any) -> list[Any]:
    (folder / "spec.yaml").write_text(text, "utf-8")
    checked = compiled_file(folder / "spec.yaml")
    assert checked.graph.training is not None
    recorder = Recorder()
    data = check_data(checked, checked.graph.training)
    listener = Events(folder / "events", recorder) if events else recorder
    train(checked, checked.graph.training, data, folder / "run", listener=listener, **options)
    return recorder.told


def passed(what: str, steps: int, epoch: int | None = None) -> list[tuple[Any, ...]]:
    return [(what, step, steps, epoch) for step in range(1, steps + 1)]


def an_epoch(epoch: int) -> list[tuple[Any, ...]]:
    steps = [("batch", epoch, step, 6) for step in range(1, 7)]
    return [*steps, *passed("validation", 2, epoch), ("epoch", epoch)]


FEATURES = [*passed("computing features", 6), *passed("computing features", 2)]
EVALUATED = [*passed("evaluating the validation data", 2), *passed("evaluating the test data", 2)]


@pytest.mark.parametrize("events", [False, True])
def test_every_pass_is_told(folder: Path, events: bool) -> None:
    told = told_by(SPEC, folder, events=events)
    assert told == [*FEATURES, *an_epoch(0), *an_epoch(1), *EVALUATED]


def test_phases_tell_their_passes(folder: Path) -> None:
    told = told_by(SPEC + PHASES, folder)
    assert told == [*FEATURES, *an_epoch(0), *an_epoch(1), *an_epoch(2), *EVALUATED]


def test_a_listener_need_not_follow_passes(folder: Path) -> None:
    class Plain:
        batches = 0

        def batch(self, *_: object) -> None:
            self.batches += 1

        def epoch(self, *_: object) -> None:
            pass

    (folder / "spec.yaml").write_text(SPEC, "utf-8")
    checked = compiled_file(folder / "spec.yaml")
    assert checked.graph.training is not None
    plain = Plain()
    data = check_data(checked, checked.graph.training)
    train(checked, checked.graph.training, data, folder / "run", listener=plain)
    assert plain.batches == 12


def test_commands_write_lines_alone_where_there_is_no_terminal(folder: Path) -> None:
    (folder / "spec.yaml").write_text(SPEC, "utf-8")
    trained = run_command("train", folder / "spec.yaml", "-o", folder / "run")
    lines = trained.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]
    evaluated = run_command("evaluate", folder / "run")
    assert (evaluated.exit_code, evaluated.stderr) == (0, "")
    quiet = run_command("train", folder / "spec.yaml", "-o", folder / "quiet", "--quiet")
    assert quiet == (0, "", "")
