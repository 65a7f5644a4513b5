"""The spec for photographs, trained on a few that are made here."""

from pathlib import Path

import keras
import numpy
import pytest

import cnnspec
from cnnspec.backends.keras.building import build
from cnnspec.training.frozen import frozen_digests
from tests.support.paths import SPECS

pytestmark = pytest.mark.usefixtures("without_curves", "without_tracing")

SPEC = SPECS / "flowers_transfer.yaml"
TUNED = {
    "Conv_1",
    "Conv_1_bn",
    "block_16_depthwise",
    "block_16_depthwise_BN",
    "block_16_expand",
    "block_16_expand_BN",
    "block_16_project",
    "block_16_project_BN",
}
"""The layers with weights that the second phase unfreezes."""


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    """Pictures of two kinds, red and blue, of several sizes."""
    random = numpy.random.default_rng(0)
    for channel, name in ((0, "poppy"), (2, "cornflower")):
        folder = tmp_path / "flowers" / name
        folder.mkdir(parents=True)
        for number in range(4):
            picture = random.integers(0, 80, (96 + 8 * number, 96, 3))
            picture[..., channel] += 150
            keras.utils.save_img(folder / f"{number}.png", picture, scale=False)
    return tmp_path / "flowers"


def test_the_head_is_trained_and_then_the_last_block(flowers: Path, tmp_path: Path) -> None:
    params = {"classes": 2, "head_epochs": 2, "tuning_epochs": 1}
    spec = cnnspec.load(SPEC, params=params)
    run = spec.train(tmp_path / "run", data=flowers)
    assert [(row["epoch"], *row) for row in run.history] == [
        (epoch, "epoch", "flower_accuracy", "loss") for epoch in range(3)
    ]
    before = frozen_digests(build(spec.compile(), seed=0).model)
    saved = cnnspec.load(run.folder / "spec.expanded.yaml").compile()
    after = frozen_digests(build(saved, weights=run.folder / "model.weights.h5").model)
    moved = {path for path, digest in before.items() if after[path] != digest}
    assert {path.split("/")[1] for path in moved} == TUNED
    assert run.frozen == {path: after[path] for path in before if path.split("/")[1] not in TUNED}
    assert len(before) - len(run.frozen) == 20
