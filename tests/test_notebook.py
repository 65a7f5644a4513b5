"""What notebooks show, and the notebook in docs/: it is one, holds no outputs, and runs."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

import cnnspec
from cnnspec.notebook import register
from tests.support.commands import python_output
from tests.support.paths import ROOT, SPECS
from tests.support.stand_in_ipython import Formatter, IPython

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
