"""The templates of digits train as they are."""

from pathlib import Path

import pytest

import cnnspec
from cnnspec.language.templates.reading import template
from tests.support.paths import SPECS

SAMPLE = SPECS / "data" / "mnist_sample.npz"


@pytest.mark.parametrize("name", ["classifier", "multi-output"])
def test_a_template_trains(name: str, tmp_path: Path) -> None:
    # Small, because what is learnt is not the question.
    params = {"width": 4} if name == "classifier" else {}
    spec = cnnspec.loads(template(name), params=params)
    run = spec.train(tmp_path / "run", data=SAMPLE, epochs=1)
    assert [set(run.metrics), len(run.history)] == [{"validation", "test"}, 1]
