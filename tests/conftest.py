"""What every test file needs before it imports anything."""

import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # else TensorFlow tells of the machine's CPU


def pytest_configure(config: pytest.Config) -> None:
    """Let a warning pass that Keras itself brings about wherever it copies a variable."""
    message = "__array__ implementation doesn't accept a copy keyword"
    where = "keras.src.backend.tensorflow.core"
    config.addinivalue_line("filterwarnings", f"ignore:{message}:DeprecationWarning:{where}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Rewrite tests/golden/.")
