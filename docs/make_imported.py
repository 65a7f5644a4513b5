"""Writes docs/imported.md: networks of others, imported (`make imported`)."""

from pathlib import Path

import keras

import cnnspec
from conformance.networks import NETWORKS

PAGE = Path(__file__).parent / "imported.md"
KEPT = ("convmixer", "named_like_their_units")
"""The networks whose layers keep their names."""
RENAMED = ("resnet20", "yolov3", "unet", "InceptionV3")
"""The networks that are imported with `--rename`."""
HEAD = """\
# Imported networks

What `cnnspec import` makes of networks that others wrote in Python; `make imported` writes this page. The networks
are built by [conformance/networks.py](../conformance/networks.py) and `keras.applications`.
"""
ABOUT_KEPT = """\
## With the names of their layers

Every layer has the name that it has in Keras, so weights can be loaded by name. With `unnamed: keras`, layers without
a name in the spec are named and counted as Keras does. The name `.` is that of the block call.
"""
ABOUT_RENAMED = """\
## With `--rename`

Names that Keras counted say nothing. With `--rename`, only inputs and outputs keep their names, and equal parts become
blocks and repetitions. The weights of a file are written next to the spec, by the new names of their layers.
"""


def spec(name: str) -> str:
    """Return the spec of a network."""
    keras.utils.clear_session(free_memory=False)
    return cnnspec.dumps(cnnspec.from_keras(NETWORKS[name](), rename=name in RENAMED))


def section(name: str) -> str:
    """Return the part of the page for a network."""
    about = (NETWORKS[name].__doc__ or f"`keras.applications.{name}`.").strip()
    return f"{about}\n\n```yaml\n{spec(name)}```\n"


def page() -> str:
    """Return the page."""
    kept, renamed = map(section, KEPT), map(section, RENAMED)
    return "\n".join([HEAD, ABOUT_KEPT, *kept, ABOUT_RENAMED, *renamed])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
