"""What notebooks show, and the notebook in docs/: it is one, holds no outputs, and runs."""

import builtins
import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import cnnspec
from cnnspec.diff.compare import compare
from cnnspec.diff.union import Comparison
from cnnspec.notebook import register
from cnnspec.training.display import NotebookLines, in_notebook, listener
from tests.support.commands import python_output
from tests.support.paths import ROOT, SPECS
from tests.support.stand_in_ipython import Display, Formatter, IPython
from tests.support.training import SPEC, write_data

FILE = ROOT / "docs/from_python.ipynb"
NOTEBOOK = json.loads(FILE.read_text("utf-8"))
RUNNER = """
import ast, json, sys

from tests.support import stand_in_ipython

svg = stand_in_ipython.start()
import cnnspec
del sys.modules["IPython"]  # of which Matplotlib wants more than it has

names = {}
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None
        if value is not None:
            print("a picture" if svg(value) else repr(value))
"""
SAID = """\
a picture
0 diagnostics, 63,035 parameters
conv2d_layer   Conv2D        (None, 26, 26, 32)
maxpool_layer  MaxPooling2D  (None, 13, 13, 32)
flatten_layer  Flatten       (None, 5408)
flat_inputs    Flatten       (None, 784)
concat         Concatenate   (None, 6192)
digit_dense    Dense         (None, 10)
odd_dense      Dense         (None, 1)
TABLE
<text>:5:27: error[unknown-argument]: Conv2D has no argument 'kernal_size'
 5 |   - Conv2D: {filters: 32, kernal_size: 3}
   |                           ^^^^^^^^^^^ did you mean 'kernel_size'?
a picture
Functional ['digit_dense', 'odd_dense'] 63,035 parameters
FILES
digit_dense_accuracy: NUMBER
digit_dense_loss: NUMBER
loss: NUMBER
odd_dense_accuracy: NUMBER
odd_dense_loss: NUMBER
"""
"""What its cells print and show; the table of layers and the files of the run in a word each."""


def pictures(ipython: IPython | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Register what draws the public classes with an IPython that is loaded, or with none."""
    if ipython is None:
        monkeypatch.delitem(sys.modules, "IPython", raising=False)
    else:
        monkeypatch.setitem(sys.modules, "IPython", ipython)
    register(cnnspec._HOMES)


def test_notebooks_show_specs_documents_and_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Formatter()
    pictures(IPython(shown), monkeypatch)
    spec = cnnspec.load(SPECS / "mnist_simple.yaml")
    values = (spec, spec.document, spec.compile(), spec.draw())
    texts = [(shown(value) or "").splitlines()[2:] for value in values]
    assert texts == [spec.draw().svg().splitlines()[2:]] * 4
    wrong = cnnspec.loads("cnnspec: 1\ninputs: {image: [4]}\nlayers: [Dens]\n")
    assert (shown(wrong), shown(wrong.document)) == (None, None)
    assert "error[unknown-kind]" in repr(wrong)
    assert repr(spec) == spec.summary()


def test_what_is_registered_are_classes_without_a_picture_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = Formatter()
    pictures(IPython(shown), monkeypatch)
    classes = (cnnspec.CheckedGraph, cnnspec.Document)
    assert list(shown.by_name) == [(each.__module__, each.__name__) for each in classes]
    assert [each for each in classes if hasattr(each, "_repr_svg_")] == []


@pytest.mark.parametrize("ipython", [None, IPython(None)], ids=["not loaded", "no shell"])
def test_without_a_shell_nothing_is_registered(
    ipython: IPython | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures(ipython, monkeypatch)
    document = cnnspec.load(SPECS / "mnist_simple.yaml").document
    assert Formatter()(document) is None


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ("", ["cnnspec"]),
        (
            "from tests.support import stand_in_ipython; stand_in_ipython.start()",
            ["cnnspec", "cnnspec.notebook"],
        ),
    ],
    ids=["anywhere", "in a notebook"],
)
def test_what_importing_the_package_imports(before: str, added: list[str]) -> None:
    """Of this package; and of others nothing, in a notebook neither."""
    text = (
        f"{before}\nimport collections.abc, importlib, typing, sys; has = {{*sys.modules}}\n"
        "import cnnspec; print(*sorted({*sys.modules} - has))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert python_output("-c", text, env=environment).split() == added


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Display:
    """A process that runs the cells of a notebook; gives what it displays."""
    ipython, display = IPython(Formatter(), is_notebook=True), Display()
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setattr(builtins, "get_ipython", ipython.get_ipython, raising=False)
    return display


def test_tables_are_text_in_a_notebook_too(
    notebook: Display, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = cnnspec.load(SPECS / "mnist_transfer.yaml")
    inside = [spec.summary(), spec.summary(expand=True), spec.summary(depth=0), repr(spec)]
    monkeypatch.delattr(builtins, "get_ipython")
    outside = [spec.summary(), spec.summary(expand=True), spec.summary(depth=0), repr(spec)]
    assert inside == outside
    assert "base_model (Functional, frozen)" in outside[0]
    assert (notebook.outputs, capsys.readouterr()) == ([], ("", ""))


@pytest.mark.parametrize("file", ["mnist_multi_output.yaml", "zoo/resnet50.yaml"])
def test_what_is_stored_beside_a_picture_is_one_line(file: str) -> None:
    spec = cnnspec.load(SPECS / file)
    name = file.removeprefix("zoo/").removesuffix(".yaml")
    layers = {"mnist_multi_output": 7, "resnet50": 176}[name]
    said = f"({name!r}, {layers} layers)"
    assert repr(spec.draw(depth=1)) == f"Drawing{said}"
    assert repr(spec.compile()) == f"CheckedGraph{said}"
    difference = compare(spec.compile(), spec.compile())
    drawn = Comparison(spec.compile(), old=spec.compile(), difference=difference)
    assert repr(drawn) == f"Comparison{said}"
    one = cnnspec.loads("inputs: {x: [4]}\nname: one\ncnnspec: 1\nlayers: [Flatten]\n")
    assert repr(one.draw()) == "Drawing('one', 1 layer)"


TRAINED = SPEC.replace(
    "outputs:",
    "train: {data: {npz: {path: data.npz}}, inputs: {image: x / 255}, targets: {zdigit: y, aodd: y % 2}, epochs: 2, batch_size: 16}\noutputs:",
)
EPOCH = re.compile(
    r"epoch (\d)/2: aodd_accuracy [\d.]+, aodd_loss [\d.]+, loss [\d.]+, "
    r"zdigit_accuracy [\d.]+, zdigit_loss [\d.]+"
)


@pytest.mark.usefixtures("without_curves", "without_tracing")
def test_a_notebook_shows_the_progress_of_training(
    notebook: Display, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_data(folder)
    run = cnnspec.loads(TRAINED).train("run")
    assert repr(run) == "Run('run', 2 epochs)"
    printed = capsys.readouterr().out.splitlines()
    assert [EPOCH.fullmatch(line)[1] for line in printed] == ["1", "2"]  # type: ignore[index]
    (output,) = notebook.outputs  # one line, which is updated
    assert [[*each] for each in output] == [["text/plain"]] * len(output)
    assert output[-1]["text/plain"].startswith("epoch 2/2, step 4/4: aodd_accuracy 0.")
    assert len(output) <= 8


@pytest.mark.usefixtures("without_curves", "without_tracing")
@pytest.mark.parametrize(("progress", "lines"), [(None, 0), (False, 0), (True, 2)])
def test_elsewhere_progress_is_shown_if_it_is_wanted(
    progress: bool | None, lines: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_data(folder)
    cnnspec.loads(TRAINED).train("run", progress=progress)
    printed = capsys.readouterr().out.splitlines()
    assert [bool(EPOCH.fullmatch(line)) for line in printed] == [True] * lines


def test_updates_are_not_more_than_can_be_seen(notebook: Display) -> None:
    lines = NotebookLines(1)
    for step in range(1, 1001):
        lines.batch(0, step, 1000, {"loss": 1 / step})
    (output,) = notebook.outputs
    assert output[0] == {"text/plain": "epoch 1/1, step 1/1000: loss 1"}
    assert output[-1] == {"text/plain": "epoch 1/1, step 1000/1000: loss 0.001"}
    assert len(output) < 20


def test_a_notebook_shows_the_time_left_and_passes(
    notebook: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    lines = NotebookLines(2)
    steps: list[tuple[Any, ...]] = [
        ("computing features", 1, 3),
        ("computing features", 2, 3),
        ("computing features", 3, 3),
        (0, 1, 4, {"loss": 4}),
        (0, 2, 4, {"loss": 3}),
        (0, 4, 4, {"loss": 2}),
        ("validation", 1, 2, 0),
        ("validation", 2, 2, 0),
        (1, 4, 4, {"loss": 1}),
        ("evaluating the test data", 1, 2),
        ("evaluating the test data", 2, 2),
    ]
    for each in steps:
        (lines.follow if isinstance(each[0], str) else lines.batch)(*each)
        now[0] += 10
    (output,) = notebook.outputs
    assert [each["text/plain"] for each in output] == [
        "computing features, step 1/3",
        "computing features, step 2/3, 0:10 left",
        "computing features, step 3/3",
        "epoch 1/2, step 1/4: loss 4",
        "epoch 1/2, step 2/4, 1:00 left: loss 3",
        "epoch 1/2, step 4/4, 0:27 left: loss 2",
        "epoch 1/2, validation, step 1/2",
        "epoch 1/2, step 4/4, 0:27 left: loss 2",
        "epoch 2/2, step 4/4: loss 1",
        "evaluating the test data, step 1/2",
        "epoch 2/2, step 4/4: loss 1",
    ]


@pytest.mark.parametrize(
    ("ipython", "found"),
    [
        (None, False),
        (IPython(None), False),
        (IPython(Formatter()), False),
        (IPython(Formatter(), is_notebook=True), True),
    ],
    ids=["none", "no shell", "a terminal", "a notebook"],
)
def test_a_notebook_is_a_shell_with_a_kernel(
    ipython: IPython | None, found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "IPython", ipython)  # type: ignore[arg-type]
    assert in_notebook() == found
    assert (listener(3, None) is not None, listener(3, False)) == (found, None)


def test_it_is_a_notebook_without_outputs() -> None:
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    assert sorted(NOTEBOOK) == ["cells", "metadata", "nbformat", "nbformat_minor"]
    own = {"markdown": {}, "code": {"execution_count": None, "outputs": []}}
    for position, cell in enumerate(NOTEBOOK["cells"]):
        expected = {"id": f"cell-{position}", "metadata": {}, **own[cell["cell_type"]]}
        said = ("cell_type", "source")
        assert {key: value for key, value in cell.items() if key not in said} == expected


def test_it_runs(tmp_path: Path) -> None:
    """In `docs/`, from where it looks for the specs beside that."""
    shutil.copytree(SPECS / "data", tmp_path / "specs/data")
    shutil.copy(SPECS / "mnist_multi_output.yaml", tmp_path / "specs")
    (tmp_path / "docs").mkdir()
    environment = {**os.environ, "MPLBACKEND": "agg", "PYTHONPATH": str(ROOT)}
    stdout = python_output("-c", RUNNER, FILE, cwd=tmp_path / "docs", env=environment)
    said = re.sub(r'Model: "mnist_multi_output".*?(?=<text>)', "TABLE\n", stdout, flags=re.S)
    said = re.sub(r"\['checkpoint.npz', .*'spec.expanded.yaml'\]", "FILES", said)
    assert re.sub(r"\b\d\.\d{3}\b", "NUMBER", said) == SAID
    accuracy = re.search(r"digit_dense_accuracy: (.*)", stdout)
    assert accuracy is not None
    assert float(accuracy[1]) > 0.8
