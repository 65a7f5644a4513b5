"""The commands that write files, each with the files that it starts from."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SPEC = """cnnspec: 1
name: tiny
inputs: {x: [4]}
layers:
  - Dense: {name: y, units: %d, activation: softmax, kernel_initializer: ones}
outputs:
  y: {loss: sparse_categorical_crossentropy}
train:
  optimizer: SGD
  data: {csv: {path: data.csv}}
  inputs: {x: [a, b, c, d]}
  targets: {y: label}
  epochs: 1
  batch_size: 4
"""
NOTES = {"notes.txt": b"mine", "more/log.csv": b"1,2"}
"""Files of the user, which every command keeps."""


def specs(folder: Path, units: int) -> None:
    """Write a spec, the same unformatted, its data and a model file."""
    text = SPEC % units
    (folder / "tiny.yaml").write_text(text)
    (folder / "data.csv").write_text("a,b,c,d,label\n" + "1,2,3,4,0\n2,3,4,5,1\n" * 4)
    layers = [
        {
            "module": "keras.layers",
            "class_name": "InputLayer",
            "config": {"batch_shape": [None, 4], "name": "x"},
        },
        {"module": "keras.layers", "class_name": "Dense", "config": {"units": units, "name": "y"}},
    ]
    config = {"class_name": "Sequential", "config": {"name": "tiny", "layers": layers}}
    (folder / "model.json").write_text(json.dumps(config))


def unformatted(folder: Path, units: int) -> None:
    """Write a spec that `format` changes."""
    specs(folder, units)
    (folder / "tiny.yaml").write_text(
        f"# {units}\n" + (SPEC % units).replace("{x: [4]}", "{ x: [4] }")
    )


def misspelled(folder: Path, units: int) -> None:
    """Write a spec that `validate --fix` changes."""
    specs(folder, units)
    (folder / "tiny.yaml").write_text((SPEC % units).replace("Dense: ", "dense: "))


@dataclass(frozen=True)
class Command:
    """A command, run once on nothing and once over what it wrote before."""

    name: str
    arguments: tuple[str, ...]
    target: str
    """What it writes."""
    force: tuple[str, ...] = ("--force",)
    """What it takes to run over what is there."""
    prepare: Callable[[Path, int], None] = specs
    needs: tuple[str, ...] = ()
    """A command that is run first."""
    keeps: str = "."
    """The folder in which files of the user are."""
    is_folder: bool = False
    """Whether it writes a folder."""
    errors: tuple[str, ...] = ()
    """System calls that fail, as on other systems."""
    resumes: bool = False
    """Whether the next command continues it, as `train --resume` does."""

    @property
    def is_in_place(self) -> bool:
        """Whether it replaces the spec that it reads."""
        return self.target == "tiny.yaml"

    @property
    def resumed(self) -> tuple[str, ...]:
        """The arguments by which it is continued."""
        return ("train", "tiny.yaml", "-q", "--resume", self.target)


TRAIN = ("train", "tiny.yaml", "-q", "-o", "run")
COMMANDS = (
    Command("new", ("new", "classifier", "-o", "out/new.yaml"), "out/new.yaml", keeps="out"),
    Command("expand", ("expand", "tiny.yaml", "-o", "out/flat.yaml"), "out/flat.yaml", keeps="out"),
    Command("code", ("code", "tiny.yaml", "-o", "out/script.py"), "out/script.py", keeps="out"),
    Command("import", ("import", "model.json", "-o", "out/model.yaml"), "out/model.yaml", keeps="out"),
    Command("diagram", ("diagram", "tiny.yaml", "-o", "out/tiny.html"), "out/tiny.html", keeps="out"),
    Command("diff", ("diff", "tiny.yaml", "tiny.yaml", "-o", "out/diff.html"), "out/diff.html", keeps="out"),
    Command("format", ("format", "tiny.yaml"), "tiny.yaml", (), unformatted),
    Command("expect --write", ("expect", "--write", "tiny.yaml"), "tiny.yaml", (), specs),
    Command("validate --fix", ("validate", "--fix", "tiny.yaml"), "tiny.yaml", (), misspelled),
    Command("build", ("build", "tiny.yaml", "-q"), "build/tiny", (), keeps="build/tiny", is_folder=True),
    Command(
        "build, without RENAME_EXCHANGE",
        ("build", "tiny.yaml", "-q"),
        "build/tiny",
        (),
        keeps="build/tiny",
        is_folder=True,
        errors=("renameat2:error=ENOSYS",),
    ),
    Command("train", TRAIN, "run", (), is_folder=True, resumes=True),
    Command(
        "predict",
        ("predict", "run", "data.csv", "-o", "out/predictions.npz", "-q"),
        "out/predictions.npz",
        needs=TRAIN,
        keeps="out",
    ),
    Command(
        "predict to a folder",
        ("predict", "run", "data.csv", "-o", "out/predictions", "-q"),
        "out/predictions",
        needs=TRAIN,
        is_folder=True,
    ),
    Command(
        "import --rename",
        ("import", "build/tiny/model.keras", "--rename", "-o", "out/model.yaml"),
        "out/model.yaml",
        needs=("build", "tiny.yaml", "-q"),
        keeps="out",
    ),
    Command(
        "export",
        ("export", "tiny.yaml", "-q", "-o", "out/tiny.tflite"),
        "out/tiny.tflite",
        keeps="out",
    ),
    Command(
        "export to a folder",
        ("export", "tiny.yaml", "-q", "--format", "saved_model", "-o", "out/tiny"),
        "out/tiny",
        keeps="out",
        is_folder=True,
    ),
)  # fmt: skip
