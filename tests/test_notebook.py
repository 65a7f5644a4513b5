"""The notebook in docs/: it is one, holds no outputs, and runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docs/from_python.ipynb"
NOTEBOOK = json.loads(FILE.read_text("utf-8"))
RUNNER = """
import ast, json, sys

names = {}
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None
        if value is not None:
            picture = getattr(value, "_repr_svg_", lambda: None)()
            print("a picture" if picture else repr(value))
"""
SAID = """\
a picture
0 findings, 63,035 parameters
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
    shutil.copytree(ROOT / "specs/data", tmp_path / "specs/data")
    shutil.copy(ROOT / "specs/mnist_multi_output.yaml", tmp_path / "specs")
    (tmp_path / "docs").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, str(FILE)],
        cwd=tmp_path / "docs",
        env={**os.environ, "MPLBACKEND": "agg", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = re.sub(r'Model: "mnist_multi_output".*?(?=<text>)', "TABLE\n", done.stdout, flags=re.S)
    said = re.sub(r"\['checkpoint.npz', .*'spec.expanded.yaml'\]", "FILES", said)
    assert re.sub(r"\b\d\.\d{3}\b", "NUMBER", said) == SAID
    accuracy = re.search(r"digit_dense_accuracy: (.*)", done.stdout)
    assert accuracy is not None
    assert float(accuracy[1]) > 0.8
