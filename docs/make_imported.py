"""Imports the networks in docs/imported/ (`make imported`)."""

from pathlib import Path

import keras

import cnnspec
from conformance.networks import NETWORKS

FOLDER = Path(__file__).parent / "imported"
KEPT = ("convmixer", "named_like_their_units")
"""The networks whose layers keep their names."""
RENAMED = ("resnet20", "yolov3", "unet", "InceptionV3")
"""The networks imported with `--rename`."""


def text(name: str) -> str:
    """Return the spec of a network."""
    keras.utils.clear_session(free_memory=False)
    return cnnspec.dumps(cnnspec.from_keras(NETWORKS[name](), rename=name in RENAMED))


def main() -> None:
    """Write all specs."""
    FOLDER.mkdir(exist_ok=True)
    for name in (*KEPT, *RENAMED):
        (FOLDER / f"{name.lower()}.yaml").write_text(text(name), encoding="utf-8")


if __name__ == "__main__":
    main()
