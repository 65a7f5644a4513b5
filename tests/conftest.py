"""What every test file needs before it imports anything."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.support")
settings.register_profile("cnnspec", deadline=None, derandomize=True, database=None)
settings.load_profile("cnnspec")
for _name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR"):  # which say how commands print
    os.environ.pop(_name, None)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # else TensorFlow tells of the machine's CPU


def pytest_configure(config: pytest.Config) -> None:
    """Let a warning pass that Keras itself brings about wherever it copies a variable."""
    message = "__array__ implementation doesn't accept a copy keyword"
    places = "tensorflow.core", "jax.core", "common.variables"
    for place in (f"keras.src.backend.{place}" for place in places):
        config.addinivalue_line("filterwarnings", f"ignore:{message}:DeprecationWarning:{place}")


def pytest_collection_finish() -> None:
    """Spare garbage collections the modules of TensorFlow, and the tests: they stay."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Rewrite tests/golden/.")
    parser.addoption("--core-only", help="A Python that has cnnspec without extras, for its tests.")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty; files in it have short names in messages."""
    monkeypatch.chdir(tmp_path)
    return Path()


@pytest.fixture
def names_counted_from_one() -> None:
    """Automatic names of Keras's layers as in a new process."""
    from tests.support.models import count_names_from_one

    count_names_from_one()


@pytest.fixture
def newest_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Specs are held against the newest Keras, whichever is installed, and none is built."""
    from cnnspec.declarations.keras_versions import NEWEST

    monkeypatch.setattr("cnnspec.compiler.usual", lambda: NEWEST)


@pytest.fixture(scope="module")
def without_curves() -> Iterator[None]:
    """Training without its picture, which is a third of a short training's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnnspec.training.curves.can_draw", lambda: False)
        yield


@pytest.fixture
def without_tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training step by step: to trace graphs of the steps is most of a short training's time.

    What is compared to the last bit is not to use this: people train with graphs.
    """
    import keras

    eagerly = property(lambda model: True, lambda model, value: None)
    monkeypatch.setattr(keras.Model, "run_eagerly", eagerly)
