"""Files of a run where there is no room for them: whole, or not there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest

from cnnspec import loads
from cnnspec.data.checks import check_data
from cnnspec.data.problems import RunProblem
from cnnspec.training.files import write_weights
from cnnspec.training.run import train
from tests.support.training import SPEC, case

pytestmark = pytest.mark.usefixtures("without_curves", "without_tracing")

resource = pytest.importorskip("resource")  # which Windows has not


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file become larger than that; to whoever writes it is as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture
def model(tmp_path: Path) -> Any:
    """A built model, saved."""
    built = loads(SPEC).build()
    built.save(tmp_path / "model.keras")
    return built


def test_weights_are_those_of_the_saved_model(model: Any, tmp_path: Path) -> None:
    file = tmp_path / "own.weights.h5"
    write_weights(file, tmp_path / "model.keras")
    other = loads(SPEC).build()
    other.load_weights(file)
    by_name = loads(SPEC).build(weights=file)
    for known, one, two in zip(model.weights, other.weights, by_name.weights, strict=True):
        assert numpy.array_equal(known, one)
        assert numpy.array_equal(known, two)


def test_what_stood_there_stays(model: Any, tmp_path: Path) -> None:
    file = tmp_path / "own.weights.h5"
    file.write_bytes(b"before")
    with room_for(3000), pytest.raises(RunProblem) as refused:
        write_weights(file, tmp_path / "model.keras")
    assert str(refused.value) == f"'{file}' cannot be written: File too large"
    assert (file.read_bytes(), names(tmp_path)) == (b"before", ["model.keras", "own.weights.h5"])


@pytest.mark.parametrize(
    ("fitting", "refused", "there"),
    [
        ("spec.expanded.yaml", "checkpoint.npz", []),
        (
            "checkpoint.npz",
            "model.keras",
            [
                "checkpoint.npz",
                "environment.json",
                "history.csv",
                "metrics.json",
                "spec.expanded.yaml",
            ],
        ),
    ],
)
def test_a_run_without_room_goes_on_later(
    fitting: str, refused: str, there: list[str], tmp_path: Path
) -> None:
    checked, training = case(tmp_path, epochs=1)
    data = check_data(checked, training)
    whole = train(checked, training, data, tmp_path / "whole")
    size = (whole.folder / fitting).stat().st_size
    folder = tmp_path / "run"
    with room_for(size + 1), pytest.raises(RunProblem) as found:
        train(checked, training, data, folder)
    assert str(found.value) == f"'{folder / refused}' cannot be written: File too large"
    assert (names(folder) if folder.exists() else []) == there
    run = train(checked, training, data, folder, resume=folder.exists())
    assert names(folder) == names(whole.folder)
    saved = keras.models.load_model(folder / "model.keras")
    for known, one, two in zip(whole.model.weights, run.model.weights, saved.weights, strict=True):
        assert numpy.array_equal(known, one)
        assert numpy.array_equal(known, two)
